"""A `JobStore` in memory, for tests of everything that sits on one. Passes the same contract suite as SQLite."""

import math
import pickle
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from bot.domain.ids import GenerationId, ImageId, JobId, index_of, job_of
from bot.domain.job import Generation, Job, JobStatus, Lineage
from bot.domain.limits import Usage
from bot.domain.place import PlaceSettings
from bot.erasure import Removed, Retention
from bot.listing import Cursor, Kept, ResultsPage
from bot.overseeing import MemberUsage, Mode, Restart, RestartStage, Unshown
from bot.stores import Copy, Due, Duty, InboxEvent, MessageRef, Notice, Passes

OPEN = {JobStatus.QUEUED, JobStatus.RUNNING}
REFUNDED = {JobStatus.CANCELLED, JobStatus.REFUSED, JobStatus.FAILED}


@dataclass(frozen=True)
class _Used:
    requester_key: str
    pictures: int
    at: float


class MemoryJobStore:
    def __init__(self) -> None:
        self._places: dict[str, PlaceSettings] = {}
        self._greetings: dict[str, str] = {}
        self._parents: dict[str, str] = {}
        self._inbox: dict[str, InboxEvent] = {}
        self._settled: set[str] = set()
        self._jobs: dict[JobId, Job] = {}
        self._generations: dict[GenerationId, Generation] = {}
        self._outbox: dict[JobId, Duty] = {}
        self._over: set[JobId] = set()
        self._used: dict[JobId, _Used] = {}
        self._copies: dict[JobId, set[str]] = {}
        self._copy_messages: dict[MessageRef, Copy] = {}
        self._mode = Mode.RUNNING
        self._restart: Restart | None = None
        self._notices: dict[MessageRef, Notice] = {}
        self._threads: dict[tuple[JobId, str], str] = {}

    async def receive(self, event: InboxEvent) -> bool:
        if event.id in self._inbox:
            return False
        self._inbox[event.id] = event
        return True

    async def settle(self, event_id: str) -> None:
        if event_id in self._inbox:
            self._settled.add(event_id)

    async def unsettled(self, platform: str) -> Sequence[InboxEvent]:
        waiting = [e for e in self._inbox.values() if e.platform == platform and e.id not in self._settled]
        return sorted(waiting, key=lambda event: event.received_at)

    async def add(self, job: Job, *, generation: Generation | None = None) -> Job:
        await self.settle(job.event_id)
        for known in self._jobs.values():
            if known.event_id == job.event_id:
                return known
        self._jobs[job.id] = job
        if generation is not None:
            self._generations[generation.id] = generation
        else:
            self._used[job.id] = _Used(job.requester.key, len(job.recipes), job.created_at)
        self._outbox[job.id] = Duty(job=job.id, message=None, attempts=0, due_at=job.created_at)
        return job

    async def replace(self, before: Job, after: Job, *, generation: Generation | None = None, begun: int = 0) -> bool:
        stored = self._jobs.get(before.id)
        if stored is None or (stored.status, stored.attempt) != (before.status, before.attempt):
            return False
        self._jobs[before.id] = replace(
            stored,
            status=after.status,
            attempt=after.attempt,
            strikes=after.strikes,
            lease=after.lease,
            error=after.error,
            started_at=after.started_at,
            ended_at=after.ended_at,
        )
        if generation is not None:
            self._generations[generation.id] = replace(generation, lineage=stored.lineage)
        if after.status.ended and after.id not in self._over:
            self._outbox[after.id] = replace(self._outbox[after.id], due_at=after.ended_at or 0.0)
        if after.status in REFUNDED:
            used, made = self._used.pop(after.id, None), len(await self.generations(after.id)) + begun
            if made and used:
                self._used[after.id] = replace(used, pictures=min(used.pictures, made))
        return True

    async def job(self, job: JobId) -> Job | None:
        return self._jobs.get(job)

    async def generation(self, generation: GenerationId) -> Generation | None:
        return self._generations.get(generation)

    async def generations(self, job: JobId) -> Sequence[Generation]:
        return sorted((g for g in self._generations.values() if g.job == job), key=lambda g: g.index)

    async def open_jobs(self) -> Sequence[Job]:
        return sorted((job for job in self._jobs.values() if job.status in OPEN), key=lambda job: job.created_at)

    async def queued_ids(self) -> Sequence[JobId]:
        return [job.id for job in await self.open_jobs() if job.status is JobStatus.QUEUED]

    async def jobs_by_id(self, wanted: Sequence[JobId]) -> Sequence[Job]:
        return [self._jobs[job] for job in wanted if job in self._jobs]

    async def open_jobs_of(self, requester_key: str) -> Sequence[Job]:
        return [job for job in await self.open_jobs() if job.requester.key == requester_key]

    async def open_jobs_in(self, platform: str, space: str) -> Sequence[Job]:
        jobs = await self.open_jobs()
        return [job for job in jobs if (job.requester.platform, job.requester.space) == (platform, space)]

    async def jobs_of(self, requester_key: str, *, limit: int) -> Sequence[Job]:
        theirs = [job for job in self._jobs.values() if job.requester.key == requester_key]
        return sorted(theirs, key=lambda job: job.created_at)[::-1][:limit]

    async def results_of(
        self, requester_key: str, *, before: Cursor | None = None, words: str = "", style: str = "", limit: int
    ) -> ResultsPage:
        order = {job: number for number, job in enumerate(self._jobs)}
        found = [
            Kept(job=job, generations=made)
            for job in await self.jobs_of(requester_key, limit=len(self._jobs))
            if job.status is JobStatus.SUCCEEDED
            and words.lower() in job.recipes[0].prompt.lower()
            and style in {"", job.recipes[0].style}
            and (before is None or (job.created_at, order[job.id]) < before)
            and (made := await self.generations(job.id))
        ]
        last = found[limit - 1].job if len(found) > limit else None
        return ResultsPage(kept=found[:limit], more=(last.created_at, order[last.id]) if last else None)

    async def mode(self) -> Mode:
        return self._mode

    async def set_mode(self, mode: Mode) -> None:
        self._mode = mode

    async def ask_restart(self, device: str) -> bool:
        if self._restart and self._restart.stage is RestartStage.RUNNING:
            return False
        self._restart = Restart(device=device)
        return True

    async def restart(self) -> Restart | None:
        return self._restart

    async def note_restart(self, restart: Restart) -> None:
        self._restart = restart

    async def failures(self, *, limit: int) -> Sequence[Job]:
        failed = [job for job in self._jobs.values() if job.status in {JobStatus.FAILED, JobStatus.REFUSED}]
        return sorted(failed, key=lambda job: job.ended_at or 0.0)[::-1][:limit]

    async def unshown(self, *, limit: int) -> Sequence[Unshown]:
        found = [Unshown(job=d.job, reason=d.undeliverable) for d in self._outbox.values() if d.undeliverable]
        return found[::-1][:limit]

    async def usage_by_member(self, *, since: float, limit: int) -> Sequence[MemberUsage]:
        used = [each for each in self._used.values() if each.at >= since]
        found = []
        for key in {each.requester_key for each in used}:
            theirs = [each for each in used if each.requester_key == key]
            jobs = await self.jobs_of(key, limit=1)
            name = jobs[0].requester.name if jobs else ""
            pictures = sum(each.pictures for each in theirs)
            found.append(MemberUsage(key=key, name=name, jobs=len(theirs), pictures=pictures))
        return sorted(found, key=lambda each: (-each.pictures, each.key))[:limit]

    async def keep(self, generation: GenerationId, *, on: bool) -> bool:
        made = self._generations.get(generation)
        if made is None or (on and not self._jobs[made.job].pictures_kept):
            return False
        self._generations[generation] = replace(made, kept=on)
        return True

    async def keeps(self, requester_key: str) -> int:
        return sum(made.kept and made.requester.key == requester_key for made in self._generations.values())

    async def job_of_message(self, message: MessageRef) -> Job | None:
        return next((self._jobs[duty.job] for duty in self._outbox.values() if duty.message == message), None)

    async def usage(self, requester_key: str, *, since: float, until: float = math.inf) -> Usage:
        used = [u for u in self._used.values() if u.requester_key == requester_key and since <= u.at <= until]
        return Usage(
            pending=sum(job.requester.key == requester_key for job in await self.open_jobs()),
            pictures=sum(u.pictures for u in used),
            oldest_at=min((u.at for u in used), default=None),
        )

    async def deliveries(self) -> Sequence[Duty]:
        due = [duty for duty in self._outbox.values() if duty.job not in self._over]
        return sorted(due, key=lambda duty: duty.due_at)

    async def delivery(self, job: JobId) -> Duty | None:
        return self._outbox.get(job)

    async def due(self, job: JobId) -> Due | None:
        if (duty := self._outbox.get(job)) is None:
            return None
        found = self._jobs[job]
        return Due(duty=duty, job=found, generations=await self.generations(job) if found.status.ended else ())

    async def posted(self, job: JobId, message: MessageRef, *, instead_of: MessageRef | None = None) -> None:
        if job in self._outbox:
            self._outbox[job] = replace(self._outbox[job], message=message, attempts=0)
        if job in self._jobs and instead_of is not None:
            replaced = Notice(message=instead_of, reply_to=self._jobs[job].reply_to, until=0.0)
            self._notices.setdefault(instead_of, replaced)

    async def delivered(self, job: JobId) -> None:
        if job in self._jobs and self._jobs[job].status.ended:
            self._over.add(job)

    async def postpone(self, job: JobId, *, due_at: float) -> None:
        if job in self._outbox:
            duty = self._outbox[job]
            self._outbox[job] = replace(duty, attempts=duty.attempts + 1, due_at=due_at)

    async def undeliverable(self, job: JobId, reason: str) -> None:
        if job in self._outbox:
            self._outbox[job] = replace(self._outbox[job], undeliverable=reason)
            self._over.add(job)

    async def sweep(self, retention: Retention) -> frozenset[ImageId]:
        let_go = set[ImageId]()
        for job in list(self._jobs.values()):
            off = retention.on is not None and job.reply_to.platform not in retention.on
            if job.ended_at is None or not (off or job.id in self._over):
                continue
            if any(made.kept for made in await self.generations(job.id)):
                continue
            if job.ended_at < retention.pictures_before and job.pictures_kept:
                let_go |= self._pictures(job)
                self._jobs[job.id] = replace(job, pictures_kept=False)
            if job.ended_at < retention.jobs_before:
                let_go |= self._pictures(job)
                self._remove(job)
        for used_by, used in list(self._used.items()):
            if used.at < retention.usage_before:
                del self._used[used_by]
        for event in list(self._inbox.values()):
            off = retention.on is not None and event.platform not in retention.on
            if (off or event.id in self._settled) and event.received_at < retention.inbox_before:
                self._forget_event(event.id)
        return frozenset(let_go)

    async def forget(self, requester_key: str) -> Removed:
        theirs = [job for job in self._jobs.values() if job.requester.key == requester_key]
        for job in theirs:
            if job.status.ended:
                self._take_back(job)
        return self._forget(theirs)

    async def forget_space(self, platform: str, space: str) -> Removed:
        theirs = [j for j in self._jobs.values() if (j.requester.platform, j.requester.space) == (platform, space)]
        return self._forget(theirs)

    def _forget(self, theirs: list[Job]) -> Removed:
        ended = [job for job in theirs if job.status.ended]
        images = frozenset(image for job in ended for image in self._pictures(job))
        for job in ended:
            self._remove(job)
            self._forget_event(job.event_id)
        return Removed(jobs=[job.id for job in ended], images=images)

    async def purge(self) -> None:
        pass

    async def remove_generation(self, generation: GenerationId) -> frozenset[ImageId]:
        removed = self._generations.pop(generation, None)
        let_go = {removed.image} if removed else set()
        job = self._jobs.get(job_of(generation))
        if job is None or not job.status.ended:
            return frozenset(let_go)
        recipes = list(job.recipes)
        recipes[index_of(generation)] = replace(recipes[index_of(generation)], prompt="", negative_prompt="")
        self._jobs[job.id] = replace(job, recipes=tuple(recipes))
        if not await self.generations(job.id):
            let_go |= self._pictures(job)
            emptied, lineage = self._jobs[job.id], replace(job.lineage, description="")
            self._jobs[job.id] = replace(emptied, notes=(), lineage=lineage, pictures_kept=False)
            self._take_back(job)
        return frozenset(let_go)

    def _take_back(self, job: Job) -> None:
        shown = [copy for copy in self._copy_messages.values() if copy.job == job.id]
        if message := self._outbox[job.id].message:
            shown.append(Copy(job=job.id, message=message, reply_to=job.reply_to))
        for each in shown:
            self._copy_messages.pop(each.message, None)
            self._notices[each.message] = Notice(
                message=each.message, reply_to=each.reply_to, until=0.0, pictures=True
            )

    async def needed(self, images: Collection[ImageId]) -> frozenset[ImageId]:
        return await self.referenced_images() & frozenset(images)

    async def holders(self, images: Collection[ImageId], *, besides: str = "") -> int:
        kept = [job for job in self._jobs.values() if job.pictures_kept]
        return sum(bool(self._pictures(job) & set(images)) for job in kept if job.requester.key != besides)

    def _pictures(self, job: Job) -> set[ImageId]:
        return {*job.images(), *(each.image for each in self._generations.values() if each.job == job.id)}

    async def place(self, key: str) -> PlaceSettings:
        return self._places.get(key, PlaceSettings())

    async def change_place(self, key: str, change: Callable[[PlaceSettings], PlaceSettings]) -> None:
        self._places[key] = change(await self.place(key))

    async def copied(self, job: JobId, place: str, *, openly: bool = False) -> None:
        if job not in self._jobs:
            return
        self._copies.setdefault(job, set()).add(place)
        shown = {each.image for each in await self.generations(job)}
        for made in [each for each in self._jobs.values() if each.lineage.root and each.source in shown]:
            await self._descends(made.id, replace(made.lineage, source_hidden=False, source_withheld=False))
        if openly:
            await self._descends(job, replace(self._jobs[job].lineage, spoiler=False))

    async def _descends(self, job: JobId, lineage: Lineage) -> None:
        self._jobs[job] = replace(self._jobs[job], lineage=lineage)
        for each in await self.generations(job):
            self._generations[each.id] = replace(each, lineage=lineage)

    async def copies(self, job: JobId) -> frozenset[str]:
        return frozenset(self._copies.get(job, ()))

    async def copy_stands(self, copy: Copy) -> bool:
        if not await self.generations(copy.job):
            return False
        self._copy_messages[copy.message] = copy
        return True

    async def put_up(self, notice: Notice) -> None:
        self._notices[notice.message] = replace(notice, job=notice.job if notice.job in self._jobs else None)

    async def notices(self, platform: str, *, most: int) -> Sequence[Notice]:
        there = [each for each in self._notices.values() if each.reply_to.platform == platform]
        return sorted(there, key=lambda each: (each.until, each.message))[:most]

    async def notice_platforms(self) -> Sequence[str]:
        return sorted({each.reply_to.platform for each in self._notices.values()})

    async def heard(self, job: JobId, requester_key: str, *, at: float) -> bool:
        stored = self._jobs.get(job)
        if not stored or stored.requester.key != requester_key:
            return False
        calls = [each for each in self._notices.values() if each.job == job and each.until > at]
        self._notices |= {each.message: replace(each, until=at) for each in calls}
        return bool(calls)

    async def taken_down(self, message: MessageRef) -> None:
        self._notices.pop(message, None)

    async def passes(self, family: JobId, place: str) -> Passes:
        made = [
            job
            for job in self._jobs.values()
            if job.lineage.root
            and job_of(job.lineage.root) == family
            and job.place == place
            and not job.private
            and job.status in {*OPEN, JobStatus.SUCCEEDED}
        ]
        return Passes(count=len(made), offered=any(job.offers_thread for job in made))

    async def thread(self, family: JobId, place: str) -> str:
        return self._threads.get((family, place), "")

    async def opened(self, family: JobId, place: str, thread: str) -> None:
        if family in self._jobs:
            self._threads.setdefault((family, place), thread)
        for job in list(self._jobs.values()):
            if job.offers_thread and job.place == place and job.lineage.root and job_of(job.lineage.root) == family:
                self._jobs[job.id] = replace(job, offers_thread=False)

    async def closed(self, thread: str) -> None:
        self._threads = {key: kept for key, kept in self._threads.items() if kept != thread}

    async def forget_places(self, prefix: str) -> None:
        for key in [key for key in (*self._places, *self._greetings, *self._parents) if key.startswith(prefix)]:
            await self.forget_place(key)

    async def forget_place(self, key: str) -> None:
        for kept in (self._places, self._greetings, self._parents):
            kept.pop(key, None)

    async def set_parent(self, parent: str, places: Collection[str]) -> None:
        self._parents |= dict.fromkeys(places, parent)

    async def children(self, parent: str) -> frozenset[str]:
        return frozenset(key for key, outer in self._parents.items() if outer == parent)

    async def greet(self, key: str, event: str) -> bool:
        return self._greetings.setdefault(key, event) == event

    async def greeted(self, prefix: str) -> bool:
        return any(key.startswith(prefix) for key in self._greetings)

    async def forget_greeting(self, key: str) -> None:
        self._greetings.pop(key, None)

    async def referenced_images(self) -> frozenset[ImageId]:
        kept = {job.id: job for job in self._jobs.values() if job.pictures_kept}
        sources = {image for job in kept.values() for image in job.images()}
        results = [g for g in self._generations.values() if g.job in kept]
        return frozenset(sources | {g.source for g in results} | {g.image for g in results})

    async def try_write(self) -> None:
        """Memory takes everything."""

    async def backup(self, to: Path) -> None:
        with to.open("xb") as copy:
            pickle.dump(self._jobs, copy)

    def _remove(self, job: Job) -> None:
        for generation in [g for g in self._generations.values() if g.job == job.id]:
            del self._generations[generation.id]
        del self._jobs[job.id]
        self._copies.pop(job.id, None)
        self._copy_messages = {key: each for key, each in self._copy_messages.items() if each.job != job.id}
        self._notices = {
            key: replace(each, job=None) if each.job == job.id else each for key, each in self._notices.items()
        }
        self._threads = {key: kept for key, kept in self._threads.items() if key[0] != job.id}
        del self._outbox[job.id]
        self._over.discard(job.id)

    def _forget_event(self, event_id: str) -> None:
        self._inbox.pop(event_id, None)
        self._settled.discard(event_id)
