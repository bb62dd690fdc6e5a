"""Control in the step loop against the stock control pipelines, on tiny models with random weights."""

import copy
import gc
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import diffusers
import pytest
import torch
from safetensors.torch import load_file

from inference.api import Control, ControlKind, Img2ImgRequest, Lora
from inference.backends.base import WorkerSettings
from inference.backends.batched import LoopBackend
from inference.backends.stock import start_from_noise
from inference.batching.batch_size import RowCountFile
from inference.batching.controlnet import ControlNets, acts, hint, load
from inference.batching.loaded_model import trial
from inference.errors import DevicePoisoned, OutOfMemory, Stopped, Unsuited
from inference.families.stable_diffusion import StableDiffusion
from inference.models.entry import LoraEntry, ModelEntry
from tests.harness.step_loop import Bench, Caller, error, picture, request, stock, worst
from tests.tiny_models.loras import save_lora
from tests.tiny_models.pipelines import control_network, stable_diffusion, stable_diffusion_xl

BOUND = 1e-5
"""Relative error of latents in float32."""

CANNY, DEPTH, SCRIBBLE = ControlKind.CANNY, ControlKind.DEPTH, ControlKind.SCRIBBLE

STOCK = {
    "StableDiffusionImg2ImgPipeline": diffusers.StableDiffusionControlNetImg2ImgPipeline,
    "StableDiffusionXLImg2ImgPipeline": diffusers.StableDiffusionXLControlNetImg2ImgPipeline,
}


def saved(folder: Path, pipeline: Any, **options: Any) -> str:
    control_network(pipeline, **options).save_pretrained(folder)
    return str(folder)


@pytest.fixture(scope="module")
def networks(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[bool, ControlKind], str]:
    """Place of a network, by whether it is SDXL's and what it is for."""
    made = {}
    for xl, pipeline in ((False, stable_diffusion("ddim")), (True, stable_diffusion_xl("euler"))):
        for seed, kind in enumerate((CANNY, DEPTH)):
            made[xl, kind] = saved(tmp_path_factory.mktemp("network"), pipeline, seed=seed)
    return made


def controls(networks: dict[tuple[bool, ControlKind], str], *, xl: bool = False) -> dict[ControlKind, str]:
    return {kind: networks[xl, kind] for kind in (CANNY, DEPTH)}


def stock_controlled(pipeline: Any, place: str, asked: Img2ImgRequest, source: Any, drawn: Any) -> torch.Tensor:
    """The latents that the stock control pipeline ends with."""
    control = asked.control
    assert control is not None
    net = diffusers.ControlNetModel.from_pretrained(place)
    components = {**pipeline.components, "controlnet": net, "scheduler": copy.deepcopy(pipeline.scheduler)}
    if "safety_checker" in components:
        components |= {"requires_safety_checker": False}
    else:
        components |= {"add_watermarker": False}
    own = STOCK[type(pipeline).__name__](**components)
    own.set_progress_bar_config(disable=True)
    latents: torch.Tensor = own(
        prompt=asked.prompt,
        negative_prompt=asked.negative_prompt or None,
        image=source,
        control_image=drawn,
        strength=asked.strength,
        num_inference_steps=asked.steps,
        guidance_scale=asked.guidance_scale,
        controlnet_conditioning_scale=control.scale,
        control_guidance_start=control.start,
        control_guidance_end=control.end,
        guess_mode=False,
        generator=torch.Generator("cpu").manual_seed(asked.seed),
        output_type="latent",
    ).images[0]
    return latents


def mixed() -> list[Caller]:
    """With and without control, of two kinds, at strengths that stock knows too."""
    recipes = [
        request("a", steps=4, strength=0.5, guidance_scale=3.0, seed=1, control=Control(kind=CANNY)),
        request("b", steps=12, strength=0.75, guidance_scale=5.0, seed=2, negative_prompt="ugly", prompt="night"),
        request("c", steps=8, strength=0.25, guidance_scale=1.0, seed=3, control=Control(kind=DEPTH, scale=0.7)),
        request("d", steps=10, strength=0.8, seed=4, control=Control(kind=CANNY, start=0.2, end=0.7), prompt=""),
        request("e", steps=20, strength=0.4, guidance_scale=7.5, seed=5, control=Control(kind=DEPTH, end=0.5)),
        request("f", steps=6, strength=0.5, guidance_scale=1.0, seed=6, control=Control(kind=CANNY, scale=0.0)),
    ]
    return [with_map(recipe, seed) for seed, recipe in enumerate(recipes)]


