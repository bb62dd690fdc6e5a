"""`python -m benchmarks`: the step loop against stock diffusers, interleaved in one process.

Ratios are taken within each round, so what else the machine does meanwhile falls on all alike; the table has their
medians. Results go to `benchmarks/results/NAME.json`, `.md` and `.png`.
"""

import argparse
import json
import os
import platform
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import diffusers
import torch

from benchmarks.measure import KINDS, Engine, Work, peak_flops, peak_memory
from benchmarks.peers import Stock
from benchmarks.report import plots, table
from benchmarks.workloads import WORKLOADS, Setting, saturated
from inference.caps import KneeFile
from inference.devices import choose_device, cores
from inference.looping import LoopBackend

RESULTS = Path(__file__).with_name("results")


def main() -> None:
    """Measure what the arguments say."""
    asked = _arguments()
    with tempfile.TemporaryDirectory() as folder:
        found = _measure(asked, Path(folder))
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / asked.name
    path.with_suffix(".json").write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    path.with_suffix(".md").write_text(table(found), encoding="utf-8")
    plots(found, path.with_suffix(".png"))
    print(table(found))


def _arguments() -> argparse.Namespace:
    wanted = argparse.ArgumentParser(description=__doc__)
    wanted.add_argument("--name", default="cpu", help="of the files in benchmarks/results")
    wanted.add_argument("--model", default="pocket", help="as in the service: an id or a folder in diffusers' layout")
    wanted.add_argument("--device", default="auto")
    wanted.add_argument(
        "--dtypes", default="bfloat16,float32", help="number formats; ours runs in the first one only"
    )
    wanted.add_argument("--peers", default="stock", help=f"stock, and of {', '.join(KINDS)}")
    wanted.add_argument("--workloads", default=",".join(WORKLOADS))
    wanted.add_argument("--side", type=int, default=256, help="pixels along a side of the usual picture")
    wanted.add_argument("--grid", default="8,10,12", help="steps that requests choose from")
    wanted.add_argument("--guidance", default="1.5,3", help="guidance scales that requests choose from")
    wanted.add_argument("--count", type=int, default=8, help="requests per workload")
    wanted.add_argument("--rounds", type=int, default=3)
    return wanted.parse_args()


def _measure(asked: argparse.Namespace, folder: Path) -> dict[str, Any]:
    device = choose_device(asked.device)
    dtypes = asked.dtypes.split(",")
    knees = KneeFile(folder / "rows.json")
    ours = Engine.open("pentimento", asked.model, asked.device, dtypes[0], knees)
    peers = [
        Engine.open(kind, asked.model, asked.device, dtype, knees)
        for kind in asked.peers.split(",")
        for dtype in dtypes
    ]
    setting = Setting(
        folder=folder,
        model=asked.model,
        side=asked.side,
        grid=tuple(int(each) for each in asked.grid.split(",")),
        guidance=tuple(float(each) for each in asked.guidance.split(",")),
        count=asked.count,
    )
    for engine in (ours, *peers):
        engine.run(saturated(setting)[:2])  # kernels are chosen, and caches filled, in first calls
    rate = peers[0].run(saturated(setting)).summary()["images_per_s"]
    setting = Setting(**{name: getattr(setting, name) for name in Setting.__slots__ if name != "rate"}, rate=rate)
    backend = cast(LoopBackend, ours.backend)
    work = Work.of(next(each.backend.pipeline for each in peers if isinstance(each.backend, Stock)), asked.side)
    easel = backend.easel
    assert easel is not None
    peak = peak_flops(device, easel.parts.dtype)
    load = []
    rounds: dict[str, list[dict[str, dict[str, float]]]] = {name: [] for name in asked.workloads.split(",")}
    for _ in range(asked.rounds):
        for name, kept in rounds.items():
            asks = WORKLOADS[name](setting)
            measured = {}
            for engine in (ours, *peers):
                easel.parts.pictures.clear()  # a picture that comes twice within a workload is remembered, no other
                easel.parts.words.clear()
                outcome = engine.run(asks)
                measured[engine.name] = outcome.summary()
                if name != "mixed sizes":
                    share = work.of_asks(asks, outcome.steps) / outcome.seconds / peak
                    measured[engine.name]["utilisation"] = share
            kept.append(measured)
            load.append(os.getloadavg()[0])
    return {
        "when": datetime.now(UTC).isoformat(timespec="minutes"),
        "device": backend.device,
        "processor": platform.processor() or platform.machine(),
        "cores": cores(),
        "threads": torch.get_num_threads(),
        "load": [min(load), max(load)],
        "versions": {
            "python": platform.python_version(),
            "torch": torch.__version__,
            "diffusers": diffusers.__version__,
        },
        "model": asked.model,
        "setting": {name: getattr(asked, name) for name in ("side", "grid", "guidance", "count", "rounds")},
        "slots": backend.slots,
        "peak_gflops": peak / 1e9,
        "peak_memory_mib": peak_memory(device),
        "rounds": rounds,
    }


if __name__ == "__main__":
    main()
