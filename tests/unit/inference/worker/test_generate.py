"""What the worker does around a backend: what it keeps, and what becomes of faults beside the model."""

import gc
import weakref
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from inference import geometry
from inference.api import Done, Event, Preview
from inference.backends.base import WorkerSettings
from inference.batching.task import Task
from inference.control_maps.annotators import Annotator
from inference.models.entry import MapModels, ModelEntry
from inference.worker.generate import Reporter, generate
from inference.worker.palette import palette
from tests.fakes.backend import Sketcher
from tests.harness.step_loop import picture, request


class Watched(Sketcher):
    """Remembers the pictures that it was given, as long as anybody else does."""

    def __init__(self, settings: WorkerSettings) -> None:
        super().__init__(settings)
        self.given: list[weakref.ref[Image.Image]] = []

    def generate(self, task: Task) -> Image.Image:
        self.given.append(weakref.ref(task.picture))
        return super().generate(task)


@pytest.fixture
def backend() -> Watched:
    made = Watched(WorkerSettings(model="tiny", entries={"tiny": ModelEntry(id="tiny")}))
    made.load("tiny")
    return made


def painted(
    backend: Watched, folder: Path, events: list[Event], *, size: tuple[int, int] = (64, 64), **wanted: Any
) -> Any:
    source = folder / "source.png"
    Image.radial_gradient("L").convert("RGB").resize(size).save(source)
    asked = request(source=source, output=folder / "results" / "result.png", **wanted)
    reporter = Reporter(events.append, lambda _pixels: None, lambda: False)
    return generate(asked, backend, Annotator(MapModels()), reporter)


def test_pictures_are_let_go_of_at_once(backend: Watched, tmp_path: Path) -> None:
    """Not only when Python next looks for circles of references, which many pictures may come before."""
    (tmp_path / "results").mkdir()
    gc.collect()
    gc.disable()
    try:
        for seed in range(3):
            assert isinstance(painted(backend, tmp_path, [], seed=seed), Done)
        assert [given() for given in backend.given] == [None] * 3
    finally:
        gc.enable()


def test_a_preview_that_cannot_be_saved_is_none(
    backend: Watched, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def generate(task: Task) -> Image.Image:
        assert task.preview is not None
        task.preview(task.picture)  # its folder is not there yet
        (tmp_path / "results").mkdir()
        task.preview(task.picture)
        return task.picture

    monkeypatch.setattr(backend, "generate", generate)
    events: list[Event] = []
    assert isinstance(painted(backend, tmp_path, events, previews=True), Done)
    assert [event.path.name for event in events if isinstance(event, Preview)] == ["result.png.preview-2.jpg"]


def test_a_result_of_the_full_size_is_not_said_to_be_smaller(backend: Watched, tmp_path: Path) -> None:
    """Sizes that would lose a line if they were fitted to their own area."""
    (tmp_path / "results").mkdir()
    most = backend.defaults()["tiny"].max_pixels
    odd = [
        size
        for size in ((width, width * 3 // 4) for width in range(100, 600))
        if (whole := geometry.working_size(size, most)) != size
        and geometry.working_size(size, whole[0] * whole[1]) != whole
    ]
    assert odd
    for size in odd[:3]:
        done = painted(backend, tmp_path, [], size=size, strength=0.5)
        assert isinstance(done, Done)
        assert not done.notes
        assert (done.width, done.height) == geometry.working_size(size, most)


@pytest.mark.parametrize(("strength", "kept"), [(0.3, 1.0), (0.5, 1.0), (0.75, 0.5)])
def test_the_palette_is_kept_up_to_half_strength_and_then_less_and_less(
    tmp_path: Path, strength: float, kept: float
) -> None:
    source = picture(4).point(lambda level: 32 + level // 4)
    source.save(tmp_path / "source.png")
    shifts = {}
    for keep in (False, True):
        asked = request(
            source=tmp_path / "source.png",
            output=tmp_path / f"{keep}.png",
            strength=strength,
            keep_palette=keep,
            model="one",
        )
        generate(
            asked,
            Sketcher(WorkerSettings(model="one", entries={"one": ModelEntry(id="one")})),
            Annotator(MapModels()),
            Reporter(lambda _: None, lambda _: None, lambda: False),
        )
        with Image.open(asked.output) as result:
            assert result.size == source.size
            shifts[keep] = float(np.linalg.norm(palette(result)[0] - palette(source)[0]))
    assert shifts[True] == pytest.approx((1 - kept) * shifts[False], abs=1.5)
