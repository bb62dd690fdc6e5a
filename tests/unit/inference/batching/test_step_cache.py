"""Step caching and the choice of attention, on tiny models with random weights."""

import copy
import gc
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import diffusers
import pytest
import torch
from diffusers import FirstBlockCacheConfig
from diffusers.models.attention_dispatch import AttentionBackendName, _AttentionBackendRegistry

from inference.acceleration.attention import choose, use
from inference.api import Lora, ModelUnavailable
from inference.batching.batch_size import RowCaps
from inference.batching.loaded_model import LoadedModel
from inference.families import components_of
from inference.models.entry import LoraEntry
from inference.models.loading import quiet
from tests.harness.step_loop import Bench, Caller, FixedRowCount, error, picture, request
from tests.tiny_models.flow import flow
from tests.tiny_models.loras import save_lora

quiet()

BOUND = 1e-5
MUCH = 0.9
"""A threshold under which tiny random models leave out steps."""


def cached(pipeline: Any, threshold: float = MUCH, **options: Any) -> LoadedModel:
    components = components_of(copy.copy(pipeline))
    assert components is not None
    return LoadedModel.of(
        components,
        model="tiny",
        device="test",
        pixels=64 * 64,
        row_counts=FixedRowCount(2),
        step_cache=threshold,
        **options,
    )


def with_cache(bench: Bench, threshold: float = MUCH) -> None:
    loaded = cached(bench.pipeline, threshold)
    bench.loaded = replace(loaded, caps=RowCaps(32, 32 * 32))


class Counted:
    """How often a model's last block is computed."""

    def __init__(self, model: Any) -> None:
        self.calls = 0
        blocks = getattr(model, "single_transformer_blocks", None) or model.transformer_blocks
        inner: Callable[..., Any] = blocks[-1].forward
        self._inner = inner
        blocks[-1].forward = self

    def __call__(self, *args: Any, **told: Any) -> Any:
        self.calls += 1
        return self._inner(*args, **told)


def deep(name: str) -> Any:
    return flow(name, num_layers=2, num_single_layers=2) if name == "flux-dev" else flow(name)


STOCK = {"flux-dev": diffusers.FluxPipeline, "qwen-image": diffusers.QwenImagePipeline}


@pytest.mark.parametrize("name", STOCK)
def test_what_is_left_out_is_what_stock_leaves_out(name: str) -> None:
    pipeline = deep(name)
    asked = request(steps=6, strength=1.0, guidance_scale=3.0, negative_prompt="bad" if name == "qwen-image" else "")
    components = components_of(pipeline)
    assert components is not None
    generator = torch.Generator().manual_seed(asked.seed)
    components.draw_sample_noise(picture(1), generator)
    noise = torch.randn(1, *components.latent_shape(picture(1)), generator=generator)
    text = STOCK[name](
        **{part: each for part, each in copy.deepcopy(pipeline).components.items() if each is not None}
    )
    text.set_progress_bar_config(disable=True)
    counted = Counted(text.transformer)
    text.transformer.enable_cache(FirstBlockCacheConfig(threshold=MUCH))
    told = {"true_cfg_scale": 3.0, "negative_prompt": "bad"} if name == "qwen-image" else {"guidance_scale": 3.0}
    latents = text(
        prompt=asked.prompt,
        num_inference_steps=6,
        width=32,
        height=32,
        latents=text._pack_latents(noise, 1, *noise.shape[1:]),
        output_type="latent",
        **told,
    ).images
    wanted = pipeline._unpack_latents(latents, 32, 32, pipeline.vae_scale_factor).view(noise.shape[1:])
    rows = 2 if name == "qwen-image" else 1
    assert rows <= counted.calls < 6 * rows, "some steps are computed, and some left out"
    with Bench(pipeline) as bench:
        (exact,) = bench.paint(Caller(asked, picture(1)))
        with_cache(bench)
        ours = Counted(bench.loaded.components.denoiser)
        several = bench.paint(
            Caller(asked, picture(1)),
            Caller(request("other", steps=4, strength=0.5, seed=9, prompt="night"), picture(2)),
            Caller(asked, picture(3)),
        )
        assert ours.calls or counted.calls
    for got in (several[0], several[2]):
        assert error(got.latents, wanted) < BOUND, "whoever else is at work"
    assert error(exact.latents, wanted) > BOUND, "it changes pixels"


