"""Previews: what latents look like, without the decoder."""

from typing import Any

import numpy as np
import torch
from PIL import Image

from inference.batching.components import LatentDist
from inference.batching.preview import LatentPreview, render
from tests.harness.step_loop import picture


def test_a_preview_shows_colours_that_a_linear_code_hides() -> None:
    """A model whose latents are a linear code of colours, seen on a source with one colour only."""
    mixing = torch.randn(4, 3, generator=torch.Generator().manual_seed(0))

    class Linear:
        class vae:  # noqa: N801 -- as a pipeline calls it
            class config:  # noqa: N801
                latent_channels = 4

        def encode_picture(self, seen: Image.Image) -> LatentDist:
            small = seen.resize((16, 16), Image.Resampling.BOX)
            colours = torch.from_numpy(np.asarray(small, dtype=np.float32) / 255)
            return LatentDist((colours @ mixing.T).permute(2, 0, 1)[None], None)

    components: Any = Linear()
    grey = Image.new("RGB", (128, 128), (128, 128, 128))
    latent_preview = LatentPreview(components)
    other = picture(4, (128, 128))
    weights = latent_preview.fitted(components.encode_picture(grey), grey)
    shown = render(components.encode_picture(other).mean[0], weights, (1024, 768))
    assert shown.size == (512, 384)
    expected = np.asarray(other.resize((16, 16), Image.Resampling.BOX), dtype=int)
    seen = np.asarray(shown.resize((16, 16), Image.Resampling.BOX), dtype=int)
    assert np.abs(seen - expected).mean() < 12
