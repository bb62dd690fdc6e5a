"""What a member can say about a picture: one value that carries it, and one table of how each option is read.

`Options` goes from every chat, form, text and command line to the recipe, and back into the next form. `OPTIONS` has
a row for each of its fields: how it is typed, its range, which names it has in a text, what a picture derived from
another keeps of it. Flags in a text, Discord's command options, forms, the command line's arguments and the
documentation are built from the rows and read by them; the texts follow by name (`describe-<name>`, `field-<name>`,
`refused-<name>` in the catalogue).
"""

import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Self

from bot.domain.control import NO_CONTROL, Control, parse_kind
from bot.domain.errors import InvalidRequest
from bot.domain.ids import ImageId
from bot.domain.lora import LoraWish, parse_loras, shown
from bot.domain.strength import check_strengths, parse_strengths
from bot.domain.typed import END_MARKS, PERCENT_SIGNS, number
from bot.domain.words import quoted
from inference.api import MAX_CONTROL_SCALE, ControlKind

MAX_PROMPT = 2000
MAX_STEPS = 150
MAX_GUIDANCE_SCALE = 30.0
MAX_SEED = 2**32 - 1
MAX_COUNT = 4
ANY_SEED = -1
"""What other tools write for a new one; over the parent's it is one as well."""

YES = "yes"
"""What stands for a switch that is on, if it is written."""

