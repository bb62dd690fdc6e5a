"""Measure an exported model on held-out photographs: styles recognised, reconstruction, speed."""

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from diffusers import AutoPipelineForImage2Image
from PIL import Image
from torch import Tensor

from training.autoencoder import psnr
from training.export import OWN_WORDS
from training.photographs import photographs, to_tensor
from training.recognition import StyleClassifier, features, versus
from training.shards import shard_names
from training.styles import STYLES
from training.words import SYNONYMS

STRENGTHS = (0.3, 0.6, 0.9)


@dataclass(frozen=True)
class Sampling:
    """How pictures are asked of a model; steps and guidance are those of `pentimento.json`."""

    steps: int
    guidance: float
    seed: int = 0


class Model:
    """An exported folder behind diffusers' own img2img pipeline."""

    def __init__(self, folder: Path, dtype: torch.dtype = torch.float32) -> None:
        self._pipeline = AutoPipelineForImage2Image.from_pretrained(folder, dtype=dtype)
        self._pipeline.set_progress_bar_config(disable=True)
        defaults = json.loads((folder / OWN_WORDS).read_text())
        self.sampling = Sampling(defaults["steps"], defaults["guidance_scale"])

    def restyle(
        self,
        images: Sequence[Image.Image],
        prompt: str,
        strength: float,
        *,
        guidance: float | None = None,
        seed: int | None = None,
        negative: str = "",
    ) -> list[Image.Image]:
        """One seed for every picture, counted on from `seed`."""
        first = self.sampling.seed if seed is None else seed
        made: list[Image.Image] = self._pipeline(
            [prompt] * len(images),
            image=list(images),
            strength=strength,
            num_inference_steps=self.sampling.steps,
            guidance_scale=self.sampling.guidance if guidance is None else guidance,
            negative_prompt=[negative] * len(images),
            generator=[torch.Generator().manual_seed(first + index) for index in range(len(images))],
        ).images
        return made

    @torch.inference_mode()
    def reconstruct(self, pictures: Tensor) -> Tensor:
        """Through the autoencoder and back, values in [-1, 1]."""
        autoencoder = self._pipeline.vae
        latents = autoencoder.encode(pictures.to(autoencoder.dtype)).latent_dist.mean
        made: Tensor = autoencoder.decode(latents).sample.float().clamp(-1, 1)
        return made


def train_classifier(pairs: Path, shards: int) -> StyleClassifier:
    """On the filters' pictures of drawn scenes in the first `shards` shards, those of one style each."""
    names = list(STYLES)
    inputs, labels = [], []
    for shard in shard_names(pairs)[:shards]:
        stacks = torch.from_numpy(np.load(pairs / f"{shard}.pictures.npy"))
        targets = json.loads((pairs / f"{shard}.json").read_text())
        for stack, styles in zip(stacks, targets, strict=True):
            single = [place for place, some in enumerate(styles, 1) if len(some) == 1]
            found = features(stack.float() / 255)
            inputs.append(versus(found[single], found[:1]))
            labels += [names.index(styles[place - 1][0]) for place in single]
    classifier = StyleClassifier(names)
    classifier.fit(torch.cat(inputs), torch.tensor(labels))
    return classifier


def recognised(
    classifier: StyleClassifier, make: Callable[[str], Tensor], sources: Tensor
) -> dict[str, dict[str, Any]]:
    """For every style: the share of pictures named right, and what the others were taken for."""
    before = features(sources)
    out = {}
    for index, name in enumerate(classifier.names):
        named = classifier.predict(versus(features(make(name)), before))
        wrong = [classifier.names[int(other)] for other in named if int(other) != index]
        out[name] = {"right": round(float((named == index).float().mean()), 3), "taken_for": wrong}
    return out


def style_report(model: Model, classifier: StyleClassifier) -> dict[str, Any]:
    """Shares named right for the filters themselves and for the model at each strength."""
    images = list(photographs().values())
    sources = to_tensor(images)
    nothing = torch.zeros_like(sources)

    def filtered(name: str) -> Tensor:
        return STYLES[name].apply(sources, nothing).clamp(0, 1)

    results = {"filters": recognised(classifier, filtered, sources)}
    for strength in STRENGTHS:

        def sampled(name: str, strength: float = strength) -> Tensor:
            return to_tensor(model.restyle(images, SYNONYMS[name][0], strength))

        results[str(strength)] = recognised(classifier, sampled, sources)
    means = {key: round(float(np.mean([entry["right"] for entry in by.values()])), 3) for key, by in results.items()}
    return {"mean": means, "styles": results, "pictures_each": len(images)}


def reconstruction_report(model: Model) -> dict[str, Any]:
    pictures = to_tensor(list(photographs().values())) * 2 - 1
    values = psnr(model.reconstruct(pictures), pictures)
    each = {name: round(float(value), 2) for name, value in zip(photographs(), values, strict=True)}
    return {"psnr_db": each, "median_db": round(float(np.median(list(each.values()))), 2)}


def speed_report(folder: Path, repeats: int = 3) -> dict[str, Any]:
    """Seconds of one picture at strength 0.5 with the default steps, the best of some; and with what."""
    out: dict[str, Any] = {"threads": torch.get_num_threads(), "strength": 0.5}
    for dtype in (torch.bfloat16, torch.float32):
        model = Model(folder, dtype)
        for size in (256, 512):
            image = photographs(size)["coffee"]
            model.restyle([image], "oil painting", 0.5)
            times = []
            for _ in range(repeats):
                start = time.perf_counter()
                model.restyle([image], "oil painting", 0.5)
                times.append(time.perf_counter() - start)
            out[f"{str(dtype).removeprefix('torch.')} {size}x{size}"] = round(min(times), 3)
    return out


def evaluate(folder: Path, pairs: Path, out: Path, *, shards: int = 4) -> dict[str, Any]:
    report = {
        "reconstruction": reconstruction_report(Model(folder)),
        "styles": style_report(Model(folder, torch.bfloat16), train_classifier(pairs, shards)),
        "seconds": speed_report(folder),
    }
    out.write_text(json.dumps(report, indent=1) + "\n")
    return report


def print_report(report: dict[str, Any]) -> None:
    print("reconstruction, dB:", report["reconstruction"])
    print("seconds a picture:", report["seconds"])
    columns = list(report["styles"]["styles"])
    print(f"{'style named right':<20}" + "".join(f"{column:>9}" for column in columns))
    for name in STYLES:
        shares = [report["styles"]["styles"][column][name]["right"] for column in columns]
        print(f"{name:<20}" + "".join(f"{share:>9.0%}" for share in shares))
    print(f"{'mean':<20}" + "".join(f"{report['styles']['mean'][column]:>9.0%}" for column in columns))
