"""`python -m tests.pixels FILE`: what models paint, as digests; if FILE is there, what is different from it.

Run it before and after a change that must not touch a pixel. Requests run alone, one after the other: beside others,
kernels may add up in another order. The models are the shipped one and tiny ones with random weights, each with the
requests of the parity tests, and with control, adapters, little memory and strengths between two steps.
"""

import hashlib
import json
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch

from inference.api import Control, ControlKind, Lora
from inference.models.catalog import POCKET, locate
from inference.models.entry import LoraEntry, ModelEntry
from inference.models.loading import load, quiet
from tests.harness.step_loop import Bench, Caller, picture, request
from tests.tiny_models.loras import save_lora
from tests.tiny_models.pipelines import CLIPPED, SCHEDULERS, control_network, stable_diffusion, stable_diffusion_xl

SIZE = (64, 64)
REQUESTS: dict[str, dict[str, Any]] = {
    "a": {"steps": 4, "strength": 0.5, "guidance_scale": 3.0, "seed": 1},
    "b": {
        "steps": 12,
        "strength": 0.75,
        "guidance_scale": 5.0,
        "seed": 2,
        "negative_prompt": "ugly",
        "prompt": "night",
    },
    "c": {"steps": 8, "strength": 0.25, "guidance_scale": 1.0, "seed": 3, "prompt": ""},
    "d": {
        "steps": 2,
        "strength": 0.5,
        "guidance_scale": 2.0,
        "seed": 2**32 - 1,
        "negative_prompt": "bad",
        "prompt": "",
    },
    "e": {"steps": 20, "strength": 0.4, "guidance_scale": 7.5, "seed": 5, "prompt": "a cat"},
    "between": {"steps": 5, "strength": 0.33, "guidance_scale": 3.0, "seed": 6},
    "full": {"steps": 4, "strength": 1.0, "guidance_scale": 3.0, "seed": 7},
}


def models() -> Iterator[tuple[str, Any]]:
    """Names and pipelines."""
    place = locate(POCKET)
    assert place is not None
    yield "shipped", load(place, ModelEntry(id=POCKET), POCKET, torch.device("cpu"), torch.float32)
    yield "shipped bfloat16", load(place, ModelEntry(id=POCKET), POCKET, torch.device("cpu"), torch.bfloat16)
    for name in SCHEDULERS:
        yield f"sd {name}", stable_diffusion(name)
        yield f"sdxl {name}", stable_diffusion_xl(name)
    for name, make in CLIPPED.items():
        pipeline = stable_diffusion("ddim")
        pipeline.scheduler = make()
        yield f"sd {name}", pipeline
    yield "sd tiny autoencoder", stable_diffusion("ddim-v", tiny_vae=True)
    yield "sd guidance as input", stable_diffusion("lcm", time_cond_proj_dim=8)
    yield "sdxl refiner", stable_diffusion_xl("euler", refiner=True)


def digests(name: str, pipeline: Any, folder: Path) -> Iterator[tuple[str, str]]:
    """What each request ends with: latents and picture, and its previews."""
    special = name in {"shipped", "sd ddim", "sdxl euler"}
    controls, loras = {}, {}
    if special:
        control_network(pipeline).save_pretrained(folder / f"{name} net")
        controls = {ControlKind.CANNY: str(folder / f"{name} net")}
        save_lora(pipeline, folder / f"{name}.safetensors", seed=1)
        loras = {"ink": LoraEntry(place=str(folder / f"{name}.safetensors"))}
    with Bench(pipeline, controls=controls, loras=loras) as bench:
        for place, (key, wanted) in enumerate(REQUESTS.items()):
            caller = Caller(request(key, **wanted), picture(place, SIZE), previews=[])
            yield f"{name}: {key}", _digest(bench, caller)
        if special:
            asked = request("odd", strength=0.6, steps=6)
            yield f"{name}: wide", _digest(bench, Caller(asked, picture(1, (96, 64))))
            yield f"{name}: little memory", _digest(bench, Caller(asked, picture(1, SIZE), low_memory=True))
            steered = request(
                "steered", strength=0.6, steps=6, control=Control(kind=ControlKind.CANNY, scale=0.8, end=0.7)
            )
            yield f"{name}: control", _digest(bench, Caller(steered, picture(1, SIZE), map=picture(9, SIZE)))
            adapted = request("adapted", strength=0.6, steps=6, loras=(Lora("ink", 0.7),))
            yield f"{name}: adapter", _digest(bench, Caller(adapted, picture(1, SIZE)))


def _digest(bench: Bench, caller: Caller) -> str:
    [painted] = bench.paint(caller)
    if isinstance(painted.end, Exception):
        raise painted.end
    assert painted.latents is not None
    found = hashlib.sha256(painted.latents.float().numpy().tobytes())
    for each in (painted.end, *(caller.previews or ())):
        found.update(each.tobytes())
    return found.hexdigest()


def main() -> None:
    """Write the file, or compare with it."""
    quiet()
    path = Path(sys.argv[1])
    with tempfile.TemporaryDirectory() as folder:
        found = {key: digest for name, pipeline in models() for key, digest in digests(name, pipeline, Path(folder))}
    if not path.exists():
        path.write_text(json.dumps(found, indent=1), encoding="utf-8")
        print(f"{len(found)} results written")  # noqa: T201 -- a command
        return
    before = json.loads(path.read_text(encoding="utf-8"))
    different = [key for key in found.keys() | before.keys() if found.get(key) != before.get(key)]
    print(f"{len(found)} results, {len(different)} differ", *sorted(different), sep="\n")  # noqa: T201
    sys.exit(bool(different))


if __name__ == "__main__":
    main()
