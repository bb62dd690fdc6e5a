"""What stands in the ids of forms and buttons that are Discord's alone; the others are in `bot.domain.button_id`."""

import re
from dataclasses import dataclass
from enum import StrEnum

from bot.offers import Offer

MAX_ID = 100
"""Discord's limit on custom ids."""

_ID = re.compile(r"p1:(remix|pick):(\d{1,20}):(\d{1,20})")
_STYLES = re.compile(r"p1:styles:(\d{1,2})")
_TAKE = re.compile(r"p1:take:(\d{1,20}):(.{1,70})")
_AGAIN = re.compile(r"p1:again:(\d{1,20})")


class Opened(StrEnum):
    """What a form was opened on: a picture in a message, or a message with words and no picture."""

    REMIX = "remix"
    PICK = "pick"


@dataclass(frozen=True, slots=True)
class FormId:
    """The form of a picture, or the button that opens it, and the message that it is about."""

    opened: Opened
    channel: str
    message: str

    def __str__(self) -> str:
        return f"p1:{self.opened}:{self.channel}:{self.message}"


def parse_form_id(text: str) -> FormId | None:
    """The id of such a form or button, or None if it is none."""
    found = _ID.fullmatch(text)
    return FormId(Opened(found[1]), found[2], found[3]) if found else None


def again_id(interaction: str) -> str:
    """The id of the button that opens a refused form again, which an interaction sent."""
    return f"p1:again:{interaction}"


def offer_id(offer: Offer) -> str:
    """The id of the button of what a page offers, or of the form that it opens."""
    return f"p1:offer:{offer}"


STYLED = "p1:styled"
"""The menu of styles, and the form that it opens."""


def styles_id(page: int) -> str:
    """The id of the button that turns to a page of styles."""
    return f"p1:styles:{page}"


def parse_styles_id(text: str) -> int | None:
    """The page of styles that a button turns to, or None if it is no such button."""
    found = _STYLES.fullmatch(text)
    return int(found[1]) if found else None


@dataclass(frozen=True, slots=True)
class TakeId:
    """The button that takes a wish with a style that there is: the event that brought the wish."""

    event: str
    style: str

    def __str__(self) -> str:
        return f"p1:take:{self.event}:{self.style}"[:MAX_ID]


def parse_take_id(text: str) -> TakeId | None:
    """The id of a button that takes a wish with another style, or None if it is none."""
    found = _TAKE.fullmatch(text)
    return TakeId(found[1], found[2]) if found else None


def parse_again_id(text: str) -> str | None:
    """The interaction that sent a refused form, or None if it is no such button."""
    found = _AGAIN.fullmatch(text)
    return found[1] if found else None
