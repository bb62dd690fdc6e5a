"""SQLite and the fake stay alike through any sequence of operations, restarts included."""

import asyncio
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from adapters.sqlite.store import SqliteJobStore
from bot.domain.ids import ImageId
from bot.domain.job import TRANSITIONS, Generation, Job, JobStatus
from bot.erasure import Retention
from bot.stores import Store
from tests.builders.jobs import a_generation, a_job, an_event
from tests.fakes.store import MemoryJobStore

T = TypeVar("T")

USERS = ("ada", "bob", "eve")
TIMES = st.integers(0, 60).map(lambda quarter: quarter * 6 * 3600.0)
PICTURES = st.integers(1, 6).map(lambda digit: ImageId(str(digit) * 64))
RECENT = st.integers(0, 9)


class StoresAlike(RuleBasedStateMachine):
    """Every answer is compared; job and event ids are drawn from what is known, so that operations meet."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.runner = asyncio.Runner()
        self.fake = MemoryJobStore()
        self.seen: list[Job] = []  # every version of every job, stale ones too
        self.number = 0

    @initialize()
    def open(self) -> None:
        self.real = SqliteJobStore(Path(self.folder.name) / "pentimento.db")
        self.runner.run(self.real.__aenter__())

    def teardown(self) -> None:
        self.runner.run(self.real.__aexit__(None, None, None))
        self.runner.close()
        self.folder.cleanup()

    def both(self, operation: Callable[[Store], Awaitable[T]]) -> T:
        async def ask() -> tuple[T, T]:
            return await operation(self.real), await operation(self.fake)

        real, fake = self.runner.run(ask())
        assert real == fake
        return real

    def pick(self, choice: int) -> Job:
        return self.seen[-1 - choice % len(self.seen)]

    def move_on(self, before: Job, to: JobStatus, at: float, generation: Generation | None = None) -> None:
        after = moved(before, to, at)
        if after and self.both(lambda store: store.replace(before, after, generation=generation)):
            self.seen.append(after)

    @rule()
    def restart(self) -> None:
        self.runner.run(self.real.__aexit__(None, None, None))
        self.open()

    @rule(number=st.integers(1, 12), at=TIMES)
    def receive(self, number: int, at: float) -> None:
        self.both(lambda store: store.receive(an_event(number, at=at)))

    @rule(number=st.integers(1, 12))
    def settle(self, number: int) -> None:
        self.both(lambda store: store.settle(f"console:{number}"))

    @rule(user=st.sampled_from(USERS), at=TIMES, source=PICTURES, pictures=st.integers(1, 3))
    def add(self, user: str, at: float, source: ImageId, pictures: int) -> None:
        self.number += 1
        job = a_job(number=self.number, user=user, at=at, source=source, strengths=(0.5,) * pictures)
        self.seen.append(self.both(lambda store: store.add(job)))

    @precondition(lambda self: self.seen)
    @rule(choice=RECENT)
    def add_again(self, choice: int) -> None:
        job = self.pick(choice)
        known = self.runner.run(self.fake.job(job.id))
        if known:
            assert self.both(lambda store: store.add(job)) == known

    @precondition(lambda self: self.seen)
    @rule(
        choice=RECENT, to=st.sampled_from(JobStatus), at=TIMES, picture=st.none() | PICTURES, index=st.integers(0, 2)
    )
    def move(self, choice: int, to: JobStatus, at: float, picture: ImageId | None, index: int) -> None:
        before = self.pick(choice)
        if picture is not None and index < len(before.recipes):
            self.move_on(before, to, at, a_generation(before, index, image=picture))
        else:
            self.move_on(before, to, at)

    @precondition(lambda self: self.seen)
    @rule(choice=RECENT, at=TIMES, late=st.sampled_from([JobStatus.SUCCEEDED, JobStatus.CANCELLED]))
    def lose_the_worker(self, choice: int, at: float, late: JobStatus) -> None:
        """Start a job twice over; then its first worker comes back with a result."""
        self.move_on(self.pick(choice), JobStatus.RUNNING, at)
        zombie = self.pick(0)
        self.move_on(zombie, JobStatus.QUEUED, at)
        self.move_on(self.pick(0), JobStatus.RUNNING, at)
        self.move_on(zombie, late, at, a_generation(zombie))

    @precondition(lambda self: self.seen)
    @rule(choice=RECENT, at=TIMES, what=st.sampled_from(["posted", "delivered", "postpone", "undeliverable"]))
    def deliver(self, choice: int, at: float, what: str) -> None:
        job = self.pick(choice).id
        match what:
            case "posted":
                self.both(lambda store: store.posted(job, f"message at {at}"))
            case "delivered":
                self.both(lambda store: store.delivered(job))
            case "postpone":
                self.both(lambda store: store.postpone(job, due_at=at))
            case _:
                self.both(lambda store: store.undeliverable(job, "The channel is gone."))

    @rule(pictures=TIMES, jobs=TIMES, inbox=TIMES, on=st.sampled_from([None, frozenset(), frozenset({"console"})]))
    def sweep(self, pictures: float, jobs: float, inbox: float, on: frozenset[str] | None) -> None:
        retention = Retention(pictures_before=pictures, jobs_before=jobs, inbox_before=inbox, on=on)
        self.both(lambda store: store.sweep(retention))

    @rule(user=st.sampled_from(USERS))
    def forget(self, user: str) -> None:
        self.both(lambda store: store.forget(f"console:{user}"))

    @precondition(lambda self: self.seen)
    @rule(choice=RECENT, index=st.integers(0, 2))
    def remove_generation(self, choice: int, index: int) -> None:
        job = self.pick(choice)
        if index < len(job.recipes):
            self.both(lambda store: store.remove_generation(job.generation_ids()[index]))

    @invariant()
    def answer_alike(self) -> None:
        self.both(lambda store: store.unsettled("console"))
        self.both(lambda store: store.open_jobs())
        self.both(lambda store: store.deliveries())
        self.both(lambda store: store.referenced_images())
        for user in USERS:
            key = f"console:{user}"
            self.both(lambda store, key=key: store.jobs_of(key, limit=5))  # type: ignore[misc]
            self.both(lambda store, key=key: store.usage(key, since=30 * 6 * 3600.0))  # type: ignore[misc]
        for job in {job.id for job in self.seen}:
            self.both(lambda store, job=job: store.job(job))  # type: ignore[misc]
            self.both(lambda store, job=job: store.generations(job))  # type: ignore[misc]
            self.both(lambda store, job=job: store.delivery(job))  # type: ignore[misc]


def moved(job: Job, to: JobStatus, at: float) -> Job | None:
    if to is job.status is JobStatus.RUNNING:
        return job  # one of several pictures is done
    if to not in TRANSITIONS[job.status]:
        return None
    moves: dict[JobStatus, Callable[[], Job]] = {
        JobStatus.QUEUED: job.struck,
        JobStatus.RUNNING: lambda: job.started(lease=f"run at {at}", at=at),
        JobStatus.SUCCEEDED: lambda: job.succeeded(at=at),
        JobStatus.FAILED: lambda: job.failed("It broke.", at=at),
        JobStatus.REFUSED: lambda: job.refused("Not here.", at=at),
        JobStatus.CANCELLED: lambda: job.cancelled(at=at),
    }
    return moves[to]()


TestStoresAlike = StoresAlike.TestCase
TestStoresAlike.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)
