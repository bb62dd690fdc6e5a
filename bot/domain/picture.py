"""Pictures on their way in and out, decoded and encoded elsewhere."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A member's picture that was not fetched yet, so that what costs nothing can be checked before.

    Attributes:
        fetch: gives the file; raises `PictureRefused`.
        size: its bytes, as the chat says; 0 if it does not.
        spoiler: its member wants it hidden until a reader asks to see it.
        description: what it shows, in its member's words for readers who cannot see it.
    """

    fetch: Callable[[], Awaitable[bytes]]
    size: int = 0
    spoiler: bool = False
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A member's picture, decoded: an upright RGB PNG, or RGBA if that was asked for, without metadata.

    Attributes:
        notes: what the member should know, as messages of the catalogue, e.g. "note-animated".
        contrast: standard deviation of its lightness, 0 .. 0.5; None if unknown.
        made_by_ai: the file says that a model had a part in it.
        scaled: it has fewer pixels than the file, as fewer were enough.
    """

    png: bytes
    width: int
    height: int
    notes: tuple[str, ...] = ()
    contrast: float | None = None
    made_by_ai: bool = False
    scaled: bool = False


@dataclass(frozen=True, slots=True)
class Tile:
    """One picture of several that are drawn as one: a PNG or JPEG of ours or the owner's, and a few words for it."""

    content: bytes
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """A result as a file that may leave: marked as made by AI, free of everything else.

    Attributes:
        suffix: for its name, without a dot.
        note: for the member, if it is less than the stored picture.
    """

    content: bytes
    suffix: str
    media_type: str
    width: int
    height: int
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Attached:
    """A file that goes with a page or a message.

    Attributes:
        alt: what it shows, if it is a picture.
        spoiler: hidden until its reader asks to see it, if the chat can do that.
    """

    name: str
    content: bytes
    alt: str = ""
    spoiler: bool = False
