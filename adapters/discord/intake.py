"""Discord's events as the core's inbox takes them: answered within 3 s, done by a flow, or refused.

Events that only look (autocomplete, forms that open, lists) are not written down: repeating them after a restart
would answer nobody.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from adapters.discord.answers import Ack, Answered, Answers
from adapters.discord.ids import parse_again_id, parse_button_id, parse_remix_id
from adapters.discord.incoming import PLATFORM, Incoming, Kind, from_json
from adapters.discord.markdown import inert
from adapters.discord.rest import Response
from adapters.discord.translate import options
from bot.domain.errors import Gone, UserError
from bot.inbox import Inbox, Taken
from bot.ports import Clock
from bot.stores import InboxEvent, InboxStore

Do = Callable[[Answered], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Flow:
    """What an event sets off.

    Attributes:
        ack: how it is first answered; PUBLIC becomes HIDDEN if the member or the place wants it private.
        lasting: it changes something, so it must outlive a crash.
        open: PUBLIC stays PUBLIC.
    """

    do: Do
    ack: Ack = Ack.NONE
    lasting: bool = False
    open: bool = False


class Intake:
    """Finds the flow of an event and hands it to the inbox."""

    def __init__(
        self,
        *,
        flows: Mapping[str, Flow],
        store: InboxStore,
        answers: Answers,
        clock: Clock,
        private_by_default: Callable[[Incoming], Awaitable[bool]],
    ) -> None:
        """`flows`: by `flow_name`."""
        self._flows = flows
        self._answers = answers
        self._private_by_default = private_by_default
        self.inbox = Inbox(PLATFORM, store=store, clock=clock, read=self._read)

    async def take(self, event: Incoming) -> None:
        """One event."""
        await self.inbox.take(self._arrival(event))

    def _arrival(self, event: Incoming) -> "_Arrival":
        flow = self._flows.get(flow_name(event)) or Flow(_unknown)
        return _Arrival(event, flow, self._answers, self._private_by_default)

    def _read(self, row: InboxEvent) -> "_Arrival | None":
        try:
            return self._arrival(from_json(row.payload))
        except (ValueError, KeyError, TypeError, AttributeError):
            return None


class _Arrival:
    """An `Arrival`."""

    comes_again = False

    def __init__(
        self,
        event: Incoming,
        flow: Flow,
        answers: Answers,
        private_by_default: Callable[[Incoming], Awaitable[bool]],
    ) -> None:
        self.id = event.event_id
        self.payload = event.to_json() if flow.lasting else None
        self._event = event
        self._flow = flow
        self._answers = answers
        self._private_by_default = private_by_default
        self._answered = Answered(event=event, ack=Ack.NONE, response=None)

    async def acknowledge(self, taken: Taken) -> None:
        """Promise an answer."""
        event = self._event
        if taken is Taken.NEW:
            self._answered = await self._answers.acknowledge(event, await self._ack())
        elif taken is Taken.AGAIN:
            ack = await self._ack()
            # Whether it was answered before the crash is unknown; if it was not, the token says so when used.
            promised = Response("", ack is Ack.HIDDEN) if event.token and ack is not Ack.NONE else None
            self._answered = Answered(event=event, ack=ack, response=promised)

    async def work(self) -> None:
        """Go through its flow."""
        await self._flow.do(self._answered)

    async def tell(self, refused: UserError) -> None:
        """In the place of the promised answer."""
        sentence = refused.sentence(self._event.origin.locale, literal=inert)
        await self._answers.refuse(self._answered, sentence)

    async def _ack(self) -> Ack:
        event, flow = self._event, self._flow
        if flow.ack is not Ack.PUBLIC or flow.open:
            return flow.ack
        asked = options(event.body).get("private") if event.kind is Kind.COMMAND else None
        hidden = event.hidden or (await self._private_by_default(event) if asked is None else bool(asked))
        return Ack.HIDDEN if hidden else Ack.PUBLIC


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