def with_map(asked: Img2ImgRequest, seed: int, **options: Any) -> Caller:
    drawn = picture(50 + seed) if asked.control else None
    return Caller(asked, picture(seed), map=drawn, **options)


def check(pipeline: Any, places: dict[ControlKind, str], callers: list[Caller]) -> None:
    wanted = [
        stock_controlled(pipeline, places[asked.control.kind], asked, caller.picture, caller.map)
        if (asked := caller.request).control
        else stock(pipeline, asked, caller.picture)
        for caller in callers
    ]
    with Bench(pipeline, controls=places) as bench:
        assert worst(bench.paint(*callers), wanted) < BOUND


@pytest.mark.parametrize("name", ["ddim", "heun", "euler-a"])
def test_controlled_and_plain_requests_share_calls_and_are_what_stock_paints(name: str, networks: Any) -> None:
    """What schedulers make of it is `test_step_loop.py`'s; Heun is here for its two calls a step."""
    check(stable_diffusion(name), controls(networks), mixed())


@pytest.mark.parametrize("name", ["euler", "unipc"])
def test_control_of_sdxl_is_what_stock_paints(name: str, networks: Any) -> None:
    check(stable_diffusion_xl(name), controls(networks, xl=True), mixed())


def test_control_goes_with_adapters(networks: Any, tmp_path: Path) -> None:
    pipeline = stable_diffusion("ddim")
    file = save_lora(pipeline, tmp_path / "ink.safetensors", seed=1, words=True)
    asked = request(steps=4, loras=(Lora("ink", 0.8),), control=Control(kind=CANNY))
    worn, bare = with_map(asked, 1), with_map(replace(asked, id="bare", loras=()), 1)
    inked = copy.deepcopy(pipeline)
    inked.load_lora_weights(str(file), adapter_name="ink")
    inked.set_adapters(["ink"], [0.8])
    wanted = [
        stock_controlled(own, networks[False, CANNY], each.request, each.picture, each.map)
        for own, each in ((inked, worn), (pipeline, bare))
    ]
    with Bench(pipeline, controls=controls(networks), loras={"ink": LoraEntry(place=str(file))}) as bench:
        assert worst(bench.paint(worn, bare), wanted) < BOUND


def test_a_network_in_use_is_not_loaded_twice(networks: Any) -> None:
    room: list[int] = []
    nets = ControlNets(StableDiffusion(stable_diffusion("ddim")), controls(networks), room.append)
    held = nets.get(CANNY)
    nets.forget()
    assert nets.is_ready(CANNY)
    assert nets.get(CANNY) == held
    assert room == [nets.nbytes], "asked for what it takes, once"
    nets.forget()
    del held
    gc.collect()
    assert not nets.is_ready(CANNY)
    assert nets.nbytes == 0


@pytest.mark.parametrize("name", ["ddim", "euler"])
def test_full_strength_begins_with_noise_alone_and_keeps_the_map(name: str, networks: Any) -> None:
    pipeline, places = stable_diffusion(name), controls(networks)
    start_from_noise(pipeline.scheduler)
    caller = with_map(request(steps=5, strength=1.0, control=Control(kind=CANNY)), 1)
    wanted = stock_controlled(pipeline, places[CANNY], caller.request, caller.picture, caller.map)
    other = Caller(caller.request, picture(2), map=caller.map)
    plain = Caller(replace(caller.request, control=None), picture(1))
    with Bench(stable_diffusion(name), controls=places) as bench:
        painted, same, different = bench.paint(caller, other, plain)
    assert error(painted.latents, wanted) < BOUND
    assert error(same.latents, painted.latents) < BOUND
    assert error(different.latents, painted.latents) > 1e-2


