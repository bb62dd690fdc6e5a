"""Text encoders of a model in memory, with no weight made up and under each name that files have for them."""

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import torch
import transformers
from safetensors import safe_open

from inference.api import ModelUnavailable
from inference.models import misfits
from inference.models.variants import variants, weights_of

_NOT_ASKED = "lm_head."
"""What tells the next word: files may do without, because a picture needs what the layers before it give."""

_FIRST = "cond_stage_model.transformer."
"""What the names of Stable Diffusion 1's text encoder begin with in one file."""

_WRAPPED = "text_model."
_EARLY = ("embeddings.", "encoder.", "final_layer_norm.")
"""What follows in most files, and in early ones."""


def of_early_file(file: Path, layout: Path, dtype: torch.dtype) -> dict[str, Any]:
    """That of a Stable Diffusion 1 checkpoint with the names of 2022, which diffusers does not know; {} of others.

    Args:
        file: of safetensors.
        layout: a folder with the encoder's configuration.
        dtype: of the weights in memory.

    Raises:
        Exception: whatever diffusers raises for what does not fit.
    """
    from diffusers.loaders.single_file_utils import create_diffusers_clip_model_from_ldm  # slow to import

    with safe_open(file, framework="pt") as content:
        names = [
            name
            for name in sorted(content.keys())
            if name.startswith(_FIRST) and name.removeprefix(_FIRST).startswith(_EARLY)
        ]
        tensors = {name.replace(_FIRST, _FIRST + _WRAPPED, 1): content.get_tensor(name) for name in names}
    if not tensors:
        return {}
    encoder = create_diffusers_clip_model_from_ldm(
        transformers.CLIPTextModel,
        tensors,
        subfolder="text_encoder",
        config=str(layout),
        torch_dtype=dtype,
        local_files_only=True,
    )
    return {"text_encoder": encoder}


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
        ModelUnavailable: names the files that lack a weight, and the weight, or one of another shape.
        Exception: whatever transformers raises for what does not fit.
    """
    found = {}
    for name in taken:
        library, title = index[name]
        kind: Any = getattr(transformers, title, None) if library == "transformers" else None
        if transformers.PreTrainedModel not in getattr(kind, "__mro__", ()):
            continue
        there = variants(folder / name)
        chosen = variant if variant in there else None
        found[name], loading = kind.from_pretrained(
            str(folder / name),
            dtype=dtype,
            use_safetensors=True,
            local_files_only=True,
            variant=chosen,
            output_loading_info=True,
            ignore_mismatched_sizes=True,  # else it says only in its log which they are
        )
        if unfit := sorted(loading["mismatched_keys"]):
            raise misfits.unfit(model, name, *unfit[0])
        if lacking := sorted(each for each in loading["missing_keys"] if not each.startswith(_NOT_ASKED)):
            files = weights_of(folder / name, chosen)
            where = f"{name}/{files[0].name}" if len(files) == 1 else f"{name}/*.safetensors"
            raise ModelUnavailable(
                f"The model {model!r} is not whole: {where} lacks {lacking[0]}"
                + (f" and {len(lacking) - 1} other tensors" if len(lacking) > 1 else "")
                + "; fetch it again."
            )
    return found
