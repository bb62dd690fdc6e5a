"""A picture that was sent as a spoiler: it stays one, wherever it or what is made from it is shown."""

from typing import Any

import pytest

from tests.builders.requests import png
from tests.e2e.discord.conftest import PNG, Bench
from tests.e2e.discord.test_safety import names
from tests.servers.discord.people import Person
from tests.servers.discord.world import Channel, Post


async def spoiled(bench: Bench, anna: Person, channel: Channel, files: dict[str, bytes], **more: Any) -> Post:
    said = await anna.say(channel, f"<@{bench.discord.me['id']}> oil painting", files=files, **more)
    found: Post = await bench.discord.until(
        lambda: next((p for p in bench.discord.in_channel(channel) if p is not said and p.pictures), None),
        what="a result",
    )
    return found


def hidden(post: Post) -> bool:
    """Whether every picture is, and none stands beside it."""
    attachments = post.payload["attachments"]
    return (
        bool(attachments)
        and all(names(attachments))
        and not any("thumbnail" in each for each in post.payload["embeds"])
    )


async def test_it_stays_one_through_reruns_chains_and_copies(
    bench: Bench, anna: Person, ben: Person, channel: Channel
) -> None:
    first = await spoiled(bench, anna, channel, {"SPOILER_a.png": PNG})
    assert hidden(first)
    for person, label in ((anna, "Strong 0.7"), (ben, "Reroll"), (ben, "Sweep")):
        again = await bench.discord.shown(await person.press(first, label), lambda post: post.pictures)
        assert hidden(again)
    form = await ben.press(first, "Chain")
    chained = await bench.discord.shown(await ben.submit(form, prompt="snow"), lambda post: post.pictures)
    assert hidden(chained)
    remixed = await ben.submit(await ben.menu(chained, "Remix image"), prompt="rain")
    assert hidden(await bench.discord.shown(remixed, lambda post: post.pictures))
    await ben.react(first, "✉️")
    copy = await ben.told(lambda post: post.pictures)
    assert all(names(copy.payload["attachments"]))


async def test_another_picture_in_the_form_is_not_one(bench: Bench, anna: Person, channel: Channel) -> None:
    first = await spoiled(bench, anna, channel, {"SPOILER_a.png": PNG})
    form = await anna.press(first, "Edit")
    other = await bench.discord.shown(await anna.submit(form, upload=png("crimson")), lambda post: post.pictures)
    assert not hidden(other)


async def test_it_is_published_as_one_unless_its_member_says_otherwise(
    bench: Bench, anna: Person, ben: Person, channel: Channel
) -> None:
    wish: dict[str, Any] = {"image": ("SPOILER_a.png", PNG), "prompt": "oil painting", "private": True}
    first, second = [
        await bench.discord.shown(await anna.command(channel, "img2img", **wish), lambda post: post.pictures)
        for _ in range(2)
    ]
    assert hidden(first)
    assert [label for label in first.buttons if label.startswith("Publish")] == ["Publish", "Publish without spoiler"]
    covered = await bench.discord.shown(await anna.press(first, "Publish"), lambda post: post.pictures)
    assert hidden(covered)
    assert not [label for label in covered.buttons if label.startswith("Publish")]
    again = await bench.discord.shown(await ben.press(covered, "Reroll"), lambda post: post.pictures)
    assert hidden(again)
    await bench.discord.refused(await ben.press_id(covered, second.buttons["Publish without spoiler"]))
    opened = await bench.discord.shown(
        await anna.press(second, "Publish without spoiler"), lambda post: post.pictures
    )
    assert not hidden(opened)
    assert not any(names(opened.payload["attachments"]))
    chained = await ben.submit(await ben.press(opened, "Chain"), prompt="snow")
    assert not hidden(await bench.discord.shown(chained, lambda post: post.pictures))


async def test_an_ordinary_private_result_has_one_way_to_publish(
    bench: Bench, anna: Person, channel: Channel
) -> None:
    asked = await anna.command(channel, "img2img", image=PNG, prompt="oil painting", private=True)
    shown = await bench.discord.shown(asked, lambda post: post.pictures)
    assert [label for label in shown.buttons if label.startswith("Publish")] == ["Publish"]


async def test_its_description_goes_on_to_results_and_source(
    bench: Bench, anna: Person, ben: Person, channel: Channel
) -> None:
    photo = bench.discord.keep(channel, "cat.png", PNG) | {"description": "My cat Minka on a @everyone wall"}
    post = await anna.say(channel, "")
    post.payload["attachments"] = [photo]
    sent = await anna.submit(await anna.menu(post, "Remix image"), prompt="a tiger")
    first = await bench.discord.shown(sent, lambda post: post.pictures)
    result, source = first.payload["attachments"]
    assert result["description"].endswith(". Made from: My cat Minka on a @everyone wall")
    assert result["description"].startswith("a tiger (AI-generated, strength")
    assert source["description"] == "My cat Minka on a @everyone wall"
    again = await bench.discord.shown(await ben.press(first, "Reroll"), lambda post: post.pictures)
    assert "Minka" in again.payload["attachments"][0]["description"]


async def test_words_that_a_place_does_not_allow_are_left_out_of_descriptions(
    bench: Bench, anna: Person, channel: Channel
) -> None:
    keeper = bench.discord.moderator("keeper")
    await bench.discord.shown(await keeper.command(channel, "settings", sub="block", words="minka"))
    photo = bench.discord.keep(channel, "cat.png", PNG) | {"description": "My cat minka"}
    post = await anna.say(channel, "")
    post.payload["attachments"] = [photo]
    sent = await anna.submit(await anna.menu(post, "Remix image"), prompt="a tiger")
    first = await bench.discord.shown(sent, lambda post: post.pictures)
    assert not any("minka" in each["description"] for each in first.payload["attachments"])


@pytest.mark.parametrize("more", ["flag", "gallery", "link"])
async def test_however_it_was_marked(bench: Bench, anna: Person, channel: Channel, more: str) -> None:
    photo = bench.discord.keep(channel, "cat.png", PNG)
    shapes: dict[str, dict[str, Any]] = {
        "flag": {"attachments": [photo | {"flags": 8}]},
        "gallery": {"components": [{"type": 12, "items": [{"media": photo, "spoiler": True}]}]},
        "link": {
            "content": f"|| {photo['url']} ||",
            "embeds": [{"type": "image", "url": photo["url"], "image": {"url": photo["url"]}}],
        },
    }
    post = await anna.say(channel, "")
    post.payload |= shapes[more]
    sent = await anna.submit(await anna.menu(post, "Remix image"), prompt="a tiger")
    assert hidden(await bench.discord.shown(sent, lambda post: post.pictures))


async def test_a_picture_without_the_mark_is_shown_openly(bench: Bench, anna: Person, channel: Channel) -> None:
    assert not hidden(await spoiled(bench, anna, channel, {"a.png": PNG}))
