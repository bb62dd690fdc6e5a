"""Tiny models with random weights, of the families that the step loop knows, as stock pipelines."""

import atexit
import functools
import inspect
import shutil
import tempfile
from pathlib import Path
from typing import Any

import diffusers
import torch
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTextModelWithProjection, CLIPTokenizer

from inference.models.catalog import POCKET, locate
from inference.models.entry import ModelEntry
from inference.models.loading import load

WIDTH = 16
STABLE_DIFFUSION = {"beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear", "steps_offset": 1}


def scheduler(name: str, **options: Any) -> Any:
    """A scheduler of diffusers with Stable Diffusion's noise schedule."""
    return getattr(diffusers, name)(**{**STABLE_DIFFUSION, **options})


SCHEDULERS: dict[str, Any] = {
    "euler": lambda: scheduler("EulerDiscreteScheduler", timestep_spacing="leading"),
    "euler-karras": lambda: scheduler("EulerDiscreteScheduler", use_karras_sigmas=True),
    "euler-turbo": lambda: scheduler("EulerDiscreteScheduler", timestep_spacing="trailing"),
    "euler-v": lambda: scheduler("EulerDiscreteScheduler", prediction_type="v_prediction"),
    "euler-a": lambda: scheduler("EulerAncestralDiscreteScheduler"),
    "ddim": lambda: scheduler("DDIMScheduler", clip_sample=False, set_alpha_to_one=False),
    "ddim-v": lambda: scheduler(
        "DDIMScheduler", clip_sample=False, timestep_spacing="trailing", prediction_type="v_prediction"
    ),
    "ddpm": lambda: scheduler("DDPMScheduler", clip_sample=False),
    "lcm": lambda: scheduler("LCMScheduler"),
    "lcm-v": lambda: scheduler("LCMScheduler", prediction_type="v_prediction"),
    "tcd": lambda: scheduler("TCDScheduler"),
    "dpm++2m": lambda: scheduler("DPMSolverMultistepScheduler"),
    "dpm++2m-karras": lambda: scheduler("DPMSolverMultistepScheduler", use_karras_sigmas=True),
    "dpm++2m-sde": lambda: scheduler("DPMSolverMultistepScheduler", algorithm_type="sde-dpmsolver++"),
    "dpm++3m": lambda: scheduler("DPMSolverMultistepScheduler", solver_order=3),
    "heun": lambda: scheduler("HeunDiscreteScheduler"),
    "unipc": lambda: scheduler("UniPCMultistepScheduler"),
    "unipc3": lambda: scheduler("UniPCMultistepScheduler", solver_order=3),
    "deis": lambda: scheduler("DEISMultistepScheduler"),
    "pndm": lambda: scheduler("PNDMScheduler", skip_prk_steps=True),
}
"""Every scheduler that the step loop promises, as models come with them."""

CLIPPED: dict[str, Any] = {
    "ddim-clipped": lambda: scheduler("DDIMScheduler", clip_sample=True),
    "dpm++2m-thresholded": lambda: scheduler("DPMSolverMultistepScheduler", thresholding=True),
}
"""Options with which a scheduler is not linear."""


def _tokenizer() -> CLIPTokenizer:
    """One token per letter."""
    letters = [chr(code) for code in range(ord("a"), ord("z") + 1)]
    words = [*letters, *(f"{letter}</w>" for letter in letters), "<|startoftext|>", "<|endoftext|>"]
    return CLIPTokenizer(
        vocab={word: place for place, word in enumerate(words)},
        merges=[],
        model_max_length=20,
        unk_token="<|endoftext|>",
        pad_token="<|endoftext|>",
    )


def _text_encoder(kind: Any) -> Any:
    return kind(
        CLIPTextConfig(
            vocab_size=54,
            hidden_size=WIDTH,
            projection_dim=WIDTH,
            intermediate_size=32,
            num_hidden_layers=2,
            num_attention_heads=2,
            max_position_embeddings=20,
            bos_token_id=52,
            eos_token_id=53,
            pad_token_id=53,
        )
    ).eval()


def _autoencoder() -> Any:
    return diffusers.AutoencoderKL(
        block_out_channels=(8, 8),
        down_block_types=("DownEncoderBlock2D",) * 2,
        up_block_types=("UpDecoderBlock2D",) * 2,
        latent_channels=4,
        norm_num_groups=4,
        sample_size=64,
    ).eval()


