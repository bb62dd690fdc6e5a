"""What stands in the ids of forms and buttons that are Discord's alone; the others are in `bot.domain.button_id`."""

import re
from dataclasses import dataclass

from bot.offers import Offer

MAX_ID = 100
"""Discord's limit on custom ids."""

_AGAIN = re.compile(r"p1:again:(\d{1,20})")
_PICK = re.compile(r"p1:pick:(\d{1,20}):(\d{1,20})")
_OFFER = re.compile(rf"p1:offer:({'|'.join(Offer)})")
_REMIX = re.compile(r"p1:remix:(\d{1,20}):(\d{1,20})")


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


@dataclass(frozen=True, slots=True)
class OfferId:
    """The button of what a page offers, or the form that it opens."""

    offer: Offer

    def __str__(self) -> str:
        return f"p1:offer:{self.offer}"


def parse_offer_id(text: str) -> OfferId | None:
    """The id of an offer, or None if it is none that this version knows."""
    found = _OFFER.fullmatch(text)
    return OfferId(Offer(found[1])) if found else None


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
