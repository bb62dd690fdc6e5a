"""From a model id to a pipeline in memory, without ever running code or unpickling anything that came with it."""

import inspect
import re
import warnings
from collections.abc import Container, Mapping
from pathlib import Path
from typing import Any

import diffusers
import torch
import transformers

from inference.api import ModelUnavailable
from inference.models import (
    catalog,
    checkpoints,
    embeddings,
    folder_check,
    hub,
    known_classes,
    misfits,
    placement,
    processors,
    quantized,
    scheduler_file,
    single_file,
    text_encoders,
    trained,
    variants,
)
from inference.models.device_errors import is_of_device, translated
from inference.models.entry import ModelEntry
from inference.models.library import known_folder
from inference.models.memory_plan import MemoryPlan

_AT_HAND = ("StableDiffusion", "StableDiffusionXL")
"""Families whose pipelines are named alike but for "Img2Img"."""

_UNMAPPED = {
    "Chroma": "ChromaImg2ImgPipeline",
    "StableDiffusionInstructPix2Pix": "StableDiffusionInstructPix2PixPipeline",
    "StableDiffusionXLInstructPix2Pix": "StableDiffusionXLInstructPix2PixPipeline",
}
"""Families that diffusers' `AutoPipelineForImage2Image` does not know, and what makes images from images of them."""

_CHATS = ("ZImage", "Flux2Klein")
"""Families whose text encoder is asked as a chat."""


def quiet() -> None:
    """Keep the libraries' progress bars and advice out of the log; errors stay."""
    for library in (diffusers.utils.logging, transformers.utils.logging):
        library.set_verbosity_error()
        library.disable_progress_bar()
    warnings.filterwarnings("ignore", message="Already found a `peft_config`")  # several adapters are meant
    warnings.filterwarnings("ignore", message="`FluxPosEmbed` is deprecated")  # diffusers' own network uses it
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


def check(folder: Path, model: str, *, but: Container[str] = (), gpu: bool = True) -> dict[str, Any]:
    """Refuse a folder that would have to run code or unpickle something to be loaded.

    Args:
        folder: in diffusers' layout.
        model: its name.
        but: components that are not taken from there.
        gpu: whether it goes to one.

    Returns:
        Its index: component -> library and class.

    Raises:
        ModelUnavailable: with the reason.
    """
    index = folder_check.safe_index(folder, model, but=but)
    known_classes.refuse_unknown(index, model, but=but)
    quantized.refuse_unreadable(folder, hub.components(index, but), model, gpu=gpu)
    return index


def load(
    place: Path,
    entry: ModelEntry,
    model: str,
    device: torch.device,
    dtype: torch.dtype,
    *,
    planned: MemoryPlan | None = None,
) -> Any:
    """The model's image-to-image pipeline on `device`, or where the plan has its parts.

    Args:
        place: its folder, or its checkpoint in one file.
        entry: what the owner says of it.
        model: its name.
        device: where it goes.
        dtype: of its weights.
        planned: what lies where; None has all on the device.

    Raises:
        ModelUnavailable: if it cannot be loaded or is for something else.
        OutOfMemory: if the device has no room for it.
        DevicePoisoned: if the device is lost.
    """
    on_gpu = device.type != "cpu"
    with translated():
        if place.is_dir():
            pipeline = _from_folder(
                place,
                model,
                dtype,
                variant=entry.variant,
                scheduler=entry.scheduler,
                parts=_parts(entry, model, dtype, place),
                planned=planned,
                gpu=on_gpu,
            )
        else:
            pipeline = _from_file(place, entry, model, dtype, planned=planned, gpu=on_gpu)
        embeddings.load(pipeline, entry.embeddings, model)
        embeddings.load_fitting(pipeline, entry, model)
        placement.place(pipeline, planned, device)
    refuse_unfit(pipeline, model)
    skip_layers(pipeline, entry.clip_skip, model)
    pipeline.set_progress_bar_config(disable=True)
    return pipeline