def test_a_union_network_serves_each_kind_as_stock_does(tmp_path: Path) -> None:
    pipeline = stable_diffusion_xl("euler")
    place = saved(tmp_path, pipeline, union=True)
    places = {CANNY: place, DEPTH: place, SCRIBBLE: place}
    callers = [
        with_map(request(f"r{seed}", seed=seed, steps=4, strength=0.75, control=Control(kind=kind, scale=0.8)), seed)
        for seed, kind in enumerate(places)
    ]
    net = diffusers.ControlNetUnionModel.from_pretrained(place)
    own = diffusers.StableDiffusionXLControlNetUnionImg2ImgPipeline(
        **pipeline.components, controlnet=net, add_watermarker=False
    )
    own.set_progress_bar_config(disable=True)
    wanted = [
        own(
            prompt=caller.request.prompt,
            image=caller.picture,
            control_image=[caller.map],
            control_mode=[mode],
            strength=0.75,
            num_inference_steps=4,
            guidance_scale=caller.request.guidance_scale,
            controlnet_conditioning_scale=0.8,
            generator=torch.Generator("cpu").manual_seed(caller.request.seed),
            output_type="latent",
        ).images[0]
        for caller, mode in zip(callers, (3, 1, 2), strict=True)
    ]
    with Bench(pipeline, controls=places) as bench:
        assert worst(bench.paint(*callers), wanted) < BOUND
        assert len({id(bench.loaded.controls.get(kind).model) for kind in places}) == 1


def test_rows_of_zeros_change_nothing_at_all(networks: Any) -> None:
    """Not within rounding: exactly."""
    with Bench(stable_diffusion("ddim"), controls=controls(networks)) as bench:
        components = bench.loaded.components
        plain = trial(components, 16).padded(3)
        net = bench.loaded.controls.get(CANNY)
        drawn = hint(picture(1), components).expand(3, 3, 32, 32)
        with torch.inference_mode():
            found = net.residuals(plain, drawn, torch.zeros(3))
            assert all(not each.any() for each in found)
            assert torch.equal(bench.loaded.denoiser(plain), bench.loaded.denoiser(replace(plain, residuals=found)))


class Calls:
    """Counts rows of each call of a network."""

    def __init__(self, bench: Bench, kind: ControlKind) -> None:
        self.rows: list[int] = []
        bench.loaded.controls.get(kind).model.register_forward_pre_hook(self._note)

    def _note(self, _: Any, arguments: tuple[Any, ...]) -> None:
        self.rows.append(len(arguments[0]))


def test_a_network_is_called_for_its_own_rows_and_steps_only(networks: Any) -> None:
    callers = [
        with_map(request("a", steps=4, strength=1.0, control=Control(kind=CANNY, start=0.5)), 1),
        with_map(request("b", steps=4, strength=1.0, control=Control(kind=CANNY), guidance_scale=1.0), 2),
        with_map(request("c", steps=4, strength=1.0), 3),
    ]
    with Bench(stable_diffusion("ddim"), controls=controls(networks)) as bench:
        calls = Calls(bench, CANNY)
        bench.paint(*callers)
    assert sum(calls.rows) == 2 * 2 + 4
    assert set(calls.rows) <= {1, 2, 3}


@pytest.mark.parametrize("step", [1, 3])
def test_who_is_steered_may_leave_and_join_at_any_step(networks: Any, step: int) -> None:
    leaving = with_map(request("leaving", steps=4, strength=1.0, control=Control(kind=CANNY)), 1, leave_after=step)
    staying = with_map(request("staying", steps=4, strength=1.0, control=Control(kind=DEPTH)), 2)
    plain = with_map(request("plain", steps=4, strength=1.0), 3)
    with Bench(stable_diffusion("dpm++2m"), controls=controls(networks)) as bench:
        gone, *stayed = bench.paint(leaving, staying, plain)
        alone = [bench.paint(Caller(each.request, each.picture, map=each.map))[0] for each in (staying, plain)]
    assert isinstance(gone.end, Stopped)
    assert len(leaving.steps) == step
    for one, other in zip(stayed, alone, strict=True):
        assert error(one.latents, other.latents) < BOUND


def test_a_steered_request_that_does_not_fit_goes_row_by_row(networks: Any) -> None:
    asked = with_map(request(steps=4, control=Control(kind=CANNY)), 1)
    with Bench(stable_diffusion("ddim"), controls=controls(networks)) as bench:
        (normal,) = bench.paint(asked)
        net = bench.loaded.controls.get(CANNY).model

        def refuse(_: Any, arguments: tuple[Any, ...]) -> None:
            if len(arguments[0]) > 1:
                raise torch.OutOfMemoryError("out of memory")

        net.register_forward_pre_hook(refuse)
        (large,) = bench.paint(asked)
        (low_memory,) = bench.paint(Caller(asked.request, asked.picture, map=asked.map, low_memory=True))
    assert isinstance(large.end, OutOfMemory)
    assert error(low_memory.latents, normal.latents) < BOUND


