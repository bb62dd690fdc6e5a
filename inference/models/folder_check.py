"""What of a folder in diffusers' layout is missing or broken, told before any of it is loaded. Needs no torch."""

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from inference.api import ModelUnavailable
from inference.models import hub, variants
from inference.models.gguf_header import SUFFIX
from inference.models.quantized import is_declared
from inference.models.safetensors_header import read_header
from inference.models.tensor_names import SCALES, packed_with

_UNUSED = frozenset({"feature_extractor", "image_encoder"})
"""Components that image-to-image pipelines name and do without."""


def unused(folder: Path, index: Mapping[str, Any]) -> tuple[str, ...]:
    """Components that the index names, that are not there and that nobody misses."""
    return tuple(name for name in _UNUSED & set(hub.components(index)) if not (folder / name).is_dir())


def refuse_broken(folder: Path, taken: Collection[str], model: str, *, variant: str | None) -> None:
    """Refuse a folder of which something is not there, cut short, or in numbers that would be read wrongly.

    Args:
        folder: in diffusers' layout.
        taken: its components that will be read.
        model: its name.
        variant: of the weights that will be read.

    Raises:
        ModelUnavailable: the first of these.
    """
    lacking = [name for name in hub.missing(folder) if name in taken and name not in _UNUSED]
    if lacking:
        raise ModelUnavailable(
            f"The model {model!r} is not whole: of its {' and '.join(lacking)} files are missing; fetch it again."
        )
    for name in taken:
        formats: dict[str, str] = {}
        for file in variants.weights_of(folder / name, variant):
            formats |= read_header(file, model, shown=f"{name}/{file.name}").formats
        if not is_declared(folder / name):
            _refuse_packed(name, formats, model)


def _refuse_packed(name: str, formats: Mapping[str, str], model: str) -> None:
    if how := packed_with(formats):
        raise ModelUnavailable(
            f"The model {model!r} keeps its {name} packed ({how}) and its config.json does not say how to unpack it: "
            "choose a plain one."
        )
    if any(tensor.endswith(SCALES) for tensor in formats):
        raise ModelUnavailable(
            f"The model {model!r} keeps its {name} in scaled fp8, which is read from one file only: "
            "name that file as the `id` of an entry, and this folder as its `base`."
        )


def no_index(folder: Path, model: str) -> ModelUnavailable:
    """The sentence for a folder without an index: what lies there may be checkpoints in one file each."""
    files = sorted(file.name for file in folder.glob("*") if file.suffix in {".safetensors", SUFFIX})
    if not files:
        return ModelUnavailable(f"The model {model!r} has no {hub.INDEX}: use a folder in diffusers' layout.")
    if (folder / "config.json").is_file():
        return ModelUnavailable(
            f"The model {model!r} is one component of a model: give the folder above it, which has a {hub.INDEX}."
        )
    named = ", ".join(files[:5]) + (", …" if len(files) > 5 else "")
    return ModelUnavailable(
        f"The model {model!r} is a folder of single files ({named}): name one of them, as "
        f"{str(folder / files[0])!r}, or the folder as `models.folder` to offer all."
    )
