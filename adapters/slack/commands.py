"""Slash commands, shortcuts and sent forms: each of the first two opens a modal at once."""

from dataclasses import replace

from adapters.slack import settings
from adapters.slack.exchange import SlackExchange
from adapters.slack.fields import file_of, values_of
from adapters.slack.forms import CALLBACK, FormContext, context_of, read_form
from adapters.slack.inbound import Inbound, place_of
from adapters.slack.members import Place
from adapters.slack.pages import privacy_buttons
from adapters.slack.pictures import files_of, picture_among
from adapters.slack.text import said
from bot.domain.actions import Verb
from bot.domain.ask import Wish
from bot.domain.button_id import ButtonId
from bot.domain.errors import InvalidRequest, PictureRefused
from bot.domain.flags import parse_flags
from bot.domain.ids import JobId, parse_generation_id
from bot.domain.options import NOTHING_SAID, Options
from bot.domain.request import ASKING
from bot.forms import MAP, PICTURE, UPLOAD, Form
from bot.pages import said_page
from bot.picture_form import Purpose
from bot.texts import COMMANDS

REMIX = "remix_image"
"""Callback id of both shortcuts: on a message, and the global one."""

UMBRELLA = "pentimento"
"""`/pentimento queue` is `/queue`: one name that no other app of a workspace has."""


async def on_command(at: SlackExchange) -> None:
    """Answer a slash command."""
    body = at.event.body
    name, text = body["command"].lstrip("/"), said(body.get("text", ""))
    if name == UMBRELLA:
        first, _, rest = text.partition(" ")
        name, text = (first.lower(), rest.strip()) if first.lower() in COMMANDS else ("help", "")
    if name in ASKING:
        await _ask(at, name, text)
    elif name == "settings":
        await settings.show_settings(at)
    elif name == "privacy":
        locale = await at.locale()
        page = said_page(locale, "page-privacy", "slack-privacy-kept")
        await at.show(page, below=[privacy_buttons(locale)])
    else:
        await at.desk.conversation.look_up(at, name, text)


async def _ask(at: SlackExchange, name: str, words: str) -> None:
    written = parse_flags(words, styles=at.desk.service.styles)
    purpose = Purpose.MAP if written.map_only else Purpose.REMIX if name == "img2img" else Purpose(name)
    if purpose is Purpose.MAP and not at.desk.service.menu().controls:
        raise InvalidRequest("refused-slack-no-controls")
    await open_form(at, at.form_context(purpose), written.options)


async def on_shortcut(at: SlackExchange) -> None:
    """Open the form on a message's picture, or empty."""
    body = at.event.body
    if body["type"] == "shortcut":
        await open_form(at, at.form_context(Purpose.REMIX))
        return
    message = body.get("message") or {}
    # One of our own results is worked on from our lossless copy, and is a chain.
    job, made = await at.results_in(message)
    if job and len(made) > 1:
        await open_form(at, at.form_context(Purpose.REMIX, job=job.id))
        return
    if job and made:
        await at.desk.conversation.open_form(at, ButtonId(Verb.CHAIN, made[0].id), shown=job.id)
        return
    if file := picture_among(files_of(message)):
        author = file.get("user") or message.get("user", "")
        await open_form(at, at.form_context(Purpose.REMIX, file=file["id"], author=author))
    else:
        raise PictureRefused("refused-slack-no-picture-there")


async def open_form(at: SlackExchange, context: FormContext, said: Options = NOTHING_SAID) -> None:
    """Open the form that a context is for; `said` is what is known already."""
    await at.open(await form_of(at, context, said), context)


async def form_of(at: SlackExchange, context: FormContext, said: Options = NOTHING_SAID) -> Form:
    """The form that a context is for, as it opens."""
    talk = at.desk.conversation
    if context.purpose.verb and context.generation:
        return await talk.result_form(at, ButtonId(context.purpose.verb, context.generation))
    pictures = (context.file,) if context.file else ()
    several = JobId(context.job) if context.job else None
    uploads = context.needs_file
    return await talk.picture_form(at, context.purpose, said=said, pictures=pictures, of=several, uploads=uploads)


async def on_submission(at: SlackExchange) -> None:
    """Hand in what a form asks for; its fields were checked before it was acknowledged."""
    desk, event, view = at.desk, at.event, at.event.body["view"]
    if view.get("callback_id") == settings.CALLBACK:
        await settings.save_settings(at)
    elif view.get("callback_id") == CALLBACK:
        context = context_of(view)
        place, result = place_of_form(event, context), context.generation
        if context.job:
            result = parse_generation_id(f"{context.job}.{values_of(view).get(PICTURE) or 0}")
        uploaded, control_map = file_of(view, UPLOAD), file_of(view, MAP)
        file = uploaded or ({"id": context.file} if context.file else None)
        wish = Wish(
            options=read_form(view, desk.service.styles),
            action=context.purpose.action,
            verb=context.purpose.verb if context.generation else None,
            generation=result,
            source=desk.pictures.sent(place.team, file) if file else None,
            author=place.key_of("" if uploaded else context.author),
            control_map=desk.pictures.sent(place.team, control_map) if control_map else None,
        )
        there = SlackExchange(desk, event, place, in_thread=context.in_thread or not context.generation)
        await desk.conversation.ask(there, wish)


def place_of_form(event: Inbound, context: FormContext) -> Place:
    """Where a form was opened; a submission itself names no channel."""
    return replace(place_of(event.body), channel=context.channel, thread=context.thread)
