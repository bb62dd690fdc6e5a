import pytest
import torch

from training.colours import fit_colours, tint

MATRIX = 0.03 * torch.randn(3, 8, generator=torch.Generator().manual_seed(0))


def latents(count: int) -> torch.Tensor:
    return torch.randn(count, 8, 8, 8, generator=torch.Generator().manual_seed(count))


def test_the_colours_of_a_linear_decoder_are_found() -> None:
    given = latents(12)
    blocks = 0.5 + torch.einsum("kc,bchw->bkhw", MATRIX, given)
    pictures = (blocks.repeat_interleave(8, 2).repeat_interleave(8, 3) * 255).round().byte()
    torch.testing.assert_close(fit_colours(given.half(), pictures), MATRIX, atol=2e-3, rtol=0)


def test_a_tint_counts_and_what_evens_out_does_not() -> None:
    # The error of latents that shows as one more tenth of red everywhere.
    red = torch.linalg.pinv(MATRIX) @ torch.tensor([0.1, 0.0, 0.0])
    everywhere = red.view(1, 8, 1, 1).expand(1, 8, 8, 8)
    checkered = everywhere * (1 - 2 * (torch.arange(8) % 2))
    assert tint(MATRIX, everywhere).item() == pytest.approx(0.1**2 / 3, rel=1e-3)
    assert tint(MATRIX, checkered).item() == pytest.approx(0, abs=1e-9)
