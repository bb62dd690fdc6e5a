"""Measure an exported model on held-out photographs: styles recognised, reconstruction, speed."""

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from training.autoencoder import psnr
from training.export import OWN_WORDS
from training.pairs import NAMES
from training.photographs import photographs, to_tensor
from training.pool import PicturePool
from training.recognition import StyleClassifier, features, versus
from training.styles import filters as f


@dataclass(frozen=True)
class Sampling:
    """How pictures are asked of a model; steps and guidance are those of `pentimento.json`."""

    steps: int
    guidance: float
    seed: int = 0


class Model:
    """An exported folder behind diffusers' own img2img pipeline."""

    def __init__(self, folder: Path, dtype: torch.dtype = torch.float32, device: str = "cpu") -> None:
        from diffusers import AutoPipelineForImage2Image  # imports every family

        self._pipeline = AutoPipelineForImage2Image.from_pretrained(folder, dtype=dtype).to(device)
        self._pipeline.set_progress_bar_config(disable=True)
        self.device = device
        defaults = json.loads((folder / OWN_WORDS).read_text())
        self.sampling = Sampling(defaults["steps"], defaults["guidance_scale"])

    def restyle(
        self,
        images: Sequence[Image.Image],
        prompt: str,
        strength: float,
        *,
        guidance: float | None = None,
        steps: int | None = None,
        seed: int | None = None,
        negative: str = "",
    ) -> list[Image.Image]:
        """One seed for every picture, counted on from `seed`."""
        first = self.sampling.seed if seed is None else seed
        made: list[Image.Image] = self._pipeline(
            [prompt] * len(images),
            image=list(images),
            strength=strength,
            num_inference_steps=steps or self.sampling.steps,
            guidance_scale=self.sampling.guidance if guidance is None else guidance,
            negative_prompt=[negative] * len(images),
            generator=[torch.Generator().manual_seed(first + index) for index in range(len(images))],
        ).images
        return made

    @property
    def components(self) -> dict[str, Any]:
        parts: dict[str, Any] = self._pipeline.components
        return parts

    def restyle_each(
        self,
        images: Sequence[Image.Image],
        prompts: Sequence[str],
        strength: float,
        *,
        steps: int | None = None,
        seed: int = 0,
    ) -> Tensor:
        """Every image with every prompt, many at once on a GPU: (prompts, images, 3, H, W) in [0, 1].

        One seed for every image, counted on from `seed`.
        """
        pairs = [(image, prompt) for prompt in prompts for image in images]
        together = len(images) if self.device == "cpu" else 128
        made = []
        for start in range(0, len(pairs), together):
            some = pairs[start : start + together]
            pictures = self._pipeline(
                [prompt for _, prompt in some],
                image=[image for image, _ in some],
                strength=strength,
                num_inference_steps=steps or self.sampling.steps,
                guidance_scale=self.sampling.guidance,
                generator=[torch.Generator().manual_seed(seed + index % len(images)) for index in range(len(some))],
                output_type="pt",
            ).images
            made.append(pictures.float().cpu())
        every = torch.cat(made)
        return every.view(len(prompts), len(images), *every.shape[1:])

    @torch.inference_mode()
    def reconstruct(self, pictures: Tensor) -> Tensor:
        """Through the autoencoder and back, values in [-1, 1]."""
        autoencoder = self._pipeline.vae
        latents = autoencoder.encode(pictures.to(self.device, autoencoder.dtype)).latent_dist.mean
        made: Tensor = autoencoder.decode(latents).sample.float().clamp(-1, 1).cpu()
        return made


# Of the style in what the judge learns from: a touch, the half, and twice as often the whole.
SHARES = (0.35, 0.65, 1.0, 1.0)
JUDGE_SCENES = 1024


def train_classifier(pool: PicturePool, reconstruct: Callable[[Tensor], Tensor]) -> StyleClassifier:
    """On the filters' pictures of the last `JUDGE_SCENES`, those of one style each: the first are of the repertoire.

    It sees a style in full or blended with the source, as lower strengths show it, and in full on the scene's other
    drawing, as high strengths do: once as it is, and once as `reconstruct` gives it back, a model's way through its
    autoencoder with values in [-1, 1].
    """
    chance = torch.Generator().manual_seed(0)
    inputs, labels = [], []
    half = 1 + pool.targets
    for scene in range(max(0, pool.filled - JUDGE_SCENES), pool.filled):
        keys = pool.keys[scene, 1:half].cpu()
        single = torch.nonzero(keys < len(NAMES)).flatten()
        if not len(single):
            continue
        pictures = pool.pictures[scene].cpu().float() / 255
        source, styled, redrawn = pictures[:1], pictures[1 + single], pictures[half + 1 + single]
        shares = torch.tensor(SHARES)[torch.randint(len(SHARES), (2, len(single), 1, 1, 1), generator=chance)]
        plain, through = f.mix(source, styled, shares)
        through = reconstruct(torch.cat([through, redrawn]) * 2 - 1) / 2 + 0.5
        seen = torch.cat([plain, redrawn, through])
        inputs.append(versus(features(seen), features(source)))
        labels.append(keys[single].repeat(4))
    classifier = StyleClassifier(NAMES)
    classifier.fit(torch.cat(inputs), torch.cat(labels))
    return classifier


def reconstruction_report(model: Model) -> dict[str, Any]:
    pictures = to_tensor(list(photographs().values())) * 2 - 1
    values = psnr(model.reconstruct(pictures), pictures)
    each = {name: round(float(value), 2) for name, value in zip(photographs(), values, strict=True)}
    return {"psnr_db": each, "median_db": round(float(np.median(list(each.values()))), 2)}


def speed_report(folder: Path, device: str, repeats: int = 3) -> dict[str, Any]:
    """Seconds of one picture at strength 0.5 with the default steps, the best of some; and with what."""
    out: dict[str, Any] = {"threads": torch.get_num_threads(), "strength": 0.5, "device": device}
    for dtype in (torch.bfloat16, torch.float32):
        model = Model(folder, dtype, device)
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
