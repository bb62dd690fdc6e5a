"""From a picture and words to a job: the commands, **Remix image** and its form, mentions and replies."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from adapters.discord import picking, presses
from adapters.discord.answers import Answered
from adapters.discord.asking import Wish, ask
from adapters.discord.desk import Desk
from adapters.discord.faults import ERRORS
from adapters.discord.forms import values_of
from adapters.discord.ids import RemixId, parse_again_id, parse_pick_id, parse_remix_id
from adapters.discord.incoming import Incoming, Upload
from adapters.discord.markup import said
from adapters.discord.pages import help_of
from adapters.discord.pictures import has_sticker, pictures_in
from adapters.discord.places import asker
from adapters.discord.translate import filled, wish_of_command, wish_of_words
from bot.domain.actions import Verb
from bot.domain.button_id import ButtonId, parse_button_id
from bot.domain.errors import Gone, InvalidRequest, PictureRefused
from bot.domain.ids import job_of, parse_generation_id
from bot.forms import Form
from bot.picture_form import Purpose, picture_form

_REMEMBERED = 1000
"""Open forms whose pictures are remembered; after that, or a restart, the message is looked at again."""


_GREETINGS = {"", "help", "hi", "hello"}


async def command(desk: Desk, answered: Answered) -> None:
    """`/img2img`, `/sweep`, `/refine`, `/map`."""
    await ask(desk, answered, wish_of_command(answered.event, desk.service.styles))


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
        await desk.answers.show_page(answered, help_of(desk, event.origin.locale))
        return
    wish = wish_of_words(words, desk.service.styles)
    try:
        pictures = await _mentioned(desk, event)
    except PictureRefused as refused:
        await picking.offer(desk, answered, refused)
        return
    if len(pictures) > 1:
        raise InvalidRequest("refused-several-pictures", count=len(pictures))
    await ask(desk, answered, replace(wish, source=pictures[0]))


async def menu(desk: Desk, answered: Answered) -> None:
    """**Remix image** on a message: opens the form."""
    event = answered.event
    target = str(event.body.get("target_id", ""))
    message = event.body.get("resolved", {}).get("messages", {}).get(target, {})
    pictures = _pictures_of(desk, message)
    result = parse_generation_id(pictures[0].generation) if len(pictures) == 1 else None
    # One of our own results is worked on from our lossless copy, and is a chain.
    if result and await desk.service.results.find(result, by=asker(event, shown=job_of(result))):
        opening = ButtonId(Verb.CHAIN, result)
        await desk.answers.ask(event, str(opening), await presses.form_on(desk, event, opening))
        return
    desk.seen[event.origin.channel, target] = pictures
    while len(desk.seen) > _REMEMBERED:
        desk.seen.popitem(last=False)
    about = RemixId(event.origin.channel, target)
    await desk.answers.ask(event, str(about), await form_on(desk, event, about))


async def form_on(desk: Desk, event: Incoming, about: RemixId) -> Form:
    """The form as it opens.

    Raises:
        PictureRefused: the message is out of sight.
    """
    settings = await desk.service.places.settings(*asker(event).keys)
    pictures = await _pictures_on(desk, event, about)
    return picture_form(
        Purpose.REMIX,
        desk.service.menu(settings.model),
        locale=event.origin.locale,
        usual=settings,
        pictures=[picture.filename for picture in pictures],
        recent=await desk.service.styles_of(event.origin.requester),
    )


async def reopen(desk: Desk, answered: Answered) -> None:
    """The button under the refusal of a form: opens it with what its member wrote."""
    event = answered.event
    asked = parse_again_id(event.name)
    draft = desk.answers.drafts.find(asked.form, event.origin.user) if asked else None
    if draft is None:
        raise Gone("refused-form-gone")
    if about := parse_remix_id(draft.name):
        form = await form_on(desk, event, about)
    elif wanted := parse_pick_id(draft.name):
        form = await picking.form_on(desk, event, wanted)
    elif pressed := parse_button_id(draft.name):
        form = await presses.form_on(desk, event, pressed)
    else:
        raise Gone("refused-form-gone")
    await desk.answers.ask(event, draft.name, form.filled(values_of(draft.body)))


async def form(desk: Desk, answered: Answered) -> None:
    """The form of **Remix image**, filled in."""
    event = answered.event
    about, form = parse_remix_id(event.name), filled(event, Purpose.REMIX, desk.service.styles)
    assert about is not None
    pictures = await _pictures_on(desk, event, about)
    if form.picture >= len(pictures):
        raise PictureRefused("refused-form-forgotten")
    chosen = pictures[form.picture]
    await ask(desk, answered, Wish(options=form.options, source=chosen))


async def _pictures_on(desk: Desk, event: Incoming, about: RemixId) -> list[Upload]:
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


async def _fetched(desk: Desk, about: RemixId) -> list[Upload]:
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
