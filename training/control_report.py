"""Measure and show the edge ControlNet: pictures from pure noise that keep the lines of a drawing."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import torch
from diffusers import ControlNetModel, StableDiffusionControlNetImg2ImgPipeline
from PIL import Image
from torch import Tensor

from inference.api import ControlKind
from training.edge_maps import agreement, draw_map
from training.evaluate import Model
from training.grids import sheet
from training.photographs import child_drawing, photographs, to_image

PROMPTS = (
    "a landscape, oil painting", "a house in the hills, watercolor", "a landscape, sunset", "a village, snowy winter",
    "a landscape, stained glass", "anime", "a city, cyberpunk neon city", "a photo",
)  # fmt: skip


def held_out_maps() -> dict[str, Tensor]:
    """Maps (H, W) in [0, 1] of a drawing and of photographs, none of them ever trained on."""
    pictures = photographs() | {"drawing": child_drawing()}
    return {
        f"{name}, {kind.value}": draw_map(kind, pictures[name]).float() / 255
        for name, kind in (
            ("drawing", ControlKind.LINEART),
            ("drawing", ControlKind.SCRIBBLE),
            ("astronaut", ControlKind.CANNY),
            ("coffee", ControlKind.SOFTEDGE),
            ("chelsea", ControlKind.LINEART),
            ("rocket", ControlKind.CANNY),
        )
    }


def _paint(model: Model, control: ControlNetModel, lines: Tensor, scale: float) -> Tensor:
    """Pictures at strength 1.0, one of each prompt; the source is a grey card."""
    pipeline = StableDiffusionControlNetImg2ImgPipeline(
        **model.components, controlnet=control, requires_safety_checker=False
    )
    pipeline.set_progress_bar_config(disable=True)
    card = Image.new("RGB", (256, 256), (128, 128, 128))
    pictures: Tensor = pipeline(
        list(PROMPTS),
        image=[card] * len(PROMPTS),
        control_image=[to_image(lines.expand(3, -1, -1))] * len(PROMPTS),
        strength=1.0,
        num_inference_steps=model.sampling.steps,
        guidance_scale=model.sampling.guidance,
        controlnet_conditioning_scale=scale,
        generator=[torch.Generator().manual_seed(index) for index in range(len(PROMPTS))],
        output_type="pt",
    ).images
    return pictures.float().cpu()


def control_report(folder: Path, edges: Path, out: Path, device: str = "cpu") -> dict[str, Any]:
    """Write `edges.json` and `edges.webp` into `out`: agreement of edges with and without control."""
    out.mkdir(parents=True, exist_ok=True)
    model = Model(folder, device=device)
    control = ControlNetModel.from_pretrained(edges, torch_dtype=torch.float32).to(device)
    report: dict[str, Any] = {}
    rows, names = [], []
    for name, lines in held_out_maps().items():
        with_lines, without = (_paint(model, control, lines, scale) for scale in (1.0, 0.0))
        kept, chance = (float(np.mean([agreement(one, lines) for one in made])) for made in (with_lines, without))
        report[name] = {"agreement": round(kept, 3), "without": round(chance, 3)}
        small = [
            to_image(picture).resize((160, 160), Image.Resampling.LANCZOS)
            for picture in (lines.expand(3, -1, -1), *with_lines)
        ]
        rows.append(small)
        names.append(name.replace(", ", ",\n"))
    for part in ("agreement", "without"):
        report[f"mean {part}"] = round(sum(report[name][part] for name in held_out_maps()) / len(rows), 3)
    columns = [
        "map",
        *(prompt.replace("a landscape, ", "").replace("a house in the hills, ", "") for prompt in PROMPTS),
    ]
    sheet(rows, columns, names).save(out / "edges.webp", quality=80, method=6)
    (out / "edges.json").write_text(json.dumps(report, indent=1) + "\n")
    return report
