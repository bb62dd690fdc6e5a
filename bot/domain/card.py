"""What a member sees of a job: one message, said without any chat's markup.

`bot.rendering` makes cards, adapters lay them out. Text that came from people (`prompt`, a picture's `alt`) is kept
in fields of its own, so that an adapter escapes exactly those.
"""

from dataclasses import dataclass

from bot.domain.actions import Verb
from bot.domain.ids import GenerationId, ImageId, JobId
from bot.domain.job import JobStatus
from bot.domain.request import Requester
from inference.api import Arriving


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    """One thing a member can do next.

    Attributes:
        target: the generation it acts on; for Cancel the job's first one.
        strength: set on the four rerun buttons only, to tell their ids apart.
    """

    verb: Verb
    target: GenerationId
    label: str
    emoji: str = ""
    strength: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CardPicture:
    """One result.

    Attributes:
        label: short caption if several stand side by side, e.g. "strength 0.3"; our words.
        alt: what it shows, from the prompt; people's words.
        button: how to take this one further, in a sweep.
        spoiler: hidden until a reader asks to see it, if the chat can do that.
    """

    generation: GenerationId
    image: ImageId
    label: str
    alt: str
    button: Button | None = None
    spoiler: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """Where a queued job stands.

    Attributes:
        position: 1 is next.
        expected_at: Unix time by which it is done in half of all cases; None while nothing was measured yet.
        expected_late: the same for nine cases in ten.
        arriving: how far the download is that it waits for; the position then is among those that wait for it too.
        paused: the operator lets nothing begin for now.
    """

    position: int
    expected_at: float | None
    expected_late: float | None
    arriving: Arriving | None = None
    paused: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a running job is.

    Attributes:
        fraction: 0 .. 1 over all its pictures.
        preview: a small JPEG of how it looks now.
    """

    fraction: float
    loading_model: bool = False
    preview: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A job's message in one state.

    Attributes:
        owner: whom to mention if `mention` is set.
        headline: the state in one short line; our words.
        prompt: people's words; escape them.
        facts: what was understood, e.g. "strength 0.5 (balanced)", "seed 42"; our words, may be joined by dots.
        notes: quiet lines under the result; our words.
        small_print: the recipe in one line; our words.
        source: shown as thumbnail.
        buttons: rows, top to bottom.
        spoiler: whatever picture it shows is hidden until a reader asks to see it, its preview too.
        source_alt: what the source shows; people's words if they gave some, else ours.
        stays: its pictures may be shown where it was asked and, without another look at the rules, nowhere else.
    """

    job: JobId
    status: JobStatus
    owner: Requester
    private: bool
    locale: str
    headline: str
    prompt: str
    mention: bool = False
    facts: tuple[str, ...] = ()
    waiting: Waiting | None = None
    progress: Progress | None = None
    pictures: tuple[CardPicture, ...] = ()
    source: ImageId | None = None
    notes: tuple[str, ...] = ()
    small_print: str = ""
    buttons: tuple[tuple[Button, ...], ...] = ()
    spoiler: bool = False
    source_alt: str = ""
    stays: bool = False
