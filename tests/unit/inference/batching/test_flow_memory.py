"""Flow matching models where memory is short, and with a tiny autoencoder for their previews."""

from pathlib import Path
from typing import Any

import diffusers
import pytest
import torch
from PIL import Image

from inference.api import ModelUnavailable
from inference.batching.preview import sized
from inference.errors import OutOfMemory
from inference.families import components_of
from inference.families.flow import FlowMatching
from inference.models.loading import preview_vae, quiet
from tests.harness.step_loop import Bench, Caller, error, picture, request
from tests.tiny_models.flow import EDITORS, FAMILIES, flow
from tests.unit.inference.batching.test_flow_loop import small_sources

quiet()

__all__ = ["small_sources"]  # sources of Qwen-Image-Edit are no megapixel

BOUND = 1e-5

GUIDED = [name for name in [*FAMILIES, *EDITORS] if name not in {"flux-dev", "kontext", "flux2-dev"}]
"""Those that take two rows for a request; the others tell guidance in one."""


class Cramped:
    """A model with room for so many rows of a call."""

    def __init__(self, bench: Bench, *, rows: int) -> None:
        self.calls: list[int] = []
        self.rows = rows
        bench.loaded.components.denoiser.register_forward_pre_hook(self._check, with_kwargs=True)

    def _check(self, _model: Any, told: tuple[Any, ...], named: dict[str, Any]) -> None:
        samples = named["hidden_states"] if "hidden_states" in named else told[0]
        self.calls.append(len(samples))
        if len(samples) > self.rows:
            raise torch.OutOfMemoryError("out of memory")


@pytest.mark.parametrize("name", [*FAMILIES, *EDITORS])
def test_calls_that_do_not_fit_are_made_in_smaller_ones_and_that_is_remembered(name: str) -> None:
    # More rows must meet in a call than fit, and half of what is too much must fit: with guidance a request has two.
    count, steps = (5, 6) if name in GUIDED else (8, 6)
    rows = 4
    callers = [
        Caller(request(f"r{seed}", steps=steps, negative_prompt="bad"), picture(seed)) for seed in range(count)
    ]
    with Bench(flow(name)) as bench:
        whole = bench.paint(*callers)
        cramped = Cramped(bench, rows=rows)
        apart = bench.paint(*[Caller(each.request, each.picture) for each in callers])
        assert bench.freed
        assert all(isinstance(each.end, Image.Image) for each in apart)
        cramped.calls.clear()
        bench.paint(*[Caller(each.request, each.picture) for each in callers])
        assert max(cramped.calls) <= rows
    for one, other in zip(apart, whole, strict=True):
        assert error(one.latents, other.latents) < BOUND


@pytest.mark.parametrize("name", GUIDED)
def test_a_request_that_does_not_fit_alone_says_so_and_fits_row_by_row(name: str) -> None:
    asked = request(steps=2, guidance_scale=3.0, negative_prompt="bad")
    with Bench(flow(name)) as bench:
        (whole,) = bench.paint(Caller(asked, picture(1)))
        cramped = Cramped(bench, rows=1)
        (large,) = bench.paint(Caller(asked, picture(1)))
        assert isinstance(large.end, OutOfMemory)
        cramped.calls.clear()
        (frugal,) = bench.paint(Caller(asked, picture(1), low_memory=True))
        assert set(cramped.calls) == {1}
    assert error(frugal.latents, whole.latents) < BOUND


@pytest.mark.parametrize("name", ["sd3", "flux-dev", "flux-schnell", "z-image"])
def test_a_tiny_autoencoder_draws_previews_as_it_decodes_for_its_family(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on a GPU, where that costs little. TAEF1 and TAESD3 decode what the transformer works on."""
    torch.manual_seed(3)
    tiny = diffusers.AutoencoderTiny(
        latent_channels=4, encoder_block_out_channels=(8,) * 4, decoder_block_out_channels=(8,) * 4, shift_factor=0.0
    ).eval()
    tiny.save_pretrained(tmp_path)
    previews: list[Image.Image] = []
    drawn: list[tuple[torch.Tensor, torch.Tensor]] = []
    with Bench(flow(name)) as bench:
        components = bench.loaded.components
        components.preview_decoder = preview_vae(
            str(tmp_path), "tiny", components.device, components.dtype, channels=4
        )
        sketch = components.decode_preview

        def kept(latents: torch.Tensor) -> torch.Tensor:
            drawn.append((latents, sketch(latents)))
            return drawn[-1][1]

        monkeypatch.setattr(components, "decode_preview", kept)
        monkeypatch.setattr(FlowMatching, "decodes_previews", True)
        bench.paint(Caller(request(steps=4, strength=1.0), picture(1), previews=previews))
    [(latents, pixels)] = drawn
    [preview] = previews
    assert preview.tobytes() == sized(Image.fromarray(pixels[0].numpy()), preview.size).tobytes()
    own = flow(name)
    own.vae = tiny
    stock = components_of(own)
    assert stock is not None
    with torch.inference_mode():
        assert torch.equal(stock.decode(latents)[0], pixels), "what a pipeline with it as its autoencoder ends with"


def test_a_tiny_autoencoder_of_another_family_is_refused(tmp_path: Path) -> None:
    diffusers.AutoencoderTiny(
        encoder_block_out_channels=(8,) * 4, decoder_block_out_channels=(8,) * 4
    ).save_pretrained(tmp_path)
    with pytest.raises(ModelUnavailable, match="made for other models: mend its preview_vae"):
        preview_vae(str(tmp_path), "mine", torch.device("cpu"), torch.float32, channels=16)
