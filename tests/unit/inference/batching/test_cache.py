"""Caches: bounded by bytes, the least recently used goes."""

from hypothesis import given
from hypothesis import strategies as st

from inference.batching.cache import ByteCache


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(1, 40))), st.integers(0, 100))
def test_a_cache_stays_within_its_bytes_and_gives_back_what_was_put_in(
    asked: list[tuple[int, int]], limit: int
) -> None:
    cache: ByteCache[bytes] = ByteCache(limit, len)
    for key, size in asked:
        entry = cache.get((key, size), lambda key=key, size=size: bytes([key]) * size)  # type: ignore[misc]
        assert entry == bytes([key]) * size
        assert cache.held <= limit
    assert cache.hits + cache.misses == len(asked)


def test_a_cache_forgets_what_was_not_used_for_longest() -> None:
    cache: ByteCache[bytes] = ByteCache(3, len)
    for key in "abcadb":
        cache.get(key, lambda: b"x")
    assert (cache.hits, cache.misses, cache.held) == (1, 5, 3)
