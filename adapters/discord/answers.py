"""Answering a member: the first answer within 3 s, refusals, other ways if Discord resists."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

import structlog

from adapters.discord.calls import tried
from adapters.discord.cards import NOBODY, ROW, raw_button, rows
from adapters.discord.faults import Fault, Meaning
from adapters.discord.forms import modal
from adapters.discord.ids import OwnId, Word
from adapters.discord.in_place import InPlace
from adapters.discord.incoming import EPHEMERAL, PLATFORM, Incoming, Kind
from adapters.discord.markdown import quoted
from adapters.discord.named import CommandNames
from adapters.discord.paging import laid_out
from adapters.discord.rest import Payload, Response, Rest
from bot.domain.options import MAX_PROMPT
from bot.domain.picture import Attached
from bot.drafts import WaysOn
from bot.forms import Form
from bot.metrics import ACKNOWLEDGEMENT
from bot.notices import Notices
from bot.pages import Page
from bot.ports import Clock
from bot.texts import text

_MESSAGE, _DEFERRED_MESSAGE, _DEFERRED_UPDATE, _CHOICES, _MODAL = 4, 5, 6, 8, 9
ACK_SECONDS = 2.5
"""Discord gives 3 s from its side; what is later than this will not arrive in time."""

_RETRY_SECONDS = 0.3
MAX_CHOICES = 25

log = structlog.get_logger(__name__)


class Ack(Enum):
    """How an interaction is first answered.

    PUBLIC and HIDDEN promise a message for everybody or for the member, UPDATE a change of the message that the
    button sits on; NONE leaves the answer to the flow, at once.
    """

    PUBLIC = "message"
    HIDDEN = "hidden"
    UPDATE = "update"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """An event with its first answer.

    Attributes:
        response: None if there is none: a message, a reaction, or an interaction that Discord had given up.
    """

    event: Incoming
    ack: Ack
    response: Response | None

    @property
    def hidden(self) -> bool:
        """Whether only the member sees what follows."""
        return bool(self.response and self.response.hidden)


class Answers:
    """Answers events; what Discord refuses here takes another way to the member, or is logged."""

    def __init__(self, rest: Rest, clock: Clock, notices: Notices, names: CommandNames | None = None) -> None:
        self.names = names or CommandNames()
        self._rest = rest
        self._clock = clock
        self._in_place = InPlace(rest, notices)

    async def acknowledge(self, event: Incoming, ack: Ack) -> Answered:
        """Tell Discord that an answer follows. Never fails: if it is too late, the answer takes another way."""
        if ack is Ack.NONE or not event.token:
            return Answered(event=event, ack=ack, response=None)
        kind = _DEFERRED_UPDATE if ack is Ack.UPDATE else _DEFERRED_MESSAGE
        made = await self._at_once(event, kind, {"flags": EPHEMERAL} if ack is Ack.HIDDEN else None)
        if isinstance(made, Fault):
            log.warning("interaction not acknowledged", incoming=event.id, reason=made.reason)
            if made.meaning is not Meaning.BUSY:
                return Answered(event=event, ack=ack, response=None)
            made = Response("", hidden=False)  # Discord may have taken it; if not, the token says so when used
        return Answered(event=event, ack=ack, response=replace(made, hidden=made.hidden or ack is Ack.HIDDEN))

    async def show(
        self, answered: Answered, body: Payload, files: Sequence[Attached] = (), *, openly: bool = False
    ) -> None:
        """Put the answer into the message that was promised, else tell the member directly.

        What promises none, a message or a reaction of theirs, is answered in its place. `openly`: so may the others
        be, if the member takes no direct messages.
        """
        event = answered.event
        if not event.token:
            await self._in_place.answer(event, body, files)
            return
        payload = {"allowed_mentions": NOBODY, **body}
        done: Payload | Fault
        if answered.response and answered.ack in {Ack.PUBLIC, Ack.HIDDEN}:
            done = await tried(lambda: self._rest.edit_response(event.application, event.token, payload, files))
        elif answered.response:
            hidden = {**payload, "flags": EPHEMERAL}
            done = await tried(lambda: self._rest.follow_up(event.application, event.token, hidden, files))
        else:
            done = Fault(Meaning.TOKEN_DEAD, "no answer")
        if isinstance(done, Fault):
            await self._in_place.elsewhere(event, body, files, why=done, openly=openly)

    async def change(self, answered: Answered, body: Payload, files: Sequence[Attached] = ()) -> None:
        """Change the message that the pressed button sits on."""
        event = answered.event
        payload = {"allowed_mentions": NOBODY, **body}
        await tried(lambda: self._rest.edit_response(event.application, event.token, payload, files))

    async def take_back(self, event: Incoming) -> None:
        """Delete the message of our own that something was opened on, if it still stands."""
        if event.message and not event.hidden:
            await tried(lambda: self._rest.delete(event.origin.channel, event.message))

    async def withdraw(self, answered: Answered) -> None:
        """Take away the message that the pressed button sits on."""
        event = answered.event
        await tried(lambda: self._rest.delete_response(event.application, event.token))

    async def only_for(self, answered: Answered, *, private: bool) -> Response | None:
        """The answer that the result may be written into; one that everybody sees is taken back if it is private."""
        response = answered.response
        if private and response and not response.hidden and answered.ack is Ack.PUBLIC:
            event = answered.event
            await tried(lambda: self._rest.delete_response(event.application, event.token))
            return None
        return response

    async def refuse(self, answered: Answered, sentence: str, ways_on: WaysOn) -> None:
        """Tell the member why not, and offer the ways on."""
        event = answered.event
        said = f"⚠️ {self.names.linked(sentence, event.origin.locale)}"
        body: Payload = {"content": said, **_offered(event, ways_on)}
        if event.kind is Kind.AUTOCOMPLETE:  # takes no words, and the command itself will say them
            await self.suggest(event, {})
            return
        if answered.ack is Ack.PUBLIC and answered.response and not answered.hidden:
            await tried(lambda: self._rest.delete_response(event.application, event.token))
            answered = Answered(event=event, ack=Ack.UPDATE, response=answered.response)
        elif answered.ack is Ack.NONE and event.token:
            now = {**body, "flags": EPHEMERAL, "allowed_mentions": NOBODY}
            if isinstance(await self._at_once(event, _MESSAGE, now), Response):
                return
        await self.show(answered, body, openly=True)

    async def show_page(self, answered: Answered, page: Page) -> None:
        """Put a page into the message that was promised."""
        locale = answered.event.origin.locale
        await self.show(answered, laid_out(page, lambda said: self.names.linked(said, locale)))

    async def ask(self, event: Incoming, custom_id: str, form: Form) -> None:
        """Open a form; a member whose form Discord does not open is told to try again.

        Args:
            event: what it answers.
            custom_id: comes back with the form.
            form: what to show.
        """
        shown = self.names.of_form(form, event.origin.locale)
        opened = await self._at_once(event, _MODAL, modal(custom_id, shown))
        if isinstance(opened, Fault):
            log.warning("form not opened", incoming=event.id, reason=opened.reason)
            body = {"content": f"⚠️ {text(event.origin.locale, 'refused-busy')}"}
            await self._in_place.elsewhere(event, body, why=opened, openly=True)

    async def suggest(self, event: Incoming, offered: Mapping[str, str]) -> None:
        """Choices for what is being typed: value -> what is shown."""
        choices: Sequence[Mapping[str, Any]] = [
            {"name": name[:100], "value": value[:100]} for value, name in list(offered.items())[:MAX_CHOICES]
        ]
        await self._at_once(event, _CHOICES, {"choices": choices})

    async def _at_once(self, event: Incoming, kind: int, body: Payload | None) -> Response | Fault:
        """The first answer to an interaction, tried again while there is time for one."""
        fault = Fault(Meaning.BUSY, "too slow")
        try:
            async with asyncio.timeout(ACK_SECONDS):
                while True:
                    try:
                        made = await self._rest.respond(event.id, event.token, kind, body)
                    except Fault as refused:
                        fault = refused
                        if fault.meaning is Meaning.ANSWERED:  # by a try whose confirmation was lost
                            return Response("", hidden=False)
                        if fault.meaning is not Meaning.BUSY:
                            return fault
                    else:
                        ACKNOWLEDGEMENT.labels(PLATFORM).observe(max(0.0, self._clock.now() - event.received_at))
                        return made
                    await asyncio.sleep(max(_RETRY_SECONDS, fault.seconds or 0.0))
        except TimeoutError:
            return fault


def _offered(event: Incoming, ways_on: WaysOn) -> Payload:
    takes = [raw_button(label, str(OwnId(Word.TAKE, (event.id, style)))) for style, label in ways_on.takes.items()]
    again = [raw_button(ways_on.again, str(OwnId(Word.AGAIN, (event.id,))))] if ways_on.again else []
    buttons = [*rows(takes[:ROW]), *rows(again)]
    words = [{"description": quoted(ways_on.written, most=MAX_PROMPT)}] if ways_on.written else []
    return {**({"components": buttons} if buttons else {}), **({"embeds": words} if words else {})}
