"""`Moderator` by the owner's block list and an image classifier."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import structlog

from bot.domain import blocklist
from bot.domain.safety import Verdict
from inference.api import Classifier, Uncheckable

_AT_A_TIME = 2
"""Prompts that are tried at the same time: the threads are there for files as well."""

log = structlog.get_logger(__name__)


class OwnersModerator:
    """Judges by the owner's list of words and, if there is one, a classifier.

    Args:
        blocked: patterns that hold everywhere.
        classifier: what looks at pictures; None if the owner has none.
        threshold: score from which a picture is unsafe.
    """

    def __init__(self, *, blocked: Sequence[str], classifier: Classifier | None, threshold: float) -> None:
        self._blocked = tuple(blocked)
        self._classifier = classifier
        self._threshold = threshold
        self._slots = asyncio.Semaphore(_AT_A_TIME)

    @property
    def classifies(self) -> bool:
        """Whether there is a classifier."""
        return self._classifier is not None

    async def blocks(self, prompt: str, *, also: Sequence[str] = ()) -> bool:
        """See `bot.ports.Moderator`."""
        patterns = (*self._blocked, *also)
        if not patterns:
            return False
        # In a thread: a server's admin may have written a list that is tried for longer than everybody else may wait.
        async with self._slots:
            return await asyncio.to_thread(blocklist.blocks, patterns, prompt)

    async def look(self, picture: Path) -> Verdict:
        """See `bot.ports.Moderator`."""
        if self._classifier is None:
            return Verdict.UNCLASSIFIED
        try:
            score = await self._classifier.score(picture)
        except Uncheckable as why:
            log.warning("picture not checked", reason=str(why))
            return Verdict.UNCHECKABLE
        log.debug("picture checked", score=score)
        return Verdict.UNSAFE if score >= self._threshold else Verdict.SAFE
