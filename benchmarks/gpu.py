"""`python -m benchmarks.gpu`: what a GPU is measured with, within a budget of minutes, the most telling first.

Random weights in true configurations (`benchmarks/giants.py`); written after each measurement.
"""

import argparse
import json
import os
import platform
import random
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, cast

import diffusers
import torch
import transformers

from benchmarks import flow
from benchmarks.giants import folder_of, standing_in
from benchmarks.measure import Engine, Work
from benchmarks.peers import Stock, has_stream
from benchmarks.report import device_table
from benchmarks.workloads import WORKLOADS, Ask, Setting, saturated
from benchmarks.yardsticks import peak_flops, peak_memory
from inference.acceleration.compile import compiled
from inference.backends.batched import LoopBackend
from inference.batching.batch_size import RowCountFile
from inference.batching.denoiser import BUCKETS, call_unet
from inference.batching.loaded_model import LoadedModel, trial
from inference.models.devices import choose_device

RESULTS = Path(__file__).with_name("results")
GOAL_FLOPS = 790e12  # operations per second in bfloat16 that utilisation is a share of, on an H200


@dataclass(frozen=True, slots=True)
class Scene:
    """A model at a size; `rows` of its calls that are timed alone, `count` requests of the saturated mix."""

    giant: str
    side: int
    rows: tuple[int, ...]
    count: int
    grid: tuple[int, ...] = (20, 25, 30)
    guidance: tuple[float, ...] = (5.0, 7.5)


SCENES = {
    "real": {
        "SD 1.5 at 512": Scene("sd15", 512, (1, 2, 4, 8, 16, 32), 32),
        "SDXL at 512": Scene("sdxl", 512, (2, 4, 8, 16), 24),
        "SDXL at 1024": Scene("sdxl", 1024, (2, 4, 8), 12),
        "SD-Turbo at 512, tiny autoencoder": Scene("sd-turbo", 512, (1, 2, 4, 8, 16), 160, (2,), (1.0,)),
        "SD-Turbo at 512, KL autoencoder": Scene("sd-turbo-kl", 512, (), 80, (2,), (1.0,)),
    },
    "tiny": {
        "SD 1.5 at 512": Scene("tiny-sd15", 64, (1, 2, 4), 4, (4, 5)),
        "SDXL at 512": Scene("tiny-sdxl", 64, (2, 4), 4, (4, 5)),
        "SDXL at 1024": Scene("tiny-sdxl", 128, (2,), 3, (4, 5)),
        "SD-Turbo at 512, tiny autoencoder": Scene("tiny-turbo", 64, (1, 2), 8, (2,), (1.0,)),
        "SD-Turbo at 512, KL autoencoder": Scene("tiny-turbo-kl", 64, (), 8, (2,), (1.0,)),
    },
}


@dataclass
class Bench:
    """The run: engines as they are opened, and what was found."""

    folder: Path
    device: torch.device
    dtype: str
    path: Path
    until: float
    scenes: dict[str, Scene]
    found: dict[str, Any] = field(default_factory=dict)
    engines: dict[tuple[str, str], Engine] = field(default_factory=dict)
    kind: str = ""
    works: dict[str, Work] = field(default_factory=dict)

    def shares(self) -> bool:
        """Whether the engine that is being opened shares the weights, and layout and kernels, of ours.

        In a rehearsal it does not: a compiler does not take the layers that are packed for a processor.
        """
        return self.kind != "stock" and self.device.type == "cuda"

    def engine(self, giant: str, kind: str) -> Engine:
        key = (giant, kind)
        if key not in self.engines:
            self.kind = kind
            started = time.perf_counter()
            knees = RowCountFile(self.folder / "rows.json")
            self.engines[key] = Engine.open(
                kind, str(folder_of(giant, self.folder)), str(self.device), self.dtype, knees
            )
            self.note("seconds to open", {f"{giant}, {kind}": time.perf_counter() - started})
        return self.engines[key]

    def loaded(self, giant: str) -> LoadedModel:
        loaded = cast(LoopBackend, self.engine(giant, "pentimento").backend).loaded
        assert loaded is not None
        return loaded

    def work(self, name: str) -> Work:
        """What a scene's pictures cost, counted on stock's model."""
        if name not in self.works:
            scene = self.scenes[name]
            pipeline = cast(Stock, self.engine(scene.giant, "stock").backend).pipeline
            self.works[name] = Work.of(pipeline, scene.side)
        return self.works[name]

    def note(self, section: str, numbers: dict[str, Any]) -> None:
        """Keep numbers, on disk at once."""
        self.found.setdefault(section, {}).update(numbers)
        self.write()

    def keep(self, scene: str, workload: str, measured: dict[str, dict[str, float]]) -> None:
        """Keep a round of a workload, on disk at once."""
        rounds = self.found.setdefault("scenes", {}).setdefault(scene, {})
        rounds.setdefault(workload, []).append(measured)
        self.write()

    def write(self) -> None:
        self.found["memory"] = peak_memory(self.device)
        self.path.with_suffix(".json").write_text(json.dumps(self.found, indent=1) + "\n", encoding="utf-8")
        self.path.with_suffix(".md").write_text(device_table(self.found), encoding="utf-8")

    def setting(self, name: str) -> Setting:
        scene = self.scenes[name]
        rate = self.found.get("rates", {}).get(name, 1.0)
        return Setting(
            folder=self.folder,
            model=str(folder_of(scene.giant, self.folder)),
            side=scene.side,
            grid=scene.grid,
            guidance=scene.guidance,
            count=scene.count,
            rate=rate,
        )


