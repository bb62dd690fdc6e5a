"""The first minute: the card that a server or channel gets once, and the sample that anybody may try."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import cache
from pathlib import Path

import structlog

from bot.domain.ask import Wish
from bot.domain.errors import DeliveryError
from bot.domain.options import Options
from bot.offers import Offer, offered
from bot.pages import Page, told_rows
from bot.service import Service
from bot.texts import text

log = structlog.get_logger(__name__)
_FOLDER = Path(__file__).parent / "sample"
GREETINGS = frozenset({"", "help", "hi", "hello"})
"""Words to the bot, in small letters, that ask for no picture."""

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


async def greet(service: Service, *keys: str, event: str, post: Callable[[str], Awaitable[None]]) -> bool:
    """Greet a place, if that is due; whether it was.

    Args:
        service: the core.
        keys: of the place and what it stands in, outermost first.
        event: because of which it is due.
        post: shows the card, in the language that the place has set or else in its own; raises `DeliveryError`.
    """
    if not await service.greetings.due(keys[-1], event):
        return False
    settings = await service.places.settings(*keys)
    try:
        await post(settings.language or "")
    except DeliveryError as fault:
        log.info("not greeted", place=keys[-1], reason=str(fault))
        await service.greetings.failed(keys[-1])
        return False
    return True


async def greeting_strip() -> bytes:
    """The card's picture, a JPEG: a photo, and what some styles make of it."""
    return await asyncio.to_thread(_read, "strip.jpg")


async def sample() -> bytes:
    """The picture that can be tried with, a JPEG."""
    return await asyncio.to_thread(_read, "cup.jpg")


@cache
def _read(name: str) -> bytes:
    return (_FOLDER / name).read_bytes()
