"""Measured rounds as a table and as a picture."""

from pathlib import Path
from statistics import median
from typing import Any

import matplotlib as mpl

mpl.use("agg")

import matplotlib.pyplot as plt

COLUMNS = {
    "images_per_s": "images/s",
    "p50_s": "p50 s",
    "p95_s": "p95 s",
    "first_s": "first s",
    "last_s": "last s",
    "utilisation": "utilisation",
    "peak_mib": "MiB at most",
    "processor_s": "processor s/image",
}


def medians(rounds: list[dict[str, dict[str, float]]], engine: str, number: str) -> float | None:
    """Over the rounds."""
    found = [measured[engine][number] for measured in rounds if number in measured[engine]]
    return median(found) if found else None


def ratios(rounds: list[dict[str, dict[str, float]]], number: str, over: str, under: str) -> list[float]:
    """One engine's number in terms of another's, by round, from least to most."""
    return sorted(measured[over][number] / measured[under][number] for measured in rounds)


def _in_words(times: list[float]) -> str:
    return f"**{median(times):.2f}** ({times[0]:.2f} to {times[-1]:.2f})"


def table(found: dict[str, Any]) -> str:
    """Markdown."""
    versions = ", ".join(f"{name} {version}" for name, version in found["versions"].items())
    devices = dict.fromkeys(scene["device"] for scene in found["scenes"].values())
    where = (
        f"{found['when']}; {found['processor']}, {found['cores']} cores, {found['threads']} for torch; {versions}; "
        f"{found['rounds']} rounds."
    )
    about = (
        f"Medians over the rounds. Utilisation is of the {found['peak_gflops']:.0f} GFLOP/s that one large matrix "
        "product reached. *MiB at most* is the memory that a workload took above that of the loaded models. The last "
        "two columns are the median ratio of the rounds and its range; where other programs share the machine, the "
        "one by processor time is the one to trust."
    )
    lines = [f"# On {', '.join(devices)}", "", where, "", about, ""]
    for model, scene in found["scenes"].items():
        lines += [*_scene(model, scene), ""]
    return "\n".join(lines)


def _scene(model: str, scene: dict[str, Any]) -> list[str]:
    setting = ", ".join(f"{name} {value}" for name, value in scene["setting"].items())
    low, high = scene["load"]
    previews = scene.get("previews")
    lines = [
        f"## {model}",
        "",
        f"{setting}; {scene['slots']} slots, {scene['rows']} rows at the working area; load average meanwhile "
        f"{low:.1f} to {high:.1f}."
        + ("" if previews is None else f" Previews add {100 * previews:.1f} % to a single request's processor time."),
        "",
        f"| workload | engine | {' | '.join(COLUMNS.values())} | ours is faster by the clock | by processor time |",
        f"|---|---|{'---|' * len(COLUMNS)}---|---|",
    ]
    for workload, rounds in scene["rounds"].items():
        ours, *_ = engines = list(rounds[0])
        for engine in engines:
            numbers = [medians(rounds, engine, number) for number in COLUMNS]
            cells = ["" if each is None else f"{each:.3g}" for each in numbers]
            by_clock, by_processor = "", ""
            if engine != ours:
                by_clock = _in_words(ratios(rounds, "images_per_s", ours, engine))
                by_processor = _in_words(ratios(rounds, "processor_s", engine, ours))
            lines.append(f"| {workload} | {engine} | {' | '.join(cells)} | {by_clock} | {by_processor} |")
    return lines


def device_table(found: dict[str, Any]) -> str:
    """Markdown of what `benchmarks.gpu` found."""
    versions = ", ".join(f"{name} {version}" for name, version in found["versions"].items())
    about = (
        f"{found['when']}; {found['cores']} cores; {versions}. One large matrix product reached "
        f"{found['peak'] / 1e12:.0f} TFLOP/s, of which utilisation in the second table is a share. Medians of the "
        "rounds; ratios are taken within a round, with their range."
    )
    lines = [
        f"# {found['device']}, {found['dtype']}, random weights",
        "",
        about,
        "",
        "## Calls of the UNet alone",
        "",
        "| call | ours ms | stock ms | GFLOP | of 790 TFLOP/s |",
        "|---|---|---|---|---|",
    ]
    for call, numbers in found.get("calls", {}).items():
        cells = [numbers.get(key) for key in ("ours ms", "stock ms", "GFLOP", "share of 790 TFLOP/s")]
        lines.append(f"| {call} | {' | '.join('' if each is None else f'{each:.3g}' for each in cells)} |")
    lines += ["", "## Requests", ""]
    lines += [f"| workload | engine | rounds | {' | '.join(COLUMNS.values())} | ours is faster |"]
    lines += [f"|---|---|---|{'---|' * len(COLUMNS)}---|"]
    for scene, workloads in found.get("scenes", {}).items():
        for workload, rounds in workloads.items():
            for engine in dict.fromkeys(engine for measured in rounds for engine in measured):
                held = [measured for measured in rounds if engine in measured]
                numbers = [medians(held, engine, number) for number in COLUMNS]
                cells = ["" if each is None else f"{each:.3g}" for each in numbers]
                ours = "" if engine == "pentimento" else _in_words(ratios(held, "images_per_s", "pentimento", engine))
                lines.append(f"| {scene}, {workload} | {engine} | {len(held)} | {' | '.join(cells)} | {ours} |")
    lines += ["", "## Besides", ""]
    for about in (
        "rows in a call",
        "autoencoder ms",
        "compiled",
        "seconds to open",
        "seconds to capture",
        "MiB held after each 100 requests",
        "failed",
    ):
        lines += [f"- {about}, {name}: {_short(number)}" for name, number in found.get(about, {}).items()]
    lines += (
        [f"- most memory: {found['memory']:.0f} MiB, of all engines and models together"] if "memory" in found else []
    )
    lines += [f"- not measured, the time was up: {', '.join(found['left out'])}"] if found.get("left out") else []
    return "\n".join(lines) + "\n"


def _short(number: Any) -> str:
    if isinstance(number, list):
        return ", ".join(_short(each) for each in number)
    return f"{number:.4g}" if isinstance(number, float) else str(number)


def plots(found: dict[str, Any], path: Path) -> None:
    """Throughput beside the latency that one in twenty exceeds, for each workload of each model."""
    workloads = {
        f"{workload}\n{model}": rounds
        for model, scene in found["scenes"].items()
        for workload, rounds in scene["rounds"].items()
    }
    engines = list(dict.fromkeys(engine for rounds in workloads.values() for engine in rounds[0]))
    figure, axes = plt.subplots(1, 2, figsize=(12, 0.2 * len(workloads) * len(engines) + 1.5), sharey=True)
    thick = 0.85 / len(engines)
    for axis, number, title in zip(
        axes, ("images_per_s", "p95_s"), ("images per second", "p95, seconds"), strict=True
    ):
        for place, engine in enumerate(engines):
            lengths = [
                medians([measured for measured in rounds if engine in measured], engine, number) or 0.0
                for rounds in workloads.values()
            ]
            axis.barh([row + place * thick for row in range(len(workloads))], lengths, thick, label=engine)
        axis.set_title(title)
        axis.set_yticks([row + 0.4 for row in range(len(workloads))], list(workloads))
        axis.grid(axis="x", alpha=0.3)
    axes[0].invert_yaxis()
    axes[1].legend()
    figure.tight_layout()
    figure.savefig(path, dpi=110)
    plt.close(figure)
