"""Discord's events as the core's inbox takes them: answered within 3 s, done by a flow, or refused.

Events that only look (autocomplete, forms that open, lists) are not written down: repeating them after a restart
would answer nobody.
"""

from adapters.discord.answers import Ack
from adapters.discord.desk import Desk
from adapters.discord.exchange import DiscordExchange
from adapters.discord.flows import flow_of
from adapters.discord.forms import values_of
from adapters.discord.ids import STYLED, Word, parse_own_id
from adapters.discord.incoming import PLATFORM, Incoming, Kind, from_json
from adapters.discord.markdown import inert
from adapters.discord.translate import options
from bot.domain.button_id import parse_button_id
from bot.domain.errors import UserError
from bot.drafts import SentForm
from bot.inbox import Inbox, Taken
from bot.stores import InboxEvent, InboxStore


class Intake:
    """Finds the flow of an event and hands it to the inbox."""

    def __init__(self, desk: Desk, *, store: InboxStore) -> None:
        self._desk = desk
        self.inbox = Inbox(PLATFORM, store=store, clock=desk.clock, read=self._read)

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
        self._at = DiscordExchange(desk, event)
        self._flow = flow_of(event)
        self.id = event.event_id
        self.payload = event.to_json() if self._flow.lasting else None

    async def acknowledge(self, taken: Taken) -> None:
        """Promise an answer."""
        if taken is Taken.NEW:
            await self._at.acknowledge(await self._ack())
        elif taken is Taken.AGAIN:
            self._at.suppose(await self._ack())

    async def work(self) -> None:
        """Go through its flow."""
        await self._flow.do(self._at)

    async def tell(self, refused: UserError) -> None:
        """In the place of the promised answer; of a server that has us there is nobody to tell."""
        at, event, form = self._at, self._at.event, None
        if event.kind in {Kind.JOINED, Kind.LEFT, Kind.LISTED}:
            return
        talk, locale = at.desk.conversation, at.by.locale
        if event.kind is Kind.MODAL:
            hidden = (talk.refused_form(event.message, by=at.by) or event).hidden
            form = SentForm(about=event.name, values=values_of(event.body), hidden=hidden)
        ways_on = talk.ways_on(refused, event_id=self.id, by=at.by, locale=locale, form=form)
        await at.refuse(refused.sentence(locale, literal=inert), ways_on)

    async def _ack(self) -> Ack:
        at, event, flow, service = self._at, self._at.event, self._flow, self._at.desk.service
        if flow.ack is not Ack.PUBLIC or flow.open:
            return flow.ack
        own = parse_own_id(event.name)
        taken = own.about[0] if own and own.word is Word.TAKE else ""
        private, settings = self._wished(taken), await service.places.settings(*at.by.keys)
        # A form that was opened again under its refusal, which its member alone saw, is what it was before.
        again = at.desk.conversation.refused_form(event.message, by=at.by)
        opened_alone = bool(taken) or event.name == STYLED  # on a page that only its reader sees
        wished = settings.private if private is None else private
        if wished or not at.by.writes or ((again or event).hidden and not opened_alone):
            return Ack.HIDDEN
        pressed = parse_button_id(event.name)
        if pressed and at.threads:
            there = await service.threads.goes_elsewhere(pressed.target, at.by, settings, usual=at.threads.usual)
            return Ack.UPDATE if there else Ack.PUBLIC
        return Ack.PUBLIC

    def _wished(self, taken: str) -> bool | None:
        """Whether the member wants the answer for themselves; None if they did not say."""
        at, event = self._at, self._at.event
        if taken:
            wish = at.desk.conversation.refused_wish(f"{PLATFORM}:{taken}", at.by)
            return wish.private if wish else None
        return options(event.body).get("private") if event.kind is Kind.COMMAND else None
