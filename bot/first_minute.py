"""The first minute: the card that a server or channel gets once, and the sample that anybody may try."""

import asyncio
from functools import cache
from pathlib import Path

from bot.domain.ask import Wish
from bot.domain.options import Options
from bot.offers import Offer, offered
from bot.pages import Page, told_rows
from bot.texts import text

_FOLDER = Path(__file__).parent / "sample"
SAMPLE_WISH = Wish(options=Options(prompt="an oil painting of a cup of coffee"))
"""What the sample becomes; words for the model, so they are English everywhere."""


_OFFERS = (Offer.TRY, Offer.HELP, Offer.SET_UP)


def greeting_page(locale: str, key: str, *offers: Offer) -> Page:
    """The card: what the bot does, the ways in, and what to press.

    Args:
        locale: of the place.
        key: the message that says the ways in; each chat has others.
        offers: what to press, if it is not what a place is offered that the bot joins.
    """
    return Page(
        title=text(locale, "greeting-title"),
        rows=told_rows(text(locale, key)),
        offers=offered(locale, *(offers or _OFFERS)),
    )


async def greeting_strip() -> bytes:
    """The card's picture, a JPEG: a photo, and what some styles make of it."""
    return await asyncio.to_thread(_read, "strip.jpg")


async def sample() -> bytes:
    """The picture that can be tried with, a JPEG."""
    return await asyncio.to_thread(_read, "cup.jpg")


@cache
def _read(name: str) -> bytes:
    return (_FOLDER / name).read_bytes()
