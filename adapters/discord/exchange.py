"""One event of Discord's and the ways to answer it, as the core's conversation goes by them."""

from collections.abc import Mapping, Sequence
from typing import Any

from adapters.discord import greeting
from adapters.discord.answers import Ack, Answer
from adapters.discord.calls import tried
from adapters.discord.copies import copied
from adapters.discord.deleting import question, remove
from adapters.discord.desk import Desk
from adapters.discord.faults import Fault, Meaning
from adapters.discord.ids import OwnId, parse_own_id
from adapters.discord.incoming import PLATFORM, Incoming
from adapters.discord.markdown import inert
from adapters.discord.messenger import DIRECT_FILE_BYTES
from adapters.discord.paging import laid_out, lines_of
from adapters.discord.permissions import check_may_answer
from adapters.discord.places import asker, channel_key
from adapters.discord.rest import nonce_of
from adapters.discord.routes import Stand, address, token_of
from adapters.discord.sending import MESSAGE_BYTES
from adapters.discord.styles import styles_message
from adapters.discord.threads import way_to
from bot.card_files import NO_FILES
from bot.domain.access import Asker
from bot.domain.button_id import ButtonId, parse_button_id
from bot.domain.card import Card
from bot.domain.errors import InvalidRequest, NotAllowed, TryLater, Undeliverable
from bot.domain.ids import GenerationId, JobId
from bot.domain.picture import Attached
from bot.domain.request import ReplyTarget
from bot.domain.safety import Site
from bot.exchange import Chat
from bot.pages import Page
from bot.stores import MessageRef
from bot.texts import Argument, text

CHAT = Chat(help="help", listed=5, collects=True, asks=False)
"""As many jobs as a row of buttons holds."""


