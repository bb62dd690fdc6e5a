"""The numbers of a core as they stand when `/metrics` is asked for them."""

import contextlib
import shutil
from collections.abc import Iterator
from pathlib import Path

from adapters.web.health import Reading
from bot.domain.job import JobStatus
from bot.gate import Tally
from bot.health import Health
from bot.lifecycle import Core
from bot.overseeing import Mode

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
    "workers_ended": "Workers that crashed, hung or were killed.",
}
"""What the engine counts, with what it means."""


def readings(health: Health) -> Iterator[Reading]:
    """Everything that is known by now."""
    for part, sentence in health.standing().items():
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
    for name, count in core.engine.counters().items():
        kind = "gauge" if "bytes" in name else "counter"
        words = ENGINE.get(name, "Counted by the engine.")
        yield Reading(name=f"engine_{name}", help=words, value=count, kind=kind)  # type: ignore[arg-type]  # mypy takes a conditional for any text
    rates = core.pace.rates()
    if rates:
        words = "Seconds per step and megapixel over the latest pictures."
        for quantile, value in zip(("0.5", "0.9"), rates, strict=True):
            yield Reading(name="step_seconds", help=words, value=value, labels={"quantile": quantile})