def calls(bench: Bench, name: str) -> None:
    """Time the model's calls alone, by rows: ours, and stock's."""
    scene = bench.scenes[name]
    loaded = bench.loaded(scene.giant)
    stock = bench.engine(scene.giant, "stock")
    components = loaded.components
    with torch.inference_mode():
        example = trial(components, scene.side // components.vae_scale_factor)
        plain = stock_call(stock, example)
        work = bench.work(name)
        for rows in scene.rows:
            wide = example.padded(rows)
            ours = _milliseconds(lambda wide=wide: loaded.denoiser(wide))  # type: ignore[misc]
            numbers = {"ours ms": ours, "GFLOP": rows * work.row / 1e9}
            if rows <= 2:
                numbers["stock ms"] = _milliseconds(lambda wide=wide: plain(wide))  # type: ignore[misc]
            numbers["share of 790 TFLOP/s"] = rows * work.row / (ours / 1e3) / GOAL_FLOPS
            bench.note("calls", {f"{name}, {rows} rows": numbers})
        latents = example.padded(2).latents
        bench.note(
            "autoencoder ms",
            {
                f"{name}, decode 2": _milliseconds(lambda: components.decode(latents)),
                f"{name}, stock's decode 2": _milliseconds(lambda: _stock_decode(stock, latents)),
            },
        )


def stock_call(stock: Engine, example: Any) -> Callable[[Any], torch.Tensor]:
    """Stock's UNet, channels last or not, whichever is faster here."""
    unet = cast(Stock, stock.backend).pipeline.unet

    def call(rows: Any) -> torch.Tensor:
        return call_unet(unet, rows)

    wide = example.padded(2)
    before = _milliseconds(lambda: call(wide))
    unet.to(memory_format=torch.channels_last)
    after = _milliseconds(lambda: call(wide))
    if before < after:
        unet.to(memory_format=torch.contiguous_format)
    print(f"stock UNet, 2 rows: {before:.2f} ms as it comes, {after:.2f} ms channels last; the faster one is kept")
    return call


def _stock_decode(stock: Engine, latents: torch.Tensor) -> torch.Tensor:
    decoded: torch.Tensor = cast(Stock, stock.backend).pipeline.vae.decode(latents).sample
    return decoded


def _milliseconds(act: Callable[[], Any]) -> float:
    """The median of 5 calls, after 3 that may compile and capture."""
    times = []
    for place in range(8):
        _settle()
        started = time.perf_counter()
        act()
        _settle()
        if place >= 3:
            times.append(time.perf_counter() - started)
    return sorted(times)[len(times) // 2] * 1e3


def _settle() -> None:
    if torch.cuda.is_available():
        torch.cuda.synchronize()


def warm(bench: Bench, name: str) -> None:
    """Capture what ours would capture in its first minutes of service, and let each engine serve once."""
    scene = bench.scenes[name]
    loaded = bench.loaded(scene.giant)
    shape = torch.Size((4, *[scene.side // loaded.components.vae_scale_factor] * 2))
    started = time.perf_counter()
    with torch.inference_mode():
        example = trial(loaded.components, shape[-1])
        for rows in BUCKETS if bench.device.type == "cuda" else ():
            if rows <= loaded.caps.rows(shape):
                for _ in range(2):
                    loaded.denoiser(example.padded(rows))
    _settle()
    bench.note("seconds to capture", {name: time.perf_counter() - started})
    bench.note("rows in a call", {name: loaded.caps.rows(shape)})
    bench.engine(scene.giant, "pentimento").run(saturated(bench.setting(name))[:4])


def serve(bench: Bench, name: str, workload: str, kinds: tuple[str, ...]) -> None:
    """A round of a workload: each engine once, in an order that changes."""
    scene = bench.scenes[name]
    setting = bench.setting(name)
    asks: list[Ask] = WORKLOADS[workload](setting)
    peak = bench.found["peak"]
    work = bench.work(name)
    order = list(kinds)
    random.Random(len(bench.found.get("scenes", {}).get(name, {}).get(workload, ()))).shuffle(order)
    measured = {}
    for kind in order:
        engine = bench.engine(scene.giant, kind)
        if kind != "pentimento" and (scene.giant, kind, scene.side) not in _WARMED:
            _WARMED.add((scene.giant, kind, scene.side))
            engine.run(asks[:2])
        loaded = bench.loaded(scene.giant)
        loaded.components.images.clear()
        loaded.components.prompts.clear()
        outcome = engine.run(asks)
        summary = outcome.summary()
        if workload != "mixed sizes":
            summary["utilisation"] = work.of_asks(asks, outcome.steps) / outcome.seconds / peak
        measured[kind] = summary
        told = f"{summary['images_per_s']:.3g}/s, p95 {summary['p95_s']:.3g} s"
        print(f"  {name}, {workload}, {kind}: {told}", flush=True)
    if workload == "saturated" and "stock compiled" in measured:
        bench.note("rates", {name: measured["stock compiled"]["images_per_s"]})
    bench.keep(name, workload, {kind: measured[kind] for kind in kinds})


_WARMED: set[tuple[str, str, int]] = set()

ALL = ("pentimento", "stock", "stock compiled")
TWO = ("pentimento", "stock compiled")


def jobs(names: list[str]) -> Iterator[tuple[str, Callable[[Bench], None]]]:
    """What to measure, the most telling first."""
    sd, small_xl, xl, turbo, turbo_kl = names
    stream = ("stream",) if has_stream() else ()
    for name in (sd, small_xl, xl, turbo):
        kinds = ALL if name != turbo else (*ALL, *stream)
        yield f"{name}: calls", partial(calls, name=name)
        yield f"{name}: warm", partial(warm, name=name)
        yield f"{name}: saturated", partial(serve, name=name, workload="saturated", kinds=kinds)
    for name in (sd, small_xl, xl):
        yield f"{name}: single", partial(serve, name=name, workload="single", kinds=ALL)
        yield f"{name}: sweep", partial(serve, name=name, workload="sweep of 4", kinds=ALL)
    for name in (sd, small_xl, xl, turbo):
        kinds = ALL if name != turbo else (*ALL, *stream)
        yield f"{name}: saturated again", partial(serve, name=name, workload="saturated", kinds=kinds)
    yield f"{turbo_kl}: warm", partial(warm, name=turbo_kl)
    yield f"{turbo_kl}: saturated", partial(serve, name=turbo_kl, workload="saturated", kinds=(*ALL, *stream))
    yield f"{sd}: arriving", partial(serve, name=sd, workload="arriving at 0.8", kinds=TWO)
    yield f"{sd}: arriving", partial(serve, name=sd, workload="arriving at 1.1", kinds=TWO)
    yield f"{xl}: arriving", partial(serve, name=xl, workload="arriving at 0.8", kinds=TWO)
    yield f"{sd}: uniform", partial(serve, name=sd, workload="uniform", kinds=("pentimento", "static batch"))
    yield f"{sd}: static", partial(serve, name=sd, workload="saturated", kinds=(*ALL, "static batch"))
    yield f"{sd}: memory", partial(memory, name=sd)
    yield f"{sd}: single again", partial(serve, name=sd, workload="single", kinds=ALL)
    yield f"{xl}: saturated", partial(serve, name=xl, workload="saturated", kinds=ALL)
    yield f"{small_xl}: saturated", partial(serve, name=small_xl, workload="saturated", kinds=ALL)
    yield f"{turbo}: saturated", partial(serve, name=turbo, workload="saturated", kinds=(*ALL, *stream))
    yield f"{sd}: mixed sizes", partial(serve, name=sd, workload="mixed sizes", kinds=ALL)
    yield f"{sd}: chain", partial(serve, name=sd, workload="chain of 4", kinds=ALL)


def memory(bench: Bench, name: str) -> None:
    """Device memory over many short mixed requests."""
    scene = bench.scenes[name]
    engine = bench.engine(scene.giant, "pentimento")
    setting = replace(bench.setting(name), grid=(4,), count=100)
    held = []
    for _ in range(3):
        engine.run([replace(ask, at=0.0) for ask in saturated(setting)])
        _settle()
        held.append(
            torch.cuda.memory_allocated() / 2**20 if bench.device.type == "cuda" else peak_memory(bench.device)
        )
    bench.note("MiB held after each 100 requests", {name: held})


@contextmanager
def _opened(asked: argparse.Namespace) -> Iterator[Bench]:
    out = Path(asked.out)
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(
            folder=Path(folder),
            device=choose_device(asked.device),
            dtype=asked.dtype,
            path=out / asked.name,
            until=time.monotonic() + 60 * asked.minutes,
            scenes=SCENES[asked.scale],
        )
        with standing_in(shared=bench.shares):
            yield bench


def main() -> None:
    """Measure until the budget is spent."""
    wanted = argparse.ArgumentParser(description=__doc__)
    wanted.add_argument("--name", default="gpu", help="of the files")
    wanted.add_argument("--out", default=str(RESULTS))
    wanted.add_argument("--device", default="cuda")
    wanted.add_argument("--dtype", default="bfloat16")
    wanted.add_argument("--minutes", type=float, default=7.0, help="after these, no measurement is begun")
    wanted.add_argument("--scale", choices=(*SCENES, "flow"), default="real", help="flow: see `benchmarks.flow`")
    asked = wanted.parse_args()
    if asked.scale == "flow":
        flow.measure(argparse.Namespace(**vars(asked) | {"scale": "real", "rounds": 2, "count": 8, "models": ""}))
        return
    with _opened(asked) as bench:
        measure(bench)


def measure(bench: Bench) -> None:
    started = time.monotonic()
    cuda = bench.device.type == "cuda"
    bench.found = {
        "when": datetime.now(UTC).isoformat(timespec="minutes"),
        "device": torch.cuda.get_device_name() if cuda else platform.machine(),
        "cores": os.cpu_count(),
        "dtype": bench.dtype,
        "versions": {
            "python": platform.python_version(),
            "torch": torch.__version__,
            "cuda": torch.version.cuda,
            "cudnn": torch.backends.cudnn.version(),  # type: ignore[no-untyped-call]
            "diffusers": diffusers.__version__,
            "transformers": transformers.__version__,
        },
        "models": {name: scene.giant for name, scene in bench.scenes.items()},
        "peak": peak_flops(bench.device, getattr(torch, bench.dtype)),
        "failed": {},
        "left out": [],
    }
    took: dict[str, float] = {}
    for title, job in jobs(list(bench.scenes)):
        begun = time.monotonic()
        if begun + took.get(title.removesuffix(" again"), 0.0) > bench.until:
            bench.found["left out"].append(title)
            continue
        print(f"[{begun - started:5.0f} s] {title}", flush=True)
        try:
            job(bench)
        except Exception as error:  # noqa: BLE001 -- one measurement that fails must not cost the others
            traceback.print_exc()
            bench.note("failed", {title: f"{type(error).__name__}: {error}"[:300]})
        took[title] = time.monotonic() - begun
        bench.note("seconds", {title: took[title]})
    print(device_table(bench.found))
    bench.note("compiled", {giant: compiled(bench.loaded(giant).components.denoiser) for giant, _ in bench.engines})


if __name__ == "__main__":
    main()