def _from_file(
    file: Path, entry: ModelEntry, model: str, dtype: torch.dtype, *, planned: MemoryPlan | None, gpu: bool
) -> Any:
    checkpoint = checkpoints.identify(file, model, prediction=entry.prediction)
    checkpoint = trained.as_told(checkpoint, entry, model)
    base = catalog.base_of(entry)
    if entry.base and base is None:
        raise ModelUnavailable(
            f"The base of the model {model!r}, {entry.base!r}, is not on this machine: "
            f"fetch it with `pentimento download {entry.base}`."
        )
    layout = checkpoints.layout_of(checkpoint, base, model)
    parts = _parts(entry, model, dtype, layout)
    if checkpoint.family.whole:
        index = folder_check.read_json(layout / catalog.INDEX, model)
        known_classes.refuse_unknown(index, model, but=parts)
        if not trained.scheduler_of(checkpoint, entry, shipped=base is None):
            scheduler_file.check(layout, index, model)
    try:
        smaller = None if planned is None else placement.quantization_of(planned.quantize, dtype)
        if checkpoint.family.whole:
            if smaller is not None or checkpoint.scaled:
                parts["unet"] = single_file.unet(file, layout, dtype, smaller)
            pipeline = single_file.whole_pipeline(file, checkpoint, layout, dtype, parts)
            single_file.refuse_missing(pipeline.components)
            return pipeline
        parts["transformer"] = single_file.transformer(file, checkpoint, layout, dtype, quantization=smaller)
        single_file.refuse_missing(parts)
    except Exception as error:
        if is_of_device(error):
            raise
        raise single_file.unfit(file, checkpoint, model, error) from error
    variant = catalog.base_ref(entry).variant
    return _from_folder(layout, model, dtype, variant=variant, scheduler=entry.scheduler, parts=parts, gpu=gpu)


def _parts(entry: ModelEntry, model: str, dtype: torch.dtype, layout: Path) -> dict[str, Any]:
    """The components that an entry names instead of the model's own."""
    if not entry.vae:
        return {}
    place = Path(entry.vae).expanduser()
    try:
        place = place if place.is_file() else hub.network(entry.vae, file=True)
    except OSError:
        raise ModelUnavailable(
            f"The model {model!r} names {entry.vae!r} as its vae, which is not here: "
            "give a folder in diffusers' layout, a hub id or a .safetensors file."
        ) from None
    return {"vae": single_file.autoencoder(place, model, dtype, layout)}


def _from_folder(
    folder: Path,
    model: str,
    dtype: torch.dtype,
    *,
    variant: str,
    scheduler: str,
    parts: Mapping[str, Any],
    gpu: bool,
    planned: MemoryPlan | None = None,
) -> Any:
    """The pipeline in a folder, with `parts` instead of its own; on the processor, unless bitsandbytes packs it."""
    index = check(folder, model, but=parts, gpu=gpu)
    absent: dict[str, Any] = {name: None for name, entry in index.items() if entry == [None, None]}
    absent |= dict.fromkeys(folder_check.unused(folder, index))
    taken = hub.components(index, {*parts, *absent})
    found = variants.variant_of(folder, taken, variant, model)
    chosen: dict[str, Any] = {"variant": found} if found else {}
    folder_check.refuse_broken(folder, taken, model, variant=found)
    if not scheduler:
        scheduler_file.check(folder, index, model)
    if "safety_checker" in index:  # moderation is the bot's, for every family alike
        absent |= {"safety_checker": None, "requires_safety_checker": False}
    denoisers = tuple(name for name in ("unet", "transformer") if name in index)
    chosen |= placement.quantization(planned, denoisers, dtype)
    try:
        kind = _pipeline_class(index)
        readers = processors.of_folder(folder, index)
        encoders = text_encoders.of_folder(folder, index, taken, model, dtype, variant=found)
        pipeline = kind.from_pretrained(
            str(folder),
            dtype=dtype,
            use_safetensors=True,
            local_files_only=True,
            **chosen,
            **absent,
            **dict.fromkeys(readers),
            **encoders,
            **parts,
        )
        pipeline.register_modules(**readers)
        single_file.refuse_missing({name: getattr(pipeline, name, None) for name in taken})
    except ModelUnavailable:
        raise
    except Exception as error:
        if is_of_device(error):
            raise
        if "AutoPipeline can't find" in str(error):
            raise ModelUnavailable(_no_image_to_image(str(index["_class_name"]), model)) from None
        if misfit := misfits.of_folder(error, folder, taken, model, variant=found):
            raise misfit from error
        reason = misfits.reason(error).replace(f"{folder}/", "")
        reason = re.sub(r"<class '[\w.]*?(\w+)'>", r"\1", reason)
        raise ModelUnavailable(
            f"The model {model!r} cannot be loaded ({reason[:200]}): fetch it again or choose another."
        ) from error
    return pipeline


def _pipeline_class(index: Mapping[str, Any]) -> Any:
    """What loads a model's image-to-image pipeline: its class, or for most families what finds it.

    To find one, diffusers imports every pipeline that it has, which takes a second.

    Raises:
        ValueError: diffusers' own, if it finds none.
    """
    family = _family(str(index["_class_name"]))
    if family in _AT_HAND or family in _UNMAPPED:
        return getattr(diffusers, _UNMAPPED.get(family, f"{family}Img2ImgPipeline"))
    from diffusers.pipelines import auto_pipeline  # slow to import

    # Left to itself it looks only after gigabytes of text encoders have been read.
    known = auto_pipeline.AUTO_IMAGE2IMAGE_PIPELINES_MAPPING
    auto_pipeline._get_task_class(known, index["_class_name"])  # noqa: SLF001 -- nothing public tells it
    return diffusers.AutoPipelineForImage2Image


