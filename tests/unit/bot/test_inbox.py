"""How every chat's events come in: written down before they are acknowledged, done once, done again after a crash."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

import pytest
from structlog.testing import capture_logs

from bot.domain.errors import DeliveryError, InvalidRequest, NotAllowed, StorageFailed, UserError
from bot.inbox import Arrival, Inbox, Taken
from bot.stores import InboxEvent
from tests.fakes.clock import LoopClock
from tests.fakes.store import MemoryJobStore


class Coming:
    """An `Arrival` that notes in `diary` what became of it; `fault` is raised by its work."""

    def __init__(
        self,
        event: str,
        diary: list[str],
        *,
        payload: str | None = "{}",
        comes_again: bool = False,
        fault: Exception | None = None,
        unheard: Exception | None = None,
    ) -> None:
        self.id = event
        self.payload = payload
        self.comes_again = comes_again
        self._diary = diary
        self._fault = fault
        self._unheard = unheard

    async def acknowledge(self, taken: Taken) -> None:
        self._diary.append(f"{self.id} {taken.name}")

    async def work(self) -> None:
        self._diary.append(f"{self.id} works")
        if self._fault:
            raise self._fault

    async def tell(self, refused: UserError) -> None:
        self._diary.append(f"{self.id} told {refused.message}")
        if self._unheard:
            raise self._unheard


class FailingStore(MemoryJobStore):
    """Writes nothing down."""

    async def receive(self, _event: InboxEvent) -> bool:
        raise StorageFailed


class Unreadable(MemoryJobStore):
    """Reads nothing that was left."""

    async def unsettled(self, _platform: str) -> list[InboxEvent]:
        raise StorageFailed


def inbox(store: MemoryJobStore, read: Callable[[InboxEvent], Arrival | None] = lambda _: None) -> Inbox:
    return Inbox("fake", store=store, clock=LoopClock(), read=read)


@asynccontextmanager
async def running(at: Inbox) -> AsyncIterator[None]:
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(at.run())
        yield
        await at.stop()


async def test_it_is_written_down_then_acknowledged_then_done_then_settled() -> None:
    diary: list[str] = []

    class Store(MemoryJobStore):
        async def receive(self, event: InboxEvent) -> bool:
            diary.append(f"{event.id} written")
            return await super().receive(event)

        async def settle(self, event_id: str) -> None:
            diary.append(f"{event_id} settled")
            await super().settle(event_id)

    at = inbox(Store())
    async with running(at):
        await at.take(Coming("a", diary))
    assert diary == ["a written", "a NEW", "a works", "a settled"]


async def test_the_same_event_is_done_once_and_acknowledged_each_time() -> None:
    diary: list[str] = []
    at = inbox(MemoryJobStore())
    async with running(at):
        await at.take(Coming("a", diary))
        await at.take(Coming("a", diary))
    assert sorted(diary) == ["a KNOWN", "a NEW", "a works"]


async def test_what_is_being_written_down_while_the_inbox_starts_is_done_once() -> None:
    diary: list[str] = []

    class Slow(MemoryJobStore):
        """Has written an event down before it says so."""

        def __init__(self) -> None:
            super().__init__()
            self.written, self.left_read = asyncio.Event(), asyncio.Event()

        async def receive(self, event: InboxEvent) -> bool:
            new = await super().receive(event)
            self.written.set()
            await self.left_read.wait()
            await asyncio.sleep(0)  # whoever read what is left goes on first
            return new

        async def unsettled(self, platform: str) -> Sequence[InboxEvent]:
            found = await super().unsettled(platform)
            self.left_read.set()
            return found

    store = Slow()
    at = inbox(store, lambda row: Coming(row.id, diary))
    async with asyncio.TaskGroup() as tasks:
        taking = tasks.create_task(at.take(Coming("a", diary)))
        await store.written.wait()
        tasks.create_task(at.run())
        await taking
        await at.stop()
    assert diary == ["a NEW", "a works"]


async def test_what_only_looks_is_not_written_down() -> None:
    diary: list[str] = []
    at = inbox(FailingStore())
    async with running(at):
        await at.take(Coming("a", diary, payload=None))
    assert diary == ["a NEW", "a works"]


@pytest.mark.parametrize(("comes_again", "ends"), [(False, ["a NOT", "a told refused-storage"]), (True, ["a NOT"])])
async def test_what_cannot_be_written_down_is_not_done(*, comes_again: bool, ends: list[str]) -> None:
    diary: list[str] = []
    at = inbox(FailingStore())
    async with running(at):
        await at.take(Coming("a", diary, comes_again=comes_again))
    assert diary == ends


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (NotAllowed("refused-role"), "refused-role"),
        (DeliveryError("no answer"), "refused-busy"),
        (RuntimeError("a bug"), "refused-our-fault"),
    ],
)
async def test_every_fault_is_a_sentence_and_ends_nothing_else(fault: Exception, said: str) -> None:
    diary: list[str] = []
    store = MemoryJobStore()
    at = inbox(store)
    async with running(at):
        await at.take(Coming("a", diary, fault=fault, unheard=RuntimeError("the chat is away")))
        await at.take(Coming("b", diary))
    assert f"a told {said}" in diary
    assert "b works" in diary
    assert not await store.unsettled("fake")


async def test_what_a_member_typed_is_not_logged_if_they_cannot_be_told() -> None:
    fault = InvalidRequest("refused-strength-word", given="a secret wish")
    at = inbox(MemoryJobStore())
    with capture_logs() as said:
        async with running(at):
            await at.take(Coming("a", [], fault=fault, unheard=RuntimeError("the chat is away")))
    assert [each["refusal"] for each in said if each["event"] == "member not told"] == ["refused-strength-word"]
    assert "a secret wish" not in str(said)


async def test_what_a_crash_interrupted_is_done_again_and_not_acknowledged_again() -> None:
    diary: list[str] = []
    store = MemoryJobStore()
    await inbox(store).take(Coming("a", diary))  # nobody works: the process ends here
    await store.receive(InboxEvent(id="old", platform="fake", payload="?", received_at=0))
    await store.receive(InboxEvent(id="b", platform="other", payload="{}", received_at=0))

    async with running(inbox(store, lambda row: Coming(row.id, diary) if row.payload == "{}" else None)):
        pass
    assert diary == ["a NEW", "a AGAIN", "a works"]
    assert not await store.unsettled("fake"), "also what another version left, which nobody can read"
    assert await store.unsettled("other")


async def test_what_came_before_the_work_began_is_done_once() -> None:
    diary: list[str] = []
    at = inbox(MemoryJobStore(), lambda row: Coming(row.id, diary))
    await at.take(Coming("a", diary))
    async with running(at):
        pass
    assert diary == ["a NEW", "a works"]


async def test_what_is_left_and_cannot_be_read_now_keeps_nobody_from_working() -> None:
    diary: list[str] = []
    at = inbox(Unreadable())
    async with running(at):
        await at.take(Coming("a", diary))
    assert diary == ["a NEW", "a works"]


async def test_a_stop_waits_for_what_is_being_taken() -> None:
    diary: list[str] = []
    at = inbox(MemoryJobStore())
    go = asyncio.Event()

    class Slow(Coming):
        async def acknowledge(self, taken: Taken) -> None:
            await go.wait()
            await super().acknowledge(taken)

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(at.run())
        tasks.create_task(at.take(Slow("a", diary)))
        await asyncio.sleep(0)
        stopping = tasks.create_task(at.stop())
        await asyncio.sleep(0)
        assert not stopping.done()
        go.set()
    assert diary == ["a NEW", "a works"]
