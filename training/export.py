"""Write the trained networks as a folder that diffusers loads without a word: `inference/pocket`."""

import hashlib
import json
from pathlib import Path

import torch
from diffusers import AutoencoderKL, ControlNetModel, DDIMScheduler, StableDiffusionImg2ImgPipeline
from transformers import CLIPTokenizer

from training.denoiser import Denoiser
from training.schedule import betas

# What the product takes if a member says nothing else; it reads this file, diffusers does not mind it.
OWN_WORDS = "pentimento.json"
DEFAULTS = {"steps": 16, "guidance_scale": 2.0, "max_pixels": 512 * 512, "multiple": 8}

# After so short a training a ControlNet says too little. So much more of it keeps a held-out scribble's lines better,
# 0.64 instead of 0.56 by `agreement` over four prompts, and twice as much hardly better; that is what scale 1 means.
EMPHASIS = 1.5


def build_scheduler() -> DDIMScheduler:
    """DDIM over the trained betas. `trailing` starts at the last step, where the noise is terminal."""
    return DDIMScheduler(
        trained_betas=betas(),
        prediction_type="v_prediction",
        clip_sample=False,
        set_alpha_to_one=True,
        timestep_spacing="trailing",
        steps_offset=1,
    )


def export(autoencoder: AutoencoderKL, denoiser: Denoiser, tokenizer: CLIPTokenizer, out: Path) -> None:
    """The big networks in fp16: half the size, and no weight of so small a model leaves its range.

    The text encoder stays in fp32. diffusers loads its own networks in fp32 unless told otherwise, but
    transformers loads what the file and the config say: an fp16 text encoder would not fit the others in a
    load without a dtype.
    """
    pipeline = StableDiffusionImg2ImgPipeline(
        vae=autoencoder,
        text_encoder=denoiser.text_encoder,
        tokenizer=tokenizer,
        unet=denoiser.unet,
        scheduler=build_scheduler(),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )
    pipeline.vae.to(torch.float16)
    pipeline.unet.to(torch.float16)
    pipeline.save_pretrained(out, safe_serialization=True)
    for file in out.glob("*/config.json"):  # diffusers notes from which folder of this machine a network was read
        config = json.loads(file.read_text())
        config.pop("_name_or_path", None)
        file.write_text(json.dumps(config, indent=2, sort_keys=True) + "\n")
    (out / OWN_WORDS).write_text(json.dumps(DEFAULTS, indent=2) + "\n")


def export_control(control: ControlNetModel, out: Path) -> None:
    """A folder for `ControlNetModel.from_pretrained`, in fp16 like the denoiser."""
    with torch.no_grad():
        for last in (*control.controlnet_down_blocks, control.controlnet_mid_block):
            for parameter in last.parameters():
                parameter.mul_(EMPHASIS)
    control.to(torch.float16).save_pretrained(out, safe_serialization=True)


def file_hashes(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def folder_size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
