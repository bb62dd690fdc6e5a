"""From a model id to a pipeline in memory, without ever running code or unpickling anything that came with it."""

import inspect
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import diffusers
import torch
import transformers

from inference.api import ModelUnavailable
from inference.errors import OutOfMemory
from inference.models import catalog, hub
from inference.models.entry import ModelEntry
from inference.models.library import known_folder

_AT_HAND = ("StableDiffusion", "StableDiffusionXL")
"""Families whose pipelines are named alike but for "Img2Img"."""

PICKLES = (".bin", ".ckpt", ".pt", ".pth", ".pkl")


def quiet() -> None:
    """Keep the libraries' progress bars and advice out of the log; errors stay."""
    for library in (diffusers.utils.logging, transformers.utils.logging):
        library.set_verbosity_error()
        library.disable_progress_bar()
    warnings.filterwarnings("ignore", message="Already found a `peft_config`")  # several adapters are meant
    warnings.filterwarnings("ignore", message="The `local_dir_use_symlinks` argument")  # diffusers gives it itself


def fetch(entry: ModelEntry) -> Path:
    """The model's folder. Nothing is fetched in this process (`models.downloads`).

    Raises:
        ModelUnavailable: if it is not on this machine.
    """
    folder = known_folder(entry)
    if folder is None:
        raise ModelUnavailable(
            f"The model {entry.id!r} is not on this machine: fetch it with `pentimento download {entry.id}`."
        )
    return folder


def check(folder: Path, model: str) -> dict[str, Any]:
    """Refuse a folder that would have to run code or unpickle something to be loaded.

    Returns:
        Its index: component -> library and class.

    Raises:
        ModelUnavailable: with the reason.
    """
    index = catalog.read_json(folder / catalog.INDEX, model)
    components = {name: entry for name, entry in index.items() if isinstance(entry, list) and len(entry) == 2}
    own_code = not isinstance(index.get("_class_name"), str) or any(
        (folder / name / f"{library}.py").exists() or (folder / f"{library}.py").exists()
        for name, (library, _) in components.items()
        if library
    )
    if own_code:
        raise ModelUnavailable(
            f"The model {model!r} brings its own code, which is never run: choose one that diffusers knows by itself."
        )
    for name in components:
        suffixes = {file.suffix for file in (folder / name).glob("*")}
        if suffixes.intersection(PICKLES) and ".safetensors" not in suffixes:
            raise ModelUnavailable(
                f"The model {model!r} keeps its {name} as a pickle, which can run anything: "
                "choose one with safetensors files, or convert it."
            )
    return index


def variant_of(folder: Path, index: Mapping[str, Any], wanted: str) -> str | None:
    """The variant of the weights to load: the wanted one, else the plain one, unless a part has another one only."""
    if wanted not in {"", "full"}:
        return wanted
    there = [found for name in hub.components(index) if (found := hub.variants(folder / name))]
    if all("" in each for each in there):
        return None
    return next((half for half in hub.HALVES if any(half in each for each in there)), None)


def load(folder: Path, model: str, device: torch.device, dtype: torch.dtype, *, variant: str = "") -> Any:
    """The model's image-to-image pipeline on `device`; `variant` as in `ModelEntry`.

    Raises:
        ModelUnavailable: where it cannot be loaded or is for something else.
        OutOfMemory: where the device has no room for it.
    """
    index = check(folder, model)
    absent: dict[str, Any] = {name: None for name, entry in index.items() if entry == [None, None]}
    if "safety_checker" in index:  # moderation is the bot's, for every family alike
        absent |= {"safety_checker": None, "requires_safety_checker": False}
    chosen = {"variant": found} if (found := variant_of(folder, index, variant)) else {}
    try:
        pipeline = _pipeline_class(index).from_pretrained(
            str(folder), dtype=dtype, use_safetensors=True, local_files_only=True, **chosen, **absent
        )
        pipeline.to(device)
    except (torch.OutOfMemoryError, MemoryError):
        raise OutOfMemory from None
    except Exception as error:
        if "AutoPipeline can't find" in str(error):
            raise ModelUnavailable(
                f"The model {model!r} makes no image from an image: choose an image-to-image model."
            ) from None
        if "torchvision" in str(error).lower():
            raise ModelUnavailable(
                f"The model {model!r} needs torchvision: install the build of it that belongs to your torch."
            ) from None
        reason = str(error).strip().split("\n", 1)[0].replace(f"{folder}/", "").rstrip(".")
        raise ModelUnavailable(
            f"The model {model!r} cannot be loaded ({reason[:200]}): fetch it again or choose another."
        ) from error
    refuse_unfit(pipeline, model)
    pipeline.set_progress_bar_config(disable=True)
    return pipeline


