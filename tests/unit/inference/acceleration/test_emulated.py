"""Layers in 16 bits that compute in float32, on a processor that lists no instructions for their products."""

import copy
from collections.abc import Callable
from typing import Any

import pytest
import torch
from diffusers.models.autoencoders.autoencoder_kl_qwenimage import QwenImageCausalConv3d
from torch import nn

from inference.acceleration.emulated import FEW, widen
from inference.models.devices import choose_dtype, emulated

ROUNDINGS = 2.0**-8
"""Of bfloat16, relative."""

NATIVE = {"avx2": True, "avx512_f": True, "avx512_bf16": True}
PLAIN = {"avx2": True, "avx512_f": True, "avx512_bf16": False}


@pytest.fixture(autouse=True)
def no_instructions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: PLAIN)
    monkeypatch.setattr(torch.ops.mkldnn, "_is_mkldnn_bf16_supported", lambda: True)


def test_a_format_is_emulated_on_x86_without_instructions_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    assert emulated(torch.bfloat16)
    assert emulated(torch.float16)
    assert not emulated(torch.float32)
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: NATIVE)
    assert not emulated(torch.bfloat16)
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {"neon": True})  # nothing is known of ARM
    assert not emulated(torch.bfloat16)


def test_instructions_that_onednn_is_not_to_use_count_as_absent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: NATIVE)
    assert choose_dtype("auto", torch.device("cpu")) == torch.bfloat16
    monkeypatch.setattr(torch.ops.mkldnn, "_is_mkldnn_bf16_supported", lambda: False)  # ONEDNN_MAX_CPU_ISA=AVX2
    assert choose_dtype("auto", torch.device("cpu")) == torch.float32
    assert emulated(torch.bfloat16)


LAYERS: dict[str, tuple[Callable[[], Any], tuple[int, ...]]] = {
    "linear": (lambda: nn.Linear(96, 64), (3, 40, 96)),
    "linear without a bias": (lambda: nn.Linear(96, 64, bias=False), (3, 40, 96)),
    "linear for few vectors": (lambda: nn.Linear(96, 64), (1, FEW - 1, 96)),
    "convolution": (lambda: nn.Conv2d(16, 24, 3, padding=1, stride=2), (2, 16, 20, 28)),
    "convolution that mirrors": (lambda: nn.Conv2d(16, 24, 3, padding=1, padding_mode="reflect"), (2, 16, 20, 28)),
    "convolution of videos": (lambda: QwenImageCausalConv3d(8, 12, 3, padding=1), (1, 8, 1, 12, 16)),
}


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16], ids=str)
@pytest.mark.parametrize("name", LAYERS)
def test_a_layer_gives_what_it_gave_to_a_rounding(name: str, dtype: torch.dtype) -> None:
    make, shape = LAYERS[name]
    torch.manual_seed(0)
    with torch.inference_mode():
        layer = make().to(dtype)
        given = torch.randn(shape).to(dtype)
        exact = copy.deepcopy(layer).float()(given.float())
        before = layer(given)
        assert widen(layer) == 1
        after = layer(given)
    assert after.dtype == dtype
    assert (after.float() - exact).norm() <= 1.01 * (before.float() - exact).norm()
    assert torch.allclose(after.float(), before.float(), rtol=ROUNDINGS, atol=ROUNDINGS * float(exact.abs().max()))


def test_weights_may_change_afterwards_and_stay_in_16_bits() -> None:
    layer = nn.Linear(32, 32).bfloat16().requires_grad_(requires_grad=False)
    widen(layer)
    given = torch.randn(FEW, 32).bfloat16()
    layer.weight.zero_()
    assert torch.equal(layer(given), layer.bias.expand(FEW, 32))
    assert layer.weight.dtype == torch.bfloat16


def test_only_what_is_emulated_is_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    model = nn.Sequential(nn.Linear(8, 8).bfloat16(), nn.LayerNorm(8).bfloat16(), nn.Linear(8, 8), nn.Conv2d(8, 8, 1))
    assert widen(model) == 1
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: NATIVE)
    assert widen(copy.deepcopy(model)) == 0
