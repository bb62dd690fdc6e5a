"""What a form asks about structure control, and reads back; pure."""

from collections.abc import Mapping, Sequence
from typing import Any

from adapters.slack.fields import (
    FILE_TYPES,
    NO_CHOICE,
    Errors,
    choice_field,
    chosen_value,
    input_field,
    number,
    shown_number,
    text_field,
)
from adapters.slack.text import Block
from bot.domain.control import NO_CONTROL
from bot.domain.errors import InvalidRequest
from bot.domain.options import NOTHING_SAID, Options
from bot.texts import text
from inference.api import MAX_CONTROL_SCALE, ControlKind


def control_field(controls: Sequence[ControlKind], chosen: str | None, *, required: bool) -> Block:
    """The kinds of structure to keep, and none of them; the first one where there must be one."""
    offered = [(kind.value, text("en", f"control-{kind}")) for kind in controls]
    if not required:
        offered.insert(0, (NO_CHOICE, text("en", f"control-{NO_CONTROL}")))
    known = chosen if chosen in {value for value, _ in offered} else offered[0][0]
    return choice_field("control", "Structure to keep", offered, known)


def control_details(wish: Options) -> list[Block]:
    """A map of the member's own and the numbers."""
    file: Block = {"type": "file_input", "filetypes": list(FILE_TYPES), "max_files": 1}
    share = "A share of the steps, 0 to 1."
    own = "Such as a sketch; else it is drawn from the picture."
    scale_hint = f"0 to {MAX_CONTROL_SCALE:g}; empty is 1. How strictly to keep the structure."
    return [
        input_field("map", "Control map of your own", file, hint=own),
        text_field("control_scale", "Control scale", shown_number(wish.control_scale), most=6, hint=scale_hint),
        text_field(
            "control_start",
            "Control starts at",
            shown_number(wish.control_start),
            most=6,
            hint=share,
        ),
        text_field("control_end", "Control ends at", shown_number(wish.control_end), most=6, hint=share),
    ]


def has_numbers(wish: Options) -> bool:
    """Whether something beyond the kind was said that is not as usual."""
    return (wish.control_scale, wish.control_start, wish.control_end) not in {(None, None, None), (1.0, 0.0, 1.0)}


def read_control(fields: Mapping[str, Any], errors: Errors, *, required: bool) -> Options:
    """What a form says of structure; if it had no such field, nothing.

    Args:
        fields: by block id.
        errors: takes a sentence for each field that is wrong.
        required: there must be a kind.
    """
    if "control" not in fields:
        return NOTHING_SAID
    kind = chosen_value(fields, "control")
    if kind is None and required:
        errors["control"] = InvalidRequest("refused-map-kind-missing")
    said = Options(
        control=kind or NO_CONTROL,
        control_scale=number(fields, errors, "control_scale"),
        control_start=number(fields, errors, "control_start"),
        control_end=number(fields, errors, "control_end"),
    )
    try:
        said.check()
    except InvalidRequest as error:
        errors.setdefault("control_end", error)
    return said
