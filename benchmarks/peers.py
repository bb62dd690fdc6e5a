"""What ours is measured against; see `docs/engine.md`."""

import copy
import importlib.util
import queue
import threading
from collections.abc import Mapping
from concurrent.futures import Future
from typing import Any

import torch
from PIL import Image

from inference.acceleration.compile import allow_many_shapes, compile_regions, compiled
from inference.backends.base import WorkerSettings
from inference.backends.model_cache import CachedModel
from inference.backends.stock import StockBackend, arguments
from inference.batching.task import Task
from inference.families.stable_diffusion import denoiser_of

MOST = 8
"""Pictures in a static batch."""


class Stock(StockBackend):
    """Stock diffusers as it comes, one picture at a time; PNGs are read and written beside it, as for ours."""

    slots = 4
    pipeline: Any

    def __init__(self, settings: WorkerSettings) -> None:
        super().__init__(settings)
        self._alone = threading.Lock()

    def generate(self, task: Task) -> Image.Image:
        with self._alone:
            return super().generate(task)

    def _ready(self, cached: CachedModel) -> None:
        self.pipeline = cached.pipeline


class CompiledStock(Stock):
    """Stock diffusers, channels last, with its UNet's and decoder's blocks compiled."""

    def generate(self, task: Task) -> Image.Image:
        allow_many_shapes()
        with torch.inference_mode():  # as ours: a compiler takes tensors of another mode for others
            return super().generate(task)

    def _ready(self, cached: CachedModel) -> None:
        super()._ready(cached)
        _compile(cached.pipeline)


class StaticBatch(Stock):
    """Stock with as many of the waiting requests in a call as may be; compiled on a GPU, where that takes seconds.

    Those are the ones of the same size, steps, strength and guidance. A batch runs to its end before the next begins.
    """

    slots = 2 * MOST

    def __init__(self, settings: WorkerSettings) -> None:
        super().__init__(settings)
        self._inbox: queue.SimpleQueue[tuple[Task, Future[Image.Image]]] = queue.SimpleQueue()
        threading.Thread(target=self._serve, daemon=True).start()

    def generate(self, task: Task) -> Image.Image:
        future: Future[Image.Image] = Future()
        self._inbox.put((task, future))
        return future.result()

    def _ready(self, cached: CachedModel) -> None:
        super()._ready(cached)
        if self._device.type == "cuda":
            _compile(cached.pipeline)

    def _serve(self) -> None:
        waiting: list[tuple[Task, Future[Image.Image]]] = []
        while True:
            while not waiting or self._inbox.qsize():
                waiting.append(self._inbox.get())
            kind = _kind(waiting[0][0])
            batch = [each for each in waiting if _kind(each[0]) == kind][:MOST]
            waiting = [each for each in waiting if each not in batch]
            try:
                pictures = self._together([task for task, _ in batch])
            except Exception as error:  # noqa: BLE001 -- whoever waits is told
                for _, future in batch:
                    future.set_exception(error)
                continue
            for (_, future), picture in zip(batch, pictures, strict=True):
                future.set_result(picture)

    def _together(self, tasks: list[Task]) -> list[Image.Image]:
        [cached] = self.cache
        each = [arguments(task, cached, self.pipeline) for task in tasks]
        lists = ("prompt", "image", "generator")
        call = each[0] | {name: [wished[name] for wished in each] for name in lists}
        call["negative_prompt"] = [wished["negative_prompt"] or "" for wished in each]
        call["callback_on_step_end"] = None
        self.pipeline.scheduler = copy.deepcopy(cached.scheduler)
        allow_many_shapes()
        with torch.inference_mode():
            pictures: list[Image.Image] = self.pipeline(**call).images
        for task, wished in zip(tasks, each, strict=True):
            steps = int(wished["num_inference_steps"] * wished["strength"])
            task.step(steps, steps)
        return pictures


class Stream(Stock):
    """StreamDiffusion 0.1.1 (arXiv:2312.12491) without guidance; only if its package is installed.

    It paints a stream of frames with one prompt and one noise for all, and each frame comes as many frames late as
    there are steps but one: less than a queue of requests asks for.
    """

    def generate(self, task: Task) -> Image.Image:
        steps = round(task.request.steps * task.request.strength)
        with self._alone, torch.inference_mode():
            if steps not in self._streams:
                self._streams[steps] = self._stream(steps)
            frame = self._painted(steps, task.picture)
            picture: Image.Image = self.pipeline.image_processor.postprocess(frame, output_type="pil")[0]
        task.step(steps, steps)
        return picture

    def _painted(self, steps: int, picture: Image.Image) -> torch.Tensor:
        stream = self._streams[steps]
        if self._device.type == "cuda":
            frame: torch.Tensor = stream(picture)
            return frame
        # What calling it does, but for its stopwatch, which is CUDA's.
        pixels = stream.image_processor.preprocess(picture, stream.height, stream.width)
        latents = stream.predict_x0_batch(stream.encode_image(pixels.to(self._device, self._dtype)))
        return stream.decode_image(latents).clone()  # type: ignore[no-any-return]

    def _ready(self, cached: CachedModel) -> None:
        super()._ready(cached)
        self.pipeline.vae.to(memory_format=torch.channels_last)
        self.pipeline.unet.to(memory_format=torch.channels_last)
        self._side = int(cached.defaults.max_pixels**0.5)
        self._streams: dict[int, Any] = {}

    def _stream(self, steps: int) -> Any:
        from streamdiffusion import StreamDiffusion

        places = [50 * (place + 1) // (steps + 1) for place in range(steps)]  # of its 50
        stream = StreamDiffusion(
            self.pipeline,
            t_index_list=places,
            torch_dtype=self._dtype,
            width=self._side,
            height=self._side,
            cfg_type="none",
        )
        stream.prepare("an oil painting", num_inference_steps=50, guidance_scale=1.0)
        return stream


def has_stream() -> bool:
    """Whether StreamDiffusion is installed: `pip install --no-deps streamdiffusion==0.1.1`."""
    return importlib.util.find_spec("streamdiffusion") is not None


def _compile(pipeline: Any) -> None:
    denoiser = denoiser_of(pipeline)
    for model in (denoiser, pipeline.vae):
        if not any(isinstance(layer, torch.nn.Conv3d) for layer in model.modules()):  # those have no such layout
            model.to(memory_format=torch.channels_last)
    if not compiled(denoiser):  # it may share ours
        compile_regions(denoiser, getattr(pipeline.vae, "decoder", None))


def _kind(task: Task) -> Mapping[str, Any]:
    request = task.request
    return {
        "size": task.picture.size,
        "steps": request.steps,
        "strength": request.strength,
        "guidance": request.guidance_scale,
    }
