"""What a member sees of a job: one message, said without any chat's markup.

`bot.rendering` makes cards, adapters lay them out. Text that came from people (`prompt`, a picture's `alt`) is kept
in fields of its own, so that an adapter escapes exactly those.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from bot.domain.actions import Verb
from bot.domain.button_id import ButtonId
from bot.domain.ids import GenerationId, ImageId, JobId
from bot.domain.job import JobStatus
from bot.domain.request import Requester
from bot.domain.words import clip
from inference.api import Arriving

_LONGEST_WISH = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    """One thing a member can do next.

    Attributes:
        target: the generation it acts on; for Cancel the job's first one.
        strength: set on the four rerun buttons only, to tell their ids apart.
        has: it is what the result has already, so it is shown as chosen and makes nothing.
    """

    verb: Verb
    target: GenerationId
    label: str
    emoji: str = ""
    strength: float | None = None
    has: bool = False

    @property
    def id(self) -> ButtonId:
        """The id by which a press finds what the button means."""
        return ButtonId(self.verb, self.target, self.strength)


@dataclass(frozen=True, slots=True, kw_only=True)
class CardPicture:
    """One result.

    Attributes:
        label: short caption if several stand side by side, e.g. "strength 0.3"; our words.
        mark: what is drawn into it to tell it from the others of its job; empty if it is alone.
        alt: what it shows, from the prompt; people's words.
        button: how to take this one as a result of its own, among several.
        spoiler: hidden until a reader asks to see it, if the chat can do that.
    """

    generation: GenerationId
    image: ImageId
    label: str
    alt: str
    mark: str = ""
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
        at_once: there is room for it on the device, so that it only seems to wait.
    """

    position: int
    expected_at: float | None
    expected_late: float | None
    arriving: Arriving | None = None
    paused: bool = False
    at_once: bool = False


class Stage(StrEnum):
    """What a running job is at.

    STARTING: before the first step; the source is read and encoded. FINISHING: after the last step; the result is
    decoded, looked at, written and sent, none of which is a step.
    """

    STARTING = "starting"
    LOADING = "loading"
    PAINTING = "painting"
    FINISHING = "finishing"


STEPS = 0.9
"""The share of a picture's progress that its steps make up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a running job is.

    Attributes:
        fraction: 0 .. 1 over all its pictures; steps alone come to `STEPS` of it.
        seconds_left: until it is done, half of the time; None while nothing was measured yet.
        previews: how its pictures look now, small JPEGs by index; the latest one that each of them had.
    """

    fraction: float
    stage: Stage = Stage.PAINTING
    seconds_left: float | None = None
    previews: Mapping[int, bytes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A job's message in one state.

    Attributes:
        owner: whom to mention if `mention` is set.
        headline: the state in one short line; our words.
        prompt: people's words; escape them.
        facts: what was understood, e.g. "strength 0.5 (balanced)", "seed 42"; our words, may be joined by dots.
        notes: quiet lines under the result; our words.
        small_print: what the result is in one line; our words.
        source: shown as thumbnail.
        marks: of several pictures, by index, what is short enough to be drawn into each: "0.3", "#2".
        menu: one of these is chosen: which of several pictures to go on from.
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
    marks: tuple[str, ...] = ()
    menu: tuple[Button, ...] = ()
    buttons: tuple[tuple[Button, ...], ...] = ()
    spoiler: bool = False
    source_alt: str = ""
    stays: bool = False

    @property
    def wish(self) -> str:
        """The prompt as a title, in one line and cut short; the whole of it stands in Details. People's words too."""
        return clip(" ".join(self.prompt.split()), _LONGEST_WISH)
