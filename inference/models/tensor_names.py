"""Which tensors of a file are its denoiser's, and how they are kept, by names and number formats. Needs no torch."""

import re
from collections.abc import Iterable, Mapping

CORE = "model.diffusion_model."
"""What a denoiser's tensors begin with in files that may hold other components too."""

SCALES = (".scale_weight", ".weight_scale", ".weight_scale_inv")
"""Endings, in place of `.weight`, of what a weight in float8 is to be multiplied by: in ComfyUI's first "scaled fp8"
files, in its later ones and Black Forest Labs', and in files with a scale for each block of numbers."""

FLOATS = frozenset({"F64", "F32", "F16", "BF16", "F8_E4M3", "F8_E5M2"})
"""Number formats, as safetensors calls them, in which a weight is read as it is."""

_PREFIX = re.compile(r"^(model\.)?diffusion_model\.")
_BESIDE = re.compile(r"^(text_encoders?|conditioner|cond_stage_model|first_stage_model|vae)\.")
_MARKS = re.compile(r"(^|\.)(scaled_fp8|scale_input|input_scale|comfy_quant)$")
"""Of programs that compute in float8 themselves: nothing that a model is made of."""

_PACKERS = (
    (re.compile(r"\.(absmax|quant_map|quant_state\.bitsandbytes__\w+)$"), "bitsandbytes"),
    (re.compile(r"\.(qweight|wscales)$"), "Nunchaku (SVDQuant)"),
    (re.compile(r"\.weight_scale_2$"), "NVFP4"),
)


def of_denoiser(names: Iterable[str]) -> dict[str, str]:
    """Those of the denoiser, and what each is called without the prefix; all of a file that holds nothing else."""
    names = [name for name in names if not _MARKS.search(name)]
    prefixed = {name: _PREFIX.sub("", name) for name in names if _PREFIX.match(name)}
    return prefixed or {name: name for name in names if not _BESIDE.match(name)}


def packed_with(formats: Mapping[str, str]) -> str:
    """How a denoiser's weights are kept if nobody here can read them; empty if they are plain, or scaled float8.

    Args:
        formats: name -> number format, of its tensors.
    """
    for pattern, what in _PACKERS:
        if any(pattern.search(name) for name in formats):
            return what
    for name, kind in formats.items():
        if name.endswith((".weight", *SCALES)) and kind not in FLOATS:
            return f"numbers of the format {kind}"
    return ""
