"""Engines at work on workloads, taking turns in one process."""

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from statistics import median
from typing import Any, cast

import torch
from torch.utils.flop_counter import FlopCounterMode

from benchmarks.peers import CompiledStock, StaticBatch, Stock, Stream
from benchmarks.workloads import Ask
from inference.api import Failed, Img2ImgRequest
from inference.backends.base import Backend, WorkerSettings
from inference.backends.batched import LoopBackend
from inference.backends.stock import StockBackend
from inference.batching.batch_size import RowCountFile
from inference.batching.loaded_model import trial
from inference.control_maps.annotators import Annotator
from inference.families.stable_diffusion import StableDiffusion
from inference.models.entry import MapModels, ModelEntry
from inference.worker.generate import Reporter, generate

KINDS: Mapping[str, type[StockBackend]] = {
    "pentimento": LoopBackend,
    "stock": Stock,
    "stock compiled": CompiledStock,
    "static batch": StaticBatch,
    "stream": Stream,
}


@dataclass
class Engine:
    """A backend as the worker drives it: as many requests at a time as it has slots, the same codecs for all."""

    name: str
    backend: Backend

    @classmethod
    def open(cls, kind: str, model: str, device: str, dtype: str, knees: RowCountFile) -> "Engine":
        settings = WorkerSettings(model=model, entries={model: ModelEntry(id=model)}, device=device, dtype=dtype)
        backend = LoopBackend(settings, knees) if kind == "pentimento" else KINDS[kind](settings)
        backend.load(model)
        return cls(f"{kind} {dtype}", backend)

    def close(self) -> None:
        """Let the model go: a step loop's thread lives as long as the process, and would keep it on the device."""
        cast(StockBackend, self.backend).cache.clear()

    def run(self, asks: list[Ask]) -> "Outcome":
        """Serve a workload; latencies count from when each request came."""
        outcome = Outcome()
        slots = threading.Semaphore(self.backend.slots)
        ended = {ask.request.id: threading.Event() for ask in asks}
        line = threading.Condition()
        turn = 0
        spent = time.process_time()
        begun = time.perf_counter()

        def serve(place: int, ask: Ask) -> None:
            nonlocal turn
            if ask.after:
                ended[ask.after].wait()
            came = max(ask.at, time.perf_counter() - begun) if ask.after else ask.at
            time.sleep(max(0.0, begun + ask.at - time.perf_counter()))
            with line:  # first come, first served
                line.wait_for(lambda: turn == place)
            with slots:
                with line:
                    turn += 1
                    line.notify_all()
                outcome.steps[ask.request.id] = painted(ask.request, self.backend)
            outcome.latencies[ask.request.id] = time.perf_counter() - begun - came
            ended[ask.request.id].set()

        threads = [threading.Thread(target=serve, args=each) for each in enumerate(asks)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        outcome.seconds = time.perf_counter() - begun
        outcome.processor = time.process_time() - spent
        return outcome


@dataclass
class Outcome:
    """What came of a workload: seconds and steps by request; seconds, and seconds of processor time, in all."""

    latencies: dict[str, float] = field(default_factory=dict)
    steps: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0
    processor: float = 0.0

    def summary(self) -> dict[str, float]:
        """The numbers that are kept."""
        ordered = sorted(self.latencies.values())
        return {
            "images_per_s": len(ordered) / self.seconds,
            "p50_s": median(ordered),
            "p95_s": ordered[min(len(ordered) - 1, round(0.95 * len(ordered)))],
            "first_s": ordered[0],
            "last_s": ordered[-1],
            "processor_s": self.processor / len(ordered),
            "calls": float(sum(self.steps.values())),
        }


def painted(request: Img2ImgRequest, backend: Backend) -> int:
    """Paint a request as the worker does; how many steps that took."""
    end = generate(request, backend, Annotator(MapModels()), Reporter(lambda _: None, lambda _: None, lambda: False))
    if isinstance(end, Failed):
        raise RuntimeError(end.message)  # noqa: TRY004 -- a measurement that fails is no type error
    return end.effective_steps


@dataclass(frozen=True)
class Work:
    """Floating point operations of a model's components at one size, multiplications and additions counted apart."""

    row: float
    encode: float
    decode: float

    @classmethod
    def of(cls, pipeline: Any, side: int) -> "Work":
        """Counted on a stock pipeline: the counter does not know packed layers."""
        components = StableDiffusion(pipeline)
        latent_side = side // components.vae_scale_factor
        example = trial(components, latent_side)
        latents = example.latents
        pixels = torch.zeros(1, 3, side, side).to(components.device, components.dtype)
        return cls(
            row=_count(lambda: components.call(components.denoiser, example)),
            encode=_count(lambda: components.vae.encode(pixels)),
            decode=_count(lambda: components.vae.decode(latents)),
        )

    def of_asks(self, asks: list[Ask], steps: Mapping[str, int]) -> float:
        """What a workload of this size needs, whoever serves it."""
        rows = sum(steps[ask.request.id] * (2 if ask.request.guidance_scale > 1 else 1) for ask in asks)
        return rows * self.row + len(asks) * (self.encode + self.decode)


def _count(act: Any) -> float:
    with torch.inference_mode(), FlopCounterMode(display=False) as counter:
        act()
    return float(counter.get_total_flops())
