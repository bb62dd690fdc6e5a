"""The model's calls: compiled, captured and padded, or plain."""

import time
from typing import Any

import pytest
import torch

from inference.acceleration.cuda_graphs import Graphs
from inference.batching import denoiser as denoisers
from inference.batching.denoiser import Denoiser, Rows
from inference.batching.loaded_model import with_padded_text
from inference.families.stable_diffusion import StableDiffusion
from tests.harness.step_loop import Captures, error
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


def test_no_request_waits_for_a_compiler_because_it_brings_one_row_or_padded_text(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    components = StableDiffusion(stable_diffusion("ddim"))
    called: list[tuple[int, bool]] = []
    timed = iter((2.0, 1.0))
    monkeypatch.setattr(torch, "compile", lambda model, **_: model)
    monkeypatch.setattr(denoisers, "seconds", lambda *_: next(timed))

    def predict(_: Any, rows: Rows) -> torch.Tensor:
        called.append((len(rows.latents), rows.mask is not None))
        return rows.latents

    rows = _rows(components)
    assert Denoiser(components.denoiser, predict).compile(rows, with_padded_text(rows))
    assert called == [(3, False), (1, False), (3, True), (1, True)], "beside the calls that are timed"


def test_one_row_is_computed_as_one_and_three_as_four() -> None:
    components = StableDiffusion(stable_diffusion("ddim"))
    denoiser = Denoiser(components.denoiser, lambda _, rows: rows.latents)
    denoiser._graphs = captures = Captures()  # as on a CUDA device
    rows = _rows(components)
    assert torch.equal(denoiser(rows.only(1)), rows.latents[1:2])
    assert torch.equal(denoiser(rows), rows.latents)
    assert captures.calls == [1, 4]


def test_padded_rows_keep_theirs() -> None:
    components = StableDiffusion(stable_diffusion("ddim"))
    with torch.inference_mode():
        rows = _rows(components)
        wide = rows.padded(4)
        assert wide.shape[0][0] == 4
        denoiser = Denoiser(components.denoiser)
        assert error(denoiser(wide)[:3], denoiser(rows)) < 1e-5


@pytest.mark.skipif(torch.cuda.is_available(), reason="needs a device that cannot capture")
def test_words_with_a_mask_are_never_captured_for_models_bring_numbers_from_the_host_then(
    capsys: pytest.CaptureFixture[str],
) -> None:
    components = StableDiffusion(stable_diffusion("ddim"))
    denoiser = Denoiser(components.denoiser, lambda _, rows: rows.latents)
    denoiser._graphs = Graphs()  # as on a CUDA device
    rows = _rows(components)
    for _ in range(3):
        denoiser(rows.lengthened(rows.hidden.shape[1] + 3))
    assert "not captured" not in capsys.readouterr().out
    for _ in range(3):
        denoiser(rows)
    assert "not captured" in capsys.readouterr().out


def test_the_host_knows_how_long_the_words_of_each_row_are() -> None:
    def row(tokens: int) -> Rows:
        return Rows(latents=torch.zeros(1, 4, 2, 2), timesteps=torch.zeros(1), hidden=torch.ones(1, tokens, 3))

    assert Rows.joined([row(4), row(4)]).lengths == ()
    joined = Rows.joined([row(4), Rows.joined([row(6), row(2)])])
    assert joined.lengths == (4, 6, 2)
    for told in (joined, joined.padded(4), joined.only(-1), joined.mapped(torch.clone)):
        assert told.mask is not None
        assert tuple(told.mask.sum(1).tolist()) == told.lengths
