"""What of a folder in diffusers' layout is missing or broken, told before any of it is loaded. Needs no torch."""

import json
import os
from collections.abc import Collection, Container, Mapping
from pathlib import Path
from typing import Any

from inference.api import ModelUnavailable
from inference.models import hub, variants
from inference.models.disk import is_lost
from inference.models.gguf_header import SUFFIX
from inference.models.quantized import is_declared
from inference.models.safetensors_header import read_header
from inference.models.tensor_names import SCALES, packed_with

_UNUSED = frozenset({"feature_extractor", "image_encoder"})
"""Components that image-to-image pipelines name and do without."""

PICKLES = (".bin", ".ckpt", ".pt", ".pth", ".pkl")


def unused(folder: Path, index: Mapping[str, Any]) -> tuple[str, ...]:
    """Components that the index names, that are not there and that nobody misses."""
    return tuple(name for name in _UNUSED & set(hub.components(index)) if not (folder / name).is_dir())


def read_json(path: Path, model: str) -> dict[str, Any]:
    """The object in one of a model's configuration files.

    Raises:
        ModelUnavailable: if there is none, or something else.
    """
    shown = path.name if path.name in {hub.INDEX, hub.OWN_DEFAULTS} else f"{path.parent.name}/{path.name}"
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        if is_lost(path):
            raise _linked_to_nothing(model, shown) from None
        if path.name == hub.INDEX:
            raise no_index(path.parent, model) from None
        raise ModelUnavailable(f"The model {model!r} is not whole: it has no {shown}; fetch it again.") from None
    except PermissionError as refused:
        raise _forbidden(model, shown, refused) from None
    except (OSError, ValueError, RecursionError):
        raise ModelUnavailable(
            f"The model {model!r} is broken: its {shown} cannot be read; fetch it again."
        ) from None
    if not isinstance(content, dict):
        raise ModelUnavailable(f"The model {model!r} is broken: its {shown} is no object; fetch it again.")
    return content


def safe_index(folder: Path, model: str, *, but: Container[str] = ()) -> dict[str, Any]:
    """The index of a folder of which nothing has to run code, or be unpickled, to be loaded.

    Args:
        folder: in diffusers' layout.
        model: its name.
        but: components that are not taken from there.

    Raises:
        ModelUnavailable: something would have to, or it is no index.
    """
    index = read_json(folder / hub.INDEX, model)
    kind = index.get("_class_name")
    if not isinstance(kind, str | list):
        raise ModelUnavailable(
            f"The model {model!r} is broken: its {hub.INDEX} names no pipeline (_class_name); fetch it again."
        )
    every = {name: entry for name, entry in index.items() if isinstance(entry, list) and len(entry) == 2}
    for name in every:
        refuse_forbidden(folder, name, model)
    own_code = isinstance(kind, list) or any(
        (folder / name / f"{library}.py").exists() or (folder / f"{library}.py").exists()
        for name, (library, _) in every.items()
        if library
    )
    if own_code:
        raise ModelUnavailable(
            f"The model {model!r} brings its own code, which is never run: choose one that diffusers knows by itself."
        )
    for name in hub.components(index, but):
        suffixes = {file.suffix for file in (folder / name).glob("*")}
        if suffixes.intersection(PICKLES) and ".safetensors" not in suffixes:
            raise ModelUnavailable(
                f"The model {model!r} keeps its {name} as a pickle, which can run anything: "
                "choose one with safetensors files, or convert it."
            )
    return index


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
    for name in taken:
        refuse_forbidden(folder, name, model)
        for file in hub.lost(folder / name):
            raise _linked_to_nothing(model, f"{name}/{file.name}")
        formats: dict[str, str] = {}
        for file in variants.weights_of(folder / name, variant):
            formats |= read_header(file, model, shown=f"{name}/{file.name}").formats
        if formats and not hub.WITHOUT_WEIGHTS.match(name):
            read_json(folder / name / "config.json", model)
            _refuse_unsorted(folder / name, model, variant)
        if not is_declared(folder / name):
            _refuse_packed(name, formats, model)
    lacking = [name for name in hub.missing(folder) if name in taken and name not in _UNUSED]
    if lacking:
        raise ModelUnavailable(
            f"The model {model!r} is not whole: of its {' and '.join(lacking)} files are missing; fetch it again."
        )


def _refuse_unsorted(component: Path, model: str, variant: str | None) -> None:
    """Refuse weights in several files whose index does not say what is in which."""
    for file in component.glob("*.safetensors.index*.json"):
        if variants.variant_in(file.name) != (variant or ""):
            continue
        read_json(file, model)
        if not variants.shards_in(file):
            raise ModelUnavailable(
                f"The model {model!r} is broken: its {component.name}/{file.name} does not say which file holds "
                "what; fetch it again."
            )


def refuse_forbidden(folder: Path, name: str, model: str) -> None:
    """Refuse a component that this user may not list or search: it would look as if nothing were in it.

    Raises:
        ModelUnavailable: says so.
    """
    try:
        os.listdir(f"{folder / name}/.")  # noqa: PTH208 -- Path takes the dot away, which asks for the right to search
    except (FileNotFoundError, NotADirectoryError):
        return  # told as missing
    except OSError as refused:
        raise _forbidden(model, name, refused) from None


def _forbidden(model: str, shown: str, refused: OSError) -> ModelUnavailable:
    return ModelUnavailable(f"The model {model!r} cannot be read ({refused.strerror}): let this user read {shown}.")


def _linked_to_nothing(model: str, shown: str) -> ModelUnavailable:
    return ModelUnavailable(
        f"The model {model!r} is broken: {shown} is a link to a file that is not there; fetch it again."
    )


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
