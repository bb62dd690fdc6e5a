"""Buttons: on a result, on a waiting job, in a modal, in App Home."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from adapters.slack import asking, reporting
from adapters.slack.commands import LISTED, open_on_result, usual_form
from adapters.slack.controls import ADVANCED, AGAIN, EXPORT, FORGET, MENU, OPEN_FORM, OPEN_SETTINGS, SHOW_STYLES
from adapters.slack.desk import Desk
from adapters.slack.fields import values_of
from adapters.slack.forms import Errand, errand_of, unfolded_view
from adapters.slack.home import show_home
from adapters.slack.inbound import Inbound, place_of, shown_in
from adapters.slack.members import PLATFORM, Place, place_key
from adapters.slack.pages import page_view
from adapters.slack.settings import show_settings
from adapters.slack.uploads import MAX_BYTES
from bot.comparing import comparison, result_in
from bot.domain.access import Act
from bot.domain.actions import OPENING, VERBS, Verb
from bot.domain.button_id import ButtonId, parse_button_id
from bot.domain.errors import DeliveryError, Gone, InvalidRequest
from bot.domain.ids import job_of
from bot.domain.options import NOTHING_SAID, Options
from bot.domain.picture import Exported
from bot.domain.request import Action, ReplyTarget
from bot.domain.safety import STRICTEST
from bot.pages import details_page, queue_page, said_page
from bot.texts import text

EXPORT_BYTES = 100_000_000
"""Slack takes files up to 1 GB; this is what a phone still opens."""

_DOZEN = 12
"""Styles to a sheet: as many pictures as are still told apart on one."""


async def on_press(desk: Desk, event: Inbound) -> None:
    """Do what a button says."""
    pressed, place = event.body["actions"][0], place_of(event.body)
    match pressed["action_id"]:
        case code if code == ADVANCED:
            view = event.body["view"]
            opened = unfolded_view(view, desk.service.menu(), locale=await desk.locale(place))
            await desk.update_view(place.team, view["id"], opened)
        case code if code == OPEN_FORM:
            home = place.channel == ""
            errand = Errand(action=Action.IMG2IMG, channel=place.channel, thread="" if home else place.thread)
            await desk.open_view(event, await usual_form(desk, place, errand, _written_on(pressed)))
        case code if code.startswith(AGAIN):
            await _reopen(desk, event, place, code.removeprefix(AGAIN))
        case code if code == OPEN_SETTINGS:
            await show_settings(desk, event)
        case code if code == EXPORT:
            await _export(desk, event, place)
        case code if code == SHOW_STYLES:
            await _show_styles(desk, event, place)
        case code if code == FORGET:
            await _forget(desk, event, place)
        case code:
            control = parse_button_id(_chosen(pressed) or code)
            if control is None:
                raise InvalidRequest("refused-slack-button")
            await _on_control(desk, event, place, control)


def _chosen(pressed: Mapping[str, Any]) -> str:
    """What was chosen from a menu of ours: the button that it stands for."""
    if not pressed["action_id"].startswith(MENU):
        return ""
    return str((pressed.get("selected_option") or {}).get("value", ""))


def _written_on(pressed: Mapping[str, Any]) -> Options:
    """The words that a button carries for its form, from a message that had no picture."""
    words = str(pressed.get("value") or "")
    return NOTHING_SAID if words in {"", OPEN_FORM} else Options(prompt=words)


async def _on_control(desk: Desk, event: Inbound, place: Place, control: ButtonId) -> None:
    row = VERBS[control.verb]
    if row.opens:
        await open_on_result(desk, event, place, OPENING[control.verb], control.target, shown=shown_in(event))
    elif row.makes:
        said = NOTHING_SAID if control.strength is None else Options(strengths=(control.strength,))
        await asking.ask(desk, event, place, said, verb=control.verb, generation=control.target)
    else:
        await WITHOUT_JOB[control.verb](desk, event, place, control)


async def _details(desk: Desk, event: Inbound, place: Place, control: ButtonId) -> None:
    by, locale = place.asker(shown=shown_in(event)), await desk.locale(place)
    described = await desk.service.results.describe(job_of(control.target), by=by)
    page = details_page(described, now=desk.clock.now(), locale=locale)
    await desk.open_view(event, page_view(page, locale=locale, channel=place.channel))


async def _reopen(desk: Desk, event: Inbound, place: Place, form: str) -> None:
    """A refused form, with what its member wrote."""
    draft = desk.drafts.find(form, place.user)
    if draft is None:
        raise Gone("refused-form-gone")
    view = await usual_form(desk, place, errand_of(draft), values=values_of(draft))
    await desk.open_view(event, view)


async def _cancel(desk: Desk, event: Inbound, place: Place, control: ButtonId) -> None:
    by = place.asker(moderates=await desk.is_admin(place), shown=shown_in(event))
    await desk.service.removal.cancel(job_of(control.target), by=by)
    view: Mapping[str, Any] = event.body.get("view") or {}
    if view.get("type") == "home":
        await show_home(desk, place)
    elif view:
        now_open = await desk.service.status(place.requester)
        page = queue_page(now_open, now=desk.clock.now(), locale=await desk.locale(place), most=LISTED)
        await desk.show_page(event, page)


async def _delete(desk: Desk, event: Inbound, place: Place, control: ButtonId) -> None:
    by = place.asker(moderates=await desk.is_admin(place), shown=shown_in(event))
    held = await desk.service.removal.delete(control.target, by=by)
    await remove_message(desk, place, event.body.get("message") or {})
    if held:
        await desk.tell(place, "privacy-deleted", jobs=1, held=held)


async def remove_message(desk: Desk, place: Place, message: Mapping[str, Any]) -> None:
    """Take a result's message and files out of Slack."""
    ts = message.get("ts", "")
    if place.channel and ts:
        await desk.quietly(place.team, "chat_delete", channel=place.channel, ts=ts)
    files = {
        image["slack_file"]["id"]
        for block in message.get("blocks") or ()
        for image in (block, block.get("accessory") or {})
        if image.get("slack_file", {}).get("id")
    }
    files |= {file["id"] for file in message.get("files") or ()}
    for file in sorted(files):
        await desk.quietly(place.team, "files_delete", file=file)


