"""Answering a member: the first answer within 3 s, refusals, other ways if Discord resists.

An answer to what brings no interaction, a member's message or a reaction, stands where it happened: a reply that
calls its member and nobody else, and goes after a while. Where the bot may not write, its member gets it by direct
message, and a reaction says there that there is one.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from enum import Enum
from functools import partial

import structlog

from adapters.discord.calls import sign, tried
from adapters.discord.cards import ROW, raw_button, rows
from adapters.discord.copies import Noted, copied
from adapters.discord.desk import Desk
from adapters.discord.faults import Fault, Meaning
from adapters.discord.forms import modal
from adapters.discord.ids import OwnId, Word
from adapters.discord.incoming import EPHEMERAL, PLATFORM, Incoming, Kind
from adapters.discord.markdown import block_quote
from adapters.discord.rest import NOBODY, Payload, Response, nonce_of
from adapters.discord.routes import Stand, address
from bot.domain.ids import JobId
from bot.domain.options import MAX_PROMPT
from bot.domain.picture import Attached
from bot.drafts import WaysOn
from bot.forms import Form
from bot.metrics import ACKNOWLEDGEMENT
from bot.texts import text

_MESSAGE, _DEFERRED_MESSAGE, _DEFERRED_UPDATE, _CHOICES, _MODAL = 4, 5, 6, 8, 9
ACK_SECONDS = 2.5
"""Discord gives 3 s from its side; what is later than this will not arrive in time."""

_RETRY_SECONDS = 0.3
STANDS_SECONDS = 900.0
"""How long an answer stands in its place. What its buttons need of a member's wish is kept at least as long."""

MAX_CHOICES = 25
_MAX_CHOICE = 100
"""A value that is longer could not be chosen: the part that fits is the name of nothing."""

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