class DiscordExchange(Answer):
    """An `Exchange`; Discord says all that there is to know with the event itself."""

    chat = CHAT
    direct = Site(spoilers=True)
    """Direct messages are not age-restricted, whoever is written to."""

    def __init__(self, desk: Desk, event: Incoming) -> None:
        super().__init__(desk, event)
        self.event_id = event.event_id
        self.by = asker(event)
        self.file_bytes = event.origin.file_bytes
        self.threads = way_to(desk, event)

    @property
    def pressed(self) -> ButtonId:
        """The button, of an event whose flow was found by it."""
        found = parse_button_id(self.event.name)
        assert found is not None
        return found

    @property
    def own(self) -> OwnId:
        """The same of an id that is Discord's alone."""
        found = parse_own_id(self.event.name)
        assert found is not None
        return found

    def resolved_message(self) -> Mapping[str, Any]:
        """The message that a menu was opened on."""
        body = self.event.body
        found: Mapping[str, Any] = body.get("resolved", {}).get("messages", {}).get(str(body.get("target_id")), {})
        return found

    async def asker(self) -> Asker:
        return self.by

    async def locale(self) -> str:
        return self.by.locale

    async def answer(self, *, private: bool, above: ReplyTarget | None, thread: str) -> ReplyTarget:  # noqa: ARG002 -- it is published here, wherever the one above stands
        check_may_answer(self.event)
        response, elsewhere = self.response, bool(thread)
        if (private or elsewhere) and response and not response.hidden and self.ack is Ack.PUBLIC:
            await self.withdraw()  # everybody sees it
            response = None
        if elsewhere or self.ack is Ack.UPDATE:  # a message of its own, as none was promised here
            response = None
        return address(self.event, response, hidden=private, thread=thread).target()

    async def lead(self, thread: str) -> None:
        if self.response:  # who reacted sees the thread on the message
            await self.say({"content": f"{text(self.by.locale, 'thread-there')} <#{thread}>"}, beside=True)

    async def tell(self, key: str, /, **arguments: Argument) -> None:
        told = {name: inert(said) if isinstance(said, str) else said for name, said in arguments.items()}
        await self.say({"content": text(self.by.locale, key, **told)})

    async def show(self, page: Page, files: Sequence[Attached] = (), *, of: JobId | None = None) -> None:
        page = self.desk.names.of_page(page, self.by.locale)
        # An embed would stand below the files.
        await self.say({"content": "\n".join(lines_of(page))} if files else laid_out(page), files, of=of)

    async def show_styles(self, page: int) -> None:
        body, files = await styles_message(self.desk, self.by.locale, page)
        await (self.change if self.ack is Ack.UPDATE else self.say)(body, files)

    async def greet(self) -> None:
        await greeting.greeted(self.desk, self.event)

    async def question(self, target: GenerationId) -> None:
        self.desk.asked[self.event.origin.user, target] = self.event
        await self.say(question(target, self.by.locale))

    async def drop_question(self, target: GenerationId) -> None:
        self.desk.asked.pop((self.event.origin.user, target), None)
        await self.withdraw()

    async def renew(self, job: JobId) -> bool:
        event, token = self.event, token_of(self.event)
        stand = Stand(channel=event.origin.channel, message=event.message, token=token, own=False)
        card = await self.desk.service.results.collect(job, by=self.by)
        await self._stands(job, stand.reference())
        self.desk.messenger.renew(job, stand)
        target = address(event, self.response, hidden=True).target()
        await self._stands(job, await self.desk.messenger.edit(target, stand.reference(), card))
        return True

    async def _stands(self, job: JobId, message: MessageRef) -> None:
        """A job is shown in that message; what stood for it in another place is taken away."""
        service, messenger = self.desk.service, self.desk.messenger
        own = await service.results.own_message(job, platform=PLATFORM)
        if own == message:
            return
        another = own is not None and not messenger.same(own, message)
        await service.results.stands(job, message, instead_of=own if another else None)
        service.notices.wake()

    async def remove(self, *, deleted: bool) -> None:
        del deleted  # its files are in it
        await remove(self)

    async def send(self, card: Card, key: str) -> str:
        files = await self.desk.files.of(card, file_bytes=DIRECT_FILE_BYTES, message_bytes=MESSAGE_BYTES)
        said = " · ".join((text(self.by.locale, key), *card.facts))
        body, user, rest = {"content": said}, self.event.origin.user, self.desk.rest
        nonce, noted = nonce_of(f"{self.event_id} copy"), self.noted(card.job)
        try:
            channel = await copied(rest, body, files.pictures, user=user, nonce=nonce, noted=noted)
        except Fault as fault:
            if fault.meaning is Meaning.FORBIDDEN:
                raise InvalidRequest("refused-unsent") from fault
            raise Undeliverable(fault.reason) from fault
        return channel_key(channel)

    async def post(self, channel: str, page: Page, card: Card | None = None) -> None:
        desk, most = self.desk, self.event.origin.guild_file_bytes
        files = await desk.files.of(card, file_bytes=most, message_bytes=MESSAGE_BYTES) if card else NO_FILES
        nonce = nonce_of(f"{self.event_id} page")
        made = await tried(lambda: desk.rest.create(channel, laid_out(page), files.pictures, nonce=nonce))
        if isinstance(made, Fault):
            raise TryLater(made.reason) if made.meaning is Meaning.BUSY else Undeliverable(made.reason)

    def home(self, asked: ReplyTarget) -> tuple[str, Site]:
        del asked  # it is published where it is asked for
        return self.by.place, self.by.site

    async def publish(self, asked: ReplyTarget, card: Card) -> None:
        del asked
        if self.hidden:  # by Discord: apps that members bring along may be for their eyes alone
            raise NotAllowed("refused-shown-alone")
        check_may_answer(self.event)
        target = address(self.event, self.response, hidden=False).target()
        nonce, noted = nonce_of(f"{self.event_id} copy"), self.noted(card.job)
        await self.desk.messenger.copies.publish(target, card, nonce=nonce, noted=noted)
