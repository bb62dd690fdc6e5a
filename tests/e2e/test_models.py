"""Real diffusers pipelines in the real worker: what is promised for every family, and which models are refused."""

import asyncio
import json
import re
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import pytest_asyncio
from PIL import Image

from inference.api import Cancelled, Done, Event, Failed, FailureKind, Img2ImgRequest, ModelUnavailable, Started, Step
from inference.models.entry import ModelEntry
from inference.worker.engine import ProcessEngine

pytestmark = [
    pytest.mark.slow,
    pytest.mark.asyncio(loop_scope="module"),
    # Libraries warn of each other's future while they are imported and used in this process to build the models.
    pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning"),
]

FAMILIES = ("sd", "sdxl", "sd3", "lcm", "chroma")
EDITORS = ("pix2pix",)
PATIENCE = 120.0

BROKEN = {
    "pickled": "pickle",
    "own-component": "own code",
    "own-pipeline": "own code",
    "no-index": "model_index.json",
    "bad-index": "model_index.json",
    "cut-weights": "is cut short: unet/diffusion_pytorch_model.safetensors has ",
    "lost-weights": "is not whole: of its ",
    "not-images": "no image from an image",
    "sprint": "of a family that is not supported here (SanaSprintPipeline): choose another",
    "longcat": "of a family that is not supported here (LongCatImageEditPipeline): choose another",
    "bria": "of a family that is not supported here (BriaFiboEditPipeline): choose another",
    "joy": "of a family that is not supported here (JoyImageEditPipeline): choose another",
    "bad-own-words": "pentimento.json",
    "inpainting": "it is for inpainting: its UNet takes 9 channels, a picture has 4",
    "wrong-scheduler": "it comes with FlowMatchEulerDiscreteScheduler, which does not fit a UNet",
}


def build(root: Path) -> None:
    """One tiny model per family, and one broken in each way there is."""
    from tests.tiny_models import folders as tiny

    for family in (*FAMILIES, *EDITORS):
        tiny.save(family, root / family)
    for name in BROKEN:
        if name not in {"pickled", "inpainting", "wrong-scheduler"}:
            shutil.copytree(root / "sd", root / name)
    tiny.save("sd", root / "half", variant="fp16")
    tiny.save_overflowing(root / "overflowing")
    tiny.save_inpainting(root / "inpainting")
    tiny.save_with_flow_scheduler(root / "wrong-scheduler")
    tiny.save("sd", root / "pickled", safe_serialization=False)
    (root / "own-component" / "unet" / "mine.py").write_text("raise SystemExit")
    tiny.edit_index(root / "own-component", unet=["mine", "Mine"])
    tiny.edit_index(root / "own-pipeline", _class_name=["pipeline", "Mine"])
    (root / "own-pipeline" / "pipeline.py").write_text("raise SystemExit")
    (root / "no-index" / "model_index.json").unlink()
    (root / "bad-index" / "model_index.json").write_text("{")
    weights = root / "cut-weights" / "unet" / "diffusion_pytorch_model.safetensors"
    weights.write_bytes(weights.read_bytes()[:5000])
    (root / "lost-weights" / "vae" / "diffusion_pytorch_model.safetensors").unlink()
    tiny.edit_index(root / "not-images", _class_name="AudioLDMPipeline")
    tiny.edit_index(root / "sprint", _class_name="SanaSprintPipeline")
    tiny.edit_index(root / "longcat", _class_name="LongCatImageEditPipeline")
    tiny.edit_index(root / "bria", _class_name="BriaFiboEditPipeline")
    tiny.edit_index(root / "joy", _class_name="JoyImageEditPipeline")
    (root / "bad-own-words" / "pentimento.json").write_text(json.dumps({"steps": "many"}))


