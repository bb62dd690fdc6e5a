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
    setting = ", ".join(f"{name} {value}" for name, value in found["setting"].items())
    low, high = found["load"]
    about = (
        f"{found['when']}; {found['processor']}, {found['cores']} cores, {found['threads']} for torch; {versions}; "
        f"{setting}; {found['slots']} slots. Load average meanwhile {low:.1f} to {high:.1f}; memory "
        f"{found['peak_memory_mib']:.0f} MiB with all engines in one process. Utilisation is of the "
        f"{found['peak_gflops']:.0f} GFLOP/s that one large matrix product reached. The last two columns are the "
        "median ratio of the rounds and its range; where other programs share the machine, the one by processor time "
        "is the one to trust."
    )
    lines = [
        f"# {found['model']} on {found['device']}",
        "",
        about,
        "",
        f"| workload | engine | {' | '.join(COLUMNS.values())} | ours is faster by the clock | by processor time |",
        f"|---|---|{'---|' * len(COLUMNS)}---|---|",
    ]
    for workload, rounds in found["rounds"].items():
        ours, *_ = engines = list(rounds[0])
        for engine in engines:
            numbers = [medians(rounds, engine, number) for number in COLUMNS]
            cells = ["" if each is None else f"{each:.3g}" for each in numbers]
            by_clock, by_processor = "", ""
            if engine != ours:
                by_clock = _in_words(ratios(rounds, "images_per_s", ours, engine))
                by_processor = _in_words(ratios(rounds, "processor_s", engine, ours))
            lines.append(f"| {workload} | {engine} | {' | '.join(cells)} | {by_clock} | {by_processor} |")
    return "\n".join(lines) + "\n"


def plots(found: dict[str, Any], path: Path) -> None:
    """Throughput beside the latency that one in twenty exceeds."""
    workloads = list(found["rounds"])
    engines = list(found["rounds"][workloads[0]][0])
    figure, axes = plt.subplots(1, 2, figsize=(12, 0.5 * len(workloads) * len(engines) / 2 + 1.5), sharey=True)
    thick = 0.8 / len(engines)
    for axis, number, title in zip(
        axes, ("images_per_s", "p95_s"), ("images per second", "p95, seconds"), strict=True
    ):
        for place, engine in enumerate(engines):
            lengths = [medians(found["rounds"][workload], engine, number) or 0.0 for workload in workloads]
            axis.barh([row + place * thick for row in range(len(workloads))], lengths, thick, label=engine)
        axis.set_title(title)
        axis.set_yticks([row + 0.4 - thick / 2 for row in range(len(workloads))], workloads)
        axis.grid(axis="x", alpha=0.3)
    axes[0].invert_yaxis()
    axes[1].legend()
    figure.suptitle(f"{found['model']} on {found['device']}")
    figure.tight_layout()
    figure.savefig(path, dpi=110)
    plt.close(figure)
