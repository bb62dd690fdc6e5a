"""Where a job's message can be written: addresses that are stored with the job, references that are stored with it.

An address (`ReplyTarget.address`) says all the ways to a member, a reference (`MessageRef`) where the message stands
now. Both are plain values in the store; tokens among them die within 15 minutes.
"""

import json
from dataclasses import asdict, dataclass

from adapters.discord.incoming import PLATFORM, Incoming
from adapters.discord.rest import Response
from bot.domain.request import ReplyTarget
from bot.ports import Clock
from bot.stores import MessageRef

COLLECT_BEFORE = 120.0
"""Seconds before a token's end at which Collect appears: time for several tries."""

TOKEN_MARGIN = 5.0
"""A request started this close to the end of its token may arrive too late."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """An interaction's right to write.

    Attributes:
        until: Unix seconds.
    """

    application: str
    value: str
    until: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """All ways to answer one event.

    Attributes:
        answer: the message that answered the interaction; empty if there is none or its id is unknown.
        reply_to: a member's message to answer; empty for interactions.
        hidden: only the member sees the answer; it must never appear elsewhere in public.
        reachable: the bot itself may write in `channel`.
        thread: of that channel, in which the message is to stand.
    """

    user: str
    channel: str
    guild: str = ""
    token: Token | None = None
    answer: str = ""
    reply_to: str = ""
    hidden: bool = False
    reachable: bool = True
    thread: str = ""
    file_bytes: int
    guild_file_bytes: int

    def target(self) -> ReplyTarget:
        """As it is stored with the job."""
        return ReplyTarget(platform=PLATFORM, address={"discord": json.dumps(asdict(self), separators=(",", ":"))})


def address_of(target: ReplyTarget) -> Address:
    """What `Address.target` stored."""
    fields = json.loads(target.address["discord"])
    token = fields.pop("token")
    return Address(**fields, token=Token(**token) if token else None)


def address(event: Incoming, response: Response | None, *, hidden: bool, thread: str = "") -> Address:
    """The ways to answer an event.

    Args:
        event: what came in.
        response: how the interaction was first answered; None if it was not, so its token is of no use.
        hidden: nobody but the member may see what follows.
        thread: of the channel, in which the answer is to stand.
    """
    origin = event.origin
    return Address(
        user=origin.user,
        channel=origin.channel,
        guild=origin.guild,
        token=token_of(event) if response else None,
        answer=response.message if response else "",
        reply_to=event.message if not event.token else "",
        hidden=hidden,
        reachable=origin.reachable,
        thread=thread,
        file_bytes=origin.file_bytes,
        guild_file_bytes=origin.guild_file_bytes,
    )


def token_of(event: Incoming) -> Token | None:
    """The right to write that came with an event."""
    if not event.token:
        return None
    return Token(application=event.application, value=event.token, until=event.token_until)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stand:
    """Where a job's message stands.

    Attributes:
        message: "@original" if Discord did not tell the id of an interaction's answer.
        token: what it may be edited with while it lives; None for messages of the bot's own.
        own: the bot's own token can edit it too.
    """

    channel: str
    message: str
    token: Token | None = None
    own: bool = True

    def reference(self) -> MessageRef:
        """As it is stored with the job."""
        return json.dumps(asdict(self), separators=(",", ":"))


def stand_of(reference: MessageRef) -> Stand:
    """What `Stand.reference` stored."""
    fields = json.loads(reference)
    token = fields.pop("token")
    return Stand(**fields, token=Token(**token) if token else None)


class Tokens:
    """Which tokens live, by their age and by what Discord said of them."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._dead: dict[str, float] = {}

    def live(self, token: Token | None) -> Token | None:
        """The token, if it may still be used."""
        spent = token is None or token.value in self._dead or self._clock.now() >= token.until - TOKEN_MARGIN
        return None if spent else token

    def bury(self, token: Token) -> None:
        """Remember that it is spent, until it would have been by its age."""
        now = self._clock.now()
        self._dead = {value: until for value, until in self._dead.items() if until > now}
        self._dead[token.value] = token.until

    def expire(self, token: Token) -> bool:
        """Whether its end is near."""
        return self._clock.now() >= token.until - COLLECT_BEFORE
