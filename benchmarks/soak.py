"""`python -m benchmarks.soak --minutes 20`: mixed work of 40 members, with faults, and what is left of it.

Jobs, sweeps, presses, stops, deletions and members who are forgotten, on a chat that is busy at every tenth message.
Figures go to `benchmarks/results/soak.md`.
"""

import argparse
import asyncio
import os
import random
import tempfile
import time
from array import array
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median, quantiles

from benchmarks.bench_bot import keep, quiet, service, until, watched, who, wish
from benchmarks.goals import Goal
from bot.domain.access import Asker
from bot.domain.actions import Press, Verb
from bot.domain.errors import UserError
from bot.domain.ids import JobId, generation_id
from bot.domain.request import Action
from bot.lifecycle import Core
from bot.system import settle_in
from tests.builders.requests import png

_ACTS = ("ask", "ask", "ask", "sweep", "press", "cancel", "delete", "status", "forget")
_NOT_NEEDED, _NOT_THERE = "pictures on the disk that no job needs", "pictures that a job needs and are not there"
_PICTURES = tuple(png(colour) for colour in ("red", "green", "blue", "teal"))


@dataclass(slots=True)
class _Members:
    """What they have asked for lately."""

    chance: random.Random = field(default_factory=lambda: random.Random(2))
    jobs: deque[tuple[int, JobId]] = field(default_factory=lambda: deque(maxlen=200))

    async def act(self, core: Core, act: str) -> None:
        """One of them does something."""
        member = self.chance.randrange(40)
        owner, job = self.chance.choice(self.jobs) if self.jobs else (member, JobId("x" * 22))
        match act:
            case "ask" | "sweep":
                action = Action.SWEEP if act == "sweep" else Action.IMG2IMG
                receipt = await core.service.submit(wish(member, self.chance.choice(_PICTURES), action=action))
                self.jobs.append((member, receipt.job.id))
            case "press":
                asked = wish(member, b"")
                pressed = Press(
                    verb=Verb.REROLL,
                    generation=generation_id(job, 0),
                    by=Asker(requester=who(owner)),
                    reply_to=asked.reply_to,
                    event_id=asked.event_id,
                )
                receipt = await core.service.press(pressed)
                self.jobs.append((owner, receipt.job.id))
            case "cancel":
                await core.service.removal.cancel(job, by=Asker(requester=who(owner)))
            case "delete":
                await core.service.removal.delete(generation_id(job, 0), by=Asker(requester=who(owner)))
            case "status":
                await core.service.status(who(member))
            case _ if self.chance.random() < 0.1:
                await core.service.removal.forget(who(member))


async def soak(folder: Path, minutes: float) -> dict[str, float]:
    """Work for so long, then let everything come to its end."""
    members = _Members()
    counts: dict[str, float] = {}
    waits = array("d")
    async with service(folder, busy=0.1) as (core, engine, chat), watched() as lag:
        end = time.perf_counter() + minutes * 60
        began, memory, samples = time.process_time(), _memory(), [_memory()]
        while time.perf_counter() < end:
            act = members.chance.choice(_ACTS)
            start = time.perf_counter()
            with suppress(UserError):
                await members.act(core, act)
            waits.append((time.perf_counter() - start) * 1000)
            counts[act] = counts.get(act, 0) + 1
            if len(waits) % 200 == 0:
                engine.requests.clear()  # the stand-in keeps them
                samples.append(_memory())
            await asyncio.sleep(0.02)

        async def over() -> bool:
            return not len(core.queue) and not await core.store.deliveries()

        await until(over, pause=0.1)
        needed = await core.store.referenced_images()
        kept = _on_disk(folder)
        return {
            "minutes": minutes,
            "operations": len(waits),
            **counts,
            "jobs shown to their end": core.delivery.ended.total(),
            "messages written": chat.written,
            "ms CPU per operation": (time.process_time() - began) * 1000 / len(waits),
            "ms per operation, median": median(waits),
            "ms per operation, 99 of 100": quantiles(waits, n=100)[98],
            **lag.figures,
            "MiB at the start": memory,
            "MiB in the middle": samples[len(samples) // 2],
            "MiB at the end": _memory(),
            "MiB more in the last quarter": max(0.0, _quarter(samples, 3) - _quarter(samples, 2)),
            "descriptors at the end": _descriptors(),
            _NOT_NEEDED: len(kept - needed),
            _NOT_THERE: len(needed - kept),
        }


def _quarter(samples: Sequence[float], which: int) -> float:
    """The median of a quarter of the samples, 0 to 3; some of which are there."""
    length = len(samples)
    return median(samples[length * which // 4 : length * (which + 1) // 4] or samples[-1:])


def _on_disk(folder: Path) -> set[str]:
    return {file.name for file in (folder / "images" / "kept").glob("??/*")}


def _descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def _memory() -> float:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def main() -> None:
    """Measure what the arguments say."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.soak")
    parser.add_argument("--minutes", type=float, default=20.0)
    asked = parser.parse_args()
    settle_in()
    quiet()
    with tempfile.TemporaryDirectory() as folder:
        found = asyncio.run(soak(Path(folder), asked.minutes))
    goals = [
        Goal("ms CPU in one piece at most", found["ms CPU in one piece at most"], 50),
        Goal("MiB more in the last quarter than in the one before", found["MiB more in the last quarter"], 2),
        *(Goal(what, found[what], 0) for what in (_NOT_NEEDED, _NOT_THERE)),
    ]
    raise SystemExit(not keep("soak", {"Soak": found}, goals))


if __name__ == "__main__":
    main()
