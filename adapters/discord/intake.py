"""Every event's way in: written down, answered within 3 s, then done; and done again after a crash.

The inbox row comes before the answer, so what Discord was told is coming is never forgotten. Events that only look
(autocomplete, forms that open, lists) are not worth a row: repeating them after a restart would answer nobody.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

import structlog

from adapters.discord.answers import Ack, Answered, Answers, failed
from adapters.discord.ids import parse_again_id, parse_button_id, parse_remix_id
from adapters.discord.incoming import PLATFORM, Incoming, Kind, from_json
from adapters.discord.markdown import inert
from adapters.discord.rest import Response
from adapters.discord.translate import options
from bot.domain.errors import DeliveryError, Gone, StorageFailed, UserError
from bot.ports import Clock, InboxEvent, JobStore
from bot.texts import text

log = structlog.get_logger(__name__)

Do = Callable[[Answered], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Flow:
    """What an event sets off.

    Attributes:
        ack: how it is first answered; PUBLIC becomes HIDDEN where the member or the place wants it private.
        lasting: it changes something, so it must outlive a crash.
        open: PUBLIC stays PUBLIC.
    """

    do: Do
    ack: Ack = Ack.NONE
    lasting: bool = False
    open: bool = False


class Intake:
    """Finds the flow of an event and carries it through."""

    def __init__(
        self,
        *,
        flows: Mapping[str, Flow],
        store: JobStore,
        answers: Answers,
        clock: Clock,
        private_by_default: Callable[[Incoming], Awaitable[bool]],
    ) -> None:
        """`flows`: by `flow_name`."""
        self._flows = flows
        self._store = store
        self._answers = answers
        self._clock = clock
        self._private_by_default = private_by_default
        self._busy = 0
        self._idle = asyncio.Event()
        self._idle.set()

    async def idle(self) -> None:
        """Return once everything taken is done."""
        await self._idle.wait()

    async def take(self, event: Incoming) -> None:
        """One event, start to end."""
        flow = self._flow(event)
        self._busy += 1
        self._idle.clear()
        try:
            with structlog.contextvars.bound_contextvars(incoming=event.event_id):
                await self._carry(event, flow)
        finally:
            self._busy -= 1
            if not self._busy:
                self._idle.set()

    async def replay(self) -> None:
        """Do again what a crash interrupted; what cannot be read now waits for the next start."""
        try:
            rows = await self._store.unsettled(PLATFORM)
        except StorageFailed:
            log.warning("interrupted events not read, come again at the next start")
            return
        for row in rows:
            if event := _from_row(row):
                log.info("doing an interrupted event again", incoming=row.id)
                try:
                    await self._again(event)
                except Exception:
                    # One event that we cannot digest must not end the work on all others.
                    log.exception("interrupted event failed, comes again at the next start", incoming=row.id)
            else:
                log.warning("left by another version of this program, dropped", incoming=row.id)
                await self._settle(row.id)

    async def _again(self, event: Incoming) -> None:
        flow = self._flow(event)
        ack = await self._ack(event, flow)
        # Whether it was answered before the crash is unknown; where it was not, the token says so when used.
        promised = Response("", ack is Ack.HIDDEN) if event.token and ack is not Ack.NONE else None
        await self._do(flow, Answered(event=event, ack=ack, response=promised))
        await self._settle(event.event_id)

    def _flow(self, event: Incoming) -> Flow:
        return self._flows.get(flow_name(event)) or Flow(_unknown)

    async def _carry(self, event: Incoming, flow: Flow) -> None:
        try:
            ack = await self._ack(event, flow)
            if flow.lasting and not await self._store.receive(self._row(event)):
                log.info("event known already")
                return
        except StorageFailed as fault:
            unanswered = Answered(event=event, ack=Ack.NONE, response=None)
            await self._answers.refuse(unanswered, fault.sentence(event.origin.locale))
            return
        await self._do(flow, await self._answers.acknowledge(event, ack))
        if flow.lasting:
            await self._settle(event.event_id)

    async def _do(self, flow: Flow, answered: Answered) -> None:
        event = answered.event
        try:
            await flow.do(answered)
        except UserError as refusal:
            log.info("refused", kind=type(refusal).__name__)
            await self._answers.refuse(answered, refusal.sentence(event.origin.locale, literal=inert))
        except DeliveryError as fault:
            log.warning("answer not delivered", reason=str(fault))
            await self._answers.refuse(answered, text(event.origin.locale, "refused-busy"))
        except Exception:
            # A fault in one event must not end the connection, and its member must not wait for ever.
            log.exception("event failed")
            await self._answers.refuse(answered, failed(event.origin.locale))

    async def _settle(self, event_id: str) -> None:
        with contextlib.suppress(StorageFailed):  # it will be done again, which is safe
            await self._store.settle(event_id)

    def _row(self, event: Incoming) -> InboxEvent:
        return InboxEvent(
            id=event.event_id, platform=PLATFORM, payload=event.to_json(), received_at=self._clock.now()
        )

    async def _ack(self, event: Incoming, flow: Flow) -> Ack:
        if flow.ack is not Ack.PUBLIC or flow.open:
            return flow.ack
        asked = options(event.body).get("private") if event.kind is Kind.COMMAND else None
        hidden = event.hidden or (await self._private_by_default(event) if asked is None else bool(asked))
        return Ack.HIDDEN if hidden else Ack.PUBLIC


def _from_row(row: InboxEvent) -> Incoming | None:
    try:
        return from_json(row.payload)
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


async def _unknown(_: Answered) -> None:
    raise Gone("refused-unknown")


def flow_name(event: Incoming) -> str:
    """Under which name a flow is listed: "command img2img", "button rerun", "modal remix", "mention"."""
    match event.kind:
        case Kind.MENTION | Kind.REACTION | Kind.AUTOCOMPLETE:
            return event.kind.value
        case Kind.COMMAND:
            return f"{event.kind} {event.name}"
    if parse_remix_id(event.name):
        return f"{event.kind} remix"
    if parse_again_id(event.name):
        return f"{event.kind} again"
    pressed = parse_button_id(event.name)
    return f"{event.kind} {pressed.verb if pressed else event.name}"
