"""What the operator sees and does: the mode of operation, everybody's jobs, what failed, who used what.

The edge decides by a secret who the operator is; an `Asker` with `operates` may do what `bot.domain.access` says.
Words and pictures of members are not part of any of this: they are revealed one job at a time, and that is logged.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

import structlog

from bot.admission import Admission
from bot.delivery import Delivery
from bot.dispatch import Dispatch
from bot.domain.access import Act, Asker
from bot.domain.errors import StorageFailed
from bot.domain.ids import JobId
from bot.domain.job import Job, JobStatus
from bot.domain.limits import DAY
from bot.overseeing import MemberUsage, Mode, Restart, Unshown
from bot.pace import Pace
from bot.ports import Clock
from bot.queue import FairQueue
from bot.restarts import Restarts
from bot.results import Description, Results
from bot.stores import Store
from inference.api import Device, EngineStopped, RestartableEngine

LOOK_SECONDS = 2.0
"""How soon a mode that the command line set is followed."""

_LATEST = 20
_MEMBERS = 50

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingInForce:
    """A setting.

    Attributes:
        value: as people read it; never a secret.
        origin: the file or variable that said so; empty for our own default.
    """

    name: str
    value: str
    origin: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Disk:
    """Bytes of the data folder and of the disk that it lies on."""

    pictures: int
    database: int
    free: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessInfo:
    """What the core does not know of its own process.

    Attributes:
        started_at: Unix seconds.
        settings: all that are in force.
        disk: looks how full it is; may take a while.
    """

    version: str
    started_at: float
    settings: Sequence[SettingInForce]
    disk: Callable[[], Awaitable[Disk]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """Everything at one moment.

    Attributes:
        at: Unix seconds.
        waiting: jobs in line, next one first; those at the front only, see `in_line`.
        in_line: how many wait.
        running: jobs on the device with how far they are, 0 .. 1.
        devices: each of them, those too that are in trouble.
        restart: of the devices, the one that was asked for last.
        trouble: why nothing can be made now; empty if it can.
        counters: the engine's, by name.
        rates: median and ninth decile of seconds per step and megapixel; None while nothing was measured.
        ended: how many jobs were shown to their end since the start, by how they ended.
        failures: the latest, newest first.
        usage: of the last 24 hours, most pictures first.
    """

    at: float
    mode: Mode
    waiting: Sequence[Job]
    in_line: int
    running: Sequence[tuple[Job, float]]
    devices: Sequence[Device]
    restart: Restart | None
    models: Sequence[str]
    trouble: str
    counters: Mapping[str, int]
    rates: tuple[float, float] | None
    ended: Mapping[JobStatus, int]
    failures: Sequence[Job]
    unshown: Sequence[Unshown]
    usage: Sequence[MemberUsage]


class Operations:
    """Use cases of the operator.

    Attributes:
        restarts: of the devices, one after the other.
    """

    def __init__(
        self,
        *,
        store: Store,
        queue: FairQueue,
        admission: Admission,
        dispatch: Dispatch,
        delivery: Delivery,
        engine: RestartableEngine,
        pace: Pace,
        results: Results,
        clock: Clock,
    ) -> None:
        self.mode = Mode.RUNNING
        self._store = store
        self._queue = queue
        self._admission = admission
        self._dispatch = dispatch
        self._delivery = delivery
        self._engine = engine
        self.restarts = Restarts(store=store, engine=engine)
        self._pace = pace
        self._results = results
        self._clock = clock

    async def change(self, mode: Mode) -> None:
        """Pause, drain, or let everything go on; kept over a restart."""
        await self._store.set_mode(mode)
        self._follow(mode)

    async def look(self) -> None:
        """Follow the mode that is stored."""
        self._follow(await self._store.mode())

    async def watch(self) -> None:
        """Do so again and again: the command line may have set another one."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            with contextlib.suppress(StorageFailed):  # it is looked at again
                await self.look()

    def _follow(self, mode: Mode) -> None:
        if mode is self.mode:
            return
        log.warning("mode of operation", mode=mode, before=self.mode)
        self.mode = mode
        self._admission.drain(on=mode is Mode.DRAINING)
        self._queue.pause(on=mode is Mode.PAUSED)
        for job in dict.fromkeys(unit.job for unit in self._queue.order()):
            self._delivery.changed(job)  # at once, as it may be long before anything else is new

    async def overview(self, *, most: int) -> Overview:
        """Everything at this moment, with at most `most` waiting jobs."""
        now = self._clock.now()
        progress = self._dispatch.progress()
        line = [unit.job for unit in self._queue.order()]
        line += await self._store.queued_ids()  # set aside, as for a model that is on its way
        waiting = [job for job in dict.fromkeys(line) if job not in progress]
        found = await self._store.jobs_by_id([*progress, *waiting[:most]])
        shown = {job.id: job for job in found if not job.status.ended}
        capacity = None
        with contextlib.suppress(EngineStopped):
            capacity = self._engine.capacity()
        return Overview(
            at=now,
            mode=self.mode,
            waiting=[shown[job] for job in waiting[:most] if job in shown],
            in_line=len(waiting),
            running=[(shown[job], share) for job, share in progress.items() if job in shown],
            devices=self._engine.devices(),
            restart=await self._store.restart(),
            models=list(capacity.models) if capacity else [],
            trouble=self._engine.trouble(),
            counters=self._engine.counters(),
            rates=self._pace.rates(),
            ended=dict(self._delivery.ended),
            failures=await self._store.failures(limit=_LATEST),
            unshown=await self._store.unshown(limit=_LATEST),
            usage=await self._store.usage_by_member(since=now - DAY, limit=_MEMBERS),
        )

    async def job(self, job: JobId, *, by: Asker) -> Job:
        """One job, whoever's.

        Raises:
            UserError: there is none of that id, or `by` is no operator.
        """
        return await self._results.allowed(Act.REVEAL, job, by)

    async def reveal(self, job: JobId, *, by: Asker) -> Description:
        """A member's job with its words and pictures; that somebody looked is logged.

        Raises:
            UserError: there is none of that id, or `by` is no operator.
        """
        found = await self.job(job, by=by)
        log.warning("revealed to the operator", job=job, member=found.requester.key)
        return await self.described(job, by=by)

    async def described(self, job: JobId, *, by: Asker) -> Description:
        """The same for who has been logged already.

        Raises:
            UserError: there is none of that id, or `by` is no operator.
        """
        found = await self.job(job, by=by)
        return Description(job=found, generations=await self._store.generations(job), ancestors=())
