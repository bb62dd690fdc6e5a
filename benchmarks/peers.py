"""What ours is measured against; see `docs/engine.md`."""

import copy
import queue
import threading
from collections.abc import Mapping
from concurrent.futures import Future
from typing import Any

import torch
from PIL import Image

from inference.backend import Settings, Task
from inference.regions import allow, compile_regions, compiled
from inference.residents import Resident
from inference.stock import StockBackend, arguments

MOST = 8
"""Pictures in a static batch."""


class Stock(StockBackend):
    """Stock diffusers as it comes, one picture at a time; PNGs are read and written beside it, as for ours."""

    slots = 4
    pipeline: Any

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self._alone = threading.Lock()

    def generate(self, task: Task) -> Image.Image:
        with self._alone:
            return super().generate(task)

    def _ready(self, resident: Resident) -> None:
        self.pipeline = resident.pipeline


class CompiledStock(Stock):
    """Stock diffusers, channels last, with its UNet's and decoder's blocks compiled."""

    def generate(self, task: Task) -> Image.Image:
        allow()
        with torch.inference_mode():  # as ours: a compiler takes tensors of another mode for others
            return super().generate(task)

    def _ready(self, resident: Resident) -> None:
        super()._ready(resident)
        pipeline = resident.pipeline
        pipeline.unet.to(memory_format=torch.channels_last)
        pipeline.vae.to(memory_format=torch.channels_last)
        if not compiled(pipeline.unet):  # it may share ours
            compile_regions(pipeline.unet, getattr(pipeline.vae, "decoder", None))


class StaticBatch(CompiledStock):
    """The same with as many of the waiting requests in a call as may be.

    Those are the ones of the same size, steps, strength and guidance. A batch runs to its end before the next begins.
    """

    slots = 2 * MOST

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self._inbox: queue.SimpleQueue[tuple[Task, Future[Image.Image]]] = queue.SimpleQueue()
        threading.Thread(target=self._serve, daemon=True).start()

    def generate(self, task: Task) -> Image.Image:
        future: Future[Image.Image] = Future()
        self._inbox.put((task, future))
        return future.result()

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
        [resident] = self.residents
        each = [arguments(task, resident, self.pipeline) for task in tasks]
        lists = ("prompt", "image", "generator")
        call = each[0] | {name: [wished[name] for wished in each] for name in lists}
        call["negative_prompt"] = [wished["negative_prompt"] or "" for wished in each]
        call["callback_on_step_end"] = None
        self.pipeline.scheduler = copy.deepcopy(resident.scheduler)
        allow()
        with torch.inference_mode():
            pictures: list[Image.Image] = self.pipeline(**call).images
        for task, wished in zip(tasks, each, strict=True):
            steps = int(wished["num_inference_steps"] * wished["strength"])
            task.step(steps, steps)
        return pictures


class Stream(Stock):
    """StreamDiffusion 0.1.1 (arXiv:2312.12491), one step, no guidance; only where its package is installed.

    It paints a stream of frames with one prompt and one noise for all: less than a queue of requests asks for.
    """

    def generate(self, task: Task) -> Image.Image:
        with self._alone, torch.inference_mode():
            picture: Image.Image = self._postprocess(self._stream(task.picture), output_type="pil")[0]
        task.step(1, 1)
        return picture

    def _ready(self, resident: Resident) -> None:
        super()._ready(resident)
        pipeline, defaults = resident.pipeline, resident.defaults
        from streamdiffusion import StreamDiffusion
        from streamdiffusion.image_utils import postprocess_image

        pipeline.vae.to(memory_format=torch.channels_last)
        pipeline.unet.to(memory_format=torch.channels_last)
        side = int(defaults.max_pixels**0.5)
        self._stream: Any = StreamDiffusion(
            pipeline, t_index_list=[25], torch_dtype=self._dtype, width=side, height=side, cfg_type="none"
        )
        self._stream.prepare("an oil painting", num_inference_steps=50, guidance_scale=1.0)
        self._postprocess: Any = postprocess_image


def _kind(task: Task) -> Mapping[str, Any]:
    request = task.request
    return {
        "size": task.picture.size,
        "steps": request.steps,
        "strength": request.strength,
        "guidance": request.guidance_scale,
    }
