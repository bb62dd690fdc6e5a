"""The step loop on a CUDA device, on tiny models: `python -m pytest -m gpu`; skipped if there is none."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import torch

from inference.acceleration.compile import compile_regions, restore
from inference.acceleration.transfer import ToHost, to_device
from inference.batching.batch_size import knee
from inference.batching.denoiser import Denoiser, seconds
from inference.batching.loaded_model import trial
from inference.batching.run import Run
from inference.batching.step_loop import advance, decode
from inference.models.catalog import POCKET, locate
from inference.models.entry import ModelEntry
from inference.models.loading import load
from tests.harness.step_loop import Bench, Caller, error, picture, request, stock
from tests.tiny_models.pipelines import stable_diffusion, stable_diffusion_xl

pytestmark = [
    pytest.mark.gpu,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device"),
]

CUDA = torch.device("cuda")
BOUND = 1e-4
"""Relative error of latents in float32: other kernels are chosen for other numbers of rows."""


@pytest.fixture(autouse=True)
def exact() -> Iterator[None]:
    """Without the short float32 of tensor cores."""
    before = torch.backends.cudnn.allow_tf32
    torch.backends.cudnn.allow_tf32 = False
    yield
    torch.backends.cudnn.allow_tf32 = before
    gc.collect()
    torch.cuda.empty_cache()


@pytest.fixture
def uncompiled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Compiling takes longer than all else here, and has a test of its own."""
    monkeypatch.setattr(Denoiser, "compile", lambda *_: False)


MAKES = [
    pytest.param(lambda: stable_diffusion("dpm++2m-sde"), id="sd"),
    pytest.param(lambda: stable_diffusion("euler", tiny_vae=True), id="sd-tiny-autoencoder"),
    pytest.param(lambda: stable_diffusion("lcm", time_cond_proj_dim=8), id="sd-guidance-as-input"),
    pytest.param(lambda: stable_diffusion_xl("euler"), id="sdxl"),
]


def mixed(steps: int = 12) -> list[Caller]:
    recipes = [
        request("a", steps=4, strength=0.5, guidance_scale=3.0, seed=1),
        request("b", steps=steps, strength=0.75, guidance_scale=5.0, seed=2, negative_prompt="ugly", prompt="night"),
        request("c", steps=8, strength=0.25, guidance_scale=1.0, seed=3, prompt=""),
        request("d", steps=2, strength=0.5, guidance_scale=2.0, seed=4),
    ]
    return [Caller(recipe, picture(seed, (64, 64))) for seed, recipe in enumerate(recipes)]


@pytest.mark.usefixtures("uncompiled")
@pytest.mark.parametrize("make", MAKES)
def test_a_mixed_batch_is_what_stock_paints_one_by_one(make: Any) -> None:
    pipeline = make().to(CUDA)
    callers = mixed()
    wanted = [stock(pipeline, caller.request, caller.picture) for caller in callers]
    with Bench(pipeline) as bench:
        for _ in range(3):  # plain calls, captured ones, replayed ones
            painted = bench.paint(*[Caller(caller.request, caller.picture) for caller in callers])
            assert max(error(one.latents, other) for one, other in zip(painted, wanted, strict=True)) < BOUND
        graphs = bench.loaded.denoiser._graphs
        assert graphs is not None
        assert len(graphs) > 0


@pytest.mark.usefixtures("uncompiled")
@pytest.mark.parametrize("make", MAKES[1:])
@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_precision_is_no_worse_than_stocks(make: Any, dtype: torch.dtype) -> None:
    callers = mixed()
    pipeline = make().to(CUDA)
    truth = [stock(pipeline, caller.request, caller.picture) for caller in callers]
    pipeline.to(dtype)
    theirs = [stock(pipeline, caller.request, caller.picture) for caller in callers]
    with Bench(pipeline) as bench:
        ours = bench.paint(*callers)
    assert not [painted.end for painted in ours if isinstance(painted.end, Exception)]
    mean = [
        sum(error(one, other) for one, other in zip(side, truth, strict=True))
        for side in ([painted.latents for painted in ours], theirs)
    ]
    assert mean[0] <= 1.5 * mean[1]


@pytest.mark.usefixtures("uncompiled")
def test_the_shipped_model_paints_in_float16() -> None:
    folder = locate(POCKET)
    assert folder is not None
    pipeline = load(Path(folder), ModelEntry(id=POCKET), POCKET, CUDA, torch.float16)
    with Bench(pipeline) as bench:
        previews: list[Any] = []
        callers = [
            Caller(request(f"r{seed}", steps=12, seed=seed), picture(seed, (128, 96)), previews=previews)
            for seed in range(3)
        ]
        painted = bench.paint(*callers)
    assert [one.end.size for one in painted if not isinstance(one.end, Exception)] == [(128, 96)] * 3
    assert previews


@pytest.mark.usefixtures("uncompiled")
def test_a_tiny_autoencoder_draws_the_previews() -> None:
    previews: list[Any] = []
    with Bench(stable_diffusion("euler", tiny_vae=True).to(CUDA)) as bench:
        assert bench.loaded.components.decodes_previews
        bench.paint(Caller(request(steps=16), picture(1, (128, 64)), previews=previews))
    assert {preview.size for preview in previews} == {(256, 128)}


