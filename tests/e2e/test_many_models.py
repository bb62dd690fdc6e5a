"""Several models with adapters, schedulers and families of their own in the real worker."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import pytest
import pytest_asyncio
from PIL import Image

from bot.domain.ids import JobId
from bot.queue import PATIENCE as QUEUE_PATIENCE
from bot.queue import FairQueue, QueueClosed, Unit
from inference.api import Done, Event, Failed, Img2ImgRequest, Lora, Started
from inference.models.entry import LoraEntry, ModelEntry
from inference.worker.engine import ProcessEngine
from inference.worker.model_turns import MAX_PASSED as TURNS_PATIENCE

pytestmark = [
    pytest.mark.slow,
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning"),
]

PATIENCE = 200.0
SIZE = (64, 64)
ADAPTERS = ("ink", "clay", "silk")
EDITORS = ("kontext", "qwen")
REQUESTS = 60


@dataclass
class Bench:
    """An engine and what it offers."""

    engine: ProcessEngine
    root: Path
    count: int = 0

    def request(self, model: str, *, strength: float = 0.5, loras: tuple[Lora, ...] = ()) -> Img2ImgRequest:
        self.count += 1
        source = self.root / "source.png"
        if not source.exists():
            Image.radial_gradient("L").convert("RGB").resize(SIZE).save(source)
        return Img2ImgRequest(
            id=str(self.count),
            source=source,
            output=self.root / f"result-{self.count}.png",
            prompt="an oil painting",
            strength=strength,
            steps=2,
            guidance_scale=1.0,
            seed=1,
            model=model,
            loras=loras,
        )

    async def events(self, request: Img2ImgRequest) -> list[Event]:
        async with asyncio.timeout(PATIENCE):
            return [event async for event in self.engine.run(request)]

    async def pixels(self, request: Img2ImgRequest) -> bytes:
        end = (await self.events(request))[-1]
        assert isinstance(end, Done), end
        with Image.open(request.output) as picture:
            return picture.tobytes()


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    import torch

    from tests.tiny_models import flow, folders
    from tests.tiny_models.loras import save_lora

    root = tmp_path_factory.mktemp("models")
    for family in ("sd", "sdxl"):
        folders.save(family, root / family)
        torch.manual_seed(0)
        pipeline = folders.FAMILIES[family]()
        for seed, name in enumerate(ADAPTERS):
            save_lora(pipeline, root / f"{name}-{family}.safetensors", seed=seed)
    folders.save_made(flow.kontext, root / "kontext")
    folders.save_made(partial(flow.qwen_edit, halvings=5), root / "qwen")
    return root


def entry(root: Path, family: str, scheduler: str = "") -> ModelEntry:
    files = {name: root / f"{name}-{family}.safetensors" for name in ADAPTERS}
    return ModelEntry(
        id=str(root / family),
        steps=2,
        guidance_scale=1.0,
        scheduler=scheduler,
        max_pixels=SIZE[0] * SIZE[1],
        loras={name: LoraEntry(place=str(file)) for name, file in files.items() if file.exists()},
    )


@asynccontextmanager
async def bench(folder: Path, entries: Mapping[str, ModelEntry], *, memory_gb: float = 0.0) -> AsyncIterator[Bench]:
    first = next(iter(entries))
    async with ProcessEngine(
        model=first, entries=entries, device="cpu", dtype="float32", memory_gb=memory_gb
    ) as engine:
        yield Bench(engine, folder)


async def test_two_models_and_three_adapters_alternating_stay_within_memory_and_nobody_starves(
    models: Path, tmp_path: Path
) -> None:
    """Requests of ten members, each for the other model and the next adapter than the one before."""
    entries = {name: entry(models, name) for name in ("sd", "sdxl")}
    async with bench(tmp_path, {"sdxl": entries["sdxl"]}) as large:
        for adapter in ADAPTERS:
            await large.pixels(large.request("sdxl", loras=(Lora(adapter, 0.8),)))
        memory_gb = 1.01 * large.engine.counters()["model_bytes_at_most"] / 1e9  # room for either model, not for both
    async with bench(tmp_path, entries, memory_gb=memory_gb) as many:
        members = 10
        queue = FairQueue(max_jobs=1000, ready=many.engine.can_start)
        requests: dict[str, Img2ImgRequest] = {}
        for number in range(REQUESTS):
            model = ("sd", "sdxl")[number % 2]
            request = many.request(model, loras=(Lora(ADAPTERS[number % 3], 0.8),))
            requests[request.id] = request
            user = f"member {number // 2 % members}"
            queue.put([Unit(job=JobId(request.id), index=0, user=user, cost=1.0, model=model)])
        fair = [unit.job for unit in queue.order()]
        finished: list[str] = []

        async def serve() -> None:
            while len(queue):
                try:
                    unit = await queue.take()
                except QueueClosed:
                    return
                end = (await many.events(requests[unit.job]))[-1]
                assert isinstance(end, Done), end
                finished.append(unit.job)

        slots = many.engine.capacity().slots
        async with asyncio.timeout(PATIENCE), asyncio.TaskGroup() as group:
            for _ in range(slots):
                group.create_task(serve())
        counters = many.engine.counters()

    assert sorted(finished) == sorted(requests), "nobody is left out"
    assert counters["model_bytes_at_most"] <= memory_gb * 1e9
    assert counters["models_left"] == counters["models_loaded"] - 1, "one at a time"
    assert 2 <= counters["models_loaded"] <= 2 * REQUESTS / QUEUE_PATIENCE, "they do not thrash"
    late = max(finished.index(job) - place for place, job in enumerate(fair))
    assert late <= 2 * (QUEUE_PATIENCE + TURNS_PATIENCE + slots), "nobody waits for long behind others"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def many(models: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Bench]:
    """All of them in one engine, with room for all."""
    own = entry(models, "sd")
    foreign = LoraEntry(place=str(models / "ink-sdxl.safetensors"))
    entries = {
        "sd": replace(own, loras={**own.loras, "foreign": foreign}),
        "sdxl": entry(models, "sdxl"),
        "euler": entry(models, "sd", "EulerDiscreteScheduler"),
        "wrong": entry(models, "sd", "FlowMatchEulerDiscreteScheduler"),
        **{family: entry(models, family) for family in EDITORS if (models / family).exists()},
    }
    async with bench(tmp_path_factory.mktemp("results"), entries) as opened:
        yield opened


async def test_models_that_fit_stay_and_are_not_loaded_again(many: Bench) -> None:
    await many.pixels(many.request("sd"))
    before = many.engine.counters()
    assert not many.engine.can_start("sdxl")
    first = await many.events(many.request("sdxl"))
    again = await many.events(many.request("sdxl"))
    other = await many.events(many.request("sd"))
    assert [events[0] for events in (first, again, other)] == [Started(loading=True), Started(), Started()]
    assert many.engine.can_start("sdxl")
    assert many.engine.counters()["models_loaded"] == before["models_loaded"] + 1
    assert many.engine.counters()["models_left"] == 0


async def test_adapters_change_the_picture_and_a_wrong_one_is_refused_with_a_sentence(many: Bench) -> None:
    plain = await many.pixels(many.request("sd"))
    inked = await many.pixels(many.request("sd", loras=(Lora("ink", 2.0),)))
    for name, said in (("foreign", "another kind of model"), ("nope", "has no adapter 'nope': there is ink")):
        failed = (await many.events(many.request("sd", loras=(Lora(name),))))[-1]
        assert isinstance(failed, Failed)
        assert said in failed.message
    assert await many.pixels(many.request("sd")) == plain != inked


async def test_an_entrys_scheduler_is_used_and_one_that_does_not_fit_is_refused(many: Bench) -> None:
    assert await many.pixels(many.request("sd")) != await many.pixels(many.request("euler"))
    failed = (await many.events(many.request("wrong")))[-1]
    assert isinstance(failed, Failed)
    assert "cannot use the scheduler 'FlowMatchEulerDiscreteScheduler': choose one of" in failed.message


@pytest.mark.parametrize("family", EDITORS)
async def test_families_that_edit_by_instruction_ignore_strength_but_for_none(many: Bench, family: str) -> None:
    assert not many.engine.capacity().models[family].uses_strength
    request = many.request(family, strength=0.3)
    gentle = await many.pixels(request)
    assert await many.pixels(many.request(family, strength=1.0)) == gentle
    source = await many.pixels(many.request(family, strength=0.0))
    with Image.open(request.source) as opened:
        assert source == opened.tobytes() != gentle
