"""Answers to what brings no interaction: a member's message, or a reaction. They stand where it happened.

Such an answer is a reply that calls its member and nobody else, and goes after a while. Where the bot may not write,
its member gets it by direct message, and a reaction says there that there is one.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from hashlib import blake2s

import structlog

from adapters.discord.calls import tried
from adapters.discord.faults import Fault, Meaning
from adapters.discord.incoming import Incoming, Kind
from adapters.discord.rest import Payload, Rest
from adapters.discord.routes import Stand, address
from bot.buckets import Buckets
from bot.domain.picture import Attached
from bot.notices import Notices

STANDS_SECONDS = 900.0
"""How long an answer stands. What its buttons need of a member's wish is kept at least as long."""

_BURST = 3
_INTERVAL = 20.0
"""One member gets so many answers at once in one channel and one each so many seconds; more get a reaction."""

_SIGN = "⚠️"
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class InPlace:
    """Answers events that have no token.

    Attributes:
        answers: how often, by member and channel.
    """

    rest: Rest
    notices: Notices
    answers: Buckets = field(default_factory=lambda: Buckets(interval=_INTERVAL, burst=_BURST))

    async def answer(self, event: Incoming, body: Payload, files: Sequence[Attached] = ()) -> None:
        """Answer where it happened, else directly; never fails."""
        if not event.origin.guild:
            await self._directly(event, body, files)
        elif not self._may_write(event):
            log.info("many answers to one member, a sign instead", incoming=event.id)
            await sign(self.rest, event.origin.channel, event.message)
        elif fault := await self._here(event, body, files):
            log.info("answering directly", incoming=event.id, reason=fault.reason)
            await self._directly(event, body, files)
            await sign(self.rest, event.origin.channel, event.message)

    async def elsewhere(
        self, event: Incoming, body: Payload, files: Sequence[Attached] = (), *, why: Fault, openly: bool
    ) -> None:
        """Answer an interaction whose token does not do: directly, else if `openly` in the channel; never fails."""
        log.info("answering directly", incoming=event.id, reason=why.reason)
        if await self._directly(event, body, files) and openly and event.origin.guild and event.origin.reachable:
            await self._here(event, body, files)

    async def _directly(self, event: Incoming, body: Payload, files: Sequence[Attached]) -> Fault | None:
        async def write() -> Payload:
            here = "" if event.origin.guild or not event.origin.reachable else event.origin.channel
            channel = here or await self.rest.direct_channel(event.origin.user)
            return await self.rest.create(channel, body, files, nonce=nonce_of(event.id))

        made = await tried(write)
        if not isinstance(made, Fault):
            return None
        log.warning("the member closed direct messages", incoming=event.id, reason=made.reason)
        return made

    async def _here(self, event: Incoming, body: Payload, files: Sequence[Attached]) -> Fault | None:
        channel, target = event.origin.channel, address(event, None, hidden=False).target()
        fault = None
        for way in _ways(event, body):
            write = partial(self.rest.create, channel, {**body, **way}, files, nonce=nonce_of(event.id))
            made = await tried(write)
            if not isinstance(made, Fault):
                stands = Stand(channel=channel, message=str(made["id"])).reference()
                await self.notices.put_up(target, stands, seconds=STANDS_SECONDS)
                return None
            fault = made
            if fault.meaning is not Meaning.FORBIDDEN:  # else it may be the reply that is forbidden
                break
        return fault

    def _may_write(self, event: Incoming) -> bool:
        name = f"{event.origin.user}/{event.origin.channel}"
        return not self.answers.put(name)


async def sign(rest: Rest, channel: str, message: str) -> None:
    """Say by a reaction that there is an answer elsewhere, if there is a message to react to."""
    if message:
        await tried(lambda: rest.react(channel, message, _SIGN))


def nonce_of(name: str) -> str:
    """A nonce for what has a longer name than Discord takes."""
    return blake2s(name.encode(), digest_size=12).hexdigest()


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
