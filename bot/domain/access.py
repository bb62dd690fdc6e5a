"""Who may see and touch a job: one table, asked for every read and act, whatever chat it comes through.

A job stands in places: the conversation in which it was asked for, unless it is private, and every conversation that
the bot itself sent a copy to (a published result, a copy by reaction). Whoever is in one of them may see it and go on
from it; nobody else may, and for them it does not exist.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

from bot.domain.errors import Gone, NotAllowed, UserError
from bot.domain.ids import JobId
from bot.domain.job import Job
from bot.domain.request import Requester
from bot.domain.safety import STRICTEST, Site


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """Who does something, and where: what a chat knows of an event and the core decides by.

    Attributes:
        server: the key of the settings of the server or workspace; empty if nothing can be set there.
        rooms: keys of the conversation, outermost first: a thread stands in its channel. Empty outside of any.
        channel: the id by which settings name that conversation; empty if their list of channels does not apply.
        roles: ids of the member's roles there.
        site: what kind of place it is.
        writes: they may write there, or have the bot write; else what they do there is for them alone.
        operates: they run the service, and have shown that.
        moderates: they may act on others' messages in the server or workspace that `requester.space` names.
        others: the same member in other places whose rules hold for them too, as on the web.
        shown: the job of the message of our own in front of them, as the chat itself gave that message.
        locale: BCP 47 tag of their language.
        place_locale: of the place, which speaks to everybody there; empty if the chat does not say.
    """

    requester: Requester
    server: str = ""
    rooms: tuple[str, ...] = ()
    channel: str = ""
    roles: frozenset[str] = frozenset()
    site: Site = STRICTEST
    writes: bool = True
    moderates: bool = False
    operates: bool = False
    shown: JobId | None = None
    others: tuple["Asker", ...] = ()
    locale: str = "en"
    place_locale: str = ""

    @property
    def keys(self) -> tuple[str, ...]:
        """The places whose settings hold for them, outermost first."""
        return (self.server, *self.rooms) if self.server else ()

    @property
    def place(self) -> str:
        """The conversation they are in."""
        return self.rooms[-1] if self.rooms else ""


class Act(StrEnum):
    """What is done with a job."""

    SEE = "see"  # its words, its recipe, its id
    DERIVE = "derive"  # rerun, reroll, chain, edit, sweep, draw or use a map
    COPY = "copy"  # have its pictures sent
    PUBLISH = "publish"
    COLLECT = "collect"
    KEEP = "keep"  # beyond the time that results are kept
    CANCEL = "cancel"
    DELETE = "delete"
    REVEAL = "reveal"  # see a member's words and pictures, to run the service
    REPORT = "report"
    BAN = "ban"


class Tie(StrEnum):
    """What a member has to do with a job."""

    REQUESTER = "requester"
    THERE = "there"  # they are where it stands
    MODERATOR = "moderator"  # of the server or workspace in which it was asked for
    OPERATOR = "operator"  # whoever runs the service
    WATCHER = "watcher"  # the same, of what was asked for before everybody there


ACCESS: Mapping[Act, frozenset[Tie]] = {
    Act.SEE: frozenset({Tie.REQUESTER, Tie.THERE, Tie.WATCHER}),
    Act.DERIVE: frozenset({Tie.REQUESTER, Tie.THERE}),
    Act.COPY: frozenset({Tie.REQUESTER, Tie.THERE}),
    Act.PUBLISH: frozenset({Tie.REQUESTER}),
    Act.COLLECT: frozenset({Tie.REQUESTER}),
    Act.KEEP: frozenset({Tie.REQUESTER}),
    Act.CANCEL: frozenset({Tie.REQUESTER, Tie.MODERATOR, Tie.OPERATOR}),
    Act.DELETE: frozenset({Tie.REQUESTER, Tie.MODERATOR}),
    Act.REVEAL: frozenset({Tie.OPERATOR}),
    Act.REPORT: frozenset({Tie.REQUESTER, Tie.THERE}),
    Act.BAN: frozenset({Tie.MODERATOR}),
}

_UNKNOWN = dict.fromkeys(Act, "refused-job-unknown") | {
    Act.DERIVE: "refused-gone",
    Act.COPY: "refused-gone",
    Act.PUBLISH: "refused-gone",
    Act.KEEP: "refused-gone",
}
_NOT_YOURS = dict.fromkeys(Act, "refused-not-yours") | {
    Act.CANCEL: "refused-not-yours-nor-moderator",
    Act.DELETE: "refused-not-yours-nor-moderator",
    Act.BAN: "refused-no-moderator",
}


def stands_in(job: Job, copies: Collection[str]) -> frozenset[str]:
    """The places that a job stands in; `copies` are those that the bot sent a copy to."""
    return frozenset(copies) | (frozenset() if job.private or not job.place else {job.place})


def ties(asker: Asker, job: Job, copies: Collection[str]) -> frozenset[Tie]:
    """What a member has to do with a job."""
    found = set()
    if asker.requester.key == job.requester.key:
        found.add(Tie.REQUESTER)
    if asker.operates:
        found.add(Tie.OPERATOR)
    if asker.requester.platform == job.requester.platform:
        if stands_in(job, copies).intersection(asker.rooms):
            found.add(Tie.THERE)
        if asker.moderates and job.requester.space and asker.requester.space == job.requester.space:
            found.add(Tie.MODERATOR)
            if not job.private:
                found.add(Tie.WATCHER)
    return frozenset(found)


def is_allowed(act: Act, asker: Asker, job: Job, copies: Collection[str]) -> bool:
    """Whether a member may do that."""
    return bool(ACCESS[act] & ties(asker, job, copies))


def refusal(act: Act, asker: Asker, job: Job | None, copies: Collection[str] = ()) -> UserError:
    """Why not. A job that they may not see is refused in the same words as one that does not exist."""
    if job is None or not is_allowed(Act.SEE, asker, job, copies):
        return Gone(_UNKNOWN[act])
    return NotAllowed(_NOT_YOURS[act])
