"""Control of flow matching models in the step loop against the stock control pipelines, with tiny random weights."""

import copy
import inspect
from pathlib import Path
from typing import Any

import diffusers
import pytest
import torch

from inference.api import Control, ControlKind, Img2ImgRequest
from inference.batching.controlnet import ControlNets
from inference.errors import Unsuited
from inference.families import components_of
from inference.families.flow import FlowMatching
from inference.models.loading import quiet
from tests.harness.step_loop import Bench, Caller, error, picture, request
from tests.tiny_models.flow import flow
from tests.unit.inference.batching.test_flow_loop import stock

quiet()

pytestmark = pytest.mark.filterwarnings("ignore:.*FluxPosEmbed:FutureWarning")  # diffusers' own network uses it

BOUND = 1e-5
"""Relative error of latents in float32."""

CANNY, DEPTH, POSE = ControlKind.CANNY, ControlKind.DEPTH, ControlKind.POSE
HEADS = {"num_attention_heads": 2, "attention_head_dim": 16}


def awake(network: Any) -> Any:
    """A network whose fresh layers are not zero, which would hide whether they are used."""
    with torch.no_grad():
        for each in network.parameters():
            if not each.any():
                each.normal_(std=0.1)
    return network.eval()


def of_flux(pipeline: Any, *, layers: int = 1, singles: int = 1, **options: Any) -> Any:
    torch.manual_seed(layers)
    told = {**pipeline.transformer.config, **HEADS, "num_layers": layers, "num_single_layers": singles, **options}
    return awake(diffusers.FluxControlNetModel.from_config(told))


def of_sd3(pipeline: Any, **options: Any) -> Any:
    torch.manual_seed(1)
    told = {**pipeline.transformer.config, "num_layers": 1, "extra_conditioning_channels": 0, **options}
    return awake(diffusers.SD3ControlNetModel.from_config(told))


def of_qwen(pipeline: Any) -> Any:
    torch.manual_seed(1)
    return awake(diffusers.QwenImageControlNetModel.from_transformer(pipeline.transformer, num_layers=1, **HEADS))


def saved(network: Any, folder: Path) -> str:
    network.save_pretrained(folder)
    return str(folder)


def controlled(
    pipeline: Any, kind: Any, network: Any, asked: Img2ImgRequest, caller: Caller, **told: Any
) -> torch.Tensor:
    """What a stock control pipeline ends with, [channels, height, width]."""
    control = asked.control
    assert control is not None
    takes = inspect.signature(kind.__init__).parameters
    parts = {name: part for name, part in pipeline.components.items() if name in takes}
    own = kind(**{**parts, "controlnet": network, "scheduler": copy.deepcopy(pipeline.scheduler)})
    own.set_progress_bar_config(disable=True)
    wanted: dict[str, Any] = {
        "prompt": asked.prompt,
        "negative_prompt": asked.negative_prompt or " ",
        "image": caller.picture,
        "control_image": caller.map,
        "strength": asked.strength,
        "width": caller.picture.width,
        "height": caller.picture.height,
        "num_inference_steps": asked.steps,
        "guidance_scale": asked.guidance_scale,
        "true_cfg_scale": asked.guidance_scale,
        "controlnet_conditioning_scale": control.scale,
        "control_guidance_start": control.start,
        "control_guidance_end": control.end,
        "generator": torch.Generator().manual_seed(asked.seed),
        "output_type": "latent",
        **told,
    }
    torch.manual_seed(asked.seed)  # Stable Diffusion 3's draws without a generator
    accepted = inspect.signature(own.__call__).parameters
    latents: torch.Tensor = own(**{name: each for name, each in wanted.items() if name in accepted}).images
    components = components_of(pipeline)
    assert isinstance(components, FlowMatching)
    if latents.ndim == 3:
        channels, height, width = components.latent_shape(caller.picture)
        latents = pipeline._unpack_latents(
            latents, caller.picture.height, caller.picture.width, pipeline.vae_scale_factor
        )
        return latents.view(channels, height, width)
    return latents[0]


