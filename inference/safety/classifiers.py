"""Image classifiers of transformers, and the safety checker that came with Stable Diffusion. Safetensors only."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
import transformers
from diffusers.pipelines.stable_diffusion.safety_checker import StableDiffusionSafetyChecker
from huggingface_hub import snapshot_download
from PIL import Image

from inference.api import ModelUnavailable
from inference.models.devices import choose_device
from inference.models.folder_check import PICKLES
from inference.models.loading import quiet
from inference.safety.classifier import ClassifierSettings, Loaded

STOCK = "StableDiffusionSafetyChecker"
USUAL_LABELS = frozenset({"nsfw", "unsafe", "porn", "hentai", "sexy", "explicit", "gore", "violence"})
Score = Callable[[Image.Image], float]
"""How likely an RGB picture is unsafe, 0 .. 1."""

_FILES = ["*.json", "*.txt", "*.safetensors"]


def load(settings: ClassifierSettings) -> Loaded:
    """A `Loader`.

    Raises:
        ModelUnavailable: the sentence says why, and what would help.
    """
    quiet()
    folder = _folder(settings)
    config = _check(folder, settings.model)
    device = choose_device(settings.device)
    make = _stock if STOCK in (config.get("architectures") or ()) else _usual
    try:
        labels, look = make(folder, device, settings)
        look(Image.new("RGB", (64, 64), "grey"))  # what cannot look at anything is better known now
    except ModelUnavailable:
        raise
    except Exception as error:
        reason = str(error).strip().split("\n", 1)[0].replace(f"{folder}/", "").rstrip(".")
        raise ModelUnavailable(
            f"The classifier {settings.model!r} cannot be used ({reason[:200]}): set safety.classifier to an image "
            "classification model of transformers."
        ) from error

    def score(picture: Path) -> float:
        with Image.open(picture) as opened:
            return look(opened.convert("RGB"))

    return Loaded(labels, score)


def _whole(kind: Any, folder: Path, **options: Any) -> Any:
    """A model all of whose weights are in its files: transformers makes up those that are not, at random.

    Raises:
        ValueError: names one that is not.
    """
    model, loading = kind.from_pretrained(
        folder, dtype=torch.float32, use_safetensors=True, local_files_only=True, output_loading_info=True, **options
    )
    if lacking := sorted(loading["missing_keys"]):
        raise ValueError(f"its files lack {lacking[0]}, so it would judge at random")
    return model


def _usual(folder: Path, device: torch.device, settings: ClassifierSettings) -> tuple[list[str], Score]:
    """One of transformers."""
    processor = transformers.AutoImageProcessor.from_pretrained(folder, local_files_only=True)
    model = _whole(transformers.AutoModelForImageClassification, folder, trust_remote_code=False).to(device).eval()
    known = {int(place): str(label) for place, label in model.config.id2label.items()}
    unsafe = _unsafe(known, settings)
    several = model.config.problem_type == "multi_label_classification"

    @torch.inference_mode()
    def look(picture: Image.Image) -> float:
        logits = _finite(model(pixel_values=_pixels(processor, picture).to(device)).logits[0])
        # One label of many: the unsafe ones share what is not safe. Labels each for itself: the likeliest counts.
        return float(logits.sigmoid()[unsafe].max() if several else logits.softmax(-1)[unsafe].sum())

    return [known[place] for place in unsafe], look


def _stock(folder: Path, device: torch.device, _settings: ClassifierSettings) -> tuple[list[str], Score]:
    """Its thresholds are its own, so its word is 0 or 1. The picture that it blackens is a scrap of ours."""
    processor = transformers.CLIPImageProcessor.from_pretrained(folder, local_files_only=True)
    checker = _whole(StableDiffusionSafetyChecker, folder).to(device).eval()
    # To it a picture is safe unless a number is above a threshold, and what is no number never is.
    for weights in checker.parameters():
        _finite(weights)
    checker.visual_projection.register_forward_hook(lambda _module, _given, embedded: _finite(embedded))

    @torch.inference_mode()
    def look(picture: Image.Image) -> float:
        pixels = _pixels(processor, picture).to(device)
        _, flagged = checker(clip_input=pixels, images=[torch.zeros(1)])
        return float(flagged[0])

    return ["flagged"], look


def _folder(settings: ClassifierSettings) -> Path:
    folder = Path(settings.model).expanduser()
    if folder.is_dir():
        return folder
    try:
        return Path(snapshot_download(settings.model, revision=settings.revision or None, allow_patterns=_FILES))
    except Exception as error:
        raise ModelUnavailable(
            f"The classifier {settings.model!r} is neither a folder here nor did the hub give it "
            f"({type(error).__name__}): check safety.classifier, the network and HF_TOKEN."
        ) from error


def _check(folder: Path, model: str) -> dict[str, Any]:
    """Refuse what would run code or unpickle something."""
    try:
        config: dict[str, Any] = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelUnavailable(
            f"The classifier {model!r} has no readable config.json: set safety.classifier to a transformers model."
        ) from error
    suffixes = {file.suffix for file in folder.iterdir()}
    if "auto_map" in config:
        raise ModelUnavailable(f"The classifier {model!r} brings its own code, which is never run: choose another.")
    if ".safetensors" not in suffixes:
        kept = "as a pickle, which can run anything" if suffixes.intersection(PICKLES) else "nowhere"
        raise ModelUnavailable(
            f"The classifier {model!r} keeps its weights {kept}: choose one with safetensors files, or convert it."
        )
    return config


def _unsafe(known: dict[int, str], settings: ClassifierSettings) -> list[int]:
    """The places of the labels that count."""
    asked = {label.lower() for label in settings.unsafe_labels}
    missing = sorted(asked - {label.lower() for label in known.values()})
    unsafe = [place for place, label in known.items() if label.lower() in (asked or USUAL_LABELS)]
    if missing or not unsafe:
        raise ModelUnavailable(
            f"The classifier {settings.model!r} knows the labels {', '.join(known.values())}: name those that are "
            "unsafe in safety.unsafe_labels."
        )
    return unsafe


def _pixels(processor: Any, picture: Image.Image) -> torch.Tensor:
    """What the model sees of an RGB picture: 1 x 3 x its height x its width, scaled as it was trained."""
    pixels: torch.Tensor = processor(images=picture, return_tensors="pt")["pixel_values"]
    return pixels


def _finite(numbers: torch.Tensor) -> torch.Tensor:
    """The numbers; a verdict from others would be worth nothing.

    Raises:
        ValueError: some are none.
    """
    if not numbers.isfinite().all():
        raise ValueError("its numbers overflow or are none")
    return numbers
