"""Flow matching models in the step loop on a CUDA device: `python -m pytest -m gpu`; skipped if there is none."""

from typing import Any

import pytest
import torch

from inference.acceleration.attention import KERNELS, choose
from inference.acceleration.compile import compile_regions, restore
from inference.batching.denoiser import Denoiser, seconds
from inference.batching.loaded_model import trial
from inference.families import components_of
from tests.harness.step_loop import Bench, error
from tests.tiny_models.flow import EDITORS, FAMILIES, flow
from tests.unit.inference.batching.test_flow_loop import mixed, small_sources, stock

__all__ = ["small_sources"]  # sources of Qwen-Image-Edit are no megapixel

pytestmark = [
    pytest.mark.gpu,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device"),
]

BOUND = 1e-4
"""Relative error of latents in float32: other kernels are chosen for other numbers of rows."""


@pytest.fixture
def uncompiled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Compiling takes longer than all else here, and has a test of its own."""
    monkeypatch.setattr(Denoiser, "compile", lambda *_: False)


@pytest.mark.usefixtures("uncompiled")
@pytest.mark.parametrize("name", [*FAMILIES, *EDITORS])
def test_plain_captured_and_replayed_calls_are_what_stock_paints_one_by_one(name: str) -> None:
    pipeline = flow(name).to("cuda")
    wanted = [stock(pipeline, caller.request, caller.picture) for caller in mixed()]
    with Bench(pipeline) as bench:
        for _ in range(3):
            painted = bench.paint(*mixed())
            assert max(error(one.latents, other) for one, other in zip(painted, wanted, strict=True)) < BOUND


@pytest.mark.parametrize("name", [*FAMILIES, *EDITORS])
def test_compiled_blocks_and_every_kernel_that_is_here_say_the_same(name: str) -> None:
    components = components_of(flow(name).to("cuda"))
    assert components is not None
    rows = trial(components, 32)
    if components.texts_vary:
        rows = rows.lengthened(rows.hidden.shape[1] + 8)
    model: Any = components.denoiser

    def said() -> torch.Tensor:
        with torch.inference_mode():
            return components.call(model, rows).clone()

    exact = said()
    assert compile_regions(model) > 0
    assert error(said(), exact) < BOUND
    restore(model)
    for kernel in KERNELS:
        choose(model, lambda: seconds(lambda rows: components.call(model, rows), rows), (kernel,))
        assert error(said(), exact) < 1e-2, "flash attention computes in half precision only"
