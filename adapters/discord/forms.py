"""A form as Discord's modal, and what a sent one holds: pure. Every limit of Discord on modals is kept here."""

from collections.abc import Iterator, Mapping
from typing import Any

from adapters.discord.incoming import Upload
from adapters.discord.pictures import attachment
from adapters.discord.places import CHANNELS, WRITTEN_IN
from adapters.discord.rest import Payload
from bot.forms import UPLOAD, Choice, Field, FieldKind, Form, Values

MAX_TITLE = 45
MAX_FIELDS = 5
MAX_OPTIONS = 25
_MAX_OPTION = 100
_MAX_LABEL = 45
_MAX_HINT = 100

_LABEL, _SELECT, _INPUT, _UPLOAD, _RADIO, _CHANNELS = 18, 3, 4, 19, 21, 8
_RADIO_OPTIONS = range(2, 11)
_SHORT, _PARAGRAPH = 1, 2
_LEFT_OUT = frozenset({FieldKind.CHOICES, FieldKind.MEMBERS, FieldKind.SWITCH})
"""Whether others see the answer, which a switch says, is promised before a form is read."""


def modal(custom_id: str, form: Form) -> Payload:
    """The form; what a modal has no room for is left out, the folded fields first."""
    fields = [field for field in form.fields if field.kind not in _LEFT_OUT and not field.folded]
    return {
        "custom_id": custom_id,
        "title": form.title[:MAX_TITLE],
        "components": [_labelled(field) for field in fields[:MAX_FIELDS]],
    }


def values_of(body: Mapping[str, Any]) -> Values:
    """What stands in the fields of a sent modal."""
    found: dict[str, str | tuple[str, ...]] = {}
    for component in _components(body.get("components") or ()):
        name, value = component["custom_id"], component.get("values", component.get("value"))
        if component.get("type") == _CHANNELS:
            found[name] = tuple(map(str, value or ()))
        elif name == UPLOAD:
            found[name] = ("",) * len(value or ())  # of what kind a file is, the core sees
        else:
            found[name] = str(value[0] if value else "") if isinstance(value, list) else str(value or "")
    return found


def untouched(form: Form) -> Values:
    """What stands in the fields of the form if it is sent as it opened: what a modal had room to show."""
    return values_of({"components": [_as_opened(each["component"]) for each in modal("", form)["components"]]})


def upload_of(body: Mapping[str, Any], *, author: str) -> Upload | None:
    """The picture that was added to a sent modal."""
    files = next(
        (each.get("values") for each in _components(body.get("components") or ()) if each["custom_id"] == UPLOAD),
        None,
    )
    sent = body.get("resolved", {}).get("attachments", {}).get(files[0]) if files else None
    return attachment(sent, author=author) if sent else None


def _components(components: Any) -> Iterator[Mapping[str, Any]]:
    for component in components:
        inner = component.get("component")
        yield from _components(component.get("components") or ([inner] if inner else ()))
        if "custom_id" in component:
            yield component


def _as_opened(component: Payload) -> Payload:
    if component["type"] == _INPUT:
        return component
    if component["type"] == _CHANNELS:
        return {**component, "values": [each["id"] for each in component["default_values"]]}
    return {**component, "values": [each["value"] for each in component.get("options", ()) if each.get("default")]}


def _labelled(field: Field) -> Payload:
    hint = {"description": field.hint[:_MAX_HINT]} if field.hint else {}
    return {"type": _LABEL, "label": field.label[:_MAX_LABEL], **hint, "component": _component(field)}


def _component(field: Field) -> Payload:
    common = {"custom_id": field.name, "required": field.required}
    if field.kind is FieldKind.FILE:
        return {"type": _UPLOAD, **common, "min_values": int(field.required), "max_values": 1}
    if field.kind in {FieldKind.CHOICE, FieldKind.PICK}:
        options = [_option(each, chosen=each.value == field.value) for each in field.offered(MAX_OPTIONS)]
        if field.kind is FieldKind.PICK and len(options) in _RADIO_OPTIONS:
            return {"type": _RADIO, **common, "options": options}
        return {
            "type": _SELECT,
            **common,
            "options": options,
            "min_values": int(field.required),
            "max_values": 1,
        }
    if field.kind is FieldKind.CHANNELS:
        return {
            "type": _CHANNELS,
            **common,
            "channel_types": list(WRITTEN_IN if field.most == 1 else CHANNELS),
            "min_values": 0,
            "max_values": field.most or MAX_OPTIONS,
            "default_values": [{"id": each, "type": "channel"} for each in field.value[: field.most or MAX_OPTIONS]],
        }
    longest = field.longest
    value = str(field.value)[:longest]
    return {
        "type": _INPUT,
        **common,
        "style": _PARAGRAPH if field.kind is FieldKind.PARAGRAPH else _SHORT,
        "max_length": longest,
        **({"min_length": 1} if field.required else {}),
        **({"value": value} if value else {}),
        **({"placeholder": field.placeholder} if field.placeholder else {}),
    }


def _option(choice: Choice, *, chosen: bool) -> Payload:
    about = choice.about or choice.group
    made = {"value": choice.value[:_MAX_OPTION], "label": choice.label[:_MAX_OPTION]}
    made |= {"description": about[:_MAX_OPTION]} if about else {}
    return {**made, "default": True} if chosen else made
