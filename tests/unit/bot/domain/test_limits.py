"""Bounds refuse with what they are and when to come back."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.errors import LimitReached
from bot.domain.limits import DAY, Limits, Usage, check_limits
from bot.texts import text, time_span

NOW = 1_000_000.0


def usage(*, pending: int = 0, pictures: int = 0, oldest_at: float | None = None) -> Usage:
    return Usage(pending=pending, pictures=pictures, oldest_at=oldest_at)


def test_within_the_bounds_nothing_happens() -> None:
    limits = Limits(pending_per_user=2, per_user_per_day=10)
    check_limits(limits, usage(pending=1, pictures=6, oldest_at=NOW - 5), pictures=4, now=NOW)


def test_too_many_waiting_jobs_are_refused() -> None:
    with pytest.raises(LimitReached, match=r"You already have 2 of 2 jobs in the queue\. Wait for one"):
        check_limits(Limits(pending_per_user=2), usage(pending=2), pictures=1, now=NOW)


def test_a_days_pictures_are_bounded_and_the_sentence_says_when_to_come_back() -> None:
    limits = Limits(per_user_per_day=10)
    spent = usage(pictures=7, oldest_at=NOW - DAY + 7200)
    with pytest.raises(LimitReached, match=r"more than your 10 pictures in 24 hours: come back in 2 hours\."):
        check_limits(limits, spent, pictures=4, now=NOW)


def test_a_request_larger_than_the_days_bound_is_refused() -> None:
    with pytest.raises(LimitReached, match="ask for fewer"):
        check_limits(Limits(per_user_per_day=3), usage(), pictures=4, now=NOW)


def test_zero_means_no_bound_on_a_day() -> None:
    check_limits(Limits(per_user_per_day=0), usage(pictures=10**6, oldest_at=NOW), pictures=8, now=NOW)


@given(st.integers(0, 8), st.integers(0, 30), st.integers(1, 8), st.integers(1, 8), st.integers(1, 30))
def test_a_bound_is_never_passed(pending: int, pictures: int, more: int, most_pending: int, most: int) -> None:
    limits = Limits(pending_per_user=most_pending, per_user_per_day=most)
    spent = usage(pending=pending, pictures=pictures, oldest_at=NOW)
    fits = pending < most_pending and pictures + more <= most
    try:
        check_limits(limits, spent, pictures=more, now=NOW)
    except LimitReached:
        assert not fits
    else:
        assert fits


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "1 second"),
        (1, "1 second"),
        (40, "40 seconds"),
        (60, "1 minute"),
        (90, "2 minutes"),
        (3600, "60 minutes"),
        (5400, "2 hours"),
        (DAY, "24 hours"),
        (1.5 * DAY, "2 days"),
        (7 * DAY, "7 days"),
    ],
)
def test_spans_are_said_in_words(seconds: float, words: str) -> None:
    assert text("en", "span", **time_span(seconds)) == words


@given(st.floats(0, 30 * DAY))
def test_a_span_in_words_is_near_the_truth(seconds: float) -> None:
    matched = re.fullmatch(r"(\d+) (second|minute|hour|day)s?", text("en", "span", **time_span(seconds)))
    assert matched is not None
    count, unit = int(matched[1]), {"second": 1, "minute": 60, "hour": 3600, "day": DAY}[matched[2]]
    assert abs(count * unit - seconds) <= max(1, seconds / 3)


def test_one_request_is_bounded_in_pictures() -> None:
    limits = Limits(per_request=4)
    check_limits(limits, usage(), pictures=4, now=NOW)
    with pytest.raises(LimitReached, match="4 pictures at most and this one asks for 5"):
        check_limits(limits, usage(), pictures=5, now=NOW)
