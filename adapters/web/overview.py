"""What the operator's page shows, from the core's values: pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.domain.ids import JobId
from bot.domain.job import Job
from bot.domain.limits import span
from bot.operations import Disk, InForce, Overview, Premises
from bot.overseeing import MemberUsage, Mode, Unshown
from bot.texts import text

_GIGABYTE = 1e9
_MEGABYTE = 1e6


@dataclass(frozen=True, slots=True, kw_only=True)
class JobRow:
    """A job without its words.

    Attributes:
        age: since it was asked for.
        state: how far it is, or why it failed.
        percent: of one on the device.
    """

    job: JobId
    place: str
    member: str
    action: str
    model: str
    age: str
    state: str = ""
    percent: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OverviewView:
    """The page.

    Attributes:
        facts: of device and models, by their names.
        more: waiting jobs that are not listed.
        drained: nothing is taken and nothing is left to do.
    """

    mode: Mode
    drained: bool
    running: Sequence[JobRow]
    waiting: Sequence[JobRow]
    more: int
    facts: Sequence[tuple[str, str]]
    ended: Sequence[tuple[str, int]]
    failures: Sequence[JobRow]
    unshown: Sequence[Unshown]
    usage: Sequence[MemberUsage]
    disk: Sequence[tuple[str, str]]
    settings: Sequence[InForce]
    trouble: str
    version: str


def overview_view(found: Overview, premises: Premises, disk: Disk, locale: str) -> OverviewView:
    """Everything in the words of one language."""
    return OverviewView(
        mode=found.mode,
        drained=found.mode is Mode.DRAINING and not found.running and not found.in_line,
        running=[_row(job, found.at, locale, percent=round(share * 100)) for job, share in found.running],
        waiting=[_row(job, found.at, locale) for job in found.waiting],
        more=found.in_line - len(found.waiting),
        facts=_facts(found, premises, locale),
        ended=[(text(locale, f"status-{status}"), count) for status, count in found.ended.items()],
        failures=[_row(job, found.at, locale, state=job.error) for job in found.failures],
        unshown=found.unshown,
        usage=found.usage,
        disk=[
            (text(locale, "web-op-disk-pictures"), _size(disk.pictures)),
            (text(locale, "web-op-disk-database"), _size(disk.database)),
            (text(locale, "web-op-disk-free"), _size(disk.free)),
        ],
        settings=premises.settings,
        trouble=found.trouble,
        version=premises.version,
    )


def job_rows(job: Job, locale: str) -> Sequence[tuple[str, str]]:
    """What may be known of a job without looking at it."""
    return [
        (text(locale, "web-id"), str(job.id)),
        (text(locale, "web-op-state"), text(locale, f"status-{job.status}")),
        (text(locale, "web-op-member"), _member(job)),
        (text(locale, "web-op-place"), _place(job)),
        (text(locale, "web-op-what"), job.action),
        (text(locale, "field-model"), job.recipes[0].model),
        (text(locale, "web-op-pictures"), str(len(job.recipes))),
    ]


def _facts(found: Overview, premises: Premises, locale: str) -> list[tuple[str, str]]:
    said = {
        "web-op-device": found.device,
        "web-op-slots": str(found.slots or ""),
        "web-op-loaded": ", ".join(found.loaded),
        "web-op-offered": ", ".join(found.models),
        "web-op-memory": _memory(found.counters),
        "web-op-restarts": str(found.counters.get("workers_ended", 0)),
        "web-op-pace": " / ".join(f"{rate:.2f}" for rate in found.rates or ()),
        "web-op-up": text(locale, "span", **span(max(1.0, found.at - premises.started_at))),
    }
    return [(text(locale, name), value) for name, value in said.items() if value]


def _memory(counters: Mapping[str, int]) -> str:
    used, whole = counters.get("device_bytes_used", 0), counters.get("device_bytes", 0)
    return f"{_size(used)} / {_size(whole)}" if whole else ""


def _row(job: Job, now: float, locale: str, *, state: str = "", percent: int | None = None) -> JobRow:
    since = job.ended_at or job.created_at
    return JobRow(
        job=job.id,
        place=_place(job),
        member=_member(job),
        action=job.action,
        model=job.recipes[0].model,
        age=text(locale, "span", **span(max(1.0, now - since))),
        state=state,
        percent=percent,
    )


def _place(job: Job) -> str:
    return " ".join(part for part in (job.requester.platform, job.requester.space) if part)


def _member(job: Job) -> str:
    return job.requester.name or job.requester.user


def _size(count: int) -> str:
    return f"{count / _GIGABYTE:.1f} GB" if count >= _GIGABYTE else f"{count / _MEGABYTE:.1f} MB"
