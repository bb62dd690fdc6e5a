"""Models that are not on this machine when they are asked for, from a slow hub on loopback."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from inference.api import Done, Event, Failed, FailureKind, Img2ImgRequest, ModelUnavailable, Started
from inference.models.entry import ModelEntry
from inference.worker.engine import ProcessEngine
from tests.servers.hub import Hub

NAME = "org/tiny"
BACKEND = "tests.fakes.backend:Sketcher"
ENTRIES = {"sketch": ModelEntry(id="sketch"), "absent": ModelEntry(id=NAME)}
WEIGHTS = 60_000


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    folder = tmp_path / "repository"
    (folder / "unet").mkdir(parents=True)
    (folder / "model_index.json").write_text('{"unet": ["diffusers", "UNet2DConditionModel"]}')
    (folder / "unet" / "config.json").write_text("{}")
    (folder / "unet" / "diffusion_pytorch_model.safetensors").write_bytes(os.urandom(WEIGHTS))
    with Hub({NAME: folder}) as hub:
        for name, value in hub.environment(tmp_path / "cache").items():
            monkeypatch.setenv(name, value)
        yield hub


def request(folder: Path, name: str, model: str) -> Img2ImgRequest:
    source = folder / "source.png"
    Image.new("RGB", (32, 32), (9, 99, 199)).save(source)
    return Img2ImgRequest(
        id=name,
        source=source,
        output=folder / f"{name}.png",
        prompt="a cat",
        strength=0.5,
        steps=4,
        guidance_scale=1.0,
        seed=1,
        model=model,
    )


async def events(engine: ProcessEngine, asked: Img2ImgRequest) -> list[Event]:
    return [event async for event in engine.run(asked)]


async def test_others_go_on_while_a_model_is_fetched(hub: Hub, tmp_path: Path) -> None:
    hub.rate = 20_000
    async with ProcessEngine(model="sketch", entries=ENTRIES, backend=BACKEND) as engine:
        waiting = [asyncio.create_task(events(engine, request(tmp_path, f"w{each}", "absent"))) for each in (1, 2)]
        ends = [(await events(engine, request(tmp_path, f"o{each}", "sketch")))[-1] for each in range(3)]
        assert all(isinstance(end, Done) for end in ends)
        assert not any(task.done() for task in waiting)
        made = await asyncio.gather(*waiting)
    assert [each[0] for each in made] == [Started(loading=True)] * 2
    assert all(isinstance(each[-1], Done) for each in made)
    assert hub.given["unet/diffusion_pytorch_model.safetensors"] == WEIGHTS, "once for all that wait"


async def test_one_that_is_waited_for_can_be_cancelled_and_what_came_stays(hub: Hub, tmp_path: Path) -> None:
    hub.rate = 20_000
    async with ProcessEngine(model="sketch", entries=ENTRIES, backend=BACKEND) as engine:
        task = asyncio.create_task(events(engine, request(tmp_path, "w", "absent")))
        while hub.total < WEIGHTS // 2:
            await asyncio.sleep(0.05)
        await engine.cancel("w")
        assert len(await task) == 2
    assert [*(tmp_path / "cache").rglob("*.incomplete")]


async def test_a_model_that_cannot_be_had_fails_its_own_requests_with_the_mend(hub: Hub, tmp_path: Path) -> None:
    hub.gated.add(NAME)
    async with ProcessEngine(model="sketch", entries=ENTRIES, backend=BACKEND) as engine:
        [*_, end] = await events(engine, request(tmp_path, "w", "absent"))
        assert isinstance(end, Failed)
        assert (end.kind, end.cause) == (FailureKind.INVALID, "model-unavailable")
        assert "accept the terms" in end.message
        assert isinstance((await events(engine, request(tmp_path, "o", "sketch")))[-1], Done)


async def test_a_default_model_that_cannot_be_had_says_so_at_the_start(hub: Hub) -> None:
    hub.gated.add(NAME)
    with pytest.raises(ModelUnavailable, match="accept the terms"):
        async with ProcessEngine(model="absent", entries=ENTRIES, backend=BACKEND):
            pass


@pytest.mark.slow
async def test_fetching_may_take_longer_than_loading_may(hub: Hub, tmp_path: Path) -> None:
    hub.rate = WEIGHTS / 24
    async with ProcessEngine(model="absent", entries=ENTRIES, backend=BACKEND, load_seconds=20.0) as engine:
        assert isinstance((await events(engine, request(tmp_path, "o", "absent")))[-1], Done)


def download(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(Path.cwd())}
    command = [sys.executable, "-P", "-m", "bot", "download", *arguments]
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, timeout=120, check=False)


def test_the_command_fetches_and_says_what_it_could_not(hub: Hub, tmp_path: Path) -> None:
    hub.cuts = [20_000, 50_000]
    done = download(NAME, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert f"{NAME} is here." in done.stderr
    again = download(NAME, "org/none", cwd=tmp_path)
    assert again.returncode == 69
    assert "the hub has no such model" in again.stderr
    assert hub.given["unet/diffusion_pytorch_model.safetensors"] <= WEIGHTS + 8_000
    assert download(cwd=tmp_path).returncode == 2
