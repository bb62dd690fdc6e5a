import pytest
import torch
from diffusers.models.normalization import RMSNorm

from inference.acceleration.norms import LeanRMSNorm, lean_norms


@pytest.mark.parametrize("shape", [(2, 7, 64), (1, 5, 3, 16), (4, 8)])
@pytest.mark.parametrize("size", [1e-6, 1.0, 1e4])
def test_it_is_the_same_norm(shape: tuple[int, ...], size: float) -> None:
    torch.manual_seed(0)
    usual = RMSNorm(shape[-1], eps=1e-5)
    torch.nn.init.normal_(usual.weight)
    numbers = size * torch.randn(shape)
    kept = numbers.clone()
    with torch.inference_mode():
        wanted = usual(numbers)
        assert lean_norms(torch.nn.Sequential(usual)) == 1
        assert type(usual) is LeanRMSNorm
        assert torch.allclose(usual(numbers), wanted, rtol=1e-5, atol=1e-7)
        assert torch.equal(numbers, kept), "what it is given stays"
        assert torch.equal(usual(torch.zeros(shape)), torch.zeros(shape))


def test_other_formats_and_other_norms_are_left_alone() -> None:
    half, bare = RMSNorm(16, eps=1e-5).to(torch.bfloat16), RMSNorm(16, eps=1e-5, elementwise_affine=False)
    assert lean_norms(torch.nn.Sequential(half, bare, torch.nn.LayerNorm(16))) == 0
    usual = RMSNorm(16, eps=1e-5)
    given = torch.randn(2, 16, dtype=torch.bfloat16)
    wanted = usual(given)
    lean_norms(usual)
    assert torch.equal(usual(given), wanted)
