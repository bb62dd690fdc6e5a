"""A cache bounded by bytes, that counts how often it helped."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

T = TypeVar("T")


class ByteCache(Generic[T]):
    """Keeps the most recently used entries whose sizes add up to no more than `limit` bytes.

    Args:
        limit: 0 keeps nothing.
        size: bytes of an entry.
    """

    def __init__(self, limit: int, size: Callable[[T], int]) -> None:
        self.limit = limit
        self.held = 0
        self.hits = 0
        self.misses = 0
        self._size = size
        self._entries: OrderedDict[Hashable, T] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """The entry of that key, made if there is none. Two callers at once may both make it."""
        with self._lock:
            if key in self._entries:
                self.hits += 1
                self._entries.move_to_end(key)
                return self._entries[key]
            self.misses += 1
        entry = make()
        with self._lock:
            self._discard(key)
            if self._size(entry) <= self.limit:
                self._entries[key] = entry
                self.held += self._size(entry)
            while self.held > self.limit:
                self._discard(next(iter(self._entries)))
        return entry

    def clear(self) -> None:
        """Forget everything; the counts stay."""
        with self._lock:
            self._entries.clear()
            self.held = 0

    def __len__(self) -> int:
        return len(self._entries)

    def _discard(self, key: Hashable) -> None:
        if key in self._entries:
            self.held -= self._size(self._entries.pop(key))
