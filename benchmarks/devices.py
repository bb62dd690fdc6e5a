"""What 1 to 64 devices carry, and which part is the next to be short: a simulation, its inputs the measured costs.

    python -m benchmarks.devices [--minutes 60] [--cores 4 16]

Jobs come at random (a Poisson process), with one burst of five minutes at three times the rate. They pass stations in
turn, each first come first served: a core that reads the picture, the one core of the bot, the process that talks to
the Ray cluster if there are more devices than one machine has, a device, the chat. For each number of devices the
rate is chosen so that the devices are a quarter busy, and three quarters in the burst: if members wait long all the
same, something else is short. Results go to `benchmarks/results/devices.md`.
"""

import argparse
import heapq
import itertools
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

READ_SECONDS = 0.33
"""Of a core, for a JPEG of 12 megapixels as phones make them; 0.24 for one of a megapixel (`benchmarks.pictures`)."""

MOST_READING = 1000
"""Pictures that wait to be read, after which jobs are refused: `bot.uploads`."""

BOT_SECONDS = 0.0118
"""Of the bot's core, for a job from its acceptance to its last message, 1,000 members waiting (`benchmarks.load`)."""

DRIVER_SECONDS = 0.0155
"""Of a core, in the process that talks to the cluster, for a job at 512x512 (`benchmarks.machines`)."""

ONE_MACHINE = 8
"""Devices that a machine has at most."""

CHAT_SECONDS = 2 / 50
"""Discord takes 50 calls a second from a bot, and a job needs two at least (documented); it makes more, to show how
far it is, when there is room for them."""

PICTURES_A_SECOND = 6.0
"""Of a device; modelled, not measured: between 2.1 (SDXL at 1024 pixels) and 13.2 (Stable Diffusion 1.5 at 512)."""

MOST_WAIT = 600.0
"""Seconds of work in line after which jobs are refused: queue.max_minutes."""

RESULTS = Path(__file__).with_name("results")
BURST_SECONDS, BURST = 300.0, 3.0
COUNTS = (1, 2, 4, 8, 16, 32, 64)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What members met.

    Attributes:
        refused: share of jobs.
        median, late: seconds from a wish to its picture, half of them and 19 of 20.
        busy: share of the time that each station worked, outside of the burst's aftermath too.
    """

    refused: float
    median: float
    late: float
    busy: dict[str, float]


def arrivals(rate: float, seconds: float, chance: random.Random) -> Iterator[float]:
    """When jobs come: at `rate` a second, and three times that in a burst in the middle."""
    now = 0.0
    while True:
        burst = 0 <= now - seconds / 2 < BURST_SECONDS
        now += chance.expovariate(rate * (BURST if burst else 1.0))
        if now >= seconds:
            return
        yield now


def station(
    times: Sequence[float], servers: int, service: Callable[[], float], most_wait: float = float("inf")
) -> tuple[list[float | None], float]:
    """When each job leaves a station, None if it was refused there, and how long its servers worked in all."""
    free = [0.0] * servers
    ends: list[float | None] = []
    worked = 0.0
    for time in times:
        if free[0] - time > most_wait:
            ends.append(None)
            continue
        taken = service()
        worked += taken
        end = max(time, free[0]) + taken
        heapq.heapreplace(free, end)
        ends.append(end)
    return ends, worked


def simulate(devices: int, rate: float, *, seconds: float, cores: int, seed: int = 1) -> Outcome:
    """Members who ask `rate` times a second, and three times as often in the burst."""
    chance = random.Random(seed)
    jobs = [(begun, begun) for begun in arrivals(rate, seconds, chance)]
    asked = len(jobs)
    readers = max(1, cores - 1)
    drives = DRIVER_SECONDS if devices > ONE_MACHINE else 0.0
    stations: dict[str, tuple[int, Callable[[], float], float]] = {
        "reading": (readers, lambda: chance.expovariate(1 / READ_SECONDS), MOST_READING * READ_SECONDS / readers),
        "bot": (1, lambda: BOT_SECONDS, float("inf")),
        "driver": (1 if devices > ONE_MACHINE else devices, lambda: drives, float("inf")),
        "devices": (devices, lambda: chance.gammavariate(4.0, 1 / (4.0 * PICTURES_A_SECOND)), MOST_WAIT),
        "chat": (1, lambda: CHAT_SECONDS, float("inf")),
    }
    busy = {}
    for name, (servers, service, most_wait) in stations.items():
        jobs.sort(key=lambda job: job[1])
        ends, worked = station([now for _, now in jobs], servers, service, most_wait)
        span = max([seconds, *(end for end in ends if end is not None)])
        busy[name] = worked / (servers * span)
        jobs = [(begun, end) for (begun, _), end in zip(jobs, ends, strict=True) if end is not None]
    waits = sorted(end - begun for begun, end in jobs)
    return Outcome(1 - len(jobs) / asked, waits[len(waits) // 2], waits[int(0.95 * len(waits))], busy)


def ceilings(devices: int, cores: int) -> dict[str, float]:
    """Jobs a second that each station can carry for ever."""
    return {
        "reading": max(1, cores - 1) / READ_SECONDS,
        "bot": 1 / BOT_SECONDS,
        "driver": 1 / DRIVER_SECONDS if devices > ONE_MACHINE else float("inf"),
        "devices": devices * PICTURES_A_SECOND,
        "chat": 1 / CHAT_SECONDS,
    }


def report(cores: int, minutes: float) -> Iterator[str]:
    """The table for a machine of the bot with so many cores, and what is short first."""
    yield f"## {cores} cores\n"
    yield "| devices | jobs a second | refused | half within | 19 of 20 within | short first, at jobs a second |"
    yield "|---|---|---|---|---|---|"
    for devices in COUNTS:
        rate = devices * PICTURES_A_SECOND / 4
        outcome = simulate(devices, rate, seconds=60 * minutes, cores=cores)
        wall, at = min(ceilings(devices, cores).items(), key=lambda ceiling: ceiling[1])
        row = (
            f"{outcome.refused:.0%}",
            f"{outcome.median:.1f} s",
            f"{outcome.late:.1f} s",
            f"{wall}, {at:.0f}",
        )
        yield f"| {devices} | {rate:g} | {' | '.join(row)} |"
    walls = [min(ceilings(devices, cores).items(), key=lambda each: each[1])[0] for devices in COUNTS]
    for wall, group in itertools.groupby(zip(COUNTS, walls, strict=True), key=lambda pair: pair[1]):
        counts = [devices for devices, _ in group]
        yield f"\nFrom {counts[0]} to {counts[-1]} devices: {wall} is short first."
    yield ""


def main() -> None:
    """Simulate, say and keep."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.devices")
    parser.add_argument("--minutes", type=float, default=60.0, help="that are simulated")
    parser.add_argument("--cores", type=int, nargs="+", default=[4, 16], help="processor cores of the bot's machine")
    asked = parser.parse_args()
    inputs = (
        f"Seconds of a core: {READ_SECONDS:g} to read a picture, {BOT_SECONDS:g} of the bot, {DRIVER_SECONDS:g} of "
        f"the process that talks to a cluster of more than {ONE_MACHINE} devices; {PICTURES_A_SECOND:g} pictures a "
        f"second of a device (modelled); {1 / CHAT_SECONDS:g} jobs a second of the chat."
    )
    lines = ["# 1 to 64 devices, simulated", "", inputs, ""]
    for cores in asked.cores:
        lines += report(cores, asked.minutes)
    text = "\n".join(lines)
    RESULTS.joinpath("devices.md").write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
