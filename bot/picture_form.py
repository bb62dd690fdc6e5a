"""A picture's form, built from the rows of `OPTIONS` and read back by them: a new option stands in it by itself."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from bot.domain.actions import Verb
from bot.domain.control import NO_CONTROL
from bot.domain.errors import InvalidRequest
from bot.domain.flags import parse_flags, with_flags
from bot.domain.job import Generation
from bot.domain.options import NOTHING_SAID, OPTION, OPTIONS, YES, Option, OptionKind, Options
from bot.domain.place import PlaceSettings
from bot.domain.request import ASKING, Action
from bot.domain.rules import is_private
from bot.domain.strength import DEFAULT_STRENGTH, REFINE_STRENGTH, STRENGTH_WORDS, SWEEP_STRENGTHS
from bot.domain.style import by_theme, strength_of
from bot.forms import (
    MAP,
    NO_CHOICE,
    NOTHING_SET,
    PICTURE,
    UPLOAD,
    Choice,
    Field,
    FieldKind,
    Form,
    FormErrors,
    Menu,
    Values,
    worded_field,
)
from bot.texts import known, number, text

EXACT = "exact_strength"
"""The field for a strength that is none of the choices."""

_LONGEST_STRENGTHS = 100
_LONGEST_NUMBER = 12


class Purpose(StrEnum):
    """What a picture's form is for; part of its texts' names."""

    REMIX = "remix"
    SWEEP = "sweep"
    REFINE = "refine"
    MAP = "map"
    CHAIN = "chain"
    EDIT = "edit"
    USE_MAP = "usemap"

    @property
    def verb(self) -> Verb | None:
        """What is done with the result of ours that it was opened on; None if it is for a member's picture."""
        return Verb(self.value) if self in {Purpose.CHAIN, Purpose.EDIT, Purpose.USE_MAP} else None

    @property
    def action(self) -> Action:
        """What becomes of a member's picture by it."""
        return ASKING.get(self.value, Action.IMG2IMG)


def picture_form(
    purpose: Purpose,
    menu: Menu,
    *,
    locale: str,
    said: Options = NOTHING_SAID,
    usual: PlaceSettings = NOTHING_SET,
    pictures: Sequence[str] = (),
    uploads: bool = False,
    recent: Sequence[str] = (),
) -> Form:
    """The form behind every way in.

    Args:
        purpose: what it is for.
        menu: what there is to choose from.
        locale: of the member.
        said: what is known already.
        usual: what the place has if a member says nothing.
        pictures: names of the pictures to work on, if the form was opened on any; several are chosen from.
        uploads: there is no picture yet, so one must be added.
        recent: styles that the member took last, latest first; a chat that cannot offer all offers these.
    """
    if purpose is Purpose.USE_MAP:  # the map brings its picture and its kind of control
        menu = replace(menu, controls=())
    fields: list[Field] = []
    if len(pictures) > 1:
        choices = tuple(Choice(str(place), f"{place + 1}: {name}") for place, name in enumerate(pictures))
        fields.append(worded_field(locale, PICTURE, FieldKind.CHOICE, choices=choices, value="0", required=True))
    if uploads:
        fields.append(worded_field(locale, UPLOAD, FieldKind.FILE, "source", required=True))
    of = _Builder(purpose=purpose, menu=menu, locale=locale, said=said, usual=usual, recent=recent)
    fields += [of.field(row) for row in OPTIONS if menu.offers(row)]
    if purpose in {Purpose.CHAIN, Purpose.EDIT} and not uploads:
        fields.append(worded_field(locale, UPLOAD, FieldKind.FILE))
    if any(field.kind is FieldKind.PICK for field in fields) and purpose is not Purpose.MAP:
        fields.append(worded_field(locale, EXACT, FieldKind.LINE, longest=_LONGEST_NUMBER, folded=True))
    if menu.controls:
        fields.append(worded_field(locale, MAP, FieldKind.FILE, folded=True))
    about = purpose if purpose.verb else "message" if pictures else ""
    return Form(
        title=text(locale, f"form-{purpose}"),
        submit=text(locale, "form-submit-map" if purpose is Purpose.MAP else "form-submit"),
        fields=tuple(fields),
        about=about and text(locale, f"form-about-{about}"),
    )


