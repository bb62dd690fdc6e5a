"""What is asked of the engines: the same requests, pictures and moments for each of them.

Strengths are such that `steps * strength` is whole, so that all do the same steps: stock leaves the rest of a
strength out, which would only make it look faster.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from PIL import Image

from inference.api import Img2ImgRequest

PROMPTS = ("an oil painting", "a pencil sketch", "stained glass", "night, moonlit", "a watercolor of a harbour")


@dataclass(frozen=True, slots=True)
class Ask:
    """A request and when it comes, in seconds after the first. One with `after` comes when that one has ended."""

    request: Img2ImgRequest
    at: float = 0.0
    after: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What the workloads are made for.

    Attributes:
        side: pixels of the usual picture.
        grid: steps that requests choose from.
        guidance: scales that requests choose from.
        rate: requests per second that the stock engine can serve, measured before.
    """

    folder: Path
    model: str
    side: int
    grid: tuple[int, ...]
    guidance: tuple[float, ...]
    count: int
    rate: float = 1.0

    def source(self, seed: int, side: int) -> Path:
        """Smooth shapes, different for each seed."""
        path = self.folder / f"source-{seed}-{side}.png"
        if not path.exists():
            patches = np.random.default_rng(seed).integers(0, 256, (12, 12, 3), dtype=np.uint8)
            Image.fromarray(patches).resize((side, side), Image.Resampling.BICUBIC).save(path)
        return path

    def ask(
        self, name: str, choice: random.Random, *, side: int = 0, at: float = 0.0, part: float | None = None
    ) -> Ask:
        """A request; `part` of its grid is run, or what the choice says."""
        steps = choice.choice(self.grid)
        run = max(1, round(steps * (choice.uniform(0.2, 0.95) if part is None else part)))
        request = Img2ImgRequest(
            id=name,
            source=self.source(choice.randrange(1000), side or self.side),
            output=self.folder / f"{name}.png",
            prompt=choice.choice(PROMPTS),
            strength=min(run, steps - 1) / steps,
            steps=steps,
            guidance_scale=choice.choice(self.guidance),
            seed=choice.randrange(2**32),
            model=self.model,
        )
        return Ask(request, at)


def saturated(setting: Setting) -> list[Ask]:
    """All at once: the most pictures per second."""
    choice = random.Random(1)
    return [setting.ask(f"saturated-{number}", choice) for number in range(setting.count)]


def uniform(setting: Setting) -> list[Ask]:
    """All at once and all with the same steps, strength and guidance: what a batch of requests can be made of."""
    choice = random.Random(7)
    alike = replace(setting, grid=setting.grid[:1], guidance=setting.guidance[:1])
    return [alike.ask(f"uniform-{number}", choice, part=0.5) for number in range(setting.count)]


def mixed_sizes(setting: Setting) -> list[Ask]:
    """All at once, in three sizes: 60, 30 and 10 %."""
    choice = random.Random(2)
    sides = [setting.side] * 6 + [setting.side * 3 // 2] * 3 + [setting.side * 2]
    return [setting.ask(f"sizes-{number}", choice, side=sides[number * 7 % 10]) for number in range(setting.count)]


def arriving(load: float) -> Callable[[Setting], list[Ask]]:
    """One after the other at random, at `load` times what stock can serve."""

    def asks(setting: Setting) -> list[Ask]:
        choice = random.Random(3)
        at = 0.0
        made = []
        for number in range(setting.count):
            made.append(setting.ask(f"arriving-{number}", choice, at=at))
            at += choice.expovariate(load * setting.rate)
        return made

    return asks


def sweep(setting: Setting) -> list[Ask]:
    """One picture at four strengths."""
    base = setting.ask("sweep", random.Random(4)).request
    steps = setting.grid[-1]
    parts = (0.25, 0.45, 0.65, 0.85)
    return [
        Ask(
            replace(
                base,
                id=f"sweep-{place}",
                output=setting.folder / f"sweep-{place}.png",
                strength=round(part * steps) / steps,
                steps=steps,
            )
        )
        for place, part in enumerate(parts)
    ]


def chain(setting: Setting) -> list[Ask]:
    """Four edits, each of the result before it: batching cannot help."""
    choice = random.Random(5)
    made: list[Ask] = []
    for number in range(4):
        request = setting.ask(f"chain-{number}", choice, part=0.5).request
        before = made[-1].request if made else None
        source = before.output if before else request.source
        made.append(Ask(replace(request, source=source), after=before.id if before else ""))
    return made


def single(setting: Setting) -> list[Ask]:
    """One request on an idle engine."""
    return [setting.ask("single", random.Random(6), part=0.5)]


def turbo(run: int) -> Callable[[Setting], list[Ask]]:
    """All at once, without guidance, each of so many steps."""

    def asks(setting: Setting) -> list[Ask]:
        choice = random.Random(8)
        alike = replace(setting, grid=(2 * run,), guidance=(1.0,))
        return [alike.ask(f"turbo-{run}-{number}", choice, part=0.5) for number in range(setting.count)]

    return asks


WORKLOADS: dict[str, Callable[[Setting], list[Ask]]] = {
    "saturated": saturated,
    "uniform": uniform,
    "mixed sizes": mixed_sizes,
    "arriving at 0.8": arriving(0.8),
    "arriving at 1.1": arriving(1.1),
    "sweep of 4": sweep,
    "chain of 4": chain,
    "single": single,
    "turbo of 1 step": turbo(1),
    "turbo of 2 steps": turbo(2),
}
