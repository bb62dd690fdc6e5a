"""Forms as values: what a chat lays out as its modal and hands back as values.

A chat knows how each kind of field looks there, and nothing of what the fields are for. A field's name is also its id
in the chat: forms that were opened long ago are read by it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from bot.domain.errors import InvalidRequest
from bot.domain.options import Option
from bot.domain.place import PlaceSettings
from bot.domain.style import Style
from bot.texts import known, text
from inference.api import ControlKind

NO_CHOICE = "none"
"""The value of the choice that chooses nothing."""

PICTURE, UPLOAD, MAP = "picture", "upload", "map"
"""Names of the fields that are no options: which of several pictures, a picture, a control map of one's own."""

NOTHING_SET = PlaceSettings()

Value = str | tuple[str, ...]
Values = Mapping[str, Value]
"""What stood in each field of a sent form; one that the form did not have is missing.

Text; the value of a choice, "" for none, or several of them; `YES` or "" of a switch; the media types of files.
"""


class FieldKind(StrEnum):
    """What a member does with a field, which decides how a chat lays it out."""

    LINE = "line"
    PARAGRAPH = "paragraph"
    CHOICE = "choice"
    PICK = "pick"  # one of at most ten, all of them in sight
    CHOICES = "choices"
    SWITCH = "switch"
    FILE = "file"
    CHANNELS = "channels"
    MEMBERS = "members"


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing to choose: what comes back, and what is shown.

    Attributes:
        about: a few words more.
        group: under what heading it stands, if the chat has any.
    """

    value: str
    label: str
    about: str = ""
    group: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field.

    Attributes:
        value: what stands in it when the form opens.
        longest: of a text, in characters.
        most: of what several can be chosen of, how many; 0 is as many as the chat takes.
        folded: it stands in a part that is opened on demand; a chat without one leaves it out.
    """

    name: str
    kind: FieldKind
    label: str
    hint: str = ""
    value: Value = ""
    placeholder: str = ""
    required: bool = False
    longest: int = 0
    most: int = 0
    choices: tuple[Choice, ...] = ()
    folded: bool = False

    def offered(self, most: int) -> Sequence[Choice]:
        """As many of its choices as a chat has room for, what stands in it among them."""
        chosen = {self.value} if isinstance(self.value, str) else set(self.value)
        room = most - sum(each.value in chosen for each in self.choices)
        others = {each.value for each in [each for each in self.choices if each.value not in chosen][: max(0, room)]}
        return [each for each in self.choices if each.value in chosen | others][:most]


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A form as it opens; all its words are in the member's language.

    Attributes:
        about: one line on what it works on; empty if there is nothing to say.
        submit: what the button says that sends it.
    """

    title: str
    submit: str
    fields: tuple[Field, ...]
    about: str = ""

    @property
    def unfolded(self) -> bool:
        """Whether its folded part has something in it already, so that it opens unfolded."""
        return any(each.folded and each.value for each in self.fields)

    def filled(self, values: Values) -> "Form":
        """The same with what somebody typed; a file cannot be put back and has to be added again."""
        typed = {name: value for name, value in values.items() if name not in {UPLOAD, MAP}}
        return replace(
            self, fields=tuple(replace(each, value=typed.get(each.name, each.value)) for each in self.fields)
        )


class FormErrors(InvalidRequest):
    """What is wrong with a form, by field.

    Attributes:
        fields: the sentence for each field that is wrong; there is one at least.
    """

    def __init__(self, fields: Mapping[str, InvalidRequest]) -> None:
        first = next(iter(fields.values()))
        super().__init__(first.message, **first.arguments)
        self.fields = dict(fields)

    def sentence(self, locale: str, *, literal: Callable[[str], str] = str) -> str:
        """All of them, for a chat that cannot show them at their fields."""
        return "\n".join(dict.fromkeys(each.sentence(locale, literal=literal) for each in self.fields.values()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Menu:
    """What a form that is opened now can offer.

    Attributes:
        models: what is shown of each, by name.
        controls: kinds of structure.
        loras: whether any model has adapters.
    """

    styles: Mapping[str, Style] = field(default_factory=dict)
    models: Mapping[str, str] = field(default_factory=dict)
    controls: Sequence[ControlKind] = ()
    loras: bool = False

    def offers(self, row: Option) -> bool:
        """Whether a form has something to offer for an option."""
        if row.name == "control" or "control" in row.follows:
            return bool(self.controls)
        offered = {"style": bool(self.styles), "model": len(self.models) > 1, "loras": self.loras}
        return offered.get(row.name, True)


def worded_field(locale: str, name: str, kind: FieldKind, words: str = "", **rest: Any) -> Field:
    """A field with its words: its label is `field-<words>`, its hint that of the form or else of the command."""
    key = (words or name).replace("_", "-")
    hint = next((each for each in (f"field-{key}-description", f"describe-{key}") if known(each)), None)
    return Field(
        name=name, kind=kind, label=text(locale, f"field-{key}"), hint=text(locale, hint) if hint else "", **rest
    )
