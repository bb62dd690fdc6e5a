"""Text encoders of a model in memory, with no weight made up and under each name that files have for them."""

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import torch
import transformers

from inference.api import ModelUnavailable
from inference.models import hub

_NOT_ASKED = "lm_head."
"""What tells the next word: files may do without, because a picture needs what the layers before it give."""


def of_folder(
    folder: Path,
    index: Mapping[str, Any],
    taken: Collection[str],
    model: str,
    dtype: torch.dtype,
    *,
    variant: str | None,
) -> dict[str, Any]:
    """Those of a folder in diffusers' layout, on the processor, unless bitsandbytes packs one.

    transformers gives weights that it does not find random numbers, and tells that only whoever asks; diffusers does
    not ask.

    Args:
        folder: of the model.
        index: component -> library and class.
        taken: its components that are read.
        model: its name.
        dtype: of the weights in memory.
        variant: of the weights to read, if a component has it.

    Raises:
        ModelUnavailable: names the files that lack a weight, and the weight.
        Exception: whatever transformers raises for what does not fit.
    """
    found = {}
    for name in taken:
        library, title = index[name]
        kind: Any = getattr(transformers, title, None) if library == "transformers" else None
        if transformers.PreTrainedModel not in getattr(kind, "__mro__", ()):
            continue
        there = hub.variants(folder / name)
        chosen = variant if variant in there else None
        found[name], told = kind.from_pretrained(
            str(folder / name),
            dtype=dtype,
            use_safetensors=True,
            local_files_only=True,
            variant=chosen,
            output_loading_info=True,
        )
        if lacking := sorted(each for each in told["missing_keys"] if not each.startswith(_NOT_ASKED)):
            files = sorted((folder / name).glob("*.safetensors"))
            files = [file for file in files if hub.variant_in(file.name) == (chosen or "")] or files
            where = f"{name}/{files[0].name}" if len(files) == 1 else f"{name}/*.safetensors"
            raise ModelUnavailable(
                f"The model {model!r} is not whole: {where} lacks {lacking[0]}"
                + (f" and {len(lacking) - 1} other tensors" if len(lacking) > 1 else "")
                + "; fetch it again."
            )
    return found
