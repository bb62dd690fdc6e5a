"""Queue to engine to store: the one consumer of the queue.

Takes a unit (one picture of one job), runs it, stores what came of it. The job's row changes only by
compare-and-swap against the attempt that was started here, so a late result of an older attempt changes nothing.
Retrying is decided here, because attempts must survive this process; the engine only reports.
"""

import asyncio
import contextlib
from collections.abc import Callable, Mapping
from functools import partial

import structlog

from bot.delivery import Delivery
from bot.domain.card import STEPS
from bot.domain.ids import ImageId, JobId, generation_id
from bot.domain.job import Generation, Job, JobStatus, Recipe
from bot.domain.safety import Safety
from bot.domain.style import Style, styled
from bot.durable import until_stored
from bot.gate import Gate, Withheld
from bot.in_thread import in_thread
from bot.metrics import JOB, PICTURE, WAIT
from bot.pace import Pace
from bot.ports import Clock, ImageStore
from bot.queue import FairQueue, QueueClosed, Unit, units_of
from bot.running import RunningJob
from bot.scratch import removed, taken
from bot.stores import JobStore
from bot.texts import kept, text
from bot.tracing import passed, span
from inference.api import (
    Cancelled,
    Control,
    Done,
    Engine,
    Failed,
    FailureKind,
    Img2ImgRequest,
    Note,
    Preview,
    Started,
    Step,
)

log = structlog.get_logger(__name__)

_LOOK_SECONDS = 2.0
"""Between two looks at how many devices there are, if nothing is heard of any."""

_BYTES_A_PIXEL = 4
"""A result's file has less."""