async def _publish(desk: Desk, _event: Inbound, place: Place, control: ButtonId) -> None:
    """Show a private result where it was asked for.

    Raises:
        UserError: it is somebody else's, or there is nothing to show.
    """
    job_id, by = job_of(control.target), place.asker()
    address = (await desk.service.results.allowed(Act.PUBLISH, job_id, by)).reply_to.address
    channel = address.get("home_channel", "")
    where = place_key(place.team, channel)
    openly, results = control.verb is Verb.PUBLISH_OPEN, desk.service.results
    async with results.publishing(job_id, by=by, where=where, site=STRICTEST, openly=openly) as card:
        if not channel:
            raise InvalidRequest("refused-slack-no-channel")
        home = {**address, "channel": channel, "thread": address.get("home_thread", "")}
        target = ReplyTarget(platform=PLATFORM, address={name: value for name, value in home.items() if value})
        try:
            await desk.messenger.copy(target, card, nonce=f"{job_id}:published")
        except DeliveryError as fault:
            raise InvalidRequest("refused-slack-unpublished", reason=str(fault)) from fault
    await desk.tell(place, "slack-published")


async def _compare(desk: Desk, event: Inbound, place: Place, control: ButtonId) -> None:
    """Source and result in one picture, all passes of a chain."""
    by, locale = place.asker(shown=shown_in(event)), await desk.locale(place)
    described = await desk.service.results.describe(job_of(control.target), by=by)
    strip = await desk.exporter.strip(comparison(described, control.target, locale).steps)
    await send_directly(desk, event, place, strip, said=text(locale, "alt-compare"), name="compare")


