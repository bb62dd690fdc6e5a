"""A form as Slack's modal, and what a sent one holds; pure.

Limits: 100 blocks a view, 100 options a select, 75 characters an option, 150 a placeholder
(https://docs.slack.dev/reference/block-kit).
"""

from collections.abc import Mapping, Sequence
from typing import Any

from adapters.slack.controls import ADVANCED
from adapters.slack.text import MAX_OPTION, MAX_PLACEHOLDER, MAX_TITLE, Block, actions, button, context, plain
from bot.domain.options import YES
from bot.domain.words import clip
from bot.forms import PICTURE, UPLOAD, Choice, Field, FieldKind, Form, Value, Values
from bot.texts import text

FILE_TYPES = ("png", "jpg", "jpeg", "webp", "gif", "bmp", "avif", "heic", "heif")
_MAX_OPTIONS = 100
_MAX_RADIOS = 10
_MAX_HINT = 2000
_MAX_VALUE = 150
_SHOWN = ("type", "callback_id", "title", "submit", "close", "private_metadata")
_IDS = {UPLOAD: "picture", PICTURE: "which"}
"""Blocks whose ids are not their fields' names: an upload's is what it always was, as forms stay open for long."""

_NAMES = {block: name for name, block in _IDS.items()}


def modal(form: Form, callback: str, *, locale: str, metadata: str = "") -> Block:
    """The form; its folded part is open if it holds something already.

    Args:
        form: what to show.
        callback: what a sent form is known by.
        locale: of the member.
        metadata: comes back with it; 3000 characters at most.
    """
    blocks: list[Block] = [context(form.about)] if form.about else []
    blocks += [_block(field) for field in form.fields if form.unfolded or not field.folded]
    if any(field.folded for field in form.fields) and not form.unfolded:
        blocks.append(actions(button(text(locale, "form-advanced"), ADVANCED, emoji="⚙️")))
    return {
        "type": "modal",
        "callback_id": callback,
        "title": plain(form.title, MAX_TITLE),
        "submit": plain(form.submit, MAX_TITLE),
        "close": plain(text(locale, "button-cancel"), MAX_TITLE),
        "private_metadata": metadata,
        "blocks": blocks,
    }


def unfolded(view: Mapping[str, Any], form: Form) -> Block:
    """The same view with the folded part of its form; what was typed stays, as blocks keep their ids."""
    kept = [each for each in view["blocks"] if each["type"] != "actions"]
    there = {each.get("block_id") for each in kept}
    fresh = [_block(field) for field in form.fields if field.folded and id_of(field.name) not in there]
    return {name: view[name] for name in _SHOWN if view.get(name)} | {"blocks": kept + fresh}


def values_of(view: Mapping[str, Any]) -> Values:
    """What stands in the fields of a sent view, by block id."""
    values = (view.get("state") or {}).get("values") or {}
    return {_NAMES.get(block, block): _value(next(iter(states.values()), {})) for block, states in values.items()}


def offered_in(view: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """The values that a field of a sent view had to choose from."""
    blocks = [each for each in view.get("blocks") or () if each.get("block_id") == id_of(name)]
    return tuple(str(each["value"]) for block in blocks for each in block["element"].get("options") or ())


def file_of(view: Mapping[str, Any], name: str) -> Mapping[str, Any] | None:
    """Slack's object for what was uploaded in a field."""
    values = (view.get("state") or {}).get("values") or {}
    states = values.get(id_of(name), {}).values()
    return next((file for state in states for file in state.get("files") or ()), None)


def id_of(name: str) -> str:
    """The id of a field's block."""
    return _IDS.get(name, name)


def _value(state: Mapping[str, Any]) -> Value:
    match state.get("type"):
        case "static_select" | "radio_buttons":
            return str((state.get("selected_option") or {}).get("value", ""))
        case "multi_static_select":
            return tuple(str(each["value"]) for each in state.get("selected_options") or ())
        case "multi_conversations_select" | "multi_users_select":
            return tuple(map(str, state.get("selected_conversations") or state.get("selected_users") or ()))
        case "checkboxes":
            return YES if state.get("selected_options") else ""
        case "file_input":
            return tuple(str(each.get("mimetype") or "") for each in state.get("files") or ())
        case _:
            return str(state.get("value") or "")


def _block(field: Field) -> Block:
    hint = "" if field.kind is FieldKind.SWITCH else field.hint  # it stands beside the box
    made: Block = {
        "type": "input",
        "block_id": id_of(field.name),
        "label": plain(field.label),
        "optional": not field.required,
        "element": _element(field) | {"action_id": id_of(field.name)},
    }
    return made | ({"hint": plain(hint, _MAX_HINT)} if hint else {})


def _element(field: Field) -> Block:  # noqa: PLR0911 -- one for each kind of field
    offered = field.offered(_MAX_RADIOS if field.kind is FieldKind.PICK else _MAX_OPTIONS)
    options = [_option(each) for each in offered]
    chosen = (field.value,) if isinstance(field.value, str) else field.value
    picked = [each for each in options if each["value"] in chosen]
    match field.kind:
        case FieldKind.CHOICE | FieldKind.PICK:
            return _one_of(field, offered, options) | ({"initial_option": picked[0]} if picked else {})
        case FieldKind.CHOICES:
            several: Block = {"type": "multi_static_select", "options": options}
            return several | ({"initial_options": picked} if picked else {})
        case FieldKind.CHANNELS:
            filtered = {"include": ["public", "private"], "exclude_bot_users": True}
            channels: Block = {"type": "multi_conversations_select", "filter": filtered}
            channels |= {"max_selected_items": field.most} if field.most else {}
            return channels | ({"initial_conversations": list(field.value)} if field.value else {})
        case FieldKind.MEMBERS:
            return {"type": "multi_users_select"}
        case FieldKind.SWITCH:
            alone = _option(Choice(field.name, field.hint or field.label))
            return {"type": "checkboxes", "options": [alone]} | ({"initial_options": [alone]} if field.value else {})
        case FieldKind.FILE:
            return {"type": "file_input", "filetypes": list(FILE_TYPES), "max_files": 1}
        case _:
            typed: Block = {
                "type": "plain_text_input",
                "multiline": field.kind is FieldKind.PARAGRAPH,
                "max_length": field.longest,
            }
            if field.placeholder:
                typed["placeholder"] = plain(field.placeholder, MAX_PLACEHOLDER)
            return typed | ({"initial_value": str(field.value)[: field.longest]} if field.value else {})


def _one_of(field: Field, offered: Sequence[Choice], options: list[Block]) -> Block:
    if field.kind is FieldKind.PICK:
        return {"type": "radio_buttons", "options": options}
    return {"type": "static_select", **_grouped(field, offered, options)}


def _grouped(field: Field, offered: Sequence[Choice], options: list[Block]) -> Block:
    """The options, under the headings that they have."""
    groups = list(dict.fromkeys(choice.group for choice in offered))
    if groups in ([""], []):
        return {"options": options}
    under: dict[str, list[Block]] = {group: [] for group in groups}
    for choice, option in zip(offered, options, strict=True):
        under[choice.group].append(option)
    return {
        "option_groups": [
            {"label": plain(group or field.label, MAX_OPTION), "options": listed} for group, listed in under.items()
        ]
    }


def _option(choice: Choice) -> Block:
    made: Block = {"text": plain(choice.label, MAX_OPTION), "value": clip(choice.value, _MAX_VALUE)}
    return made | ({"description": plain(choice.about, MAX_OPTION)} if choice.about else {})
