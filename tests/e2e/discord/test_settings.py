"""`/settings` and `/privacy`."""

import io
import json
import zipfile
from typing import Any

from adapters.discord.places import guild_key
from bot.domain.place import PlaceSettings
from tests.builders.places import set_to
from tests.e2e.discord.conftest import PNG, Bench
from tests.e2e.discord.test_buttons import result_of
from tests.fakes.engine import MODEL
from tests.servers.discord.people import Person
from tests.servers.discord.world import Channel, Post


async def set_(bench: Bench, at: Channel, sub: str = "set", /, **given: Any) -> Post:
    """A moderator changes settings."""
    keeper = bench.discord.moderator("keeper")
    asked = await keeper.command(at, "settings", sub=sub, **given)
    return await bench.discord.shown(asked)


async def test_settings_are_changed_by_those_who_manage_the_server_only(
    bench: Bench, anna: Person, channel: Channel
) -> None:
    asked = await anna.command(channel, "settings", sub="set", strength=0.3)
    assert "Manage Server" in await bench.discord.refused(asked)


async def test_defaults_hold_where_the_member_said_nothing(bench: Bench, anna: Person, channel: Channel) -> None:
    shown = await set_(bench, channel, strength=0.3, style="oil")
    assert "strength 0.3" in shown.words
    asked = await anna.command(channel, "img2img", image=PNG, prompt="x")
    await bench.discord.shown(asked, lambda post: post.pictures)
    assert (bench.engine.requests[0].strength, bench.engine.requests[0].prompt) == (0.3, "x, oil painting")
    await result_of(bench, anna, channel, strength=0.8)
    assert bench.engine.requests[1].strength == 0.8
    await set_(bench, channel, "reset")
    assert "Nothing set" in (await set_(bench, channel, "show")).words


async def test_defaults_hold_in_forms_until_told_otherwise(bench: Bench, anna: Person, channel: Channel) -> None:
    await set_(bench, channel, strength=0.3, style="oil")
    photo = await anna.say(channel, "look", files={"cat.png": PNG})
    form = await anna.menu(photo, "Remix image")
    result = await bench.discord.shown(await anna.submit(form, prompt="x"), lambda post: post.pictures)
    form = await anna.menu(photo, "Remix image")
    await bench.discord.shown(await anna.submit(form, prompt="y", style=""), lambda post: post.pictures)
    form = await anna.press(result, "Chain")
    await bench.discord.shown(await anna.submit(form, prompt="z"), lambda post: post.pictures)
    made = [(asked.prompt, asked.strength) for asked in bench.engine.requests]
    assert made == [("x, oil painting", 0.3), ("y", 0.3), ("z, oil painting", 0.3)]


async def test_a_sweep_and_a_refinement_keep_their_own_strengths(
    bench: Bench, anna: Person, channel: Channel
) -> None:
    await set_(bench, channel, strength=0.8)
    asked = await anna.command(channel, "sweep", image=PNG, prompt="x")
    await bench.discord.shown(asked, lambda post: post.done and len(post.pictures) == 4)
    asked = await anna.command(channel, "refine", image=PNG, prompt="x")
    await bench.discord.shown(asked, lambda post: post.pictures)
    assert [asked.strength for asked in bench.engine.requests] == [0.3, 0.5, 0.7, 0.9, 0.35]


async def test_a_channels_settings_stand_over_the_servers(bench: Bench, anna: Person, channel: Channel) -> None:
    await set_(bench, channel, strength=0.3)
    await set_(bench, channel, strength=0.9, channel=channel.id)
    asked = await anna.command(channel, "img2img", image=PNG, prompt="x")
    await bench.discord.shown(asked, lambda post: post.pictures)
    assert bench.engine.requests[0].strength == 0.9


async def test_private_by_default_hides_results(bench: Bench, anna: Person, channel: Channel) -> None:
    await set_(bench, channel, private=True)
    asked = await anna.command(channel, "img2img", image=PNG, prompt="x")
    result = await bench.discord.shown(asked, lambda post: post.pictures)
    assert result.hidden == anna.id
    shown = await result_of(bench, anna, channel, private=False)
    assert not shown.hidden, "a member may say otherwise"


