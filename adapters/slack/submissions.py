"""Sent forms: their fields were checked before they were acknowledged."""

from adapters.slack import settings
from adapters.slack.desk import Desk
from adapters.slack.exchange import SlackExchange
from adapters.slack.forms import CALLBACK, Errand, read_form
from adapters.slack.inbound import Inbound, place_of
from adapters.slack.members import Place
from bot.domain.ask import Wish


async def on_submission(desk: Desk, event: Inbound) -> None:
    """Hand in what a form asks for."""
    view = event.body["view"]
    if view.get("callback_id") == settings.CALLBACK:
        await settings.save_settings(desk, event)
    elif view.get("callback_id") == CALLBACK:
        sent = read_form(view, desk.service.styles)
        errand, place = sent.errand, place_of_form(event, sent.errand)
        file = sent.file or ({"id": errand.file} if errand.file else None)
        wish = Wish(
            options=sent.wishes,
            action=errand.purpose.action,
            verb=errand.purpose.verb if errand.generation else None,
            generation=sent.result,
            source=desk.pictures.sent(place.team, file) if file else None,
            author=place.key_of("" if sent.file else errand.author),
            control_map=desk.pictures.sent(place.team, sent.map) if sent.map else None,
        )
        await desk.conversation.ask(
            SlackExchange(desk, event, place, in_thread=errand.in_thread or not errand.generation), wish
        )


def place_of_form(event: Inbound, errand: Errand) -> Place:
    """Where the form was opened; a submission itself names no channel."""
    there = place_of({**event.body, "channel": errand.channel})
    return Place(team=there.team, user=there.user, channel=errand.channel, thread=errand.thread, name=there.name)