class Answer:
    """The answer to one event; what Discord refuses here takes another way to the member, or is logged.

    Attributes:
        ack: how the event was first answered.
        response: what that made; None if it made nothing: of a message, of a reaction, or if Discord had given it up.
    """

    def __init__(self, desk: Desk, event: Incoming) -> None:
        self.desk = desk
        self.event = event
        self.ack = Ack.NONE
        self.response: Response | None = None

    @property
    def hidden(self) -> bool:
        """Whether only the member sees what follows."""
        return bool(self.response and self.response.hidden)

    async def acknowledge(self, ack: Ack) -> None:
        """Tell Discord that an answer follows. Never fails: if it is too late, the answer takes another way."""
        self.ack = ack
        if ack is Ack.NONE or not self.event.token:
            return
        kind = _DEFERRED_UPDATE if ack is Ack.UPDATE else _DEFERRED_MESSAGE
        made = await self._at_once(kind, {"flags": EPHEMERAL} if ack is Ack.HIDDEN else None)
        if isinstance(made, Response):
            self.response = replace(made, hidden=made.hidden or ack is Ack.HIDDEN)
            return
        log.warning("interaction not acknowledged", incoming=self.event.id, reason=made.reason)
        if made.meaning is Meaning.BUSY:
            self.suppose(ack)

    def suppose(self, ack: Ack) -> None:
        """Discord may have been told that an answer follows; if it was not, the token says so when used."""
        self.ack = ack
        self.response = Response("", ack is Ack.HIDDEN) if self.event.token and ack is not Ack.NONE else None

    def noted(self, job: JobId) -> Noted:
        """Is told of a message that is to show a job's results."""
        target = address(self.event, None, hidden=True).target()
        return lambda message: self.desk.service.results.copy_stands(job, message, target)

    async def say(
        self,
        body: Payload,
        files: Sequence[Attached] = (),
        *,
        of: JobId | None = None,
        beside: bool = False,
        openly: bool = False,
    ) -> None:
        """Put the answer into the message that was promised, else tell the member directly.

        What promises none, a message or a reaction of theirs, is answered in its place.

        Args:
            body: what to say.
            files: what goes with it.
            of: the job whose results these show.
            beside: in another message than the promised one, for the member alone.
            openly: its sentence in the channel, if others saw what it answers and its member takes nothing direct.
        """
        event, rest = self.event, self.desk.rest
        if not event.token:
            await self._in_place(body, files)
            return
        done: Payload | Fault
        if self.response is None:
            done = Fault(Meaning.TOKEN_DEAD, "no answer")
        elif beside or self.ack is Ack.UPDATE:
            hidden = {**body, "flags": EPHEMERAL}
            done = await tried(lambda: rest.follow_up(event.application, event.token, hidden, files))
        else:
            done = await tried(lambda: rest.edit_response(event.application, event.token, body, files))
        if isinstance(done, Fault):
            await self._elsewhere(body, files, of=of, why=done, openly=openly)

    async def change(self, body: Payload, files: Sequence[Attached] = ()) -> None:
        """Change the message that the pressed button sits on."""
        event = self.event
        await tried(lambda: self.desk.rest.edit_response(event.application, event.token, body, files))

    async def withdraw(self) -> None:
        """Take away the message that was promised, or that the pressed button sits on."""
        await tried(lambda: self.desk.rest.delete_response(self.event.application, self.event.token))

    async def take_back(self) -> None:
        """Delete the message of our own that something was opened on, if it still stands."""
        if self.event.message and not self.event.hidden:
            await tried(lambda: self.desk.rest.delete(self.event.origin.channel, self.event.message))

    async def refuse(self, sentence: str, ways_on: WaysOn) -> None:
        """Tell the member why not, and offer the ways on."""
        said = f"⚠️ {self.desk.names.linked(sentence, self.event.origin.locale)}"
        body: Payload = {"content": said, **_offered(self.event, ways_on)}
        if self.event.kind is Kind.AUTOCOMPLETE:  # takes no words, and the command itself will say them
            await self.suggest({})
            return
        in_public = self.ack is Ack.PUBLIC and self.response is not None and not self.hidden
        if in_public:
            await self.withdraw()
        elif self.ack is Ack.NONE and self.event.token:
            now = {**body, "flags": EPHEMERAL, "allowed_mentions": NOBODY}
            if isinstance(await self._at_once(_MESSAGE, now), Response):
                return
        await self.say(body, beside=in_public, openly=True)

    async def open(self, form: Form, about: object) -> None:
        """Open a form, which comes back with `about`; a member who does not get it is told to try again."""
        locale = self.event.origin.locale
        opened = await self._at_once(_MODAL, modal(str(about), self.desk.names.of_form(form, locale)))
        if isinstance(opened, Fault):
            log.warning("form not opened", incoming=self.event.id, reason=opened.reason)
            body = {"content": f"⚠️ {text(locale, 'refused-busy')}"}
            await self._elsewhere(body, why=opened, openly=True)

    async def suggest(self, offered: Mapping[str, str]) -> None:
        """Choices for what is being typed: value -> what is shown."""
        fitting = [(value, name) for value, name in offered.items() if len(value) <= _MAX_CHOICE]
        choices = [{"name": name[:_MAX_CHOICE], "value": value} for value, name in fitting[:MAX_CHOICES]]
        await self._at_once(_CHOICES, {"choices": choices})

    async def _in_place(self, body: Payload, files: Sequence[Attached]) -> None:
        """Answer in the place of the event or, if that fails, directly; never fails."""
        event, origin, rest = self.event, self.event.origin, self.desk.rest
        if not origin.guild:
            await self._directly(body, files)
        elif self.desk.in_place.put(f"{origin.user}/{origin.channel}"):
            log.info("many answers to one member, a reaction instead", incoming=event.id)
            await sign(rest, origin.channel, event.message)
        elif fault := await self._here(body, files):
            log.info("answering directly", incoming=event.id, reason=fault.reason)
            await self._directly(body, files)
            await sign(rest, origin.channel, event.message)

    async def _elsewhere(
        self, body: Payload, files: Sequence[Attached] = (), *, of: JobId | None = None, why: Fault, openly: bool
    ) -> None:
        """Answer an interaction whose token does not do: directly, else if `openly` in the channel; never fails.

        The channel hears nothing of what only its member sees, and never what they typed into a form.
        """
        log.info("answering directly", incoming=self.event.id, reason=why.reason)
        origin = self.event.origin
        openly = openly and self.ack is not Ack.HIDDEN and not self.event.hidden
        if await self._directly(body, files, of=of) and openly and origin.guild and origin.reachable:
            await self._here({"content": body["content"]}, files)

    async def _directly(self, body: Payload, files: Sequence[Attached], *, of: JobId | None = None) -> Fault | None:
        event, origin, rest, nonce = self.event, self.event.origin, self.desk.rest, nonce_of(self.event.id)
        here = "" if origin.guild or not origin.reachable else origin.channel

        async def write() -> Payload:
            return await rest.create(here or await rest.direct_channel(origin.user), body, files, nonce=nonce)

        try:
            if of:
                await copied(rest, body, files, channel=here, user=origin.user, nonce=nonce, noted=self.noted(of))
            elif isinstance(made := await tried(write), Fault):
                raise made
        except Fault as fault:
            log.warning("the member closed direct messages", incoming=event.id, reason=fault.reason)
            return fault
        return None

    async def _here(self, body: Payload, files: Sequence[Attached]) -> Fault | None:
        event, channel, fault = self.event, self.event.origin.channel, None
        for way in _ways(event, body):
            write = partial(self.desk.rest.create, channel, {**body, **way}, files, nonce=nonce_of(event.id))
            made = await tried(write)
            if not isinstance(made, Fault):
                target = address(event, None, hidden=False).target()
                stands = Stand(channel=channel, message=str(made["id"])).reference()
                await self.desk.service.notices.put_up(target, stands, seconds=STANDS_SECONDS)
                return None
            fault = made
            if fault.meaning is not Meaning.FORBIDDEN:  # else it may be the reply that is forbidden
                break
        return fault

    async def _at_once(self, kind: int, body: Payload | None) -> Response | Fault:
        """The first answer to an interaction, tried again while there is time for one."""
        event, fault = self.event, Fault(Meaning.BUSY, "too slow")
        try:
            async with asyncio.timeout(ACK_SECONDS):
                while True:
                    try:
                        made = await self.desk.rest.respond(event.id, event.token, kind, body)
                    except Fault as refused:
                        fault = refused
                        if fault.meaning is Meaning.ANSWERED:  # by a try whose confirmation was lost
                            return Response("", hidden=False)
                        if fault.meaning is not Meaning.BUSY:
                            return fault
                    else:
                        waited = max(0.0, self.desk.clock.now() - event.received_at)
                        ACKNOWLEDGEMENT.labels(PLATFORM).observe(waited)
                        return made
                    await asyncio.sleep(max(_RETRY_SECONDS, fault.seconds or 0.0))
        except TimeoutError:
            return fault


