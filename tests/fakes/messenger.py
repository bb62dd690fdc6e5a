"""A chat that remembers what a member would have seen.

    messenger.refuse(TryLater("busy", seconds=5))       # the next call raises it, once per call of `refuse`
    messenger.messages[ref].cards                        # every card that message ever showed, oldest first
    await messenger.until(job, JobStatus.SUCCEEDED)      # the card that showed it

Like the platforms, it finds a message by its nonce instead of posting it twice.
"""

import asyncio
from collections import deque
from dataclasses import dataclass, field

from bot.domain.card import Card
from bot.domain.errors import DeliveryError, Undeliverable
from bot.domain.ids import JobId
from bot.domain.job import JobStatus
from bot.domain.request import ReplyTarget
from bot.stores import MessageRef


@dataclass(slots=True)
class Message:
    """One message in the chat."""

    target: ReplyTarget
    nonce: str
    cards: list[Card] = field(default_factory=list)
    times: list[float] = field(default_factory=list)


class FakeMessenger:
    """See the module."""

    def __init__(self, *, platform: str = "fake", edit_interval: float = 2.5) -> None:
        self.platform = platform
        self.edit_interval = edit_interval
        self.messages: dict[MessageRef, Message] = {}
        self.notified: list[tuple[MessageRef, str]] = []
        self.unsaid: dict[MessageRef, float] = {}
        self.erased: list[MessageRef] = []
        self._faults: deque[tuple[DeliveryError, bool]] = deque()
        self._changed = asyncio.Condition()

    def refuse(self, fault: DeliveryError, *, after_effect: bool = False) -> None:
        """Raise `fault` at the next call; with `after_effect` the message was written all the same."""
        self._faults.append((fault, after_effect))

    def delete(self, message: MessageRef) -> None:
        """A moderator removed the message."""
        del self.messages[message]

    async def post(self, target: ReplyTarget, card: Card, *, nonce: str) -> MessageRef:
        reference = f"message-{nonce}"
        await self._write(reference, card, Message(target=target, nonce=nonce))
        return reference

    async def notify(self, target: ReplyTarget, message: MessageRef, card: Card, *, nonce: str) -> MessageRef | None:
        del target, card
        fault, after_effect = self._faults.popleft() if self._faults else (None, False)
        if (not fault or after_effect) and (message, nonce) not in self.notified:
            self.notified.append((message, nonce))
        if fault:
            raise fault
        return f"call-{nonce}"

    async def unsay(self, target: ReplyTarget, message: MessageRef) -> None:
        del target
        if self._faults:
            raise self._faults.popleft()[0]
        self.unsaid[message] = asyncio.get_running_loop().time()

    async def erase(self, target: ReplyTarget, message: MessageRef) -> None:
        del target
        if self._faults:
            raise self._faults.popleft()[0]
        self.messages.pop(message, None)
        self.erased.append(message)

    async def edit(self, target: ReplyTarget, message: MessageRef, card: Card) -> MessageRef:
        assert self.messages.get(message, Message(target, "")).target == target
        await self._write(message, card, None)
        return message

    def same(self, message: MessageRef, other: MessageRef) -> bool:
        return message == other

    async def _write(self, reference: MessageRef, card: Card, new: Message | None) -> None:
        fault, after_effect = self._faults.popleft() if self._faults else (None, False)
        if fault and not after_effect:
            raise fault
        message = self.messages.setdefault(reference, new) if new else self.messages.get(reference)
        if message is None:
            raise Undeliverable("the message was deleted")
        message.cards.append(card)
        message.times.append(asyncio.get_running_loop().time())
        async with self._changed:
            self._changed.notify_all()
        if fault:
            raise fault

    def of(self, job: JobId) -> list[Message]:
        """Every message that shows a job; there should be one."""
        return [message for message in self.messages.values() if message.nonce == job]

    async def until(self, job: JobId, status: JobStatus) -> Card:
        """The first card that shows the job in that state."""
        async with self._changed:
            while True:
                for message in self.of(job):
                    for card in message.cards:
                        if card.status is status:
                            return card
                await self._changed.wait()
