"""The first minute of a server: the card that it gets once, what its buttons do, and what is forgotten afterwards."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from adapters.discord.places import channel_key, guild_key
from bot.domain.place import PlaceSettings, ThreadPolicy
from bot.first_minute import greeting_strip
from tests.builders.places import set_to
from tests.e2e.discord.conftest import PNG, Bench, bench_on
from tests.fakes.images import FolderImageStore
from tests.fakes.store import MemoryJobStore
from tests.harness.waiting import eventually
from tests.servers.discord import DiscordServer
from tests.servers.discord.people import Person
from tests.servers.discord.world import Channel, Guild, Post

Starting = Callable[[], AbstractAsyncContextManager[Bench]]


@pytest.fixture
def starting(discord: DiscordServer, tmp_path: Path) -> Starting:
    """Starts a product that greets; what it stores outlives it."""
    store, images = MemoryJobStore(), FolderImageStore(tmp_path)

    @asynccontextmanager
    async def started() -> AsyncIterator[Bench]:
        async with bench_on(discord, store, images, greets=True) as bench:
            await eventually(lambda: _connected(bench))  # before, a server counts as one that had the bot already
            yield bench

    return started


@pytest.fixture
async def greeting(starting: Starting) -> AsyncIterator[Bench]:
    async with starting() as bench:
        yield bench


@pytest.fixture
def room(discord: DiscordServer) -> Channel:
    """A channel of a server that the bot is no member of yet."""
    return discord.channel(discord.guild(member=False))


def the_guild(room: Channel) -> Guild:
    assert room.guild
    return room.guild


def cards(discord: DiscordServer, room: Channel) -> list[Post]:
    offers = [post for post in discord.in_channel(room) if "Try it with a sample" in post.buttons]
    return [post for post in offers if "message_reference" not in post.payload]  # that is the help


async def card_in(discord: DiscordServer, room: Channel) -> Post:
    return await discord.posted(room, lambda post: "Try it with a sample" in post.buttons)


async def test_a_server_that_adds_the_bot_is_greeted_where_discord_greets_members(
    discord: DiscordServer, greeting: Bench, room: Channel
) -> None:
    del greeting
    await discord.join(the_guild(room), greets_in=room)
    card = await card_in(discord, room)
    assert list(card.buttons) == ["Try it with a sample", "What can I do?", "Set up"]
    assert list(card.files.values()) == [await greeting_strip()]
    assert card.payload["embeds"][0]["image"]["url"].endswith("pentimento.jpg")
    command = next(each for each in discord.commands if each["name"] == "img2img")
    assert f"</img2img:{command['id']}>" in card.words, "a command that opens when it is pressed"
    assert "**Remix image**" in card.words
    assert "mention me" in card.words


async def test_it_is_greeted_once_however_often_it_is_seen(
    discord: DiscordServer, starting: Starting, room: Channel, anna: Person
) -> None:
    async with starting():
        await discord.join(the_guild(room), greets_in=room)
        await card_in(discord, room)
        await discord.gateway.repeat()
        await discord.join(the_guild(room))
        asked = await anna.command(room, "img2img", image=PNG, prompt="an oil painting")
        await discord.shown(asked, lambda post: post.done)
    async with starting():  # every server is named again at each start
        asked = await anna.command(room, "img2img", image=PNG, prompt="a watercolor")
        await discord.shown(asked, lambda post: post.done)
        assert len(cards(discord, room)) == 1


async def test_where_it_cannot_be_greeted_the_first_use_brings_the_card(
    discord: DiscordServer, greeting: Bench, room: Channel, anna: Person
) -> None:
    del greeting
    joined_now(the_guild(room))
    await discord.join(the_guild(room))  # Discord greets nobody there
    alone = await anna.command(room, "img2img", image=PNG, prompt="a secret", private=True)
    await discord.shown(alone, lambda post: post.done)
    assert cards(discord, room) == [], "what is asked in private shows nothing to others"
    asked = await anna.command(room, "img2img", image=PNG, prompt="an oil painting")
    await card_in(discord, room)
    await discord.shown(asked, lambda post: post.done)
    again = await anna.command(room, "img2img", image=PNG, prompt="a watercolor")
    await discord.shown(again, lambda post: post.done)
    assert len(cards(discord, room)) == 1


async def test_a_server_that_was_never_greeted_is_at_its_first_use_however_long_it_has_had_the_bot(
    discord: DiscordServer, greeting: Bench, room: Channel, anna: Person
) -> None:
    del greeting
    await discord.join(the_guild(room))
    for prompt in ("an oil painting", "a watercolor"):
        asked = await anna.command(room, "img2img", image=PNG, prompt=prompt)
        await discord.shown(asked, lambda post: post.done)
        await card_in(discord, room)
    assert len(cards(discord, room)) == 1


async def test_a_server_that_used_the_bot_before_there_were_greetings_gets_none(
    discord: DiscordServer, greeting: Bench, room: Channel, anna: Person
) -> None:
    await greeting.store.greet(guild_key(the_guild(room).id), "")  # as the database's migration notes it
    await discord.join(the_guild(room), greets_in=room)
    asked = await anna.command(room, "img2img", image=PNG, prompt="an oil painting")
    await discord.shown(asked, lambda post: post.done)
    assert cards(discord, room) == []


async def test_a_server_that_was_never_greeted_is_when_somebody_calls(
    discord: DiscordServer, greeting: Bench, room: Channel, anna: Person
) -> None:
    del greeting
    await discord.join(the_guild(room))
    asked = await anna.command(room, "img2img", image=PNG, prompt="an oil painting", private=True)
    await discord.shown(asked, lambda post: post.done)
    assert cards(discord, room) == [], "what is asked in private shows nothing to others"
    await anna.say(room, f"<@{discord.me['id']}> hello")
    card = await card_in(discord, room)
    await anna.say(room, f"<@{discord.me['id']}> hello")
    await discord.posted(room, lambda post: post is not card and "/img2img" in post.words)
    assert len(cards(discord, room)) == 1


async def test_a_greeting_that_discord_refuses_is_made_up_for_at_the_first_use(
    discord: DiscordServer, greeting: Bench, room: Channel, anna: Person
) -> None:
    joined_now(the_guild(room))
    refusal = discord.fail("POST", f"/channels/{room.id}/messages", 403, code=50013)
    await discord.join(the_guild(room), greets_in=room)
    await discord.until(lambda: not refusal.times, what="a refusal")
    await eventually(lambda: _may_be_greeted(greeting, room))
    asked = await anna.command(room, "img2img", image=PNG, prompt="an oil painting")
    await discord.shown(asked, lambda post: post.done)
    await card_in(discord, room)


async def test_what_can_i_do_opens_the_help_for_whoever_asks(
    discord: DiscordServer, greeting: Bench, room: Channel, ben: Person
) -> None:
    del greeting
    await discord.join(the_guild(room), greets_in=room)
    pressed = await ben.press(await card_in(discord, room), "What can I do?")
    page = await discord.shown(pressed)
    assert page.hidden == ben.id
    assert list(page.buttons) == ["Try it with a sample", "Styles", "My queue"]
    styles = await ben.press(page, "Styles")
    assert "oil" in (await discord.shown(styles)).words
    queue = await ben.press(page, "My queue")
    assert "queue" in (await discord.shown(queue)).words


async def test_admins_set_the_server_up_and_nobody_else(
    discord: DiscordServer, greeting: Bench, room: Channel, ben: Person
) -> None:
    guild = the_guild(room)
    log = discord.channel(guild)
    await discord.join(guild, greets_in=room)
    card = await card_in(discord, room)
    assert "Manage Server" in await discord.refused(await ben.press(card, "Set up"))

    mona = discord.moderator("mona")
    await greeting.core.service.places.change(guild_key(guild.id), set_to(PlaceSettings(strength=0.4)))
    opened = await mona.press(card, "Set up")
    saved = await mona.submit(
        opened, channels=[room.id], style="oil", private="private", log=[log.id], blocked="blood\ngore*"
    )
    page = await discord.shown(saved)
    assert page.hidden == mona.id
    assert "Saved." in page.words
    assert await greeting.core.service.places.settings(guild_key(guild.id)) == PlaceSettings(
        strength=0.4, channels=(room.id,), style="oil", private=True, log=log.id, blocked=("blood", "gore*")
    ), "what the form does not ask for stays"
    await mona.submit(await mona.press(card, "Set up"), private="threads")
    await eventually(lambda: _in_threads(greeting, guild))
    shown = await mona.press(card, "Set up")
    await discord.until(lambda: shown.answer, what="the form")
    assert shown.answer
    fields = {each["component"]["custom_id"]: each["component"] for each in shown.answer["data"]["components"]}
    assert [each["id"] for each in fields["channels"]["default_values"]] == [room.id]
    assert fields["blocked"]["value"] == "blood\ngore*"
    assert [each["value"] for each in fields["private"]["options"] if each.get("default")] == ["threads"]


async def test_a_setup_that_is_sent_as_it_opened_changes_nothing(
    discord: DiscordServer, greeting: Bench, room: Channel
) -> None:
    await discord.join(the_guild(room), greets_in=room)
    place, places = guild_key(the_guild(room).id), greeting.core.service.places
    own = PlaceSettings(
        channels=tuple(str(1000 + number) for number in range(30)),
        blocked=tuple(f"badword{number:04d}" for number in range(330)),
        private=True,
        threads=ThreadPolicy.ALWAYS,
    )
    await places.change(place, set_to(own))
    mona = discord.moderator("mona")
    saved = await mona.submit(await mona.press(await card_in(discord, room), "Set up"))
    assert "Saved." in (await discord.shown(saved)).words
    assert await places.settings(place) == own


async def test_a_refused_setup_comes_back_filled_in(discord: DiscordServer, greeting: Bench, room: Channel) -> None:
    del greeting
    await discord.join(the_guild(room), greets_in=room)
    mona = discord.moderator("mona")
    opened = await mona.press(await card_in(discord, room), "Set up")
    sent = await mona.submit(opened, log=[room.id], blocked="*")
    refusal = await discord.shown(sent)
    assert refusal.content.startswith("⚠️")
    again = await mona.press(refusal, "Open the form again")
    await discord.until(lambda: again.answer, what="the form")
    assert again.answer
    fields = {each["component"]["custom_id"]: each["component"] for each in again.answer["data"]["components"]}
    assert fields["blocked"]["value"] == "*"
    assert fields["log"]["default_values"] == [{"id": room.id, "type": "channel"}]


async def test_a_server_that_removes_the_bot_is_forgotten_and_greeted_when_it_comes_back(
    discord: DiscordServer, greeting: Bench, room: Channel, anna: Person
) -> None:
    guild = the_guild(room)
    await discord.join(guild, greets_in=room)
    await card_in(discord, room)
    asked = await anna.command(room, "img2img", image=PNG, prompt="an oil painting")
    await discord.shown(asked, lambda post: post.done)
    places = greeting.core.service.places
    await places.change(guild_key(guild.id), set_to(PlaceSettings(strength=0.4)))
    await places.change(channel_key(room.id), set_to(PlaceSettings(private=True)))

    await discord.leave(guild)

    async def forgotten() -> bool:
        there = await places.settings(guild_key(guild.id), channel_key(room.id))
        return there == PlaceSettings() and not await greeting.store.jobs_of(f"discord:{anna.id}", limit=5)

    await eventually(forgotten)
    await discord.join(guild)
    await discord.until(lambda: len(cards(discord, room)) == 2, what="a second greeting")


async def test_an_outage_of_a_server_is_no_removal(discord: DiscordServer, greeting: Bench, room: Channel) -> None:
    guild = the_guild(room)
    await discord.join(guild, greets_in=room)
    await card_in(discord, room)
    place = guild_key(guild.id)
    await greeting.core.service.places.change(place, set_to(PlaceSettings(strength=0.4)))
    await discord.gateway.send("GUILD_DELETE", {"id": guild.id, "unavailable": True})
    await discord.join(guild)
    other = discord.channel(discord.guild(member=False))
    await discord.join(the_guild(other), greets_in=other)
    await card_in(discord, other)
    assert (await greeting.core.service.places.settings(place)).strength == 0.4
    assert len(cards(discord, room)) == 1


async def used(bench: Bench, room: Channel, anna: Person) -> None:
    """A result, and settings of a server and of a channel."""
    asked = await anna.command(room, "img2img", image=PNG, prompt="an oil painting")
    await bench.discord.shown(asked, lambda post: post.done)
    mona = bench.discord.moderator("mona")
    await bench.discord.shown(await mona.command(room, "settings", sub="ban", member=anna.id, days=1))
    await bench.discord.shown(await mona.command(room, "settings", sub="pause"))


async def kept(bench: Bench, room: Channel, anna: Person) -> tuple[int, bool, bool]:
    """Of what `used` left: results, whether the server's settings, whether the channel's."""
    jobs = await bench.store.jobs_of(f"discord:{anna.id}", limit=5)
    server, channel = [await bench.store.place(key) for key in (guild_key(the_guild(room).id), channel_key(room.id))]
    return len(jobs), server != PlaceSettings(), channel != PlaceSettings()


ALL, NOTHING = (1, True, True), (0, False, False)


@pytest.mark.parametrize("down", [True, False])
async def test_a_server_that_removes_the_bot_while_it_hears_nothing_is_forgotten_too(
    discord: DiscordServer, starting: Starting, room: Channel, anna: Person, *, down: bool
) -> None:
    beside, commands_only = discord.channel(discord.guild()), discord.channel(discord.guild(member=False))
    async with starting() as bench:
        await discord.join(the_guild(room), greets_in=room)
        for each in (room, beside, commands_only):
            await used(bench, each, anna if each is room else discord.user(each.id))
        assert await kept(bench, room, anna) == ALL
        the_guild(room).member = False
        if not down:
            await discord.gateway.invalidate()
            await eventually(lambda: _is(bench, room, anna, NOTHING))
    async with starting() as bench:
        await eventually(lambda: _is(bench, room, anna, NOTHING))
        people = {each.payload["username"]: each for each in discord.people.values()}
        for each in (beside, commands_only):
            assert await kept(bench, each, people[each.id]) == ALL
        await discord.join(the_guild(room))
        await discord.until(lambda: len(cards(discord, room)) == 2, what="a second greeting")


async def test_a_server_that_an_outage_hides_at_a_start_is_not_forgotten(
    discord: DiscordServer, starting: Starting, room: Channel, anna: Person
) -> None:
    guild = the_guild(room)
    async with starting() as bench:
        await discord.join(guild, greets_in=room)
        await used(bench, room, anna)
    guild.away = True
    async with starting() as bench:
        assert await kept(bench, room, anna) == ALL
    assert await kept(bench, room, anna) == ALL


@pytest.mark.parametrize("fails", [True, False])
async def test_a_server_that_discord_does_not_name_at_a_start_is_forgotten_only_if_discord_knows_us_not_there(
    discord: DiscordServer, starting: Starting, room: Channel, anna: Person, *, fails: bool
) -> None:
    guild = the_guild(room)
    async with starting() as bench:
        await discord.join(guild, greets_in=room)
        await used(bench, room, anna)
    guild.listed = False
    if fails:
        discord.fail("GET", f"/guilds/{guild.id}", 503, times=99)
    async with starting() as bench:
        await discord.until(lambda: any(path.endswith(f"/guilds/{guild.id}") for _, path, _ in discord.requests))
    assert await kept(bench, room, anna) == ALL


async def test_a_server_that_comes_back_from_an_outage_is_no_new_one(
    discord: DiscordServer, starting: Starting
) -> None:
    away, new = discord.channel(discord.guild()), discord.channel(discord.guild(member=False))
    the_guild(away).away = True
    async with starting():
        await discord.join(the_guild(away), greets_in=away)
        await discord.join(the_guild(new), greets_in=new)
        await card_in(discord, new)
    assert cards(discord, away) == []


async def test_an_owner_may_do_without(discord: DiscordServer, tmp_path: Path, room: Channel, anna: Person) -> None:
    async with bench_on(discord, MemoryJobStore(), FolderImageStore(tmp_path)):
        await discord.join(the_guild(room), greets_in=room)
        asked = await anna.command(room, "img2img", image=PNG, prompt="an oil painting")
        await discord.shown(asked, lambda post: post.done)
        assert cards(discord, room) == []


async def _in_threads(bench: Bench, guild: Guild) -> bool:
    now = await bench.core.service.places.settings(guild_key(guild.id))
    return (now.private, now.threads) == (False, ThreadPolicy.ALWAYS)


def joined_now(guild: Guild) -> None:
    """The bot is new there."""
    for member in guild.payload["members"]:
        member["joined_at"] = datetime.now(UTC).isoformat()


async def _connected(bench: Bench) -> bool:
    return bench.platform.connected


async def _is(bench: Bench, room: Channel, anna: Person, what: tuple[int, bool, bool]) -> bool:
    return await kept(bench, room, anna) == what


async def _may_be_greeted(bench: Bench, room: Channel) -> bool:
    place = guild_key(the_guild(room).id)
    free = await bench.store.greet(place, "a look")
    if free:
        await bench.store.forget_greeting(place)
    return free
