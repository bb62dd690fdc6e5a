"""Fields of modals, built and read back; pure."""

from collections.abc import Iterable, Mapping
from typing import Any

from adapters.slack.text import MAX_OPTION, MAX_PLACEHOLDER, Block, clip, plain
from bot.domain.errors import InvalidRequest
from bot.domain.options import OPTION

NO_CHOICE = "none"
"""What stands for choosing nothing in a select."""

FILE_TYPES = ("png", "jpg", "jpeg", "webp", "avif", "heic", "heif")

Errors = dict[str, InvalidRequest]
"""What is wrong with each field of a form."""


class FormErrors(Exception):
    """What is wrong with a form, by field; each one sentence."""

    def __init__(self, fields: Mapping[str, InvalidRequest]) -> None:
        super().__init__(", ".join(fields))
        self.fields = dict(fields)


def fields_of(view: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """What stands in each field of a submitted form, by block id."""
    values = (view.get("state") or {}).get("values") or {}
    return {block: next(iter(elements.values()), {}) for block, elements in values.items()}


def input_field(name: str, label: str, element: Block, *, required: bool = False, hint: str = "") -> Block:
    made: Block = {
        "type": "input",
        "block_id": name,
        "label": plain(label),
        "optional": not required,
        "element": element | {"action_id": name},
    }
    return made | ({"hint": plain(hint)} if hint else {})


def text_field(
    name: str, label: str, value: str, *, most: int, long: bool = False, hint: str = "", placeholder: str = ""
) -> Block:
    element: Block = {"type": "plain_text_input", "multiline": long, "max_length": most}
    if placeholder:
        element["placeholder"] = plain(placeholder, MAX_PLACEHOLDER)
    if value:
        element["initial_value"] = value[:most]
    return input_field(name, label, element, required=name == "prompt", hint=hint)


def choice_field(name: str, label: str, offered: Iterable[tuple[str, str]], chosen: str | None) -> Block:
    """A select of (value, label) pairs; a value that is not offered leaves it empty."""
    options = [option(text, value) for value, text in list(offered)[:100]]
    element: Block = {"type": "static_select", "options": options}
    if picked := [each for each in options if each["value"] == chosen]:
        element["initial_option"] = picked[0]
    return input_field(name, label, element)


def option(label: str, value: str) -> Block:
    """One entry of a select or of checkboxes."""
    return {"text": plain(label, MAX_OPTION), "value": clip(value, 150)}


def typed_text(fields: Mapping[str, Any], name: str) -> str:
    """What was typed into a field."""
    return (fields.get(name, {}).get("value") or "").strip()


def chosen_value(fields: Mapping[str, Any], name: str) -> str | None:
    value = (fields.get(name, {}).get("selected_option") or {}).get("value")
    return value if value and value != NO_CHOICE else None


def shown_number(value: float | None) -> str:
    return "" if value is None else f"{value:.10g}"


def number(fields: Mapping[str, Any], errors: Errors, name: str) -> Any:
    """The value of the option of that name; None if the field was left empty or is wrong."""
    typed = typed_text(fields, name)
    if not typed:
        return None
    try:
        return OPTION[name].parse(typed)
    except InvalidRequest as error:
        errors[name] = error
        return None
