"""Steps of a model done in a way that suits the processor say what diffusers' own say."""

from typing import Any

import pytest
import torch
from diffusers.models.attention_processor import Attention
from torch.profiler import ProfilerActivity, profile

from inference.acceleration.memory_layout import FEW_KEYS, ShortAttention, keep_channels_last, suit_processor
from tests.harness.step_loop import error
from tests.tiny_models.pipelines import stable_diffusion, stable_diffusion_xl


def _told(side: int, tokens: int, width: int) -> dict[str, Any]:
    numbers = torch.Generator().manual_seed(side)
    return {
        "sample": torch.randn(3, 4, side, side, generator=numbers).to(memory_format=torch.channels_last),
        "timestep": torch.tensor([1.0, 500.0, 999.0]),
        "encoder_hidden_states": torch.randn(3, tokens, width, generator=numbers),
        "return_dict": False,
    }


@pytest.mark.parametrize("linear", [True, False])
@pytest.mark.parametrize("side", [8, 40])  # 40: more positions than are small, and more keys than are few
@pytest.mark.parametrize("tokens", [5, FEW_KEYS + 1])
def test_a_suited_model_says_the_same(side: int, tokens: int, *, linear: bool) -> None:
    plain, suited = (stable_diffusion(use_linear_projection=linear).unet for _ in range(2))
    suited.to(memory_format=torch.channels_last)
    keep_channels_last(suited)
    suit_processor(suited)
    told = _told(side, tokens, 16)
    with torch.inference_mode():
        assert error(suited(**told)[0], plain(**told)[0]) < 1e-6


def test_pictures_leave_a_transformer_without_being_copied() -> None:
    unet = stable_diffusion_xl().unet
    image = torch.randn(2, 16, 4, 4).to(memory_format=torch.channels_last)
    words = torch.randn(2, 5, 32)

    def call() -> tuple[torch.Tensor, int]:
        with torch.inference_mode(), profile(activities=[ProfilerActivity.CPU]) as seen:
            picture = unet.mid_block.attentions[0](image, words, return_dict=False)[0]
        return picture, sum(event.name == "aten::clone" for event in seen.events())

    before, copies = call()
    keep_channels_last(unet)
    after, fewer = call()
    assert torch.equal(before, after)
    assert fewer == copies - 1


def test_attention_that_is_more_than_attention_stays() -> None:
    vae = stable_diffusion().vae
    suit_processor(vae)
    inside = [each for each in vae.modules() if isinstance(each, Attention)]
    assert inside
    assert not any(isinstance(each.processor, ShortAttention) for each in inside), "these normalise and add"