def result_form(
    verb: Verb, parent: Generation, menu: Menu, *, usual: PlaceSettings, locale: str, recent: Sequence[str] = ()
) -> Form:
    """Chain, Edit or Use map, filled with what the result was made from.

    A strength that is the usual one is left open, so that another style can bring its own; a chain begins with it.
    What else the recipe holds is kept if the form leaves it open.
    """
    recipe, purpose = parent.recipe, PURPOSES[verb]
    own = strength_of(menu.styles.get(recipe.style or "")) if usual.strength is None else usual.strength
    open_ = {row.name for row in OPTIONS if row.folded and row.emptied is None and row.usual is None} | {"private"}
    if purpose is Purpose.CHAIN or recipe.strength == own:
        open_.add("strengths")
    said = recipe.options().without(open_)
    without_style = replace(usual, style=None)
    return picture_form(purpose, menu, locale=locale, said=said, usual=without_style, recent=recent)


PURPOSES: Mapping[Verb, Purpose] = {
    Verb.CHAIN: Purpose.CHAIN,
    Verb.EDIT: Purpose.EDIT,
    Verb.USE_MAP: Purpose.USE_MAP,
    Verb.ASK_MAP: Purpose.USE_MAP,
}
"""The form of each verb that has one."""


def read_picture_form(
    values: Values, purpose: Purpose, *, uploads: bool = False, styles: Iterable[str] = ()
) -> Options:
    """What a sent form says; flags in its prompt count as well.

    Args:
        values: what stood in its fields.
        purpose: what it is for.
        uploads: a picture must have been added.
        styles: the presets that there are.

    Raises:
        FormErrors: with a sentence for each field that is wrong.
    """
    errors: dict[str, InvalidRequest] = {}
    for name in (UPLOAD, MAP):
        if any(media and not media.startswith("image/") for media in values.get(name, ())):
            errors[name] = InvalidRequest("refused-not-a-picture")
    if uploads and not values.get(UPLOAD):
        errors[UPLOAD] = InvalidRequest("refused-add-picture")
    said = _read(values, errors)
    if said.get("control") == NO_CONTROL and (purpose is Purpose.MAP or values.get(MAP)):
        errors["control"] = InvalidRequest("refused-map-kind-missing")
    options = Options(**said)
    try:
        options = _with_flags(options, purpose, styles)
    except InvalidRequest as error:
        errors.setdefault("prompt", error)
    if not errors:
        try:
            options.check()
        except InvalidRequest as error:  # what does not go together is told at the last of its fields
            errors[next(name for name in ("control_end", "control", "prompt") if name in values)] = error
    if errors:
        raise FormErrors(errors)
    return options


def _with_flags(options: Options, purpose: Purpose, styles: Iterable[str]) -> Options:
    """With what flags in the prompt say.

    Raises:
        InvalidRequest: a flag is wrong, or there is no prompt.
    """
    said = parse_flags(options.prompt or "", styles=styles).options
    # A form cannot offer every number, nor every style: what is written out goes before what stood chosen.
    written = with_flags(options.without(name for name in _WRITTEN_OUT if getattr(said, name)), styles=styles)
    if purpose is Purpose.MAP:
        return written.options
    if written.map_only:
        raise InvalidRequest("refused-flag-map")
    if not written.options.prompt:
        raise InvalidRequest("refused-no-prompt")
    return written.options


def _read(values: Values, errors: dict[str, InvalidRequest]) -> dict[str, Any]:
    said: dict[str, Any] = {}
    for row in OPTIONS:
        for name in {row.name, *row.aliases} & values.keys():
            typed = str(values[name]).strip()
            try:
                chosen = typed and not (typed == NO_CHOICE and row.kind in _CHOSEN)
                said[row.name] = row.parse(typed) if chosen else row.emptied
            except InvalidRequest as error:
                errors[name] = error
    if typed := str(values.get(EXACT, "")).strip():
        try:
            said["strengths"] = OPTION["strengths"].parse(typed)
        except InvalidRequest as error:
            errors[EXACT] = error
    return said


