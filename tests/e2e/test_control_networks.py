"""Control networks by folder and by hub id, and the models that draw maps, in the real worker."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import pytest_asyncio
from PIL import Image

from inference.api import Control, ControlKind, Done, Failed, FailureKind, Img2ImgRequest
from inference.models.entry import MapModels, ModelEntry
from inference.worker.engine import ProcessEngine
from tests.builders.pictures import drawing

pytestmark = [
    pytest.mark.slow,
    pytest.mark.asyncio(loop_scope="module"),
    # Libraries warn of each other's future while they are imported and used in this process to build the models.
    pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning"),
]

CANNY, SCRIBBLE, SOFTEDGE, DEPTH = ControlKind.CANNY, ControlKind.SCRIBBLE, ControlKind.SOFTEDGE, ControlKind.DEPTH
LINEART, POSE = ControlKind.LINEART, ControlKind.POSE
PATIENCE = 120.0
COMMIT = "0123456789abcdef0123456789abcdef01234567"


@dataclass
class Bench:
    """An engine and where its files lie."""

    engine: ProcessEngine
    root: Path
    count: int = 0

    def request(self, kind: ControlKind | None, *, model: str = "sd") -> Img2ImgRequest:
        self.count += 1
        source = self.root / "source.png"
        source.write_bytes(drawing())
        return Img2ImgRequest(
            id=str(self.count),
            source=source,
            output=self.root / f"result-{self.count}.png",
            prompt="an oil painting",
            strength=1.0,
            steps=2,
            guidance_scale=1.0,
            seed=1,
            model=model,
            control=None if kind is None else Control(kind=kind),
        )

    async def end(self, asked: Img2ImgRequest) -> Done | Failed:
        async with asyncio.timeout(PATIENCE):
            *_, end = [event async for event in self.engine.run(asked)]
        assert isinstance(end, Done | Failed)
        return end

    async def pixels(self, asked: Img2ImgRequest) -> bytes:
        end = await self.end(asked)
        assert isinstance(end, Done), end
        with Image.open(asked.output) as picture:
            return picture.tobytes()


def build(root: Path) -> None:
    """A model that can be steered and one that cannot, networks in a folder and in the hub's cache, a depth model."""
    from diffusers import AutoPipelineForImage2Image

    from tests.tiny_models import folders, map_models
    from tests.tiny_models.pipelines import control_network

    pipeline = AutoPipelineForImage2Image.from_pretrained(folders.save("sd", root / "sd"))
    folders.save("sd3", root / "sd3")
    map_models.save_depth(root / "depth")
    control_network(pipeline, seed=1).save_pretrained(root / "lines")
    cached = root / "hub" / "models--tiny--edges"
    control_network(pipeline, seed=2).save_pretrained(cached / "snapshots" / COMMIT)
    (cached / "refs").mkdir()
    (cached / "refs" / "main").write_text(COMMIT)
    shutil.copytree(root / "lines", root / "lost")
    (root / "lost" / "diffusion_pytorch_model.safetensors").unlink()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def bench(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Bench]:
    root = tmp_path_factory.mktemp("networks")
    build(root)
    lines = str(root / "lines")
    controls = {CANNY: lines, DEPTH: lines, POSE: lines, SCRIBBLE: "tiny/edges", SOFTEDGE: str(root / "lost")}
    entries = {
        "sd": ModelEntry(id=str(root / "sd"), controls=controls),
        "sd3": ModelEntry(id=str(root / "sd3"), controls={CANNY: lines}),
    }
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HF_HUB_CACHE", str(root / "hub"))
        patch.setenv("HF_HUB_OFFLINE", "1")
        async with ProcessEngine(
            model="sd",
            entries=entries,
            map_models=MapModels(depth=str(root / "depth")),
            device="cpu",
            dtype="float32",
        ) as engine:
            yield Bench(engine, root)


async def test_what_can_be_drawn_and_kept_is_offered_and_works(bench: Bench) -> None:
    """Canny and depth share a network, which is loaded once; both change the picture, each in its way."""
    assert bench.engine.capacity().models["sd"].controls == (CANNY, SCRIBBLE, SOFTEDGE, DEPTH)
    before = bench.engine.counters().get("model_bytes_at_most", 0)
    made = {kind: await bench.pixels(bench.request(kind)) for kind in (None, CANNY, SCRIBBLE, DEPTH)}
    assert len(set(made.values())) == len(made)
    networks = sum(file.stat().st_size for file in bench.root.glob("**/diffusion_pytorch_model.safetensors"))
    grown = bench.engine.counters()["model_bytes_at_most"] - before
    assert grown > 0
    assert networks > grown, "two networks at most were loaded, and counted"


async def test_a_map_of_depth_is_drawn_without_the_model_it_is_for(bench: Bench) -> None:
    asked = replace(bench.request(DEPTH, model="sd3"), map_only=True)
    assert len(set(await bench.pixels(asked))) > 2
    assert not bench.engine.can_start("sd3")


@pytest.mark.parametrize(
    ("model", "kind", "sentence"),
    [
        ("sd", SOFTEDGE, "cannot be loaded"),
        ("sd", POSE, "has no control of the kind pose: it has canny, scribble, softedge, depth"),
        ("sd", LINEART, "has no control of the kind lineart"),
        ("sd3", CANNY, "is made for other models"),
    ],
)
async def test_what_cannot_be_kept_fails_its_request_with_a_sentence(
    bench: Bench, model: str, kind: ControlKind, sentence: str
) -> None:
    end = await bench.end(bench.request(kind, model=model))
    assert isinstance(end, Failed)
    assert end.kind is FailureKind.INVALID
    assert sentence in end.message
    if model == "sd3":
        assert bench.engine.capacity().models["sd3"].controls == (CANNY,), "its family keeps structure"
