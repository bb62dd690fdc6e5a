"""From a checkpoint in one file to a pipeline in memory, with the configurations of its family."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import diffusers
import torch
from diffusers import GGUFQuantizationConfig
from diffusers.models.model_loading_utils import load_gguf_checkpoint
from transformers import CLIPTokenizer

from inference.api import ModelUnavailable
from inference.models import hub, misfits, text_encoders
from inference.models.checkpoints import DENOISERS, LAYOUTS, PIPELINES, TITLES, Checkpoint, Family, scheduler_of
from inference.models.device_errors import is_of_device
from inference.models.file_tensors import ConsumedStateDict, quantized, read_state_dict, under_diffusers_names
from inference.models.gguf_header import SUFFIX
from inference.models.safetensors_header import read_header
from inference.models.tensor_names import CORE, of_denoiser

_PADS = {(Family.SD2, "tokenizer"): "!", (Family.SDXL, "tokenizer_2"): "!"}
"""OpenCLIP's encoders were trained with words that are filled up with the vocabulary's first."""


def whole_pipeline(
    file: Path, checkpoint: Checkpoint, layout: Path, dtype: torch.dtype, parts: Mapping[str, Any]
) -> Any:
    """The image-to-image pipeline of a file that holds all of a model, but for `parts`, on the processor.

    Args:
        file: of safetensors.
        checkpoint: what it holds.
        layout: a folder with the configurations of its components.
        dtype: of the weights in memory.
        parts: components that are taken instead of the file's.

    Raises:
        Exception: whatever diffusers raises for what does not fit.
    """
    kind = getattr(diffusers, PIPELINES[checkpoint.family])
    names = ("tokenizer", "tokenizer_2") if checkpoint.family is Family.SDXL else ("tokenizer",)
    tokenizers = {
        name: clip_tokenizer(_PADS.get((checkpoint.family, name), "<|endoftext|>"))
        for name in names
        if not (layout / name).is_dir()
    }
    early = text_encoders.of_early_file(file, layout, dtype) if checkpoint.family is Family.SD15 else {}
    pipeline = kind.from_single_file(
        str(file), config=str(layout), dtype=dtype, local_files_only=True, **tokenizers, **early, **parts
    )
    name, changes = scheduler_of(checkpoint, shipped=layout.parent == LAYOUTS)
    own = pipeline.scheduler
    pipeline.scheduler = (getattr(diffusers, name) if name else type(own)).from_config(own.config, **changes)
    return pipeline


def unet(file: Path, layout: Path, dtype: torch.dtype, quantization: Any = None) -> Any:
    """The UNet of a whole model's file, with scaled float8 multiplied out, which diffusers would take without scales.

    Args:
        file: of safetensors.
        layout: a folder with the configurations of the model's components.
        dtype: of the weights in memory.
        quantization: diffusers' configuration for making it smaller while it is read; None leaves it as it is.

    Raises:
        Exception: whatever diffusers raises for what does not fit.
    """
    from diffusers.loaders.single_file_utils import convert_ldm_unet_checkpoint  # slow to import

    kind = diffusers.UNet2DConditionModel
    config = kind.load_config(str(layout), subfolder="unet", local_files_only=True)
    tensors = {f"{CORE}{name}": tensor for name, tensor in read_state_dict(file, dtype).items()}
    if quantization is None:
        return kind.from_single_file(
            tensors, config=str(layout), subfolder="unet", dtype=dtype, local_files_only=True
        )
    return quantized(kind, config, convert_ldm_unet_checkpoint(tensors, config), dtype, quantization)


def transformer(
    file: Path, checkpoint: Checkpoint, layout: Path, dtype: torch.dtype, *, quantization: Any = None
) -> Any:
    """The transformer in a file.

    Args:
        file: of safetensors or GGUF.
        checkpoint: what it holds.
        layout: the folder of the model that it belongs to.
        dtype: of the weights in memory, or what is computed in.
        quantization: diffusers' configuration for making it smaller while it is read; None leaves it as it is.

    Raises:
        Exception: whatever diffusers raises for what does not fit.
    """
    kind = getattr(diffusers, DENOISERS[checkpoint.family])
    packed: dict[str, Any] = {}
    if file.suffix == SUFFIX:
        packed_tensors = load_gguf_checkpoint(str(file))
        own = of_denoiser(packed_tensors)
        source = under_diffusers_names(kind, {inside: packed_tensors[name] for name, inside in own.items()})
        packed = {"quantization_config": GGUFQuantizationConfig(compute_dtype=dtype)}
    else:
        tensors = under_diffusers_names(kind, read_state_dict(file, dtype))
        config = kind.load_config(str(layout), subfolder="transformer", local_files_only=True)
        with torch.device("meta"):
            wanted = kind.from_config(config)
        if lacking := [name for name in wanted.state_dict() if name not in tensors]:
            raise ValueError(f"{lacking[0]} is missing")
        if quantization is not None:
            return quantized(kind, config, tensors, dtype, quantization)
        source = ConsumedStateDict(tensors, dtype)
    made = kind.from_single_file(
        source, config=str(layout), subfolder="transformer", dtype=dtype, local_files_only=True, **packed
    )
    if file.suffix == SUFFIX:
        _unpack_all_but_linear_layers(made, dtype)
    return made


def _unpack_all_but_linear_layers(module: torch.nn.Module, dtype: torch.dtype) -> None:
    """Give layers that cannot read packed numbers plain ones.

    diffusers unpacks those of linear layers in each call. Files have others packed too, such as Z-Image's padding.
    """
    from diffusers.quantizers.gguf.utils import GGUFLinear, GGUFParameter, dequantize_gguf_tensor  # needs the extra

    for layer in module.modules():
        for name, parameter in layer.named_parameters(recurse=False):
            if isinstance(parameter, GGUFParameter) and not (isinstance(layer, GGUFLinear) and name == "weight"):
                plain = dequantize_gguf_tensor(parameter).to(dtype)
                setattr(layer, name, torch.nn.Parameter(plain, requires_grad=False))


def autoencoder(place: Path, model: str, dtype: torch.dtype, layout: Path) -> Any:
    """An autoencoder in place of a model's own: a folder in diffusers' layout or a .safetensors file.

    Raises:
        ModelUnavailable: it cannot be loaded.
    """
    for file in sorted(place.glob("*.safetensors")) if place.is_dir() else [place]:
        read_header(file, model, shown=f"{file.name} (vae)")
    kind = diffusers.AutoencoderKL
    try:
        if place.is_dir():
            made = kind.from_pretrained(
                str(place),
                use_safetensors=True,
                torch_dtype=dtype,
                local_files_only=True,
                variant=hub.variant_of_network(place),
            )
        else:
            made = kind.from_single_file(
                str(place), config=str(layout), subfolder="vae", dtype=dtype, local_files_only=True
            )
        refuse_missing({"vae": made})
    except Exception as error:
        if is_of_device(error):
            raise
        raise ModelUnavailable(
            f"The model {model!r} names {place.name!r} as its vae, which is no autoencoder of its family that can be "
            "loaded: mend its entry."
        ) from error
    return made


def refuse_missing(components: Mapping[str, Any]) -> None:
    """Refuse a model of which diffusers found some tensors only: it leaves the others without numbers.

    Raises:
        ValueError: names the first one.
    """
    for part, module in components.items():
        if isinstance(module, torch.nn.Module):
            for name, tensor in module.state_dict().items():
                if tensor.is_meta:
                    raise ValueError(f"{part}.{name} is missing")


def unfit(file: Path, checkpoint: Checkpoint, model: str, error: Exception) -> ModelUnavailable:
    """The sentence for a file whose tensors are not those of its family."""
    missing = "meta tensor" in str(error)  # what torch says of weights that were never set
    if isinstance(error, KeyError):
        error = ValueError(f"{error.args[0]} is missing")
    reason = "some are missing" if missing else misfits.reason(error)[:200]
    return ModelUnavailable(
        f"The file {file.name} of the model {model!r} has other tensors than {TITLES[checkpoint.family]} has "
        f"({reason}): name a folder with its configurations as the `base` of its entry, or choose another model."
    )


@cache
def _vocabulary() -> tuple[dict[str, int], tuple[tuple[str, str], ...]]:
    """CLIP's words and merges.

    The words follow from the merges, as in OpenAI's tokenizer: letters, letters at an end, merged ones, two marks.
    """
    from transformers.convert_slow_tokenizer import bytes_to_unicode

    lines = (LAYOUTS / "clip" / "merges.txt").read_text(encoding="utf-8").splitlines()
    merges = tuple((left, right) for left, right in (line.split() for line in lines))
    letters = list(bytes_to_unicode().values())
    words = [*letters, *(f"{letter}</w>" for letter in letters), *(left + right for left, right in merges)]
    return {word: place for place, word in enumerate([*words, "<|startoftext|>", "<|endoftext|>"])}, merges


def clip_tokenizer(pad: str) -> CLIPTokenizer:
    """CLIP's tokenizer, which fills up with `pad`."""
    words, merges = _vocabulary()
    return CLIPTokenizer(vocab=dict(words), merges=list(merges), pad_token=pad, model_max_length=77)
