"""From a picture and words to a job: the commands, **Remix image** and the forms."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any

from adapters.discord import settings
from adapters.discord.exchange import DiscordExchange
from adapters.discord.faults import Fault
from adapters.discord.forms import upload_of, values_of
from adapters.discord.ids import STYLED, OwnId, Word, parse_own_id
from adapters.discord.incoming import PLATFORM, Upload
from adapters.discord.markup import said
from adapters.discord.pictures import has_sticker, pictures_in
from adapters.discord.translate import picture_of, wish_of_command
from bot.domain.actions import Verb
from bot.domain.ask import Wish
from bot.domain.button_id import ButtonId, parse_button_id
from bot.domain.errors import Gone, NotAllowed, PictureRefused
from bot.domain.ids import job_of, parse_generation_id
from bot.domain.options import NOTHING_SAID, Options
from bot.drafts import SentForm
from bot.forms import PICTURE, Form
from bot.picture_form import PURPOSES, Purpose, read_picture_form


async def command(at: DiscordExchange) -> None:
    """`/img2img`, `/sweep`, `/refine`, `/map`."""
    desk, event = at.desk, at.event
    wish, drawn = wish_of_command(event, desk.service.styles), picture_of(event, "map")
    if source := picture_of(event, "image"):
        wish = _with_picture(at, wish, source)
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
    await at.open(await _remix_form(at, channel, target), OwnId(Word.REMIX, (channel, target)))


async def pick(at: DiscordExchange) -> None:
    """The button under a mention without a picture: the form with a place for one, and what its member wrote."""
    await at.open(await _pick_form(at, *at.own.about), at.own)


async def reopen(at: DiscordExchange) -> None:
    """The button under the refusal of a form: opens it with what its member wrote."""

    async def form_of(sent: SentForm) -> Form:
        if own := parse_own_id(sent.about):
            return await (_remix_form if own.word is Word.REMIX else _pick_form)(at, *own.about)
        if sent.about == STYLED:
            style = str(sent.values.get("style", ""))
            chosen = Options(style=style) if style in at.desk.service.styles else NOTHING_SAID
            return await at.desk.conversation.picture_form(at, Purpose.REMIX, said=chosen, uploads=True)
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
    await at.take_back()


async def form(at: DiscordExchange) -> None:
    """The form of **Remix image**, filled in."""
    chosen = str(values_of(at.event.body).get(PICTURE) or 0)
    wish = _wish_of_form(at, Purpose.REMIX)
    pictures = dict(enumerate(await _pictures_on(at, *at.own.about)))
    if not (picture := pictures.get(int(chosen) if chosen.isdecimal() else 0)):
        raise PictureRefused("refused-form-forgotten")
    await at.desk.conversation.ask(at, _with_picture(at, wish, picture))


async def uploaded(at: DiscordExchange) -> None:
    """A form with a place for the picture, filled in; the answer that offered it goes, if there was one."""
    await at.desk.conversation.ask(at, _wish_of_form(at, Purpose.REMIX, uploads=True))
    if at.event.name != STYLED:
        await at.take_back()


async def result_form(at: DiscordExchange) -> None:
    """The form of Chain, Edit or Use map, filled in."""
    about = at.pressed
    wish = replace(_wish_of_form(at, PURPOSES[about.verb]), verb=about.verb, generation=about.target)
    await at.desk.conversation.ask(at, wish)


def _wish_of_form(at: DiscordExchange, purpose: Purpose, *, uploads: bool = False) -> Wish:
    """A submitted modal, with the picture that was added to it; `uploads`: there has to be one.

    Raises:
        FormErrors: with a sentence for each field that is wrong.
        PictureRefused: the picture is too large.
    """
    body, styles = at.event.body, at.desk.service.styles
    wish = Wish(options=read_picture_form(values_of(body), purpose, uploads=uploads, styles=styles))
    added = upload_of(body, author=at.by.requester.user)
    return _with_picture(at, wish, added) if added else wish


def _with_picture(at: DiscordExchange, wish: Wish, picture: Upload) -> Wish:
    """A wish for a picture, which may be a result of ours.

    Raises:
        PictureRefused: it is too large.
    """
    result = wish.generation or parse_generation_id(picture.generation)
    return replace(wish, source=picture.sent(at.desk.downloads), author=picture.author, generation=result)


async def _remix_form(at: DiscordExchange, channel: str, message: str) -> Form:
    """The form as it opens.

    Raises:
        PictureRefused: the message is out of sight.
    """
    names = [picture.filename for picture in await _pictures_on(at, channel, message)]
    return await at.desk.conversation.picture_form(at, Purpose.REMIX, pictures=names)


async def _pick_form(at: DiscordExchange, channel: str, message: str) -> Form:
    """The form as it opens; what the message says is read again, as its id is all that a button carries.

    Raises:
        NotAllowed: the message is somebody else's.
    """
    answered: Mapping[str, Any] = {}
    if channel == at.event.origin.channel:  # else an id that somebody made up: they may not see what is there
        with suppress(Fault):
            answered = await at.desk.rest.message(channel, message)
    if answered and answered["author"]["id"] != at.by.requester.user:
        raise NotAllowed("refused-not-yours")
    return await at.desk.conversation.words_form(at, said(str(answered.get("content", "")), me=at.desk.me))


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