@dataclass
class Bench:
    """An engine that offers all of them."""

    engine: ProcessEngine
    root: Path
    count: int = 0

    def source(self, number: int, size: tuple[int, int] = (60, 52)) -> Path:
        path = self.root / f"source-{number}-{size[0]}x{size[1]}.png"
        tiles = bytes((37 * number + 61 * place * place) % 256 for place in range(3 * 4 * 4))
        Image.frombytes("RGB", (4, 4), tiles).resize(size).save(path)
        return path

    def request(
        self,
        model: str,
        *,
        source: int = 1,
        size: tuple[int, int] = (60, 52),
        strength: float = 0.5,
        seed: int = 1,
        steps: int = 6,
    ) -> Img2ImgRequest:
        self.count += 1
        return Img2ImgRequest(
            id=str(self.count),
            source=self.source(source, size),
            output=self.root / f"result-{self.count}.png",
            prompt="an oil painting",
            strength=strength,
            steps=steps,
            guidance_scale=3.0,
            seed=seed,
            model=str(self.root / model),
        )

    async def events(self, request: Img2ImgRequest) -> list[Event]:
        async with asyncio.timeout(PATIENCE):
            return [event async for event in self.engine.run(request)]

    async def picture(self, request: Img2ImgRequest) -> tuple[bytes, Done]:
        done = (await self.events(request))[-1]
        assert isinstance(done, Done), done
        return pixels(request.output), done


def pixels(path: Path) -> bytes:
    with Image.open(path) as picture:
        return picture.tobytes()


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("models")
    build(root)
    return root


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def bench(models: Path) -> AsyncIterator[Bench]:
    names = [str(models / name) for name in (*FAMILIES, *EDITORS, *BROKEN, "half", "overflowing", "missing")]
    entries = {name: ModelEntry(id=name) for name in names}
    async with ProcessEngine(model=names[0], entries=entries, device="cpu") as engine:
        yield Bench(engine, models)


@pytest.mark.parametrize("family", FAMILIES)
async def test_every_family_keeps_the_promises(bench: Bench, family: str) -> None:
    first, done = await bench.picture(bench.request(family))
    assert (done.width, done.height) == (60, 52)
    assert done.effective_steps >= 1
    assert (await bench.picture(bench.request(family)))[0] == first, "the same request repeats itself"
    assert (await bench.picture(bench.request(family, seed=2)))[0] != first
    assert (await bench.picture(bench.request(family, source=2)))[0] != first


@pytest.mark.parametrize("family", FAMILIES)
async def test_strength_1_ignores_the_source(bench: Bench, family: str) -> None:
    assert pixels(bench.source(1)) != pixels(bench.source(2))
    one, _ = await bench.picture(bench.request(family, strength=1.0))
    assert (await bench.picture(bench.request(family, strength=1.0, source=2)))[0] == one
    assert (await bench.picture(bench.request(family, strength=1.0, seed=2)))[0] != one


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize(("strength", "steps"), [(0.001, 20), (0.5, 1), (0.02, 49), (1.0, 1)])
async def test_at_least_one_step_runs(bench: Bench, family: str, strength: float, steps: int) -> None:
    _, done = await bench.picture(bench.request(family, strength=strength, steps=steps))
    assert 1 <= done.effective_steps <= 2, "PNDM takes one more than it is asked for"


async def test_strength_0_loads_no_model(bench: Bench) -> None:
    await bench.picture(bench.request("sd"))
    request = bench.request("sdxl", strength=0.0, size=(200, 100))
    events = await bench.events(request)
    assert events[0] == Started(loading=False)
    assert pixels(request.output) == pixels(bench.source(1, (200, 100)))
    assert (await bench.events(bench.request("sd")))[0] == Started(loading=False)


async def test_odd_and_large_sizes_keep_their_aspect(bench: Bench) -> None:
    for size in ((61, 33), (400, 100), (90, 91)):
        _, done = await bench.picture(bench.request("sd", size=size))
        assert done.width * done.height <= 64 * 64
        assert done.width / done.height == pytest.approx(size[0] / size[1], rel=0.05)


async def test_cancel_stops_a_pipeline_at_its_next_step(bench: Bench) -> None:
    request = bench.request("sd", strength=1.0, steps=150)
    events = []
    async with asyncio.timeout(PATIENCE):
        async for event in bench.engine.run(request):
            events.append(event)
            if isinstance(event, Step):
                await bench.engine.cancel(request.id)
    assert events[-1] == Cancelled()
    assert len(events) < 50