_MAX_NAME = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What was said of a picture; None if nothing was said of that, so the parent's or the usual value holds.

    Attributes:
        prompt: what it should become.
        strengths: one for a single picture, several for a sweep; none at all (an emptied field) is the usual one.
        style: an empty one is no style, over the parent's or the place's.
        count: of pictures, with seeds that follow each other.
        control: a `ControlKind`, or `NO_CONTROL`, which lets go of the parent's.
        control_scale, control_start, control_end: as in `Control`.
        private: the result is for its requester alone.
        unread: settings of a pasted recipe that mean nothing here, by the names they had there; no option.
    """

    prompt: str | None = None
    negative_prompt: str | None = None
    strengths: tuple[float, ...] | None = None
    style: str | None = None
    seed: int | None = None
    count: int | None = None
    steps: int | None = None
    guidance_scale: float | None = None
    model: str | None = None
    loras: tuple[LoraWish, ...] | None = None
    control: str | None = None
    control_scale: float | None = None
    control_start: float | None = None
    control_end: float | None = None
    private: bool | None = None
    unread: tuple[str, ...] = ()

    def over(self, below: Self) -> Self:
        """These if something was said, those of `below` elsewhere."""
        said = {row.name: value for row in OPTIONS if (value := getattr(self, row.name)) is not None}
        return replace(below, unread=self.unread, **said)

    def without(self, names: Iterable[str]) -> Self:
        """As if nothing had been said of these."""
        nothing: dict[str, Any] = dict.fromkeys(names)
        return replace(self, **nothing)

    def check(self) -> None:
        """Refuse what is out of range or does not go together.

        Raises:
            InvalidRequest: with the sentence for the member.
        """
        for row in OPTIONS:
            if (value := getattr(self, row.name)) is not None:
                row.check(value)
        numbers = (self.control_scale, self.control_start, self.control_end)
        if self.control is None and numbers != (None, None, None):
            raise InvalidRequest("refused-control-unnamed", kinds=tuple(ControlKind))
        if structure := self.structure():
            structure.check()

    def structure(self, image: ImageId | None = None) -> Control | None:
        """The structure that a recipe keeps by these options; None if none.

        Args:
            image: its map in the image store; None draws it from the source.
        """
        if self.control is None or self.control == NO_CONTROL:
            return None
        usual = Control(kind=ControlKind(self.control), map=image)
        return replace(
            usual,
            scale=usual.scale if self.control_scale is None else self.control_scale,
            start=usual.start if self.control_start is None else self.control_start,
            end=usual.end if self.control_end is None else self.control_end,
        )


NOTHING_SAID = Options()


class OptionKind(StrEnum):
    """How a value is typed, which decides the field that a command, form or command line has for it."""

    PROSE = "prose"  # in a text everything up to the next flag
    NAME = "name"  # one of a list that is known when it is asked for: styles, models
    WHOLE = "whole"
    NUMBER = "number"
    STRENGTHS = "strengths"
    LORAS = "loras"
    CONTROL = "control"
    SWITCH = "switch"


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One row: what there is to know about an option, so that nobody else has to.

    Attributes:
        name: of the field in `Options`, of Discord's command option, of the form's field, and in a text.
        aliases: more names in a text; the first one is the command line's.
        least, most: the range of a number, in its own unit.
        longest: of a text, in characters.
        chained: whether a chain keeps the parent's; if not, the next pass begins with the usual one.
        follows: options whose change lets go of the parent's value of this one, which belonged to the old.
        folded: a form shows it in its advanced part, or not at all if it has little room.
        usual: what holds if nothing is said, if that is always the same; a form leaves its field open on it.
        detail: a card leaves it to its small print and to Details.
        emptied: what a field says that a member left empty; None is nothing.
        share: a number that may be said in per cent.
        anything: words by which one leaves it to chance.
        recorded: its name in a recipe as the A1111 web UI writes one; those of control stand in ControlNet's part.
        placed: the setting of a place that says what holds there if a member says nothing.
    """

    name: str
    kind: OptionKind
    aliases: tuple[str, ...] = ()
    least: float = 0
    most: float = math.inf
    longest: int = _MAX_NAME
    chained: bool = True
    follows: tuple[str, ...] = ()
    folded: bool = True
    detail: bool = False
    usual: Any = None
    emptied: Any = None
    share: bool = False
    anything: tuple[str, ...] = ()
    recorded: str = ""
    placed: str = ""

    @property
    def flag(self) -> str:
        """Its name on the command line."""
        return (self.aliases or (self.name,))[0].replace("_", "-")

    @property
    def flags(self) -> tuple[str, ...]:
        """All its names in a text, as they are written behind two dashes."""
        return tuple(name.replace("_", "-") for name in (*self.aliases, self.name))

    @property
    def text(self) -> str:
        """Its name as keys of the catalogue have it: `describe-<text>`."""
        return self.name.replace("_", "-")

    def parse(self, text: str) -> Any:
        """The value that people typed.

        Raises:
            InvalidRequest: it is none, or out of range; with the sentence for the member.
        """
        match self.kind:
            case OptionKind.WHOLE | OptionKind.NUMBER:
                value: Any = self._number(text)
            case OptionKind.SWITCH:
                value = text.strip().casefold() not in _OFF
            case kind:
                value = _PARSERS.get(kind, str.strip)(text)
        self.check(value)
        return value

    def written(self, value: Any) -> str:
        """A value as one would type it; what `parse` reads back."""
        match self.kind:
            case OptionKind.STRENGTHS:
                return " ".join(f"{strength:g}" for strength in value)
            case OptionKind.NUMBER:
                return f"{value:.10g}"
            case OptionKind.LORAS:
                return shown(value)
            case OptionKind.SWITCH:
                return YES if value else ""
            case _:
                return str(value)

    def adopt(self, value: object) -> Any:
        """The value from what a chat's own field holds, a number or text.

        Raises:
            InvalidRequest: as `parse` does.
        """
        if isinstance(value, str):
            return self.parse(value)
        match self.kind, value:
            case OptionKind.STRENGTHS, int() | float():
                value = (float(value),)
            case OptionKind.NUMBER, int() | float():
                value = float(value)
            case OptionKind.LORAS, list():
                value = tuple(value)
            case _:
                pass
        self.check(value)
        return value

    def check(self, value: Any) -> None:
        """Refuse a value out of its range.

        Raises:
            InvalidRequest: with the sentence for the member.
        """
        match self.kind:
            case OptionKind.WHOLE | OptionKind.NUMBER:
                # Written so that a NaN, which compares as false, is refused as well.
                if not self.least <= value <= self.most and str(value) not in self.anything:
                    raise self._refused(f"{value:g}" if isinstance(value, float) else str(value))
            case OptionKind.PROSE:
                if (length := len(value)) > self.longest:
                    raise InvalidRequest(f"refused-{self.text}-long", length=str(length), most=str(self.longest))
            case OptionKind.STRENGTHS:
                check_strengths(value)
            case _:
                pass

    def _number(self, text: str) -> int | float:
        said = text.strip().rstrip(END_MARKS)
        if said.casefold() in self.anything:
            return ANY_SEED
        try:
            if self.kind is OptionKind.NUMBER and (self.share or not said.endswith(tuple(PERCENT_SIGNS))):
                return number(said)
            if re.fullmatch(r"[+-]?\d{1,40}", said):
                return int(said)
        except ValueError:
            pass
        raise self._refused(text)

    def _refused(self, given: str) -> InvalidRequest:
        least, most = (str(bound) if isinstance(bound, int) else bound for bound in (self.least, self.most))
        return InvalidRequest(f"refused-{self.text}", least=least, most=most, given=quoted(given))


