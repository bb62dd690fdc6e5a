"""Letting go of what is stored: by age, by wish, and with it the pictures that nothing else needs."""

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.domain.ids import GenerationId, ImageId, JobId

Needed = Callable[[Collection[ImageId]], Awaitable[frozenset[ImageId]]]
"""Which of some pictures a job needs, as `JobStore.needed` says it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """Until when things are kept: Unix seconds before which they go.

    Attributes:
        pictures_before: results and sources of jobs that ended before it lose their pictures.
        jobs_before: jobs that ended before it go entirely, prompts included.
        inbox_before: settled inbox rows older than it go; must exceed every platform's retry window.
        usage_before: counts of pictures that were asked for before it go; at least the quota's day ago.
    """

    pictures_before: float
    jobs_before: float
    inbox_before: float
    usage_before: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Removed:
    """What went.

    Attributes:
        jobs: oldest first.
        images: pictures of theirs; others may need some of them still.
    """

    jobs: Sequence[JobId]
    images: frozenset[ImageId]


class Erasing(Protocol):
    """The part of the job store that removes: what it costs depends on what goes, not on what is stored."""

    async def sweep(self, retention: Retention) -> frozenset[ImageId]:
        """Forget what is older than the owner keeps things. Open and undelivered jobs stay.

        Returns:
            Pictures of what went. Call it again until there are none: it takes some thousands of jobs at a time.
        """
        ...

    async def forget(self, requester_key: str) -> Removed:
        """Remove a member's ended jobs, generations and inbox rows so that no page of the file holds them.

        Ended jobs go whether shown or not; what is left of their delivery goes with them. Open jobs stay: cancel
        them first. Usage stays until its day is over: it has neither words nor pictures.
        """
        ...

    async def forget_space(self, platform: str, space: str) -> Removed:
        """The same for everybody in a guild or workspace that the bot was removed from."""
        ...

    async def remove_generation(self, generation: GenerationId) -> frozenset[ImageId]:
        """A member deleted this result: its picture and prompt go, its place in others' lineage stays.

        The prompt goes from its ended job too, even if there never was a result; the job's last result takes the
        source picture along.

        Returns:
            Pictures that the job does not need any more.
        """
        ...

    async def needed(self, images: Collection[ImageId]) -> frozenset[ImageId]:
        """Those of `images` that a job or generation still needs."""
        ...

    async def holders(self, images: Collection[ImageId], *, besides: str = "") -> int:
        """How many jobs still need one of `images`; those of the member `besides` are left out."""
        ...
