"""Models that are not on this machine when they are asked for, from a slow hub on loopback."""

import asyncio
import contextlib
import os
import pty
import re
import signal
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from inference.api import (
    Control,
    ControlKind,
    Done,
    EngineStopped,
    Event,
    Failed,
    FailureKind,
    Img2ImgRequest,
    Lora,
    ModelUnavailable,
    Needs,
    Started,
)
from inference.models import hub as hub_files
from inference.models.entry import LoraEntry, MapModels, ModelEntry
from inference.models.library import Library
from inference.models.lora_files import locate
from inference.worker.engine import ProcessEngine
from tests.harness.waiting import PATIENCE
from tests.servers.hub import TRICKLE, Hub

NAME = "org/tiny"
BACKEND = "tests.fakes.backend:Sketcher"
ENTRIES = {"sketch": ModelEntry(id="sketch"), "absent": ModelEntry(id=NAME)}
WEIGHTS = 60_000
WEIGHTS_OF_NET = [
    "config.json",
    "diffusion_pytorch_model.safetensors",
    "diffusion_pytorch_model.fp16.safetensors",
    "diffusion_pytorch_model.bin",
]


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
    hub.rate = TRICKLE
    async with ProcessEngine(model="sketch", entries=ENTRIES, backend=BACKEND) as engine:
        waiting = [asyncio.create_task(events(engine, request(tmp_path, f"w{each}", "absent"))) for each in (1, 2)]
        ends = [(await events(engine, request(tmp_path, f"o{each}", "sketch")))[-1] for each in range(3)]
        assert all(isinstance(end, Done) for end in ends)
        assert not any(task.done() for task in waiting)
        hub.rate = 0
        made = await asyncio.gather(*waiting)
        counted = engine.counters()
    assert [each[0] for each in made] == [Started(loading=True)] * 2
    assert all(isinstance(each[-1], Done) for each in made)
    assert hub.given["unet/diffusion_pytorch_model.safetensors"] == WEIGHTS, "once for all that wait"
    assert WEIGHTS < counted["download_bytes"] <= hub.total
    assert counted["downloads_ended.done"] == 1
    assert counted["downloads_running"] == counted["download_bytes_left"] == 0


async def test_one_that_is_waited_for_can_be_cancelled_and_what_came_stays(hub: Hub, tmp_path: Path) -> None:
    hub.rate = 20_000
    async with ProcessEngine(model="sketch", entries=ENTRIES, backend=BACKEND) as engine:
        task = asyncio.create_task(events(engine, request(tmp_path, "w", "absent")))
        while hub.total < WEIGHTS // 2:
            await asyncio.sleep(0.01)
        hub.rate = TRICKLE
        counted = engine.counters()
        assert counted["downloads_running"] == 1
        assert counted["download_bytes_left"] > 0
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
        counted = engine.counters()
        assert (counted["downloads_ended.failed"], counted["downloads_ended.done"]) == (1, 0)
        assert counted["download_bytes"] == counted["downloads_running"] == 0


async def test_a_default_model_that_cannot_be_had_says_so_at_the_start(hub: Hub) -> None:
    hub.gated.add(NAME)
    with pytest.raises(ModelUnavailable, match="accept the terms"):
        async with ProcessEngine(model="absent", entries=ENTRIES, backend=BACKEND):
            pass


async def test_an_engine_that_is_there_at_once_paints_with_others_while_its_model_comes(
    hub: Hub, tmp_path: Path
) -> None:
    hub.rate = TRICKLE
    needs = Needs(model="absent")
    async with ProcessEngine(model="absent", entries=ENTRIES, backend=BACKEND, at_once=True) as engine:
        assert engine.lacks(needs)
        assert engine.capacity().models["absent"].here is False
        assert isinstance((await events(engine, request(tmp_path, "o", "sketch")))[-1], Done)
        assert engine.lacks(needs)
        arriving = engine.arriving(needs)
        assert arriving is not None
        assert arriving.total > WEIGHTS
        hub.rate = 0
        await engine.bring(needs)
        assert not engine.lacks(needs)
        await engine.ready()
        assert isinstance((await events(engine, request(tmp_path, "w", "absent")))[-1], Done)
    assert hub.given["unet/diffusion_pytorch_model.safetensors"] == WEIGHTS


