"""What an owner is shown of models without any being loaded: where they lie, what they weigh, how they fit a card."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from inference.api import ModelDefaults, ModelUnavailable
from inference.models import catalog, folder_check, hub
from inference.models.disk import nbytes
from inference.models.entry import ModelEntry
from inference.models.library import known_folder, refs_of_model
from inference.models.memory_plan import GIB, DoesNotFit, GraphicsCard, MemoryPlan
from inference.models.sizes import known, of_path, planned_for


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelOverview:
    """A model as it is shown.

    Attributes:
        disk: bytes that lie on this machine, those of an unfinished download too.
        weights: bytes of its weights in 16 bit; 0 if nothing says so.
        planned: how it would be run; None if it does not fit, or no card was asked about, or nothing says its size.
        trouble: why it cannot be used, or how far it is from fitting.
    """

    entry: ModelEntry
    defaults: ModelDefaults | None
    disk: int = 0
    weights: int = 0
    planned: MemoryPlan | None = None
    trouble: str = ""


def nominal(gibibytes: float) -> GraphicsCard:
    """A card of a size as it is sold, empty, in a machine with memory enough for all that waits outside of it."""
    return GraphicsCard(kind="cuda", free=int(gibibytes * GIB), host=1024 * GIB)


def overview(entries: Mapping[str, ModelEntry], card: GraphicsCard | None, memory: str) -> dict[str, ModelOverview]:
    """All of them by name, in their order.

    Args:
        entries: models by name.
        card: to plan for; None is none.
        memory: `model.memory`.
    """
    return {name: _shown(name, entry, card, memory) for name, entry in entries.items()}


def _shown(name: str, entry: ModelEntry, card: GraphicsCard | None, memory: str) -> ModelOverview:
    try:
        folder = known_folder(entry)
        defaults = catalog.defaults(name, entry, folder)
        refs = refs_of_model(entry)
    except ModelUnavailable as error:
        return ModelOverview(entry=entry, defaults=None, trouble=str(error))
    if folder is not None and (broken := _broken(folder, entry, name)):
        return ModelOverview(entry=entry, defaults=defaults, disk=nbytes(folder), trouble=broken)
    model = known(entry.id, defaults.max_pixels)
    if folder is not None:
        model = of_path(folder, entry, defaults, name) or model
    here = nbytes(folder) if folder is not None and catalog.locate(entry.id) is not None else 0
    disk = here + sum(hub.on_disk(ref) for ref in refs)
    if model is None:
        return ModelOverview(entry=entry, defaults=defaults, disk=disk)
    weights = sum(part.packed or part.numbers * 2 for part in model.parts)
    planned, trouble = None, ""
    if card is not None:
        try:
            planned = planned_for(model, card, entry, memory)
        except DoesNotFit as refused:
            trouble = str(refused)
    return ModelOverview(entry=entry, defaults=defaults, disk=disk, weights=weights, planned=planned, trouble=trouble)


def _broken(folder: Path, entry: ModelEntry, model: str) -> str:
    """Why a folder in diffusers' layout cannot be loaded, by its files; empty if it can, or is one file."""
    if not (folder / hub.INDEX).is_file():
        return ""
    but = {"vae"} if entry.vae else set[str]()
    try:
        index = folder_check.safe_index(folder, model, but=but)
        folder_check.refuse_broken(folder, hub.components(index, but), model, variant=None)
    except ModelUnavailable as refused:
        return str(refused)
    return ""
