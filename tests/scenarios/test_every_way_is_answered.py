"""Nobody who addresses the bot is left without an answer in the place where they spoke.

A table of ways by outcomes on each chat, through its real SDK. Each outcome is one running service, and each way a
member of its own, who has a result in the room and then speaks, all at once, while things are as the outcome says.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from bot.domain.access import Asker
from bot.domain.job import JobStatus
from inference.api import Arriving, Failed, FailureKind
from tests.fakes.engine import MODEL
from tests.harness.waiting import PATIENCE
from tests.scenarios.houses import BLOCKED, HOUSES, House
from tests.scenarios.ways import (
    OWN_RESULT,
    PICTURE,
    SIGN,
    WORDS,
    Said,
    Seen,
    Visit,
    Way,
    fresh,
    lines,
    says,
)

_NO_PICTURE = b"these are words and no picture. " * 9
_CRASHES = 9
_FAULTS = 2
"""Of each kind of call: as many as one member outlasts, whom all of them may meet."""

_NOT_ON_THE_HUB = "The hub knows no such model: name another."
_USUAL = Said()
_DIRECT = "direct message"

Rows = Sequence[Visit]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What comes of a row.

    Attributes:
        keys: the messages of the catalogue, or sentences, of which one is said.
        made: a result is shown, or one of them.
        said: what the member says.
        to: which ways it is tried by.
        begin: makes it so, once the members are there.
        servers: is of servers, which direct messages on Discord belong to none of.
        elsewhere: is said to the member alone, as nothing can be written where they spoke.
    """

    keys: Sequence[str] = ()
    made: bool = False
    said: Said = _USUAL
    to: Callable[[Way], bool] = lambda _: True
    begin: Callable[[House, Rows], Awaitable[None]] | None = None
    servers: bool = False
    elsewhere: bool = False


async def _spend(house: House, _: Rows) -> None:
    admission = house.core.service._admission
    admission.limits = replace(admission.limits, per_user_per_day=1)


async def _pause(house: House, _: Rows) -> None:
    await house.core.service.moderators.pause(house.place, paused=True)


async def _block(house: House, rows: Rows) -> None:
    for each in rows:
        await house.core.service.moderators.ban(house.place, each.key.partition(":")[2])


async def _shut_out(house: House, _: Rows) -> None:
    house.shut_out()


async def _stop(house: House, _: Rows) -> None:
    house.core.service.close()


async def _crash(house: House, rows: Rows) -> None:
    house.engine.script(*[Failed(FailureKind.CRASH, "The worker died.")] * _CRASHES * len(rows))


async def _miss(house: House, rows: Rows) -> None:
    house.engine.miss(MODEL, Arriving())
    for _ in rows:
        await house.engine.receive(MODEL, refusal=_NOT_ON_THE_HUB)


async def _delete(_: House, rows: Rows) -> None:
    for each in rows:
        await each.delete()


async def _be_busy(house: House, rows: Rows) -> None:
    del rows
    house.busy(_FAULTS)


