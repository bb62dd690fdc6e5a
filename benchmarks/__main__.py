"""`python -m benchmarks`: the step loop against stock diffusers and others, interleaved in one process.

Ratios are taken within each round, so what else the machine does meanwhile falls on all alike; the table has their
medians. Results go to `benchmarks/results/NAME.json`, `.md` and `.png`.
"""

import argparse
import json
import os
import platform
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import diffusers
import torch

from benchmarks import previews
from benchmarks.giants import GIANTS, folder_of, standing_in
from benchmarks.measure import Engine, Work
from benchmarks.peers import Stock, has_stream
from benchmarks.report import plots, table
from benchmarks.workloads import WORKLOADS, Setting, saturated
from benchmarks.yardsticks import Watermark, peak_flops
from inference.backends.batched import LoopBackend
from inference.batching.batch_size import RowCountFile
from inference.models.devices import choose_device, choose_dtype, cores
from inference.processes.child import KEEPS_KERNELS

RESULTS = Path(__file__).with_name("results")

TURBO = ("turbo of 1 step", "turbo of 2 steps")
BATCHED = frozenset({"saturated", "uniform", *TURBO})
"""Workloads for which a static batch is tried: in the others no two requests that could share one wait together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A model, what it is asked for, and against which engines."""

    model: str
    setting: Setting
    workloads: tuple[str, ...]
    peers: tuple[tuple[str, str], ...]


def main() -> None:
    """Measure what the arguments say."""
    asked = _arguments()
    os.environ.update(KEEPS_KERNELS)  # for all engines, as in a worker; it is read when the first kernel is made
    device = choose_device(asked.device)
    found: dict[str, Any] = {
        "when": datetime.now(UTC).isoformat(timespec="minutes"),
        "processor": f"{torch.cpu.get_capabilities().get('cpu_name', '')} {platform.machine()}".strip(),
        "cores": cores(),
        "versions": {
            "python": platform.python_version(),
            "torch": torch.__version__,
            "diffusers": diffusers.__version__,
        },
        "rounds": asked.rounds,
        "peak_gflops": 0.0,
        "scenes": {},
    }
    with tempfile.TemporaryDirectory() as folder, standing_in(shared=lambda: False):
        for scene in _scenes(asked, Path(folder)):
            found["peak_gflops"] = max(found["peak_gflops"], _peak(device, asked) / 1e9)
            found["scenes"][scene.model] = _measure(scene, asked, device)
            found["threads"] = torch.get_num_threads()
            _write(found, RESULTS / asked.name)
    print(table(found))


def _write(found: dict[str, Any], path: Path) -> None:
    path.parent.mkdir(exist_ok=True)
    path.with_suffix(".json").write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    path.with_suffix(".md").write_text(table(found), encoding="utf-8")
    plots(found, path.with_suffix(".png"))


def _arguments() -> argparse.Namespace:
    wanted = argparse.ArgumentParser(description=__doc__)
    wanted.add_argument("--name", default="cpu", help="of the files in benchmarks/results")
    wanted.add_argument("--model", default="pocket", help="as in the service: an id or a folder in diffusers' layout")
    wanted.add_argument("--device", default="auto")
    wanted.add_argument(
        "--dtypes",
        default="auto",
        help="number formats; ours runs in the first one only; auto is what is fast here, as the engine chooses "
        "it, then float32",
    )
    wanted.add_argument("--workloads", default=",".join(WORKLOADS))
    wanted.add_argument("--side", type=int, default=256, help="pixels along a side of the usual picture")
    wanted.add_argument("--grid", default="8,10,12", help="steps that requests choose from")
    wanted.add_argument("--guidance", default="1.5,3", help="guidance scales that requests choose from")
    wanted.add_argument("--count", type=int, default=8, help="requests per workload")
    wanted.add_argument("--rounds", type=int, default=3)
    asked = wanted.parse_args()
    if asked.dtypes == "auto":
        fast = str(choose_dtype("auto", choose_device(asked.device))).removeprefix("torch.")
        asked.dtypes = ",".join(dict.fromkeys((fast, "float32")))  # bfloat16 is emulated on many processors
    return asked


def _peak(device: torch.device, asked: argparse.Namespace) -> float:
    return peak_flops(device, getattr(torch, asked.dtypes.split(",")[0]))


def _scenes(asked: argparse.Namespace, folder: Path) -> Iterator[Scene]:
    dtypes = asked.dtypes.split(",")
    wanted = asked.workloads.split(",")
    setting = Setting(
        folder=folder,
        model=asked.model,
        side=asked.side,
        grid=tuple(int(each) for each in asked.grid.split(",")),
        guidance=tuple(float(each) for each in asked.guidance.split(",")),
        count=asked.count,
    )
    usual = tuple(name for name in wanted if name not in TURBO)
    stock = tuple(("stock", dtype) for dtype in dtypes)
    batch = (("static batch", dtypes[0]),)
    if usual:
        yield Scene(model=asked.model, setting=setting, workloads=usual, peers=stock + batch)
    turbo = tuple(name for name in wanted if name in TURBO)
    for giant in ("quarter-turbo", "quarter-turbo-tiny") if turbo else ():
        yield Scene(
            model=giant,
            setting=replace(setting, model=str(folder_of(giant, folder)), side=GIANTS[giant].side),
            workloads=turbo,
            peers=stock[:1] + batch + ((("stream", dtypes[0]),) if has_stream() else ()),
        )


def _measure(scene: Scene, asked: argparse.Namespace, device: torch.device) -> dict[str, Any]:
    setting = scene.setting
    knees = RowCountFile(setting.folder / "rows.json")
    ours = Engine.open("pentimento", setting.model, asked.device, asked.dtypes.split(",")[0], knees)
    peers = [Engine.open(kind, setting.model, asked.device, dtype, knees) for kind, dtype in scene.peers]
    for engine in (ours, *peers):  # kernels are chosen, and caches filled, in first calls
        engine.run(WORKLOADS[scene.workloads[0]](setting)[:2])
    if any(name.startswith("arriving") for name in scene.workloads):
        setting = replace(setting, rate=peers[0].run(saturated(setting)).summary()["images_per_s"])
    backend = cast(LoopBackend, ours.backend)
    work = Work.of(cast(Stock, peers[0].backend).pipeline, setting.side)
    loaded = backend.loaded
    assert loaded is not None
    peak = _peak(device, asked)
    load = []
    rounds: dict[str, list[dict[str, dict[str, float]]]] = {name: [] for name in scene.workloads}
    for _ in range(asked.rounds):
        for name, kept in rounds.items():
            asks = WORKLOADS[name](setting)
            measured = {}
            for engine in (ours, *peers):
                if engine.name.startswith("static batch") and name not in BATCHED:
                    continue
                loaded.components.images.clear()  # within a workload a picture may come twice, no other
                loaded.components.prompts.clear()
                mark = Watermark(device)
                outcome = engine.run(asks)
                numbers = measured[engine.name] = outcome.summary()
                if (memory := mark.mib()) is not None:
                    numbers["peak_mib"] = memory
                if name != "mixed sizes":
                    numbers["utilisation"] = work.of_asks(asks, outcome.steps) / outcome.seconds / peak
            kept.append(measured)
            load.append(os.getloadavg()[0])
    return {
        "device": backend.device,
        "load": [min(load), max(load)],
        "setting": {name: getattr(setting, name) for name in ("side", "grid", "guidance", "count")},
        "slots": backend.slots,
        "rows": loaded.caps.knee,
        "previews": previews.cost(ours, setting) if "single" in scene.workloads else None,
        "rounds": rounds,
    }


if __name__ == "__main__":
    main()