@contextmanager
def no_waiting() -> Iterator[None]:
    torch.cuda.set_sync_debug_mode("error")
    try:
        yield
    finally:
        torch.cuda.set_sync_debug_mode("default")


@pytest.mark.usefixtures("uncompiled")
def test_no_step_and_no_decoding_waits_for_the_device() -> None:
    """The loop's own calls, made from here. Only `RunAhead` waits, for the call before the last."""
    with Bench(stable_diffusion("dpm++2m-sde").to(CUDA)) as bench, torch.inference_mode():
        bench.paint(*mixed())
        runs = [Run.of(caller.task(), bench.loaded) for caller in mixed()[:2]]
        for run in runs:
            run.prepare()
        for _ in range(3):
            advance(runs)
        with no_waiting():
            for _ in range(2):
                advance(runs)
            decode(runs)


@pytest.mark.usefixtures("uncompiled")
def test_a_known_picture_and_known_words_let_a_request_in_without_waiting() -> None:
    with Bench(stable_diffusion("dpm++2m-sde").to(CUDA)) as bench, torch.inference_mode():
        caller = mixed()[1]
        Run.of(caller.task(), bench.loaded).prepare()
        run = Run.of(caller.task(), bench.loaded)
        with no_waiting():
            run.prepare()


def test_what_is_sent_comes_back() -> None:
    there = to_device(torch.arange(1000.0), CUDA)
    assert torch.equal(ToHost(there * 2).wait(), 2 * torch.arange(1000.0))


def test_compiled_blocks_say_the_same_for_any_rows_and_sizes() -> None:
    pipeline = stable_diffusion("ddim").to(CUDA)
    components = None
    with Bench(pipeline) as bench, torch.inference_mode():
        components = bench.loaded.components
        restore(components.denoiser)
        bench.loaded.denoiser.forget()
        plain = Denoiser(components.denoiser)
        told = [trial(components, side).padded(rows) for side, rows in ((16, 2), (24, 4), (16, 3), (32, 2), (24, 1))]
        wanted = [plain._plain(rows).clone() for rows in told]
        compile_regions(components.denoiser)
        compiled = Denoiser(components.denoiser)
        for rows, right in zip(told, wanted, strict=True):
            for _ in range(3):
                assert error(compiled(rows), right) < 1e-3


def test_a_compiled_model_serves_from_the_loops_own_thread() -> None:
    pipeline = stable_diffusion("euler").to(CUDA)
    callers = mixed()
    wanted = [stock(pipeline, caller.request, caller.picture) for caller in callers]
    with Bench(pipeline) as bench:
        painted = bench.paint(*callers)
    assert max(error(one.latents, other) for one, other in zip(painted, wanted, strict=True)) < 1e-3


@pytest.mark.usefixtures("uncompiled")
def test_rows_are_timed_and_memory_that_runs_out_ends_the_timing() -> None:
    with Bench(stable_diffusion("ddim").to(CUDA)) as bench, torch.inference_mode():
        example = trial(bench.loaded.components, 8)
        assert knee(lambda rows: seconds(bench.loaded.denoiser, example.padded(rows))) >= 2


@pytest.mark.usefixtures("uncompiled")
def test_what_does_not_fit_is_told_and_the_next_request_is_served() -> None:
    """Real shortness of memory: nearly all that is free is taken."""
    pipeline = stable_diffusion("ddim").to(CUDA)
    with Bench(pipeline) as bench:
        (before,) = bench.paint(Caller(request(steps=4), picture(1, (64, 64))))
        share = torch.cuda.memory_reserved() / torch.cuda.get_device_properties(0).total_memory
        torch.cuda.set_per_process_memory_fraction(min(1.0, share + 0.001))
        try:
            (large,) = bench.paint(Caller(request(steps=4), picture(1, (2048, 2048))))
        finally:
            torch.cuda.set_per_process_memory_fraction(1.0)
        assert type(large.end).__name__ == "OutOfMemory"
        assert bench.freed
        (after,) = bench.paint(Caller(request(steps=4), picture(1, (64, 64))))
    assert error(after.latents, before.latents) < BOUND


@pytest.mark.usefixtures("uncompiled")
def test_device_memory_stays_flat_over_500_mixed_requests() -> None:
    with Bench(stable_diffusion("dpm++2m-sde").to(CUDA)) as bench:
        bench.loaded.components.images.limit = 40_000
        held = []
        for hundred in range(5):
            for first in range(0, 100, 10):
                callers = [
                    Caller(
                        request(f"r{number}", steps=2, strength=0.1 + 0.009 * number, prompt="p" * (number % 9)),
                        picture(number + 100 * hundred, ((64, 64), (96, 64))[number % 2]),
                    )
                    for number in range(first, first + 10)
                ]
                bench.paint(*callers)
            torch.cuda.synchronize()
            held.append(torch.cuda.memory_allocated())
    assert held[-1] - held[1] < 4 << 20
