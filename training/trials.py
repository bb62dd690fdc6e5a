"""Try out which networks are worth compiling, beside the training: the order is that in which they are needed."""

from pathlib import Path

import torch
from transformers import CLIPTokenizer

from training.autoencoder import LATENT_CHANNELS, SCALE, Reconstruction, build_autoencoder, crop_sizes
from training.denoiser import FULL, LARGE, Denoiser, VelocityErrors
from training.edges import ControlledErrors, build_control
from training.recipe import Recipe
from training.schedule import STEPS
from training.speed import trial


def _noisy(batch: int, side: int, width: int) -> tuple[torch.Tensor, ...]:
    shape = (batch, LATENT_CHANNELS, side, side)
    context = torch.randn(batch, 40, width, device="cuda", requires_grad=True)
    t = torch.randint(STEPS, (batch,), device="cuda")
    return torch.randn(shape, device="cuda"), t, context, torch.randn(shape, device="cuda")


def _try_autoencoder(recipe: Recipe, verdicts: Path) -> None:
    objective = Reconstruction(build_autoencoder(recipe.autoencoder).cuda().train(), recipe.autoencoder)
    for side, batch in crop_sizes(recipe.autoencoder):
        pictures = torch.rand(batch, 3, side, side, device="cuda") * 2 - 1
        noise = torch.randn(batch, LATENT_CHANNELS, side // SCALE, side // SCALE, device="cuda")
        trial(objective, (pictures, noise), verdicts / f"autoencoder-{side}.json")


def try_all(recipe: Recipe, tokenizer: CLIPTokenizer, verdicts: Path) -> None:
    """Each in turn; what fails leaves no verdict and stays as it is."""
    _try_autoencoder(recipe, verdicts)
    torch.cuda.empty_cache()
    denoiser = Denoiser(recipe.denoiser, tokenizer).cuda().train()
    objective, width = VelocityErrors(denoiser.unet), recipe.denoiser.text_width
    trial(objective, _noisy(recipe.bridge.batch, 32, width), verdicts / f"{FULL}.json")
    if recipe.drawing.large_every:
        trial(objective, _noisy(recipe.bridge.batch // 4, 64, width), verdicts / f"{LARGE}.json")
    torch.cuda.empty_cache()
    control = build_control(denoiser.unet).cuda().train()
    frozen = denoiser.unet.eval().requires_grad_(requires_grad=False)
    batch = recipe.edge_bridge.batch
    noisy, t, context, wanted = _noisy(batch, 32, width)
    maps = torch.rand(batch, 3, 256, 256, device="cuda")
    trial(ControlledErrors(control, frozen), (noisy, t, context.detach(), maps, wanted), verdicts / "edges.json")
