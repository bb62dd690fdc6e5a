"""What stands in the ids of forms and buttons that are Discord's alone; the others are in `bot.domain.button_id`."""

import re
from dataclasses import dataclass
from enum import StrEnum

from bot.offers import Offer

MAX_ID = 100
"""Discord's limit on custom ids."""

STYLED = "p1:styled"
"""The menu of styles, and the form that it opens."""


class Word(StrEnum):
    """What a form or button is for that acts on no result.

    REMIX and PICK open the form of a picture in a message, or of a message with words and no picture, and are that
    form; AGAIN opens a form that was refused; TAKE takes a wish with a style that there is; STYLES turns to a page.
    """

    REMIX = "remix"
    PICK = "pick"
    AGAIN = "again"
    TAKE = "take"
    STYLES = "styles"


_ABOUT = {
    Word.REMIX: r"\d{1,20}:\d{1,20}",  # channel and message
    Word.PICK: r"\d{1,20}:\d{1,20}",
    Word.AGAIN: r"\d{1,20}",  # the interaction that sent the form
    Word.TAKE: r"\d{1,20}:.{1,70}",  # the event that brought the wish, and a style
    Word.STYLES: r"\d{1,2}",
}
_ID = re.compile(rf"p1:(?:{'|'.join(f'{word}:{about}' for word, about in _ABOUT.items())})")


@dataclass(frozen=True, slots=True)
class OwnId:
    """The id of such a form or button: its word, and the names of what it is about."""

    word: Word
    about: tuple[str, ...]

    def __str__(self) -> str:
        return ":".join(("p1", self.word, *self.about))[:MAX_ID]


def parse_own_id(text: str) -> OwnId | None:
    """The id of such a form or button, or None if it is none."""
    if not _ID.fullmatch(text):
        return None
    _, word, *about = text.split(":", 3)
    return OwnId(Word(word), tuple(about))


def offer_id(offer: Offer) -> str:
    """The id of the button of what a page offers, or of the form that it opens."""
    return f"p1:offer:{offer}"
