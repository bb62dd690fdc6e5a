"""The denoiser (a small UNet) and the text encoder that is trained with it."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from diffusers import ControlNetModel, UNet2DConditionModel
from diffusers.models.attention_processor import AttnProcessor
from torch import Tensor, nn
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer

from training.autoencoder import LATENT_CHANNELS
from training.bridge import BridgeSettings, alpha_bar_on, crop, draw_examples
from training.colours import tint
from training.latents import PairLatents
from training.loop import Loop, LoopSettings, Report
from training.perceptual import StyleFeatures
from training.phrases import CaptionBank
from training.schedule import STEPS
from training.speed import autocast

FEATURES_FROM = 0.03
"""The least alpha_bar at which features are compared: sigma 5.7, strength 0.93."""


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


def suit_processor(network: UNet2DConditionModel | ControlNetModel, device: str) -> None:
    """On a processor, make a step faster by a third.

    Torch's fused attention is slow backwards there: with prompts of 40 tokens, a sixth of a step. Convolutions are
    fastest with channels last; the first layer's input decides for all.
    """
    if device == "cpu":
        network.set_attn_processor(AttnProcessor())
        network.to(memory_format=torch.channels_last)
        network.register_forward_pre_hook(_channels_last)


def _channels_last(_: nn.Module, given: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    return (given[0].contiguous(memory_format=torch.channels_last), *given[1:])


def by_noise(errors: Tensor, t: Tensor) -> dict[str, Tensor]:
    """Mean errors at mild, middle and strong noise; no number if a batch has none of them."""
    shown = {}
    for index, name in enumerate(("mild", "middle", "strong")):
        inside = t * 3 // STEPS == index
        shown[name] = torch.where(inside, errors.detach(), 0).sum() / inside.sum()
    return shown


def train_denoiser(
    pairs: PairLatents,
    large: PairLatents | None,
    quiet: Tensor,
    tokenizer: CLIPTokenizer,
    checkpoint: Path,
    *,
    loop_settings: LoopSettings,
    settings: DenoiserSettings,
    bridge: BridgeSettings,
    captions: dict[str, Tensor],
    colours: Tensor,
    features: StyleFeatures,
    device: str = "cpu",
    start: Denoiser | None = None,
) -> tuple[Denoiser, list[Report]]:
    """`start`: a denoiser to train on instead of a new one. `colours` (3, channels): see `fit_colours`.

    `quiet` (count, channels): see `quiet_directions`.
    """
    torch.manual_seed(loop_settings.seed)
    network = start or Denoiser(settings, tokenizer)
    suit_processor(network.unet, device)
    network = network.to(device)
    loop = Loop(network, loop_settings, checkpoint)
    phrases, alpha_bar = CaptionBank(captions, device), alpha_bar_on(torch.device(device))
    colours, quiet, features = colours.to(device), quiet.to(device), features.to(device)

    def loss(numbers: np.random.Generator, noise: torch.Generator) -> tuple[Tensor, dict[str, Tensor]]:
        cropped = numbers.random() < bridge.cropped
        big = large is not None and numbers.random() < (0.3 if cropped else bridge.large)
        some = large if large is not None and big else pairs
        # A part of a composition is none, so what is cut hardly learns to paint from noise.
        shares = replace(bridge, terminal=0.1 * bridge.terminal) if cropped else bridge
        examples = draw_examples(noise, some, quiet, phrases, shares, bridge.batch // 4 if big else bridge.batch)
        noisy, velocity = examples.noisy, examples.velocity
        if cropped:
            sides = [24, 32, 36, 40, 48, 56] if big else [16, 20, 24, 28]
            size = (int(numbers.choice(sides)), int(numbers.choice(sides)))
            corner = (numbers.random(), numbers.random())
            noisy, velocity = crop(corner, size, noisy).contiguous(), crop(corner, size, velocity).contiguous()
        with autocast(device):
            made = network(noisy, examples.t, examples.tokens)
        error = made.float() - velocity
        errors = (error**2).mean((1, 2, 3))
        # Where noise hides the picture nobody can know its colours. As in the other term, an error of the velocity
        # is one of the picture over the deviation of the noise; `scale` evens both out.
        tints = bridge.tint * alpha_bar[examples.t] * tint(colours, error)
        weighed = (errors + tints) * examples.scale
        alpha_bar_t = alpha_bar[examples.t].view(-1, 1, 1, 1)
        alpha, deviation = alpha_bar_t.sqrt(), (1 - alpha_bar_t).sqrt()
        wanted = alpha * noisy - deviation * velocity
        with autocast(device):
            strokes, styles = features.difference(wanted - deviation * error, wanted)
        # If the noise hides all of the picture, its mean is the right answer: a run's later steps draw the strokes.
        counted = examples.share * (alpha_bar[examples.t] > FEATURES_FROM)
        strokes, styles = bridge.strokes * counted * strokes, bridge.styles * counted * styles
        terms = {"tint": tints, "strokes": strokes, "styles": styles}
        shown = by_noise(errors, examples.t) | {name: term.detach().mean() for name, term in terms.items()}
        return (weighed + strokes + styles).mean(), shown

    reports = loop.run(loss)
    average: nn.Module = loop.average
    assert isinstance(average, Denoiser)
    return average, reports
