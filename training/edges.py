"""The edge ControlNet: a copy of the denoiser's way down that reads a map of lines; the denoiser stays as it is."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from diffusers import ControlNetModel, UNet2DConditionModel
from torch import Tensor, nn

from training.bridge import BridgeSettings, draw_examples
from training.denoiser import Denoiser, by_noise
from training.edge_maps import draw_maps
from training.latents import PairLatents
from training.loop import Loop, LoopSettings, Report
from training.phrases import CaptionBank
from training.pool import PicturePool
from training.speed import Switch, autocast, has_bfloat16

# The maps come at eight times the latents' size; these are the channels on the way down.
CONDITIONING = (8, 16, 24, 48)

# Lines are of use where little of a picture is left: mostly strong noise, and often nothing but noise.
EDGE_BRIDGE = BridgeSettings(least=0.4, terminal=0.55, unstyled=0.16, described=0.5, dropped=0.1, cropped=0.0)


@dataclass(frozen=True)
class EdgeSettings:
    of_source: float = 0.6  # of the maps drawn from the source; the others from the target itself
    blank: float = 0.05  # of the maps, nothing drawn


def build_control(unet: UNet2DConditionModel) -> ControlNetModel:
    return ControlNetModel.from_unet(unet, conditioning_embedding_out_channels=CONDITIONING)


class ControlledErrors(nn.Module):
    """As `VelocityErrors`, with the ControlNet's share added to the frozen denoiser."""

    def __init__(self, control: ControlNetModel, unet: UNet2DConditionModel) -> None:
        super().__init__()
        self.control, self.unet = control, unet
        self.bfloat16s = has_bfloat16(next(unet.parameters()).device.type)

    def forward(self, noisy: Tensor, t: Tensor, context: Tensor, maps: Tensor, wanted: Tensor) -> Tensor:
        with torch.autocast(noisy.device.type, torch.bfloat16, enabled=self.bfloat16s):
            down, middle = self.control(noisy, t, context, controlnet_cond=maps, return_dict=False)
            made = self.unet(
                noisy, t, context, down_block_additional_residuals=down, mid_block_additional_residual=middle
            ).sample
        errors: Tensor = ((made.float() - wanted) ** 2).mean((1, 2, 3))
        return errors


def train_edges(
    denoiser: Denoiser,
    pairs: PairLatents,
    pool: PicturePool,
    checkpoint: Path,
    *,
    loop_settings: LoopSettings,
    settings: EdgeSettings,
    bridge: BridgeSettings,
    captions: dict[str, Tensor],
    device: str = "cpu",
    verdicts: Path | None = None,
) -> tuple[ControlNetModel, list[Report]]:
    torch.manual_seed(loop_settings.seed)
    denoiser = denoiser.to(device).eval().requires_grad_(requires_grad=False)
    control = build_control(denoiser.unet).to(device).requires_grad_(requires_grad=True)
    loop = Loop(control, loop_settings, checkpoint)
    phrases = CaptionBank(captions, device)
    errors_of = Switch(ControlledErrors(control, denoiser.unet), verdicts and verdicts / "edges.json")

    def loss(_numbers: np.random.Generator, noise: torch.Generator) -> tuple[Tensor, dict[str, Tensor]]:
        examples = draw_examples(noise, pairs, phrases, bridge, bridge.batch)
        from_source, blank = torch.rand((2, bridge.batch), generator=noise, device=noise.device)
        places = torch.where(from_source < settings.of_source, 0, examples.places)
        with torch.no_grad():
            maps = draw_maps(noise, pool.at(examples.scenes, places).float() / 255)
            maps = (maps * (blank >= settings.blank).view(-1, 1, 1, 1)).contiguous()
            with autocast(device):
                context = denoiser.text_encoder(examples.tokens)[0].float()
        errors = errors_of(examples.noisy, examples.t, context, maps, examples.velocity)
        return (errors * examples.scale).mean(), by_noise(errors, examples.t)

    reports = loop.run(loss)
    average: nn.Module = loop.average
    assert isinstance(average, ControlNetModel)
    return average, reports
