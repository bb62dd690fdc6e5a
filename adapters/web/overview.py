"""What the operator's page shows, from the core's values: pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.domain.ids import JobId
from bot.domain.job import Job
from bot.operations import Disk, Overview, ProcessInfo, SettingInForce
from bot.overseeing import MemberUsage, Mode, RestartStage, Unshown
from bot.texts import text, time_span, told
from inference.api import Device

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
class DeviceRow:
    """A device and its worker.

    Attributes:
        work: pictures on it, and how many it takes at a time; empty while it takes none.
        worker: its process, with the machine if that is another one; empty while there is none that is ready.
        lost: workers that crashed or hung.
        trouble: why it takes nothing; empty if it does.
    """

    name: str
    description: str
    worker: str
    work: str
    loaded: str
    lost: int
    trouble: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OverviewView:
    """The page.

    Attributes:
        facts: of the models and the pace, by their names.
        restarting: whether workers are started anew.
        restart: how far that is, or how it ended; empty if none was asked for.
        more: waiting jobs that are not listed.
        drained: nothing is taken and nothing is left to do.
    """

    mode: Mode
    drained: bool
    running: Sequence[JobRow]
    waiting: Sequence[JobRow]
    more: int
    devices: Sequence[DeviceRow]
    restarting: bool
    restart: str
    facts: Sequence[tuple[str, str]]
    ended: Sequence[tuple[str, int]]
    failures: Sequence[JobRow]
    unshown: Sequence[Unshown]
    usage: Sequence[MemberUsage]
    disk: Sequence[tuple[str, str]]
    settings: Sequence[SettingInForce]
    trouble: str
    version: str


def overview_view(found: Overview, process: ProcessInfo, disk: Disk, locale: str) -> OverviewView:
    """Everything in the words of one language."""
    return OverviewView(
        mode=found.mode,
        drained=found.mode is Mode.DRAINING and not found.running and not found.in_line,
        running=[_row(job, found.at, locale, percent=round(share * 100)) for job, share in found.running],
        waiting=[_row(job, found.at, locale) for job in found.waiting],
        more=found.in_line - len(found.waiting),
        devices=[_device(device, locale) for device in found.devices],
        restarting=found.restart is not None and found.restart.stage is not RestartStage.DONE,
        restart=_restart(found, locale),
        facts=_facts(found, process, locale),
        ended=[(text(locale, f"status-{status}"), count) for status, count in found.ended.items()],
        failures=[_row(job, found.at, locale, state=told(locale, job.error)) for job in found.failures],
        unshown=found.unshown,
        usage=found.usage,
        disk=[
            (text(locale, "web-op-disk-pictures"), _size(disk.pictures)),
            (text(locale, "web-op-disk-database"), _size(disk.database)),
            (text(locale, "web-op-disk-free"), _size(disk.free)),
        ],
        settings=process.settings,
        trouble=found.trouble,
        version=process.version,
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


def _device(device: Device, locale: str) -> DeviceRow:
    worker = f"{device.pid} ({device.host})" if device.host else str(device.pid)
    return DeviceRow(
        name=device.name,
        description=device.description,
        worker=worker if device.pid else "",
        work=text(locale, "web-op-of", count=device.running, most=device.slots) if device.slots else "",
        loaded=", ".join(device.loaded),
        lost=device.lost,
        trouble=device.trouble,
    )


def _restart(found: Overview, locale: str) -> str:
    if (restart := found.restart) is None:
        return ""
    if restart.stage is not RestartStage.DONE:
        most = 1 if restart.device else len(found.devices)
        return text(locale, "web-op-restarting", count=len(restart.outcome), most=most)
    lost = [f"{name}: {trouble}" for name, trouble in restart.outcome.items() if trouble]
    if lost:
        return text(locale, "web-op-restart-lost", devices=" ".join(lost))
    return text(locale, "web-op-restarted", devices=", ".join(restart.outcome)) if restart.outcome else ""


def _facts(found: Overview, process: ProcessInfo, locale: str) -> list[tuple[str, str]]:
    said = {
        "web-op-offered": ", ".join(found.models),
        "web-op-memory": _memory(found.counters),
        "web-op-pace": " / ".join(f"{rate:.2f}" for rate in found.rates or ()),
        "web-op-up": text(locale, "span", **time_span(max(1.0, found.at - process.started_at))),
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
        age=text(locale, "span", **time_span(max(1.0, now - since))),
        state=state,
        percent=percent,
    )


def _place(job: Job) -> str:
    return " ".join(part for part in (job.requester.platform, job.requester.space) if part)


def _member(job: Job) -> str:
    return job.requester.name or job.requester.user


def _size(count: int) -> str:
    return f"{count / _GIGABYTE:.1f} GB" if count >= _GIGABYTE else f"{count / _MEGABYTE:.1f} MB"