_NOTHING_TO_WORK_ON = (
    "refused-no-picture",
    "refused-no-picture-there",
    "refused-slack-no-picture",
    "refused-slack-no-picture-there",
    "refused-add-picture",
    "slack-hello",
)
_BUSY = ("refused-busy", "refused-slack-busy", "refused-slack-too-late")
OUTCOMES = {
    "done": Outcome(made=True),
    "refused words": Outcome(
        ("refused-blocked-prompt",), said=Said(words=f"a {BLOCKED}"), to=lambda way: WORDS in way.has
    ),
    "unknown flag": Outcome(
        ("refused-flag-unknown",), said=Said(words="a boat --strenght 0.2"), to=lambda way: WORDS in way.has
    ),
    "refused picture": Outcome(
        ("refused-no-format", "refused-unusable"), said=Said(picture=_NO_PICTURE), to=lambda way: PICTURE in way.has
    ),
    "no picture": Outcome(_NOTHING_TO_WORK_ON, said=Said(picture=None), to=lambda way: way.lacks),
    "over the quota": Outcome(("refused-day",), begin=_spend),
    "blocked member": Outcome(("refused-banned",), begin=_block, servers=True),
    "paused place": Outcome(("refused-paused",), begin=_pause, servers=True),
    "no right to write": Outcome(
        ("refused-permission", "refused-slack-thread"), made=True, begin=_shut_out, elsewhere=True
    ),
    "bot stopping": Outcome(("refused-restarting",), begin=_stop),
    "model that cannot be had": Outcome((_NOT_ON_THE_HUB,), begin=_miss),
    "failed job": Outcome(("failed-too-often",), begin=_crash),
    "deleted result": Outcome(
        ("refused-gone", "refused-picture-gone", "refused-job-unknown"),
        made=True,  # from the copy that the chat still shows
        to=lambda way: OWN_RESULT in way.has,
        begin=_delete,
    ),
    "answer fails once": Outcome(_BUSY, made=True, begin=_be_busy),
    "refusal fails once": Outcome(
        ("refused-blocked-prompt", *_BUSY),
        said=Said(words=f"a {BLOCKED}"),
        to=lambda way: WORDS in way.has,
        begin=_be_busy,
    ),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One way, and the member who goes it."""

    name: str
    way: Way
    visit: Visit
    ready: Any

    async def act(self, said: Said) -> Sequence[Seen]:
        """Go it; what stood before the member until then."""
        self.visit.speaks_in = self.way.within
        before = self.visit.seen()
        await self.way.act(self.ready, said)
        return before


async def _rows(house: House, to: Callable[[str, Way], bool]) -> Sequence[Row]:
    names = [name for name, way in house.visit(0).ways.items() if to(name, way)]
    assert names

    async def come(number: int, name: str) -> Row:
        visit = house.visit(number)
        await visit.first()
        way = visit.ways[name]
        return Row(name, way, visit, await way.prepare() if way.prepare else None)

    return await asyncio.gather(*(come(number, name) for number, name in enumerate(names, 1)))


@pytest.mark.parametrize("outcome", OUTCOMES)
@pytest.mark.parametrize("chat", HOUSES)
async def test_an_answer_stands_where_the_member_spoke(chat: str, outcome: str, tmp_path: Path) -> None:
    row = OUTCOMES[outcome]

    def wanted(name: str, way: Way) -> bool:
        outside = row.servers and chat == "discord" and name == _DIRECT
        return row.to(way) and not outside

    def answers(seen: Seen) -> bool:
        told = says(seen.text, row.keys) and (seen.here or row.elsewhere)
        return told or (row.made and (seen.here or row.elsewhere) and seen.pictures > 0)

    async def goes(each: Row) -> str:
        before = await each.act(row.said)
        unsigned = chat == "slack" or each.way.within  # Slack shows nothing of a channel that one is not in
        signed = not row.elsewhere or unsigned or await fresh(each.visit, before, _points_there)
        if signed and await fresh(each.visit, before, answers):
            return ""
        return "\n  ".join([each.name, *lines(each.visit.seen(), before)])

    async with HOUSES[chat](tmp_path) as start, start() as house:
        rows = await _rows(house, wanted)
        if row.begin:
            await row.begin(house, [each.visit for each in rows])
        silent = [each for each in await asyncio.gather(*(goes(each) for each in rows)) if each]
    assert not silent, "\n".join(["no answer to", *silent])


def _points_there(seen: Seen) -> bool:
    """What stands where a member spoke: the answer itself, or a sign that there is one."""
    return seen.here and (seen.text == SIGN or bool(seen.text) or seen.pictures > 0)


@pytest.mark.parametrize("chat", HOUSES)
async def test_whoever_waits_while_the_bot_restarts_has_the_result_where_they_spoke(
    chat: str, tmp_path: Path
) -> None:
    def is_there(seen: Seen) -> bool:
        return seen.here and (bool(seen.text) or seen.pictures > 0)

    def is_done(seen: Seen) -> bool:
        return seen.here and seen.pictures > 0

    async with HOUSES[chat](tmp_path) as start:
        async with start() as house:
            rows = await _rows(house, lambda *_: True)
            house.engine.hold()
            befores = await asyncio.gather(*(each.act(_USUAL) for each in rows))
            waiting = [await fresh(each.visit, before, is_there) for each, before in zip(rows, befores, strict=True)]
            assert [each.name for each, there in zip(rows, waiting, strict=True) if not there] == []
        async with start():
            ends = [await fresh(each.visit, before, is_done) for each, before in zip(rows, befores, strict=True)]
    assert [each.name for each, end in zip(rows, ends, strict=True) if not end] == []


def _waits(seen: Seen) -> bool:
    return any("Cancel" in label for label in seen.buttons)


@pytest.mark.parametrize("chat", HOUSES)
async def test_whoever_cancels_sees_the_job_go(chat: str, tmp_path: Path) -> None:
    async with HOUSES[chat](tmp_path) as start, start() as house:
        rows = await _rows(house, lambda *_: True)
        house.engine.hold()

        async def cancels(each: Row) -> str:
            before = await each.act(_USUAL)
            assert await fresh(each.visit, before, _waits), each.name
            job = await each.visit.job()
            await house.core.service.removal.cancel(job.id, by=Asker(requester=job.requester))
            async with asyncio.timeout(PATIENCE):
                while any(_waits(seen) for seen in each.visit.seen()):
                    await asyncio.sleep(0.01)
            ended = await house.core.store.job(job.id)
            assert ended
            return ended.status

        assert set(await asyncio.gather(*(cancels(each) for each in rows))) == {JobStatus.CANCELLED}
