"""Which device and which number format to compute in."""

import os
from collections.abc import Mapping, Sequence
from typing import Any

import psutil
import torch

from inference.api import UNUSED_CARD, ModelUnavailable
from inference.models import nvidia
from inference.models.device_errors import is_of_device, translate

DTYPES = {"float32": torch.float32, "float16": torch.float16, "bfloat16": torch.bfloat16}


def choose_device(name: str) -> torch.device:
    """The device of that name; for "auto" the fastest there is.

    Raises:
        ModelUnavailable: if this machine has none of that name.
        OutOfMemory: if other programs have all of its memory.
        DevicePoisoned: if it answers with an error.
    """
    if name == "auto":
        able = {
            "cuda": torch.cuda.is_available(),
            "xpu": torch.xpu.is_available(),
            "mps": torch.backends.mps.is_available(),
        }
        return torch.device(next((kind for kind, is_there in able.items() if is_there), "cpu"))
    try:
        device = torch.device(name)
        torch.empty(1, device=device)
    except (RuntimeError, AssertionError, NotImplementedError) as error:
        if is_of_device(error) and "ordinal" not in str(error):  # the number of a card that does not exist
            raise translate(error) from None
        seen = os.environ.get("CUDA_VISIBLE_DEVICES")
        of = "" if seen is None or device_kind(name) != "cuda" else f" (CUDA_VISIBLE_DEVICES={seen})"
        raise ModelUnavailable(
            f"The device {name!r} is not there{of}: set model.device to 'auto' or 'cpu', or mend engine.devices."
        ) from None
    return device


def device_kind(name: str) -> str:
    """What a device's name says before its number: "cuda" of "cuda:1"."""
    return name.partition(":")[0]


def unused_card(device: torch.device) -> str:
    """What to say if there is an NVIDIA card and the processor is taken all the same; empty if there is none."""
    found = nvidia.cards() if device.type == "cpu" else []
    if not found:
        return ""
    card = found[0]
    if torch.version.cuda is None:
        return (
            f"{UNUSED_CARD}, {card.name}, but this PyTorch ({torch.__version__}) has no CUDA: install the "
            'build for CUDA (TORCH_INDEX, see the README), or set model.device = "cpu" to mean the processor.'
        )
    driver = f" {card.driver}" if card.driver else ""
    return (
        f"{UNUSED_CARD}, {card.name}, but this PyTorch (CUDA {torch.version.cuda}) cannot use it with the "
        f"driver{driver}: bring the driver up to date or install a build for an older CUDA (TORCH_INDEX, see the "
        'README), or set model.device = "cpu" to mean the processor.'
    )


def unsuited_build(device: torch.device) -> str:
    """What to say if this PyTorch has no kernels for a CUDA device; empty if it has."""
    if device.type != "cuda" or torch.version.hip:
        return ""
    major, minor = torch.cuda.get_device_capability(device)
    return lacking_capability((major, minor), torch.cuda.get_arch_list(), torch.cuda.get_device_name(device))


def lacking_capability(capability: tuple[int, int], built: Sequence[str], name: str) -> str:
    """The same of a compute capability and what a build is for, as torch lists it: "sm_86", "compute_90".

    Kernels run on cards of the same major capability that are as new or newer; "compute" is made for any newer one.
    """
    numbers = [(each[:3] == "com", int(each.rsplit("_", 1)[1].rstrip("af"))) for each in built if "_" in each]
    for newer_too, number in numbers:
        major, minor = divmod(number, 10)
        if (major == capability[0] and minor <= capability[1]) or (newer_too and (major, minor) <= capability):
            return ""
    if not numbers:
        return ""
    return (
        f"The card {name} has compute capability {capability[0]}.{capability[1]}, and this PyTorch is built for "
        f"{', '.join(built)}: install a build that has it (TORCH_INDEX, see the README)."
    )


