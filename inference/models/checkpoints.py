"""Which model a single file holds, told by its tensors. Reads files only; needs no torch.

People exchange checkpoints as one .safetensors file with the tensors' names of the first program for a family, such
as CompVis' for Stable Diffusion or Black Forest Labs' for FLUX. The names differ by family, so a few of them tell it.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Any

from inference.api import ModelUnavailable
from inference.models.gguf_header import SUFFIX, read_gguf_header
from inference.models.safetensors_header import Header, read_header
from inference.models.tensor_names import CORE, SCALES, of_denoiser, packed_with

LAYOUTS = Path(__file__).parents[1] / "layouts"
"""Configurations in diffusers' layout of the families that load from a file alone, and CLIP's vocabulary."""


class Family(StrEnum):
    """Families that can be loaded from a file; a value is the name of its folder in `LAYOUTS`, if it has one."""

    SD15 = "sd15"
    SD2 = "sd2"
    SDXL = "sdxl"
    SD3 = "sd3"
    FLUX = "flux"
    FLUX2 = "flux2"
    CHROMA = "chroma"
    Z_IMAGE = "z-image"
    QWEN_IMAGE = "qwen-image"

    @property
    def whole(self) -> bool:
        """Whether its files hold all of a model; of the others only the transformer is taken."""
        return self in {Family.SD15, Family.SD2, Family.SDXL}


TITLES = {
    Family.SD15: "Stable Diffusion 1.5",
    Family.SD2: "Stable Diffusion 2",
    Family.SDXL: "SDXL",
    Family.SD3: "Stable Diffusion 3",
    Family.FLUX: "FLUX.1",
    Family.FLUX2: "FLUX.2",
    Family.CHROMA: "Chroma",
    Family.Z_IMAGE: "Z-Image",
    Family.QWEN_IMAGE: "Qwen-Image",
}

DENOISERS = {
    **dict.fromkeys((Family.SD15, Family.SD2, Family.SDXL), "UNet2DConditionModel"),
    Family.SD3: "SD3Transformer2DModel",
    Family.FLUX: "FluxTransformer2DModel",
    Family.FLUX2: "Flux2Transformer2DModel",
    Family.CHROMA: "ChromaTransformer2DModel",
    Family.Z_IMAGE: "ZImageTransformer2DModel",
    Family.QWEN_IMAGE: "QwenImageTransformer2DModel",
}
"""Classes of diffusers."""

PIPELINES = {
    **dict.fromkeys((Family.SD15, Family.SD2), "StableDiffusionImg2ImgPipeline"),
    Family.SDXL: "StableDiffusionXLImg2ImgPipeline",
}
"""Classes of diffusers that whole models are loaded as, whatever their base is; the others are what their base is."""

_EXAMPLES = {
    Family.SD3: "stabilityai/stable-diffusion-3.5-medium",
    Family.FLUX: "black-forest-labs/FLUX.1-dev",
    Family.FLUX2: "black-forest-labs/FLUX.2-klein-4B",
    Family.CHROMA: "lodestones/Chroma1-HD",
    Family.Z_IMAGE: "Tongyi-MAI/Z-Image-Turbo",
    Family.QWEN_IMAGE: "Qwen/Qwen-Image",
}

DISTILLED = re.compile(
    r"turbo|lightning|hyper(?![a-z])|hyper-?sd|schnell|lcm|flash|distill|dmd2?(?![a-z])", re.IGNORECASE
)
"""Names of models distilled to run in a few steps without guidance."""

_FIRST_CONVOLUTION = f"{CORE}input_blocks.0.0.weight"

_TRANSFORMERS = (
    (re.compile(r"joint_blocks\.0\.|pos_embed\.pos_embed$"), Family.SD3),
    (re.compile(r"distilled_guidance_layer\."), Family.CHROMA),
    (re.compile(r"single_stream_modulation\.lin(ear)?\."), Family.FLUX2),
    (re.compile(r"double_blocks\.0\.img_attn\.|single_transformer_blocks\.0\.proj_mlp\."), Family.FLUX),
    (re.compile(r"layers\.0\.adaLN_modulation\.0\."), Family.Z_IMAGE),
    (re.compile(r"transformer_blocks\.0\.img_mod\.1\."), Family.QWEN_IMAGE),
)
"""The beginning of a tensor's name that one family of transformers only has, in its first program or in diffusers.
The first match counts."""

_NO_MODEL = (
    (re.compile(r"\.?lora_(down|up|[AB])\b|\.lora_linear_layer\.|\.(hada|lokr)_w[12]"), "a low-rank adapter (LoRA)",
     "name it under the `loras` of a model's entry"),
    (re.compile(r"^control_model\.|(^|\.)(controlnet_cond_embedding|controlnet_(x|mode)_embedder|controlnet_blocks|"
                r"control_layers|input_hint_block)\."), "a ControlNet",
     "name its folder in diffusers' layout under the `controls` of a model's entry"),
    (re.compile(r"^(string_to_param|emb_params$|clip_[lg]$|<.*>$)"), "a textual inversion embedding",
     "name it under the `embeddings` of a model's entry"),
    (re.compile(r"^down_blocks\.0\."), "a UNet alone", "give the folder in diffusers' layout that it belongs to"),
    (re.compile(r"^(first_stage_model\.)?(encoder|decoder)\.(conv_in|mid)\b"), "an autoencoder (VAE)",
     "name it as the `vae` of a model's entry"),
    (re.compile(r"^(transformer\.)?text_model\.|^encoder\.block\.0\.layer\.|^(model\.)?(language_model\.)?layers\.0\."
                r"(self_attn|input_layernorm)\.|^(enc\.)?blk\.0\.attn_"), "a text encoder alone",
     "give a whole model"),
    (re.compile(r"^conditioner\.embedders\.0\.model\."), "SDXL's refiner", "use its folder in diffusers' layout"),
    (re.compile(r"^noise_augmentor\."), "Stable Diffusion unCLIP", "choose another"),
    (re.compile(r"^edm_mean$"), "Playground 2.5", "use its folder in diffusers' layout"),
)  # fmt: skip
"""Names of tensors, what a file with them and without a denoiser is, and what to do with that."""

_CONTINUOUS = "edm_vpred.sigma_max"
"""The mark of CosXL and its kin, by which ComfyUI knows them too."""

_CHANNELS = {
    9: "is for inpainting",
    8: "edits by instruction as InstructPix2Pix does",
    7: "is an upscaler",
    5: "works with depth maps",
    128: "works from control images only",
    384: "is for inpainting",
}
"""Of a UNet's first convolution, or of the first layer of FLUX.1, if it is not to begin with a picture alone."""

