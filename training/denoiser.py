"""The denoiser (a small UNet) and the text encoder that is trained with it."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from diffusers import UNet2DConditionModel
from torch import Tensor, nn
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer

from training.autoencoder import LATENT_CHANNELS
from training.bridge import BridgeSettings, draw_examples
from training.latents import PairLatents
from training.loop import Loop, LoopSettings, Report
from training.schedule import STEPS


@dataclass(frozen=True)
class DenoiserSettings:
    channels: tuple[int, int, int] = (96, 128, 160)
    text_width: int = 128
    text_layers: int = 2
    text_heads: int = 4


def build_unet(settings: DenoiserSettings) -> UNet2DConditionModel:
    """Three levels, text at the two lower ones.

    Self-attention only in the middle: above, it would take most of the time at 1024 pixels.
    """
    return UNet2DConditionModel(
        sample_size=32,
        in_channels=LATENT_CHANNELS,
        out_channels=LATENT_CHANNELS,
        layers_per_block=1,
        block_out_channels=settings.channels,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
        mid_block_type="UNetMidBlock2DCrossAttn",
        up_block_types=("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"),
        cross_attention_dim=settings.text_width,
        attention_head_dim=tuple(width // 32 for width in settings.channels),
        norm_num_groups=16,
        use_linear_projection=True,
        only_cross_attention=(True, True, False),
        mid_block_only_cross_attention=False,
    )


def build_text_encoder(settings: DenoiserSettings, tokenizer: CLIPTokenizer) -> CLIPTextModel:
    width = settings.text_width
    encoder = CLIPTextModel(
        CLIPTextConfig(
            vocab_size=len(tokenizer),
            hidden_size=width,
            intermediate_size=3 * width,
            num_hidden_layers=settings.text_layers,
            num_attention_heads=settings.text_heads,
            max_position_embeddings=tokenizer.model_max_length,
            hidden_act="quick_gelu",
            projection_dim=width,
            bos_token_id=tokenizer.bos_token_id,
            eos_token_id=tokenizer.eos_token_id,
            pad_token_id=tokenizer.pad_token_id,
        )
    )
    with torch.no_grad():
        # CLIP's deviation of 0.02 would take long to grow into words that differ.
        for name, parameter in encoder.named_parameters():
            if "embedding" in name:
                parameter.normal_(0, 0.3 if "token" in name else 0.1)
    return encoder


class Denoiser(nn.Module):
    """The two networks under one set of parameters: `unet` and `text_encoder`."""

    def __init__(self, settings: DenoiserSettings, tokenizer: CLIPTokenizer) -> None:
        super().__init__()
        self.text_encoder = build_text_encoder(settings, tokenizer)
        self.unet = build_unet(settings)

    def forward(self, noisy: Tensor, t: Tensor, tokens: Tensor) -> Tensor:
        velocity: Tensor = self.unet(noisy, t, self.text_encoder(tokens)[0]).sample
        return velocity


def train_denoiser(
    pairs: PairLatents,
    tokenizer: CLIPTokenizer,
    checkpoint: Path,
    *,
    loop_settings: LoopSettings,
    settings: DenoiserSettings,
    bridge: BridgeSettings,
    device: str = "cpu",
) -> tuple[Denoiser, list[Report]]:
    torch.manual_seed(loop_settings.seed)
    network = Denoiser(settings, tokenizer).to(device)
    loop = Loop(network, loop_settings, checkpoint)

    def loss(numbers: np.random.Generator, noise: torch.Generator) -> tuple[Tensor, dict[str, float]]:
        examples = draw_examples(numbers, noise, pairs, bridge)
        tokens = tokenizer(
            examples.captions,
            padding="max_length",
            max_length=tokenizer.model_max_length,
            truncation=True,
            return_tensors="pt",
        ).input_ids
        with torch.autocast(device, torch.bfloat16):
            made = network(examples.noisy.to(device), examples.t.to(device), tokens.to(device))
        errors = ((made.float() - examples.velocity.to(device)) ** 2).mean((1, 2, 3))
        shown = {}
        for index, name in enumerate(("mild", "middle", "strong")):
            inside = examples.t * 3 // STEPS == index
            if inside.any():
                shown[name] = errors[inside.to(device)].mean().item()
        return (errors * examples.scale.to(device)).mean(), shown

    reports = loop.run(loss)
    average: nn.Module = loop.average
    assert isinstance(average, Denoiser)
    return average, reports