def choose_dtype(name: str, device: torch.device) -> torch.dtype:
    """The number format of that name; for "auto" the fastest that keeps the picture.

    Processors compute in bfloat16 only if they have instructions for it: the shipped model then takes 1.2 s
    instead of 2.1 s for 512x384 in 12 steps (one core of an AMD EPYC with avx512_bf16); without them it is slower
    than float32, and only saves memory.

    Raises:
        ModelUnavailable: if there is no such format.
    """
    if name in DTYPES:
        return DTYPES[name]
    if name != "auto":
        raise ModelUnavailable(f"The number format {name!r} is unknown: set model.dtype to 'auto' or {list(DTYPES)}.")
    if device.type == "cuda":
        return torch.bfloat16 if torch.cuda.is_bf16_supported(including_emulation=False) else torch.float16
    if device.type == "xpu":
        return torch.bfloat16
    if device.type == "mps":
        return torch.float16
    able = instructions()
    return torch.bfloat16 if any(able.get(each) for each in _INSTRUCTIONS[torch.bfloat16]) else torch.float32


_INSTRUCTIONS = {torch.bfloat16: ("avx512_bf16", "amx_bf16"), torch.float16: ("avx512_fp16", "amx_fp16")}
"""Names of an x86 processor's instructions for products in a format, as torch lists them."""


def instructions() -> Mapping[str, object]:
    """What torch lists of this processor, without AVX-512 and AMX if oneDNN may not use AVX-512.

    oneDNN computes the products, and `ONEDNN_MAX_CPU_ISA=AVX2` forbids it; torch's list is that of the hardware.
    """
    listed: Mapping[str, object] = torch.cpu.get_capabilities()
    # Whatever its name says, it is true wherever oneDNN may use AVX-512: it emulates bfloat16 with that.
    uses_avx512 = getattr(torch.ops.mkldnn, "_is_mkldnn_bf16_supported", None)
    if uses_avx512 is None or uses_avx512():
        return listed
    return {name: value and not name.startswith(("avx512", "amx")) for name, value in listed.items()}


def emulated(dtype: torch.dtype) -> bool:
    """Whether this machine's processor emulates products in a number format: x86, without instructions for it."""
    able = instructions()
    return dtype in _INSTRUCTIONS and "avx2" in able and not any(able.get(each) for each in _INSTRUCTIONS[dtype])


def cores() -> int:
    """Processor cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def describe(device: torch.device, dtype: torch.dtype) -> str:
    """The device in words for people."""
    number_format = str(dtype).removeprefix("torch.")
    if device.type == "cuda":
        return f"{torch.cuda.get_device_name(device)} ({number_format})"
    if device.type == "cpu":
        count = cores()
        return f"CPU ({count} core{'s' if count != 1 else ''}, {number_format})"
    return f"{'Apple GPU' if device.type == 'mps' else device.type} ({number_format})"


def device_bytes(device: torch.device) -> dict[str, int]:
    """Its memory and what of it is used: on a GPU by every program, else by this process."""
    if device.type == "cuda":
        free, total = torch.cuda.mem_get_info(device)
        return {"device_bytes": total, "device_bytes_used": total - free}
    return {"device_bytes": psutil.virtual_memory().total, "device_bytes_used": psutil.Process().memory_info().rss}


WIDENED = "the autoencoder overflowed in float16 and is computed in float32 from now on"

_PLAIN = frozenset({torch.float64, *DTYPES.values()})


def not_finite(pipeline: Any) -> str:
    """The first weight of a pipeline that holds NaN or infinity, as `unet.conv_in.weight`; empty if all are numbers.

    Quantised weights are not looked at.
    """
    for part, module in pipeline.components.items():
        for name, each in module.named_parameters() if isinstance(module, torch.nn.Module) else ():
            if each.dtype in _PLAIN and not each.is_meta and each.numel():
                least, most = each.detach().aminmax()  # NaN if there is one; makes no tensor of that size
                if not (least.isfinite() and most.isfinite()):
                    return f"{part}.{name}"
    return ""


def weight(module: torch.nn.Module) -> int:
    """Bytes that a module's numbers take, with the copies that `packed` lays out."""
    copies = sum(getattr(layer, "copied_bytes", 0) for layer in module.modules())
    return copies + sum(each.nbytes for each in (*module.parameters(), *module.buffers()))
