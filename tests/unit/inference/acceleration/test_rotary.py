"""Queries and keys that are turned by products say what diffusers' own say."""

import copy
from typing import Any

import pytest
import torch

from inference.acceleration.rotary import turn_by_products
from inference.batching.loaded_model import trial
from inference.families import components_of
from inference.models.loading import quiet
from tests.harness.step_loop import error
from tests.tiny_models.flow import flow

quiet()


@pytest.mark.parametrize("family", ["flux-dev", "flux2-klein"])
def test_turned_attention_says_the_same(family: str) -> None:
    components = components_of(flow(family))
    assert components is not None
    plain: Any = components.denoiser
    turned = copy.deepcopy(plain)
    blocks = len(plain.transformer_blocks) + len(plain.single_transformer_blocks)
    assert turn_by_products(turned) == blocks
    assert turn_by_products(turned) == 0, "they are already"
    with torch.inference_mode():
        rows = trial(components, 8).padded(2)
        for same in (turned, copy.deepcopy(turned)):  # adapters are put on such a copy
            result = components.call(same, rows)
            assert error(result, components.call(plain, rows)) < 1e-6


def test_other_attention_stays() -> None:
    assert turn_by_products(flow("z-image").transformer) == 0
