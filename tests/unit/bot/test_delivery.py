"""Time is the event loop's and jumps ahead (`looptime`), so hours of back-off take no time here."""

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

import pytest

from bot.calls import HEARD_SECONDS, Calls
from bot.delivery import BACKOFF, LONGEST_PAUSE, MAX_ATTEMPTS, REPOSITION_SECONDS, Delivery
from bot.domain.card import Card, Progress, Waiting
from bot.domain.errors import StorageFailed, TryLater, Undeliverable
from bot.domain.ids import ImageId, JobId
from bot.domain.job import Generation, Job, JobStatus, Lineage, Recipe
from bot.domain.request import Action, ReplyTarget
from bot.notices import Notices
from bot.rendering import render
from bot.stores import Due, MessageRef
from tests.builders.requests import requester
from tests.fakes.clock import LoopClock
from tests.fakes.messenger import FakeMessenger
from tests.fakes.store import MemoryJobStore

pytestmark = pytest.mark.looptime

RECIPE = Recipe(
    prompt="night",
    negative_prompt="",
    strength=0.5,
    seed=1,
    steps=4,
    guidance_scale=1.5,
    style=None,
    model="fake",
)


def new_job(name: str = "a", *, platform: str = "fake") -> Job:
    return Job(
        id=JobId(name * 22),
        action=Action.IMG2IMG,
        requester=requester(platform=platform),
        reply_to=ReplyTarget(platform=platform),
        event_id=f"{platform}:{name}",
        source=ImageId("0" * 64),
        recipes=(RECIPE,),
        lineage=Lineage(),
        private=False,
        locale="en",
        created_at=0.0,
        pixels=1,
    ).queued()


@dataclass
class Desk:
    """A delivery with one job that a test moves by hand."""

    delivery: Delivery
    notices: Notices
    store: MemoryJobStore
    chat: FakeMessenger
    places: dict[JobId, Waiting]

    async def add(self, job: Job) -> Job:
        await self.store.add(job)
        self.delivery.announce(job.id)
        return job

    async def move(self, before: Job, after: Job) -> Job:
        generation = None
        if after.status is JobStatus.SUCCEEDED:
            generation = Generation(
                id=before.generation_ids()[0],
                job=before.id,
                index=0,
                requester=before.requester,
                source=before.source,
                image=ImageId("1" * 64),
                recipe=RECIPE,
                lineage=Lineage(),
                width=64,
                height=64,
                effective_steps=2,
                seconds=1.0,
                created_at=0.0,
            )
        assert await self.store.replace(before, after, generation=generation)
        self.delivery.changed(after.id)
        return after

    async def finish(self, job: Job) -> Job:
        running = await self.move(job, job.started(lease="run", at=0.0))
        return await self.move(running, running.succeeded(at=0.0))

    def times(self, job: Job) -> list[float]:
        return [time for message in self.chat.of(job.id) for time in message.times]


@asynccontextmanager
async def desk(
    store: MemoryJobStore | None = None, chat: FakeMessenger | None = None, *, notify: float = 0.0
) -> AsyncIterator[Desk]:
    store, chat = store or MemoryJobStore(), chat or FakeMessenger()
    places: dict[JobId, Waiting] = {}
    messengers, clock = {chat.platform: chat}, LoopClock()
    notices = Notices(store=store, messengers=messengers, clock=clock)
    calls = Calls(notices=notices, seconds=notify)
    delivery = Delivery(
        store=store, messengers=messengers, waiting=places.get, clock=clock, calls=calls, notices=notices
    )
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(delivery.run())
        taking_back = tasks.create_task(notices.run())
        yield Desk(delivery, notices, store, chat, places)
        delivery.stop()
        taking_back.cancel()


