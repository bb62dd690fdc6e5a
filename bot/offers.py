"""What a page offers besides itself, as buttons that act on no result: a chat does what it says."""

from dataclasses import dataclass
from enum import StrEnum

from bot.texts import text


class Offer(StrEnum):
    """What is offered. TRY makes a picture of the sample, SET_UP opens the form of a place's settings."""

    TRY = "try"
    SET_UP = "setup"
    HELP = "help"
    STYLES = "styles"
    QUEUE = "queue"


_EMOJI = {Offer.TRY: "☕", Offer.SET_UP: "⚙️", Offer.HELP: "💡", Offer.STYLES: "🎨", Offer.QUEUE: "📋"}


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferButton:
    """The button of an offer."""

    offer: Offer
    label: str
    emoji: str


def offered(locale: str, *offers: Offer) -> tuple[OfferButton, ...]:
    """The buttons of some offers, in a language."""
    return tuple(OfferButton(offer=each, label=text(locale, f"offer-{each}"), emoji=_EMOJI[each]) for each in offers)
