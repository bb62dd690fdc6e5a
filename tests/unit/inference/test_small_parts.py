"""Caches, caps, turns, previews and the denoiser's ways out."""

import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import psutil
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from inference.acceleration.cuda_graphs import Graphs
from inference.acceleration.packing import able, pack
from inference.batching.batch_size import RowCaps, RowCountFile, knee
from inference.batching.cache import ByteCache
from inference.batching.components import LatentDist
from inference.batching.denoiser import Denoiser, Rows
from inference.batching.preview import LatentPreview, render
from inference.families import components_of
from inference.families.stable_diffusion import StableDiffusion
from inference.worker.model_turns import MAX_PASSED as TURNS_PATIENCE
from inference.worker.model_turns import ModelTurns
from tests.harness.step_loop import error, picture
from tests.tiny_models.pipelines import scheduler, stable_diffusion, stable_diffusion_xl

PATIENCE = 10.0


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(1, 40))), st.integers(0, 100))
def test_a_cache_stays_within_its_bytes_and_gives_back_what_was_put_in(
    asked: list[tuple[int, int]], limit: int
) -> None:
    cache: ByteCache[bytes] = ByteCache(limit, len)
    for key, size in asked:
        entry = cache.get((key, size), lambda key=key, size=size: bytes([key]) * size)  # type: ignore[misc]
        assert entry == bytes([key]) * size
        assert cache.held <= limit
    assert cache.hits + cache.misses == len(asked)


def test_a_cache_forgets_what_was_not_used_for_longest() -> None:
    cache: ByteCache[bytes] = ByteCache(3, len)
    for key in "abcadb":
        cache.get(key, lambda: b"x")
    assert (cache.hits, cache.misses, cache.held) == (1, 5, 3)


@pytest.mark.parametrize(
    ("seconds", "rows"),
    [
        (lambda rows: 0.01 * rows, 2),  # twice the rows, twice the time: nothing is gained
        (lambda _: 0.01, 32),  # the device is idle
        (lambda rows: 0.01 * max(rows, 8), 8),
        (lambda _: 3.0, 2),  # too slow to look any further
    ],
)
def test_the_knee_is_where_more_rows_gain_nothing(seconds: Any, rows: int) -> None:
    assert knee(seconds) == rows


def test_the_knee_is_below_what_does_not_fit() -> None:
    def seconds(rows: int) -> float:
        if rows > 4:
            raise torch.OutOfMemoryError
        return 0.01

    assert knee(seconds) == 4


def test_caps_follow_the_area_and_what_did_not_fit() -> None:
    caps = RowCaps(8, 64 * 64)
    shapes = [torch.Size((4, side, side)) for side in (32, 64, 128)]
    assert [caps.rows(shape) for shape in shapes] == [32, 8, 2]
    caps.lower(shapes[1], below=8)
    assert [caps.rows(shape) for shape in shapes] == [32, 4, 2]


def test_knees_are_found_once_per_model(tmp_path: Path) -> None:
    path = tmp_path / "cache" / "rows.json"
    assert RowCountFile(path).get(("cpu", "a"), lambda: 8) == 8
    assert RowCountFile(path).get(("cpu", "a"), lambda: 16) == 8
    assert RowCountFile(path).get(("cpu", "b"), lambda: 16) == 16
    path.write_text("[")
    assert RowCountFile(path).get(("cpu", "a"), lambda: 4) == 4