def caller(name: str, seed: int, *, kind: ControlKind | None = None, scale: float = 1.0, **told: Any) -> Caller:
    control = None if kind is None else Control(kind=kind, scale=scale)
    asked = request(name, seed=seed, control=control, **told)
    return Caller(asked, picture(seed), map=None if kind is None else picture(50 + seed))


@pytest.mark.parametrize("tiny_vae", [False, True])
def test_requests_to_flux_share_calls_whatever_their_networks_are_like(tmp_path: Path, *, tiny_vae: bool) -> None:
    pipeline = flow("flux-dev", num_layers=3, num_single_layers=2, tiny_vae=tiny_vae)
    nets = {
        CANNY: of_flux(pipeline, layers=2, singles=1),
        DEPTH: of_flux(pipeline, layers=1, singles=0),
        POSE: of_flux(pipeline, layers=1, singles=2, guidance_embeds=False),
    }
    places = {kind: saved(net, tmp_path / kind.value) for kind, net in nets.items()}
    size: dict[str, Any] = {"steps": 4, "strength": 0.5}
    callers = [
        caller("a", 1, kind=CANNY, **size),
        caller("b", 2, **size),
        caller("c", 3, kind=DEPTH, scale=0.6, steps=8, strength=0.75, guidance_scale=2.0),
        caller("d", 4, kind=CANNY, scale=0.3, steps=2, strength=0.5, prompt="night"),
        caller("e", 5, kind=POSE, **size),
    ]
    kind = diffusers.FluxControlNetImg2ImgPipeline
    wanted = [
        controlled(pipeline, kind, nets[each.request.control.kind], each.request, each)
        if each.request.control
        else stock(pipeline, each.request, each.picture)
        for each in callers
    ]
    with Bench(pipeline, controls=places) as bench:
        painted = bench.paint(*callers)
        again = bench.paint(callers[0])
    for got, latents in zip([*painted, *again], [*wanted, wanted[0]], strict=True):
        assert error(got.latents, latents) < BOUND
    assert error(wanted[0], stock(pipeline, callers[0].request, callers[0].picture)) > 1e-3


def test_a_union_network_of_flux_is_told_the_kind(tmp_path: Path) -> None:
    pipeline = flow("flux-dev")
    union = of_flux(pipeline, num_mode=7)
    place = saved(union, tmp_path)
    callers = [caller(kind.value, 1, kind=kind, steps=2, strength=0.5) for kind in (CANNY, DEPTH, POSE)]
    kind = diffusers.FluxControlNetImg2ImgPipeline
    wanted = [
        controlled(pipeline, kind, union, each.request, each, control_mode=mode)
        for each, mode in zip(callers, (0, 2, 4), strict=True)
    ]
    with Bench(pipeline, controls=dict.fromkeys((CANNY, DEPTH, POSE), place)) as bench:
        painted = bench.paint(*callers)
    for got, latents in zip(painted, wanted, strict=True):
        assert error(got.latents, latents) < BOUND
    assert error(wanted[0], wanted[1]) > 5 * BOUND


def certain(autoencoder: Any) -> None:
    """Let nothing hang on what is drawn to sample maps: stock draws other numbers for the negative row."""
    last, channels = autoencoder.encoder.conv_out, autoencoder.config.latent_channels
    with torch.no_grad():
        last.weight[channels:] = 0.0
        last.bias[channels:] = -30.0


def noise(pipeline: Any, asked: Caller) -> torch.Tensor:
    """What a request begins with at full strength, [1, channels, height, width]: map and source were drawn before."""
    components = components_of(pipeline)
    assert components is not None
    generator = torch.Generator().manual_seed(asked.request.seed)
    assert asked.map is not None
    for drawn in (asked.map, asked.picture):
        components.draw_sample_noise(drawn, generator)
    return torch.randn(1, *components.latent_shape(asked.picture), generator=generator)


