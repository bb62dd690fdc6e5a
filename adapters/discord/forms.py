"""The forms (modals) as Discord takes them: pure. Every limit of Discord on them is kept here."""

from collections.abc import Mapping, Sequence

from adapters.discord.ids import ButtonId, RemixId
from adapters.discord.incoming import Upload
from adapters.discord.rest import Payload
from adapters.discord.translate import (
    FIELD_CONTROL,
    FIELD_PICTURE,
    FIELD_PROMPT,
    FIELD_STRENGTH,
    FIELD_STYLE,
    FIELD_UPLOAD,
)
from bot.domain.actions import Verb
from bot.domain.control import NO_CONTROL
from bot.domain.job import Generation
from bot.domain.options import MAX_PROMPT
from bot.domain.place import PlaceSettings
from bot.domain.strength import DEFAULT_STRENGTH
from bot.domain.style import Style, strength_of
from bot.texts import text
from inference.api import ControlKind

MAX_TITLE = 45
MAX_OPTIONS = 25
_MAX_OPTION = 100

_LABEL, _SELECT, _INPUT, _UPLOAD = 18, 3, 4, 19
_SHORT, _PARAGRAPH = 1, 2


def remix_form(
    id_: RemixId,
    pictures: Sequence[Upload],
    styles: Sequence[str],
    locale: str,
    *,
    controls: Sequence[ControlKind] = (),
    usual: PlaceSettings,
) -> Payload:
    """Prompt, strength, style and control for somebody's picture; where there are several, which.

    `usual` is what the place takes where a member says nothing.
    """
    fields = [
        _input(locale, FIELD_PROMPT, _PARAGRAPH, longest=MAX_PROMPT, required=True),
        _strength(locale, None, usual),
        *_style(locale, styles, chosen=usual.style),
        *_control(locale, controls, chosen=None),
    ]
    if len(pictures) > 1:
        names = [
            (str(place), f"{place + 1}: {picture.filename}"[:_MAX_OPTION])
            for place, picture in enumerate(pictures[:MAX_OPTIONS])
        ]
        fields.insert(0, _select(locale, FIELD_PICTURE, names, chosen="0", required=True))
    return _form(str(id_), text(locale, "form-remix"), fields)


def result_form(
    verb: Verb,
    parent: Generation,
    styles: Mapping[str, Style],
    locale: str,
    *,
    controls: Sequence[ControlKind] = (),
    usual: PlaceSettings,
) -> Payload:
    """Chain, Edit or Use map, filled with what the result was made from. A map brings its picture and its kind.

    A strength that is the usual one is left open, so that another style can bring its own; a chain begins with it.
    """
    recipe = parent.recipe
    own = strength_of(styles.get(recipe.style or "")) if usual.strength is None else usual.strength
    strength = None if verb is Verb.CHAIN or recipe.strength == own else recipe.strength
    fields = [
        _input(locale, FIELD_PROMPT, _PARAGRAPH, longest=MAX_PROMPT, required=True, value=recipe.prompt),
        _strength(locale, strength, usual),
        *_style(locale, list(styles), chosen=recipe.style),
    ]
    if verb is not Verb.USE_MAP:
        upload = {"type": _UPLOAD, "custom_id": FIELD_UPLOAD, "min_values": 0, "max_values": 1, "required": False}
        fields += _control(locale, controls, chosen=recipe.control.kind if recipe.control else None)
        fields.append(_labelled(locale, FIELD_UPLOAD, upload))
    return _form(str(ButtonId(verb, parent.id)), text(locale, f"form-{verb}"), fields)


def _form(custom_id: str, title: str, fields: list[Payload]) -> Payload:
    return {"custom_id": custom_id, "title": title[:MAX_TITLE], "components": fields}


def _input(
    locale: str,
    name: str,
    style: int,
    *,
    longest: int,
    required: bool = False,
    value: str = "",
    placeholder: str = "",
) -> Payload:
    field: dict[str, object] = {
        "type": _INPUT,
        "custom_id": name,
        "style": style,
        "required": required,
        "max_length": longest,
    }
    if required:
        field["min_length"] = 1
    if value:
        field["value"] = value[:longest]
    if placeholder:
        field["placeholder"] = placeholder
    return _labelled(locale, name, field)


def _strength(locale: str, strength: float | None, usual: PlaceSettings) -> Payload:
    """Left empty it is the place's usual one, else the style's own."""
    if usual.strength is None:
        empty = text(locale, "form-strength-empty", strength=f"{DEFAULT_STRENGTH:g}")
    else:
        empty = text(locale, "form-strength-here", strength=f"{usual.strength:g}")
    value = "" if strength is None else f"{strength:g}"
    return _input(locale, FIELD_STRENGTH, _SHORT, longest=12, value=value, placeholder=empty)


def _style(locale: str, styles: Sequence[str], chosen: str | None) -> list[Payload]:
    """The presets to pick from; where there are more than a list may hold, a text field."""
    if not styles:
        return []
    if len(styles) > MAX_OPTIONS:
        return [_input(locale, FIELD_STYLE, _SHORT, longest=_MAX_OPTION, value=chosen or "")]
    return [_select(locale, FIELD_STYLE, [(name, name) for name in styles], chosen=chosen, required=False)]


def _control(locale: str, controls: Sequence[ControlKind], chosen: ControlKind | None) -> list[Payload]:
    """The kinds of structure to keep, and none of them; nothing where there are none."""
    if not controls:
        return []
    kinds = [(kind.value, text(locale, f"control-{kind}")) for kind in controls]
    kinds.insert(0, (NO_CONTROL, text(locale, f"control-{NO_CONTROL}")))
    return [_select(locale, FIELD_CONTROL, kinds, chosen=chosen, required=False)]


def _select(
    locale: str, name: str, choices: Sequence[tuple[str, str]], *, chosen: str | None, required: bool
) -> Payload:
    options = [
        {"value": value[:_MAX_OPTION], "label": label[:_MAX_OPTION], **({"default": True} if value == chosen else {})}
        for value, label in choices
    ]
    field = {
        "type": _SELECT,
        "custom_id": name,
        "options": options,
        "min_values": int(required),
        "max_values": 1,
        "required": required,
    }
    return _labelled(locale, name, field)


def _labelled(locale: str, name: str, field: Payload) -> Payload:
    return {
        "type": _LABEL,
        "label": text(locale, f"field-{name}"),
        "description": text(locale, f"field-{name}-description"),
        "component": field,
    }
