"""What stands in the ids of forms and buttons that are Discord's alone; the others are in `bot.domain.button_id`."""

import re
from dataclasses import dataclass
from enum import StrEnum

from bot.offers import Offer

MAX_ID = 100
"""Discord's limit on custom ids."""

_ID = re.compile(r"p1:(remix|pick):(\d{1,20}):(\d{1,20})")
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


def parse_again_id(text: str) -> str | None:
    """The interaction that sent a refused form, or None if it is no such button."""
    found = _AGAIN.fullmatch(text)
    return found[1] if found else None
