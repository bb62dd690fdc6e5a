"""How much one member may ask for."""

from dataclasses import dataclass

from bot.domain.errors import LimitReached
from bot.texts import time_span

DAY = 86400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The owner's bounds.

    Attributes:
        pending_per_user: jobs of one member that wait or run at the same time.
        waiting_per_user: requests of one member that wait to be looked at, while another one of theirs is.
        per_user_per_day: pictures of one member in any 24 hours; 0 means no bound.
        per_request: pictures that one request may ask for.
        kept_per_user: results that one member may keep beyond retention.
    """

    pending_per_user: int = 4
    waiting_per_user: int = 10
    per_user_per_day: int = 200
    per_request: int = 8
    kept_per_user: int = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What one member has used.

    Attributes:
        pending: jobs that wait or run now.
        pictures: pictures of the last 24 hours, pending ones included, refunded ones not.
        oldest_at: when the oldest of those was asked for, Unix seconds; None if there are none.
    """

    pending: int
    pictures: int
    oldest_at: float | None


def check_limits(limits: Limits, usage: Usage, *, pictures: int, now: float) -> None:
    """Refuse a request for `pictures` more that goes over a bound.

    Raises:
        LimitReached: with what the bound is and when to come back.
    """
    if usage.pending >= limits.pending_per_user:
        raise LimitReached("refused-pending", pending=usage.pending, most=limits.pending_per_user)
    if pictures > limits.per_request:
        raise LimitReached("refused-more-than-a-request", most=limits.per_request, asked=pictures)
    if limits.per_user_per_day and pictures > limits.per_user_per_day:
        raise LimitReached("refused-more-than-a-day", most=limits.per_user_per_day, asked=pictures)
    if limits.per_user_per_day and usage.pictures + pictures > limits.per_user_per_day:
        oldest = now if usage.oldest_at is None else usage.oldest_at
        wait = time_span(max(60.0, oldest + DAY - now))
        raise LimitReached("refused-day", most=limits.per_user_per_day, **wait)
