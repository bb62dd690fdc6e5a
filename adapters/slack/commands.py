"""Slash commands and shortcuts: each opens a modal at once."""

from collections.abc import Sequence
from dataclasses import replace

from adapters.slack.desk import Desk
from adapters.slack.exchange import SlackExchange, check_kept
from adapters.slack.forms import Errand, view_of
from adapters.slack.inbound import Inbound, job_id_in, place_of
from adapters.slack.messenger import message_ref
from adapters.slack.pages import privacy_buttons, styles_menu
from adapters.slack.pictures import picture_among
from adapters.slack.settings import show_settings
from adapters.slack.text import said
from bot.domain.access import Act
from bot.domain.actions import Verb
from bot.domain.button_id import ButtonId
from bot.domain.errors import InvalidRequest, PictureRefused
from bot.domain.flags import parse_flags
from bot.domain.ids import JobId
from bot.domain.options import NOTHING_SAID, Options
from bot.domain.request import ASKING
from bot.forms import Values
from bot.pages import said_page, styles_page
from bot.picture_form import Purpose
from bot.rendering import marks
from bot.texts import COMMANDS

REMIX = "remix_image"
"""Callback id of both shortcuts: on a message, and the global one."""

UMBRELLA = "pentimento"
"""`/pentimento queue` is `/queue`: one name that no other app of a workspace has."""

LISTED = 40
"""Jobs that a page lists."""


async def on_command(desk: Desk, event: Inbound) -> None:
    """Answer a slash command."""
    at, text = SlackExchange(desk, event), said(event.body.get("text", ""))
    name = event.body["command"].lstrip("/")
    if name == UMBRELLA:
        first, _, rest = text.partition(" ")
        name, text = (first.lower(), rest.strip()) if first.lower() in COMMANDS else ("help", "")
    if name in ASKING:
        await _open_form(desk, event, name, text)
        return
    if name == "settings":
        await show_settings(desk, event)
    else:
        await look_up(desk, at, name, text)


async def look_up(desk: Desk, at: SlackExchange, name: str, text: str = "") -> None:
    """Show what a command without a form shows; help if there is no such command."""
    match name:
        case "queue":
            await desk.conversation.queue(at, most=LISTED)
        case "info":
            await desk.conversation.info(at, text)
        case "web":
            await desk.conversation.web(at)
        case "styles":
            locale, styles = await at.locale(), desk.service.styles
            await at.show(styles_page(styles, locale), above=[styles_menu(styles.values(), locale)])
        case "privacy":
            locale = await at.locale()
            page = said_page(locale, "page-privacy", "slack-privacy-kept")
            await at.show(page, below=[privacy_buttons(locale)])
        case _:
            await desk.conversation.help(at, "slack-help")


async def _open_form(desk: Desk, event: Inbound, name: str, words: str) -> None:
    place, written = place_of(event.body), parse_flags(words, styles=desk.service.styles)
    purpose = Purpose.MAP if written.map_only else Purpose.REMIX if name == "img2img" else Purpose(name)
    if purpose is Purpose.MAP and not desk.service.menu().controls:
        raise InvalidRequest("refused-slack-no-controls")
    errand = Errand(purpose=purpose, channel=place.channel, thread=place.thread)
    await open_form(desk, event, errand, written.options)


async def on_shortcut(desk: Desk, event: Inbound) -> None:
    """Open the form on a message's picture, or empty."""
    body, place = event.body, place_of(event.body)
    errand = Errand(purpose=Purpose.REMIX, channel=place.channel, thread=place.thread)
    if body["type"] == "shortcut":
        await open_form(desk, event, errand)
        return
    message = body.get("message") or {}
    # One of our own results is worked on from our lossless copy, and is a chain.
    ref, named = message_ref(place.channel, message.get("ts", "")), None
    identity = await desk.api.installed(place.team)
    if identity and message.get("user") == identity.bot_user:  # any app can write our metadata
        named = job_id_in(message.get("metadata"))
    job, made = await desk.service.results.all_in_message(ref, by=place.asker(), named=named)
    if job and len(made) > 1:
        await open_form(desk, event, replace(errand, job=job.id))
        return
    if job and made:
        about = ButtonId(Verb.CHAIN, made[0].id)
        await desk.conversation.open_form(SlackExchange(desk, event), about, shown=job.id)
        return
    await check_kept(desk, place.team, message)
    if file := picture_among(message.get("files")):
        author = file.get("user") or message.get("user", "")
        await open_form(desk, event, replace(errand, file=file["id"], author=author))
    else:
        raise PictureRefused("refused-slack-no-picture-there")


async def open_form(
    desk: Desk, event: Inbound, errand: Errand, said: Options = NOTHING_SAID, *, values: Values | None = None
) -> None:
    """Open the form of an errand.

    Args:
        desk: the parts.
        event: what opens it.
        errand: what it is for.
        said: what is known already.
        values: what stood in it when it was refused.
    """
    at = SlackExchange(desk, event)
    if errand.purpose.verb and errand.generation:
        form = await desk.conversation.result_form(at, ButtonId(errand.purpose.verb, errand.generation))
    else:
        pictures: Sequence[str] = (errand.file,) if errand.file else ()
        if errand.job:
            pictures = marks(await desk.service.results.allowed(Act.DERIVE, JobId(errand.job), at.by))
        form = await desk.conversation.picture_form(
            at, errand.purpose, said=said, pictures=pictures, uploads=errand.needs_file
        )
    shown = view_of(errand, form.filled(values or {}), locale=await at.locale())
    view = event.body.get("view") or {}
    if view.get("type") == "modal":  # the form takes the place of the page that it was chosen on
        await desk.update_view(place_of(event.body).team, view["id"], shown)
    else:
        await desk.open_view(event, shown)
