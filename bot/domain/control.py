"""Structure that a picture keeps at any strength: what a recipe holds, and the kinds by the names people type.

A recipe without a map has it drawn from its source, so a chain draws it anew from each result. A map that was given,
or taken with *Use map*, stays with the recipe through reruns, chains and other pictures, until another kind or map is
asked for.
"""

import re
from dataclasses import dataclass

from bot.domain.errors import InvalidRequest
from bot.domain.ids import ImageId
from bot.domain.words import quoted
from inference.api import MAX_CONTROL_SCALE, ControlKind

NO_CONTROL = "none"
"""What members choose to let go of a parent's control."""

_ALIASES = {
    "edges": ControlKind.CANNY,
    "lines": ControlKind.LINEART,
    "sketch": ControlKind.SCRIBBLE,
    "hed": ControlKind.SOFTEDGE,
    "openpose": ControlKind.POSE,
}

_OFF = (NO_CONTROL, "no", "off")
_NAMED = re.compile(
    "(?:"
    + "|".join(r"[\s_-]*".join(name) for name in sorted((*ControlKind, *_ALIASES, *_OFF), key=len, reverse=True))
    + r")(?![^\W_])",
    re.IGNORECASE,
)
"""A name with white space or hyphens anywhere in it: "soft edge", "line-art"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """What a recipe says of structure.

    Attributes:
        map: a picture of the structure, in the image store; None draws it from the source.
        scale: how strictly to keep it, 0 .. `MAX_CONTROL_SCALE`.
        start, end: it acts between these shares of the steps, 0 <= start < end <= 1.
    """

    kind: ControlKind
    map: ImageId | None = None
    scale: float = 1.0
    start: float = 0.0
    end: float = 1.0

    def check(self) -> None:
        """Refuse what is out of range.

        Raises:
            InvalidRequest: with the sentence for the member.
        """
        # Written so that a NaN, which compares as false, is refused as well.
        if not 0 <= self.scale <= MAX_CONTROL_SCALE:
            raise InvalidRequest("refused-control-scale", most=MAX_CONTROL_SCALE, given=self.scale)
        if not 0 <= self.start < self.end <= 1:
            raise InvalidRequest("refused-control-span", start=self.start, end=self.end)


def kind_at(text: str) -> tuple[str, str] | None:
    """The kind of control that a text begins with, however its words are joined, and what comes behind it."""
    found = _NAMED.match(text)
    return (found.group(), text[found.end() :]) if found else None


def parse_kind(text: str) -> str:
    """A kind of control from what people type: "canny", "Soft edge", "line-art"; or `NO_CONTROL`.

    Raises:
        InvalidRequest: with the sentence for the member.
    """
    word = "".join(letter for letter in text.lower() if letter.isalnum())
    if word in _OFF:
        return NO_CONTROL
    if word in _ALIASES:
        return _ALIASES[word]
    try:
        return ControlKind(word)
    except ValueError:
        kinds = (*ControlKind, NO_CONTROL)
        raise InvalidRequest("refused-control-unknown", given=quoted(text), kinds=kinds) from None
