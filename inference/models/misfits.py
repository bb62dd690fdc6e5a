"""What is said of weights whose shapes are not those that their configuration asks for. Needs no torch."""

import re
from collections.abc import Collection, Sequence
from pathlib import Path

from inference.api import ModelUnavailable
from inference.models.safetensors_header import read_header
from inference.models.variants import weights_of

_MISFIT = re.compile(
    r"Cannot load .*?because (?P<tensor>\S+) expected shape torch\.Size\(\[(?P<wanted>.*?)\]\), "
    r"but got torch\.Size\(\[(?P<found>.*?)\]\)"
)
"""diffusers' words, which do not name the component."""


def reason(error: Exception) -> str:
    """The first sentence of what a library raised, to stand in one of ours."""
    if misfit := _MISFIT.search(str(error)):
        return f"{misfit['tensor']} has the shape [{misfit['found']}] instead of [{misfit['wanted']}]"
    return str(error).strip().split("\n", 1)[0].split(". ", 1)[0].rstrip(".")


def of_folder(
    error: Exception, folder: Path, taken: Collection[str], model: str, *, variant: str | None
) -> ModelUnavailable | None:
    """The sentence for what diffusers raised, with the component that has such a tensor; None if it is no misfit.

    Args:
        error: diffusers' own.
        folder: of the model.
        taken: its components that were read.
        model: its name.
        variant: of the weights that were read.
    """
    if not (misfit := _MISFIT.search(str(error))):
        return None
    found, wanted = (
        [int(side) for side in misfit[which].split(",") if side.strip()] for which in ("found", "wanted")
    )
    for name in taken:
        for file in weights_of(folder / name, variant):
            if read_header(file, model).shapes.get(misfit["tensor"]) == tuple(found):
                return unfit(model, name, misfit["tensor"], found, wanted)
    return None


def unfit(model: str, component: str, tensor: str, found: Sequence[int], wanted: Sequence[int]) -> ModelUnavailable:
    """The sentence for a component whose weights and configuration are not of the same model."""
    return ModelUnavailable(
        f"The model {model!r} is broken: in the weights of its {component}, {tensor} has the shape {list(found)}, "
        f"and {component}/config.json asks for {list(wanted)}; take both from the same model, or fetch it again."
    )
