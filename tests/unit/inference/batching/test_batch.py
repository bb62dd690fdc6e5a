"""What sharing the model's calls must not change, and what it must not break."""

import gc
import threading
import time
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import numpy as np
import psutil
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from inference.acceleration.transfer import ToHost
from inference.api import ModelUnavailable
from inference.batching import step_loop
from inference.batching.preview import sized
from inference.batching.run import Run
from inference.errors import DevicePoisoned, NotFinite, OutOfMemory, Stopped
from inference.families.stable_diffusion import StableDiffusion
from inference.models.loading import preview_vae
from tests.harness.step_loop import Bench, Caller, Captures, error, picture, request
from tests.tiny_models.pipelines import stable_diffusion

ALONE = 1e-5
"""How much the company that a request has may change it, relative, in float32."""


@pytest.fixture(scope="module")
def pipeline() -> Any:
    return stable_diffusion("dpm++2m-sde")  # several steps of memory, and noise in each


RECIPES = st.builds(
    lambda steps, strength, guidance, seed: {
        "steps": steps,
        "strength": strength,
        "guidance_scale": guidance,
        "seed": seed,
    },
    st.integers(1, 6),
    st.floats(0.05, 1.0),
    st.sampled_from([1.0, 2.0, 7.5]),
    st.integers(0, 2**32 - 1),
)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(recipes=st.lists(RECIPES, min_size=2, max_size=5), rows=st.sampled_from([2, 5, 32]))
def test_company_does_not_change_a_request(pipeline: Any, recipes: list[dict[str, Any]], rows: int) -> None:
    def callers() -> list[Caller]:
        return [Caller(request(f"r{place}", **recipe), picture(place)) for place, recipe in enumerate(recipes)]

    with Bench(pipeline, rows=rows) as bench:
        together = bench.paint(*callers())
        alone = [bench.paint(caller)[0] for caller in callers()]
    for one, other in zip(together, alone, strict=True):
        assert error(one.latents, other.latents) < ALONE


@pytest.mark.parametrize("step", range(1, 6))
def test_who_leaves_at_any_step_leaves_at_once_and_alone(pipeline: Any, step: int) -> None:
    leaving = Caller(request("leaving", steps=6, strength=1.0), picture(1), leave_after=step)
    staying = Caller(request("staying", steps=6, strength=1.0), picture(2))
    with Bench(pipeline) as bench:
        gone, stayed = bench.paint(leaving, staying)
        (alone,) = bench.paint(Caller(staying.request, staying.picture))
    assert isinstance(gone.end, Stopped)
    assert len(leaving.steps) == step
    assert error(stayed.latents, alone.latents) < ALONE


@pytest.mark.parametrize("step", range(1, 6))
def test_who_joins_at_any_step_is_in_the_next_call(pipeline: Any, step: int) -> None:
    """The first request waits in its step until the other one is at the door."""
    with Bench(pipeline) as bench:
        order: list[str] = []
        late = Caller(request("late", steps=6, strength=1.0), picture(2), on_step=lambda _: order.append("late"))
        joined: list[Any] = []
        threads: list[threading.Thread] = []

        def on_step(number: int) -> None:
            order.append("first")
            if number == step:
                threads.append(threading.Thread(target=lambda: joined.extend(bench.paint(late))))
                threads[0].start()
                while not bench.loop.waiting and threads[0].is_alive():
                    time.sleep(0.001)

        first = Caller(request("first", steps=6, strength=1.0), picture(1), on_step=on_step)
        bench.paint(first)
        threads[0].join()
        (alone,) = bench.paint(Caller(late.request, late.picture))
    assert order.index("late") == step + 1  # after the first one's next step, which it shared
    assert error(joined[0].latents, alone.latents) < ALONE


