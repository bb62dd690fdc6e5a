"""A transformer's tensors from one file, in numbers that can be computed with and under diffusers' names."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open

from inference.models.tensor_names import SCALES, of_denoiser

HOST = torch.device("cpu")

_FLOAT8 = frozenset({torch.float8_e4m3fn, torch.float8_e5m2})

_FIRST_NAMES = re.compile(r"^(joint_blocks|double_blocks)\.|\.attention\.qkv\.weight$")
"""Names of a family's first program that diffusers has others for."""

_SPLIT = frozenset({"FluxTransformer2DModel", "ChromaTransformer2DModel"})
_FUSED = re.compile(r"single_blocks\.\d+\.linear1\.(weight|bias)")
_UNFUSED = ("attn.to_q", "attn.to_k", "attn.to_v", "proj_mlp")
"""What is one layer in the first program of FLUX.1 and Chroma, and four in diffusers."""

_STAND_IN = torch.empty(7 * 3072, device="meta")
"""diffusers splits those as if all models were as wide as FLUX.1; small ones are not, so it splits this instead."""


class ConsumedStateDict(dict[str, torch.Tensor]):
    """Tensors that are let go as they are taken, those in float8 in another format.

    So a model that is made smaller while it is read is never in memory twice, and float8 is widened tensor by tensor:
    diffusers would hand it to the quantiser as it is.
    """

    def __init__(self, tensors: dict[str, torch.Tensor], dtype: torch.dtype) -> None:
        super().__init__(tensors)
        self._dtype = dtype

    def items(self) -> Iterator[tuple[str, torch.Tensor]]:  # type: ignore[override]  # it is gone through once
        """Each tensor once."""
        for name in list(self):
            tensor = self.pop(name)
            yield name, tensor.to(self._dtype) if tensor.dtype in _FLOAT8 else tensor


def read_state_dict(file: Path, dtype: torch.dtype) -> dict[str, torch.Tensor]:
    """The denoiser's tensors of a safetensors file, without its prefix; scaled float8 is multiplied out.

    Raises:
        ValueError: a scale does not fit its weight.
        Exception: what safetensors raises for what is no such file.
    """
    with safe_open(file, framework="pt") as content:
        tensors = {inside: content.get_tensor(name) for name, inside in of_denoiser(content.keys()).items()}
    for ending in SCALES:
        for name in [each for each in tensors if each.endswith(ending)]:
            scale, weight = tensors.pop(name), name.removesuffix(ending) + ".weight"
            if weight in tensors:
                tensors[weight] = _scaled(weight, tensors[weight], scale).to(dtype)
    return tensors


def _scaled(name: str, weight: torch.Tensor, scale: torch.Tensor) -> torch.Tensor:
    """In float32: by one scale for all, for each row, or for each block of a matrix."""
    weight, scale = weight.float(), scale.float()
    if scale.numel() == 1:
        return weight * scale.reshape(())
    if scale.numel() == len(weight):
        return weight * scale.reshape(-1, *[1] * (weight.ndim - 1))
    if weight.ndim != 2 or scale.ndim != 2:
        raise ValueError(f"the scale of {name} does not fit it")
    for side, (whole, blocks) in enumerate(zip(weight.shape, scale.shape, strict=True)):
        scale = scale.repeat_interleave(-(-whole // blocks), side).narrow(side, 0, whole)
    return weight * scale


def under_diffusers_names(kind: Any, tensors: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """The same under the names of a transformer class of diffusers. `tensors` is used up.

    Raises:
        Exception: whatever diffusers raises for what does not fit.
    """
    if not any(_FIRST_NAMES.search(name) for name in tensors):
        return tensors
    from diffusers.loaders.single_file_model import SINGLE_FILE_LOADABLE_CLASSES

    convert = SINGLE_FILE_LOADABLE_CLASSES[kind.__name__]["checkpoint_mapping_fn"]
    splits = kind.__name__ in _SPLIT
    fused = {name: tensor for name, tensor in tensors.items() if splits and _FUSED.fullmatch(name)}
    width = len(tensors["img_in.weight"]) if fused else 0
    named: dict[str, torch.Tensor] = convert(checkpoint=tensors | dict.fromkeys(fused, _STAND_IN))
    for name, tensor in fused.items():
        _, block, _, what = name.split(".")
        rows = [width, width, width, len(tensor) - 3 * width]
        for place, part in zip(_UNFUSED, torch.split(tensor, rows), strict=True):
            named[f"single_transformer_blocks.{block}.{place}.{what}"] = part
    return named


def quantized(
    kind: Any, config: dict[str, Any], tensors: dict[str, torch.Tensor], dtype: torch.dtype, how: Any
) -> Any:
    """A model of these tensors, quantised while they are taken.

    diffusers' `from_single_file` takes every quantiser for the one that the file was made with, and makes nothing
    smaller; so this does what `from_pretrained` does.

    Args:
        kind: a class of diffusers.
        config: of the model.
        tensors: under diffusers' names; used up.
        dtype: that is computed in.
        how: diffusers' configuration of a quantiser.

    Raises:
        Exception: whatever diffusers raises for what does not fit.
    """
    from accelerate import init_empty_weights
    from diffusers.models.model_loading_utils import load_model_dict_into_meta
    from diffusers.quantizers import DiffusersAutoQuantizer

    quantizer = DiffusersAutoQuantizer.from_config(how, pre_quantized=False)
    quantizer.validate_environment(torch_dtype=dtype, device_map=None)
    dtype = quantizer.update_torch_dtype(dtype)
    places = quantizer.update_device_map(None) or {"": HOST}
    with init_empty_weights():
        model = kind.from_config(config)
    wide = list(kind._keep_in_fp32_modules or ()) if quantizer.use_keep_in_fp32_modules else []  # noqa: SLF001 -- its only name
    quantizer.preprocess_model(model=model, device_map=places, keep_in_fp32_modules=wide)
    load_model_dict_into_meta(
        model,
        ConsumedStateDict(tensors, dtype),
        dtype=dtype,
        hf_quantizer=quantizer,
        keep_in_fp32_modules=wide,
        device_map=places,
        unexpected_keys=[],
    )
    quantizer.postprocess_model(model)
    model.hf_quantizer = quantizer
    return model.eval()