_PART = re.compile(r"-\d{5}-of-(\d{5})$")
"""How the names of files end that are one model together."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a file holds.

    Attributes:
        prediction: "v_prediction" or "epsilon", what a UNet was trained to tell; empty if nothing says it.
        zero_snr: the noisiest level of its training had no picture in it.
        continuous: it was trained on levels of noise up to 120, not on a thousand steps.
        has_vae: it brings an autoencoder.
        title: what its maker called it, for the words in it.
        numbers: in the tensors that are taken from it.
        scaled: its UNet is in float8, with what that is to be multiplied by beside it.
    """

    family: Family
    prediction: str = ""
    zero_snr: bool = False
    continuous: bool = False
    has_vae: bool = True
    title: str = ""
    numbers: int = 0
    scaled: bool = False

    @property
    def prediction_type(self) -> str:
        """Its prediction, else its family's. Of Stable Diffusion 2 there is a base for 512 pixels with "epsilon"."""
        plain = re.search(r"512|turbo|(?<![a-z])(base|eps(ilon)?)(?![a-z])", self.title, re.IGNORECASE)
        return self.prediction or ("v_prediction" if self.family is Family.SD2 and not plain else "epsilon")


def identify(file: Path, model: str, *, prediction: str = "") -> Checkpoint:
    """What the file holds; `prediction` is the owner's word on it, empty for none.

    Remembered until the file or what lies beside it changes: each load of a model asks it of all that are offered.

    Raises:
        ModelUnavailable: it is broken, or something else than a model that makes images from images.
    """
    return _identified(file, model, prediction, (_state(file), _state(file.with_suffix(".yaml"))))


def _state(file: Path) -> tuple[int, int, int] | None:
    try:
        told = file.stat()
    except OSError:
        return None
    return told.st_ino, told.st_mtime_ns, told.st_size