async def test_capacity_lists_what_can_be_loaded(bench: Bench) -> None:
    capacity = bench.engine.capacity()
    assert capacity.device.startswith("CPU (")
    listed = {Path(model).name for model in capacity.models}
    assert listed.issuperset(FAMILIES)
    assert not listed.intersection({"missing", "no-index", "bad-index", "bad-own-words"})
    assert capacity.models[str(bench.root / "sd3")].guidance_scale == 7.0


@pytest.mark.parametrize(("name", "reason"), [*BROKEN.items(), ("missing", "is not here")])
async def test_a_model_that_cannot_be_used_fails_its_request_with_help(bench: Bench, name: str, reason: str) -> None:
    failed = (await bench.events(bench.request(name)))[-1]
    assert isinstance(failed, Failed)
    assert failed.kind is FailureKind.INVALID
    assert reason in failed.message
    assert re.search(r"[:;,] .*(use|choose|fetch|mend|convert|give)", failed.message), "no word on how to mend it"
    assert failed.message.endswith(".")
    assert "\n" not in failed.message
    assert isinstance((await bench.events(bench.request("sd")))[-1], Done)


async def test_a_pickled_default_model_is_a_start_up_error(models: Path) -> None:
    with pytest.raises(ModelUnavailable, match="pickle"):
        async with ProcessEngine(model=str(models / "pickled"), device="cpu"):
            pass


async def test_a_device_that_is_not_there_is_a_start_up_error(models: Path) -> None:
    with pytest.raises(ModelUnavailable, match=r"model\.device"):
        async with ProcessEngine(model=str(models / "sd"), device="cuda:77"):
            pass


async def test_a_hub_id_comes_from_the_cache_when_offline(
    models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The hub's own cache layout, read by the hub's own code; what is not in it is refused with help."""
    commit = "0123456789abcdef0123456789abcdef01234567"
    cached = tmp_path / "hub" / "models--tiny--sd"
    shutil.copytree(models / "sd", cached / "snapshots" / commit)
    (cached / "refs").mkdir()
    (cached / "refs" / "main").write_text(commit)
    monkeypatch.setenv("HF_HOME", str(tmp_path))
    monkeypatch.delenv("HF_HUB_CACHE", raising=False)
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    entries = {"tiny/sd": ModelEntry(id="tiny/sd", revision=commit), "tiny/other": ModelEntry(id="tiny/other")}
    async with ProcessEngine(model="tiny/sd", entries=entries) as engine:
        assert list(engine.capacity().models) == ["tiny/sd", "tiny/other"], "either can be asked for"
        bench = Bench(engine, tmp_path)
        request = bench.request("sd")
        assert isinstance((await bench.events(replace(request, model="tiny/sd")))[-1], Done)
        failed = (await bench.events(replace(request, model="tiny/other")))[-1]
        assert isinstance(failed, Failed)
        assert "HF_HUB_OFFLINE" in failed.message


async def test_a_folder_with_half_the_bytes_only_is_a_model_like_others(bench: Bench) -> None:
    _, done = await bench.picture(bench.request("half"))
    assert done.effective_steps >= 3


async def test_instructions_edit_a_picture_that_matters(bench: Bench) -> None:
    """InstructPix2Pix has no strength: at any the source is told beside the sample."""
    first, done = await bench.picture(bench.request("pix2pix", strength=0.3))
    second, _ = await bench.picture(bench.request("pix2pix", strength=0.9))
    other, _ = await bench.picture(bench.request("pix2pix", strength=0.3, source=2))
    assert first == second
    assert first != other
    assert done.effective_steps == 6
    told = bench.engine.capacity().models[str(bench.root / "pix2pix")]
    assert not told.uses_strength


@pytest.mark.parametrize("strength", [0.5, 1.0])
async def test_numbers_that_overflow_are_a_sentence_and_no_black_picture(bench: Bench, strength: float) -> None:
    request = bench.request("overflowing", strength=strength)
    end = (await bench.events(request))[-1]
    assert isinstance(end, Failed), end
    assert (end.kind, end.cause) == (FailureKind.INVALID, "overflow")
    assert not request.output.exists()
