"""Models that were quantised before they came here: what reads them, and whether that is installed."""

import json
from collections.abc import Iterable, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from inference.api import ModelUnavailable
from inference.models.gguf_header import EXTRA, SUFFIX

_PACKAGES = {"bitsandbytes": "bitsandbytes", "torchao": "torchao", "quanto": "optimum.quanto", "gguf": "gguf"}
"""Methods as diffusers calls them, and the modules that it reads them with."""

_ON_A_GPU = frozenset({"bitsandbytes"})


def method_of(config: Mapping[str, Any]) -> str:
    """How a component is quantised, by its configuration; empty if it is not."""
    packing = config.get("quantization_config")
    if not isinstance(packing, dict):
        return ""
    plain = packing.get("load_in_4bit") or packing.get("load_in_8bit")
    return str(packing.get("quant_method") or ("bitsandbytes" if plain else "an unknown method"))


def is_declared(folder: Path) -> bool:
    """Whether a component's configuration says how its weights are packed."""
    return bool(method_of(_config(folder)))


def refuse_unreadable(folder: Path, parts: Iterable[str], model: str, *, gpu: bool) -> None:
    """Refuse a folder that is quantised by what is not here, or cannot be read from it.

    Args:
        folder: in diffusers' layout.
        parts: its components that are taken from there.
        model: its name.
        gpu: whether it goes to one.

    Raises:
        ModelUnavailable: says what to install or name instead.
    """
    for name in parts:
        method = method_of(_config(folder / name))
        if method and method not in _PACKAGES:
            raise ModelUnavailable(
                f"The model {model!r} keeps its {name} quantised with {method}, which is not read here: "
                "choose one made with bitsandbytes, torchao or quanto, a GGUF file, or a plain one."
            )
        if method and not _is_here(_PACKAGES[method]):
            raise ModelUnavailable(
                f"The model {model!r} keeps its {name} quantised with {method}, which is not installed: {EXTRA}."
            )
        if method in _ON_A_GPU and not gpu:
            raise ModelUnavailable(
                f"The model {model!r} keeps its {name} quantised with {method}, which runs on a GPU only: "
                "choose a plain one, or a GGUF file, which a processor can run."
            )
        suffixes = {file.suffix for file in (folder / name).glob("*")}
        if SUFFIX in suffixes and ".safetensors" not in suffixes:
            raise ModelUnavailable(
                f"The model {model!r} keeps its {name} as a GGUF file: "
                "name that file as the `id` of an entry, and this folder as its `base`."
            )


def is_quantized(module: Any) -> bool:
    """Whether a loaded component's weights are packed, so that nothing here may lay them out anew."""
    return getattr(module, "hf_quantizer", None) is not None


def takes_adapters(pipeline: Any) -> bool:
    """Whether LoRAs go onto a loaded model: not onto FLUX.1 by quanto, as diffusers looks for other names there."""
    quantizer = getattr(getattr(pipeline, "transformer", None), "hf_quantizer", None)
    method = getattr(getattr(quantizer, "quantization_config", None), "quant_method", "")
    return not (str(getattr(method, "value", method)) == "quanto" and type(pipeline).__name__.startswith("Flux"))


def _config(folder: Path) -> dict[str, Any]:
    try:
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return config if isinstance(config, dict) else {}


def _is_here(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:  # of "optimum.quanto", if there is no optimum at all
        return False