async def test_one_that_is_there_at_once_still_says_before_anything_is_accepted_that_its_model_cannot_be_had(
    hub: Hub,
) -> None:
    hub.gated.add(NAME)
    with pytest.raises(ModelUnavailable, match="accept the terms"):
        async with ProcessEngine(model="absent", entries=ENTRIES, backend=BACKEND, at_once=True):
            pass


async def test_one_whose_model_cannot_be_loaded_stops_and_says_why(tmp_path: Path) -> None:
    entries = {"missing": ModelEntry(id=str(tmp_path))}
    (tmp_path / "model_index.json").write_text("{}")
    async with ProcessEngine(model="missing", entries=entries, backend=BACKEND, at_once=True) as engine:
        with pytest.raises(EngineStopped, match="is not here"):
            await engine.ready()


async def test_adapters_and_networks_come_the_same_way(hub: Hub, tmp_path: Path) -> None:
    repositories = {"org/ink": ["ink.safetensors"], "org/net": WEIGHTS_OF_NET, "org/depth": WEIGHTS_OF_NET}
    for name, files in repositories.items():
        hub.repositories[name] = tmp_path / name
        hub.repositories[name].mkdir(parents=True)
        for file in files:
            (tmp_path / name / file).write_text("{}" if file.endswith(".json") else f"the weights of {name}")
    entry = ModelEntry(
        id="sketch", loras={"ink": LoraEntry(place="org/ink")}, controls={ControlKind.DEPTH: "org/net"}
    )
    maps = MapModels(depth="org/depth")
    async with ProcessEngine(model="sketch", entries={"sketch": entry}, backend=BACKEND, map_models=maps) as engine:
        asked = replace(
            request(tmp_path, "w", "sketch"), loras=(Lora("ink"),), control=Control(kind=ControlKind.DEPTH)
        )
        assert engine.lacks(asked.needs)
        assert not engine.lacks(request(tmp_path, "o", "sketch").needs)
        await engine.bring(asked.needs)
        assert not engine.lacks(asked.needs)
    adapter = hub_files.cached(hub_files.HubRef("org/ink", kind=hub_files.RepositoryKind.ADAPTER))
    assert adapter is not None
    assert adapter.read_text() == "the weights of org/ink"
    assert locate("org/ink") == adapter, "the worker finds it without the hub"
    network = hub_files.network("org/net")
    assert hub_files.variant_of_network(network) == "fp16"
    assert not (network / "diffusion_pytorch_model.safetensors").exists(), "half the bytes are enough"
    assert not [*network.glob("*.bin")]


async def test_an_adapter_that_the_hub_has_not_ends_its_own_request(hub: Hub, tmp_path: Path) -> None:
    del hub
    entry = ModelEntry(id="sketch", loras={"ink": LoraEntry(place="org/none")})
    async with ProcessEngine(model="sketch", entries={"sketch": entry}, backend=BACKEND) as engine:
        [*_, end] = await events(engine, replace(request(tmp_path, "w", "sketch"), loras=(Lora("ink"),)))
        assert isinstance(end, Failed)
        assert "The adapter 'org/none' cannot be used, the hub has no such adapter" in end.message


