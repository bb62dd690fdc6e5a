"""What the core needs from the outside, as Protocols.

Each has one contract suite in `tests/contract` that the real adapter and the tests' fake both pass; a fake without a
suite may not exist. `Engine` lives in `inference.api`.
"""

from collections.abc import Collection, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, Self

from bot.domain.card import Card
from bot.domain.ids import GenerationId, ImageId, JobId
from bot.domain.job import Generation, Job
from bot.domain.limits import Usage
from bot.domain.picture import Exported, Picture
from bot.domain.place import PlaceSettings
from bot.domain.request import ReplyTarget
from bot.domain.safety import Verdict
from bot.domain.style import Style
from bot.erasure import Erasing, Needed
from bot.listing import Listing

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
class Delivery:
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


class JobStore(Erasing, Listing, Protocol):
    """The truth about jobs. Every method that returns has made its change durable.

    Changes are compare-and-swap: the core computes the next job with pure functions, the store accepts it only if
    the stored job still has the status and attempt that the change started from.

    Every method raises `StorageFailed` if the disk refuses; nothing of its change is kept then.
    """

    async def receive(self, event: InboxEvent) -> bool:
        """Write an event down; False if its id is known already."""
        ...

    async def settle(self, event_id: str) -> None:
        """The event needs no handling any more. Adding a job settles its event by itself."""
        ...

    async def unsettled(self, platform: str) -> Sequence[InboxEvent]:
        """Events received but never settled, oldest first: what a crash interrupted."""
        ...

    async def add(self, job: Job) -> Job:
        """Store a queued job, its usage and its delivery duty, and settle its event, in one transaction.

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
        """The job that a message shows, where that message is a job's newest one."""
        ...

    async def usage(self, requester_key: str, *, since: float) -> Usage:
        """A member's open jobs, and the pictures asked for at `since` or later. Outlives the jobs."""
        ...

    async def deliveries(self) -> Sequence[Delivery]:
        """Every duty that is not done: placeholders to post, open jobs to follow, ended ones to show.

        Most urgent first.
        """
        ...

    async def delivery(self, job: JobId) -> Delivery | None:
        """A job's duty, done or not."""
        ...

    async def posted(self, job: JobId, message: MessageRef) -> None:
        """The placeholder stands, or moved to another message."""
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

    async def place(self, key: str) -> PlaceSettings:
        """What was set for a place, e.g. "discord:guild:123"; all defaults if nothing was."""
        ...

    async def set_place(self, key: str, settings: PlaceSettings) -> None: ...

    async def copied(self, job: JobId, place: str) -> None:
        """The bot sent a copy of the job's results to a place: published it there, or sent it to a member."""
        ...

    async def copies(self, job: JobId) -> frozenset[str]:
        """The places that copies of a job were sent to; they go with the job."""
        ...

    async def forget_places(self, prefix: str) -> None:
        """Remove the settings of every place whose key starts so: the server or workspace has gone."""
        ...

    async def referenced_images(self) -> frozenset[ImageId]:
        """Every image that a job or generation still needs."""
        ...

    async def try_write(self) -> None:
        """Make a durable change that changes nothing: to see whether the disk takes it."""
        ...

    async def backup(self, to: Path) -> None:
        """A consistent copy of the database as a new file; `FileExistsError` if `to` is there already."""
        ...


class ImageStore(Protocol):
    """Pictures by the hash of their content. Written once, whole or not at all.

    Writing raises `StorageFailed` if the disk refuses.
    """

    def hold(self) -> AbstractContextManager[None]:
        """What is put, adopted or asked for inside is on its way into a job: it stays until this is left."""
        ...

    async def put(self, content: bytes) -> ImageId: ...

    async def adopt(self, file: Path) -> ImageId:
        """Move a finished file of ours into the store."""
        ...

    async def get(self, image: ImageId) -> bytes:
        """The file's bytes.

        Raises:
            Gone: if it is not kept any more.
        """
        ...

    async def has(self, image: ImageId) -> bool:
        """Whether it is kept."""
        ...

    def path(self, image: ImageId) -> Path:
        """Where the file lies, for the worker to read; it may be gone."""
        ...

    def scratch(self, name: str) -> Path:
        """A path on the same disk for a file in the making, e.g. the worker's output."""
        ...

    async def find_room(self, size: int) -> None:
        """Return if the disk takes a file of so many bytes.

        Raises:
            StorageFailed: it does not.
        """
        ...

    async def discard(self, images: Collection[ImageId], needed: Needed) -> int:
        """Delete those that are neither held nor `needed`; returns how many went."""
        ...

    async def sweep(self, needed: Needed) -> int:
        """The same for everything in the store, some at a time: what a crash left without a job."""
        ...