@lru_cache(maxsize=1024)
def _identified(file: Path, model: str, prediction: str, _: object) -> Checkpoint:
    header = read_gguf_header(file, model) if file.suffix == SUFFIX else read_header(file, model)
    names = header.shapes
    if (parts := _PART.search(file.stem)) and int(parts[1]) > 1:
        raise _no_model(file, model, f"one of {int(parts[1])} files of a model", "give the folder of all of it")
    title = f"{file.stem} {header.metadata.get('modelspec.title', '')}".strip()
    if file.suffix == SUFFIX and any(name.endswith("input_blocks.0.0.weight") for name in names):
        raise _no_model(file, model, "a UNet as a GGUF file", "get it as a .safetensors file")
    if _FIRST_CONVOLUTION in names and not _any(names, _NO_MODEL[1][0]):
        return _whole(header, title, file, model, prediction)
    for pattern, what, mend in _NO_MODEL[:2]:  # their layers may have the names of their model's
        if _any(names, pattern):
            raise _no_model(file, model, what, mend)
    own = of_denoiser(names)
    for beginning, family in _TRANSFORMERS:
        if any(beginning.match(name) for name in own.values()):
            _refuse_packed(header, own, file, model)
            _refuse_inputs(header, own, family, model)
            return Checkpoint(family, title=title, numbers=header.numbers_of(own))
    for pattern, what, mend in _NO_MODEL[2:]:
        if _any(names, pattern):
            raise _no_model(file, model, what, mend)
    raise ModelUnavailable(
        f"The file {file.name} of the model {model!r} is of no kind that is known here: choose a checkpoint of "
        f"{', '.join(TITLES.values())}, or a folder in diffusers' layout."
    )


def _whole(header: Header, title: str, file: Path, model: str, prediction: str) -> Checkpoint:
    """A checkpoint with a UNet and what else a model needs."""
    family = _unet_family(header, file, model)
    names = header.shapes
    own = of_denoiser(names)
    _refuse_packed(header, own, file, model)
    scaled = {name for name in names if name.endswith(SCALES)}
    if scaled - own.keys():
        raise ModelUnavailable(
            f"The file {file.name} of the model {model!r} keeps its text encoder or autoencoder in scaled fp8, "
            "which is read of a UNet only: get it in 16 bit, or in fp8 without scales."
        )
    return Checkpoint(
        family,
        prediction or _prediction(header, title, file),
        zero_snr="ztsnr" in names,
        continuous=_CONTINUOUS in names,
        has_vae=any(name.startswith("first_stage_model.") for name in names),
        title=title,
        numbers=header.numbers_of(names),
        scaled=bool(scaled),
    )


def layout_of(checkpoint: Checkpoint, base: Path | None, model: str) -> Path:
    """The folder with the configurations, and with what is not in the file, if its family's files are not whole.

    Raises:
        ModelUnavailable: the owner has to name one.
    """
    if base is not None:
        _refuse_other_base(checkpoint, base, model)
        return base
    if checkpoint.family.whole:
        return LAYOUTS / checkpoint.family
    raise ModelUnavailable(
        f"The file of the model {model!r} is taken as the transformer of {TITLES[checkpoint.family]} alone: name "
        "where its text encoders and autoencoder are as the `base` of its entry, a folder in diffusers' layout or an "
        f"id such as {_EXAMPLES[checkpoint.family]!r}."
    )


def _refuse_other_base(checkpoint: Checkpoint, base: Path, model: str) -> None:
    """Refuse a base whose denoiser is of another kind than the file's, before one is put into the other's place."""
    wanted = DENOISERS[checkpoint.family]
    part = "unet" if checkpoint.family.whole else "transformer"
    try:
        found = json.loads((base / part / "config.json").read_text(encoding="utf-8")).get("_class_name")
    except PermissionError as refused:
        raise ModelUnavailable(
            f"The base {str(base)!r} of the model {model!r} cannot be read ({refused.strerror}): "
            "let this user read all of its folder."
        ) from None
    except (OSError, ValueError, AttributeError, RecursionError):
        found = None
    if found != wanted:
        title, example = TITLES[checkpoint.family], _EXAMPLES.get(checkpoint.family)
        such = f" such as {example!r}" if example else ""
        raise ModelUnavailable(
            f"The file of the model {model!r} is one of {title}, and its base {str(base)!r} is none: name a folder "
            f"or hub id of {title}{such} as its `base`" + (", or leave that out." if checkpoint.family.whole else ".")
        )


def scheduler_of(checkpoint: Checkpoint, *, shipped: bool) -> tuple[str, Mapping[str, Any]]:
    """The class of this model's scheduler, empty for that of its layout, and what it has other than that.

    Args:
        checkpoint: what the file holds.
        shipped: the layout is the family's, which knows nothing of this model.
    """
    changes = {"prediction_type": checkpoint.prediction_type if shipped else checkpoint.prediction}
    changes = {name: value for name, value in changes.items() if value}
    if checkpoint.continuous:  # as diffusers' page about InstructPix2Pix has it for CosXL
        levels = {"sigma_min": 0.002, "sigma_max": 120.0, "sigma_data": 1.0, "sigma_schedule": "exponential"}
        return "EDMEulerScheduler", changes | levels
    if checkpoint.zero_snr and checkpoint.prediction_type == "v_prediction":
        # arXiv:2305.08891: such a model has to begin at its last level
        return "EulerDiscreteScheduler", changes | {"rescale_betas_zero_snr": True, "timestep_spacing": "trailing"}
    if shipped and re.search("lcm|dmd", checkpoint.title, re.IGNORECASE):  # DMD2's page has LCM's too
        return "LCMScheduler", changes
    if shipped and DISTILLED.search(checkpoint.title):  # as the pages of SDXL-Turbo and SDXL-Lightning have it
        return "EulerDiscreteScheduler", changes | {"timestep_spacing": "trailing"}
    return "", changes