def _unet(**options: Any) -> Any:
    return diffusers.UNet2DConditionModel(
        **{
            "block_out_channels": (8, 16),
            "down_block_types": ("DownBlock2D", "CrossAttnDownBlock2D"),
            "up_block_types": ("CrossAttnUpBlock2D", "UpBlock2D"),
            "layers_per_block": 1,
            "sample_size": 16,
            "norm_num_groups": 4,
            "attention_head_dim": 4,
            "cross_attention_dim": WIDTH,
            **options,
        }
    ).eval()


def stable_diffusion(scheduler_name: str = "ddim", *, tiny_vae: bool = False, **options: Any) -> Any:
    """A Stable Diffusion 1.x or 2.x pipeline; `options` are its UNet's."""
    torch.manual_seed(5)
    vae = diffusers.AutoencoderTiny(encoder_block_out_channels=(8,) * 4, decoder_block_out_channels=(8,) * 4).eval()
    pipeline = diffusers.StableDiffusionImg2ImgPipeline(
        vae=vae if tiny_vae else _autoencoder(),
        text_encoder=_text_encoder(CLIPTextModel),
        tokenizer=_tokenizer(),
        unet=_unet(**options),
        scheduler={**SCHEDULERS, **CLIPPED}[scheduler_name](),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )
    pipeline.set_progress_bar_config(disable=True)
    return pipeline


def stable_diffusion_xl(scheduler_name: str = "euler", *, refiner: bool = False) -> Any:
    """An SDXL pipeline, or its refiner, which is told how beautiful the picture is instead of its target size."""
    torch.manual_seed(6)
    numbers = 5 if refiner else 6
    pipeline = diffusers.StableDiffusionXLImg2ImgPipeline(
        vae=_autoencoder(),
        text_encoder=None if refiner else _text_encoder(CLIPTextModel),
        text_encoder_2=_text_encoder(CLIPTextModelWithProjection),
        tokenizer=None if refiner else _tokenizer(),
        tokenizer_2=_tokenizer(),
        unet=_unet(
            cross_attention_dim=WIDTH if refiner else 2 * WIDTH,
            addition_embed_type="text_time",
            addition_time_embed_dim=8,
            projection_class_embeddings_input_dim=WIDTH + 8 * numbers,
            transformer_layers_per_block=(1, 2),
        ),
        scheduler=SCHEDULERS[scheduler_name](),
        requires_aesthetics_score=refiner,
        add_watermarker=False,
    )
    pipeline.set_progress_bar_config(disable=True)
    return pipeline


def control_network(pipeline: Any, *, seed: int = 0, union: bool = False) -> Any:
    """A control network for the UNet of a pipeline, whose residuals are as large as what they are added to.

    A fresh one's are zero: its last convolutions begin so.
    """
    torch.manual_seed(100 + seed)
    kind = diffusers.ControlNetUnionModel if union else diffusers.ControlNetModel
    config = dict(pipeline.unet.config)
    taken = inspect.signature(kind.__init__).parameters
    names = {name for name in taken if name in config and name not in {"self", "act_fn"}}
    net = kind(
        **{name: config[name] for name in names},
        conditioning_embedding_out_channels=(8,) * pipeline.vae_scale_factor.bit_length(),
        **(
            dict.fromkeys(("num_trans_channel", "num_proj_channel"), config["block_out_channels"][0])
            | {"num_trans_head": 2}
            if union
            else {}
        ),
    ).eval()
    with torch.no_grad():
        for name, weights in net.named_parameters():
            if "controlnet" in name:
                weights.normal_(std=0.3)
    return net


@functools.cache
def pocket_network() -> Path:
    """A control network of random weights for the shipped model, in a folder that goes when the tests end."""
    folder = tempfile.mkdtemp(prefix="pocket-network-")
    atexit.register(shutil.rmtree, folder)
    place = locate(POCKET)
    assert place is not None
    control_network(load(place, ModelEntry(id=POCKET), POCKET, torch.device("cpu"), torch.float32)).save_pretrained(
        folder
    )
    return Path(folder)
