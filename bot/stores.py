"""What the core asks of the database, as Protocols by who asks; one store is all of them.

A method that returns has made its change durable. Each raises `StorageFailed` if the disk refuses; nothing of its
change is kept then.
"""

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from bot.domain.ids import GenerationId, ImageId, JobId
from bot.domain.job import Generation, Job
from bot.domain.limits import Usage
from bot.domain.request import ReplyTarget
from bot.erasure import Removed, Retention
from bot.listing import Cursor, ResultsPage
from bot.overseeing import Overseeing
from bot.place_store import PlaceStore

MessageRef = str
"""A posted message as its messenger wrote it down (JSON); opaque to everybody else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxEvent:
    """A platform's event as it came in, kept until what it asks for is durable.

    Attributes:
        id: the platform's own event id, prefixed with the platform: "discord:1234".
        payload: JSON, enough to handle the event again after a restart.
    """

    id: str
    platform: str
    payload: str
    received_at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """A duty to show a job's state in its message.

    Attributes:
        message: the placeholder, once it is posted.
        attempts: deliveries that failed in a row.
        due_at: Unix seconds before which not to try again.
        undeliverable: why it can never be shown; empty if it still may, or was.
    """

    job: JobId
    message: MessageRef | None
    attempts: int
    due_at: float
    undeliverable: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A message that stands for a while and is taken back then.

    Attributes:
        message: as its messenger wrote it down.
        reply_to: where the answer went to which it belongs.
        until: Unix seconds at which to take it back.
        job: to whose result it calls its member; None if to none, or that is not kept any more.
        pictures: it shows what was deleted, and its pictures go with it.
    """

    message: MessageRef
    reply_to: ReplyTarget
    until: float
    job: JobId | None = None
    pictures: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """A message that shows a job's results besides its own one: published, or sent to somebody.

    Attributes:
        message: as its messenger wrote it down.
        reply_to: where it went.
    """

    job: JobId
    message: MessageRef
    reply_to: ReplyTarget


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """What a message has to show.

    Attributes:
        generations: the finished pictures, by index, once the job has ended; none before.
    """

    duty: Duty
    job: Job
    generations: Sequence[Generation]


class InboxStore(Protocol):
    """Events as they came in."""

    async def receive(self, event: InboxEvent) -> bool:
        """Write an event down; False if its id is known already."""
        ...

    async def settle(self, event_id: str) -> None:
        """The event needs no handling any more. Adding a job settles its event by itself."""
        ...

    async def unsettled(self, platform: str) -> Sequence[InboxEvent]:
        """Events received but never settled, oldest first: what a crash interrupted."""
        ...


class JobReader(Protocol):
    """Jobs, their finished pictures, and what of them counts."""

    async def job(self, job: JobId) -> Job | None: ...

    async def generation(self, generation: GenerationId) -> Generation | None:
        """A generation; one whose picture was swept away by retention still answers, with its recipe.

        None if a member deleted it or its job is gone; the lineage of its children names it nevertheless.
        """
        ...

    async def generations(self, job: JobId) -> Sequence[Generation]:
        """The finished pictures of a job, by index."""
        ...

    async def open_jobs(self) -> Sequence[Job]:
        """Queued and running jobs, oldest first."""
        ...

    async def open_jobs_of(self, requester_key: str) -> Sequence[Job]:
        """A member's queued and running jobs, oldest first."""
        ...

    async def open_jobs_in(self, platform: str, space: str) -> Sequence[Job]:
        """Everybody's in one guild or workspace."""
        ...

    async def jobs_of(self, requester_key: str, *, limit: int) -> Sequence[Job]:
        """A member's latest jobs, newest first."""
        ...

    async def job_of_message(self, message: MessageRef) -> Job | None:
        """The job that a message shows, if that message is a job's newest one."""
        ...

    async def usage(self, requester_key: str, *, since: float, until: float = math.inf) -> Usage:
        """A member's open jobs, and the pictures asked for from `since` to `until`. Outlives the jobs."""
        ...

    async def needed(self, images: Collection[ImageId]) -> frozenset[ImageId]:
        """Those of `images` that a job or generation still needs."""
        ...

    async def holders(self, images: Collection[ImageId], *, besides: str = "") -> int:
        """How many jobs still need one of `images`; those of the member `besides` are left out."""
        ...


class JobStore(JobReader, Protocol):
    """The truth about jobs.

    Changes are compare-and-swap: the core computes the next job with pure functions, the store accepts it only if
    the stored job still has the status and attempt that the change started from.
    """

    async def add(self, job: Job, *, generation: Generation | None = None) -> Job:
        """Store a queued job, its usage and its delivery duty, and settle its event, in one transaction.

        A job that is done already comes with its `generation`, and uses nothing.

        Returns:
            The job; or the one stored earlier for the same `event_id`.
        """
        ...

    async def replace(self, before: Job, after: Job, *, generation: Generation | None = None, begun: int = 0) -> bool:
        """Swap `before` for `after`, in one transaction with a new generation if there is one.

        Written is what a job's moves change: status, attempt, strikes, lease, error and times. A generation of an
        earlier attempt with the same id gives way. If `after` has ended its delivery duty is due at once; if
        it was cancelled, refused or failed, the usage of the pictures that it did not make is given back, but for
        `begun` ones, which the device has worked on in vain.

        Returns:
            False, and nothing changed, if the stored status or attempt is not `before`'s any more.
        """
        ...


