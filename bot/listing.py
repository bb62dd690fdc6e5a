"""What a member made, a page at a time."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain.job import Generation, Job

Cursor = tuple[float, int]
"""Behind which job a page begins: when it was asked for, and its number among all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A job that made pictures.

    Attributes:
        generations: those that were not deleted, by index.
    """

    job: Job
    generations: Sequence[Generation]


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultsPage:
    """Some of a member's results.

    Attributes:
        more: where the next page begins; None if there is none.
    """

    kept: Sequence[Kept]
    more: Cursor | None
