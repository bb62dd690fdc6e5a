"""Structure that a picture keeps at any strength: what a recipe holds, and what members say of it.

A recipe without a map has it drawn from its source, so a chain draws it anew from each result. A map that was given,
or taken with *Use map*, stays with the recipe through reruns, chains and other pictures, until another kind or map is
asked for.
"""

from dataclasses import dataclass, replace

from bot.domain.errors import InvalidRequest
from bot.domain.ids import ImageId
from bot.domain.picture import Sent
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
            raise InvalidRequest("refused-control-scale", most=f"{MAX_CONTROL_SCALE:g}", given=f"{self.scale:g}")
        if not 0 <= self.start < self.end <= 1:
            raise InvalidRequest("refused-control-span", start=f"{self.start:g}", end=f"{self.end:g}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlWish:
    """What a member said of control; None where nothing was said.

    Attributes:
        kind: a `ControlKind`, or `NO_CONTROL`, which lets go of the parent's.
        map: a picture of the structure, as it was sent.
    """

    kind: str | None = None
    map: bytes | Sent | None = None
    scale: float | None = None
    start: float | None = None
    end: float | None = None

    def over(self, kept: Control | None = None) -> Control | None:
        """The control that a request has: what was said, and of what was not said the parent's.

        Another kind lets go of the parent's map, which shows something else. The map given here is not in it: it is
        not stored yet.

        Raises:
            InvalidRequest: something was said of control, but not of which.
        """
        if self.kind == NO_CONTROL:
            return None
        kind = ControlKind(self.kind) if self.kind else kept.kind if kept else None
        if kind is None:
            if self != UNSAID:
                raise InvalidRequest("refused-control-unnamed", kinds=", ".join(ControlKind))
            return None
        base = kept if kept and kept.kind == kind else Control(kind=kind)
        return replace(
            base,
            scale=base.scale if self.scale is None else self.scale,
            start=base.start if self.start is None else self.start,
            end=base.end if self.end is None else self.end,
        )


UNSAID = ControlWish()
"""Nothing was said of control."""


def wish_of(control: Control | None) -> ControlWish:
    """What a form that shows a recipe's control is filled with; its map stays where the kind does."""
    if control is None:
        return ControlWish(kind=NO_CONTROL)
    return ControlWish(kind=control.kind, scale=control.scale, start=control.start, end=control.end)


def parse_kind(text: str) -> str:
    """A kind of control from what people type: "canny", "Soft edge", "line-art"; or `NO_CONTROL`.

    Raises:
        InvalidRequest: with the sentence for the member.
    """
    word = "".join(letter for letter in text.lower() if letter.isalnum())
    if word in {NO_CONTROL, "no", "off"}:
        return NO_CONTROL
    if word in _ALIASES:
        return _ALIASES[word]
    try:
        return ControlKind(word)
    except ValueError:
        kinds = ", ".join((*ControlKind, NO_CONTROL))
        raise InvalidRequest("refused-control-unknown", given=quoted(text), kinds=kinds) from None
