"""What the operator wants to know of the store, and the mode of operation that it keeps."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from bot.domain.ids import JobId
from bot.domain.job import Job


class Mode(StrEnum):
    """What the operator lets the service do."""

    RUNNING = "running"
    PAUSED = "paused"  # requests are taken, and nothing begins
    DRAINING = "draining"  # nothing is taken, and what waits is made


class RestartStage(StrEnum):
    """How far a restart of the devices is."""

    ASKED = "asked"
    RUNNING = "running"
    DONE = "done"


@dataclass(frozen=True, slots=True, kw_only=True)
class Restart:
    """A rolling restart: devices are started anew one after the other, while the others go on.

    Attributes:
        device: only this one; empty for each of them.
        outcome: by device, in the order in which they were restarted: why it does not work now; empty if it does.
    """

    device: str = ""
    stage: RestartStage = RestartStage.ASKED
    outcome: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberUsage:
    """What one member asked for.

    Attributes:
        key: as `Requester.key`.
        name: what the chat called them in their latest job; empty if none of theirs is kept.
    """

    key: str
    name: str
    jobs: int
    pictures: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Unshown:
    """A finished job whose message could not be shown.

    Attributes:
        reason: the chat's or ours, for the operator.
    """

    job: JobId
    reason: str


class Overseeing(Protocol):
    """The part of the job store that looks over everybody's jobs."""

    async def mode(self) -> Mode:
        """As it was set last, by this process or another; RUNNING if it never was."""
        ...

    async def set_mode(self, mode: Mode) -> None:
        """From now on, also after a restart."""
        ...

    async def ask_restart(self, device: str) -> bool:
        """Have devices restarted, see `Restart.device`; False if that is being done already."""
        ...

    async def restart(self) -> Restart | None:
        """The restart that was asked for last, by this process or another."""
        ...

    async def note_restart(self, restart: Restart) -> None:
        """Keep how far the latest one is."""
        ...

    async def queued_ids(self) -> Sequence[JobId]:
        """The jobs that wait, oldest first."""
        ...

    async def jobs_by_id(self, wanted: Sequence[JobId]) -> Sequence[Job]:
        """Those of them that there are, in that order."""
        ...

    async def failures(self, *, limit: int) -> Sequence[Job]:
        """The jobs that failed or were refused last, newest first."""
        ...

    async def unshown(self, *, limit: int) -> Sequence[Unshown]:
        """Those of the latest jobs that can never be shown, newest first."""
        ...

    async def usage_by_member(self, *, since: float, limit: int) -> Sequence[MemberUsage]:
        """Who asked for how much at `since` or later, most pictures first."""
        ...
