"""The card that a channel gets once: when somebody invites us there, or calls us if we missed that.

The words come first and the picture by an edit, as it takes a while and Slack shows a file only to who may see it.
"""

from typing import Any

import structlog

from adapters.slack.desk import Desk
from adapters.slack.errors import SlackFault
from adapters.slack.members import Place, place_key
from adapters.slack.pages import message_of
from adapters.slack.text import image
from bot.domain.errors import Undeliverable
from bot.first_minute import greet, greeting_page, greeting_strip
from bot.pages import Page
from bot.texts import REFERENCE, text

_NAME = "pentimento-greeting"
log = structlog.get_logger(__name__)


async def used(desk: Desk, place: Place, event: str) -> None:
    """Somebody used us where everybody sees it: a workspace never greeted is now.

    One channel has the card then, as those who use us know how; the others have it when they invite us.
    """
    if not await desk.service.greetings.known(place_key(place.team)):
        await called(desk, place, event)


async def called(desk: Desk, place: Place, event: str) -> bool:
    """Somebody called us in a channel and asked for nothing; whether the card is the answer."""
    return bool(place.channel) and not place.is_direct and await greeted(desk, place, event)


async def greeted(desk: Desk, place: Place, event: str) -> bool:
    """Greet a channel, if that is due; whether it was. If the place has no language, it is that of who was there."""

    async def post(language: str) -> None:
        asked = place.user and not language
        locale = (await desk.members.look_up(place.team, place.user)).locale if asked else language or REFERENCE
        page = greeting_page(locale, "greeting-slack")
        try:
            posted = await desk.api.call(place.team, "chat_postMessage", channel=place.channel, **card(page))
        except SlackFault as fault:
            raise Undeliverable(fault.code) from fault
        alt, strip = text(locale, "greeting-alt"), ""
        try:
            strip = await desk.uploads.once(place.team, _NAME, greeting_strip, alt=alt)
            shown = {"ts": posted["ts"], **card(page, strip, alt=alt)}
            await desk.api.patient(place.team, "chat_update", channel=place.channel, file_ids=[strip], **shown)
        except SlackFault as fault:  # the words stand
            desk.uploads.doubt(place.team, [strip])
            log.info("greeted without its picture", channel=place.channel, reason=fault.code)

    keys = place_key(place.team), place_key(place.team, place.channel)
    return await greet(desk.service, *keys, event=event, post=post)


def card(page: Page, picture: str = "", *, alt: str = "") -> dict[str, Any]:
    """The card as a message; `picture` is Slack's file, once it is there."""
    blocks = message_of(page, REFERENCE)
    if picture:
        blocks.insert(-1, image(picture, alt))  # what it offers stands below
    return {"text": page.title, "blocks": blocks}
