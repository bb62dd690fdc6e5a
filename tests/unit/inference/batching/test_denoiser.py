"""The model's calls: compiled, captured and padded, or plain."""

import time
from typing import Any

import pytest
import torch

from inference.acceleration.cuda_graphs import Graphs
from inference.batching.denoiser import Denoiser, Rows
from inference.families.stable_diffusion import StableDiffusion
from tests.harness.step_loop import error
from tests.tiny_models.pipelines import stable_diffusion


def _rows(components: StableDiffusion) -> Rows:
    return Rows(
        latents=torch.randn(3, 4, 8, 8),
        timesteps=torch.tensor([1.0, 500.0, 999.0]),
        hidden=torch.cat([components.encode_prompt(text, negative=False).hidden for text in ("a", "b", "c")]),
    )


def test_a_model_that_does_not_compile_is_called_plainly(monkeypatch: pytest.MonkeyPatch) -> None:
    components = StableDiffusion(stable_diffusion("ddim"))

    def broken(*_: Any, **__: Any) -> Any:
        def call(*_: Any, **__: Any) -> Any:
            raise RuntimeError("no compiler")

        return call

    monkeypatch.setattr(torch, "compile", broken)
    denoiser = Denoiser(components.denoiser)
    with torch.inference_mode():
        rows = _rows(components)
        before = denoiser(rows)
        assert not denoiser.compile(rows)
        assert torch.equal(denoiser(rows), before)


def test_a_compiled_model_is_kept_only_where_it_is_faster(monkeypatch: pytest.MonkeyPatch) -> None:
    components = StableDiffusion(stable_diffusion("ddim"))

    def slower(unet: Any, **_: Any) -> Any:
        def call(*told: Any, **more: Any) -> Any:
            time.sleep(0.05)
            return unet(*told, **more)

        return call

    monkeypatch.setattr(torch, "compile", slower)
    with torch.inference_mode():
        assert not Denoiser(components.denoiser).compile(_rows(components))


@pytest.mark.skipif(torch.cuda.is_available(), reason="needs a device that cannot capture")
def test_a_device_that_cannot_capture_is_called_plainly() -> None:
    components = StableDiffusion(stable_diffusion("ddim"))
    denoiser = Denoiser(components.denoiser)
    with torch.inference_mode():
        rows = _rows(components)
        before = denoiser(rows)
        denoiser._graphs = Graphs()  # as on a CUDA device
        for _ in range(3):  # the first call is plain, the second would be captured, the third replayed
            assert error(denoiser(rows), before) < 1e-6
        assert len(denoiser._graphs) == 0


def test_padded_rows_keep_theirs() -> None:
    components = StableDiffusion(stable_diffusion("ddim"))
    with torch.inference_mode():
        rows = _rows(components)
        wide = rows.padded(4)
        assert wide.shape[0][0] == 4
        denoiser = Denoiser(components.denoiser)
        assert error(denoiser(wide)[:3], denoiser(rows)) < 1e-5
