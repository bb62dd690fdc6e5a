"""Models of real families with random weights, a few hundred kilobytes each, saved in diffusers' own layout.

They paint noise, but through the same code as the big ones: what an engine promises must hold on them too.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import diffusers
import torch
import transformers

SIDE = 64
"""Pixels along a side of the working area: 32 latents of 2 pixels each."""


def tokenizer() -> Any:
    """A CLIP tokenizer that knows single letters only."""
    letters = "abcdefghijklmnopqrstuvwxyz0123456789.,"
    words = [*letters, *(f"{letter}</w>" for letter in letters), "<|startoftext|>", "<|endoftext|>"]
    vocab = {word: place for place, word in enumerate(words)}
    return transformers.CLIPTokenizer(vocab=vocab, merges=[], model_max_length=77)


def text_encoder(*, projection: bool = False, width: int = 32) -> Any:
    config = transformers.CLIPTextConfig(
        vocab_size=100,
        hidden_size=width,
        intermediate_size=37,
        num_hidden_layers=2,
        num_attention_heads=4,
        projection_dim=32,
        bos_token_id=76,
        eos_token_id=77,
        pad_token_id=77,
    )
    kind = transformers.CLIPTextModelWithProjection if projection else transformers.CLIPTextModel
    return kind(config).eval()


def vae(latents: int = 4) -> Any:
    return diffusers.AutoencoderKL(
        block_out_channels=(16, 32),
        down_block_types=("DownEncoderBlock2D",) * 2,
        up_block_types=("UpDecoderBlock2D",) * 2,
        latent_channels=latents,
        norm_num_groups=8,
        sample_size=SIDE,
        shift_factor=0.06,
    )


def unet(**changes: Any) -> Any:
    return diffusers.UNet2DConditionModel(
        **{
            "block_out_channels": (16, 32),
            "layers_per_block": 1,
            "sample_size": SIDE // 2,
            "down_block_types": ("DownBlock2D", "CrossAttnDownBlock2D"),
            "up_block_types": ("CrossAttnUpBlock2D", "UpBlock2D"),
            "cross_attention_dim": 32,
            "attention_head_dim": 8,
            "norm_num_groups": 8,
            **changes,
        }
    )


def stable_diffusion() -> Any:
    """Like Stable Diffusion 1.5, with its own default scheduler."""
    return diffusers.StableDiffusionPipeline(
        vae=vae(),
        text_encoder=text_encoder(),
        tokenizer=tokenizer(),
        unet=unet(),
        scheduler=diffusers.PNDMScheduler(
            beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear", skip_prk_steps=True, steps_offset=1
        ),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )


def stable_diffusion_xl(second_width: int = 32) -> Any:
    """The second encoder's width is what tells the two apart in a checkpoint of one file."""
    return diffusers.StableDiffusionXLPipeline(
        vae=vae(),
        text_encoder=text_encoder(),
        text_encoder_2=text_encoder(projection=True, width=second_width),
        tokenizer=tokenizer(),
        tokenizer_2=tokenizer(),
        unet=unet(
            cross_attention_dim=32 + second_width,
            addition_embed_type="text_time",
            addition_time_embed_dim=8,
            projection_class_embeddings_input_dim=80,
            transformer_layers_per_block=(1, 2),
            use_linear_projection=True,
        ),
        scheduler=diffusers.EulerDiscreteScheduler(
            beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear", steps_offset=1
        ),
    )


def stable_diffusion_3() -> Any:
    """A diffusion transformer with flow matching; without the big third text encoder, as people run it."""
    return diffusers.StableDiffusion3Pipeline(
        vae=vae(latents=4),
        text_encoder=text_encoder(projection=True),
        text_encoder_2=text_encoder(projection=True),
        text_encoder_3=None,
        tokenizer=tokenizer(),
        tokenizer_2=tokenizer(),
        tokenizer_3=None,
        transformer=diffusers.SD3Transformer2DModel(
            sample_size=SIDE // 2,
            patch_size=2,
            in_channels=4,
            num_layers=1,
            attention_head_dim=8,
            num_attention_heads=4,
            caption_projection_dim=32,
            joint_attention_dim=64,
            pooled_projection_dim=64,
            out_channels=4,
        ),
        scheduler=diffusers.FlowMatchEulerDiscreteScheduler(shift=3.0),
    )