_CHOSEN = frozenset({OptionKind.NAME, OptionKind.CONTROL, OptionKind.STRENGTHS})
_WRITTEN_OUT = ("strengths", "style")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Builder:
    """Makes the fields of one form; see `picture_form` for the attributes."""

    purpose: Purpose
    menu: Menu
    locale: str
    said: Options
    usual: PlaceSettings
    recent: Sequence[str] = ()

    def field(self, row: Option) -> Field:
        """The field of an option."""
        value = getattr(self.said, row.name)
        written = "" if value is None or value == row.usual else row.written(value)
        made = worded_field(
            self.locale, row.name, _KINDS[row.kind], value=written, longest=row.longest, folded=row.folded
        )
        match row.kind:
            case OptionKind.PROSE if row.name == "prompt":
                return self._prompt(made)
            case OptionKind.STRENGTHS:
                return self._strength(made)
            case OptionKind.WHOLE | OptionKind.NUMBER:
                span = text(self.locale, "form-range", least=f"{row.least:.10g}", most=f"{row.most:.10g}")
                return replace(made, placeholder=span, longest=_LONGEST_NUMBER)
            case OptionKind.SWITCH if row.name == "private":
                wished = self.said.private
                if wished is None and self.purpose is Purpose.MAP:  # few want to see somebody's map
                    wished = True
                return replace(made, value=YES if is_private(wished, self.usual) else "")
            case OptionKind.NAME | OptionKind.CONTROL:
                return self._choice(made, row)
        return made

    def _prompt(self, made: Field) -> Field:
        if self.purpose is Purpose.MAP:
            return replace(made, hint=text(self.locale, "form-prompt-later"))
        return replace(made, required=True)

    def _strength(self, made: Field) -> Field:
        """A sweep's are a list; else one of those that have a word, and whatever the result had."""
        if self.purpose is Purpose.SWEEP:
            listed = made.value or OPTION["strengths"].written(SWEEP_STRENGTHS)
            return worded_field(
                self.locale, "strength", FieldKind.LINE, "strengths", value=listed, longest=_LONGEST_STRENGTHS
            )
        said = self.said.strengths or ()
        offered = {
            strength: Choice(
                f"{strength:g}",
                text(self.locale, f"button-{word}", strength=strength),
                text(self.locale, f"strength-about-{word}"),
            )
            for word, strength in STRENGTH_WORDS.items()
        }
        if len(said) == 1 and said[0] not in offered:
            kept = text(self.locale, "form-strength-kept")
            offered[said[0]] = Choice(str(made.value), number(self.locale, said[0]), kept)
        several = [Choice(str(made.value), str(made.value))] if len(said) > 1 else []
        ladder = [offered[strength] for strength in sorted(offered)]
        choices = (self._usual_strength(), *ladder, *several)
        return worded_field(
            self.locale, "strength", FieldKind.PICK, value=str(made.value) or NO_CHOICE, choices=choices
        )

    def _usual_strength(self) -> Choice:
        """What holds if nothing is chosen: the place's usual one, else the style's own; polishing has its own."""
        if self.purpose is Purpose.REFINE:
            return Choice(NO_CHOICE, text(self.locale, "form-strength-refine", strength=REFINE_STRENGTH))
        if self.usual.strength is None:
            return Choice(NO_CHOICE, text(self.locale, "form-strength-usual", strength=DEFAULT_STRENGTH))
        return Choice(NO_CHOICE, text(self.locale, "form-strength-place", strength=self.usual.strength))

    def _choice(self, made: Field, row: Option) -> Field:
        """The styles, models or kinds of structure, and none of them unless there must be one."""
        picked = str(made.value).strip().lower() or (row.name == "style" and self.usual.style) or NO_CHOICE
        match row.name:
            case "style":
                offered = self._styles(picked)
            case "model":
                offered = [Choice(name, label) for name, label in self.menu.models.items()]
                picked = str(made.value)
            case _:
                offered = [Choice(kind.value, text(self.locale, f"control-{kind}")) for kind in self.menu.controls]
        if row.name != "control" or self.purpose is not Purpose.MAP:
            offered.insert(0, Choice(NO_CHOICE, text(self.locale, f"choice-no-{row.text}")))
        known = {choice.value for choice in offered}
        value = picked if picked in known else "" if row.folded else offered[0].value
        return replace(made, value=value, choices=tuple(offered))

    def _styles(self, picked: str) -> list[Choice]:
        """By theme; if there are too many for a chat, those come first that the member is likely to want."""
        styles = self.menu.styles
        choices = [
            Choice(style.name, style.name, group=theme_name(theme, self.locale))
            for theme, listed in by_theme(styles.values()).items()
            for style in listed
        ]
        wanted = {name: place for place, name in enumerate((picked, self.usual.style, *self.recent))}
        return sorted(choices, key=lambda choice: wanted.get(choice.value, len(wanted)))


def theme_name(theme: str, locale: str) -> str:
    """What a theme of styles is called: ours in the member's language, an owner's as it is."""
    key = f"theme-{theme or 'other'}"
    return text(locale, key) if known(key) else theme


_KINDS: Mapping[OptionKind, FieldKind] = {
    OptionKind.PROSE: FieldKind.PARAGRAPH,
    OptionKind.NAME: FieldKind.CHOICE,
    OptionKind.CONTROL: FieldKind.CHOICE,
    OptionKind.WHOLE: FieldKind.LINE,
    OptionKind.NUMBER: FieldKind.LINE,
    OptionKind.STRENGTHS: FieldKind.PICK,
    OptionKind.LORAS: FieldKind.LINE,
    OptionKind.SWITCH: FieldKind.SWITCH,
}