def _offered(event: Incoming, ways_on: WaysOn) -> Payload:
    takes = [raw_button(label, str(OwnId(Word.TAKE, (event.id, style)))) for style, label in ways_on.takes.items()]
    again = [raw_button(ways_on.again, str(OwnId(Word.AGAIN, (event.id,))))] if ways_on.again else []
    buttons = [*rows(takes[:ROW]), *rows(again)]
    words = [{"description": block_quote(ways_on.written, most=MAX_PROMPT)}] if ways_on.written else []
    return {**({"components": buttons} if buttons else {}), **({"embeds": words} if words else {})}


def _ways(event: Incoming, body: Payload) -> Sequence[Payload]:
    """What makes it an answer to the member: it stands under what they did, or names them.

    A reply takes the right to see what was said before.
    """
    user = event.origin.user
    named: Payload = {
        "content": f"<@{user}> {body.get('content', '')}".rstrip(),
        "allowed_mentions": {"parse": [], "users": [user], "replied_user": False},
    }
    under = {"message_reference": {"message_id": event.message, "fail_if_not_exists": True}}
    if event.kind is Kind.MENTION:
        return {**under, "allowed_mentions": {"parse": [], "replied_user": True}}, named
    return ({**named, **under}, named) if event.kind is Kind.REACTION else (named,)