class Dispatch:
    """Run `run` as a task; end it with `stop`."""

    def __init__(
        self,
        *,
        store: JobStore,
        images: ImageStore,
        engine: Engine,
        gate: Gate,
        queue: FairQueue,
        pace: Pace,
        delivery: Delivery,
        clock: Clock,
        styles: Mapping[str, Style],
        lease: str,
        disk_attempts: int | None = None,
    ) -> None:
        """`disk_attempts`: how often a disk that refuses is asked to keep what is done; None is for ever."""
        self._store = store
        self._images = images
        self._engine = engine
        self._gate = gate
        self._queue = queue
        self._pace = pace
        self._delivery = delivery
        self._clock = clock
        self._styles = styles
        self._lease = lease
        self._until_stored = partial(until_stored, most=disk_attempts)
        self._waits_for_room = disk_attempts is None
        self._running: dict[JobId, RunningJob] = {}
        self._requests: dict[str, JobId] = {}
        self._performing: set[asyncio.Task[None]] = set()
        self._news = asyncio.Event()  # of the device: slots may have come free, or more have been learnt of
        self._starting = asyncio.Lock()
        self._stopping = False

    async def run(self) -> None:
        """Perform units until the queue closes, then wait for those on the device.

        A job that still lacks pictures then goes back in line, for the next start.
        """
        async with asyncio.TaskGroup() as performing:
            performing.create_task(self._serve(performing, lambda: self._engine.capacity().slots, maps=False))
            performing.create_task(self._serve(performing, lambda: self._engine.capacity().maps, maps=True))
        for running in list(self._running.values()):
            if running.job.status is JobStatus.RUNNING:
                await self._settle(running, running.job.queued())

    async def _serve(self, performing: asyncio.TaskGroup, slots: Callable[[], int], *, maps: bool) -> None:
        """Perform units, as many at a time as there are slots by then, until the queue closes."""
        at_work: set[asyncio.Task[None]] = set()

        def performed(task: asyncio.Task[None]) -> None:
            at_work.discard(task)
            self._performing.discard(task)
            self._news.set()

        while True:
            while len(at_work) >= slots():
                self._news.clear()
                with contextlib.suppress(TimeoutError):  # a device that comes says so to nobody
                    async with asyncio.timeout(_LOOK_SECONDS):
                        await self._news.wait()
            try:
                unit = await self._queue.take(maps=maps)
            except QueueClosed:
                return
            task = performing.create_task(self._perform(unit), name=f"perform {unit.job}.{unit.index}")
            at_work.add(task)
            self._performing.add(task)
            task.add_done_callback(performed)
            self._delivery.queue_moved()

    async def stop(self, *, grace: float) -> None:
        """Take nothing more; give running work `grace` seconds, then put it back in line for the next start."""
        self._queue.close()
        # Not the engine is asked whether it is idle: a picture is under way before it gets there, and after.
        if self._performing:
            await asyncio.wait(self._performing, timeout=grace)
        if not self._performing:
            return
        self._stopping = True
        # A job that has ended already may still be cleaning up behind its last picture.
        if jobs := sum(each.job.status is JobStatus.RUNNING for each in self._running.values()):
            log.warning("grace is over, running jobs go back to the queue", jobs=jobs)
        for request in list(self._requests):
            await self._engine.cancel(request)

    @property
    def running(self) -> int:
        """Jobs on the device."""
        return len(self._running)

    def progress(self) -> Mapping[JobId, float]:
        """How far each job on the device is, 0 .. 1."""
        return {job: each.fraction for job, each in self._running.items()}

    async def abandon(self, job: JobId) -> None:
        """Stop a job's pictures on the device; the stored job has ended already."""
        self._queue.remove(job)
        self._running.pop(job, None)
        await self._cancel_requests(job)

    def begun(self, job: JobId) -> int:
        """How many pictures of a job the device has worked on without having finished them."""
        running = self._running.get(job)
        return 0 if running is None else len(running.fractions.keys() - running.through)

    async def _cancel_requests(self, job: JobId) -> None:
        for request in [request for request, of in self._requests.items() if of == job]:
            await self._engine.cancel(request)

    async def _perform(self, unit: Unit) -> None:
        with structlog.contextvars.bound_contextvars(job=unit.job, index=unit.index):
            async with self._starting:
                running = await self._start(unit)
            if running is None:
                return
            job = running.job
            request = self._request(job, unit)
            self._requests[request.id] = job.id
            try:
                with span("picture", job.id, index=unit.index, model=request.model, attempt=job.attempt):
                    await self._run(unit, running, request)
            finally:
                del self._requests[request.id]
                self._pace.ended(unit)
                await in_thread(removed, request.output)
                if running.job.status is not JobStatus.RUNNING and self._running.get(job.id) is running:
                    del self._running[job.id]

    async def _start(self, unit: Unit) -> RunningJob | None:
        """The running job a unit belongs to; None if it was cancelled while it waited."""
        running = self._running.get(unit.job)
        if running and running.job.status is JobStatus.RUNNING:
            self._pace.runs(unit, 0.0)
            return running
        job = await self._until_stored(lambda: self._store.job(unit.job))
        if job is None or job.status.ended:
            return None
        if job.status is JobStatus.QUEUED:
            queued, job = job, job.started(lease=self._lease, at=self._clock.now())
            if not await self._until_stored(partial(self._store.replace, queued, job)):
                return None
            if job.attempt == 1:
                WAIT.observe(max(0.0, self._clock.now() - job.created_at))
            passed("wait", job.id, begun=queued.started_at or job.created_at, ended=self._clock.now())
            log.info("started", attempt=job.attempt)
        self._pace.runs(unit, 0.0)
        self._delivery.changed(job.id)
        made = await self._until_stored(lambda: self._store.generations(job.id)) if job.attempt > 1 else ()
        self._running[job.id] = RunningJob(job, fractions={each.index: 1.0 for each in made})
        return self._running[job.id]

    def _request(self, job: Job, unit: Unit) -> Img2ImgRequest:
        recipe = job.recipes[unit.index]
        name = f"{generation_id(job.id, unit.index)}-{job.attempt}"
        style = self._styles.get(recipe.style or "")
        words, away = (style.prompt, style.negative_prompt) if style else ("", "")
        return Img2ImgRequest(
            id=name,
            source=self._images.path(job.source),
            output=self._images.scratch(f"{name}.png"),
            prompt=styled(recipe.prompt, words),
            negative_prompt=styled(recipe.negative_prompt, away),
            style=words,
            negative_style=away,
            strength=recipe.strength,
            steps=recipe.steps,
            guidance_scale=recipe.guidance_scale,
            seed=recipe.seed,
            model=recipe.model,
            loras=recipe.loras,
            keep_palette=recipe.keep_palette,
            control=self._control(recipe),
            map_only=recipe.map_only,
            previews=not recipe.map_only and self._gate.previews(job),
        )

    def _control(self, recipe: Recipe) -> Control | None:
        control = recipe.control
        if control is None:
            return None
        return Control(
            kind=control.kind,
            map=self._images.path(control.map) if control.map else None,
            scale=control.scale,
            start=control.start,
            end=control.end,
        )

    async def _run(self, unit: Unit, running: RunningJob, request: Img2ImgRequest) -> None:
        async for event in self._engine.run(request):
            self._news.set()
            match event:
                case Started(loading=loading):
                    running.loading = loading
                    self._progress(unit, running, 0.0)
                case Step(step=step, of=of):
                    running.loading = False
                    self._progress(unit, running, STEPS * step / of)
                case Preview(path=path):
                    if preview := await in_thread(taken, path):
                        running.previews = running.previews | {unit.index: preview}
                    self._progress(unit, running, running.fractions.get(unit.index, 0.0))
                case Done():
                    self._progress(unit, running, STEPS)
                    await self._done(unit, running, request, event)
                case Failed():
                    await self._failed(unit, running, event)
                case Cancelled():
                    await self._cancelled(running)

    def _progress(self, unit: Unit, running: RunningJob, fraction: float) -> None:
        running.fractions[unit.index] = fraction
        self._pace.runs(unit, fraction)
        left = self._pace.left(units_of(running.job, running.through))
        self._delivery.progressed(unit.job, running.progress(seconds_left=left))

    async def _done(self, unit: Unit, running: RunningJob, request: Img2ImgRequest, done: Done) -> None:
        if done.effective_steps:  # strength 0 is a copy and says nothing about the device
            self._pace.observe(cost=unit.cost, seconds=done.seconds, device=done.device)
            PICTURE.labels(request.model).observe(done.seconds)
        try:  # before anything of it is kept: a crash from here on makes the picture again, and looks at it again
            safety = await self._gate.judge(running.job, result=done.output, source=request.source)
        except Withheld as withheld:
            await self._failed(unit, running, Failed(FailureKind.REFUSED, str(withheld)))
            return
        with self._images.hold():
            image = await self._until_stored(lambda: self._images.adopt(done.output))
            kept = await self._keep(unit, running, done, image, safety)
        if not kept:
            await self._until_stored(lambda: self._images.discard([image], self._store.needed))

    async def _keep(self, unit: Unit, running: RunningJob, done: Done, image: ImageId, safety: Safety) -> bool:
        """Store a result; False if its job ended or went back in line, and its next attempt makes it again."""
        async with running.lock:
            before = running.job
            if before.status is not JobStatus.RUNNING:
                return False
            generation = Generation(
                id=generation_id(unit.job, unit.index),
                job=unit.job,
                index=unit.index,
                requester=before.requester,
                source=before.source,
                image=image,
                recipe=before.recipes[unit.index],
                lineage=before.lineage,
                width=done.width,
                height=done.height,
                effective_steps=done.effective_steps,
                seconds=done.seconds,
                created_at=self._clock.now(),
                notes=tuple(_note(note, before.locale) for note in done.notes),
                safety=safety,
            )
            running.fractions[unit.index] = 1.0
            complete = len(running.through) == len(before.recipes)
            after = before.succeeded(at=self._clock.now()) if complete else before
            return await self._settle(running, after, generation)

    async def _failed(self, unit: Unit, running: RunningJob, failed: Failed) -> None:
        log.warning("failed", kind=failed.kind, reason=failed.message)
        if failed.kind is FailureKind.UNSAVED and self._waits_for_room:
            await self._until_stored(lambda: self._images.find_room(running.job.pixels * _BYTES_A_PIXEL))
            async with running.lock:
                if running.job.status is JobStatus.RUNNING:
                    await self._requeue(running, running.job.queued())
            return
        async with running.lock:
            before = running.job
            if before.status is not JobStatus.RUNNING:
                return  # another picture of this job met the same fate first
            if failed.kind.is_the_workers:
                again = before.struck()
                if not again.hopeless:
                    await self._requeue(running, again)
                    return
                await self._end_failed(running, kept("failed-too-often"))
            elif failed.kind is FailureKind.REFUSED:
                refused = before.refused(_sentence(failed), at=self._clock.now())
                await self._settle(running, refused, begun=self.begun(unit.job))
            else:
                await self._end_failed(running, _sentence(failed))
        await self.abandon(unit.job)

    async def _end_failed(self, running: RunningJob, sentence: str) -> None:
        """A failure gives back what the device did not work on; of what it did, no member gets more by failing."""
        worked = sum(0 < fraction < 1 for fraction in running.fractions.values())
        await self._settle(running, running.job.failed(sentence, at=self._clock.now()), begun=worked)

    async def _cancelled(self, running: RunningJob) -> None:
        """Cancelled by us: either the stored job has ended, or the service stops and the job goes back in line."""
        async with running.lock:
            if self._stopping and running.job.status is JobStatus.RUNNING:
                await self._settle(running, running.job.queued())

    async def _requeue(self, running: RunningJob, again: Job) -> None:
        if await self._settle(running, again):
            self._queue.remove(again.id)
            self._queue.put(units_of(again, running.through), first=True)
            await self._cancel_requests(again.id)

    async def _settle(
        self, running: RunningJob, after: Job, generation: Generation | None = None, *, begun: int = 0
    ) -> bool:
        stored = await self._until_stored(
            lambda: self._store.replace(running.job, after, generation=generation, begun=begun)
        )
        if stored:
            running.job = after
            if after.status is JobStatus.SUCCEEDED and after.started_at and after.ended_at:
                JOB.labels(after.recipes[0].model).observe(max(0.0, after.ended_at - after.started_at))
            log.info(after.status, attempt=after.attempt)
        else:
            log.info("too late, the job moved on", attempt=running.job.attempt)
        self._delivery.changed(after.id)
        return stored


def _note(note: Note, locale: str) -> str:
    return text(locale, f"note-{note.cause}", **note.values)


def _sentence(failed: Failed) -> str:
    """What the job's owner is told, in the language of whoever reads it if the engine's sentence has a name."""
    return kept(f"failed-{failed.cause}", **failed.values) if failed.cause else failed.message
