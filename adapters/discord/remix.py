"""From a picture and words to a job: the commands, **Remix image** and its form, mentions and replies."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from adapters.discord import greeting, picking, setting_up, styles
from adapters.discord.answers import Answered
from adapters.discord.desk import Desk
from adapters.discord.exchange import DiscordExchange
from adapters.discord.faults import ERRORS
from adapters.discord.forms import values_of
from adapters.discord.ids import STYLED, FormId, Opened, offer_id, parse_again_id, parse_form_id, parse_take_id
from adapters.discord.incoming import PLATFORM, Incoming, Upload
from adapters.discord.markup import said
from adapters.discord.pictures import has_sticker, pictures_in
from adapters.discord.places import asker
from adapters.discord.translate import picture_of, wish_of_command, wish_of_form, wish_of_words, with_picture
from bot.domain.actions import Verb
from bot.domain.button_id import ButtonId, parse_button_id
from bot.domain.errors import Gone, InvalidRequest, PictureRefused
from bot.domain.ids import job_of, parse_generation_id
from bot.forms import PICTURE, Form
from bot.offers import Offer
from bot.picture_form import Purpose

_REMEMBERED = 1000
"""Open forms whose pictures are remembered; after that, or a restart, the message is looked at again."""


_GREETINGS = {"", "help", "hi", "hello"}


async def command(desk: Desk, answered: Answered) -> None:
    """`/img2img`, `/sweep`, `/refine`, `/map`."""
    event = answered.event
    wish, drawn = wish_of_command(event, desk.service.styles), picture_of(event, "map")
    if source := picture_of(event, "image"):
        wish = with_picture(wish, source, desk.downloads)
    if drawn:
        wish = replace(wish, control_map=drawn.sent(desk.downloads))
    await desk.conversation.ask(DiscordExchange(desk, answered), wish)


async def mention(desk: Desk, answered: Answered) -> None:
    """A message that mentions us: with a picture, or in reply to one."""
    event = answered.event
    body = event.body
    words = said(str(body["content"]), me=desk.me, role=str(body.get("role", "")), names=body.get("names"))
    own = event.body["message"]
    if event.body.get("withheld"):
        raise InvalidRequest("refused-role-withheld")
    shows = pictures_in(own, me=desk.me) or has_sticker(own) or event.body["replied_message"]
    if words.lower() in _GREETINGS and not shows:
        if await greeting.called(desk, event):
            return
        await desk.conversation.help(DiscordExchange(desk, answered), "help")
        return
    wish = wish_of_words(words, desk.service.styles)
    try:
        pictures = await _mentioned(desk, event)
    except PictureRefused as refused:
        await picking.offer(desk, answered, refused)
        return
    if len(pictures) > 1:
        raise InvalidRequest("refused-several-pictures", count=len(pictures))
    await desk.conversation.ask(DiscordExchange(desk, answered), with_picture(wish, pictures[0], desk.downloads))


async def menu(desk: Desk, answered: Answered) -> None:
    """**Remix image** on a message: opens the form."""
    event = answered.event
    target = str(event.body.get("target_id", ""))
    message = event.body.get("resolved", {}).get("messages", {}).get(target, {})
    pictures = _pictures_of(desk, message)
    result = parse_generation_id(pictures[0].generation) if len(pictures) == 1 else None
    at, shown = DiscordExchange(desk, answered), job_of(result) if result else None
    # One of our own results is worked on from our lossless copy, and is a chain.
    if result and await desk.service.results.find(result, by=asker(event, shown=shown)):
        await desk.conversation.open_form(at, ButtonId(Verb.CHAIN, result), shown=shown)
        return
    desk.seen[event.origin.channel, target] = pictures
    while len(desk.seen) > _REMEMBERED:
        desk.seen.popitem(last=False)
    about = FormId(Opened.REMIX, event.origin.channel, target)
    await desk.answers.ask(event, str(about), await form_on(desk, answered, about))


async def form_on(desk: Desk, answered: Answered, about: FormId) -> Form:
    """The form as it opens.

    Raises:
        PictureRefused: the message is out of sight.
    """
    names = [picture.filename for picture in await _pictures_on(desk, answered.event, about)]
    return await desk.conversation.picture_form(DiscordExchange(desk, answered), Purpose.REMIX, pictures=names)


async def reopen(desk: Desk, answered: Answered) -> None:
    """The button under the refusal of a form: opens it with what its member wrote."""
    event = answered.event
    asked = parse_again_id(event.name)
    draft = desk.answers.drafts.find(asked, event.origin.user) if asked else None
    if draft is None:
        raise Gone("refused-form-gone")
    if about := parse_form_id(draft.name):
        form = await (form_on if about.opened is Opened.REMIX else picking.form_on)(desk, answered, about)
    elif draft.name == STYLED:
        form = await styles.form_again(desk, answered, draft)
    elif draft.name == offer_id(Offer.SET_UP):
        form = await setting_up.form_on(desk, event)
    elif pressed := parse_button_id(draft.name):
        form = await desk.conversation.result_form(DiscordExchange(desk, answered), pressed)
    else:
        raise Gone("refused-form-gone")
    desk.answers.drafts.keep(event.message, event.origin.user, draft)
    await desk.answers.ask(event, draft.name, form.filled(values_of(draft.body)))


async def take(desk: Desk, answered: Answered) -> None:
    """The button under a refusal: the same wish with a style that there is; the refusal goes."""
    asked = parse_take_id(answered.event.name)
    assert asked is not None
    await desk.conversation.take(DiscordExchange(desk, answered), f"{PLATFORM}:{asked.event}", asked.style)
    await desk.answers.take_back(answered.event)


async def form(desk: Desk, answered: Answered) -> None:
    """The form of **Remix image**, filled in."""
    event = answered.event
    about, chosen = parse_form_id(event.name), str(values_of(event.body).get(PICTURE) or 0)
    assert about is not None
    wish = wish_of_form(event, Purpose.REMIX, desk.downloads, desk.service.styles)
    pictures = dict(enumerate(await _pictures_on(desk, event, about)))
    if not (picture := pictures.get(int(chosen) if chosen.isdecimal() else 0)):
        raise PictureRefused("refused-form-forgotten")
    await desk.conversation.ask(DiscordExchange(desk, answered), with_picture(wish, picture, desk.downloads))


async def _pictures_on(desk: Desk, event: Incoming, about: FormId) -> list[Upload]:
    if about.channel != event.origin.channel:  # an id that somebody made up: they may not see what is there
        raise PictureRefused("refused-form-forgotten")
    return desk.seen.get((about.channel, about.message)) or await _fetched(desk, about)


async def _mentioned(desk: Desk, event: Incoming) -> list[Upload]:
    """The mention's own pictures, else those of the message it answers.

    Raises:
        PictureRefused: there are none, or Discord withholds them.
    """
    own = event.body["message"]
    if pictures := pictures_in(own, me=desk.me):
        return pictures
    if not event.body["replied_message"]:
        if has_sticker(own):
            raise PictureRefused("refused-sticker")
        raise PictureRefused("refused-no-picture")
    replied = event.body["replied"]
    if replied is not None and (pictures := pictures_in(replied, me=desk.me)):
        return pictures
    # What the gateway left out may be there on asking; without the message-content intent it is often not.
    try:
        fetched = await desk.rest.message(event.body["replied_channel"], event.body["replied_message"])
    except ERRORS:
        fetched = replied or {}
    if pictures := pictures_in(fetched, me=desk.me):
        return pictures
    if has_sticker(fetched):
        raise PictureRefused("refused-sticker")
    raise PictureRefused("refused-withheld")


async def _fetched(desk: Desk, about: FormId) -> list[Upload]:
    try:
        message = await desk.rest.message(about.channel, about.message)
    except ERRORS:
        raise PictureRefused("refused-form-forgotten") from None
    return _pictures_of(desk, message)


def _pictures_of(desk: Desk, message: Mapping[str, Any]) -> list[Upload]:
    pictures = pictures_in(message, me=desk.me)
    if not pictures:
        if has_sticker(message):
            raise PictureRefused("refused-sticker")
        raise PictureRefused("refused-no-picture-there")
    return pictures