_OFF = frozenset({"false", "no", "off", "0"})

_PARSERS: Mapping[OptionKind, Callable[[str], Any]] = {
    OptionKind.STRENGTHS: parse_strengths,
    OptionKind.LORAS: parse_loras,
    OptionKind.CONTROL: parse_kind,
}

OPTIONS: tuple[Option, ...] = (
    Option(name="prompt", kind=OptionKind.PROSE, longest=MAX_PROMPT, folded=False),
    Option(
        name="strengths",
        kind=OptionKind.STRENGTHS,
        aliases=("strength",),
        chained=False,
        follows=("style",),
        folded=False,
        emptied=(),
        recorded="Denoising strength",
        placed="strength",
    ),
    Option(name="style", kind=OptionKind.NAME, folded=False, emptied="", recorded="Style", placed="style"),
    Option(name="negative_prompt", kind=OptionKind.PROSE, aliases=("negative", "no"), longest=MAX_PROMPT, emptied=""),
    Option(
        name="seed",
        kind=OptionKind.WHOLE,
        most=MAX_SEED,
        chained=False,
        anything=(str(ANY_SEED), "random", "any"),
        recorded="Seed",
    ),
    Option(name="count", kind=OptionKind.WHOLE, least=1, most=MAX_COUNT, chained=False, usual=1),
    Option(
        name="steps",
        kind=OptionKind.WHOLE,
        least=1,
        most=MAX_STEPS,
        follows=("model",),
        detail=True,
        recorded="Steps",
    ),
    Option(
        name="guidance_scale",
        kind=OptionKind.NUMBER,
        aliases=("guidance", "cfg"),
        most=MAX_GUIDANCE_SCALE,
        follows=("model", "style"),
        detail=True,
        recorded="CFG scale",
    ),
    Option(name="model", kind=OptionKind.NAME, detail=True, recorded="Model", placed="model"),
    Option(name="loras", kind=OptionKind.LORAS, aliases=("lora",), longest=200, follows=("model",)),
    Option(name="control", kind=OptionKind.CONTROL, folded=False, emptied=NO_CONTROL, recorded="Model"),
    *(
        Option(
            name=name,
            kind=OptionKind.NUMBER,
            most=most,
            follows=("control",),
            usual=usual,
            share=True,
            recorded=recorded,
        )
        for name, most, usual, recorded in (
            ("control_scale", MAX_CONTROL_SCALE, 1.0, "Weight"),
            ("control_start", 1.0, 0.0, "Guidance Start"),
            ("control_end", 1.0, 1.0, "Guidance End"),
        )
    ),
    Option(name="private", kind=OptionKind.SWITCH, folded=False, emptied=False, placed="private"),
)
"""Every option, in the order in which forms and lists show them."""

OPTION: Mapping[str, Option] = {row.name: row for row in OPTIONS}

PLACED: tuple[Option, ...] = tuple(row for row in OPTIONS if row.placed)
"""Those that a place can set."""


def read_options(given: Mapping[str, object]) -> Options:
    """What a chat's command or the command line gave, by any name of an option; what is None was not said.

    Raises:
        InvalidRequest: a value is none of its kind or out of range; with the sentence for the member.
    """
    values = {
        row.name: row.adopt(value)
        for row in OPTIONS
        for name in (*row.aliases, row.name)
        if (value := given.get(name)) is not None
    }
    return Options(**values)
