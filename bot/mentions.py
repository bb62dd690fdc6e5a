"""A message that calls the bot, as each chat reads it; `Conversation.mention` says what follows."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.domain.errors import PictureRefused
from bot.domain.ids import GenerationId
from bot.domain.picture import Sent


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A picture that a message shows.

    Attributes:
        source: the picture as it was sent; None if it is a result of ours that is not looked at again.
        author: who posted it, as in `Requester.user`; empty if nobody is known.
        result: the result of ours that it is.
    """

    source: Sent | None = None
    author: str = ""
    result: GenerationId | None = None


class Mention(Protocol):
    """A message that calls the bot."""

    @property
    def words(self) -> str:
        """What it says, without the bot's name and the chat's marks."""

    @property
    def answers(self) -> bool:
        """Whether it is about something else that may show a picture, so that no word in it is a mere greeting."""

    def pictures(self) -> Sequence[Shown]:
        """What it shows itself.

        Raises:
            InvalidRequest: it is not clear what of it is meant.
            PictureRefused: what is known of it is enough to refuse it.
        """

    async def above(self) -> Sequence[Shown]:
        """What the message shows that it answers, or the newest one of its thread.

        Raises:
            PictureRefused: there is no picture, or the chat does not show it to the bot.
            InvalidRequest: it is not clear what is meant.
            Gone: it shows a result that is not kept any more.
        """

    async def greet(self) -> None:
        """Say how to ask for a picture."""

    async def offer(self, why: PictureRefused) -> None:
        """Say why there is nothing to work on, and offer the form with a place for a picture."""
