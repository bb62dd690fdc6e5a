"""One message per job: which route it takes, and what follows from each refusal.

While an interaction's token lives it is used: such edits do not count against the bot's 50 requests a second. After
that the bot edits the same message by its id. What only its member sees, and messages in servers that the bot is not
a member of, have no second route: two minutes before the token dies they get a *Collect* button, whose press brings
a new token. If the message or its place is gone, the result goes to its owner by direct message; if that is
closed too it is kept for `/queue`. Progress is never worth a second try.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from functools import partial

import structlog

from adapters.discord.calls import call, final, sign
from adapters.discord.cards import kept_out
from adapters.discord.copies import Copies
from adapters.discord.expiring import Expiring
from adapters.discord.faults import Fault, Meaning
from adapters.discord.incoming import EPHEMERAL, PLATFORM
from adapters.discord.markdown import block_quote
from adapters.discord.named import CommandNames
from adapters.discord.rest import ORIGINAL, KeptAttachments, Payload, Rest
from adapters.discord.routes import Address, Stand, Token, Tokens, address_of, stand_of
from adapters.discord.sending import Sender, Write
from bot.card_files import CardFiles
from bot.domain.card import Card
from bot.domain.errors import TryLater, Undeliverable
from bot.domain.ids import JobId
from bot.domain.job import JobStatus
from bot.domain.picture import Attached
from bot.domain.request import ReplyTarget
from bot.ports import Clock
from bot.stores import MessageRef
from bot.texts import text

DIRECT_FILE_BYTES = 10 * 1024 * 1024
_ROOM = 1500
"""Characters of a wish that is quoted beside the sentence on it."""

_MEND_BY_PRIVATE_MESSAGE = {Meaning.MESSAGE_GONE, Meaning.PLACE_GONE, Meaning.FORBIDDEN, Meaning.LOCKED}

log = structlog.get_logger(__name__)


class DiscordMessenger:
    """Shows each job in one message, by whatever route is open.

    Attributes:
        copies: shows them once more.
    """

    platform = PLATFORM
    edit_interval = 5.0

    def __init__(
        self,
        rest: Rest,
        files: CardFiles,
        clock: Clock,
        *,
        closed: Callable[[str], Awaitable[None]],
        names: CommandNames | None = None,
    ) -> None:
        """`closed` is told of a thread that Discord has no more."""
        self._closed = closed
        self._rest = rest
        self._tokens = Tokens(clock)
        self._renewed: dict[JobId, Stand] = {}
        self._expiring = Expiring(self._tokens)
        self._lost: set[JobId] = set()
        self._sender = Sender(files, names or CommandNames())
        self.copies = Copies(rest, self._sender, self._tokens)

    async def post(self, target: ReplyTarget, card: Card, *, nonce: str) -> MessageRef:
        """Post a job's message; see `bot.ports.Messenger`."""
        self._check_connected()
        address = address_of(target)
        stand = await self._refused(address, None, card) or await self._post(address, card, nonce)
        self._expiring.watch(address, stand, card)
        return stand.reference()

    async def edit(self, target: ReplyTarget, message: MessageRef, card: Card) -> MessageRef:
        """Make the message show `card`; see `bot.ports.Messenger`."""
        self._check_connected()
        address = address_of(target)
        before = self._renewed.get(card.job) or stand_of(message)
        card = kept_out(card) if address.thread and before.channel == address.channel else card
        try:
            with self._expiring.edited(card.job):
                stand = await self._refused(address, before, card) or await self._edit(address, before, card)
        except Undeliverable:
            self._forget(card.job)
            raise
        self._expiring.watch(address, stand, card)
        if card.status.ended:
            self._forget(card.job)
        return stand.reference()

    def same(self, message: MessageRef, other: MessageRef) -> bool:
        """Whatever their tokens; one whose id Discord did not tell may be any."""
        named = {stand_of(message).message, stand_of(other).message}
        return len(named) == 1 or ORIGINAL in named

    async def notify(self, target: ReplyTarget, message: MessageRef, card: Card, *, nonce: str) -> MessageRef | None:
        """A reply to the message that names its owner; see `bot.ports.Messenger`."""
        self._check_connected()
        address, stand = address_of(target), stand_of(message)
        if address.hidden or stand.message == ORIGINAL:
            return None
        body: Payload = {
            "content": f"<@{card.owner.user}> {text(card.locale, 'notify-ready')}",
            "allowed_mentions": {"parse": [], "users": [card.owner.user], "replied_user": False},
        }
        try:
            if stand.own:
                replying = {"message_reference": {"message_id": stand.message, "fail_if_not_exists": False}}
                made = await call(self._rest.create(stand.channel, {**body, **replying}, nonce=nonce))
                return Stand(channel=stand.channel, message=str(made["id"])).reference()
            if token := self._tokens.live(stand.token):
                made = await call(self._rest.follow_up(token.application, token.value, body))
                return replace(stand, message=str(made["id"])).reference()
        except Fault as fault:
            raise final(fault) from fault
        return None

    async def unsay(self, target: ReplyTarget, message: MessageRef) -> None:
        """Delete a call, or what was replaced; see `bot.ports.Messenger`."""
        del target
        self._check_connected()
        stand = stand_of(message)
        try:
            if stand.own and stand.message != ORIGINAL:
                await call(self._rest.delete(stand.channel, stand.message))
            elif token := self._tokens.live(stand.token):
                await call(self._rest.delete_response(token.application, token.value, stand.message))
        except Fault as fault:
            if fault.meaning is not Meaning.MESSAGE_GONE:
                raise final(fault) from fault

    async def erase(self, target: ReplyTarget, message: MessageRef) -> None:
        """Delete a message; its pictures are in it. See `Messenger.erase`."""
        await self.unsay(target, message)

    def renew(self, job: JobId, stand: Stand) -> None:
        """A press on the job's message brought a fresh token; later edits use it."""
        self._renewed[job] = stand
        self._lost.discard(job)
        self._expiring.renewed(job)

    async def offer_collect(self) -> None:
        """Put Collect on every message whose only token is about to die. Call every few seconds."""

        async def put(token: Token, address: Address, card: Card) -> None:
            await self._sender.send(self._by_token(token), card, address.file_bytes, collect=True)

        await self._expiring.offer(put)

    async def _post(self, address: Address, card: Card, nonce: str) -> Stand:
        if token := self._tokens.live(address.token):
            try:
                shown = await self._sender.send(self._by_token(token), card, address.file_bytes, anew=True)
            except Fault as fault:
                if fault.meaning is Meaning.BLOCKED:
                    await self._tell_blocked(address, card)
                    raise final(fault) from fault
                log.info("the interaction takes no answer, posting anew", reason=fault.reason)
                self._tokens.bury(token)
            else:
                own = address.reachable and not address.hidden
                message = str(shown.get("id") or address.answer or ORIGINAL)
                channel = address.channel or str(shown.get("channel_id") or "")
                return Stand(channel=channel, message=message, token=token, own=own)
        return await self._post_anew(address, card, nonce)

    async def _post_anew(self, address: Address, card: Card, nonce: str) -> Stand:
        """A new message of the bot's own: in the channel, else to the owner."""
        if address.reachable and not address.hidden:
            if address.thread and (stand := await self._post_in_thread(address, card, nonce)):
                return stand
            card = kept_out(card) if address.thread else card
            try:
                return await self._create(address.channel, card, nonce, address.guild_file_bytes, address.reply_to)
            except Fault as fault:
                if fault.meaning is Meaning.BLOCKED:
                    await self._tell_blocked(address, card)
                if fault.meaning in {Meaning.BLOCKED, Meaning.TOKEN_DEAD}:
                    raise final(fault) from fault
                log.info("the channel refuses, writing to the owner", reason=fault.reason)
        return await self._post_privately(address, card, nonce)

    async def _post_in_thread(self, address: Address, card: Card, nonce: str) -> Stand | None:
        """None if we may not write there, or there is no such thread any more."""
        try:
            return await self._create(address.thread, card, nonce, address.guild_file_bytes, "")
        except Fault as fault:
            await self._shut_out(address, fault)
            return None

    async def _shut_out(self, address: Address, fault: Fault) -> None:
        log.info("the thread refuses, writing to the channel", reason=fault.reason)
        if fault.meaning is Meaning.PLACE_GONE:
            await self._closed(address.thread)

    async def _post_privately(self, address: Address, card: Card, nonce: str) -> Stand:
        """By direct message, where nobody but the owner sees it."""
        card = replace(card, notes=(*card.notes, text(card.locale, "note-sent-directly")))
        if card.stays:
            card = replace(card, pictures=(), source=None, notes=(*card.notes, text(card.locale, "note-stays")))
        try:
            channel = await call(self._rest.direct_channel(address.user))
            stand = await self._create(channel, card, nonce, DIRECT_FILE_BYTES, "")
        except Fault as fault:
            raise final(fault) from fault
        await sign(self._rest, address.channel, address.reply_to if address.guild and not address.hidden else "")
        return stand

    async def _create(self, channel: str, card: Card, nonce: str, file_bytes: int, reply_to: str) -> Stand:
        """A message of the bot's own; without a history to answer in it stands alone."""
        reply = {"message_reference": {"message_id": reply_to, "fail_if_not_exists": False}} if reply_to else {}

        async def write(payload: Payload, files: Sequence[Attached], _: KeptAttachments) -> Payload:
            return await self._rest.create(channel, {**payload, **reply}, files, nonce=nonce)

        try:
            made = await self._sender.send(write, card, file_bytes, anew=True)
        except Fault as fault:
            if not reply or fault.meaning is not Meaning.FORBIDDEN:
                raise
            reply.clear()
            made = await self._sender.send(write, card, file_bytes, anew=True)
        return Stand(channel=channel, message=str(made["id"]))

    async def _edit(self, address: Address, stand: Stand, card: Card) -> Stand:
        if card.job in self._lost and not card.status.ended:
            return stand
        try:
            if (token := self._tokens.live(stand.token)) and await self._edit_by_token(token, address, stand, card):
                return stand
            if stand.own and stand.message != ORIGINAL:
                write = partial(self._rest.edit, stand.channel, stand.message)
                await self._sender.send(write, card, address.guild_file_bytes)
                return stand
        except Fault as fault:
            return await self._mend(fault, address, stand, card)
        if not card.status.ended:
            return stand
        if self._expiring.is_offered(card.job):
            raise Undeliverable("it waits for its Collect button to be pressed")
        return await self._post_anew(address, card, f"{card.job}-2")

    async def _edit_by_token(self, token: Token, address: Address, stand: Stand, card: Card) -> bool:
        """Whether the token was still good for it."""
        collect = not stand.own and not card.status.ended and self._tokens.expire(token)
        try:
            await self._sender.send(self._by_token(token), card, address.file_bytes, collect=collect)
        except Fault as fault:
            if fault.meaning is not Meaning.TOKEN_DEAD:
                raise
            self._tokens.bury(token)
            return False
        if collect:
            self._expiring.offered(card.job)
        return True

    async def _mend(self, fault: Fault, address: Address, stand: Stand, card: Card) -> Stand:
        """What follows from an edit that Discord refused for good."""
        if not card.status.ended and fault.meaning is not Meaning.BLOCKED:
            log.info("progress not shown", job=card.job, reason=fault.reason)
            self._lost.add(card.job)
            return stand
        if fault.meaning is Meaning.BLOCKED:
            await self._tell_blocked(address, card)
            raise final(fault)
        again = f"{card.job}-2"
        if fault.meaning is Meaning.UNEDITABLE and not address.hidden:
            return await self._post_anew(address, card, again)
        if stand.channel == address.thread and fault.meaning is not Meaning.MESSAGE_GONE:
            await self._shut_out(address, fault)
            return await self._post_anew(replace(address, thread=""), kept_out(card), again)
        if fault.meaning in _MEND_BY_PRIVATE_MESSAGE:
            return await self._post_privately(address, card, again)
        raise final(fault)

    async def _refused(self, address: Address, stand: Stand | None, card: Card) -> Stand | None:
        """A refusal is for its member alone: what everybody saw of the job goes, and they are told why.

        A cancelled job leaves nothing to look at. None if it is neither, or nobody else sees the message; if they
        cannot be told, the place is.
        """
        gone = stand or Stand(channel=address.channel, message=address.answer or ORIGINAL, own=False)
        if card.status is JobStatus.CANCELLED:
            await self._take_away(address, stand)
            return gone
        alone = address.hidden or (not address.guild and address.reachable)
        if card.status is not JobStatus.REFUSED or alone:
            return None
        await self._take_away(address, stand)  # first: directly after a deferral a second message is taken for it
        try:
            await self._tell_alone(
                address, f"⚠️ {card.headline}\n{block_quote(card.prompt, room=_ROOM)}", nonce=f"{card.job}-r"
            )
        except Fault as fault:
            log.info("the member cannot be told in private", reason=fault.reason)
            return await self._post_anew(address, card, f"{card.job}-2")
        return gone

    async def _take_away(self, address: Address, stand: Stand | None) -> None:
        token = self._tokens.live(stand.token if stand else address.token)
        ways: list[Callable[[], Awaitable[None]]] = []
        if token:
            ways.append(partial(self._rest.delete_response, token.application, token.value))
        if stand and stand.own and stand.message != ORIGINAL:
            ways.append(partial(self._rest.delete, stand.channel, stand.message))
        for delete in ways:
            try:
                return await call(delete())
            except Fault as fault:
                log.info("message not taken away", reason=fault.reason)
        return None

    async def _tell_blocked(self, address: Address, card: Card) -> None:
        """Tell the owner that the server's own filter withheld the message."""
        try:
            await self._tell_alone(address, text(card.locale, "blocked-by-automod"), nonce=f"{card.job}-b")
        except (Fault, TryLater) as fault:
            log.warning("could not tell the owner that AutoMod withheld a message", reason=str(fault))

    async def _tell_alone(self, address: Address, said: str, *, nonce: str) -> None:
        """Tell the owner and nobody else: beside the answer while its token lives, else directly."""
        body: Payload = {"content": said}
        if token := self._tokens.live(address.token):
            try:
                await call(self._rest.follow_up(token.application, token.value, {**body, "flags": EPHEMERAL}))
            except Fault as fault:
                log.info("the interaction takes no answer, writing directly", reason=fault.reason)
            else:
                return
        channel = await call(self._rest.direct_channel(address.user))
        await call(self._rest.create(channel, body, nonce=nonce))
        await sign(self._rest, address.channel, address.reply_to if address.guild else "")

    def _by_token(self, token: Token) -> Write:
        """The message that answered the token's interaction, or that its button sits on."""
        return partial(self._rest.edit_response, token.application, token.value)

    def _check_connected(self) -> None:
        if not self._rest.logged_in:
            raise TryLater("not logged in to Discord yet", seconds=1.0)

    def _forget(self, job: JobId) -> None:
        self._renewed.pop(job, None)
        self._expiring.forget(job)
        self._lost.discard(job)
        self._sender.forget(job)
