"""Buttons: on a result, on a waiting job, in a modal, in App Home."""

from collections.abc import Mapping
from typing import Any

from adapters.slack.commands import LISTED, look_up, open_form
from adapters.slack.controls import (
    ADVANCED,
    AGAIN,
    CHOOSE_STYLE,
    EXPORT,
    FORGET,
    MENU,
    OFFER,
    OPEN_FORM,
    OPEN_SETTINGS,
    SHOW_STYLES,
    TAKE,
)
from adapters.slack.desk import Desk
from adapters.slack.exchange import SlackExchange
from adapters.slack.fields import values_of
from adapters.slack.forms import Errand, errand_of, unfolded_view
from adapters.slack.home import show_home
from adapters.slack.inbound import Inbound, place_of
from adapters.slack.members import Place
from adapters.slack.settings import show_settings
from bot.domain.access import Act
from bot.domain.actions import Reaction, Verb
from bot.domain.button_id import ButtonId, parse_button_id
from bot.domain.errors import Gone, InvalidRequest
from bot.domain.ids import job_of
from bot.domain.options import NOTHING_SAID, Options
from bot.exchange import Attached
from bot.offers import Offer
from bot.pages import said_page
from bot.picture_form import Purpose

EXPORT_BYTES = 100_000_000
"""Slack takes files up to 1 GB; this is what a phone still opens."""

_DOZEN = 12
"""Styles to a sheet: as many pictures as are still told apart on one."""


async def on_press(desk: Desk, event: Inbound) -> None:
    """Do what a button says."""
    pressed, place = event.body["actions"][0], place_of(event.body)
    at, view = SlackExchange(desk, event), event.body.get("view") or {}
    match pressed["action_id"]:
        case code if code == ADVANCED:
            opened = unfolded_view(view, desk.service.menu(), locale=await at.locale())
            await desk.update_view(place.team, view["id"], opened)
        case code if code == OPEN_FORM:
            home = place.channel == ""
            errand = Errand(purpose=Purpose.REMIX, channel=place.channel, thread="" if home else place.thread)
            await open_form(desk, event, errand, _written_on(pressed))
        case code if code == CHOOSE_STYLE:
            style = str((pressed.get("selected_option") or {}).get("value", ""))
            errand = Errand(purpose=Purpose.REMIX, channel=place.channel)
            await open_form(desk, event, errand, Options(style=style))
        case code if code.startswith((OFFER, TAKE)):
            await _offered(desk, event, at, code)
        case code if code.startswith(AGAIN):
            await _reopen(desk, event, place, code.removeprefix(AGAIN))
        case code if code == OPEN_SETTINGS:
            await show_settings(desk, event)
        case code if code == SHOW_STYLES:
            await _show_styles(desk, at)
        case code if code in {EXPORT, FORGET}:
            await _stored(desk, at, code)
        case code:
            control = parse_button_id(_chosen(pressed) or code)
            if control is None:
                raise InvalidRequest("refused-slack-button")
            await _on_control(desk, event, at, control)


async def _on_control(desk: Desk, event: Inbound, at: SlackExchange, control: ButtonId) -> None:
    view = event.body.get("view") or {}
    match control.verb:
        case Verb.LEAVE | Verb.PICK:  # Slack asks by itself, and its button for a form is about no result
            pass
        case Verb.COLLECT:
            job = job_of(control.target)
            await desk.service.results.allowed(Act.COLLECT, job, at.by)
            await desk.conversation.react(at, Reaction.SEND, job)
        case Verb.CANCEL if view:
            await desk.conversation.press(at, control)
            if view.get("type") == "home":
                await show_home(desk, place_of(event.body))
            else:
                await desk.conversation.queue(at, most=LISTED)
        case _:
            await desk.conversation.press(at, control)


async def _stored(desk: Desk, at: SlackExchange, code: str) -> None:
    """Hand out or delete what is stored about the member."""
    if code == FORGET:
        await desk.conversation.forget(at)
        return
    await at.show(said_page(await at.locale(), "page-privacy", "slack-packing"))
    await desk.conversation.export(at, max_bytes=EXPORT_BYTES)


async def _offered(desk: Desk, event: Inbound, at: SlackExchange, code: str) -> None:
    """What a page or a refusal offers."""
    match code.split("|", 2):
        case ["take", style, wish]:
            await desk.conversation.take(at, wish, style)
        case ["offer", Offer.TRY]:
            await desk.conversation.try_sample(at)
        case ["offer", Offer.SET_UP]:
            await show_settings(desk, event)
        case ["offer", (Offer.HELP | Offer.STYLES | Offer.QUEUE) as page]:
            await look_up(desk, at, page)
        case _:
            raise InvalidRequest("refused-slack-button")


def _chosen(pressed: Mapping[str, Any]) -> str:
    """What was chosen from a menu of ours: the button that it stands for."""
    if not pressed["action_id"].startswith(MENU):
        return ""
    return str((pressed.get("selected_option") or {}).get("value", ""))


def _written_on(pressed: Mapping[str, Any]) -> Options:
    """The words that a button carries for its form, from a message that had no picture."""
    words = str(pressed.get("value") or "")
    return NOTHING_SAID if words in {"", OPEN_FORM} else Options(prompt=words)


async def _reopen(desk: Desk, event: Inbound, place: Place, form: str) -> None:
    """A refused form, with what its member wrote."""
    draft = desk.drafts.find(form, place.user)
    if draft is None:
        raise Gone("refused-form-gone")
    await open_form(desk, event, errand_of(draft), values=values_of(draft))


async def _show_styles(desk: Desk, at: SlackExchange) -> None:
    """The presets' pictures, a dozen to a sheet."""
    locale, styles = await at.locale(), list(desk.service.styles.values())
    await at.show(said_page(locale, "page-styles", "slack-styles-coming"))
    sheets = []
    for start in range(0, len(styles), _DOZEN):
        dozen = styles[start : start + _DOZEN]
        if sheet := await desk.exporter.style_sheet(dozen):
            names = ", ".join(style.name for style in dozen if style.picture)
            name = f"styles-{start // _DOZEN + 1}.{sheet.suffix}"
            sheets.append(Attached(name=name, content=sheet.content, alt=names))
    await at.show(said_page(locale, "page-styles", "slack-styles-sent"), sheets)
