"""Which device a picture goes to, from what is known of each: nothing here waits or keeps anything."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from inference.geometry import Size


@dataclass(frozen=True, slots=True)
class Batch:
    """What pictures have in common that share a denoiser's calls; see `inference.batching.step_loop`.

    Attributes:
        size: of the result; None while it is not known.
    """

    model: str
    size: Size | None
    loras: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceState:
    """A device as the choice sees it.

    Attributes:
        slots: pictures that it takes at a time; 0 if it takes none.
        models: in its memory, or on their way there.
        at_work: the pictures that it has.
    """

    slots: int
    models: Collection[str]
    at_work: Sequence[Batch]

    @property
    def is_free(self) -> bool:
        """Whether it takes one more."""
        return len(self.at_work) < self.slots


def choose(wanted: Batch, devices: Sequence[DeviceState], *, may_load: bool) -> int | None:
    """Where a picture goes: an index of `devices`, or None if it waits.

    A device with a free slot and the model loaded; of those one without pictures of another model, which would make
    room for each other; one that is idle; one with pictures of its batch; the emptiest. If the model is loaded on
    full devices only, it waits for one of them, or, if `may_load`, is loaded once more. A model loaded nowhere
    goes to where the least is lost: models that are in no other device's memory stay there if they can.

    Args:
        wanted: the picture; its model is empty if it needs none.
        devices: every device.
        may_load: whether it has waited long enough for a device that has the model.
    """
    free = [index for index, device in enumerate(devices) if device.is_free]
    if not wanted.model:
        return min(free, key=lambda index: _fullness(devices[index]), default=None)
    having = [index for index in free if wanted.model in devices[index].models]
    if having:
        return min(having, key=lambda index: _fit(wanted, devices[index]))
    if not may_load and any(wanted.model in device.models for device in devices if device.slots):
        return None
    return min(free, key=lambda index: _loss(index, devices), default=None)


def _fit(wanted: Batch, device: DeviceState) -> tuple[bool, bool, bool, float]:
    """Less is better."""
    mixed = any(other.model != wanted.model for other in device.at_work if other.model)
    return mixed, bool(device.at_work), wanted not in device.at_work, _fullness(device)


def _loss(index: int, devices: Sequence[DeviceState]) -> tuple[int, float, int]:
    """What loading one more model on a device may cost; less is better."""
    elsewhere = {
        model for other, device in enumerate(devices) if other != index and device.slots for model in device.models
    }
    device = devices[index]
    return len(set(device.models) - elsewhere), _fullness(device), len(device.models)


def _fullness(device: DeviceState) -> float:
    return len(device.at_work) / device.slots
