"""Which devices workers get, one for each, and what each worker's process has to know to see no other.

A worker is started with one card visible to it, so that "the current device" is that card in every thread of it and
every library that it uses. What it computes with is then called "cuda", never "cuda:1".
"""

import itertools
import os
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import psutil

from inference.api import Capacity, Device
from inference.backends.base import AUTO_SHARE

_VISIBLE = {"cuda": "CUDA_VISIBLE_DEVICES", "xpu": "ZE_AFFINITY_MASK"}
"""The variable by which a process sees only some of the cards. AMD's ROCm reads the first one too."""

NO_CARD = "-1"


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnDevice:
    """A worker's device.

    Attributes:
        name: for people, e.g. "cuda:1".
        device: what the worker calls it: see `inference.backends.base.WorkerSettings`.
        environment: variables that its process is started with.
    """

    name: str
    device: str
    environment: Mapping[str, str] = field(default_factory=dict)


def own_device(name: str, environment: Mapping[str, str] = os.environ) -> OwnDevice:
    """The device of that name as its worker's only one.

    Args:
        name: as `model.device` has it. N of "cuda:N" counts what this process may see.
        environment: this process's.
    """
    kind, _, number = name.partition(":")
    variable = _VISIBLE.get(kind)
    if variable is None or not number:
        return OwnDevice(name=name, device=name)
    visible = _numbers(environment.get(variable, ""))
    card = number if not visible else visible[int(number)] if int(number) < len(visible) else NO_CARD
    return OwnDevice(name=name, device=kind, environment={variable: card})


def own_devices(
    wanted: str | int | Sequence[str],
    *,
    device: str,
    cards: int,
    cores: int,
    environment: Mapping[str, str] = os.environ,
) -> list[OwnDevice]:
    """One device for each worker.

    Args:
        wanted: `engine.devices`: "auto" is every NVIDIA card if `device` leaves that open, else one worker; or how
            many workers; or names.
        device: `model.device`.
        cards: NVIDIA cards in this machine.
        cores: processor cores that this process may use; workers on a processor share them.
        environment: this process's.
    """
    if not isinstance(wanted, str | int):
        return _named_apart(_on_processors([own_device(name, environment) for name in wanted], cores, environment))
    visible = environment.get(_VISIBLE["cuda"])
    seen = cards if visible is None else len(_numbers(visible))
    several = device in {"auto", "cuda"} and seen > 0
    count = wanted if isinstance(wanted, int) else seen if several else 1
    if count == 1 and not (isinstance(wanted, int) and seen > 1 and several):
        return [own_device(device, environment)]
    if several or device == "xpu":
        kind = "xpu" if device == "xpu" else "cuda"
        first = own_device(f"{kind}:0", environment)
        if device == "auto":  # if torch cannot use the cards, one worker goes on on the processor and says so
            first = OwnDevice(name=first.name, device="auto", environment=first.environment)
        return [first, *(own_device(f"{kind}:{number}", environment) for number in range(1, count))]
    name = "cpu" if device == "auto" else device
    return _named_apart(_on_processors([own_device(name, environment)] * count, cores, environment))


def _on_processors(devices: Sequence[OwnDevice], cores: int, environment: Mapping[str, str]) -> list[OwnDevice]:
    """Give workers on the processor names of their own and a share of its cores."""
    sharing = sum(each.device == "cpu" for each in devices)
    if sharing <= 1:
        return list(devices)
    threads = environment.get("OMP_NUM_THREADS") or str(max(1, (cores - 1) // sharing))  # one core is the bot's
    numbers = itertools.count(1)
    return [
        OwnDevice(name=f"cpu-{next(numbers)}", device="cpu", environment={"OMP_NUM_THREADS": threads})
        if each.device == "cpu"
        else each
        for each in devices
    ]


def _named_apart(devices: Sequence[OwnDevice]) -> list[OwnDevice]:
    """The same, several workers on one card with a number behind its name."""
    met: Counter[str] = Counter()
    apart = []
    for each in devices:
        met[each.name] += 1
        number = met[each.name]
        apart.append(each if number == 1 else replace(each, name=f"{each.name} ({number})"))
    return apart


def memory_share(memory_gb: float, own: OwnDevice, workers: int) -> float:
    """What of `models.memory_gb` a worker has: workers on the processor share the machine's memory."""
    if own.device != "cpu" or workers == 1:
        return memory_gb
    return (memory_gb or psutil.virtual_memory().total * AUTO_SHARE / 1e9) / workers


def device_of(name: str, known: tuple[Capacity, int] | None, *, running: int, trouble: str, lost: int) -> Device:
    """How a worker's device stands; `known`: what it can take and its process, None while it takes nothing."""
    device = Device(name=name, running=running, trouble=trouble, lost=lost)
    if known is None:
        return device
    capacity, pid = known
    return replace(device, description=capacity.device, slots=capacity.slots, loaded=capacity.loaded, pid=pid)


def _numbers(visible: str) -> list[str]:
    return [number.strip() for number in visible.split(",") if number.strip()]
