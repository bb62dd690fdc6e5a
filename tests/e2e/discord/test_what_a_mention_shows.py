"""What a message that calls us is about: its links, which Discord looks at later, and what it answers."""

from pathlib import Path
from typing import Any

import pytest

from adapters.discord import mentions
from tests.e2e.discord.conftest import PNG, Bench, bench_on
from tests.e2e.discord.test_addressing import answer_to
from tests.e2e.discord.test_buttons import result_of
from tests.e2e.discord.test_faults import running
from tests.fakes.images import FolderImageStore
from tests.fakes.store import MemoryJobStore
from tests.servers.discord import DiscordServer, payloads
from tests.servers.discord.people import Person
from tests.servers.discord.world import Channel


@pytest.fixture(autouse=True)
def looks_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mentions, "_UNFURLING", (0.1, 0.1))


def shown(url: str) -> dict[str, Any]:
    """What Discord makes of a link to a picture."""
    return {"type": "image", "url": url, "thumbnail": {"url": url, "proxy_url": url, "width": 9, "height": 9}}


@pytest.mark.parametrize("late", [False, True])
@pytest.mark.parametrize("words", ["{} a storm", "a storm, {}.", "a ||{}|| storm", "a storm ({})", "[a storm]({})"])
async def test_a_link_to_a_picture_is_the_picture_and_no_words(
    bench: Bench, anna: Person, channel: Channel, words: str, *, late: bool
) -> None:
    url = bench.discord.keep(channel, "sea_at__night.png", PNG)["url"]
    content, embeds = f"<@{bench.discord.me['id']}> {words.format(url)}", [shown(url)]
    said = await anna.say(channel, content, embeds=[] if late else embeds)
    said.payload["embeds"] = embeds
    await answer_to(bench, channel, said)
    assert bench.engine.requests[0].prompt.strip(" ,.()").replace(" ,", ",") == "a storm"


async def test_what_is_said_of_a_forwarded_message_without_a_picture(bench: Bench, anna: Person) -> None:
    direct = bench.discord.direct(anna.id)
    forwarded = await anna.say(
        direct, "", message_snapshots=[{"message": payloads.message("1", "2", {}, content="hello")}]
    )
    await anna.say(direct, "a tiger", reply_to=forwarded)
    told = await bench.discord.posted(direct, lambda post: post.content.startswith("⚠️"))
    assert "I see no picture" in told.content


async def test_a_link_that_is_kept_from_being_shown_is_not_waited_for(
    bench: Bench, anna: Person, channel: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mentions, "_UNFURLING", (600.0,))
    await anna.say(channel, f"<@{bench.discord.me['id']}> a storm <https://cats.example/about>")
    await bench.discord.posted(channel, lambda post: "no picture" in post.content)


async def test_a_link_that_shows_no_picture_stays_in_the_words(bench: Bench, anna: Person, channel: Channel) -> None:
    await anna.say(channel, f"<@{bench.discord.me['id']}> a storm https://cats.example/about")
    told = await bench.discord.posted(channel, lambda post: "no picture" in post.content)
    form = await anna.press(told, "Choose a picture")
    await bench.discord.until(lambda: form.answer, what="a form")
    assert form.answer is not None
    values = [label["component"].get("value") for label in form.answer["data"]["components"]]
    assert "a storm https://cats.example/about" in values


async def test_an_answer_to_our_call_goes_on_from_the_result(
    discord: DiscordServer, tmp_path: Path, anna: Person, channel: Channel
) -> None:
    images = FolderImageStore(tmp_path)
    async with bench_on(discord, MemoryJobStore(), images, held=True, notify_seconds=1e-6) as bench:
        await running(bench, anna, channel)
        await bench.engine.release()
        call = await discord.posted(channel, lambda post: "picture is ready" in post.content)
        said = await anna.say(channel, "now at night", reply_to=call, ping=True)
        await answer_to(bench, channel, said)
    assert bench.engine.requests[1].prompt == "now at night"
    jobs = await bench.store.jobs_of(f"discord:{anna.id}", limit=9)
    assert [job.action for job in jobs] == ["chain", "img2img"]


async def test_an_answer_to_our_refusal_is_about_the_same_picture(
    bench: Bench, anna: Person, channel: Channel
) -> None:
    await anna.say(channel, f"<@{bench.discord.me['id']}> a boat --strength 9", files={"cat.png": PNG})
    refusal = await bench.discord.posted(channel, lambda post: "Strength goes" in post.content)
    said = await anna.say(channel, "a boat --strength 0.9", reply_to=refusal, ping=True)
    await answer_to(bench, channel, said)
    assert bench.engine.requests[0].strength == 0.9


async def test_that_discord_shows_no_picture_is_not_said_of_words_that_we_can_read(
    discord: DiscordServer, tmp_path: Path, anna: Person, ben: Person
) -> None:
    discord.gateway.allowed_intents = 1 << 15
    channel, images = discord.channel(), FolderImageStore(tmp_path)
    async with bench_on(discord, MemoryJobStore(), images, message_content=True):
        words = await ben.say(channel, "what a day")
        await anna.say(channel, f"<@{discord.me['id']}> a boat", reply_to=words)
        told = await discord.posted(channel)
        assert "I see no picture" in told.content
        await anna.say(channel, "a boat", reply_to=told, ping=True)
        await discord.posted(channel, lambda post: post is not told and "I see no picture" in post.content)


async def test_of_a_gallery_that_was_forwarded_discords_copy_of_the_picture_is_taken(
    bench: Bench, anna: Person
) -> None:
    direct = bench.discord.direct(anna.id)
    copy, film = (bench.discord.keep(direct, name, PNG)["url"] for name in ("cat.png", "film.mp4"))
    items = [
        {"media": {"url": film, "proxy_url": film, "content_type": "video/mp4"}},
        {"media": {"url": "https://cats.example/1.png", "proxy_url": copy, "content_type": "image/png"}},
    ]
    gallery = [{"type": 17, "id": 1, "components": [{"type": 12, "id": 2, "items": items}]}]
    forward = payloads.message("1", "2", {}, components=gallery, flags=1 << 15)
    forwarded = await anna.say(direct, "", message_snapshots=[{"message": forward}])
    said = await anna.say(direct, "a tiger", reply_to=forwarded)
    await answer_to(bench, direct, said)
    assert bench.engine.requests[0].prompt == "a tiger"


async def test_a_result_that_was_forwarded_is_one_picture(bench: Bench, anna: Person) -> None:
    """Its source stands in it too, small."""
    direct = bench.discord.direct(anna.id)
    result = await result_of(bench, anna, direct)
    assert len(result.payload["attachments"]) == 2
    forwarded = await anna.say(direct, "", message_snapshots=[{"message": result.payload}])
    said = await anna.say(direct, "at night", reply_to=forwarded)
    await answer_to(bench, direct, said)
    assert bench.engine.requests[1].prompt == "at night"


async def test_whoever_brings_us_to_a_thread_has_not_called_us(bench: Bench, anna: Person, channel: Channel) -> None:
    """Discord's own line on it names us."""
    thread = bench.discord.thread(channel)
    await anna.say(thread, "", type=1, mentions=[bench.discord.me])
    result = await result_of(bench, anna, thread)
    assert [post for post in bench.discord.in_channel(thread) if post.payload["author"]["bot"]] == [result]