async def _original(desk: Desk, event: Inbound, place: Place, control: ButtonId) -> None:
    """The result without loss."""
    by, locale = place.asker(shown=shown_in(event)), await desk.locale(place)
    made = result_in(await desk.service.results.describe(job_of(control.target), by=by), control.target)
    exported = await desk.exporter.export(made.id, max_bytes=MAX_BYTES, locale=locale)
    said = f"{exported.width}x{exported.height} · {exported.suffix.upper()}"
    await send_directly(desk, event, place, exported, said=said, name=f"pentimento-{made.id}")


async def send_directly(desk: Desk, event: Inbound, place: Place, file: Exported, *, said: str, name: str) -> None:
    """Send a file to a member in their own conversation with the bot, and say so where they asked for it.

    Not in the modal: a file shows in one only to who may see it already, which a conversation decides.
    """
    locale = await desk.locale(place)
    posted = await desk.api.call(place.team, "chat_postMessage", channel=place.user, text=said)
    where = {"channel": posted["channel"], "thread": posted["ts"]}
    await desk.uploads.attach(place.team, file.content, name=f"{name}.{file.suffix}", alt=said, **where)
    if event.body.get("view"):
        await desk.show_page(event, said_page(locale, "button-details", "slack-sent-directly"))


async def _nothing(_desk: Desk, _event: Inbound, _place: Place, _control: ButtonId) -> None:
    """Slack asks by itself whether a member means it, and its button for a form is not about any result."""


WITHOUT_JOB: Mapping[Verb, Callable[[Desk, Inbound, Place, ButtonId], Awaitable[None]]] = {
    Verb.COMPARE: _compare,
    Verb.ORIGINAL: _original,
    Verb.DETAILS: _details,
    Verb.CANCEL: _cancel,
    Verb.DELETE: _delete,
    Verb.ERASE: _delete,
    Verb.LEAVE: _nothing,
    Verb.PICK: _nothing,
    Verb.REPORT: reporting.report,
    Verb.BAN: reporting.ban,
    Verb.DISMISS: reporting.dismiss,
    Verb.PUBLISH: _publish,
    Verb.PUBLISH_OPEN: _publish,
    Verb.COLLECT: _publish,
}
"""What the verbs do that make no job and open no form."""


async def _export(desk: Desk, event: Inbound, place: Place) -> None:
    """Everything stored about the member, as a file in their own conversation with the bot."""
    locale = await desk.locale(place)
    await desk.show_page(event, said_page(locale, "slack-privacy", "slack-packing"))
    archive = await desk.service.export(place.requester, max_bytes=EXPORT_BYTES)
    said = text(locale, "slack-packed")
    posted = await desk.api.call(place.team, "chat_postMessage", channel=place.user, text=said)
    await desk.uploads.attach(
        place.team, archive, name="pentimento.zip", channel=posted["channel"], thread=posted["ts"]
    )


async def _show_styles(desk: Desk, event: Inbound, place: Place) -> None:
    """The presets' pictures, a dozen to a sheet, in the member's own conversation with the bot.

    Not in the modal: a file shows in one only to who may see it already, which a conversation decides.
    """
    locale = await desk.locale(place)
    await desk.show_page(event, said_page(locale, "page-styles", "slack-styles-coming"))
    styles = list(desk.service.styles.values())
    said = text(locale, "slack-styles-sent")
    posted = await desk.api.call(place.team, "chat_postMessage", channel=place.user, text=said)
    for start in range(0, len(styles), _DOZEN):
        dozen = styles[start : start + _DOZEN]
        if sheet := await desk.exporter.style_sheet(dozen):
            await desk.uploads.attach(
                place.team,
                sheet.content,
                name=f"styles-{start // _DOZEN + 1}.{sheet.suffix}",
                alt=", ".join(style.name for style in dozen if style.picture),
                channel=posted["channel"],
                thread=posted["ts"],
            )


async def _forget(desk: Desk, event: Inbound, place: Place) -> None:
    forgotten = await desk.service.removal.forget(place.requester)
    locale = await desk.locale(place)
    gone = said_page(locale, "slack-privacy", "privacy-deleted", jobs=forgotten.jobs, held=forgotten.held)
    await desk.show_page(event, gone)
