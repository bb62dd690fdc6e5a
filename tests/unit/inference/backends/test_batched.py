"""What a member is told of a request by the backend that paints it, on tiny models."""

import gc
import shutil
import time
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from inference.api import ModelUnavailable, Note
from inference.backends import stock
from inference.backends.base import WorkerSettings
from inference.backends.batched import LoopBackend
from inference.backends.model_cache import weight_to_come, whole_weight
from inference.batching.task import Task
from inference.models import placement
from inference.models.entry import ModelEntry
from inference.models.loading import load, quiet
from inference.models.memory_plan import GraphicsCard, MemoryPlan
from tests.harness.step_loop import FixedRowCount, picture, request
from tests.tiny_models import flow, folders

quiet()

MAKERS: dict[str, Callable[[], Any]] = {
    "sd": folders.stable_diffusion,
    "lcm": folders.latent_consistency,
    "flux-dev": lambda: flow.flow("flux-dev"),
    "z-image": lambda: flow.flow("z-image"),
}


def notes(folder: Path, *, true_guidance: float = 1.0, **asked: Any) -> list[Note]:
    entry = ModelEntry(id=str(folder), true_guidance=true_guidance)
    settings = WorkerSettings(model="tiny", entries={"tiny": entry}, device="cpu", dtype="float32")
    backend = LoopBackend(settings, FixedRowCount(2))
    backend.load("tiny")
    told: list[Note] = []
    backend.generate(_task(told.append, **asked))
    return told


def _task(tell: Callable[[Note], None], **asked: Any) -> Task:
    return Task(
        request=request(steps=2, **asked),
        picture=picture(3),
        low_memory=False,
        check=lambda: None,
        step=lambda _step, _of: None,
        preview=None,
        tell=tell,
    )


@pytest.mark.parametrize(
    ("name", "asked", "causes"),
    [
        ("sd", {"negative_prompt": "people"}, []),
        ("sd", {"negative_prompt": "people", "guidance_scale": 1.0}, ["negative-unguided"]),
        ("sd", {"negative_prompt": "", "guidance_scale": 1.0}, []),
        ("sd", {"prompt": "a (cat:1.3) " * 20}, []),
        ("sd", {"prompt": "a [day:dusk:0.5]"}, ["schedule-unread"]),
        ("lcm", {"negative_prompt": "people"}, ["negative-idle"]),
        ("lcm", {"prompt": "a (cat:1.3) " * 20}, []),
        ("z-image", {"negative_prompt": "people", "guidance_scale": 0.0}, ["negative-unguided"]),
        ("flux-dev", {"negative_prompt": "people"}, ["negative-idle"]),
        ("flux-dev", {"prompt": "a (cat:1.3)"}, []),
        ("z-image", {"prompt": "a (cat:1.3)"}, ["weights-unread"]),
        ("flux-dev", {"negative_prompt": "people", "true_guidance": 2.0}, []),
    ],
)
def test_what_does_not_act_is_told_and_nothing_else(
    name: str, asked: dict[str, Any], causes: list[str], tmp_path: Path
) -> None:
    folder = folders.save_made(MAKERS[name], tmp_path / name)
    assert [note.cause for note in notes(folder, **asked)] == causes


@pytest.mark.parametrize("name", ["sd", "flux-dev"])
def test_nobody_keeps_a_model_that_left(name: str, tmp_path: Path) -> None:
    folder = folders.save_made(MAKERS[name], tmp_path / name)
    settings = WorkerSettings(
        model="tiny", entries={"tiny": ModelEntry(id=str(folder))}, device="cpu", dtype="float32"
    )
    backend = LoopBackend(settings, FixedRowCount(2))
    backend.load("tiny")
    told: list[Note] = []
    backend.generate(_task(told.append))
    [cached] = backend.cache
    denoiser = weakref.ref(getattr(cached.pipeline, "transformer", None) or cached.pipeline.unet)
    del cached
    assert backend.cache.clear()
    for _ in range(200):  # the thread that made the picture may be on its way to the next request still
        gc.collect()
        if denoiser() is None:
            return
        time.sleep(0.02)
    pytest.fail("something keeps the model")