def _family(pipeline: str) -> str:
    return pipeline.removesuffix("Pipeline").removesuffix("Img2Img")


def _no_image_to_image(pipeline: str, model: str) -> str:
    """What to say of a model for which there is no image-to-image pipeline here."""
    own = getattr(diffusers, pipeline, None)
    edits = own is None or "image" in inspect.signature(own.__call__).parameters
    if edits or hasattr(diffusers, f"{_family(pipeline)}Img2ImgPipeline"):
        return (
            f"The model {model!r} is of a family that is not supported here ({pipeline}): "
            "choose another image-to-image model."
        )
    return f"The model {model!r} makes no image from an image: choose an image-to-image model."


def skip_layers(pipeline: Any, clip_skip: int, model: str) -> None:
    """Take the text encoder's last layers away: 2 leaves out one, as A1111 counts.

    What the layer before gives then goes through the last normalisation, as in A1111 and in diffusers'
    `encode_prompt`, whose own `clip_skip` fails with transformers 5.6 and newer. No layer is run in vain.

    Raises:
        ModelUnavailable: the family is another one than Stable Diffusion 1 or 2, or has no so many layers.
    """
    if clip_skip == 1:
        return
    if not type(pipeline).__name__.startswith("StableDiffusionImg2Img"):
        raise ModelUnavailable(
            f"The model {model!r} takes no clip_skip, which is for Stable Diffusion 1 and 2: leave it out."
        )
    inner = getattr(pipeline.text_encoder, "text_model", pipeline.text_encoder)
    layers = inner.encoder.layers
    if clip_skip > len(layers):
        raise ModelUnavailable(
            f"The text encoder of the model {model!r} has {len(layers)} layers: give a clip_skip up to that."
        )
    inner.encoder.layers = layers[: len(layers) + 1 - clip_skip]


def refuse_unfit(pipeline: Any, model: str) -> None:
    """Refuse what loads as an image-to-image pipeline and yet would fail at every request.

    Raises:
        ModelUnavailable: says what it is.
    """
    kind = type(pipeline).__name__
    unet, vae = getattr(pipeline, "unet", None), getattr(pipeline, "vae", None)
    takes = inspect.signature(pipeline.__call__).parameters
    beside = 2 if "InstructPix2Pix" in kind else 1  # there the source stands beside the sample
    if unet is not None and vae is not None and unet.config.in_channels != beside * vae.config.latent_channels:
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
    elif "strength" in takes and unet is None and not hasattr(pipeline.scheduler, "scale_noise"):
        reason = f"comes with {type(pipeline.scheduler).__name__}, which does not fit flow matching"
    elif kind.startswith(_CHATS) and not getattr(pipeline.tokenizer, "chat_template", None):
        reason = "has no chat template in its tokenizer's folder, by which its text encoder is asked"
    else:
        return
    raise ModelUnavailable(f"The model {model!r} cannot be used, it {reason}: choose an image-to-image model.")


def preview_vae(place: str, model: str, device: torch.device, dtype: torch.dtype, *, channels: int | None) -> Any:
    """The tiny autoencoder that draws a model's previews; `channels` are those of the model's latents.

    Raises:
        ModelUnavailable: if it cannot be had.
    """
    try:
        folder = hub.network(place)
        tiny = diffusers.AutoencoderTiny.from_pretrained(
            str(folder), use_safetensors=True, torch_dtype=dtype, variant=hub.variant_of_network(folder)
        )
        single_file.refuse_missing({"preview_vae": tiny})
    except Exception as error:
        if is_of_device(error):
            raise
        raise ModelUnavailable(
            f"The model {model!r} names {place!r} for its previews, which is no tiny autoencoder that can be had: "
            "mend its preview_vae or leave that out."
        ) from error
    if tiny.config.latent_channels != channels:
        raise ModelUnavailable(
            f"The model {model!r} names {place!r} for its previews, which is made for other models: "
            "mend its preview_vae or leave that out."
        )
    return tiny.to(device)


def scheduler(name: str, own: Any, model: str) -> Any:
    """The scheduler of that class with the settings of the model's own one.

    Raises:
        ModelUnavailable: if diffusers has none of that name that fits.
    """
    fitting = {each.__name__: each for each in (type(own), *own.compatibles)}
    if name not in fitting:
        raise ModelUnavailable(
            f"The model {model!r} cannot use the scheduler {name!r}: choose one of {', '.join(sorted(fitting))}."
        )
    return fitting[name].from_config(own.config)