async def test_fetching_may_take_longer_than_loading_may(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Loading may take hardly any time until the model is here, and then as long as it takes a busy machine."""
    hub.rate = WEIGHTS / 2
    engine = ProcessEngine(model="absent", entries=ENTRIES, backend=BACKEND, load_seconds=1.0)
    bring = Library.bring

    async def brought(library: Library, needs: Needs) -> None:
        await bring(library, needs)
        engine._supervisor._ready_seconds = engine._budget.load_seconds = PATIENCE

    monkeypatch.setattr(Library, "bring", brought)
    async with engine:
        assert isinstance((await events(engine, request(tmp_path, "o", "absent")))[-1], Done)


def download(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(Path.cwd())}
    command = [sys.executable, "-P", "-m", "bot", "download", *arguments]
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, timeout=120, check=False)


def test_the_command_fetches_and_says_what_it_could_not(hub: Hub, tmp_path: Path) -> None:
    hub.cuts = [20_000, 50_000]
    (hub.repositories[NAME] / "alone.safetensors").write_bytes(b"one file of a repository")
    alone = f"https://huggingface.co/{NAME}/blob/main/alone.safetensors"
    done = download(NAME, alone, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert f"{NAME} is here." in done.stderr
    assert f"{alone} is here." in done.stderr
    there = hub_files.cached(hub_files.HubRef.of(alone))
    assert there is not None
    assert there.read_bytes() == b"one file of a repository"
    again = download(NAME, "org/none", cwd=tmp_path)
    assert again.returncode == 69
    assert "the hub has no such model" in again.stderr
    assert hub.given["unet/diffusion_pytorch_model.safetensors"] <= WEIGHTS + 8_000
    assert download(cwd=tmp_path).returncode == 2


class OnATerminal:
    """The command on a terminal of 120 columns, which is read line by line as a person would see them."""

    def __init__(self, *arguments: str, cwd: Path) -> None:
        self._ours, theirs = pty.openpty()
        termios.tcsetwinsize(theirs, (24, 120))
        environment = {**os.environ, "PYTHONPATH": str(Path.cwd()), "TERM": "xterm-256color", "COLUMNS": "120"}
        command = [sys.executable, "-P", "-m", "bot", "download", *arguments]
        self.process = subprocess.Popen(
            command, cwd=cwd, env=environment, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True
        )
        os.close(theirs)

    def lines(self) -> Iterator[str]:
        """What stands on the screen, whenever it is written, until the command leaves."""
        with (
            os.fdopen(self._ours, "rb", buffering=0) as screen,
            contextlib.suppress(OSError),
        ):  # EIO: nobody writes to it
            held = b""
            while piece := screen.read(4096):
                *whole, held = re.split(rb"[\r\n]+", held + piece)
                yield from (_CONTROLS.sub("", line.decode()).rstrip() for line in whole)
        self.process.wait(60)


_CONTROLS = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
_BAR = re.compile(
    r"org/tiny [━╺╸ ]+ (?P<done>\S+)/(?P<of>\S+) (?P<unit>[kM]B) (?P<rate>\S+) kB/s (?P<left>\d:\d\d:\d\d)"
)
LONG = os.environ.get("PENTIMENTO_TEST_DOWNLOAD") == "long"


@pytest.mark.slow
@pytest.mark.timeout(2400 if LONG else 120)
def test_a_terminal_sees_bytes_rate_and_time_left_through_two_cuts_and_a_kill(hub: Hub, tmp_path: Path) -> None:
    """At 40 kB/s; PENTIMENTO_TEST_DOWNLOAD=long fetches the shipped model at 20 kB/s, in 23 minutes."""
    if LONG:
        hub.repositories[NAME] = Path("inference/pocket")
    else:
        [weights] = hub.repositories[NAME].rglob("*.safetensors")
        weights.write_bytes(os.urandom(4 * WEIGHTS))
    files = {
        file.relative_to(hub.repositories[NAME]).as_posix(): file for file in hub.repositories[NAME].rglob("*.*")
    }
    whole = sum(file.stat().st_size for file in files.values())
    hub.rate, hub.cuts = 20_000 if LONG else 40_000, [whole // 4, whole // 2]
    began = time.monotonic()
    killed = OnATerminal(NAME, cwd=tmp_path)
    for _ in killed.lines():
        if hub.total > whole // 3 and killed.process.poll() is None:
            os.killpg(killed.process.pid, signal.SIGKILL)
    assert killed.process.returncode == -signal.SIGKILL
    given = hub.total
    done = OnATerminal(NAME, cwd=tmp_path)
    seen = [*done.lines()]
    assert done.process.returncode == 0, seen
    assert f"{NAME} is here." in seen
    bars = [found for line in seen if (found := _BAR.search(line))]
    assert bars, seen
    first = float(bars[0]["done"]) * (1e6 if bars[0]["unit"] == "MB" else 1e3)
    assert first > 0.6 * given, "it goes on where it was"
    assert any(0 < float(found["rate"]) < 2e-3 * hub.rate for found in bars), "about what the line gives"
    assert not hub.cuts
    for name, file in files.items():
        assert hub.given[name] <= file.stat().st_size + 8 * 2_000 + 40_000, "every byte about once"
    assert not LONG or time.monotonic() - began > 600
