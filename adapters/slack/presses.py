"""Buttons on a result, on a waiting job, in a modal, in App Home; reactions on a result."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any

from adapters.slack import controls
from adapters.slack.commands import form_of
from adapters.slack.exchange import SlackExchange
from adapters.slack.forms import parse_context, unfolded_view
from adapters.slack.inbound import thread_around
from adapters.slack.settings import show_settings
from adapters.slack.thread_files import message_ref
from bot.domain.actions import Verb, reaction_of
from bot.domain.button_id import parse_button_id
from bot.domain.errors import InvalidRequest
from bot.domain.job import Job
from bot.offers import Offer
from bot.pages import said_page
from bot.picture_form import Purpose

EXPORT_BYTES = 100_000_000
"""Slack takes files up to 1 GB; this is what a phone still opens."""

Pressed = Mapping[str, Any]


async def on_press(at: SlackExchange) -> None:
    """Do what a button says."""
    pressed = at.event.body["actions"][0]
    word, _, rest = pressed["action_id"].partition("|")
    if act := _ACTS.get(word):
        await act(at, pressed, rest)
    else:
        await _button(at, pressed["action_id"])


async def on_reaction(at: SlackExchange) -> None:
    """Do what a member's reaction on one of our messages says; any other is just a reaction."""
    says = reaction_of(at.event.body["event"]["reaction"].partition("::")[0])  # behind "::" stands a colour of skin
    if says is None:
        return
    job, inside = await _shown(at)
    if job and not (await at.desk.members.look_up(at.place.team, at.place.user)).program:
        place = replace(at.place, thread=inside or at.place.thread, in_thread=False)
        there = SlackExchange(at.desk, at.event, place, in_thread=bool(inside))
        await at.desk.conversation.react(there, says, job.id)


async def _shown(at: SlackExchange) -> tuple[Job | None, str]:
    """The job that the message shows which somebody reacted on, and the thread that the message stands in."""
    reacted, results, channel = at.event.body["event"], at.desk.service.results, at.place.channel
    stands = message_ref(channel, reacted["item"]["ts"])
    if job := await results.shown_in(stands):
        return job, job.reply_to.address.get("thread", "")
    if not await at.is_ours(reacted.get("item_user")):
        return None, ""
    message = await at.desk.api.message(at.place.team, channel, reacted["item"]["ts"])
    named = await at.job_named_in(message)  # a copy that was published, or sent to a member
    return await results.shown_in(stands, named=named), thread_around(message)


async def _button(at: SlackExchange, code: str) -> None:
    """A button of a job; what was cancelled in a list goes from the list."""
    control = parse_button_id(code)
    if control is None:
        raise InvalidRequest("refused-slack-button")
    await at.desk.conversation.press(at, control)
    if control.verb is Verb.CANCEL and at.modal:
        await at.desk.conversation.queue(at)


async def _unfold(at: SlackExchange, _pressed: Pressed, _rest: str) -> None:
    view, menu = at.event.body["view"], at.desk.service.menu()
    await at.put_up(unfolded_view(view, menu, locale=await at.locale()))


async def _open_empty(at: SlackExchange, pressed: Pressed, _rest: str) -> None:
    """The form, with the words that the button carries from a message that had no picture."""
    words = str(pressed.get("value") or "")
    form = await at.desk.conversation.words_form(at, "" if words == controls.OPEN_FORM else words)
    await at.open(form, at.form_context(Purpose.REMIX))


async def _choose_style(at: SlackExchange, pressed: Pressed, _rest: str) -> None:
    form = await at.desk.conversation.style_form(at, _selected(pressed))
    await at.open(form, at.form_context(Purpose.REMIX))


async def _offered(at: SlackExchange, _pressed: Pressed, offer: str) -> None:
    match offer:
        case Offer.TRY:
            await at.desk.conversation.try_sample(at)
        case Offer.SET_UP:
            await show_settings(at)
        case _:
            await at.desk.conversation.look_up(at, offer)


async def _take(at: SlackExchange, _pressed: Pressed, rest: str) -> None:
    """The same wish with a style that there is."""
    style, _, wish = rest.partition("|")
    await at.desk.conversation.take(at, wish, style)


async def _reopen(at: SlackExchange, _pressed: Pressed, refused: str) -> None:
    """A refused form, with what its member wrote."""
    await at.desk.conversation.reopen(at, refused, lambda sent: form_of(at, parse_context(sent.about)))


async def _export(at: SlackExchange, _pressed: Pressed, _rest: str) -> None:
    await at.show(said_page(await at.locale(), "page-privacy", "slack-packing"))
    await at.desk.conversation.export(at, max_bytes=EXPORT_BYTES)


def _selected(pressed: Pressed) -> str:
    return str((pressed.get("selected_option") or {}).get("value", ""))


_ACTS: Mapping[str, Callable[[SlackExchange, Pressed, str], Awaitable[None]]] = {
    controls.ADVANCED: _unfold,
    controls.AGAIN: _reopen,
    controls.CHOOSE_STYLE: _choose_style,
    controls.EXPORT: _export,
    controls.FORGET: lambda at, *_: at.desk.conversation.forget(at),
    controls.MENU: lambda at, pressed, _: _button(at, _selected(pressed)),  # the choice is the id of a button
    controls.OFFER: _offered,
    controls.OPEN_FORM: _open_empty,
    controls.OPEN_SETTINGS: lambda at, *_: show_settings(at),
    controls.SHOW_STYLES: lambda at, *_: at.desk.conversation.style_sheets(at),
    controls.TAKE: _take,
}
"""By the first word of an action id; every other one is a job's."""
