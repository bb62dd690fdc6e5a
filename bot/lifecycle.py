"""From start to staged stop: one TaskGroup holds everything that runs.

A stop goes from the outside in, so that nothing is accepted that could not be finished and nothing finished that
could not be shown: intake, device, messages; connections and files are closed by their owners afterwards. Each stage
has a bound and says what it left. What is left is safe in the store and goes on at the next start.
"""

import asyncio
import os
import signal
from collections.abc import Awaitable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial

import structlog

from bot.arrivals import Arrivals
from bot.delivery import Delivery
from bot.dispatch import Dispatch
from bot.domain.limits import DAY
from bot.durable import until_stored
from bot.erasure import Retention
from bot.garbage import collect_by_the_clock, short_collections
from bot.gate import Gate
from bot.notices import Notices
from bot.operations import Operations
from bot.pace import Pace
from bot.ports import ChatPlatform, Clock, ImageStore
from bot.queue import FairQueue
from bot.recovery import recover
from bot.service import Service
from bot.stores import Store
from inference.api import Engine

HOUSEKEEPING_SECONDS = 3600.0
CLOCK_SECONDS = 600.0
"""Nothing is deleted by age before a machine is up for so long: many have the right time a while after a start."""

INTAKE_SECONDS = 5.0
PICTURES_SECONDS = 5.0
"""For pictures that were cancelled after their grace to leave the device."""

MESSAGES_SECONDS = 10.0

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Core:
    """The parts that a running service is made of; `bot.compose` puts them together."""

    service: Service
    operations: Operations
    arrivals: Arrivals
    engine: Engine
    gate: Gate
    store: Store
    images: ImageStore
    queue: FairQueue
    pace: Pace
    dispatch: Dispatch
    delivery: Delivery
    notices: Notices
    clock: Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionDays:
    """How many days things are kept; `bot.erasure.Retention` has them as moments."""

    pictures_days: float
    jobs_days: float
    inbox_days: float


class Running:
    """The core at work: use as `async with Running(core): ...`; leaving stops it in stages."""

    def __init__(self, core: Core, *, grace: float) -> None:
        """`grace`: seconds that running pictures get to finish when it stops."""
        self._core = core
        self._grace = grace
        self._tasks = asyncio.TaskGroup()

    async def __aenter__(self) -> asyncio.TaskGroup:
        """Recover what the last run left and start; returns the group for what lives as long as the core."""
        await self._tasks.__aenter__()
        core = self._core
        try:
            await core.operations.look()
            await core.operations.restarts.settle()
            await recover(core.store, core.store, queue=core.queue, delivery=core.delivery, clock=core.clock)
        except BaseException as fault:
            await self._tasks.__aexit__(type(fault), fault, fault.__traceback__)
            raise
        self._messages = self._tasks.create_task(core.delivery.run(), name="delivery")
        self._pictures = self._tasks.create_task(core.dispatch.run(), name="dispatch")
        # The engine's word that it never will be ready ends the service, though nobody asks it for anything.
        self._waits = [
            self._tasks.create_task(core.engine.ready(), name="engine"),
            self._tasks.create_task(core.arrivals.run(), name="arrivals"),
            self._tasks.create_task(core.notices.run(), name="notices"),
        ]
        return self._tasks

    async def __aexit__(self, kind: type[BaseException] | None, fault: BaseException | None, trace: object) -> None:
        """Stop in stages; an error, or a task of the group that failed, ends it at once."""
        del kind, trace
        async with AsyncExitStack() as group:
            group.push_async_exit(self._tasks)  # told of a fault in the stages too, so that no task outlives them
            if fault is not None:
                raise fault
            core = self._core
            core.service.close()
            for task in self._waits:
                task.cancel()
            await core.dispatch.stop(grace=self._grace)
            await stage("running pictures", self._pictures, seconds=PICTURES_SECONDS)
            core.delivery.stop()
            await stage("messages", self._messages, seconds=MESSAGES_SECONDS)


async def serve(core: Core, platforms: Sequence[ChatPlatform], *, keep: RetentionDays, grace: float) -> None:
    """Run until SIGTERM, SIGINT or SIGHUP; a second signal leaves at once.

    Args:
        core: the composed core.
        platforms: entered, connected chat platforms.
        keep: how long things are kept.
        grace: seconds that running pictures get to finish.
    """
    stop = _on_signals()
    async with AsyncExitStack() as running:
        frozen = running.enter_context(short_collections())
        tasks = await running.enter_async_context(Running(core, grace=grace))
        outer = [tasks.create_task(platform.run(), name=platform.name) for platform in platforms]
        outer.append(tasks.create_task(_keep_house(core, keep), name="housekeeping"))
        outer.append(tasks.create_task(core.operations.watch(), name="operations"))
        outer.append(tasks.create_task(core.operations.restarts.watch(), name="restarts"))
        outer.append(
            tasks.create_task(
                collect_by_the_clock(frozen, lambda: len(core.queue) + core.dispatch.running), name="garbage"
            )
        )
        log.info("serving", platforms=[platform.name for platform in platforms])
        await stop.wait()
        log.info("stopping", waiting=len(core.queue))
        core.service.close()
        for platform in platforms:
            await stage(f"{platform.name} intake", platform.stop_intake(), seconds=INTAKE_SECONDS)
        for task in outer:
            task.cancel()


async def stage(name: str, work: Awaitable[object], *, seconds: float) -> None:
    """One stage of a stop: bounded, and it says when its bound was not enough."""
    try:
        async with asyncio.timeout(seconds):
            await work
    except TimeoutError:
        log.warning("stage not finished in time, going on", stage=name, seconds=seconds)


def _on_signals() -> asyncio.Event:
    stop = asyncio.Event()

    def received(number: signal.Signals) -> None:
        if stop.is_set():
            log.warning("second signal, leaving at once", signal=number.name)
            os._exit(128 + number)  # the worker follows by its parent-death signal; the store is safe at any point
        stop.set()

    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:  # under nohup it goes on
            loop.add_signal_handler(number, received, number)
    return stop


async def _keep_house(core: Core, keep: RetentionDays) -> None:
    time = asyncio.get_running_loop().time
    last: float | None = None
    trusted_at = time()
    orphans_at = trusted_at + DAY
    await until_stored(core.service.removal.sweep_images)
    await asyncio.sleep(CLOCK_SECONDS - time())  # whose time begins when the machine does
    while True:
        now = core.clock.now()
        retention = Retention(
            pictures_before=now - keep.pictures_days * DAY,
            jobs_before=now - keep.jobs_days * DAY,
            inbox_before=now - keep.inbox_days * DAY,
            usage_before=now - DAY,
            sessions_before=now,
            on=core.delivery.platforms,
        )
        if last is not None and now - last > HOUSEKEEPING_SECONDS + DAY:
            # A suspended machine that woke up, or a clock set wrong, by which everything would seem old: a day is
            # enough to see and mend it, and harms nobody.
            log.error("the clock went ahead, nothing is deleted by age for a day", days=round((now - last) / DAY, 1))
            trusted_at = time() + DAY
        last = now
        if time() >= trusted_at:
            await until_stored(partial(core.service.removal.sweep, retention))
        if time() >= orphans_at:
            await until_stored(core.service.removal.sweep_images)
            orphans_at = time() + DAY
        await asyncio.sleep(HOUSEKEEPING_SECONDS)
