"""Nobody who addresses the bot is left without an answer in the place where they spoke.

A table of ways by outcomes on each chat, through its real SDK. Each outcome is one running service for all the ways,
and each row a member of its own, who has a result in the room and then speaks while things are as the outcome says.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from adapters.discord.places import guild_key
from adapters.slack.members import Team, place_key
from bot.lifecycle import Core
from inference.api import Failed, FailureKind
from tests.e2e.discord.conftest import bench_on
from tests.fakes.engine import FakeEngine
from tests.fakes.images import FolderImageStore
from tests.fakes.moderator import FakeModerator
from tests.fakes.store import MemoryJobStore
from tests.harness.slack import bench
from tests.scenarios.ways import (
    OWN_RESULT,
    PICTURE,
    WORDS,
    Said,
    Seen,
    Visit,
    Way,
    fresh,
    lines,
    says,
)
from tests.scenarios.ways_of_discord import DiscordVisit
from tests.scenarios.ways_of_slack import SlackVisit
from tests.servers.discord import DiscordServer
from tests.servers.slack.server import slack_server

_BLOCKED = "kitten"
_NO_PICTURE = b"these are words and no picture. " * 9
_CRASHES = 9
_MESSAGE_CONTENT = 1 << 15


_USUAL = Said()


@dataclass(frozen=True, slots=True)
class House:
    """One chat with the running product.

    Attributes:
        pause: moderators let the bot rest, or work again.
        busy, well: the chat fails the next call of each kind that an answer can take; and no more.
        visit: a new member comes.
    """

    core: Core
    engine: FakeEngine
    place: str
    busy: Callable[[], None]
    well: Callable[[], None]
    visit: Callable[[int], Visit]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What comes of a row.

    Attributes:
        keys: the sentences, of which one is said.
        made: a result is shown, or one of them.
        said: what the member says.
        to: which ways it is tried by.
        begin: makes it so, once the member is there.
        end: makes all well again.
    """

    keys: Sequence[str] = ()
    made: bool = False
    said: Said = _USUAL
    to: Callable[[Way], bool] = lambda _: True
    begin: Callable[[House, Visit], Awaitable[None]] | None = None
    end: Callable[[House], Awaitable[None]] | None = None


async def _spend(house: House, _: Visit) -> None:
    admission = house.core.service._admission
    admission.limits = replace(admission.limits, per_user_per_day=1)


async def _allow(house: House) -> None:
    admission = house.core.service._admission
    admission.limits = replace(admission.limits, per_user_per_day=0)


async def _pause(house: House, _: Visit) -> None:
    await house.core.service.moderators.pause(house.place, paused=True)


async def _resume(house: House) -> None:
    await house.core.service.moderators.pause(house.place, paused=False)


async def _stop(house: House, _: Visit) -> None:
    house.core.service.close()


async def _open(house: House) -> None:
    house.core.service._admission._open = True


async def _crash(house: House, _: Visit) -> None:
    house.engine.script(*[Failed(FailureKind.CRASH, "The worker died.")] * _CRASHES)


async def _mend(house: House) -> None:
    house.engine._acts.clear()


async def _delete(_: House, visit: Visit) -> None:
    await visit.delete()


async def _be_busy(house: House, _: Visit) -> None:
    house.busy()


async def _be_well(house: House) -> None:
    house.well()


