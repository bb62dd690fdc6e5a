"""A `Messenger` whose message is a line on the terminal.

Somebody at a terminal waits for the end, so the messenger also hands out the last card.
"""

import asyncio
import sys
from collections import defaultdict

from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from adapters.console.lines import PlainLines
from bot.domain.card import Card
from bot.domain.ids import JobId
from bot.domain.job import JobStatus
from bot.domain.request import ReplyTarget
from bot.stores import MessageRef

PLATFORM = "console"


class ConsoleMessenger:
    """Shows cards on a `rich` progress display; `finished` waits for a job's last one."""

    platform = PLATFORM
    edit_interval = 0.1

    def __init__(self, display: Progress | PlainLines) -> None:
        self._display = display
        self._lines: dict[JobId, TaskID] = {}
        self._ends: defaultdict[JobId, asyncio.Future[Card]] = defaultdict(asyncio.Future)

    async def post(self, target: ReplyTarget, card: Card, *, nonce: str) -> MessageRef:
        """Begin a line; the target says nothing, as there is one terminal."""
        del target
        if card.job not in self._lines:
            self._lines[card.job] = self._display.add_task("", total=1.0)
        self._show(card)
        return nonce

    async def notify(self, target: ReplyTarget, message: MessageRef, card: Card, *, nonce: str) -> MessageRef | None:
        """Do nothing: the person who waits is looking at the terminal."""

    async def unsay(self, target: ReplyTarget, message: MessageRef) -> None:
        """Do nothing: `notify` posts nothing."""

    async def erase(self, target: ReplyTarget, message: MessageRef) -> None:
        """Do nothing: a line shows no picture."""

    async def edit(self, target: ReplyTarget, message: MessageRef, card: Card) -> MessageRef:
        """Bring the line up to date."""
        del target
        self._show(card)
        return message

    def same(self, message: MessageRef, other: MessageRef) -> bool:
        """A job's message is always the same one."""
        return message == other

    async def finished(self, job: JobId) -> Card:
        """The card of a job's end, as soon as there is one."""
        return await self._ends[job]

    def _show(self, card: Card) -> None:
        done = 1.0 if card.status is JobStatus.SUCCEEDED else card.progress.fraction if card.progress else 0.0
        self._display.update(self._lines[card.job], completed=done, description=card.headline)
        end = self._ends[card.job]
        if card.status.ended and not end.done():
            end.set_result(card)


def display() -> Progress | PlainLines:
    """A progress display on stderr; if that is no terminal, a line now and then for who reads the log."""
    from rich.console import Console

    console = Console(stderr=True)
    if not console.is_terminal:
        return PlainLines(sys.stderr)
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TimeElapsedColumn(),
        console=console,
        transient=True,
    )
