"""Slash commands and shortcuts: each opens a modal at once."""

from dataclasses import replace

from adapters.slack.desk import Desk
from adapters.slack.forms import ACTION_OF_FORM, Errand, view_of
from adapters.slack.inbound import Inbound, job_id_in, place_of
from adapters.slack.members import Place
from adapters.slack.messenger import message_ref
from adapters.slack.pages import page_view, privacy_buttons, show_styles, web_link
from adapters.slack.pictures import picture_among
from adapters.slack.settings import show_settings
from adapters.slack.text import Block, said
from bot.domain.actions import Verb
from bot.domain.errors import Gone, InvalidRequest, PictureRefused
from bot.domain.flags import parse_flags
from bot.domain.ids import GenerationId, JobId, job_of, parse_generation_id
from bot.domain.options import NOTHING_SAID, Options
from bot.domain.request import Action
from bot.forms import Values
from bot.pages import details_page, help_page, queue_page, recent_page, said_page, styles_page
from bot.picture_form import picture_form, result_form
from bot.texts import COMMANDS

REMIX = "remix_image"
"""Callback id of both shortcuts: on a message, and the global one."""

UMBRELLA = "pentimento"
"""`/pentimento queue` is `/queue`: one name that no other app of a workspace has."""

LISTED = 40
"""Jobs that a page lists."""

_FORMS = {"img2img": Action.IMG2IMG, "sweep": Action.SWEEP, "refine": Action.REFINE, "map": Action.MAP}


async def on_command(desk: Desk, event: Inbound) -> None:
    """Answer a slash command."""
    place, text = place_of(event.body), said(event.body.get("text", ""))
    name = event.body["command"].lstrip("/")
    if name == UMBRELLA:
        first, _, rest = text.partition(" ")
        name, text = (first.lower(), rest.strip()) if first.lower() in COMMANDS else ("help", "")
    if name in _FORMS:
        written = parse_flags(text, styles=desk.service.styles)
        action = Action.MAP if written.map_only else _FORMS[name]
        if action is Action.MAP and not desk.service.menu().controls:
            raise InvalidRequest("refused-slack-no-controls")
        errand = Errand(action=action, channel=place.channel, thread=place.thread)
        await desk.open_view(event, await usual_form(desk, place, errand, written.options))
        return
    if name == "settings":
        await show_settings(desk, event)
        return
    await desk.open_view(event, await _page(desk, place, name, text))


async def on_shortcut(desk: Desk, event: Inbound) -> None:
    """Open the form on a message's picture, or empty."""
    body, place = event.body, place_of(event.body)
    errand = Errand(action=Action.IMG2IMG, channel=place.channel, thread=place.thread)
    if body["type"] == "shortcut":
        await desk.open_view(event, await usual_form(desk, place, errand, NOTHING_SAID))
        return
    message = body.get("message") or {}
    # One of our own results is worked on from our lossless copy, and is a chain.
    ref, named = message_ref(place.channel, message.get("ts", "")), None
    identity = await desk.api.installed(place.team)
    if identity and message.get("user") == identity.bot_user:  # any app can write our metadata
        named = job_id_in(message.get("metadata"))
    found = await desk.service.results.in_message(ref, by=place.asker(), named=named)
    file = None if found else picture_among(message.get("files"))
    if found:
        await open_on_result(desk, event, place, Verb.CHAIN, found.generation.id, shown=found.job.id)
    elif file:
        errand = replace(errand, file=file["id"], author=file.get("user") or message.get("user", ""))
        await desk.open_view(event, await usual_form(desk, place, errand, NOTHING_SAID))
    else:
        raise PictureRefused("refused-slack-no-picture-there")


async def open_on_result(
    desk: Desk, event: Inbound, place: Place, verb: Verb, target: GenerationId, *, shown: JobId | None
) -> None:
    """Open the form for what is done with a result, filled with its own recipe."""
    by = place.asker(shown=shown)
    parent = (await desk.service.results.parent(target, by=by)).generation
    usual, locale = await desk.service.places.settings(*by.keys), await desk.locale(place)
    errand = Errand(action=ACTION_OF_FORM[verb], channel=place.channel, thread=place.thread, generation=target)
    menu, recent = desk.service.menu(parent.recipe.model), await desk.service.styles_of(place.requester)
    form = result_form(verb, parent, menu, usual=usual, locale=locale, recent=recent)
    await desk.open_view(event, view_of(errand, form, locale=locale))


async def usual_form(
    desk: Desk,
    place: Place,
    errand: Errand,
    wishes: Options = NOTHING_SAID,
    *,
    values: Values | None = None,
) -> Block:
    """The form for a picture of the member's, with what this place usually takes if they said nothing.

    Args:
        desk: the parts.
        place: where it opens.
        errand: what it is for.
        wishes: what is known already.
        values: what stood in it when it was refused.
    """
    locale = await desk.locale(place)
    form = picture_form(
        errand.purpose,
        desk.service.menu(),
        locale=locale,
        said=wishes,
        usual=await desk.service.places.settings(*place.asker().keys),
        pictures=(errand.file,) if errand.file else (),
        uploads=errand.needs_file,
        recent=await desk.service.styles_of(place.requester),
    )
    return view_of(errand, form.filled(values or {}), locale=locale)


async def _web_link(desk: Desk, place: Place) -> Block:
    """A link in a modal, of which nobody makes a preview."""
    if desk.service.sign_in is None:
        raise Gone("refused-web-off")
    return web_link(await desk.service.sign_in.link(place.asker()), await desk.locale(place))


async def _page(desk: Desk, place: Place, name: str, text: str) -> Block:
    service, locale, now = desk.service, await desk.locale(place), desk.clock.now()
    above: list[Block] = []
    match name:
        case "queue":
            page = queue_page(await service.status(place.requester), now=now, locale=locale, most=LISTED)
        case "styles":
            page = styles_page(service.styles, locale)
            above = [show_styles(locale)] if any(style.picture for style in service.styles.values()) else []
        case "info" if text:
            generation = parse_generation_id(text.split(maxsplit=1)[0])
            if generation is None:
                raise InvalidRequest("refused-slack-no-job")
            described = await service.results.describe(
                job_of(generation), by=place.asker(moderates=await desk.is_admin(place))
            )
            page = details_page(described, now=now, locale=locale)
        case "info":
            page = recent_page(await service.recent(place.requester), locale)
        case "privacy":
            page, above = said_page(locale, "slack-privacy", "slack-privacy-kept"), [privacy_buttons(locale)]
        case "web":
            page, above = said_page(locale, "web-open", "web-link"), [await _web_link(desk, place)]
        case _:
            page = help_page(locale, "slack-help", maps=bool(service.menu().controls))
    return page_view(page, locale=locale, above=above)