def _refuse_packed(header: Header, own: Iterable[str], file: Path, model: str) -> None:
    if how := packed_with({name: header.formats[name] for name in own if name in header.formats}):
        raise ModelUnavailable(
            f"The file {file.name} of the model {model!r} keeps its weights packed ({how}), which is not read "
            "from one file here: get it in 16 bit, in fp8 or as a .gguf file."
        )


def _refuse_inputs(header: Header, own: Mapping[str, str], family: Family, model: str) -> None:
    """Refuse FLUX.1 Fill, Canny and Depth, which see more than the picture."""
    for name, inside in own.items():
        first = family is Family.FLUX and inside in {"img_in.weight", "x_embedder.weight"}
        if first and (channels := (0, *header.shapes[name])[-1]) in _CHANNELS:
            raise ModelUnavailable(
                f"The model {model!r} cannot be used, it {_CHANNELS[channels]}: its transformer takes {channels} "
                "channels, a picture has 64: choose an image-to-image model."
            )


def _unet_family(header: Header, file: Path, model: str) -> Family:
    channels = dict(enumerate(header.shapes[_FIRST_CONVOLUTION])).get(1, 0)
    if channels != 4:
        what = _CHANNELS.get(channels, "is for something else")
        raise ModelUnavailable(
            f"The model {model!r} cannot be used, it {what}: its UNet takes {channels} channels, a picture has 4: "
            "choose an image-to-image model."
        )
    names = header.shapes
    for pattern, what, mend in _NO_MODEL[-2:]:
        if _any(names, pattern):
            raise _no_model(file, model, what, mend)
    if any(name.startswith("conditioner.embedders.1.model.") for name in names):
        return Family.SDXL
    if any(name.startswith("conditioner.") for name in names):
        if f"{CORE}label_emb.0.0.weight" not in names:  # Stable Diffusion 2 turbo, in the names of SDXL's program
            return Family.SD2
        raise _no_model(file, model, *_NO_MODEL[-3][1:])
    if any(name.startswith("cond_stage_model.model.") for name in names):
        return Family.SD2
    if any(name.startswith("cond_stage_model.transformer.") for name in names):
        return Family.SD15
    raise _no_model(file, model, "a UNet without its text encoder", "give the whole checkpoint")


def _prediction(header: Header, title: str, file: Path) -> str:
    """What the UNet was trained to predict: by the marks that training programs leave, else by its name."""
    declared = header.metadata.get("modelspec.prediction_type", "").lower()
    architecture = header.metadata.get("modelspec.architecture", "").lower()
    marks = {"v_pred", _CONTINUOUS} & header.shapes.keys()
    if marks or declared.startswith("v") or architecture.endswith("-768-v"):
        return "v_prediction"
    if declared or architecture.endswith("v2-512"):
        return "epsilon"
    named = "v_prediction" if re.search(r"v[ _-]*pred(iction)?(?![a-z])", title, re.IGNORECASE) else ""
    return _configured(file.with_suffix(".yaml")) or named


def _configured(file: Path) -> str:
    """What the configuration beside a checkpoint says, as CompVis' program and A1111 read it; empty if it is none."""
    try:
        with file.open(encoding="utf-8", errors="replace") as content:
            words = content.read(1 << 16)
    except OSError:
        return ""
    if not re.search(r"\b(unet|network)_config\b", words):  # those of SDXL's program have the latter
        return ""
    tells_velocities = re.search(r"""parameterization:\s*["']?v\b|denoiser_scaling\.VScaling\b""", words)
    return "v_prediction" if tells_velocities else "epsilon"


def _any(names: Iterable[str], pattern: re.Pattern[str]) -> bool:
    return any(pattern.search(name) for name in names)


def _no_model(file: Path, model: str, what: str, mend: str) -> ModelUnavailable:
    return ModelUnavailable(f"The file {file.name} of the model {model!r} is {what}: {mend}.")
