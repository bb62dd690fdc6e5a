"""Letting go of what is stored: by age, by wish, and with it the pictures that nothing else needs."""

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass

from bot.domain.ids import ImageId, JobId

Needed = Callable[[Collection[ImageId]], Awaitable[frozenset[ImageId]]]
"""Which of some pictures a job needs, as `JobReader.needed` says it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """Until when things are kept: Unix seconds before which they go.

    Attributes:
        pictures_before: results and sources of jobs that ended before it lose their pictures.
        jobs_before: jobs that ended before it go entirely, prompts included.
        inbox_before: settled inbox rows older than it go; must exceed every platform's retry window.
        usage_before: counts of pictures that were asked for before it go; at least the quota's day ago.
        sessions_before: sessions, links and places of the pages that lasted until then go.
        on: the chats that are on. What others were not shown, or did not finish, goes by its age like everything
            else, as they may be off for ever. None if all are on.
    """

    pictures_before: float
    jobs_before: float
    inbox_before: float
    usage_before: float = 0.0
    sessions_before: float = 0.0
    on: frozenset[str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Removed:
    """What went.

    Attributes:
        jobs: oldest first.
        images: pictures of theirs; others may need some of them still.
    """

    jobs: Sequence[JobId]
    images: frozenset[ImageId]
