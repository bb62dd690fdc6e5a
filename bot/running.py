"""A job on the device: how far it is, and what there is to see of it."""

import asyncio
from dataclasses import dataclass, field

from bot.domain.card import STEPS, Progress, Stage
from bot.domain.job import Job


@dataclass(slots=True)
class RunningJob:
    """From its first picture's start to its last one's end.

    Attributes:
        job: the row as it is stored.
        lock: orders the ends of its pictures.
        fractions: how far each picture is; 1 is kept.
        previews: the latest one of each picture.
        loading: the model of its latest picture is being loaded.
    """

    job: Job
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    fractions: dict[int, float] = field(default_factory=dict)
    previews: dict[int, bytes] = field(default_factory=dict)
    loading: bool = False

    @property
    def through(self) -> frozenset[int]:
        """The pictures that are done."""
        return frozenset(index for index, fraction in self.fractions.items() if fraction == 1)

    @property
    def stage(self) -> Stage:
        """What it is at, taken over all its pictures."""
        fractions = self.fractions.values()
        if not any(fractions):
            return Stage.LOADING if self.loading else Stage.STARTING
        last = len(fractions) == len(self.job.recipes) and min(fractions) >= STEPS
        return Stage.FINISHING if last else Stage.PAINTING

    @property
    def fraction(self) -> float:
        """How far it is, 0 .. 1 over all its pictures."""
        return sum(self.fractions.values()) / len(self.job.recipes)

    def progress(self, *, seconds_left: float | None) -> Progress:
        """How far it is, to be shown."""
        return Progress(
            fraction=self.fraction,
            stage=self.stage,
            seconds_left=seconds_left,
            previews=self.previews,
        )
