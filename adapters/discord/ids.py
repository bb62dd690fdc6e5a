"""What stands in the ids of buttons and modals: `p1:<verb>:<what it acts on>[:s70]`.

An id carries a verb and the name of a stored thing, so that a button works after any restart and for ever; what it
means is looked up when it is pressed. Anybody can send us any id: parsing takes exactly what we write.
"""

import re
from dataclasses import dataclass

from bot.domain.actions import Verb
from bot.domain.ids import GenerationId, parse_generation_id

MAX_ID = 100
"""Discord's limit on custom ids."""

_BUTTON = re.compile(r"p1:([a-z]{1,12}):([A-Za-z0-9_.-]{22,26})(?::s(\d{1,3}))?")
_AGAIN = re.compile(r"p1:again:(\d{1,20})")
_PICK = re.compile(r"p1:pick:(\d{1,20}):(\d{1,20})")
_REMIX = re.compile(r"p1:remix:(\d{1,20}):(\d{1,20})")


@dataclass(frozen=True, slots=True)
class ButtonId:
    """A verb, the generation it acts on and, on the rerun buttons, the strength."""

    verb: Verb
    target: GenerationId
    strength: float | None = None

    def __str__(self) -> str:
        strength = "" if self.strength is None else f":s{round(self.strength * 100)}"
        return f"p1:{self.verb}:{self.target}{strength}"


@dataclass(frozen=True, slots=True)
class RemixId:
    """The modal of **Remix image**: the message whose picture it is about."""

    channel: str
    message: str

    def __str__(self) -> str:
        return f"p1:remix:{self.channel}:{self.message}"


@dataclass(frozen=True, slots=True)
class PickId:
    """The button, and then the form, that asks for a picture to the words of a message that had none."""

    channel: str
    message: str

    def __str__(self) -> str:
        return f"p1:pick:{self.channel}:{self.message}"


@dataclass(frozen=True, slots=True)
class AgainId:
    """The button that opens a refused form again: the interaction that sent it."""

    form: str

    def __str__(self) -> str:
        return f"p1:again:{self.form}"


def parse_button_id(text: str) -> ButtonId | None:
    """A button's or modal's id, or None if we did not write it."""
    found = _BUTTON.fullmatch(text)
    if not found or found[1] not in set(Verb):
        return None
    target = parse_generation_id(found[2])
    percent = None if found[3] is None else int(found[3])
    if target is None or (percent is not None and percent > 100):
        return None
    return ButtonId(Verb(found[1]), target, None if percent is None else percent / 100)


def parse_remix_id(text: str) -> RemixId | None:
    """The id of a remix modal, or None if it is none."""
    found = _REMIX.fullmatch(text)
    return RemixId(found[1], found[2]) if found else None


def parse_pick_id(text: str) -> PickId | None:
    """The id of a button or form that asks for a picture, or None if it is none."""
    found = _PICK.fullmatch(text)
    return PickId(found[1], found[2]) if found else None


def parse_again_id(text: str) -> AgainId | None:
    """The id of the button that opens a refused form again, or None if it is none."""
    found = _AGAIN.fullmatch(text)
    return AgainId(found[1]) if found else None
