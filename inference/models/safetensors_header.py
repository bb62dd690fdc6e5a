"""What a safetensors file says of itself in its first bytes. Needs no torch."""

import json
import math
import operator
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from inference.api import ModelUnavailable

MOST_HEADER_BYTES = 100_000_000
"""The format's own limit (safetensors' README, "Format")."""

_OTHER_FILES = {
    b"version https://git-lfs": "pointer",
    b"PK\x03\x04": "pickle",
    b"\x80\x02": "pickle",
    b"GGUF": "gguf",
    b"<": "page",
}
"""First bytes of what lies in folders under a model's name, and what it is."""

_SENTENCES = {
    "pointer": "is a pointer of Git LFS and not the file itself: fetch it with `git lfs pull`",
    "pickle": "is a pickle under another name, which can run anything: get it as a safetensors file",
    "gguf": "is a GGUF file under another name: name it .gguf",
    "page": "is a web page and not the file itself, as sites send that want a login: fetch it again",
}


@dataclass(frozen=True, slots=True)
class Header:
    """Tensors by name, and what the file's maker wrote beside them.

    Attributes:
        shapes: name -> shape.
        metadata: free words, such as "modelspec.architecture".
        formats: name -> number format, such as "BF16"; empty if the file has formats of its own.
    """

    shapes: Mapping[str, tuple[int, ...]]
    metadata: Mapping[str, str]
    formats: Mapping[str, str] = field(default_factory=dict)

    def numbers_of(self, names: Iterable[str]) -> int:
        """How many numbers these tensors have together."""
        return sum(math.prod(self.shapes[name]) for name in names)


def read_header(file: Path, model: str, *, shown: str = "") -> Header:
    """The head of a file that is whole: all bytes that it announces are there.

    Args:
        file: of safetensors.
        model: its name.
        shown: what sentences call the file; empty is its name.

    Raises:
        ModelUnavailable: says what is wrong with it.
    """
    called = shown or file.name
    refuse_unfinished(file, model, called)
    try:
        size = file.stat().st_size
        with file.open("rb") as content:
            start = content.read(8)
            length = int.from_bytes(start, "little")
            if not size:
                raise ModelUnavailable(f"The model {model!r} is broken: {called} is empty; fetch it again.")
            announced = content.read(min(length, MOST_HEADER_BYTES, size))
    except FileNotFoundError:
        raise ModelUnavailable(
            f"The model {model!r} is broken: {called} is a link to a file that is not there; fetch it again."
        ) from None
    except OSError as refused:
        raise ModelUnavailable(
            f"The model {model!r} cannot be read ({refused.strerror}): let this user read {called}."
        ) from None
    if what := _kind_of(start + announced[:64]):
        raise ModelUnavailable(f"The file {called} of the model {model!r} {_SENTENCES[what]}.")
    if 8 <= size < 8 + length <= MOST_HEADER_BYTES and announced.startswith(b"{"):
        raise _cut_short(model, called, size, 8 + length)
    try:
        header, end = _parsed(json.loads(announced))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise ModelUnavailable(
            f"The model {model!r} is broken: {called} is no safetensors file; fetch it again."
        ) from None
    if 8 + length + end > size:
        raise _cut_short(model, called, size, 8 + length + end)
    if (whole := 8 + length + end) < size:
        raise ModelUnavailable(
            f"The model {model!r} is broken: {called} has {size:,} bytes and says {whole:,}; fetch it again."
        )
    return header


def refuse_unfinished(file: Path, model: str, called: str) -> None:
    """Refuse a file that aria2 still fetches: it is as long as it will be from the beginning, filled with zeros.

    Raises:
        ModelUnavailable: aria2's own file, which goes when it is done, lies beside it.
    """
    if is_unfinished(file):
        raise ModelUnavailable(
            f"The model {model!r} is not whole: {called} is still being downloaded by aria2; wait until its .aria2 "
            "file is gone, or go on with the download."
        )


def is_unfinished(file: Path) -> bool:
    """Whether aria2 still fetches a file."""
    return os.path.exists(f"{file}.aria2")  # noqa: PTH110 -- Path's own raises where this user may not look


def found_instead(file: Path) -> str:
    """What lies in the place of a safetensors file: "empty", or what `_OTHER_FILES` calls it; else ""."""
    try:
        with file.open("rb") as content:
            start = content.read(72)
    except OSError:
        return ""
    return _kind_of(start) if start else "empty"


def _kind_of(start: bytes) -> str:
    if start[8:9] == b"{":  # a header's length may begin with such bytes too: 640 of them are 80 02
        return ""
    words = start.lstrip()
    return next((kind for magic, kind in _OTHER_FILES.items() if words.startswith(magic)), "")


def _parsed(header: dict[str, Any]) -> tuple[Header, int]:
    """The header of those fields, and the offset at which the last tensor ends.

    Raises:
        ValueError, TypeError, KeyError, AttributeError: it is none.
    """
    metadata = {str(name): str(text) for name, text in header.pop("__metadata__", {}).items()}
    shapes, formats, last = {}, {}, 0
    for name, tensor in header.items():
        shapes[name] = tuple(operator.index(side) for side in tensor["shape"])
        formats[name] = str(tensor["dtype"])
        begin, end = (operator.index(offset) for offset in tensor["data_offsets"])
        if min(begin, end - begin, *shapes[name]) < 0:
            raise ValueError(name)
        last = max(last, end)
    return Header(shapes, metadata, formats), last


def _cut_short(model: str, file: str, size: int, whole: int) -> ModelUnavailable:
    there = f"{size / 1e9:.2f} of {whole / 1e9:.2f} GB" if whole >= 1e8 else f"{size:,} of {whole:,} bytes"
    return ModelUnavailable(f"The model {model!r} is cut short: {file} has {there}; fetch it again.")