_NOTHING_TO_WORK_ON = (
    "refused-no-picture",
    "refused-no-picture-there",
    "refused-slack-no-picture",
    "refused-slack-no-picture-there",
    "refused-slack-add-picture",
    "slack-hello",
)
_BUSY = ("refused-busy", "refused-slack-busy", "refused-slack-too-late")
OUTCOMES = {
    "accepted": Outcome(made=True),
    "refused words": Outcome(
        ("refused-blocked-prompt",), said=Said(words=f"a {_BLOCKED}"), to=lambda way: WORDS in way.has
    ),
    "refused picture": Outcome(
        ("refused-no-format", "refused-unusable"), said=Said(picture=_NO_PICTURE), to=lambda way: PICTURE in way.has
    ),
    "no picture": Outcome(_NOTHING_TO_WORK_ON, said=Said(picture=None), to=lambda way: way.lacks),
    "over the quota": Outcome(("refused-day",), begin=_spend, end=_allow),
    "paused place": Outcome(("refused-paused",), begin=_pause, end=_resume),
    "bot stopping": Outcome(("refused-restarting",), begin=_stop, end=_open),
    "engine ended": Outcome(("failed-too-often",), to=lambda way: way.has == {OWN_RESULT}, begin=_crash, end=_mend),
    "deleted result": Outcome(
        ("refused-gone", "refused-picture-gone", "refused-job-unknown"),
        made=True,  # from the copy that the chat still shows
        to=lambda way: OWN_RESULT in way.has,
        begin=_delete,
    ),
    "answer fails once": Outcome(_BUSY, made=True, begin=_be_busy, end=_be_well),
    "refusal fails once": Outcome(
        ("refused-blocked-prompt", *_BUSY),
        said=Said(words=f"a {_BLOCKED}"),
        to=lambda way: WORDS in way.has,
        begin=_be_busy,
        end=_be_well,
    ),
}


@asynccontextmanager
async def discord_house(folder: Path) -> AsyncIterator[House]:
    async with DiscordServer() as server:
        room = server.channel()
        server.gateway.allowed_intents = _MESSAGE_CONTENT

        def busy() -> None:
            server._faults.clear()
            for method, path in (
                ("POST", r"/channels/\d+/messages$"),
                ("POST", r"/interactions/.*/callback"),
                ("POST", r"/webhooks/[^/]+/[^/]+$"),
                ("PATCH", r"/webhooks/.*/messages/"),
                ("PATCH", r"/channels/\d+/messages/"),
            ):
                server.fail(method, path, status=503)

        started = bench_on(
            server,
            MemoryJobStore(),
            FolderImageStore(folder),
            moderator=FakeModerator(blocked=[_BLOCKED]),
            message_content=True,
        )
        async with started as made:
            assert room.guild
            yield House(
                core=made.core,
                engine=made.engine,
                place=guild_key(room.guild.id),
                busy=busy,
                well=server._faults.clear,
                visit=lambda number: DiscordVisit(server, made.core, made.engine, room, number),
            )
        assert not server.problems


@asynccontextmanager
async def slack_house(folder: Path) -> AsyncIterator[House]:
    async with slack_server() as server:
        team = server.state.add_team()
        room = server.state.add_channel(team)

        def busy() -> None:
            server.state.faults.clear()
            for method in ("chat.postMessage", "chat.postEphemeral", "chat.update", "views.open"):
                server.fail(method, status=503)

        async with bench(server, folder, moderator=FakeModerator(blocked=[_BLOCKED])) as made:
            yield House(
                core=made.core,
                engine=made.engine,
                place=place_key(Team(team.id)),
                busy=busy,
                well=server.state.faults.clear,
                visit=lambda number: SlackVisit(server, made.core, made.engine, room, number),
            )


HOUSES = {"discord": discord_house, "slack": slack_house}


@pytest.mark.parametrize("outcome", OUTCOMES)
@pytest.mark.parametrize("chat", HOUSES)
async def test_an_answer_stands_where_the_member_spoke(chat: str, outcome: str, tmp_path: Path) -> None:
    row, silent = OUTCOMES[outcome], []
    async with HOUSES[chat](tmp_path) as house:
        names = [name for name, way in house.visit(0).ways.items() if row.to(way)]
        assert names
        for number, name in enumerate(names, 1):
            visit = house.visit(number)
            await visit.first()
            way = visit.ways[name]
            if outcome == "paused place" and chat == "discord" and name == "direct message":
                continue  # belongs to no server that could rest
            ready = await way.prepare() if way.prepare else None
            if row.begin:
                await row.begin(house, visit)
            visit.speaks_directly = name == "direct message"
            before = visit.seen()
            await way.act(ready, row.said)

            def answers(seen: Seen, way: Way = way) -> bool:
                told = says(seen.text, row.keys) and (seen.here or way.direct)
                return told or (row.made and seen.here and seen.pictures > 0)

            if not await fresh(visit, before, answers):
                silent.append("\n  ".join([name, *lines(visit.seen(), before)]))
            if row.end:
                await row.end(house)
    assert not silent, "\n".join(["no answer to", *silent])
