"""From a model id to a pipeline in memory, without ever running code or unpickling anything that came with it."""

import warnings
from pathlib import Path
from typing import Any

import diffusers
import torch
import transformers
from huggingface_hub import try_to_load_from_cache
from huggingface_hub.errors import (
    GatedRepoError,
    HfHubHTTPError,
    LocalEntryNotFoundError,
    OfflineModeIsEnabled,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)

from inference.api import ModelUnavailable
from inference.errors import OutOfMemory
from inference.models import catalog
from inference.models.entry import ModelEntry

PICKLES = (".bin", ".ckpt", ".pt", ".pth", ".pkl")


def quiet() -> None:
    """Keep the libraries' progress bars and advice out of the log; errors stay."""
    for library in (diffusers.utils.logging, transformers.utils.logging):
        library.set_verbosity_error()
        library.disable_progress_bar()
    warnings.filterwarnings("ignore", message="Already found a `peft_config`")  # several adapters are meant
    warnings.filterwarnings("ignore", message="The `local_dir_use_symlinks` argument")  # diffusers gives it itself


def known_folder(entry: ModelEntry) -> Path | None:
    """Where a model lies on this machine already; None where it would have to be downloaded first.

    Raises:
        ModelUnavailable: where the id means nothing.
    """
    folder = catalog.locate(entry.id)
    if folder is None:
        index = try_to_load_from_cache(entry.id, catalog.INDEX, revision=entry.revision or None)
        return Path(index).parent if isinstance(index, str) else None
    return folder


def fetch(entry: ModelEntry) -> Path:
    """The model's folder, downloaded where it has to be: safetensors and configuration files only.

    Raises:
        ModelUnavailable: where it cannot be had.
    """
    folder = catalog.locate(entry.id)
    if folder is not None:
        return folder
    try:
        return Path(
            diffusers.DiffusionPipeline.download(
                entry.id, revision=entry.revision or None, use_safetensors=True, safety_checker=None
            )
        )
    except GatedRepoError:
        reason = "its owner asks for consent: accept the terms on its page and set HF_TOKEN"
    except (RepositoryNotFoundError, RevisionNotFoundError):
        reason = "the hub has no such model or revision: check the spelling, or set HF_TOKEN if it is private"
    except (OfflineModeIsEnabled, LocalEntryNotFoundError, HfHubHTTPError, OSError):
        reason = "it is not on this machine and the hub did not give it: check the network, HF_HUB_OFFLINE and the id"
    except ValueError:
        reason = "it brings its own code, which is never run: choose one that diffusers knows by itself"
    raise ModelUnavailable(f"The model {entry.id!r} cannot be used, {reason}.")


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


def load(folder: Path, model: str, device: torch.device, dtype: torch.dtype) -> Any:
    """The model's image-to-image pipeline on `device`.

    Raises:
        ModelUnavailable: where it cannot be loaded or is for something else.
        OutOfMemory: where the device has no room for it.
    """
    index = check(folder, model)
    absent: dict[str, Any] = {name: None for name, entry in index.items() if entry == [None, None]}
    if "safety_checker" in index:  # moderation is the bot's, for every family alike
        absent |= {"safety_checker": None, "requires_safety_checker": False}
    try:
        pipeline = diffusers.AutoPipelineForImage2Image.from_pretrained(
            str(folder), dtype=dtype, use_safetensors=True, local_files_only=True, **absent
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
    pipeline.set_progress_bar_config(disable=True)
    return pipeline


def sketcher(place: str, model: str, device: torch.device, dtype: torch.dtype) -> Any:
    """The tiny autoencoder that draws a model's previews.

    Raises:
        ModelUnavailable: where it cannot be had.
    """
    try:
        tiny = diffusers.AutoencoderTiny.from_pretrained(place, use_safetensors=True, torch_dtype=dtype)
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
