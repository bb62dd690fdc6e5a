"""What a GGUF file says of itself, by the package `gguf`, which is an extra. Needs no torch."""

from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from inference.api import ModelUnavailable
from inference.models.safetensors_header import Header, refuse_unfinished

SUFFIX = ".gguf"

EXTRA = "install Pentimento with EXTRAS=quantized (README, Extras)"


def read_gguf_header(file: Path, model: str) -> Header:
    """Names and shapes of its tensors, and its free words.

    Raises:
        ModelUnavailable: it is broken, or the package is missing.
    """
    reader = _reader(file, model)
    shapes = {tensor.name: tuple(int(side) for side in reversed(tensor.shape)) for tensor in reader.tensors}
    title = reader.get_field("general.name")
    metadata = {} if title is None else {"modelspec.title": title.parts[-1].tobytes().decode(errors="replace")}
    return Header(shapes, metadata)


def gguf_tensors(file: Path) -> Iterator[tuple[str, int, int, bool]]:
    """Of each tensor its name, its numbers, its bytes, and whether it is a matrix; none of what is no such file."""
    try:
        reader = _reader(file, file.name)
    except ModelUnavailable:
        return
    for tensor in reader.tensors:
        yield tensor.name, int(tensor.n_elements), int(tensor.n_bytes), len(tensor.shape) == 2


def _reader(file: Path, model: str) -> Any:
    if find_spec("gguf") is None:
        raise ModelUnavailable(f"The model {model!r} is a GGUF file, which takes a package more: {EXTRA}.")
    from gguf import GGUFReader

    refuse_unfinished(file, model, file.name)
    try:
        return GGUFReader(file)
    except OSError as refused:
        raise ModelUnavailable(
            f"The model {model!r} cannot be read ({refused.strerror}): let this user read {file.name}."
        ) from None
    except Exception:  # noqa: BLE001 -- numpy and struct fail in many ways on bytes that are something else
        raise ModelUnavailable(
            f"The model {model!r} is broken: {file.name} is no whole GGUF file; fetch it again."
        ) from None