class DutyStore(JobReader, Protocol):
    """Which messages have to be written or changed."""

    async def deliveries(self) -> Sequence[Duty]:
        """Every duty that is not done: placeholders to post, open jobs to follow, ended ones to show.

        Most urgent first.
        """
        ...

    async def delivery(self, job: JobId) -> Duty | None:
        """A job's duty, done or not."""
        ...

    async def due(self, job: JobId) -> Due | None:
        """A job's duty, done or not, with what it is about; in one look, as every message begins with it."""
        ...

    async def posted(self, job: JobId, message: MessageRef, *, instead_of: MessageRef | None = None) -> None:
        """The placeholder stands, or another message in its place: that one is a notice from then on, due at once."""
        ...

    async def delivered(self, job: JobId) -> None:
        """The ended job is shown; the duty is done. Ignored while the job is open: its end is yet to be shown."""
        ...

    async def postpone(self, job: JobId, *, due_at: float) -> None:
        """Showing it failed; counts an attempt."""
        ...

    async def undeliverable(self, job: JobId, reason: str) -> None:
        """It can never be shown; the duty is over and the reason kept for `/info`."""
        ...


class NoticeStore(Protocol):
    """Messages that stand for a while."""

    async def put_up(self, notice: Notice) -> None:
        """It stands from now on."""
        ...

    async def notices(self, platform: str, *, most: int) -> Sequence[Notice]:
        """So many that stand in a chat, those that are due first first."""
        ...

    async def notice_platforms(self) -> Sequence[str]:
        """The chats that some stand in."""
        ...

    async def heard(self, job: JobId, requester_key: str, *, at: float) -> bool:
        """A call to a result that stands is due now, if it is this member's; whether it is."""
        ...

    async def taken_down(self, message: MessageRef) -> None:
        """It was taken back, or never can be."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Passes:
    """What was made from one picture in one place.

    Attributes:
        count: jobs that everybody sees there, open or succeeded.
        offered: one of them offers to go on in a thread.
    """

    count: int
    offered: bool


class ThreadStore(Protocol):
    """In which threads what is made from a picture goes on; a family goes by the job of its first result."""

    async def generation(self, generation: GenerationId) -> Generation | None: ...

    async def passes(self, family: JobId, place: str) -> Passes:
        """What was made from a family's results in a place."""
        ...

    async def thread(self, family: JobId, place: str) -> str:
        """The chat's id of the thread; empty if there is none."""
        ...

    async def opened(self, family: JobId, place: str, thread: str) -> None:
        """It goes on in that thread; the first one stays. No message of its jobs there offers one any more."""
        ...

    async def closed(self, thread: str) -> None:
        """The chat has that thread no more."""
        ...


class ResultStore(DutyStore, Protocol):
    """What members made, and where it is shown besides the message of its job."""

    async def results_of(
        self, requester_key: str, *, before: Cursor | None = None, words: str = "", style: str = "", limit: int
    ) -> ResultsPage:
        """A member's jobs that made pictures, newest first, with those; a page of at most `limit` jobs.

        Args:
            requester_key: whose.
            before: the cursor that the page before gave.
            words: only if the prompt has them, in any case.
            style: only of this one.
            limit: jobs of a page.
        """
        ...

    async def keep(self, generation: GenerationId, *, on: bool) -> bool:
        """A result stays beyond retention, with its whole job (False if its pictures went before); or no more."""
        ...

    async def keeps(self, requester_key: str) -> int:
        """How many results of a member stay so."""
        ...

    async def copied(self, job: JobId, place: str, *, openly: bool = False) -> None:
        """A copy of the results stands at a place: no job that was made from them has a hidden source any more.

        `openly`: they are no spoiler any more.
        """
        ...

    async def copies(self, job: JobId) -> frozenset[str]:
        """The places that copies of a job were sent to; they go with the job."""
        ...

    async def copy_stands(self, copy: Copy) -> bool:
        """A message shows the results from now on, and goes when they are deleted; False if they are already."""
        ...


class ErasingStore(JobStore, Protocol):
    """What removes. A disk that refuses ends it; what went until then is returned, so that its pictures can go.

    What a member deletes goes from the chats too: the message of its job and its copies become notices in the same
    transaction, due at once. What goes by age, or with its guild or workspace, is forgotten where it stands.
    """

    async def sweep(self, retention: Retention) -> frozenset[ImageId]:
        """Forget what is older than the owner keeps things. Open jobs stay, as do unshown ones of a chat that is on.

        Returns:
            Pictures of what went. Call it again until there are none: it takes some thousands of jobs at a time.
        """
        ...

    async def forget(self, requester_key: str) -> Removed:
        """Remove a member's ended jobs, generations and inbox rows so that no page of the file holds them.

        Ended jobs go whether shown or not; what is left of their delivery goes with them. Open jobs stay: cancel
        them first. Usage stays until its day is over: it has neither words nor pictures. Call it again until none go.
        """
        ...

    async def forget_space(self, platform: str, space: str) -> Removed:
        """The same for everybody in a guild or workspace that the bot was removed from."""
        ...

    async def remove_generation(self, generation: GenerationId) -> frozenset[ImageId]:
        """A member deleted this result: its picture and prompt go, its place in others' lineage stays.

        The prompt goes from its ended job too, even if there never was a result; the job's last result takes the
        source picture along. Returned are pictures that the job does not need any more.
        """
        ...

    async def purge(self) -> None:
        """Leave nothing of what `remove_generation` took away in any page of the file."""
        ...


class Store(InboxStore, ErasingStore, ResultStore, NoticeStore, ThreadStore, PlaceStore, Overseeing, Protocol):
    """All of it."""

    async def referenced_images(self) -> frozenset[ImageId]:
        """Every image that a job or generation still needs."""
        ...

    async def try_write(self) -> None:
        """Make a durable change that changes nothing: to see whether the disk takes it."""
        ...

    async def backup(self, to: Path) -> None:
        """A consistent copy of the database as a new file; `FileExistsError` if `to` is there already."""
        ...