def test_a_knee_that_cannot_be_kept_is_found_again(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    knees = RowCountFile(tmp_path / "file" / "rows.json")
    assert [knees.get(("cpu", "a"), lambda found=found: found) for found in (2, 4)] == [2, 4]  # type: ignore[misc]


def alone(models: frozenset[str]) -> bool:
    return len(models) <= 1


class Queue:
    """Requests that stand in line in a known order and work until they are told to end."""

    def __init__(self, together: Callable[[frozenset[str]], bool] = alone) -> None:
        self.turns = ModelTurns()
        self.entered: list[str] = []
        self._together = together
        self._may_end: dict[str, threading.Event] = {}
        self._threads: dict[str, threading.Thread] = {}

    def join(self, *names: str) -> None:
        """Each model is named by the first letter."""
        for name in names:
            self._may_end[name] = threading.Event()
            self._threads[name] = threading.Thread(target=self._work, args=(name,))
            self._threads[name].start()
            until(lambda: self.turns.waiting + len(self.entered) == len(self._threads))

    def end(self, *names: str) -> None:
        for name in names:
            self._may_end[name].set()
            self._threads[name].join(PATIENCE)

    def _work(self, name: str) -> None:
        with self.turns.of(name[0], lambda: False, self._together):
            self.entered.append(name)
            self._may_end[name].wait(PATIENCE)


def until(happened: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.001)


def test_a_request_for_the_model_at_work_may_pass_one_that_waits_but_not_for_ever() -> None:
    queue = Queue()
    passing = [f"a{number}" for number in range(1, TURNS_PATIENCE + 1)]
    queue.join("a0", "b", *passing)
    assert queue.entered == ["a0", *passing]
    queue.join("a-late")
    assert "a-late" not in queue.entered, "the other has waited enough"
    queue.end("a0", *passing)
    until(lambda: queue.entered[-1] == "b")
    queue.end("b")
    until(lambda: queue.entered[-1] == "a-late")
    queue.end("a-late")


def test_models_that_are_loaded_are_at_work_together() -> None:
    loaded = {"a", "b"}
    queue = Queue(lambda models: models <= loaded)
    queue.join("a1", "b1", "c1", "a2")
    assert queue.entered == ["a1", "b1", "a2"], "the third model has to be loaded, which needs the device for itself"
    queue.end("a1", "b1", "a2")
    until(lambda: queue.entered[-1] == "c1")
    queue.join("a3")
    assert queue.entered[-1] == "c1", "it loads"
    loaded.add("c")
    queue.turns.look_again()
    until(lambda: queue.entered[-1] == "a3")
    queue.end("c1", "a3")


def test_a_cancelled_request_does_not_wait_for_its_turn() -> None:
    turns = ModelTurns()
    cancelled = threading.Event()
    let_through = threading.Event()

    def work() -> None:
        with turns.of("b", cancelled.is_set, alone):
            let_through.set()

    with turns.of("a", lambda: False, alone):
        thread = threading.Thread(target=work)
        thread.start()
        assert not let_through.wait(0.05)
        cancelled.set()
        turns.look_again()
        assert let_through.wait(PATIENCE)
        thread.join()
    with turns.of("b", lambda: False, alone):
        pass


def test_a_lens_sees_colours_that_a_linear_code_hides() -> None:
    """A model whose latents are a linear code of colours, seen on a source with one colour only."""
    mixing = torch.randn(4, 3, generator=torch.Generator().manual_seed(0))

    class Linear:
        class vae:  # noqa: N801 -- as a pipeline calls it
            class config:  # noqa: N801
                latent_channels = 4

        def encode_picture(self, seen: Image.Image) -> LatentDist:
            small = seen.resize((16, 16), Image.Resampling.BOX)
            colours = torch.from_numpy(np.asarray(small, dtype=np.float32) / 255)
            return LatentDist((colours @ mixing.T).permute(2, 0, 1)[None], None)

    components: Any = Linear()
    grey = Image.new("RGB", (128, 128), (128, 128, 128))
    latent_preview = LatentPreview(components)
    other = picture(4, (128, 128))
    weights = latent_preview.fitted(components.encode_picture(grey), grey)
    shown = render(components.encode_picture(other).mean[0], weights)
    expected = np.asarray(other.resize((16, 16), Image.Resampling.BOX), dtype=int)
    seen = np.asarray(shown.resize((16, 16), Image.Resampling.BOX), dtype=int)
    assert np.abs(seen - expected).mean() < 12


def test_a_sweep_encodes_its_source_and_words_once() -> None:
    components = StableDiffusion(stable_diffusion("ddim"))
    with torch.inference_mode():
        for _ in range(4):
            components.encode_picture(picture(1))
            components.encode_prompt("night", negative=False)
            components.encode_prompt("", negative=True)
    assert (components.images.hits, components.images.misses) == (3, 1)
    assert (components.prompts.hits, components.prompts.misses) == (6, 2)


def test_only_what_the_loop_can_run_is_run_by_it() -> None:
    pipeline = stable_diffusion("euler")
    assert components_of(pipeline) is not None
    assert components_of(stable_diffusion_xl()) is not None
    for other in ("LMSDiscreteScheduler", "KDPM2DiscreteScheduler"):
        pipeline.scheduler = scheduler(other)
        assert components_of(pipeline) is None


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


def _packed(make: Any) -> tuple[Any, int]:
    unet = make.unet.to(torch.bfloat16)
    return unet, pack(unet)


def test_packed_layers_say_the_same() -> None:
    plain = stable_diffusion("ddim").unet.to(torch.bfloat16)
    packed, layers = _packed(stable_diffusion("ddim"))
    kernels = able() and torch.ops.mkldnn._is_mkldnn_bf16_supported()
    assert layers > 20 if kernels else layers == 0, (
        "processors without instructions for bfloat16 have no such kernels"
    )
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
