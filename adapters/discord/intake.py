"""Discord's events as the core's inbox takes them: answered within 3 s, done by a flow, or refused.

Events that only look (autocomplete, forms that open, lists) are not written down: repeating them after a restart
would answer nobody.
"""

from adapters.discord.answers import Ack, Answered
from adapters.discord.desk import Desk
from adapters.discord.exchange import DiscordExchange
from adapters.discord.flows import flow_of
from adapters.discord.forms import values_of
from adapters.discord.ids import STYLED, Word, parse_own_id
from adapters.discord.incoming import PLATFORM, Incoming, Kind, from_json
from adapters.discord.markdown import inert
from adapters.discord.places import asker
from adapters.discord.rest import Response
from adapters.discord.threads import goes_elsewhere
from adapters.discord.translate import options
from bot.domain.errors import UserError
from bot.drafts import SentForm
from bot.inbox import Inbox, Taken
from bot.ports import Clock
from bot.stores import InboxEvent, InboxStore


class Intake:
    """Finds the flow of an event and hands it to the inbox."""

    def __init__(self, desk: Desk, *, store: InboxStore, clock: Clock) -> None:
        self._desk = desk
        self.inbox = Inbox(PLATFORM, store=store, clock=clock, read=self._read)

    async def take(self, event: Incoming) -> None:
        """One event."""
        await self.inbox.take(_Arrival(self._desk, event))

    def _read(self, row: InboxEvent) -> "_Arrival | None":
        try:
            return _Arrival(self._desk, from_json(row.payload))
        except (ValueError, KeyError, TypeError, AttributeError):
            return None


class _Arrival:
    """An `Arrival`."""

    comes_again = False

    def __init__(self, desk: Desk, event: Incoming) -> None:
        self._desk = desk
        self._event = event
        self._by = asker(event)
        self._flow = flow_of(event)
        self.id = event.event_id
        self.payload = event.to_json() if self._flow.lasting else None
        self._answered = Answered(event=event, ack=Ack.NONE, response=None)

    async def acknowledge(self, taken: Taken) -> None:
        """Promise an answer."""
        event = self._event
        if taken is Taken.NEW:
            self._answered = await self._desk.answers.acknowledge(event, await self._ack())
        elif taken is Taken.AGAIN:
            ack = await self._ack()
            # Whether it was answered before the crash is unknown; if it was not, the token says so when used.
            promised = Response("", ack is Ack.HIDDEN) if event.token and ack is not Ack.NONE else None
            self._answered = Answered(event=event, ack=ack, response=promised)

    async def work(self) -> None:
        """Go through its flow."""
        await self._flow.do(DiscordExchange(self._desk, self._answered))

    async def tell(self, refused: UserError) -> None:
        """In the place of the promised answer; of a server that has us there is nobody to tell."""
        if self._event.kind in {Kind.JOINED, Kind.LEFT}:
            return
        event, talk, by, form = self._event, self._desk.conversation, self._by, None
        if event.kind is Kind.MODAL:
            hidden = (talk.refused_form(event.message, by=by) or event).hidden
            form = SentForm(about=event.name, values=values_of(event.body), hidden=hidden)
        ways_on = talk.ways_on(refused, event_id=self.id, by=by, locale=by.locale, form=form)
        await self._desk.answers.refuse(self._answered, refused.sentence(by.locale, literal=inert), ways_on)

    async def _ack(self) -> Ack:
        event, flow = self._event, self._flow
        if flow.ack is not Ack.PUBLIC or flow.open:
            return flow.ack
        own = parse_own_id(event.name)
        taken = own.about[0] if own and own.word is Word.TAKE else ""
        private = self._wished(taken)
        if private is None:
            private = (await self._desk.service.places.settings(*self._by.keys)).private
        # A form that was opened again under its refusal, which its member alone saw, is what it was before.
        again = self._desk.conversation.refused_form(event.message, by=self._by)
        opened_alone = bool(taken) or event.name == STYLED  # on a page that only its reader sees
        if private or ((again or event).hidden and not opened_alone):
            return Ack.HIDDEN
        return Ack.UPDATE if await goes_elsewhere(self._desk, event) else Ack.PUBLIC

    def _wished(self, taken: str) -> bool | None:
        """Whether the member wants the answer for themselves; None if they did not say."""
        if taken:
            wish = self._desk.conversation.refused_wish(f"{PLATFORM}:{taken}", self._by)
            return wish.private if wish else None
        return options(self._event.body).get("private") if self._event.kind is Kind.COMMAND else None
