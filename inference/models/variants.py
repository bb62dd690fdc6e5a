"""Variants of weights, by the names of files: "model.fp16.safetensors" beside "model.safetensors". Needs no torch."""

import json
import re
from collections.abc import Iterable
from pathlib import Path

from inference.api import ModelUnavailable

HALVES = ("fp16", "bf16")
"""Those of half the bytes, the one preferred first. No picture shows the difference."""

_WEIGHT_NAME = re.compile(
    r"^(?P<stem>[^.]+?)(?P<shard>-\d{5}-of-\d{5})?(\.(?P<variant>[\w-]+?)(-\d{5}-of-\d{5})?)?\.safetensors$"
)
INDEX_NAME = re.compile(r"^(?P<stem>[^.]+)\.safetensors\.index(\.(?P<variant>[\w-]+))?\.json$")
"""Of the file that says in which shard a tensor is."""


def variant_in(name: str) -> str | None:
    """Of a file of safetensors or their index; empty for the plain one, None for another file."""
    file = name.rsplit("/", 1)[-1]
    named = _WEIGHT_NAME.match(file) or INDEX_NAME.match(file)
    return None if named is None else named["variant"] or ""


def variants(folder: Path) -> set[str]:
    """The variants of the weights in a component's folder; the plain one is empty."""
    return {found for file in folder.glob("*.safetensors") if (found := variant_in(file.name)) is not None}


def shards_in(index: Path) -> frozenset[str]:
    """The files that an index of weights names; none if it makes no sense."""
    try:
        named = json.loads(index.read_text(encoding="utf-8"))["weight_map"].values()
        return frozenset(named) if all(isinstance(each, str) for each in named) else frozenset()
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return frozenset()


def weights_of(folder: Path, variant: str | None) -> list[Path]:
    """The files that a component's weights are read from: of that variant, if it has it; else all there are."""
    there = sorted(folder.glob("*.safetensors"))
    return [file for file in there if variant_in(file.name) == (variant or "")] or there


def lacking(there: Iterable[set[str]], wanted: str) -> str:
    """What a model has not of the variant that its owner named, in words that follow its name; empty if it has it.

    A component without a variant comes as it is, as in diffusers' own loading.

    Args:
        there: the variants of each component that has weights.
        wanted: as in `ModelEntry`.
    """
    found = [each for each in there if each]
    if wanted == "full" and not all("" in each for each in found):
        return "has some of its weights in other variants than the full one only"
    if wanted in {"", "full"}:
        return ""
    if not any(wanted in each for each in found):
        return f"has no variant {wanted!r}"
    if not all(each & {wanted, ""} for each in found):
        return f"has some of its weights neither as {wanted!r} nor in full"
    return ""


def variant_of(folder: Path, taken: Iterable[str], wanted: str, model: str) -> str | None:
    """The variant of the weights to load: the wanted one, else the plain one, unless a part has another one only.

    Args:
        folder: in diffusers' layout.
        taken: its components that will be read.
        wanted: as in `ModelEntry`.
        model: its name.

    Raises:
        ModelUnavailable: the weights are not there in the wanted one.
    """
    there = [found for name in taken if (found := variants(folder / name))]
    if unmet := lacking(there, wanted):
        raise ModelUnavailable(f"The model {model!r} {unmet}: leave variant out of its entry.")
    if wanted not in {"", "full"}:
        return wanted
    if all("" in each for each in there):
        return None
    return next((half for half in HALVES if any(half in each for each in there)), None)