def _pipeline_class(index: Mapping[str, Any]) -> Any:
    """What loads a model's image-to-image pipeline: its class, or for most families what finds it.

    To find one, diffusers imports every pipeline that it has, which takes a second.
    """
    family = str(index["_class_name"]).removesuffix("Pipeline").removesuffix("Img2Img")
    return getattr(diffusers, f"{family}Img2ImgPipeline" if family in _AT_HAND else "AutoPipelineForImage2Image")


def refuse_unfit(pipeline: Any, model: str) -> None:
    """Refuse what loads as an image-to-image pipeline and yet would fail at every request.

    Raises:
        ModelUnavailable: says what it is.
    """
    kind = type(pipeline).__name__
    unet, vae = getattr(pipeline, "unet", None), getattr(pipeline, "vae", None)
    takes = inspect.signature(pipeline.__call__).parameters
    if unet is not None and vae is not None and unet.config.in_channels != vae.config.latent_channels:
        inside, outside = unet.config.in_channels, vae.config.latent_channels
        what = "is for inpainting" if inside == 2 * outside + 1 else "is for something else"
        reason = f"{what}: its UNet takes {inside} channels, a picture has {outside}"
    elif "control_image" in takes:
        reason = f"works from control images only ({kind})"
    elif "Layered" in kind:
        reason = "makes layers and no picture"
    elif "strength" in takes and not {"add_noise", "scale_noise"} & set(dir(pipeline.scheduler)):
        reason = f"comes with {type(pipeline.scheduler).__name__}, which cannot start from a picture"
    elif unet is not None and not hasattr(pipeline.scheduler, "add_noise"):
        reason = f"comes with {type(pipeline.scheduler).__name__}, which does not fit a UNet"
    else:
        return
    raise ModelUnavailable(f"The model {model!r} cannot be used, it {reason}: choose an image-to-image model.")


def sketcher(place: str, model: str, device: torch.device, dtype: torch.dtype) -> Any:
    """The tiny autoencoder that draws a model's previews.

    Raises:
        ModelUnavailable: where it cannot be had.
    """
    try:
        folder = hub.network(place)
        tiny = diffusers.AutoencoderTiny.from_pretrained(
            str(folder), use_safetensors=True, torch_dtype=dtype, variant=hub.variant_of_network(folder)
        )
    except Exception as error:
        raise ModelUnavailable(
            f"The model {model!r} names {place!r} for its previews, which is no tiny autoencoder that can be had: "
            "mend its sketcher or leave that out."
        ) from error
    return tiny.to(device)


def scheduler(name: str, own: Any, model: str) -> Any:
    """The scheduler of that class with the settings of the model's own one.

    Raises:
        ModelUnavailable: where diffusers has none of that name that fits.
    """
    fitting = {each.__name__: each for each in (type(own), *own.compatibles)}
    if name not in fitting:
        raise ModelUnavailable(
            f"The model {model!r} cannot use the scheduler {name!r}: choose one of {', '.join(sorted(fitting))}."
        )
    return fitting[name].from_config(own.config)
