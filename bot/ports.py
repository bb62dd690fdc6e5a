"""What the core needs from the outside, as Protocols.

Each has one contract suite in `tests/contract` that the real adapter and the tests' fake both pass; a fake without a
suite may not exist. `Engine` lives in `inference.api`, what the database keeps in `bot.stores`.
"""

from collections.abc import Collection, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol, Self

from bot.domain.card import Card
from bot.domain.ids import GenerationId, ImageId, JobId
from bot.domain.picture import Exported, Picture, Tile
from bot.domain.request import ReplyTarget
from bot.domain.safety import Verdict
from bot.domain.style import Style
from bot.erasure import Needed
from bot.stores import MessageRef


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
        """Decode, on white if `alpha` does not ask for what is transparent to stay so.

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

    async def shown(
        self,
        generation: GenerationId,
        *,
        max_bytes: int,
        formats: Sequence[str] = ("WEBP",),
        mark: str = "",
        locale: str = "en",
    ) -> Exported:
        """A result as a chat shows it: lossy, at a quality that eyes cannot tell from the stored picture.

        Args:
            generation: which.
            max_bytes: what the chat takes per file.
            formats: what the chat shows, "WEBP" or "JPEG", the best first.
            mark: a few letters that are drawn into its corner, if several stand side by side.
            locale: of the note that says if it has fewer pixels.

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

    async def sheet(self, tiles: Sequence[Tile]) -> Exported:
        """Pictures side by side as one JPEG, each with its label drawn in."""
        ...

    async def strip(self, steps: Sequence[tuple[ImageId, str]]) -> Exported:
        """Stored pictures in a row as one JPEG, an arrow from each to the next, each with its words below.

        Raises:
            Gone: one of them is not kept any more.
        """
        ...

    async def wipe(self, before: ImageId, after: ImageId) -> Exported:
        """A short animation (WebP) that uncovers one stored picture over another.

        Raises:
            Gone: one of them is not kept any more.
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

    async def notify(self, target: ReplyTarget, message: MessageRef, card: Card, *, nonce: str) -> MessageRef | None:
        """Tell a result's owner, who waited, that it is there: by a short reply to its message that notifies them.

        An edited message notifies nobody. With the same nonce again nobody is told a second time. Does nothing if
        the message is shown to its owner alone and cannot be replied to.

        Returns:
            The reply, to be taken back by `unsay`; None if there is none.

        Raises:
            TryLater: the chat may take it later.
            Undeliverable: it never will.
        """
        ...

    async def unsay(self, target: ReplyTarget, message: MessageRef) -> None:
        """Take back what `notify` said, or a message in whose place another one stands; done if it is gone already.

        Raises:
            TryLater: the chat may take it back later.
            Undeliverable: it never will.
        """
        ...

    async def erase(self, target: ReplyTarget, message: MessageRef) -> None:
        """Take a message away with the pictures that it shows; done if it is gone, or nothing of ours can reach it.

        Raises:
            TryLater: the chat may take it back later.
            Undeliverable: it never will.
        """
        ...

    async def edit(self, target: ReplyTarget, message: MessageRef, card: Card) -> MessageRef:
        """Make the message show `card`; safe to repeat.

        Returns:
            The reference to use from now on. If another message had to take its place, that is noted first, then the
            caller has the one before taken back by `unsay`.

        Raises:
            TryLater: the chat may take it later.
            Undeliverable: it never will.
        """
        ...

    def same(self, message: MessageRef, other: MessageRef) -> bool:
        """Whether two references are to one message: what it may be written with can be another one by now."""
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