class PictureReader(Protocol):
    """Turns any bytes a member sent into a `Picture`, apart from this process."""

    async def read(self, content: bytes, *, alpha: bool = False, enough: int | None = None) -> Picture:
        """Decode, on white where `alpha` does not ask for what is transparent to stay so.

        Args:
            content: the file as it was sent.
            alpha: keep transparency.
            enough: pixels that are enough; a larger picture is scaled down to about so many. None keeps them all.

        Raises:
            PictureRefused: with the sentence for the member.
        """
        ...

    def seconds(self, content: bytes, *, enough: int | None = None) -> float:
        """About how long that will take, by a look at the file's beginning; `enough` as in `read`."""
        ...


class Exporter(Protocol):
    """Makes the file of a result that a chat can take."""

    async def export(
        self,
        generation: GenerationId,
        *,
        max_bytes: int,
        formats: Sequence[str] = ("PNG", "WEBP", "JPEG"),
        locale: str = "en",
    ) -> Exported:
        """The best of `formats` that fits `max_bytes`: lossless first, fewer pixels last.

        Its note is in the language of `locale`.

        Raises:
            Gone: the result is not kept any more.
        """
        ...

    async def thumbnail(self, image: ImageId, *, side: int) -> Exported:
        """A small JPEG of a stored picture, e.g. the source, its longer side at most `side` pixels.

        Raises:
            Gone: it is not kept any more.
        """
        ...

    async def style_sheet(self, styles: Sequence[Style]) -> Exported | None:
        """The pictures of these presets side by side, each with its name; None if none of them has one."""
        ...


class Moderator(Protocol):
    """Says what words and pictures are; if it does not classify, `look` answers `UNCLASSIFIED`."""

    @property
    def classifies(self) -> bool: ...

    async def blocks(self, prompt: str, *, also: Sequence[str] = ()) -> bool:
        """Whether a prompt has a word or pattern of the owner's block list, or of `also`."""
        ...

    async def look(self, picture: Path) -> Verdict:
        """Look at a picture of ours. Never raises: what could not be looked at is `UNCHECKABLE`."""
        ...


class Messenger(Protocol):
    """One chat platform's way of showing cards.

    Attributes:
        platform: which reply targets are its own.
        edit_interval: least seconds between two edits of one message.
    """

    platform: str
    edit_interval: float

    async def post(self, target: ReplyTarget, card: Card, *, nonce: str) -> MessageRef:
        """Post a job's message; with the same nonce again it finds the first one instead of posting a second.

        Raises:
            TryLater: the chat may take it later.
            Undeliverable: it never will.
        """
        ...

    async def edit(self, target: ReplyTarget, message: MessageRef, card: Card) -> MessageRef:
        """Make the message show `card`; safe to repeat.

        Returns:
            The reference to use from now on: another one if the message had to be replaced.

        Raises:
            TryLater: the chat may take it later.
            Undeliverable: it never will.
        """
        ...


class ChatPlatform(Protocol):
    """A chat adapter as the lifecycle sees it: entered once connected; left when its connections are closed."""

    @property
    def name(self) -> str:
        """As reply targets and requesters name it."""
        ...

    @property
    def messenger(self) -> Messenger: ...

    @property
    def connected(self) -> bool:
        """Whether events can arrive now, as far as that can be known; false within a minute after they cannot."""
        ...

    async def __aenter__(self) -> Self: ...

    async def __aexit__(self, *exc_info: object) -> None: ...

    async def run(self) -> None:
        """Take events until `stop_intake` or cancellation."""
        ...

    async def stop_intake(self) -> None:
        """Take no more events; messages can still be sent."""
        ...


class Clock(Protocol):
    """Wall-clock time, so that tests can hold it. Waiting goes by the event loop's clock, which tests hold too."""

    def now(self) -> float:
        """Unix seconds: for stamps that outlive the process."""
        ...


class Ids(Protocol):
    """Chance, so that tests can hold it."""

    def job_id(self) -> JobId: ...

    def seed(self) -> int: ...