@pytest.mark.parametrize(
    ("start", "end", "acting"),
    [(0.0, 1.0, [0, 1, 2, 3]), (0.0, 0.5, [0, 1]), (0.5, 1.0, [2, 3]), (0.3, 0.6, []), (0.0, 0.1, [])],
)
def test_start_and_end_are_shares_of_the_steps_that_are_run(start: float, end: float, acting: list[int]) -> None:
    control = Control(kind=CANNY, start=start, end=end)
    assert [call for call in range(4) if acts(control, call, 4)] == acting


def test_networks_used_longest_ago_leave_where_room_is_needed_but_none_that_is_in_use(
    networks: Any, tmp_path: Path
) -> None:
    place = str(tmp_path / "sd")
    stable_diffusion("ddim").save_pretrained(place)
    third = saved(tmp_path / "third", stable_diffusion("ddim"), seed=2)
    entry = ModelEntry(id=place, controls={**controls(networks), SCRIBBLE: third})

    def asking(kind: ControlKind) -> Img2ImgRequest:
        return request(model="sd", control=Control(kind=kind))

    def loaded(memory_gb: float) -> tuple[LoopBackend, ControlNets]:
        settings = WorkerSettings(
            model="sd", entries={"sd": entry}, device="cpu", dtype="float32", memory_gb=memory_gb
        )
        backend = LoopBackend(settings, RowCountFile(tmp_path / "rows.json"))
        backend.equip(asking(CANNY))
        [cached] = backend.cache
        assert cached.loaded is not None
        return backend, cached.loaded.controls

    alone, its_network = loaded(0.0)
    for_two = alone.cache.nbytes + its_network.nbytes
    backend, nets = loaded(for_two / 1e9)
    for kind in (DEPTH, CANNY, SCRIBBLE):
        backend.equip(asking(kind))
    assert [kind for kind in (CANNY, DEPTH, SCRIBBLE) if backend.is_equipped(asking(kind))] == [CANNY, SCRIBBLE]
    assert backend.counters()["model_bytes_at_most"] <= for_two

    in_use = nets.get(CANNY)
    backend.equip(asking(SCRIBBLE))
    backend.equip(asking(DEPTH))
    assert [kind for kind in (CANNY, DEPTH, SCRIBBLE) if backend.is_equipped(asking(kind))] == [CANNY, DEPTH]
    assert nets.get(CANNY).model is in_use.model


def ignore(_nbytes: int) -> None:
    """There is room enough."""


def test_a_network_for_another_family_is_refused(networks: Any) -> None:
    with pytest.raises(Unsuited, match="made for other models"):
        load(networks[True, CANNY], StableDiffusion(stable_diffusion("ddim")), ignore)


@pytest.mark.parametrize(
    ("trouble", "meant"),
    [
        (torch.AcceleratorError("CUDA error: an illegal memory access was encountered"), DevicePoisoned),
        (torch.AcceleratorError("CUDA error: out of memory"), OutOfMemory),
        (MemoryError(), OutOfMemory),
    ],
)
def test_an_error_of_the_device_is_not_taken_for_the_networks(
    networks: Any, trouble: Exception, meant: type[Exception]
) -> None:
    def fail(_nbytes: int) -> None:
        raise trouble

    with pytest.raises(meant):
        load(networks[False, CANNY], StableDiffusion(stable_diffusion("ddim")), fail)


def test_a_pickled_network_is_refused(networks: Any, tmp_path: Path) -> None:
    place = tmp_path / "pickled"
    shutil.copytree(networks[False, CANNY], place)
    weights = load_file(place / "diffusion_pytorch_model.safetensors")
    torch.save(weights, place / "diffusion_pytorch_model.bin")
    (place / "diffusion_pytorch_model.safetensors").unlink()
    with pytest.raises(Unsuited, match="cannot be loaded"):
        load(str(place), StableDiffusion(stable_diffusion("ddim")), ignore)


def test_what_is_no_control_network_is_refused(tmp_path: Path) -> None:
    pipeline = stable_diffusion("ddim")
    pipeline.unet.save_pretrained(tmp_path)
    with pytest.raises(Unsuited, match="is no control network"):
        load(str(tmp_path), StableDiffusion(pipeline), ignore)
    with pytest.raises(Unsuited, match="cannot be loaded"):
        load(str(tmp_path / "missing"), StableDiffusion(pipeline), ignore)


def test_a_kind_without_a_network_is_refused() -> None:
    with Bench(stable_diffusion("ddim")) as bench, pytest.raises(Unsuited, match="cannot keep canny"):
        bench.loaded.controls.get(CANNY)