@pytest.mark.parametrize(
    "options",
    [
        {"force_zeros_for_pooled_projection": True},
        {"force_zeros_for_pooled_projection": False},
        {"force_zeros_for_pooled_projection": False, "use_pos_embed": False, "joint_attention_dim": None},
    ],
)
def test_stable_diffusion_3_is_held_to_a_map_as_its_stock_pipeline_from_text_is(
    tmp_path: Path, options: dict[str, Any]
) -> None:
    pipeline = flow("sd3")
    certain(pipeline.vae)
    net = of_sd3(pipeline, **options)
    place = saved(net, tmp_path)
    callers = [
        caller("a", 1, kind=CANNY, steps=3, strength=1.0, guidance_scale=3.0, negative_prompt="bad"),
        caller("b", 2, steps=4, strength=0.5),
    ]
    kind = diffusers.StableDiffusion3ControlNetPipeline
    told = {"latents": noise(pipeline, callers[0])}
    held = controlled(pipeline, kind, net, callers[0].request, callers[0], **told)
    with Bench(pipeline, controls={CANNY: place}) as bench:
        one, other = bench.paint(*callers)
    assert error(one.latents, held) < BOUND
    assert error(other.latents, stock(pipeline, callers[1].request, callers[1].picture)) < BOUND


def test_qwen_is_held_to_a_map_as_its_stock_pipeline_from_text_is(tmp_path: Path) -> None:
    pipeline = flow("qwen-image")
    net = of_qwen(pipeline)
    place = saved(net, tmp_path)
    callers = [
        caller("a", 1, kind=CANNY, steps=3, strength=1.0, guidance_scale=3.0, negative_prompt="bad"),
        caller("b", 2, kind=DEPTH, steps=4, strength=1.0, guidance_scale=0.0, scale=0.5, prompt="a long night " * 5),
        caller("c", 3, steps=4, strength=0.5),
    ]
    kind = diffusers.QwenImageControlNetPipeline
    wanted = []
    for each in callers[:2]:
        latents = noise(pipeline, each)
        packed = pipeline._pack_latents(latents, 1, *latents.shape[1:])
        wanted.append(controlled(pipeline, kind, net, each.request, each, latents=packed))
    wanted.append(stock(pipeline, callers[2].request, callers[2].picture))
    with Bench(pipeline, controls={CANNY: place, DEPTH: place}) as bench:
        painted = bench.paint(*callers)
    for got, latents in zip(painted, wanted, strict=True):
        assert error(got.latents, latents) < BOUND


@pytest.mark.parametrize("name", ["sd3", "qwen-image"])
def test_control_acts_at_any_strength_and_alone_as_in_company(tmp_path: Path, name: str) -> None:
    pipeline = flow(name)
    make = {"sd3": of_sd3, "qwen-image": of_qwen}[name]
    place = saved(make(pipeline), tmp_path)
    callers = [
        caller("a", 1, kind=CANNY, steps=4, strength=0.6),
        caller("b", 1, kind=CANNY, steps=4, strength=0.6, scale=0.0),
        caller("c", 1, steps=4, strength=0.6),
    ]
    with Bench(pipeline, controls={CANNY: place}) as bench:
        together = [each.latents for each in bench.paint(*callers)]
        (alone,) = bench.paint(callers[0])
        (frugal,) = bench.paint(Caller(callers[0].request, callers[0].picture, map=callers[0].map, low_memory=True))
    assert error(alone.latents, together[0]) < BOUND
    assert error(frugal.latents, together[0]) < BOUND
    assert error(together[0], together[1]) > 1e-3


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("flux-dev", {"num_attention_heads": 4}),
        ("flux-dev", {"conditioning_embedding_channels": 16}),
        ("flux-schnell", {"guidance_embeds": True}),
    ],
)
def test_networks_for_other_models_are_refused(tmp_path: Path, name: str, options: dict[str, Any]) -> None:
    pipeline = flow(name)
    place = saved(of_flux(pipeline, **options), tmp_path)
    components = components_of(pipeline)
    assert components is not None
    for loaded in (components, components_of(flow("sd3"))):
        assert loaded is not None
        with pytest.raises(Unsuited, match="made for other models"):
            ControlNets(loaded, {CANNY: place}).get(CANNY)
