"""Submitted forms."""

from adapters.slack import asking, settings
from adapters.slack.desk import Desk
from adapters.slack.forms import CALLBACK, read_form
from adapters.slack.inbound import Inbound


async def on_submission(desk: Desk, event: Inbound) -> None:
    """Hand in what a form asks for; its fields were checked before it was acknowledged."""
    view = event.body["view"]
    if view.get("callback_id") == settings.CALLBACK:
        await settings.save_settings(desk, event)
    elif view.get("callback_id") == CALLBACK:
        await asking.ask_by_form(desk, event, read_form(view, desk.service.styles))
