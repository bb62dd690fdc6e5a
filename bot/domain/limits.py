"""How much one member may ask for."""

from dataclasses import dataclass

from bot.domain.errors import LimitReached

DAY = 86400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The owner's bounds.

    Attributes:
        pending_per_user: jobs of one member that wait or run at the same time.
        per_user_per_day: pictures of one member in any 24 hours; 0 means no bound.
    """

    pending_per_user: int = 4
    per_user_per_day: int = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What one member has used.

    Attributes:
        pending: jobs that wait or run now.
        pictures: pictures of the last 24 hours, pending ones included, refunded ones not.
        oldest_at: when the oldest of those was asked for, Unix seconds; None where there are none.
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
        raise LimitReached(
            f"You have {usage.pending} jobs waiting, the most allowed is {limits.pending_per_user}: "
            "wait for one to finish, or cancel one."
        )
    if limits.per_user_per_day and usage.pictures + pictures > limits.per_user_per_day:
        oldest = now if usage.oldest_at is None else usage.oldest_at
        raise LimitReached(
            f"That would be more than your {limits.per_user_per_day} pictures in 24 hours: "
            f"come back in {in_words(max(60.0, oldest + DAY - now))}."
        )


def in_words(seconds: float) -> str:
    """A time span for people: "40 seconds", "12 minutes", "3 hours"."""
    for size, unit in ((3600, "hour"), (60, "minute")):
        if seconds >= size * 1.5 or (seconds >= size and unit == "minute"):
            count = round(seconds / size)
            return f"{count} {unit}{'s' if count != 1 else ''}"
    count = max(1, round(seconds))
    return f"{count} second{'s' if count != 1 else ''}"
