import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.ranking import Ranking


@given(st.lists(st.integers(0, 2000), max_size=900), st.integers(1, 5))
def test_ranks_and_sums_are_those_of_a_sorted_list(numbers: list[int], every: int) -> None:
    ranking: Ranking[int] = Ranking()
    kept: list[int] = []
    for place, number in enumerate(numbers):
        if number in ranking:
            ranking.remove(number)
            kept.remove(number)
        else:
            ranking.add(number, number / 7)
            kept.append(number)
        if place % every == 0 and kept:
            assert ranking.first() == min(kept)
    kept.sort()
    assert (list(ranking), len(ranking)) == (kept, len(kept))
    assert ranking.total == pytest.approx(sum(kept) / 7)
    for place, number in enumerate(kept):
        count, weight = ranking.before(number)
        assert count == place
        assert weight == pytest.approx(sum(kept[:place]) / 7)


def test_many_keys_are_kept_in_short_blocks() -> None:
    ranking: Ranking[int] = Ranking()
    for number in range(5000, 0, -1):
        ranking.add(number)
    assert list(ranking) == list(range(1, 5001))
    assert [ranking.before(number)[0] for number in (1, 777, 5000)] == [0, 776, 4999]
    for number in range(1, 5001):
        ranking.remove(number)
    assert (len(ranking), ranking.total) == (0, 0)
