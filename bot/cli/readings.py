"""The numbers of a core as they stand when `/metrics` is asked for them."""

import contextlib
import shutil
import sys
from collections.abc import Iterator
from functools import cache
from importlib import metadata
from pathlib import Path

from adapters.web.health import Reading
from bot import __version__
from bot.domain.job import JobStatus
from bot.gate import Tally
from bot.health import Health
from bot.lifecycle import Core
from bot.overseeing import Mode
from inference.api import EngineStopped

ENGINE: dict[str, str] = {
    "device_bytes": "Memory of the device: the GPU's, or the machine's where the processor computes.",
    "device_bytes_used": "Of it, what is used now, by whomever on a GPU, by the worker alone on a processor.",
    "model_bytes_at_most": "The most memory that loaded models took at any time.",
    "models_left": "Models that had to leave the memory for others.",
    "models_loaded": "Models that were loaded.",
    "pictures_encoded": "Sources that were encoded.",
    "pictures_remembered": "Sources whose latents were still known.",
    "words_encoded": "Prompts that were encoded.",
    "words_remembered": "Prompts whose embeds were still known.",
    "model_loading_ms": "Time that loading models took, those too that could not be loaded.",
    "model_loads_failed": "Tries to load a model that failed.",
    "download_bytes": "Bytes of models that came from the hub.",
    "download_bytes_left": "Bytes that downloads under way still lack.",
    "downloads_running": "Downloads under way.",
    **dict.fromkeys(("downloads_ended.done", "downloads_ended.failed"), "Downloads that ended."),
    **{
        f"workers_ended.{reason}": "Workers that ended and were replaced: by a restart that was asked for, a fault "
        "of their own, silence, SIGKILL from outside, a device that was unusable, a model that could not be loaded."
        for reason in ("asked", "crashed", "hung", "killed", "poisoned", "unavailable")
    },
}
"""What the engine counts, with what it means; after a point what happened, as the label's value."""
_LABELS = {"downloads_ended": "outcome", "workers_ended": "reason"}
_LEVELS = {"device_bytes", "device_bytes_used", "model_bytes_at_most", "download_bytes_left", "downloads_running"}


def readings(health: Health) -> Iterator[Reading]:
    """Everything that is known by now."""
    yield _build(health.core)
    for part, sentence in health.parts().items():
        words = "1 if this part can do its work, 0 if /readyz says why it cannot."
        yield Reading(name="ready", help=words, value=not sentence, labels={"part": part})
    for platform, connected in health.connected().items():
        yield Reading(
            name="platform_connected",
            help="1 while events of that chat can arrive.",
            value=connected,
            labels={"platform": platform},
        )
    if health.core is not None:
        yield from _of_jobs(health.core)
        yield from _of_the_engine(health.core)


def room(data_dir: Path) -> Iterator[Reading]:
    """How much the disk of the data folder has left; nothing while there is no such folder."""
    with contextlib.suppress(OSError):
        free = shutil.disk_usage(data_dir).free
        yield Reading(name="disk_free_bytes", help="Room on the disk of data_dir.", value=free)


def _build(core: Core | None) -> Reading:
    device = ""
    with contextlib.suppress(EngineStopped):
        device = core.engine.capacity().device if core else ""
    words = "1, with the versions that run and the device, which is empty until a worker has told it."
    return Reading(name="build_info", help=words, value=1, labels={**_versions(), "device": device})


@cache
def _versions() -> dict[str, str]:
    """Read from what is installed: importing torch would take seconds."""
    installed = {name: metadata.version(name) for name in ("torch", "diffusers")}
    return {"version": __version__, "python": "{}.{}.{}".format(*sys.version_info[:3]), **installed}


def _of_jobs(core: Core) -> Iterator[Reading]:
    oldest = core.queue.oldest
    waits = 0.0 if oldest is None else max(0.0, core.clock.now() - oldest)
    yield Reading(name="jobs_waiting", help="Jobs in the queue.", value=len(core.queue))
    for mode in Mode:
        if mode is not Mode.RUNNING:
            yield Reading(
                name="mode",
                help="1 while the operator has paused the service, or drains it.",
                value=core.operations.mode is mode,
                labels={"mode": mode},
            )
    yield Reading(name="jobs_running", help="Jobs on the device.", value=core.dispatch.running)
    yield Reading(name="queue_oldest_seconds", help="How long the job waits that was accepted first.", value=waits)
    for status in JobStatus:
        if status.ended:
            yield Reading(
                name="jobs_ended",
                help="Jobs whose end was shown since the start.",
                value=core.delivery.ended[status],
                kind="counter",
                labels={"status": status},
            )
    for outcome in Tally:
        yield Reading(
            name="moderation",
            help="Prompts and pictures by what was decided about them.",
            value=core.gate.counts[outcome],
            kind="counter",
            labels={"outcome": outcome},
        )


def _of_the_engine(core: Core) -> Iterator[Reading]:
    for device in core.engine.devices():
        labels = {"device": device.name}
        up = "1 while the device takes pictures."
        yield Reading(name="device_up", help=up, value=device.slots > 0, labels=labels)
        slots = "Pictures that the device takes at a time."
        yield Reading(name="device_slots", help=slots, value=device.slots, labels=labels)
        yield Reading(name="device_running", help="Pictures on the device.", value=device.running, labels=labels)
    for key, count in sorted(core.engine.counters().items()):
        name, _, what = key.partition(".")
        inside = name.removesuffix("_ms")
        yield Reading(
            name=f"engine_{name}" if inside == name else f"engine_{inside}_seconds",
            help=ENGINE.get(key, "Counted by the engine."),
            value=count if inside == name else count / 1000,
            kind="gauge" if name in _LEVELS else "counter",
            labels={_LABELS[name]: what} if what else {},
        )
    rates = core.pace.rates()
    if rates:
        words = "Seconds per step and megapixel over the latest pictures."
        for quantile, value in zip(("0.5", "0.9"), rates, strict=True):
            yield Reading(name="step_seconds", help=words, value=value, labels={"quantile": quantile})
