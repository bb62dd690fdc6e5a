"""Slack's payloads as the core's inbox takes them: how each is acknowledged, who works on it, how it is refused.

This runs as Bolt's last middleware, in the place of listeners. Everything is acknowledged, wanted or not: what Slack
hears nothing about it sends again.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress

import structlog
from slack_bolt.context.async_context import AsyncBoltContext
from slack_bolt.response import BoltResponse

from adapters.slack import forms, settings
from adapters.slack.commands import place_of_form
from adapters.slack.controls import AGAIN, TAKE
from adapters.slack.desk import Desk
from adapters.slack.errors import SlackFault, refusal
from adapters.slack.exchange import SlackExchange
from adapters.slack.fields import id_of, values_of
from adapters.slack.forms import context_of, read_form
from adapters.slack.inbound import Inbound, Kind, Payload, inbound, place_of, team_in
from adapters.slack.members import PLATFORM
from adapters.slack.text import actions, button, plain, section
from bot.domain.errors import StorageFailed, UserError
from bot.drafts import SentForm
from bot.forms import FormErrors
from bot.inbox import Inbox, Taken
from bot.metrics import ACKNOWLEDGEMENT
from bot.ports import Clock
from bot.settings_form import read_settings_form
from bot.stores import InboxEvent, InboxStore

Handler = Callable[[SlackExchange], Awaitable[None]]

_NO_MEMBER = frozenset({Kind.UNINSTALLED, Kind.HOME, Kind.JOINED})
"""Nobody waits for a word about these."""

_TOKEN_SECONDS = 2.0
"""How long one that has ended may take to be renewed: Slack waits three seconds for an acknowledgement."""

log = structlog.get_logger(__name__)


class Intake:
    """Finds the handler of a payload and hands it to the inbox."""

    def __init__(self, desk: Desk, handlers: Mapping[Kind, Handler], *, store: InboxStore, clock: Clock) -> None:
        self._desk = desk
        self._handlers = handlers
        self.inbox = Inbox(PLATFORM, store=store, clock=clock, read=self._read)

    async def receive(self, body: Payload, context: AsyncBoltContext) -> BoltResponse:
        """Bolt's middleware: what is returned goes to Slack at once."""
        with ACKNOWLEDGEMENT.labels(PLATFORM).time():
            return await self._received(body, context)

    async def _received(self, body: Payload, context: AsyncBoltContext) -> BoltResponse:
        try:
            event = inbound(body, bot_user=context.bot_user_id or "")
        except (LookupError, TypeError, AttributeError, ValueError):
            log.warning("payload not understood", kind=body.get("type"), exc_info=True)
            event = None
        if event is None:
            return await context.ack()
        if errors := _form_errors(event):
            locale = await self._desk.locale(place_of(event.body))
            said = {id_of(field): error.sentence(locale) for field, error in errors.items()}
            return await context.ack(response_action="errors", errors=said)
        arrival = _Arrival(self._desk, self._handlers[event.kind], event)
        try:
            if event.kind not in _NO_MEMBER:
                # Without a good token nothing can be answered.
                async with asyncio.timeout(_TOKEN_SECONDS):
                    await self._desk.api.workspaces.identity(team_in(event.body))
        except TimeoutError:
            await self.inbox.refuse(arrival, UserError("refused-slack-busy"))
        except SlackFault as fault:
            await self.inbox.refuse(arrival, refusal(fault))
        else:
            await self.inbox.take(arrival)
        return arrival.response

    def _read(self, row: InboxEvent) -> "_Arrival | None":
        try:
            written = json.loads(row.payload)
            kind = Kind(written["kind"])
            event = Inbound(id=row.id, kind=kind, body=written["body"], received_at=row.received_at)
        except (ValueError, KeyError, TypeError):
            return None
        return _Arrival(self._desk, self._handlers[event.kind], event)


class _Arrival:
    """An `Arrival`.

    Attributes:
        response: what goes to Slack.
    """

    def __init__(self, desk: Desk, handler: Handler, event: Inbound) -> None:
        self.id = event.id
        self.payload = json.dumps({"kind": event.kind.value, "body": event.body})
        self.comes_again = "event" in event.body
        self.response = BoltResponse(status=200, body="")
        self._desk = desk
        self._handler = handler
        self._event = event

    async def acknowledge(self, taken: Taken) -> None:
        """An event that was not taken is sent again."""
        if taken is Taken.NOT and self.comes_again:
            self.response = BoltResponse(status=503, body="")

    async def work(self) -> None:
        """Hand it to its handler."""
        try:
            await self._handler(SlackExchange(self._desk, self._event, await self._desk.place(self._event)))
        except SlackFault as fault:
            log.warning("handler refused by slack", code=fault.code)
            raise refusal(fault) from fault

    async def tell(self, refused: UserError) -> None:
        """Where the member is, or was when a form was opened."""
        if self._event.kind in _NO_MEMBER:
            return
        event, place, form = self._event, place_of(self._event.body), None
        with suppress(StorageFailed):  # which may be what is to be told
            place = await self._desk.place(event)
        view = event.body.get("view") or {}
        if event.kind is Kind.SUBMISSION and view.get("callback_id") == forms.CALLBACK:
            place = place_of_form(event, context_of(view))
            form = SentForm(about=str(view.get("private_metadata") or "{}"), values=values_of(view))
        locale = await self._desk.locale(place)
        ways_on = self._desk.conversation.ways_on(
            refused, event_id=self.id, by=place.asker(), locale=locale, form=form
        )
        takes = [button(label, f"{TAKE}|{style}|{self.id}") for style, label in ways_on.takes.items()]
        written = [section(plain(ways_on.written))] if ways_on.written else []
        again = [actions(button(ways_on.again, f"{AGAIN}|{self.id}"))] if ways_on.again else []
        below = [*([actions(*takes)] if takes else []), *written, *again]
        await self._desk.replies.tell(place, refused.sentence(locale), *below)


def _form_errors(event: Inbound) -> Mapping[str, UserError] | None:
    """What a submitted form's fields say before it is taken; reading it is pure and quick."""
    if event.kind is not Kind.SUBMISSION:
        return None
    view = event.body["view"]
    try:
        match view.get("callback_id"):
            case forms.CALLBACK:
                read_form(view)
            case settings.CALLBACK:
                read_settings_form(values_of(view))
    except FormErrors as errors:
        return errors.fields
    return None
