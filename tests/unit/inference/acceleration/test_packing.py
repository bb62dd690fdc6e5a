"""Packed weights."""

import copy
from types import SimpleNamespace
from typing import Any

import psutil
import pytest
import torch
from peft import LoraConfig

from inference.acceleration.packing import able, pack
from inference.batching.loaded_model import trial
from inference.families import components_of
from tests.harness.step_loop import error
from tests.tiny_models.flow import flow
from tests.tiny_models.pipelines import stable_diffusion


def _packed(make: Any) -> tuple[Any, int]:
    unet = make.unet.to(torch.bfloat16)
    return unet, pack(unet)


def test_packed_layers_say_the_same() -> None:
    plain = stable_diffusion("ddim").unet.to(torch.bfloat16)
    packed, layers = _packed(stable_diffusion("ddim"))
    assert layers > 20 if able() else layers == 0, "processors without instructions for bfloat16 have no such kernels"
    with torch.inference_mode():
        for side in (8, 12):
            told = (torch.randn(3, 4, side, side, dtype=torch.bfloat16), torch.tensor([1.0, 500.0, 999.0]))
            words = torch.randn(3, 5, 16, dtype=torch.bfloat16)
            one, other = (unet(*told, encoder_hidden_states=words).sample for unet in (plain, packed))
            assert error(one, other) < 0.02 if layers else torch.equal(one, other)


def test_what_torch_does_not_offer_is_left_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    class Bare:
        def __getattr__(self, name: str) -> Any:
            raise AttributeError(name)

    monkeypatch.setattr(torch.ops, "mkldnn", Bare())
    unet, layers = _packed(stable_diffusion("ddim"))
    assert layers == 0
    with torch.inference_mode():
        unet(torch.randn(1, 4, 8, 8, dtype=torch.bfloat16), 5, torch.randn(1, 5, 16, dtype=torch.bfloat16))


def test_weights_are_not_doubled_where_memory_is_scarce(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(psutil, "virtual_memory", lambda: SimpleNamespace(available=1000))
    assert _packed(stable_diffusion("ddim"))[1] == 0


@pytest.mark.parametrize("adapted", [[], ["proj_mlp"], ["net.0.proj"]])
def test_an_activation_is_computed_with_the_product_before_it(adapted: list[str]) -> None:
    components = components_of(flow("flux-dev"))
    assert components is not None
    plain = components.denoiser
    rows = trial(components, 8).padded(2)
    with torch.inference_mode():
        exact = components.call(plain, rows)
    plain.to(torch.bfloat16)
    packed = copy.deepcopy(plain)
    pack(packed)
    models = [plain, packed, copy.deepcopy(packed)]  # adapters are put on such a copy
    narrow = rows.mapped(lambda each: each.to(torch.bfloat16))
    outputs = []
    for model in models:
        if adapted:
            torch.manual_seed(3)
            model.add_adapter(LoraConfig(r=4, lora_alpha=64, target_modules=adapted, init_lora_weights=False))
        with torch.inference_mode():
            outputs.append(components.call(model, narrow))
    assert error(outputs[0], exact) > 0.1 if adapted else error(outputs[0], exact) < 0.03
    assert all(error(each, outputs[0]) < 0.02 for each in outputs[1:])