def test_what_is_remembered_goes_with_its_request() -> None:
    with Bench(deep("flux-dev")) as bench:
        with_cache(bench)
        assert bench.loaded.step_cache is not None
        bench.paint(*[Caller(request(f"{seed}", steps=3), picture(seed)) for seed in range(4)])
        gone = Caller(request("gone", steps=8, strength=1.0), picture(1), leave_after=2)
        bench.paint(gone)
        bench.paint(Caller(request("last", steps=2), picture(1)))
        gc.collect()
        assert len(bench.loaded.step_cache) <= 1, "of the last one, which the loop may still hold"


def test_adapters_and_step_caching_go_together(tmp_path: Path) -> None:
    pipeline = deep("flux-dev")
    file = save_lora(pipeline, tmp_path / "style.safetensors", seed=1)
    plain, styled = request("plain", steps=4), request("styled", steps=4, loras=(Lora("style", 0.7),))
    with Bench(pipeline, loras={"style": LoraEntry(place=str(file))}) as bench:
        exact = bench.paint(Caller(plain, picture(1)), Caller(styled, picture(1)))
    with Bench(pipeline, loras={"style": LoraEntry(place=str(file))}) as bench:
        with_cache(bench, threshold=1e-9)
        ended = bench.paint(Caller(plain, picture(1)), Caller(styled, picture(1)))
    for got, wanted in zip(ended, exact, strict=True):
        assert error(got.latents, wanted.latents) < BOUND, "a threshold that nothing is under leaves nothing out"


def test_without_a_threshold_there_is_none_and_a_model_that_takes_none_says_so() -> None:
    assert cached(flow("flux-dev"), 0.0).step_cache is None
    with pytest.raises(ModelUnavailable, match="takes no step cache: leave `step_cache` out"):
        cached(flow("z-image"))


def test_the_fastest_kernel_that_can_is_taken_for_this_model_only() -> None:
    model = flow("qwen-image").transformer
    times = {"native": 1.0, "_native_math": 0.5, "_native_efficient": 0.9}

    def seconds() -> float:
        chosen = [each.processor._attention_backend for each in _attentions(model)]
        now = {str(each.value) for each in chosen if each}
        (kernel,) = now or {"native"}
        if kernel == "_native_efficient":
            raise RuntimeError("not on this card")
        return times[kernel]

    assert choose(model, seconds, ("_native_efficient", "_native_math", "no_such_kernel")) == "_native_math"
    assert _AttentionBackendRegistry.get_active_backend()[0] is AttentionBackendName.NATIVE
    assert choose(model, lambda: 1.0, ("_native_math",)) == "native", "the same time is no reason"


def _attentions(model: Any) -> list[Any]:
    return [each for each in model.modules() if hasattr(getattr(each, "processor", None), "_attention_backend")]


def test_a_kernel_of_the_owners_is_used_or_refused_with_the_reason() -> None:
    pipeline = flow("qwen-image")
    exact = components_of(flow("qwen-image"))
    assert exact is not None
    loaded = cached(pipeline, 0.0, attention="_native_math")
    assert {each.processor._attention_backend for each in _attentions(loaded.components.denoiser)} == {
        AttentionBackendName._NATIVE_MATH
    }
    with pytest.raises(ModelUnavailable, match="cannot use the attention 'warp'"):
        cached(flow("qwen-image"), 0.0, attention="warp")
    with pytest.raises(ValueError, match="flash"):
        use(pipeline.transformer, "flash", lambda: 1.0)
