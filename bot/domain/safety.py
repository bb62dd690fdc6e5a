"""What may be shown where: the owner's policy, a pure function of what a check found and where it would be shown."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """What a check found out about a picture."""

    UNCLASSIFIED = "unclassified"  # the owner has no classifier: nobody looked
    SAFE = "safe"
    UNSAFE = "unsafe"
    UNCHECKABLE = "uncheckable"  # it was to be looked at and could not be; never shown


class Outcome(StrEnum):
    """What becomes of a picture."""

    DELIVER = "deliver"
    SPOILER = "spoiler"  # behind a blur that each reader lifts for themselves
    REFUSE = "refuse"


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """What a place is like, when something is to be shown there. The defaults are the strictest.

    Attributes:
        age_restricted: only adults get in, by the chat's own word.
        spoilers: the chat can hide a picture until a reader asks for it.
    """

    age_restricted: bool = False
    spoilers: bool = False


STRICTEST = Site()


@dataclass(frozen=True, slots=True, kw_only=True)
class Safety:
    """What is kept with a result about how it may be shown.

    Attributes:
        spoiler: hidden until a reader asks, where the job was asked for.
        stays: good for the kind of place it was asked in, perhaps not for others.
        source_hidden: the source may not be shown beside it.
    """

    verdict: Verdict = Verdict.UNCLASSIFIED
    spoiler: bool = False
    stays: bool = False
    source_hidden: bool = False


NEVER_LOOKED_AT = Safety()


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What the owner wants done with an unsafe picture.

    Attributes:
        unsafe: everywhere.
        unsafe_age_restricted: in places that only adults get into.
    """

    unsafe: Outcome = Outcome.REFUSE
    unsafe_age_restricted: Outcome = Outcome.REFUSE

    def outcome(self, verdict: Verdict, site: Site, *, private: bool) -> Outcome:
        """What becomes of a picture in a place.

        A chat without spoilers shows to its requester alone what should have been one, and to nobody else.
        """
        fixed = _WHEREVER.get(verdict)
        if fixed is not None:
            return fixed
        wanted = self.unsafe_age_restricted if site.age_restricted else self.unsafe
        if wanted is Outcome.SPOILER and not site.spoilers:
            return Outcome.DELIVER if private else Outcome.REFUSE
        return wanted

    def safety(self, verdict: Verdict, site: Site, *, private: bool) -> Safety | None:
        """How a picture is kept for a place; None if it may not be shown there."""
        outcome = self.outcome(verdict, site, private=private)
        if outcome is Outcome.REFUSE:
            return None
        return Safety(
            verdict=verdict,
            spoiler=outcome is Outcome.SPOILER,
            stays=verdict is Verdict.UNSAFE and site.age_restricted,
        )


_WHEREVER: Mapping[Verdict, Outcome] = {
    Verdict.UNCLASSIFIED: Outcome.DELIVER,
    Verdict.SAFE: Outcome.DELIVER,
    Verdict.UNCHECKABLE: Outcome.REFUSE,
}
