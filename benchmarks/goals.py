"""What figures must come to, and whether they do."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Goal:
    """A figure and the most that it may be."""

    what: str
    value: float
    most: float

    @property
    def met(self) -> bool:
        """Whether it is within its bound."""
        return self.value <= self.most

    def __str__(self) -> str:
        return f"{'met' if self.met else 'MISSED'}: {self.what}: {self.value:,.2f}, goal at most {self.most:,g}"


def verdicts(goals: Iterable[Goal]) -> list[str]:
    """A line for each, as Markdown."""
    return ["## Verdicts", "", *(f"- {goal}" for goal in goals)]
