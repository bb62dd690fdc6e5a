"""One event of Discord's and the ways to answer it, as the core's conversation goes by them."""

from collections.abc import Sequence
from dataclasses import replace

from adapters.discord import greeting
from adapters.discord.answers import Ack, Answered
from adapters.discord.calls import tried
from adapters.discord.cards import NOBODY
from adapters.discord.deleting import remove
from adapters.discord.desk import Desk
from adapters.discord.faults import ERRORS, Meaning, judge
from adapters.discord.files import SPOILER
from adapters.discord.incoming import Incoming
from adapters.discord.markdown import inert
from adapters.discord.paging import laid_out, lines_of
from adapters.discord.permissions import check_may_answer
from adapters.discord.places import asker, channel_key
from adapters.discord.rest import Outgoing
from adapters.discord.routes import address
from adapters.discord.threads import way_to
from adapters.discord.translate import options
from bot.domain.access import Asker
from bot.domain.button_id import ButtonId, parse_button_id
from bot.domain.card import Card
from bot.domain.errors import InvalidRequest, Undeliverable
from bot.domain.request import ReplyTarget
from bot.domain.safety import Site
from bot.exchange import Attached
from bot.forms import Form
from bot.pages import Page
from bot.stores import MessageRef
from bot.texts import Argument, text

_DIRECT_FILE_BYTES = 10 * 1024 * 1024


class DiscordExchange:
    """An `Exchange`; Discord says all that there is to know with the event itself."""

    direct = Site(spoilers=True)
    """Direct messages are not age-restricted, whoever is written to."""

    def __init__(self, desk: Desk, answered: Answered) -> None:
        self._desk = desk
        self._answered = answered
        self._event = answered.event
        self.event_id = self._event.event_id
        self.by = asker(self._event)
        self.hidden = answered.hidden
        self.file_bytes = self._event.origin.file_bytes
        self.threads = way_to(desk, self._event)

    def option(self, name: str) -> str:
        """What a command's option says."""
        return str(options(self._event.body).get(name) or "").strip()

    async def asker(self) -> Asker:
        return self.by

    async def locale(self) -> str:
        return self.by.locale

    async def answer(self, *, private: bool, above: ReplyTarget | None, thread: str) -> ReplyTarget:  # noqa: ARG002 -- it is published here, wherever the one above stands
        check_may_answer(self._event)
        ack, elsewhere = self._answered.ack, bool(thread)
        response = await self._desk.answers.only_for(self._answered, private=private or elsewhere)
        if elsewhere or ack is Ack.UPDATE:  # a message of its own, as none was promised here
            response = None
        return address(self._event, response, hidden=private, thread=thread).target()

    async def lead(self, thread: str) -> None:
        if self._answered.response:  # who reacted sees the thread on the message
            beside = replace(self._answered, ack=Ack.UPDATE)
            await self._desk.answers.show(beside, {"content": f"{text(self.by.locale, 'thread-there')} <#{thread}>"})

    async def tell(self, key: str, /, **arguments: Argument) -> None:
        told = {name: inert(said) if isinstance(said, str) else said for name, said in arguments.items()}
        await self._desk.answers.show(self._answered, {"content": text(self.by.locale, key, **told)})

    async def show(self, page: Page, files: Sequence[Attached] = ()) -> None:
        sent = [Outgoing(f"{SPOILER if each.spoiler else ''}{each.name}", each.content, each.alt) for each in files]
        if sent:  # an embed would stand below them
            await self._desk.answers.show(self._answered, {"content": "\n".join(lines_of(page))}, sent)
        else:
            await self._desk.answers.show_page(self._answered, page)

    async def open(self, form: Form, about: ButtonId) -> None:
        await self._desk.answers.ask(self._event, str(about), form)

    async def greet(self) -> None:
        await greeting.used(self._desk, self._event)

    async def remove(self, stands: MessageRef | None) -> None:
        await remove(self._desk, self._answered, stands)

    async def send(self, card: Card, key: str) -> str:
        files = await self._desk.files.of(card, file_bytes=_DIRECT_FILE_BYTES)
        said = " · ".join((text(self.by.locale, key), *card.facts))
        body, user, rest = {"content": said, "allowed_mentions": NOBODY}, self._event.origin.user, self._desk.rest

        async def write() -> None:
            await rest.create(await rest.direct_channel(user), body, files.pictures)

        if fault := await tried(write):
            if fault.meaning is Meaning.FORBIDDEN:
                raise InvalidRequest("refused-unsent")
            raise Undeliverable(fault.reason)
        return channel_key(await rest.direct_channel(user))

    async def post(self, channel: str, page: Page, card: Card | None = None) -> None:
        most = self._event.origin.guild_file_bytes
        pictures = (await self._desk.files.of(card, file_bytes=most)).pictures if card else ()
        try:
            await self._desk.rest.create(channel, {**laid_out(page), "allowed_mentions": NOBODY}, pictures)
        except ERRORS as error:
            raise Undeliverable(judge(error).reason) from error

    def home(self, asked: ReplyTarget) -> tuple[str, Site]:
        del asked  # it is published where it is asked for
        return self.by.place, self.by.site

    async def publish(self, asked: ReplyTarget, card: Card) -> None:
        del asked
        target = address(self._event, self._answered.response, hidden=False).target()
        await self._desk.messenger.post(target, card, nonce=f"{card.job}-p")


async def press(desk: Desk, answered: Answered) -> None:
    """A button on a message of ours."""
    await desk.conversation.press(DiscordExchange(desk, answered), pressed(answered.event))


def pressed(event: Incoming) -> ButtonId:
    """The button of an event whose flow was found by it."""
    found = parse_button_id(event.name)
    assert found is not None
    return found
