"""A result shown once more: a message stands and is written down before a picture is put into it.

So it is known where every copy stands, whenever this process ends, and each goes when its result is deleted.
"""

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import TypeVar

import structlog

from adapters.discord.calls import call, final, tried
from adapters.discord.faults import Fault, Meaning
from adapters.discord.rest import Payload, Rest
from adapters.discord.routes import Address, Stand, Token, Tokens, address_of
from adapters.discord.sending import Sender
from bot.domain.card import Card
from bot.domain.errors import NotAllowed
from bot.domain.picture import Attached
from bot.domain.request import ReplyTarget
from bot.stores import MessageRef

_NOTHING_YET: Payload = {"content": "⏳"}

log = structlog.get_logger(__name__)

T = TypeVar("T")
Noted = Callable[[MessageRef], Awaitable[None]]
"""Is given the message before that shows a picture; what it raises ends the copy."""


async def copied(
    rest: Rest,
    body: Payload,
    files: Sequence[Attached],
    *,
    channel: str = "",
    user: str,
    nonce: str,
    noted: Noted,
) -> str:
    """Post pictures in a message of the bot's own; the channel that they stand in, by default the user's own.

    Raises:
        Fault: Discord does not take them.
    """
    channel = channel or _given(await tried(lambda: rest.direct_channel(user)))
    words = {"content": body["content"]} if body.get("content") else _NOTHING_YET
    message = str(_given(await tried(lambda: rest.create(channel, words, nonce=nonce)))["id"])
    try:
        await noted(Stand(channel=channel, message=message).reference())
        _given(await tried(lambda: rest.edit(channel, message, body, files)))
    except BaseException:
        await tried(lambda: rest.delete(channel, message))
        raise
    return channel


def _given(made: T | Fault) -> T:
    if isinstance(made, Fault):
        raise made
    return made


class Copies:
    """Shows ended jobs once more, as cards."""

    def __init__(self, rest: Rest, sender: Sender, tokens: Tokens) -> None:
        self._rest = rest
        self._sender = sender
        self._tokens = tokens

    async def publish(self, target: ReplyTarget, card: Card, *, nonce: str, noted: Noted) -> None:
        """Show a card in the place of an event: in the answer that was promised, else in a message of the bot's own.

        Raises:
            TryLater: Discord is busy.
            Undeliverable: it cannot be shown there.
            NotAllowed: by its server's own filter.
        """
        address = address_of(target)
        if token := self._tokens.live(address.token):
            try:
                await self._answer(address, token, card, noted)
            except Fault as fault:
                if fault.meaning is Meaning.BLOCKED:
                    raise NotAllowed("blocked-by-automod") from fault
                log.info("the interaction takes no answer, posting anew", reason=fault.reason)
                self._tokens.bury(token)
            else:
                return
        try:
            await self._post(address, card, nonce, noted)
        except Fault as fault:
            if fault.meaning is Meaning.BLOCKED:
                raise NotAllowed("blocked-by-automod") from fault
            raise final(fault) from fault

    async def _answer(self, address: Address, token: Token, card: Card, noted: Noted) -> None:
        write = partial(self._rest.edit_response, token.application, token.value)
        message = address.answer or str((await call(write(_NOTHING_YET)))["id"])
        stand = Stand(channel=address.channel, message=message, token=token, own=address.reachable)
        await noted(stand.reference())
        await self._sender.send(write, card, address.file_bytes, anew=True)

    async def _post(self, address: Address, card: Card, nonce: str, noted: Noted) -> None:
        made = await call(self._rest.create(address.channel, _NOTHING_YET, nonce=nonce))
        stand = Stand(channel=address.channel, message=str(made["id"]))
        try:
            await noted(stand.reference())
            write = partial(self._rest.edit, stand.channel, stand.message)
            await self._sender.send(write, card, address.guild_file_bytes, anew=True)
        except BaseException:
            await tried(lambda: self._rest.delete(stand.channel, stand.message))
            raise
