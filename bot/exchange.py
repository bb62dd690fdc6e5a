"""One thing that a member did in a chat, and the ways in which the chat answers it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.domain.access import Asker
from bot.domain.ask import ThreadWay
from bot.domain.button_id import ButtonId
from bot.domain.card import Card
from bot.domain.ids import GenerationId, JobId
from bot.domain.picture import Attached
from bot.domain.request import ReplyTarget
from bot.domain.safety import Site
from bot.forms import Form
from bot.pages import Page
from bot.texts import Argument


@dataclass(frozen=True, slots=True, kw_only=True)
class Chat:
    """What differs from chat to chat.

    Attributes:
        help: the message that says the ways in.
        listed: jobs that a page lists.
        collects: results that no message could show are among them.
        asks: the chat itself asks whether a member means it, before it tells of a press that deletes.
    """

    help: str
    listed: int
    collects: bool
    asks: bool


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
    def chat(self) -> Chat:
        """Which one it is."""

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

    async def show(self, page: Page, files: Sequence[Attached] = (), *, of: JobId | None = None) -> None:
        """Show a page to the member alone.

        `of`: the job whose results the files show. If their message lasts, it is deleted with that job.
        """

    async def show_styles(self, page: int) -> None:
        """Show the presets to choose from, or a page of them."""

    async def open(self, form: Form, about: ButtonId | str) -> None:
        """Open a form about a result: what it says is done with that by the verb of `about`.

        Text is what `SentForm.about` says of a form that was refused.
        """

    async def greet(self) -> None:
        """Greet the place, if that is due: somebody used the bot there where everybody sees it.

        Raises:
            StorageFailed: whether it is due is not known.
        """

    async def question(self, target: GenerationId) -> None:
        """Ask the member alone whether a result is to be deleted; of a chat that does not ask by itself."""

    async def drop_question(self, target: GenerationId) -> None:
        """Take that question away."""

    async def renew(self, job: JobId) -> bool:
        """Show a job in the message that was pressed, if the press brought the right to change it once more."""

    async def remove(self, *, deleted: bool) -> None:
        """Take the message away that the event is about; `deleted`: so is what it shows.

        The other messages that show it are taken back by `bot.notices`.
        """

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