@pytest.mark.parametrize("card", [None, GraphicsCard(kind="cuda", free=1 << 40, host=1 << 40)])
def test_a_second_try_for_want_of_memory_finds_nothing_of_the_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, card: GraphicsCard | None
) -> None:
    tries: list[weakref.ref[Any]] = []

    def place(pipeline: Any, *_: object) -> None:
        tries.append(weakref.ref(pipeline.unet))
        if len(tries) == 2:
            raise torch.OutOfMemoryError("CUDA out of memory.")
        assert [each for each in tries[1:-1] if each() is not None] == []

    planned = MemoryPlan(pixels=64 * 64, resident=0, least=0, peak=0)
    monkeypatch.setattr(stock, "card_of", lambda *_: card)
    monkeypatch.setattr(LoopBackend, "_plan", lambda *_: planned)
    monkeypatch.setattr(placement, "place", place)
    folder = str(folders.save_made(folders.stable_diffusion, tmp_path / "sd"))
    entries = {name: ModelEntry(id=folder) for name in ("one", "other")}
    backend = LoopBackend(
        WorkerSettings(model="one", entries=entries, device="cpu", dtype="float32"), FixedRowCount(2)
    )
    for name in entries:
        backend.load(name)
    assert len(tries) == 3


def test_room_is_made_for_the_weights_that_will_be_read(tmp_path: Path) -> None:
    folder = folders.save_made(folders.stable_diffusion, tmp_path / "sd")
    entry = ModelEntry(id=str(folder))
    read = load(folder, entry, "m", torch.device("cpu"), torch.float32)
    wanted = weight_to_come(folder, entry, "m", 4)
    assert wanted == pytest.approx(whole_weight(read), rel=0.01)
    for place, (variants, plain) in enumerate(((["fp16"], False), (["fp16"], True), (["fp16", "non_ema"], False))):
        copied = Path(shutil.copytree(folder, tmp_path / str(place)))
        for file in [*copied.glob("*/*.safetensors")]:
            for variant in variants:
                shutil.copy(file, file.with_suffix(f".{variant}.safetensors"))
            if not plain:
                file.unlink()
        assert weight_to_come(copied, ModelEntry(id=str(copied)), "m", 4) == wanted, (variants, plain)


def test_room_is_made_for_a_model_whose_own_autoencoder_cannot_be_used_but_is_not(tmp_path: Path) -> None:
    folder = folders.save_made(folders.stable_diffusion, tmp_path / "sd")
    own = Path(shutil.copytree(folder / "vae", tmp_path / "vae"))
    [weights] = (folder / "vae").glob("*.safetensors")
    weights.rename(weights.with_suffix(".bin"))
    with pytest.raises(ModelUnavailable, match="keeps its vae as a pickle"):
        weight_to_come(folder, ModelEntry(id=str(folder)), "m", 4)
    assert weight_to_come(folder, ModelEntry(id=str(folder), vae=str(own)), "m", 4) > 0


def test_checkpoints_of_one_architecture_are_timed_once_and_weighed_once(tmp_path: Path) -> None:
    class Asked(FixedRowCount):
        """Remembers for what it was asked."""

        def get(self, about: tuple[str, ...], find: Callable[[], int]) -> int:
            keys.append(about)
            return super().get(about, find)

    keys: list[tuple[str, ...]] = []
    places = {name: folders.save_made(folders.stable_diffusion, tmp_path / name) for name in ("one", "other")}
    places["larger"] = folders.save_made(folders.stable_diffusion_xl, tmp_path / "larger")
    entries = {name: ModelEntry(id=str(place)) for name, place in places.items()}
    backend = LoopBackend(WorkerSettings(model="one", entries=entries, device="cpu", dtype="float32"), Asked(2))
    for name in entries:
        backend.load(name)
    assert keys[0] == keys[1] != keys[2]

    weighed = backend.cache.nbytes
    first, *_ = backend.cache
    assert weighed > first.nbytes > 0
    first.pipeline.unet.register_buffer("more", torch.zeros(1000))
    assert backend.cache.nbytes == weighed, "a loaded pipeline's numbers are not counted again"