def latent_consistency() -> Any:
    return diffusers.LatentConsistencyModelPipeline(
        vae=vae(),
        text_encoder=text_encoder(),
        tokenizer=tokenizer(),
        unet=unet(time_cond_proj_dim=32),
        scheduler=diffusers.LCMScheduler(beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear"),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )


def t5() -> Any:
    config = transformers.T5Config(vocab_size=100, d_model=32, d_kv=8, d_ff=37, num_layers=1, num_heads=4)
    return transformers.T5EncoderModel(config).eval()


def chroma() -> Any:
    """A kin of FLUX.1 that diffusers' automatic choice does not know."""
    return diffusers.ChromaPipeline(
        vae=vae(),
        text_encoder=t5(),
        tokenizer=tokenizer(),
        transformer=diffusers.ChromaTransformer2DModel(
            patch_size=1,
            in_channels=16,
            num_layers=1,
            num_single_layers=1,
            attention_head_dim=16,
            num_attention_heads=2,
            joint_attention_dim=32,
            axes_dims_rope=(4, 4, 8),
            approximator_num_channels=8,
            approximator_hidden_dim=16,
            approximator_layers=1,
        ),
        scheduler=diffusers.FlowMatchEulerDiscreteScheduler(),
    )


def pix2pix() -> Any:
    """Edits by instruction: the source stands beside the sample in the UNet's input."""
    return diffusers.StableDiffusionInstructPix2PixPipeline(
        vae=vae(),
        text_encoder=text_encoder(),
        tokenizer=tokenizer(),
        unet=unet(in_channels=8),
        scheduler=diffusers.EulerAncestralDiscreteScheduler(
            beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear", steps_offset=1
        ),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )


FAMILIES: dict[str, Callable[[], Any]] = {
    "sd": stable_diffusion,
    "sdxl": stable_diffusion_xl,
    "sd3": stable_diffusion_3,
    "lcm": latent_consistency,
    "chroma": chroma,
    "pix2pix": pix2pix,
}


def save(family: str, folder: Path, **kwargs: Any) -> Path:
    """Make a model of the family and write it to `folder`."""
    return save_made(FAMILIES[family], folder, **kwargs)


def save_made(make: Callable[[], Any], folder: Path, **kwargs: Any) -> Path:
    """Write what `make` makes to `folder`, the same weights each time."""
    torch.manual_seed(0)
    pipeline = make()
    pipeline.save_pretrained(str(folder), **kwargs)
    # what is left out on purpose must be named in the index, else loading asks for it
    edit_index(folder, **{name: [None, None] for name, part in pipeline.components.items() if part is None})
    return folder


def edit_index(folder: Path, **changes: Any) -> None:
    """Change what a saved model says that it is."""
    index = folder / "model_index.json"
    index.write_text(json.dumps(json.loads(index.read_text()) | changes))


def save_overflowing(folder: Path) -> Path:
    """A model whose decoder makes no numbers, though its weights are some."""

    def overflowing() -> Any:
        pipeline = stable_diffusion_3()
        with torch.no_grad():
            pipeline.vae.decoder.conv_out.weight.fill_(3e38)
        return pipeline

    return save_made(overflowing, folder)


def save_inpainting(folder: Path) -> Path:
    """A UNet that takes a mask and a masked picture besides, in a folder that says nothing of it."""
    pipeline = stable_diffusion()
    pipeline.unet = unet(in_channels=9)
    pipeline.save_pretrained(str(folder))
    return folder


def save_with_flow_scheduler(folder: Path) -> Path:
    pipeline = stable_diffusion()
    pipeline.scheduler = diffusers.FlowMatchEulerDiscreteScheduler()
    pipeline.save_pretrained(str(folder))
    return folder
