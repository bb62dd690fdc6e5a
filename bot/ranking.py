"""A sorted collection that knows how much stands before each of its keys.

Kept as a list of short sorted lists, as `sortedcontainers` does, with a sum for each: adding, removing and asking
cost about the square root of the size, some microseconds at 10,000 keys.
"""

from bisect import bisect_left, insort
from collections.abc import Iterator
from itertools import chain
from typing import Generic, Protocol, Self, TypeVar

_MOST = 256
"""Keys of one block; a longer one is cut in two."""


class _Ordered(Protocol):
    def __lt__(self, other: Self, /) -> bool: ...


K = TypeVar("K", bound=_Ordered)


class Ranking(Generic[K]):
    """Keys in order, each once, each with a weight."""

    def __init__(self) -> None:
        self._blocks: list[list[K]] = []
        self._lasts: list[K] = []  # of each block
        self._sums: list[float] = []
        self._weights: dict[K, float] = {}

    def __len__(self) -> int:
        """How many keys there are."""
        return len(self._weights)

    def __contains__(self, key: object) -> bool:
        """Whether the key is there."""
        return key in self._weights

    def __iter__(self) -> Iterator[K]:
        """The keys, smallest first."""
        return chain.from_iterable(self._blocks)

    @property
    def total(self) -> float:
        """The sum of all weights."""
        return sum(self._sums)

    def first(self) -> K:
        """The smallest key.

        Raises:
            IndexError: there is none.
        """
        return self._blocks[0][0]

    def add(self, key: K, weight: float = 1.0) -> None:
        """Put in a key that is not there yet."""
        self._weights[key] = weight
        if not self._blocks:
            self._blocks, self._lasts, self._sums = [[key]], [key], [weight]
            return
        place = min(bisect_left(self._lasts, key), len(self._blocks) - 1)
        block = self._blocks[place]
        insort(block, key)
        self._lasts[place] = block[-1]
        self._sums[place] += weight
        if len(block) > _MOST:
            self._blocks[place : place + 1] = halves = [block[: _MOST // 2], block[_MOST // 2 :]]
            self._lasts[place : place + 1] = [half[-1] for half in halves]
            self._sums[place : place + 1] = [self._weight(half) for half in halves]

    def remove(self, key: K) -> None:
        """Take out a key that is there."""
        del self._weights[key]
        place = bisect_left(self._lasts, key)
        block = self._blocks[place]
        del block[bisect_left(block, key)]
        if block:
            self._lasts[place] = block[-1]
            self._sums[place] = self._weight(block)  # anew: what is added and taken off again leaves rounding errors
        else:
            del self._blocks[place], self._lasts[place], self._sums[place]

    def before(self, key: K) -> tuple[int, float]:
        """How many keys stand before one that is there, and the sum of their weights."""
        place = bisect_left(self._lasts, key)
        block = self._blocks[place]
        within = bisect_left(block, key)
        count = sum(map(len, self._blocks[:place])) + within
        return count, sum(self._sums[:place]) + self._weight(block[:within])

    def _weight(self, keys: list[K]) -> float:
        return sum(map(self._weights.__getitem__, keys))
