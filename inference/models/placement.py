"""Puts a loaded pipeline where its memory plan says, by diffusers' own offloading and quantising."""

from importlib.util import find_spec
from typing import Any

import psutil
import torch
from diffusers import PipelineQuantizationConfig
from diffusers.hooks import apply_group_offloading
from diffusers.hooks.group_offloading import _is_group_offload_enabled

from inference.api import ModelUnavailable
from inference.models.gguf_header import EXTRA
from inference.models.memory_plan import FLOAT8_CAPABILITY, GraphicsCard, MemoryPlan, Offload, Quantize

_PACKAGES = {Quantize.INT8: "torchao", Quantize.NF4: "bitsandbytes", Quantize.FLOAT8: "torchao"}
_QUANTIZING = {"cuda", "rocm", "xpu"}
HOST = torch.device("cpu")


def card_of(device: torch.device, dtype: torch.dtype, memory_gb: float) -> GraphicsCard | None:
    """The device as it is now, to plan for; None for a processor, whose memory the system shares out.

    Args:
        device: that models are loaded on.
        dtype: that they are loaded in.
        memory_gb: the most that they may take; 0 is all that is free.
    """
    match device.type:
        case "cuda":
            free, kind = torch.cuda.mem_get_info(device)[0], "rocm" if torch.version.hip else "cuda"
        case "xpu":
            free, kind = torch.xpu.mem_get_info(device)[0], "xpu"
        case "mps":
            free, kind = torch.mps.recommended_max_memory() - torch.mps.driver_allocated_memory(), "mps"
        case _:
            return None
    if memory_gb:
        free = min(free, int(memory_gb * 1e9))
    return GraphicsCard(
        kind=kind,
        free=free,
        host=psutil.virtual_memory().available,
        quantizers=quantizers(kind, torch.cuda.get_device_capability(device) if kind == "cuda" else (0, 0)),
        itemsize=dtype.itemsize,
    )


def quantizers(kind: str, capability: tuple[int, int] = (0, 0)) -> frozenset[Quantize]:
    """What can be done on a kind of device with what is installed; `capability` is that of NVIDIA's cards."""
    able = {each for each, package in _PACKAGES.items() if kind in _QUANTIZING and find_spec(package)}
    if kind != "cuda" or capability < FLOAT8_CAPABILITY:
        able.discard(Quantize.FLOAT8)
    return frozenset({Quantize.NONE, *able})


def refuse_float8(quantize: str, card: GraphicsCard | None, model: str) -> None:
    """Refuse a model whose owner wants float8 of a device that does not compute in it, or without the package.

    Raises:
        ModelUnavailable: says what it needs.
    """
    if quantize != Quantize.FLOAT8 or (card is not None and Quantize.FLOAT8 in card.quantizers):
        return
    capability = ".".join(map(str, FLOAT8_CAPABILITY))
    mend = EXTRA if card is not None and card.kind == "cuda" and not find_spec("torchao") else 'set quantize = "int8"'
    raise ModelUnavailable(
        f"The model {model!r} asks for float8, which needs an NVIDIA card of compute capability {capability} or "
        f"newer (RTX 40, L4, H100) and the extra `quantized`: {mend}, or leave it out."
    )


def quantization(planned: MemoryPlan | None, components: tuple[str, ...], dtype: torch.dtype) -> dict[str, Any]:
    """The arguments of `from_pretrained` that quantise the denoiser while it is read.

    Args:
        planned: the plan; None is none.
        components: names of the parts to quantise.
        dtype: that is computed in.
    """
    if planned is None or planned.quantize is Quantize.NONE:
        return {}
    return {
        "quantization_config": PipelineQuantizationConfig(
            quant_mapping={name: quantization_of(planned.quantize, dtype) for name in components}
        )
    }


def quantization_of(quantize: Quantize, dtype: torch.dtype) -> Any:
    """The quantisation of one component while it is read; None leaves it as it is."""
    if quantize is Quantize.NONE:
        return None
    # Here, because the packages that they need are extras.
    if quantize is Quantize.INT8:
        from diffusers import TorchAoConfig
        from torchao.quantization import Int8WeightOnlyConfig

        return TorchAoConfig(Int8WeightOnlyConfig())
    if quantize is Quantize.FLOAT8:
        from diffusers import TorchAoConfig
        from torchao.quantization import Float8DynamicActivationFloat8WeightConfig, PerRow, PerTensor

        finest = PerRow() if dtype is torch.bfloat16 else PerTensor()  # torchao takes rows in bfloat16 only
        return TorchAoConfig(Float8DynamicActivationFloat8WeightConfig(granularity=finest))
    from diffusers import BitsAndBytesConfig

    return BitsAndBytesConfig(load_in_4bit=True, bnb_4bit_quant_type="nf4", bnb_4bit_compute_dtype=dtype)


def place(pipeline: Any, planned: MemoryPlan | None, device: torch.device) -> None:
    """Move all parts to where the plan has them; without one, to the device.

    Raises:
        torch.OutOfMemoryError: there is no room after all.
    """
    if planned is None:
        pipeline.to(device)
        return
    streams = device.type in {"cuda", "xpu"}
    for name, part in pipeline.components.items():
        if not isinstance(part, torch.nn.Module):
            continue
        text, denoises = name.startswith("text_encoder"), name in {"unet", "transformer"}
        how = {"use_stream": streams, "low_cpu_mem_usage": streams}
        if planned.offload is Offload.BLOCKS and denoises:
            apply_group_offloading(part, device, HOST, "block_level", num_blocks_per_group=1, **how)
        elif planned.offload is not Offload.NONE and text:
            apply_group_offloading(part, device, HOST, "leaf_level", **how)
        elif not getattr(part, "is_loaded_in_4bit", False):  # bitsandbytes puts it there while it is read
            part.to(device)


def is_streamed(part: Any) -> bool:
    """Whether a part comes to the device piece by piece."""
    return isinstance(part, torch.nn.Module) and _is_group_offload_enabled(part)
