"""One thing that a member did in a chat, and the ways in which the chat answers it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.domain.access import Asker
from bot.domain.ask import ThreadWay
from bot.domain.button_id import ButtonId
from bot.domain.card import Card
from bot.domain.request import ReplyTarget
from bot.domain.safety import Site
from bot.forms import Form
from bot.pages import Page
from bot.stores import MessageRef
from bot.texts import Argument


@dataclass(frozen=True, slots=True, kw_only=True)
class Attached:
    """A file that goes with a page.

    Attributes:
        alt: what it shows, if it is a picture.
        spoiler: hidden until its reader asks to see it, if the chat can do that.
    """

    name: str
    content: bytes
    alt: str = ""
    spoiler: bool = False


class Exchange(Protocol):
    """One thing that a member did, and the ways in which its chat answers it."""

    @property
    def event_id(self) -> str:
        """As in `Request`."""

    @property
    def by(self) -> Asker:
        """Who did it and where, as far as the event itself says."""

    @property
    def hidden(self) -> bool:
        """Only the member sees what is made of it."""

    @property
    def file_bytes(self) -> int:
        """The most that one file may have which is shown to the member."""

    @property
    def direct(self) -> Site:
        """What kind of place the member's own conversation with the bot is."""

    @property
    def threads(self) -> ThreadWay | None:
        """How a thread is opened on the message that it happened on; None if none can be."""

    async def asker(self) -> Asker:
        """`by` with what the chat has to be asked for: the member's name and language, whether they moderate."""

    async def locale(self) -> str:
        """The member's language, as a BCP 47 tag."""

    async def answer(self, *, private: bool, above: ReplyTarget | None, thread: str) -> ReplyTarget:
        """As in `Ask`."""

    async def lead(self, thread: str) -> None:
        """Tell the member that the answer comes in a thread, if the chat does not show that by itself."""

    async def tell(self, key: str, /, **arguments: Argument) -> None:
        """Say a message of the catalogue to the member alone."""

    async def show(self, page: Page, files: Sequence[Attached] = ()) -> None:
        """Show a page to the member alone."""

    async def open(self, form: Form, about: ButtonId) -> None:
        """Open a form about a result: what it says is done with that by the verb of `about`."""

    async def greet(self) -> None:
        """Greet the place, if that is due: somebody used the bot there where everybody sees it. Never fails."""

    async def remove(self, stands: MessageRef | None) -> None:
        """Take the message away that the event is about; `stands` is where the job's own one was."""

    async def send(self, card: Card, key: str) -> str:
        """Send a copy of a result to the member directly, with a message of the catalogue.

        Returns:
            The conversation that it stands in, as `Asker.rooms` names it.
        """

    async def post(self, channel: str, page: Page, card: Card | None = None) -> None:
        """Post a page in a channel, and a result with it.

        Raises:
            DeliveryError: the chat does not take them there.
        """

    def home(self, asked: ReplyTarget) -> tuple[str, Site]:
        """Where a result is published that was asked for so: the conversation's key, and what kind of place it is."""

    async def publish(self, asked: ReplyTarget, card: Card) -> None:
        """Post a card there.

        Raises:
            UserError: it cannot be shown there.
        """
