"""From Slack's delivery to our handlers: written down, acknowledged, then worked on.

A payload is durable before Bolt acknowledges it (this runs as Bolt's global middleware, before any listener), so a
crash loses nothing that Slack believes delivered: at the next start the same handlers get it again. Work runs in a
task group of ours, which a stop waits for.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import structlog
from slack_bolt.context.async_context import AsyncBoltContext
from slack_bolt.response import BoltResponse

from adapters.slack import forms, settings
from adapters.slack.asking import place_of_form
from adapters.slack.desk import Desk
from adapters.slack.errors import SlackFault, refusal
from adapters.slack.fields import at_fields, values_of
from adapters.slack.forms import errand_of, read_form
from adapters.slack.inbound import Inbound, Kind, inbound, place_of, team_in
from adapters.slack.members import PLATFORM, Place
from bot.domain.errors import StorageFailed, UserError
from bot.forms import FormErrors
from bot.metrics import ACKNOWLEDGEMENT
from bot.ports import Clock, InboxEvent, JobStore
from bot.settings_form import read_settings_form

Handler = Callable[[Desk, Inbound], Awaitable[None]]

_NO_MEMBER = frozenset({Kind.UNINSTALLED, Kind.HOME})
"""Nobody waits for a word about these."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Todo:
    """What came in; `refused` where it could not even be written down."""

    event: Inbound
    refused: UserError | None = None


class Intake:
    """See the module. Run `run` as a task; end it with `stop`."""

    def __init__(self, desk: Desk, handlers: Mapping[Kind, Handler], *, store: JobStore, clock: Clock) -> None:
        self._desk = desk
        self._handlers = handlers
        self._store = store
        self._clock = clock
        self._todo: asyncio.Queue[_Todo | None] = asyncio.Queue()
        self._taken: set[str] = set()
        self._ended = asyncio.Event()

    async def receive(
        self, body: Mapping[str, Any], context: AsyncBoltContext, next_: Callable[[], Awaitable[None]]
    ) -> BoltResponse | None:
        """Bolt's global middleware: what is returned goes to Slack at once, else the listeners acknowledge."""
        with ACKNOWLEDGEMENT.labels(PLATFORM).time():
            return await self._received(body, context, next_)

    async def _received(
        self, body: Mapping[str, Any], context: AsyncBoltContext, next_: Callable[[], Awaitable[None]]
    ) -> BoltResponse | None:
        try:
            event = inbound(body, bot_user=context.bot_user_id or "")
        except (LookupError, TypeError, AttributeError, ValueError):
            log.warning("payload not understood", kind=body.get("type"), exc_info=True)
            event = None
        if event is not None:
            if errors := _form_errors(event):
                locale = await self._desk.locale(place_of(event.body))
                said = {field: error.sentence(locale) for field, error in errors.items()}
                return await context.ack(response_action="errors", errors=said)
            if not await self._taken_up(event):
                return BoltResponse(status=503, body="")  # Slack sends events again
        await next_()
        return None

    async def run(self) -> None:
        """Work on what an earlier run left, then on what comes, until `stop`."""
        try:
            async with asyncio.TaskGroup() as work:
                for row in await self._store.unsettled(PLATFORM):
                    if row.id in self._taken:
                        continue
                    if event := _from_row(row):
                        log.info("taken up again", inbound=row.id)
                        work.create_task(self._work(_Todo(event)), name=row.id)
                    else:
                        log.warning("left by another version of this program, dropped", inbound=row.id)
                        await self._store.settle(row.id)
                while todo := await self._todo.get():
                    work.create_task(self._work(todo), name=todo.event.id)
        finally:
            self._ended.set()

    async def stop(self) -> None:
        """Take nothing more and return when what was taken is done."""
        self._todo.put_nowait(None)
        await self._ended.wait()

    async def _taken_up(self, event: Inbound) -> bool:
        """Write it down; False where that would be in vain and Slack will send it again by itself."""
        row = InboxEvent(
            id=event.id,
            platform=PLATFORM,
            payload=json.dumps({"kind": event.kind.value, "body": event.body}),
            received_at=self._clock.now(),
        )
        try:
            if event.kind not in _NO_MEMBER:
                await self._desk.api.identity(team_in(event.body))  # without a good token nothing can be answered
            fresh = await self._store.receive(row)
        except (StorageFailed, SlackFault) as fault:
            if "event" in event.body:
                return False
            self._todo.put_nowait(_Todo(event, refusal(fault) if isinstance(fault, SlackFault) else fault))
            return True
        if fresh:
            self._taken.add(event.id)
            self._todo.put_nowait(_Todo(event))
        return True

    async def _work(self, todo: _Todo) -> None:
        event = todo.event
        with structlog.contextvars.bound_contextvars(inbound=event.id):
            if todo.refused:
                await self._tell(event, todo.refused)
                return
            try:
                await self._handlers[event.kind](self._desk, event)
            except UserError as refused:
                await self._tell(event, refused)
            except SlackFault as fault:
                log.warning("handler refused by slack", code=fault.code)
                await self._tell(event, refusal(fault))
            except Exception:
                # One payload that we cannot digest must not end the work on all others.
                log.exception("handler failed")
                await self._tell(event, UserError("refused-our-fault"))
            try:
                await self._store.settle(event.id)
            except StorageFailed:
                log.warning("not settled, comes again at the next start")
            self._taken.discard(event.id)

    async def _tell(self, event: Inbound, refused: UserError) -> None:
        if event.kind in _NO_MEMBER:
            return
        try:
            place = _place(event)
            locale = await self._desk.locale(place)
            again = self._desk.offered_again(place, event.body["view"], locale=locale) if _is_form(event) else []
            await self._desk.notices.tell(place, refused.sentence(locale), *again)
        except Exception:
            log.exception("member not told", sentence=str(refused))  # the last word: nothing may come after it


def _place(event: Inbound) -> Place:
    """Where a word about an event goes; a form knows itself where it was opened."""
    if _is_form(event):
        return place_of_form(event, errand_of(event.body["view"]))
    return place_of(event.body)


def _is_form(event: Inbound) -> bool:
    return event.kind is Kind.SUBMISSION and event.body["view"].get("callback_id") == forms.CALLBACK


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
        return at_fields(errors.fields)
    return None


def _from_row(row: InboxEvent) -> Inbound | None:
    try:
        written = json.loads(row.payload)
        return Inbound(id=row.id, kind=Kind(written["kind"]), body=written["body"])
    except (ValueError, KeyError, TypeError):
        return None