async def test_progress_is_coalesced_and_the_end_is_shown_at_once() -> None:
    async with desk() as at:
        job = await at.add(new_job())
        await asyncio.sleep(60)
        running = await at.move(job, job.started(lease="run", at=0.0))
        for step in range(100):
            at.delivery.progressed(job.id, Progress(fraction=step / 100))
            await asyncio.sleep(0.1)
        ended_at = asyncio.get_running_loop().time()
        await at.move(running, running.succeeded(at=0.0))
        await asyncio.sleep(60)

        times = at.times(job)
        progress = times[2:-1]
        assert len(progress) == pytest.approx(4, abs=1)
        assert min(b - a for a, b in itertools.pairwise(times[1:-1])) >= at.chat.edit_interval
        assert times[-1] == pytest.approx(ended_at, abs=0.05)
        [message] = at.chat.of(job.id)
        assert message.cards[-1].status is JobStatus.SUCCEEDED
        fractions = [card.progress.fraction for card in message.cards if card.progress]
        assert fractions == sorted(fractions)


async def test_a_new_preview_is_shown_sooner_than_another_number_and_numbers_rarely_once_there_is_one() -> None:
    async with desk() as at:
        job = await at.add(new_job())
        running = await at.move(job, job.started(lease="run", at=0.0))
        await asyncio.sleep(60)
        begun = asyncio.get_running_loop().time()
        previews: dict[int, bytes] = {}
        for step in range(400):
            previews = {0: bytes([step // 100])} if step >= 100 else {}
            at.delivery.progressed(job.id, Progress(fraction=step / 400, previews=previews))
            await asyncio.sleep(0.1)
        await at.move(running, running.succeeded(at=0.0))

        [message] = at.chat.of(job.id)
        seen = [(card.progress, time - begun) for card, time in zip(message.cards, message.times, strict=True)]
        edits = [(progress.previews.get(0), time) for progress, time in seen if progress]
        before = [time for preview, time in edits if preview is None]
        assert min(b - a for a, b in itertools.pairwise(before)) >= at.chat.edit_interval
        for number in (1, 2, 3):
            shown = [time for preview, time in edits if preview == bytes([number])]
            assert shown[0] - number * 10 <= at.chat.edit_interval / 2 + 0.2
            assert all(b - a >= 2 * at.chat.edit_interval - 0.1 for a, b in itertools.pairwise(shown[:-1]))
        kept = [preview for preview, _ in edits]
        assert kept.index(bytes([1])) == len(before)  # no preview goes before the next one comes


async def test_a_job_that_starts_at_once_is_never_said_to_be_queued() -> None:
    async with desk() as at:
        job = new_job()
        at.places[job.id] = Waiting(position=1, expected_at=9.0, expected_late=9.0, at_once=True)
        await at.add(job)
        await asyncio.sleep(0.05)
        at.places.pop(job.id)
        await at.finish(job)
        await asyncio.sleep(10)
        [message] = at.chat.of(job.id)
        assert [card.headline for card in message.cards] == ["Starting", "Done"]


async def test_a_time_that_has_passed_is_no_longer_promised() -> None:
    async with desk() as at:
        job, now = new_job(), LoopClock().now()
        at.places[job.id] = Waiting(position=3, expected_at=now + 40, expected_late=now + 50)
        await at.add(job)
        await asyncio.sleep(42)
        at.places[job.id] = Waiting(position=3, expected_at=now + 90, expected_late=now + 95)
        await asyncio.sleep(100)
        [message] = at.chat.of(job.id)
        promises = [card.waiting.expected_at for card in message.cards if card.waiting]
        assert promises[0] == now + 40
        assert promises[-1] is None


async def test_nothing_is_edited_where_nothing_is_new() -> None:
    async with desk() as at:
        job = await at.add(new_job())
        for _ in range(20):
            at.delivery.queue_moved()
            await asyncio.sleep(30)

        assert len(at.times(job)) == 1


async def test_a_new_position_is_shown_but_not_too_often() -> None:
    async with desk() as at:
        job = new_job()
        at.places[job.id] = Waiting(position=9, expected_at=None, expected_late=None)
        await at.add(job)
        await asyncio.sleep(1)
        for position in range(8, 0, -1):
            at.places[job.id] = Waiting(position=position, expected_at=None, expected_late=None)
            at.delivery.queue_moved()
            await asyncio.sleep(3)

        times = at.times(job)
        assert 2 <= len(times) <= 4
        assert min(b - a for a, b in itertools.pairwise(times)) >= REPOSITION_SECONDS


async def test_a_busy_chat_gets_the_end_when_it_asked_for_it() -> None:
    async with desk() as at:
        job = await at.add(new_job())
        await asyncio.sleep(1)
        at.chat.refuse(TryLater("429", seconds=30))
        ended = asyncio.get_running_loop().time()
        await at.finish(job)
        await asyncio.sleep(100)

        assert at.times(job)[-1] - ended == pytest.approx(30, abs=0.1)
        assert await at.store.deliveries() == []


async def test_a_chat_that_put_progress_off_gets_the_end_at_once() -> None:
    async with desk() as at:
        job = await at.add(new_job())
        running = await at.move(job, job.started(lease="run", at=0.0))
        await asyncio.sleep(60)
        at.chat.refuse(TryLater("the edits of this minute are used up", seconds=30))
        at.delivery.progressed(job.id, Progress(fraction=0.5))
        await asyncio.sleep(10)
        ended = asyncio.get_running_loop().time()
        await at.move(running, running.succeeded(at=0.0))
        await asyncio.sleep(100)

        assert at.times(job)[-1] == pytest.approx(ended, abs=0.1)


async def test_a_placeholder_that_was_posted_although_the_chat_said_no_is_not_posted_twice() -> None:
    async with desk() as at:
        at.chat.refuse(TryLater("500 after the message was made"), after_effect=True)
        job = await at.add(new_job())
        await asyncio.sleep(BACKOFF[0] + 1)
        await at.finish(job)
        await asyncio.sleep(60)

        assert len(at.chat.of(job.id)) == 1
        assert at.chat.of(job.id)[0].cards[-1].status is JobStatus.SUCCEEDED


async def test_a_fault_of_an_adapter_is_tried_again_and_harms_nobody_else(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with desk() as at:
        ill = new_job("a")
        real_post = at.chat.post
        faults = [KeyError("a bug"), ValueError("another")]

        async def post(target: ReplyTarget, card: object, *, nonce: str) -> str:
            if nonce == ill.id and faults:
                raise faults.pop()
            return await real_post(target, card, nonce=nonce)  # type: ignore[arg-type]  # handed through

        monkeypatch.setattr(at.chat, "post", post)
        await at.add(ill)
        healthy = await at.add(new_job("b"))
        await asyncio.sleep(60)

        assert at.times(healthy)[0] < 1
        assert len(at.times(ill)) == 1
        assert faults == []


async def test_a_card_that_cannot_be_rendered_costs_its_own_message_and_comes_after_the_next_start(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def failing(job: Job, *rest: object, **more: object) -> Card:
        if job.id == new_job("a").id and job.status.ended:
            raise KeyError("button-twice")
        return render(job, *rest, **more)  # type: ignore[arg-type]  # handed through

    with monkeypatch.context() as broken:
        broken.setattr("bot.delivery.render", failing)
        async with desk() as at:
            ill, healthy = await at.add(new_job("a")), await at.add(new_job("b"))
            await at.finish(ill)
            await at.finish(healthy)
            await asyncio.sleep(60)
        for _ in range(2):  # a start while the fault is still there ends no better and no worse
            async with desk(at.store, at.chat) as again:
                again.delivery.announce(ill.id)
                await asyncio.sleep(60)
    assert at.chat.of(healthy.id)[0].cards[-1].headline == "Done"
    assert "comes after my next start" in at.chat.of(ill.id)[0].cards[-1].headline
    assert [duty.job for duty in await at.store.deliveries()] == [ill.id]
    async with desk(at.store, at.chat) as mended:
        mended.delivery.announce(ill.id)
        await asyncio.sleep(60)
    assert [message.cards[-1].headline for message in at.chat.of(ill.id)] == ["Done"]
    assert not await at.store.deliveries()


async def test_a_place_that_is_gone_ends_the_duty_without_a_loop() -> None:
    async with desk() as at:
        job = await at.add(new_job())
        await asyncio.sleep(1)
        at.chat.refuse(Undeliverable("the channel was deleted"))
        await at.finish(job)
        await asyncio.sleep(3600)

        assert await at.store.deliveries() == []
        assert len(at.times(job)) == 1


async def test_an_outage_is_waited_out_but_not_for_ever() -> None:
    async with desk() as at:
        job = await at.add(new_job())
        await asyncio.sleep(1)
        for _ in range(MAX_ATTEMPTS + 1):
            at.chat.refuse(TryLater("503"))
        await at.finish(job)
        await asyncio.sleep(24 * 3600)

        assert await at.store.deliveries() == []
        assert len(at.times(job)) == 1


async def test_a_disk_that_refuses_delays_the_message_and_loses_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    async with desk() as at:
        real_posted = at.store.posted
        refusals = [1, 2, 3]

        async def posted(job: JobId, message: str, **more: str | None) -> None:
            if refusals:
                refusals.pop()
                raise StorageFailed
            await real_posted(job, message, **more)

        monkeypatch.setattr(at.store, "posted", posted)
        job = await at.add(new_job())
        await asyncio.sleep(120)
        await at.finish(job)
        await asyncio.sleep(60)

        [message] = at.chat.of(job.id)
        assert message.cards[-1].status is JobStatus.SUCCEEDED


async def test_what_was_not_shown_before_a_restart_is_shown_after_it() -> None:
    async with desk() as first:
        job = await first.add(new_job())
        await asyncio.sleep(1)
    await first.finish(job)
    assert len(first.times(job)) == 1

    async with desk(first.store, first.chat) as second:
        for duty in await second.store.deliveries():
            second.delivery.announce(duty.job)
        await asyncio.sleep(1)

    assert len(first.chat.of(job.id)) == 1
    assert first.chat.of(job.id)[0].cards[-1].status is JobStatus.SUCCEEDED


@pytest.mark.parametrize("restarted", [False, True])
@pytest.mark.parametrize("everything", [False, True])
async def test_what_was_deleted_while_the_chat_put_it_off_is_not_shown(*, everything: bool, restarted: bool) -> None:
    async with desk() as at:
        job = new_job()
        if restarted:
            await at.store.add(job)
            await at.store.posted(job.id, await at.chat.post(job.reply_to, render(job, ()), nonce=job.id))
            ended = await at.finish(job)
            await at.store.postpone(job.id, due_at=LoopClock().now() + 60)
            at.delivery.announce(job.id)
        else:
            await at.add(job)
            await asyncio.sleep(10)
            at.chat.refuse(TryLater("busy", seconds=60))
            ended = await at.finish(job)
        await asyncio.sleep(1)
        await forget(at.store, ended, everything=everything)
        await asyncio.sleep(100)
        [message] = at.chat.of(job.id)
        assert [card for card in message.cards if card.status.ended] == []
        assert await at.store.deliveries() == []


@pytest.mark.parametrize("moves", [False, True])
@pytest.mark.parametrize("everything", [False, True])
async def test_what_is_deleted_while_the_chat_shows_it_is_taken_back(*, everything: bool, moves: bool) -> None:
    """`moves`: the message is gone by then, so the chat makes another one."""

    class Slow(FakeMessenger):
        async def edit(self, target: ReplyTarget, message: MessageRef, card: Card) -> MessageRef:
            if card.status.ended:
                await forget(at.store, ended, everything=everything)
                at.notices.wake()
                await asyncio.sleep(1)
                assert message in self.erased
                return await self.post(target, card, nonce=f"{card.job}-again" if moves else card.job)
            return await super().edit(target, message, card)

    async with desk(chat=Slow()) as at:
        job = await at.add(new_job())
        await asyncio.sleep(10)
        ended = await at.finish(job)
        await asyncio.sleep(100)
        assert at.chat.messages == {}
        assert len(at.chat.erased) == 2
        assert await at.store.deliveries() == []


async def forget(store: MemoryJobStore, job: Job, *, everything: bool) -> None:
    if everything:
        await store.forget(job.requester.key)
    else:
        await store.remove_generation(job.generation_ids()[0])


async def test_a_stop_shows_ended_jobs_and_leaves_waiting_ones_to_the_next_start() -> None:
    async with desk() as at:
        waiting = await at.add(new_job("a"))
        ended = await at.add(new_job("b"))
        await asyncio.sleep(1)
        await at.finish(ended)

    assert at.chat.of(ended.id)[0].cards[-1].status is JobStatus.SUCCEEDED
    assert at.chat.of(waiting.id)[0].cards[-1].status is JobStatus.QUEUED


async def test_a_platform_that_is_off_keeps_its_duties() -> None:
    async with desk() as at:
        job = await at.add(new_job(platform="elsewhere"))
        await asyncio.sleep(1)

        assert [duty.job for duty in await at.store.deliveries()] == [job.id]


async def test_a_private_job_is_rendered_private() -> None:
    async with desk() as at:
        job = await at.add(replace(new_job(), private=True))
        await asyncio.sleep(1)

        assert at.chat.of(job.id)[0].cards[0].private


async def test_a_job_that_ends_while_its_row_is_read_is_shown_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    async with desk() as at:
        real_due, landing = at.store.due, asyncio.Event()

        async def as_it_was(job: JobId) -> Due | None:
            """A reader may hand its row over after the writer's commit has been told of."""
            due = await real_due(job)
            if due and due.job.status is JobStatus.RUNNING and not landing.is_set():
                landing.set()
                await asyncio.sleep(1)
            return due

        monkeypatch.setattr(at.store, "due", as_it_was)
        waiting = await at.add(new_job())
        await asyncio.sleep(60)
        running = await at.move(waiting, waiting.started(lease="run", at=0.0))
        await landing.wait()
        await at.move(running, running.succeeded(at=0.0))
        await asyncio.sleep(60)

        assert at.chat.of(waiting.id)[0].cards[-1].status is JobStatus.SUCCEEDED


async def test_a_clock_that_was_set_back_by_a_year_does_not_hide_a_job_for_a_year() -> None:
    async with desk() as at:
        job = await at.add(replace(new_job(), created_at=LoopClock().now() + 365 * 86400.0))
        await asyncio.sleep(LONGEST_PAUSE + 1)

        assert at.chat.of(job.id)


async def ended_after(at: Desk, seconds: float, name: str = "a") -> Job:
    job = await at.add(new_job(name))
    await asyncio.sleep(1)
    running = await at.move(job, job.started(lease="run", at=0.0))
    await asyncio.sleep(1)
    await at.move(running, running.succeeded(at=seconds))
    await asyncio.sleep(30)
    return job


async def test_who_waited_is_called_once_and_who_did_not_is_left_in_peace() -> None:
    async with desk(notify=20.0) as at:
        await ended_after(at, 19.0, "b")
        assert at.chat.notified == []
        job = await ended_after(at, 21.0)
        assert at.chat.notified == [(f"message-{job.id}", f"{job.id}-n")]
    async with desk() as at:
        await ended_after(at, 500.0)
        assert at.chat.notified == [], "the owner turned it off"


async def test_a_failed_job_calls_nobody() -> None:
    async with desk(notify=20.0) as at:
        job = await at.add(new_job())
        await asyncio.sleep(1)
        running = await at.move(job, job.started(lease="run", at=0.0))
        await at.move(running, running.failed("It broke.", at=99.0))
        await asyncio.sleep(30)
        assert at.chat.notified == []


async def test_a_result_that_comes_as_a_new_message_notifies_by_itself() -> None:
    async with desk(notify=20.0) as at:
        job = new_job()
        await at.store.add(job)
        await at.move(job, job.started(lease="run", at=0.0))
        running = job.started(lease="run", at=0.0)
        await at.move(running, running.succeeded(at=99.0))
        at.delivery.announce(job.id)
        await asyncio.sleep(30)
        assert len(at.times(job)) == 1
        assert at.chat.notified == []


async def test_a_busy_chat_calls_later_and_not_twice() -> None:
    async with desk(notify=20.0) as at:
        job = await at.add(new_job())
        await asyncio.sleep(1)
        running = await at.move(job, job.started(lease="run", at=0.0))
        await asyncio.sleep(1)
        at.chat.refuse(TryLater("429"))  # the edit that shows the result
        at.chat.refuse(TryLater("429"))  # the call, which had come through
        await at.move(running, running.succeeded(at=99.0))
        await asyncio.sleep(60)
        assert at.chat.notified == [(f"message-{job.id}", f"{job.id}-n")]
        assert await at.store.deliveries() == []


async def test_a_call_is_taken_back_a_minute_later() -> None:
    async with desk(notify=20.0) as at:
        job = await ended_after(at, 21.0)
        called_by = asyncio.get_running_loop().time()
        assert at.chat.unsaid == {}
        await asyncio.sleep(HEARD_SECONDS)
        assert at.chat.unsaid == {f"call-{job.id}-n": pytest.approx(called_by - 30 + HEARD_SECONDS, abs=1.0)}
        assert await at.store.notices("fake", most=9) == []


async def test_a_call_is_taken_back_at_once_when_its_member_uses_the_result() -> None:
    async with desk(notify=20.0) as at:
        job = await ended_after(at, 21.0)
        await at.notices.heard(job.id, "fake:somebody-else")
        await asyncio.sleep(1)
        assert at.chat.unsaid == {}
        await at.notices.heard(job.id, job.requester.key)
        await asyncio.sleep(1)
        assert list(at.chat.unsaid) == [f"call-{job.id}-n"]
        await at.notices.heard(job.id, job.requester.key)
        assert await at.store.notices("fake", most=9) == []


async def test_what_changes_about_a_job_after_its_end_is_shown_without_another_call() -> None:
    async with desk(notify=20.0) as at:
        job = await ended_after(at, 21.0)
        await at.delivery.show_again(job.id)
        assert len(at.chat.notified) == 1
        [message] = at.chat.of(job.id)
        assert [card.status for card in message.cards[-2:]] == [JobStatus.SUCCEEDED] * 2
        at.chat.refuse(TryLater("429"))
        await at.delivery.show_again(job.id)
        await at.delivery.show_again(JobId("unknown"))
        assert len(at.chat.of(job.id)) == 1


async def test_a_call_of_an_earlier_run_is_taken_back_by_the_next_one() -> None:
    async with desk(notify=20.0) as at:
        job = await ended_after(at, 21.0)
        assert at.chat.unsaid == {}
    await asyncio.sleep(500.0)
    async with desk(at.store, at.chat, notify=0.0) as again:
        await asyncio.sleep(1)
        assert list(again.chat.unsaid) == [f"call-{job.id}-n"]
        assert await again.store.notices("fake", most=9) == []


async def test_a_busy_chat_takes_a_call_back_later_and_one_that_never_does_is_let_go() -> None:
    async with desk(notify=20.0) as at:
        await ended_after(at, 21.0, "a")
        at.chat.refuse(TryLater("429"))
        await asyncio.sleep(HEARD_SECONDS)
        assert (at.chat.unsaid, len(await at.store.notices("fake", most=9))) == ({}, 1)
        await asyncio.sleep(HEARD_SECONDS)
        assert len(at.chat.unsaid) == 1
        await ended_after(at, 21.0, "b")
        at.chat.refuse(Undeliverable("no right to delete"))
        await asyncio.sleep(HEARD_SECONDS)
        assert (len(at.chat.unsaid), await at.store.notices("fake", most=9)) == (1, [])
