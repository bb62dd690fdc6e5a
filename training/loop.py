"""The training loop both networks share: a budget, checkpoints, an average of the weights."""

import copy
import json
import math
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from training.muon import Muon
from training.replicas import Meetings, rank


@dataclass(frozen=True)
class LoopSettings:
    """`hold` is the budget's share before the decay starts. Without `steps` only the time counts.

    On a processor the minutes are those that the training's own thread worked: time for which another program had
    the processor is no training. On a GPU they are the clock's.
    """

    learning_rate: float
    minutes: float
    steps: int | None = None
    warmup: int = 100
    hold: float = 0.0
    floor: float = 1e-5
    average: float = 0.998
    clip: float = 1.0
    seed: int = 0
    report_every: int = 50
    save_every_s: float = 150.0
    average_every_s: float = 20.0  # if several processes train together
    batch: int = 1  # examples a step, for the speed that is shown

    def rate(self, step: int, share: float) -> float:
        """Learning rate: linear warm-up, a plateau, a cosine down to the floor at share 1 of the budget."""
        decay = max(0.0, (share - self.hold) / (1 - self.hold))
        warm = min(1.0, (step + 1) / self.warmup)
        return self.learning_rate * warm * (0.5 + 0.5 * math.cos(math.pi * decay)) + self.floor


@dataclass(frozen=True)
class Report:
    step: int
    seconds: float
    metrics: dict[str, float]


# Draws its batch from the two generators (the second one on the network's device) and returns the loss and
# what is to be shown of it, as scalars that stay on the device: reading one would make the device wait.
LossFunction = Callable[[np.random.Generator, torch.Generator], tuple[Tensor, dict[str, Tensor]]]


def _means(recent: list[dict[str, Tensor]]) -> dict[str, float]:
    """Of every metric over the steps that have it: a batch need not hold examples of each kind."""
    names = {name: None for entry in recent for name in entry}
    means = {}
    for name in names:
        values = torch.stack([entry[name].detach().float() for entry in recent if name in entry])
        means[name] = float(values.mean() if name == "loss" else values.nanmean())
    return means


class Loop:
    """Trains `network` in place; `average` is the exponential mean of its weights, the one that ships."""

    def __init__(self, network: nn.Module, settings: LoopSettings, checkpoint: Path) -> None:
        self.network, self.settings, self.checkpoint = network, settings, checkpoint
        self.device = next(network.parameters()).device
        self.average = copy.deepcopy(network).eval().requires_grad_(requires_grad=False)
        self.optimiser = Muon(network.named_parameters())
        self._clock = time.thread_time if self.device.type == "cpu" else time.monotonic
        self.step, self.seconds = 0, 0.0
        self.reports: list[Report] = []
        if checkpoint.exists():
            self._load()

    @property
    def share(self) -> float:
        """Of the budget, how much is spent: in [0, 1]."""
        spent = self.seconds / (self.settings.minutes * 60)
        if self.settings.steps is not None:
            spent = max(spent, self.step / self.settings.steps)
        return min(1.0, spent)

    def run(self, loss_function: LossFunction) -> list[Report]:
        """Until the budget is spent."""
        saved, before = time.monotonic(), self._clock()
        recent: list[dict[str, Tensor]] = []
        meetings = Meetings(self.settings.average_every_s)
        together = True
        while self.share < 1 or not together:
            recent.append(self._train_step(loss_function))
            now = self._clock()
            self.seconds += now - before
            before = now
            together, self.seconds = meetings.attend(self.optimiser.parameters, self.seconds)
            if self.step % self.settings.report_every == 0 or (self.share >= 1 and together):
                self.reports.append(Report(self.step, round(self.seconds, 1), _means(recent)))
                recent = []
                self._go_back_if_lost()
                if time.monotonic() - saved > self.settings.save_every_s:
                    self.save()
                    saved = time.monotonic()
            self._show()
        self.save()
        return self.reports

    def _train_step(self, loss_function: LossFunction) -> dict[str, Tensor]:
        # Random numbers depend on the step and the replica alone, so a resumed run goes on as if it had not
        # stopped.
        place = (self.settings.seed, self.step, rank())
        numbers = np.random.default_rng(place)
        noise = torch.Generator(self.device)
        noise.manual_seed(int(np.random.default_rng([*place, 1]).integers(2**62)))
        self.network.train()
        loss, metrics = loss_function(numbers, noise)
        loss.backward()  # type: ignore[no-untyped-call]
        norm = nn.utils.clip_grad_norm_(self.optimiser.parameters, self.settings.clip)
        self.optimiser.step(self.settings.rate(self.step, self.share))
        self.optimiser.zero_grad()
        self.step += 1
        # A young average would remember the random start for too long.
        decay = min(self.settings.average, (self.step + 1) / (self.step + 20))
        with torch.no_grad():
            torch._foreach_lerp_(list(self.average.parameters()), list(self.network.parameters()), 1 - decay)
        return {"loss": loss.detach(), **metrics, "gradient": norm}

    def _go_back_if_lost(self) -> None:
        """A loss that is no number stays none: take the last saved weights and go on from this step."""
        if math.isfinite(self.reports[-1].metrics["loss"]):
            return
        step, seconds, reports = self.step, self.seconds, self.reports
        if not self.checkpoint.exists():
            raise RuntimeError(f"The loss is no number by step {step}, and nothing was saved before: lower the rate.")
        print(f"step {step}: the loss is no number, going back to the saved weights", file=sys.stderr, flush=True)
        self._load()
        self.step, self.seconds, self.reports = step, seconds, reports

    def _show(self) -> None:
        if not self.reports or rank() > 0:
            return
        report = self.reports[-1]
        if not sys.stderr.isatty() and (self.step != report.step):
            return
        share = max(self.share, 1e-6)
        left = self.seconds * (1 - share) / share
        bar = "#" * int(20 * share)
        values = " ".join(f"{name} {value:.4f}" for name, value in report.metrics.items())
        pace = self.step * self.settings.batch / max(self.seconds, 1e-6)
        line = f"[{bar:<20}] {share:4.0%} step {self.step} {values} {pace:.0f}/s {left / 60:.1f} min left"
        print(line, end="\r" if sys.stderr.isatty() else "\n", file=sys.stderr, flush=True)

    def save(self) -> None:
        if rank() > 0:
            return
        state = {
            "network": self.network.state_dict(),
            "average": self.average.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "step": self.step,
            "seconds": self.seconds,
            "reports": [(report.step, report.seconds, report.metrics) for report in self.reports],
        }
        unfinished = self.checkpoint.with_suffix(".tmp")
        torch.save(state, unfinished)
        unfinished.replace(self.checkpoint)
        log = [{"step": r.step, "seconds": r.seconds, **r.metrics} for r in self.reports]
        self.checkpoint.with_suffix(".json").write_text(json.dumps(log))

    def _load(self) -> None:
        state: dict[str, Any] = torch.load(self.checkpoint, map_location="cpu", weights_only=True)
        self.network.load_state_dict(state["network"])
        self.average.load_state_dict(state["average"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.step, self.seconds = state["step"], state["seconds"]
        self.reports = [Report(*entry) for entry in state["reports"]]
