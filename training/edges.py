"""The edge ControlNet: a copy of the denoiser's way down that reads a map of lines; the denoiser stays as it is."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from diffusers import ControlNetModel, UNet2DConditionModel
from torch import Tensor, nn

from training.bridge import BridgeSettings, draw_examples
from training.denoiser import Denoiser, by_noise, suit_processor
from training.edge_maps import Maps, choose_maps
from training.latents import PairLatents
from training.loop import Loop, LoopSettings, Report
from training.phrases import CaptionBank
from training.speed import autocast

# The maps come at eight times the latents' size; these are the channels on the way down.
CONDITIONING = (8, 16, 24, 48)

# Lines are of use if little of a picture is left: mostly strong noise, and often nothing but noise. The denoiser
# knows the repertoire by heart: lines tell it something if a caption names such a scene and they show another one.
EDGE_BRIDGE = BridgeSettings(
    least=0.4, terminal=0.55, repertoire=0.0, unstyled=0.16, described=0.5, dropped=0.1, cropped=0.0,
    kept=1.0, redrawn=2.0,
)  # fmt: skip


@dataclass(frozen=True)
class EdgeSettings:
    blank: float = 0.05  # share of the maps with nothing drawn on them


def build_control(unet: UNet2DConditionModel) -> ControlNetModel:
    return ControlNetModel.from_unet(unet, conditioning_embedding_out_channels=CONDITIONING)


def train_edges(  # noqa: PLR0917 - what it is trained beside, on, and where to
    denoiser: Denoiser,
    pairs: PairLatents,
    large: PairLatents | None,
    quiet: Tensor,
    maps: Maps,
    checkpoint: Path,
    *,
    loop_settings: LoopSettings,
    settings: EdgeSettings,
    bridge: BridgeSettings,
    captions: dict[str, Tensor],
    device: str = "cpu",
    start: ControlNetModel | None = None,
) -> tuple[ControlNetModel, list[Report]]:
    """`maps`: of the scenes that `pairs` and `large` were made of. `start`: one to train on instead of a new one."""
    torch.manual_seed(loop_settings.seed)
    denoiser = denoiser.to(device).eval().requires_grad_(requires_grad=False)
    control = (start or build_control(denoiser.unet)).to(device).requires_grad_(requires_grad=True)
    for network in (control, denoiser.unet):
        suit_processor(network, device)
    loop = Loop(control, loop_settings, checkpoint)
    phrases = CaptionBank(captions, device)
    quiet = quiet.to(device)

    def loss(numbers: np.random.Generator, noise: torch.Generator) -> tuple[Tensor, dict[str, Tensor]]:
        some, drawn, count = pairs, maps.pairs, bridge.batch
        if large is not None and maps.large is not None and numbers.random() < bridge.large:
            some, drawn, count = large, maps.large, bridge.batch // 4
        examples = draw_examples(noise, some, quiet, phrases, bridge, count)
        lines = choose_maps(noise, drawn, examples.scenes, settings.blank)
        with autocast(device):
            with torch.no_grad():
                context = denoiser.text_encoder(examples.tokens)[0]
            down, middle = control(examples.noisy, examples.t, context, controlnet_cond=lines, return_dict=False)
            made = denoiser.unet(
                examples.noisy,
                examples.t,
                context,
                down_block_additional_residuals=down,
                mid_block_additional_residual=middle,
            ).sample
        errors = ((made.float() - examples.velocity) ** 2).mean((1, 2, 3))
        return (errors * examples.scale).mean(), by_noise(errors, examples.t)

    reports = loop.run(loss)
    average: nn.Module = loop.average
    assert isinstance(average, ControlNetModel)
    return average, reports