async def test_only_allowed_roles_and_channels_are_served(bench: Bench, anna: Person, channel: Channel) -> None:
    await set_(bench, channel, "allow", role="77")
    refused = await anna.command(channel, "img2img", image=PNG, prompt="x")
    assert "role" in await bench.discord.refused(refused)
    anna.payload["roles"] = ["77"]
    await result_of(bench, anna, channel)
    await set_(bench, channel, "allow", only_channel="88")
    refused = await anna.command(channel, "img2img", image=PNG, prompt="x")
    assert "channel" in await bench.discord.refused(refused)
    await set_(bench, channel, "allow")
    await result_of(bench, anna, channel)


async def test_only_allowed_models_are_used(bench: Bench, anna: Person, channel: Channel) -> None:
    shown = await set_(bench, channel, "allow", only_model=MODEL)
    assert f"only the models {MODEL}" in shown.words
    await result_of(bench, anna, channel)
    refused = await anna.command(channel, "img2img", image=PNG, prompt="x", model="another")
    assert f"'another' isn't allowed here. Available: {MODEL}" in await bench.discord.refused(refused)


async def test_whose_pictures_may_be_remixed(bench: Bench, anna: Person, ben: Person, channel: Channel) -> None:
    await set_(bench, channel, remix="own")
    photo = await ben.say(channel, "look", files={"cat.png": PNG})
    sent = await anna.submit(await anna.menu(photo, "Remix image"), prompt="x")
    assert "your own pictures" in await bench.discord.refused(sent)
    result = await result_of(bench, ben, channel)
    assert "your own pictures" in await bench.discord.refused(await anna.press(result, "Reroll"))
    await anna.react(result, "🔁")
    told = await bench.discord.posted(channel, lambda post: "your own pictures" in post.content and not post.hidden)
    assert told.payload["message_reference"]["message_id"] == result.id
    assert told.content.startswith(f"<@{anna.id}> ")
    sent = await ben.submit(await ben.menu(photo, "Remix image"), prompt="x")
    await bench.discord.shown(sent, lambda post: post.pictures)
    assert len(bench.engine.requests) == 2


async def test_a_reaction_rerolls_only_with_models_that_are_allowed(
    bench: Bench, anna: Person, channel: Channel
) -> None:
    assert channel.guild
    result = await result_of(bench, anna, channel)
    await bench.store.change_place(guild_key(channel.guild.id), set_to(PlaceSettings(models=("another",))))
    await anna.react(result, "🔁")
    await bench.discord.posted(channel, lambda post: f"'{MODEL}' isn't allowed here" in post.content)


async def test_a_reaction_in_a_thread_is_in_its_channel(
    bench: Bench, anna: Person, ben: Person, channel: Channel
) -> None:
    thread = bench.discord.thread(channel)
    await bench.discord.gateway.send("THREAD_CREATE", thread.payload)
    result = await result_of(bench, anna, thread)
    await set_(bench, channel, "allow", only_channel=channel.id)
    await anna.react(result, "🔁")
    await bench.discord.posted(thread, lambda post: post is not result and post.pictures)
    await set_(bench, channel, remix="own", channel=channel.id)
    await ben.react(result, "🔁")
    await bench.discord.posted(thread, lambda post: "your own pictures" in post.content and not post.hidden)
    assert len(bench.engine.requests) == 2


async def test_what_is_kept_about_a_member_can_be_taken_along(bench: Bench, anna: Person, channel: Channel) -> None:
    await result_of(bench, anna, channel, prompt="my secret garden")
    exported = await bench.discord.shown(await anna.command(channel, "privacy", sub="export"))
    assert exported.hidden == anna.id
    with zipfile.ZipFile(io.BytesIO(exported.files["pentimento-export.zip"])) as packed:
        assert "my secret garden" in json.dumps(json.loads(packed.read("jobs.json")))


async def test_deleting_everything_asks_first(bench: Bench, anna: Person, channel: Channel) -> None:
    result = await result_of(bench, anna, channel)
    asked = await anna.command(channel, "privacy", sub="delete")
    question = await bench.discord.shown(asked)
    assert await bench.store.jobs_of(f"discord:{anna.id}", limit=5)
    pressed = await anna.press(question, "Delete everything")
    await bench.discord.shown(pressed, lambda post: "one job" in post.words)
    assert not await bench.store.jobs_of(f"discord:{anna.id}", limit=5)
    assert "not kept" in await bench.discord.refused(await anna.press(result, "Reroll"))
