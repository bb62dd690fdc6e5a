"""Nothing that is remembered grows for ever."""

from bot.latest import Latest


def test_the_latest_few_are_kept_and_one_that_is_put_in_again_counts_as_new() -> None:
    kept: Latest[str, int] = Latest(2)
    kept["a"], kept["b"], kept["a"], kept["c"] = 1, 2, 3, 4
    assert list(kept.items()) == [("a", 3), ("c", 4)]