def test_a_processor_gets_calls_of_few_different_numbers_of_rows(
    pipeline: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    called: list[int] = []

    def counted(runs: list[Run]) -> None:
        called.append(sum(run.rows for run in runs))
        advance(runs)

    advance = step_loop.advance
    monkeypatch.setattr(step_loop, "advance", counted)
    callers = [
        Caller(request(f"r{number}", steps=6, strength=1.0, guidance_scale=1.0), picture(number))
        for number in range(7)
    ]
    with Bench(pipeline) as bench:
        painted = bench.paint(*callers)
    assert all(isinstance(each.end, Image.Image) for each in painted)
    assert set(called) <= step_loop.ROWS
    assert max(called) > 1


def test_no_group_starves(pipeline: Any) -> None:
    """Six requests of one size do not keep one of another size waiting, nor many small ones a large one."""
    order: list[str] = []
    crowd = [
        Caller(
            request(f"c{number}", steps=12, strength=1.0),
            picture(number, (64, 64)),
            on_step=lambda _: order.append("crowd"),
        )
        for number in range(6)
    ]
    odd = Caller(request("odd", steps=12, strength=1.0), picture(9, (96, 64)), on_step=lambda _: order.append("odd"))
    with Bench(pipeline) as bench:
        bench.paint(*crowd, odd)
    assert order.index("odd") < len(order) // 2
    assert "crowd" in order[len(order) - 1 - order[::-1].index("odd") :]  # its smaller work is done before theirs


class Trouble:
    """A UNet that fails on calls with a mark in them, or with too many rows."""

    def __init__(self, bench: Bench, *, most_rows: int = 100, poisoned: torch.Tensor | None = None) -> None:
        self.calls: list[int] = []
        self._most = most_rows
        self._poisoned = poisoned
        self._inner = bench.loaded.denoiser._call
        bench.loaded.denoiser._call = self

    def __call__(self, rows: Any) -> torch.Tensor:
        self.calls.append(len(rows.latents))
        if len(rows.latents) > self._most:
            raise torch.OutOfMemoryError("out of memory")
        if self._poisoned is not None and any(torch.equal(each, self._poisoned) for each in rows.hidden):
            raise RuntimeError("a bug in a model")
        return self._inner(rows)


def test_a_call_that_fails_costs_only_the_guilty_request(pipeline: Any) -> None:
    callers = [
        Caller(request(f"r{number}", steps=4, prompt="evil" if number == 1 else "good"), picture(number))
        for number in range(4)
    ]
    with Bench(pipeline) as bench:
        evil = bench.loaded.components.encode_prompt("evil", negative=False).hidden[0]
        alone = [bench.paint(caller)[0] for caller in callers]
        Trouble(bench, poisoned=evil)
        together = bench.paint(*callers)
    assert isinstance(together[1].end, RuntimeError)
    for number in (0, 2, 3):
        assert error(together[number].latents, alone[number].latents) < ALONE


def test_a_call_that_does_not_fit_is_made_in_smaller_ones(pipeline: Any) -> None:
    callers = [Caller(request(f"r{number}", steps=8), picture(number)) for number in range(4)]
    with Bench(pipeline) as bench:
        trouble = Trouble(bench, most_rows=4)
        together = bench.paint(*callers)
        assert not [painted.end for painted in together if isinstance(painted.end, Exception)]
        assert bench.freed
        trouble.calls.clear()
        bench.paint(*[Caller(caller.request, caller.picture) for caller in callers])
        assert max(trouble.calls) <= 4  # it is remembered


def test_a_request_that_does_not_fit_alone_is_told_so_and_fits_with_low_memory(pipeline: Any) -> None:
    asked = request(steps=4)
    with Bench(pipeline) as bench:
        (normal,) = bench.paint(Caller(asked, picture(1)))
        trouble = Trouble(bench, most_rows=1)
        (large,) = bench.paint(Caller(asked, picture(1)))
        assert isinstance(large.end, OutOfMemory)
        bench.loaded.denoiser._graphs = captures = Captures()
        (low_memory,) = bench.paint(Caller(asked, picture(1), low_memory=True))
    assert max(trouble.calls[1:]) == 1
    assert not captures.calls, "a graph would take more memory"
    assert error(low_memory.latents, normal.latents) < ALONE


def test_finished_pictures_are_decoded_together_where_that_gains(
    pipeline: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first request waits in its first step of two until those of one step are at the door: all end together."""
    counts: list[int] = []

    def paint(bench: Bench) -> list[Any]:
        late: list[Any] = []

        def on_step(step: int) -> None:
            if step == 1:
                thread.start()
                while bench.loop.waiting < 2 and thread.is_alive():
                    time.sleep(0.001)

        others = [Caller(request(f"r{number}", steps=2), picture(number)) for number in (1, 2)]
        thread = threading.Thread(target=lambda: late.extend(bench.paint(*others)))
        first = bench.paint(Caller(request("first", steps=4), picture(0), on_step=on_step))
        thread.join()
        return [*first, *late]

    with Bench(pipeline) as bench:
        draw = bench.loaded.components.decode

        def counted(latents: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
            counts.append(len(latents))
            return draw(latents)

        monkeypatch.setattr(bench.loaded.components, "decode", counted)
        one_by_one = paint(bench)
        assert counts == [1, 1, 1]
        monkeypatch.setattr(step_loop, "ONE_BY_ONE", frozenset())
        together = paint(bench)
    assert counts[3:] == [3]
    for one, other in zip(one_by_one, together, strict=True):
        assert isinstance(one.end, Image.Image)
        assert isinstance(other.end, Image.Image)
        assert np.abs(np.asarray(one.end, dtype=int) - np.asarray(other.end, dtype=int)).max() <= 1


def test_numbers_that_overflow_fail_one_request(pipeline: Any) -> None:
    mad = Caller(request("mad", guidance_scale=1e38), picture(1))
    sane = Caller(request("sane"), picture(2))
    with Bench(pipeline) as bench:
        overflown, painted = bench.paint(mad, sane)
        (alone,) = bench.paint(Caller(sane.request, sane.picture))
    assert isinstance(overflown.end, NotFinite)
    assert error(painted.latents, alone.latents) < ALONE


@pytest.mark.parametrize("previews", [None, []])
def test_a_fault_of_the_device_that_shows_when_its_pixels_are_awaited_is_known_as_one(
    pipeline: Any, monkeypatch: pytest.MonkeyPatch, previews: list[Image.Image] | None
) -> None:
    """Nobody waits for kernels when they are launched; of what those that decode or preview do, this is the first."""

    def wait(_: ToHost) -> torch.Tensor:
        raise torch.AcceleratorError("CUDA error: an illegal memory access was encountered")

    monkeypatch.setattr(ToHost, "wait", wait)
    with Bench(pipeline) as bench:
        (painted,) = bench.paint(Caller(request(steps=16), picture(1), previews=previews))
    assert isinstance(painted.end, DevicePoisoned)
    assert str(painted.end) == "CUDA error: an illegal memory access was encountered"


def test_a_device_that_is_lost_while_memory_is_given_back_ends_the_request_and_not_the_loop(
    pipeline: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Bench(pipeline) as bench:
        Trouble(bench, most_rows=0)
        lost = torch.AcceleratorError("CUDA error: an illegal memory access was encountered")
        monkeypatch.setattr(bench.loop, "_free", Mock(side_effect=lost))
        painted = bench.paint(*[Caller(request(f"r{number}", steps=4), picture(number)) for number in range(2)])
    assert [type(each.end) for each in painted] == [DevicePoisoned] * 2


def test_previews_are_few_small_and_alike_the_result(pipeline: Any) -> None:
    previews: list[Any] = []
    caller = Caller(request(steps=16, strength=0.4, guidance_scale=1.0), picture(1, (128, 64)), previews=previews)
    with Bench(pipeline) as bench:
        bench.paint(caller)
    assert 1 <= len(previews) <= 3
    assert {preview.size for preview in previews} == {(128, 64)}, "as large as the result"


def test_a_tiny_autoencoder_draws_previews_where_a_model_has_one(
    pipeline: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on a GPU, where that costs little."""
    stable_diffusion(tiny_vae=True).vae.save_pretrained(tmp_path / "taesd")
    previews: list[Image.Image] = []
    with Bench(pipeline) as bench:
        components = bench.loaded.components
        components.preview_decoder = preview_vae(
            str(tmp_path / "taesd"), "tiny", components.device, components.dtype, channels=4
        )
        drawn: list[torch.Tensor] = []
        sketch = components.decode_preview

        def kept(latents: torch.Tensor) -> torch.Tensor:
            drawn.append(sketch(latents))
            return drawn[-1]

        monkeypatch.setattr(components, "decode_preview", kept)
        monkeypatch.setattr(StableDiffusion, "decodes_previews", True)
        bench.paint(Caller(request(steps=4, strength=1.0), picture(1, (128, 64)), previews=previews))
    [pixels] = drawn
    [preview] = previews
    assert pixels.shape == (1, 8 * 32, 8 * 64, 3), "eight pixels from each latent"
    assert preview.tobytes() == sized(Image.fromarray(pixels[0].numpy()), preview.size).tobytes()


@pytest.mark.parametrize("names", ["nothing", "a whole autoencoder"])
def test_a_preview_vae_that_is_none_is_said_to_be(pipeline: Any, tmp_path: Path, names: str) -> None:
    if names == "a whole autoencoder":
        pipeline.vae.save_pretrained(tmp_path)
    with pytest.raises(ModelUnavailable, match="mend its preview_vae"):
        preview_vae(str(tmp_path), "mine", torch.device("cpu"), torch.float32, channels=4)


def test_a_request_of_few_calls_is_over_before_a_preview_would_be_seen(pipeline: Any) -> None:
    previews: list[Any] = []
    with Bench(pipeline) as bench:
        bench.paint(Caller(request(steps=3, strength=1.0), picture(1), previews=previews))
    assert not previews


class Broken(list[Image.Image]):
    """A place for previews that takes none."""

    def append(self, _: Image.Image) -> None:
        raise RuntimeError("no place")


def test_whoever_fails_beside_the_model_leaves_at_once_and_is_not_kept(pipeline: Any) -> None:
    """The loop must not go on with a picture that nobody waits for, nor an error keep what it met alive."""
    failing = Caller(request("failing", steps=40, strength=1.0), picture(1), previews=Broken())
    with Bench(pipeline) as bench:
        bench.paint(Caller(request("first"), picture(2)))
        gc.collect()
        gc.disable()
        try:
            (painted,) = bench.paint(failing)
            assert str(painted.end) == "no place"
            painted.end = Stopped()
            bench.paint(Caller(request("last"), picture(2)))  # the loop lets go of what it had in hand
            assert not [
                each for each in gc.get_objects() if type(each) is Run and each.task.picture is failing.picture
            ]
        finally:
            gc.enable()
    assert len(failing.steps) < 40


def tensors() -> int:
    """How many are alive."""
    gc.collect()
    return sum(type(each) is torch.Tensor for each in gc.get_objects())


@pytest.mark.slow
def test_memory_stays_flat_over_120_mixed_requests(pipeline: Any) -> None:
    numbers = torch.Generator().manual_seed(0)

    def some(count: int, bench: Bench) -> None:
        for first in range(0, count, 5):
            callers = []
            for number in range(first, first + 5):
                guidance = float(torch.rand((), generator=numbers))
                size = ((32, 32), (48, 32))[number % 2]
                asked = request(
                    f"r{number}",
                    steps=2,
                    strength=0.2 * (1 + number % 5),  # plans for a strength are kept
                    guidance_scale=1 + guidance,
                    prompt="p" * (number % 9),
                )
                callers.append(Caller(asked, picture(number, size)))
            bench.paint(*callers)

    with Bench(pipeline) as bench:
        bench.loaded.components.images.limit = 10_000
        some(60, bench)
        alive, before = tensors(), psutil.Process().memory_info().rss
        some(120, bench)
        assert tensors() < alive + 60, "what is kept of every second request would show"
        grown = psutil.Process().memory_info().rss - before
        assert bench.loaded.components.images.held <= 10_000
        assert len(bench.loaded.components.prompts) <= 20
    assert grown < 12 << 20, "what the allocator and the interpreter breathe"
