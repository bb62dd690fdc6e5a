"""From a picture and words to a job: the commands, **Remix image** and the forms."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from adapters.discord import picking, settings
from adapters.discord.exchange import DiscordExchange
from adapters.discord.faults import Fault
from adapters.discord.forms import values_of
from adapters.discord.ids import STYLED, OwnId, Word, parse_own_id
from adapters.discord.incoming import PLATFORM, Upload
from adapters.discord.pictures import has_sticker, pictures_in
from adapters.discord.translate import picture_of, wish_of_command, with_picture
from bot.domain.actions import Verb
from bot.domain.button_id import ButtonId, parse_button_id
from bot.domain.errors import Gone, PictureRefused
from bot.domain.ids import job_of, parse_generation_id
from bot.domain.options import NOTHING_SAID, Options
from bot.drafts import SentForm
from bot.forms import PICTURE, Form
from bot.picture_form import PURPOSES, Purpose


async def command(at: DiscordExchange) -> None:
    """`/img2img`, `/sweep`, `/refine`, `/map`."""
    desk, event = at.desk, at.event
    wish, drawn = wish_of_command(event, desk.service.styles), picture_of(event, "map")
    if source := picture_of(event, "image"):
        wish = with_picture(wish, source, desk.downloads)
    if drawn:
        wish = replace(wish, control_map=drawn.sent(desk.downloads))
    await desk.conversation.ask(at, wish)


async def menu(at: DiscordExchange) -> None:
    """**Remix image** on a message: opens the form."""
    desk, channel, target = at.desk, at.event.origin.channel, str(at.event.body.get("target_id", ""))
    pictures = _pictures_of(at, at.resolved_message())
    result = parse_generation_id(pictures[0].generation) if len(pictures) == 1 else None
    shown = job_of(result) if result else None
    # One of our own results is worked on from our lossless copy, and is a chain.
    if result and await desk.service.results.find(result, by=replace(at.by, shown=shown)):
        await desk.conversation.open_form(at, ButtonId(Verb.CHAIN, result), shown=shown)
        return
    desk.seen[channel, target] = pictures
    await at.open(await form_on(at, channel, target), OwnId(Word.REMIX, (channel, target)))


async def form_on(at: DiscordExchange, channel: str, message: str) -> Form:
    """The form as it opens.

    Raises:
        PictureRefused: the message is out of sight.
    """
    names = [picture.filename for picture in await _pictures_on(at, channel, message)]
    return await at.desk.conversation.picture_form(at, Purpose.REMIX, pictures=names)


async def reopen(at: DiscordExchange) -> None:
    """The button under the refusal of a form: opens it with what its member wrote."""

    async def form_of(sent: SentForm) -> Form:
        if own := parse_own_id(sent.about):
            return await (form_on if own.word is Word.REMIX else picking.form_on)(at, *own.about)
        if sent.about == STYLED:
            style = str(sent.values.get("style", ""))
            said = Options(style=style) if style in at.desk.service.styles else NOTHING_SAID
            return await at.desk.conversation.picture_form(at, Purpose.REMIX, said=said, uploads=True)
        if sent.about == settings.SET_UP:
            return await settings.set_up_form(at)
        if button := parse_button_id(sent.about):
            return await at.desk.conversation.result_form(at, button)
        raise Gone("refused-form-gone")

    await at.desk.conversation.reopen(at, f"{PLATFORM}:{at.own.about[0]}", form_of, also=at.event.message)


async def take(at: DiscordExchange) -> None:
    """The button under a refusal: the same wish with a style that there is; the refusal goes."""
    asked, style = at.own.about
    await at.desk.conversation.take(at, f"{PLATFORM}:{asked}", style)
    await at.desk.answers.take_back(at.event)


async def form(at: DiscordExchange) -> None:
    """The form of **Remix image**, filled in."""
    chosen = str(values_of(at.event.body).get(PICTURE) or 0)
    wish = at.wish_of_form(Purpose.REMIX)
    pictures = dict(enumerate(await _pictures_on(at, *at.own.about)))
    if not (picture := pictures.get(int(chosen) if chosen.isdecimal() else 0)):
        raise PictureRefused("refused-form-forgotten")
    await at.desk.conversation.ask(at, with_picture(wish, picture, at.desk.downloads))


async def uploaded(at: DiscordExchange) -> None:
    """A form with a place for the picture, filled in; the answer that offered it goes, if there was one."""
    await at.desk.conversation.ask(at, at.wish_of_form(Purpose.REMIX, uploads=True))
    if at.event.name != STYLED:
        await at.desk.answers.take_back(at.event)


async def result_form(at: DiscordExchange) -> None:
    """The form of Chain, Edit or Use map, filled in."""
    about = at.pressed
    wish = replace(at.wish_of_form(PURPOSES[about.verb]), verb=about.verb, generation=about.target)
    await at.desk.conversation.ask(at, wish)


async def _pictures_on(at: DiscordExchange, channel: str, message: str) -> list[Upload]:
    if channel != at.event.origin.channel:  # an id that somebody made up: they may not see what is there
        raise PictureRefused("refused-form-forgotten")
    if seen := at.desk.seen.get((channel, message)):
        return seen
    try:
        return _pictures_of(at, await at.desk.rest.message(channel, message))
    except Fault:
        raise PictureRefused("refused-form-forgotten") from None


def _pictures_of(at: DiscordExchange, message: Mapping[str, Any]) -> list[Upload]:
    pictures = pictures_in(message, me=at.desk.me)
    if not pictures:
        if has_sticker(message):
            raise PictureRefused("refused-sticker")
        raise PictureRefused("refused-no-picture-there")
    return pictures
