"""Collect on messages whose only token is about to die, while their jobs go on."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import cast

import pytest

from adapters.discord.faults import Fault, Meaning
from adapters.discord.messenger import DiscordMessenger
from adapters.discord.rest import KeptAttachments, Payload, Rest
from adapters.discord.routes import COLLECT_BEFORE, Address, Token
from bot.card_files import CardFiles
from bot.domain.card import Card, Progress
from bot.domain.errors import TryLater, Undeliverable
from bot.domain.picture import Attached
from bot.domain.request import ReplyTarget
from bot.rendering import render
from bot.stores import MessageRef
from tests.builders.exported import Pngs
from tests.builders.jobs import a_generation, a_job
from tests.contract.test_messenger import nothing

LIFE = 900.0


class Clock:
    """Time that stands."""

    time = 1000.0

    def now(self) -> float:
        return self.time


class Calls:
    """Discord's answers by token, each in one message; a call that is held has its effect once it is let go."""

    logged_in = True

    def __init__(self) -> None:
        self.shown: dict[str, str] = {}
        self.direct: list[str] = []
        self.held: dict[str, asyncio.Event] = {}
        self.begun = asyncio.Event()
        self.fault: Fault | None = None

    async def edit_response(
        self,
        _application: str,
        token: str,
        body: Payload,
        _files: Sequence[Attached] = (),
        _kept: KeptAttachments | None = None,
    ) -> Payload:
        if gate := self.held.pop(token, None):
            self.begun.set()
            await gate.wait()
        if fault := self.fault:
            self.fault = None
            raise fault
        self.shown[token] = str(body)
        return {"id": "1", "attachments": []}

    async def direct_channel(self, _user: str) -> str:
        return "dm"

    async def create(self, channel: str, *_: object, **__: object) -> Payload:
        self.direct.append(channel)
        return {"id": "2", "attachments": []}


@dataclass
class Shown:
    """A private job at work, in its message."""

    token: str
    target: ReplyTarget
    message: MessageRef
    running: Card
    done: Card


class Bench:
    def __init__(self) -> None:
        self.calls, self.clock = Calls(), Clock()
        rest = cast("Rest", self.calls)
        self.messenger = DiscordMessenger(rest, CardFiles(Pngs()), self.clock, closed=nothing)

    async def at_work(self, number: int) -> Shown:
        token = Token(application="9", value=f"token {number}", until=self.clock.now() + LIFE)
        address = Address(
            user="5", channel="7", guild="8", token=token, hidden=True, file_bytes=1 << 20, guild_file_bytes=1 << 20
        )
        job = replace(a_job(number=number), private=True).started(lease="x", at=1.0)
        running = render(job, (), progress=Progress(fraction=0.4))
        ended = job.succeeded(at=2.0)
        message = await self.messenger.post(address.target(), running, nonce=job.id)
        done = render(ended, [a_generation(ended)])
        return Shown(token.value, address.target(), message, running, done)

    def hold(self, shown: Shown) -> asyncio.Event:
        """The next call on its message waits."""
        self.calls.begun.clear()
        gate = self.calls.held[shown.token] = asyncio.Event()
        return gate

    async def end(self, shown: Shown) -> None:
        shown.message = await self.messenger.edit(shown.target, shown.message, shown.done)

    def offers(self, shown: Shown) -> bool:
        return "p1:collect:" in self.calls.shown[shown.token]

    def is_done(self, shown: Shown) -> bool:
        return "p1:delete:" in self.calls.shown[shown.token]


@pytest.fixture
def bench() -> Bench:
    return Bench()


async def test_an_end_that_comes_while_another_message_gets_its_button_stays(bench: Bench) -> None:
    first, second = await bench.at_work(1), await bench.at_work(2)
    bench.clock.time += LIFE - COLLECT_BEFORE
    gate = bench.hold(first)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(bench.messenger.offer_collect())
        await bench.calls.begun.wait()
        await bench.end(second)
        gate.set()
    assert bench.offers(first)
    assert bench.is_done(second)
    bench.clock.time += COLLECT_BEFORE
    await bench.end(second)
    assert bench.calls.direct == ["dm"], "no button of its own is waited for"


async def test_an_end_calls_off_the_button_that_is_under_way_to_its_message(bench: Bench) -> None:
    shown = await bench.at_work(1)
    bench.clock.time += LIFE - COLLECT_BEFORE
    gate = bench.hold(shown)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(bench.messenger.offer_collect())
        await bench.calls.begun.wait()
        await bench.end(shown)
        gate.set()
    assert bench.is_done(shown)


async def test_nothing_is_put_on_a_message_while_its_end_is_under_way(bench: Bench) -> None:
    shown = await bench.at_work(1)
    bench.clock.time += LIFE - COLLECT_BEFORE
    gate = bench.hold(shown)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(bench.end(shown))
        await bench.calls.begun.wait()
        await bench.messenger.offer_collect()
        assert not bench.offers(shown)
        gate.set()
    assert bench.is_done(shown)


async def test_an_end_that_has_to_wait_can_be_collected(bench: Bench) -> None:
    shown = await bench.at_work(1)
    bench.clock.time += LIFE - COLLECT_BEFORE
    bench.calls.fault = Fault(Meaning.BUSY, "503")
    with pytest.raises(TryLater):
        await bench.end(shown)
    await bench.messenger.offer_collect()
    assert bench.offers(shown)


async def test_a_button_that_discord_did_not_take_is_offered_again(bench: Bench) -> None:
    shown = await bench.at_work(1)
    bench.clock.time += LIFE - COLLECT_BEFORE
    bench.calls.fault = Fault(Meaning.BUSY, "503")
    await bench.messenger.offer_collect()
    assert not bench.offers(shown)
    await bench.messenger.offer_collect()
    assert bench.offers(shown)


async def test_an_end_without_its_token_waits_for_the_button_that_came_with_an_edit(bench: Bench) -> None:
    shown = await bench.at_work(1)
    bench.clock.time += LIFE - COLLECT_BEFORE
    await bench.messenger.edit(shown.target, shown.message, shown.running)
    assert bench.offers(shown)
    bench.clock.time += COLLECT_BEFORE
    with pytest.raises(Undeliverable, match="Collect"):
        await bench.end(shown)
    assert not bench.calls.direct
