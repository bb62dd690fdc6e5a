"""Long and weighted prompts through the encoders and the step loop, on tiny models."""

from inspect import signature
from typing import Any

import pytest
import torch

from inference.families.clip_text import encoded, instead_of_texts, lengthened, needs_chunks
from inference.families.stable_diffusion import StableDiffusion
from inference.models.loading import quiet
from tests.harness.step_loop import Bench, Caller, error, picture, request, stock, worst
from tests.tiny_models.pipelines import stable_diffusion, stable_diffusion_xl

CPU = torch.device("cpu")
TOKENS = 20
"""That the tiny encoders read, begin and end among them."""

LONG = "abcdefghijklmnopqr stuvwxyzabcdefghij klmn"
"""40 letters: three chunks, of which the second ends inside a word."""

quiet()


@pytest.fixture(params=["sd", "sdxl", "refiner"])
def pipeline(request: pytest.FixtureRequest) -> Any:
    return {
        "sd": stable_diffusion,
        "sdxl": stable_diffusion_xl,
        "refiner": lambda: stable_diffusion_xl(refiner=True),
    }[request.param]()


def by_stock(pipeline: Any, text: str) -> tuple[torch.Tensor, Any]:
    with torch.inference_mode():
        if not hasattr(pipeline, "text_encoder_2"):
            return pipeline.encode_prompt(text, CPU, 1, False)[0], None
        hidden, _, pooled, _ = pipeline.encode_prompt(text, device=CPU, do_classifier_free_guidance=False)
        return hidden, pooled


def said(pipeline: Any, text: str) -> tuple[torch.Tensor, torch.Tensor | None]:
    with torch.inference_mode():
        embeds = encoded(pipeline, text, CPU)
    return embeds.hidden, embeds.pooled


def test_a_short_prompt_is_what_stock_says(pipeline: Any) -> None:
    for text in ("", "a cat", "abcdefghij"):
        assert not needs_chunks(pipeline, text)
        (ours, pooled), (theirs, theirs_pooled) = said(pipeline, text), by_stock(pipeline, text)
        assert torch.equal(ours, theirs)
        assert pooled is None or torch.equal(pooled, theirs_pooled)


def test_a_long_prompt_is_its_chunks_one_by_one(pipeline: Any) -> None:
    hidden, pooled = said(pipeline, LONG)
    assert needs_chunks(pipeline, LONG)
    assert hidden.shape[1] == 3 * TOKENS
    tokenizer = pipeline.tokenizer_2 if hasattr(pipeline, "tokenizer_2") else pipeline.tokenizer
    ids = tokenizer(LONG, add_special_tokens=False, truncation=False)["input_ids"]
    assert len(ids) == 40
    for place, begin in enumerate((0, 18, 36)):
        words = "".join(tokenizer.convert_ids_to_tokens(ids[begin : begin + 18])).replace("</w>", " ")
        if not words.endswith(" "):
            continue  # a word that is cut has another last letter
        part, first = by_stock(pipeline, words)
        assert torch.allclose(hidden[:, place * TOKENS : (place + 1) * TOKENS], part, atol=1e-6)
        assert place or pooled is None or torch.allclose(pooled, first, atol=1e-6)


def test_weights_multiply_their_tokens_and_no_others(pipeline: Any) -> None:
    plain, pooled = said(pipeline, "ab cd ef")
    changed, same = said(pipeline, "ab (cd:1.5) ef")
    ratio = (changed / plain)[0]
    if hasattr(pipeline, "text_encoder_2"):
        assert torch.allclose(ratio[3:5], torch.full_like(ratio[3:5], 1.5), rtol=1e-4)
        assert torch.equal(changed[0, :3], plain[0, :3])
        assert torch.equal(changed[0, 5:], plain[0, 5:])
        assert pooled is not None
        assert same is not None
        assert torch.equal(pooled, same)
    else:
        assert torch.allclose(ratio[3:5], torch.full_like(ratio[3:5], 1.5), rtol=1e-4)  # their mean is nothing
        assert torch.allclose(ratio[5:], torch.ones_like(ratio[5:]), rtol=1e-4)


def test_the_mean_is_brought_back_if_there_is_one() -> None:
    pipeline = stable_diffusion()
    getattr(pipeline.text_encoder, "text_model", pipeline.text_encoder).final_layer_norm.bias.data.fill_(-0.5)
    plain, _ = said(pipeline, "ab cd ef")
    changed, _ = said(pipeline, "ab (cd:1.5) ef")
    ratio = (changed / plain)[0]
    assert torch.allclose(changed.mean(), plain.mean(), rtol=1e-4)
    assert torch.allclose(ratio[3:5], 1.5 * ratio[:1], rtol=1e-4)
    assert not torch.allclose(ratio[0], torch.ones_like(ratio[0]), rtol=1e-3)


def test_a_chunk_without_weights_stays_as_it_was() -> None:
    pipeline = stable_diffusion()
    plain, _ = said(pipeline, "abcdefghijklmnopqr klmn")
    changed, _ = said(pipeline, "abcdefghijklmnopqr (klmn:1.4)")
    assert torch.equal(changed[:, :TOKENS], plain[:, :TOKENS])
    assert not torch.allclose(changed[:, TOKENS:], plain[:, TOKENS:])


@pytest.mark.parametrize("negative", ["", "ugly", LONG])
@pytest.mark.parametrize("prompt", ["a cat", LONG, "a (cat:1.3)"])
def test_both_rows_are_of_one_length(pipeline: Any, prompt: str, negative: str) -> None:
    components = StableDiffusion(pipeline)
    told = request(prompt=prompt, negative_prompt=negative, guidance_scale=3.0)
    with torch.inference_mode():
        rows = components.conditions(told, picture(1), torch.zeros(1, 4, 32, 32))
        none = components.encode_prompt("", negative=not negative).hidden
    chunks = 3 if LONG in {prompt, negative} else 1
    assert rows.hidden.shape[:2] == (2, chunks * TOKENS)
    if chunks == 3 and negative != LONG:
        assert torch.equal(rows.hidden[:1, -TOKENS:], none)


def test_what_is_remembered_is_told_apart_by_its_notation() -> None:
    components = StableDiffusion(stable_diffusion())
    with torch.inference_mode():
        told = [components.encode_prompt(text, negative=False).hidden for text in ("a cat", "a (cat)", "a (cat:1.2)")]
        again = components.encode_prompt("a (cat)", negative=False).hidden
    assert not torch.equal(told[0], told[1])
    assert not torch.equal(told[1], told[2])
    assert again is told[1]


def test_lengths_and_weights_beside_each_other_change_nobodys_picture() -> None:
    """What is painted together is what each would be alone."""
    recipes = [
        request("short", prompt="a cat", guidance_scale=3.0, seed=1),
        request("long", prompt=LONG, guidance_scale=3.0, seed=2),
        request("weighted", prompt="a (cat:1.4)", negative_prompt="[ugly]", guidance_scale=3.0, seed=3),
        request("both", prompt=f"({LONG}:0.7)", negative_prompt=LONG, guidance_scale=5.0, seed=4),
        request("one-row", prompt=LONG, guidance_scale=1.0, seed=5, steps=8),
    ]
    for make in (stable_diffusion, stable_diffusion_xl):
        pipeline = make("euler")
        together = [Caller(each, picture(seed)) for seed, each in enumerate(recipes)]
        with Bench(pipeline) as bench:
            painted = bench.paint(*together)
        for caller, ended in zip(together, painted, strict=True):
            with Bench(pipeline) as bench:
                [alone] = bench.paint(Caller(caller.request, caller.picture))
            assert ended.latents is not None
            assert alone.latents is not None
            assert error(ended.latents, alone.latents) < 1e-5


@pytest.mark.parametrize("negative", ["", "(ugly:1.2)"])
def test_pipelines_that_stock_runs_are_told_the_same(pipeline: Any, negative: str) -> None:
    """Not in the step loop because of their scheduler, yet with the same words."""
    takes = frozenset(signature(pipeline.__call__).parameters)
    assert instead_of_texts(pipeline, request(prompt="a cat", negative_prompt="ugly"), takes) == {}
    told = request(prompt=LONG, negative_prompt=negative, guidance_scale=4.0)
    wished = instead_of_texts(pipeline, told, takes)
    assert wished.pop("prompt") is wished.pop("negative_prompt") is None
    source = picture(3)
    by_hand = pipeline(
        **wished,
        image=source,
        strength=told.strength,
        num_inference_steps=told.steps,
        guidance_scale=told.guidance_scale,
        generator=torch.Generator("cpu").manual_seed(told.seed),
        output_type="latent",
    ).images[0]
    with Bench(pipeline) as bench:
        [painted] = bench.paint(Caller(told, source))
    assert error(painted.latents, by_hand) < 1e-5


def test_a_long_or_weighted_prompt_is_what_stock_makes_of_the_same_embeddings() -> None:
    """Through diffusers' own `prompt_embeds`, as other programs that weigh prompts use them."""
    pipeline = stable_diffusion("ddim")
    told = request(prompt=LONG + " (cat:1.3)", negative_prompt="ugly", guidance_scale=4.0)
    with torch.inference_mode():
        positive = encoded(pipeline, told.prompt, CPU)
        nothing = encoded(pipeline, "", CPU).hidden
        negative = lengthened(encoded(pipeline, "ugly", CPU), positive.hidden.shape[1], lambda: nothing)
    source = picture(3)
    by_hand = pipeline(
        prompt_embeds=positive.hidden,
        negative_prompt_embeds=negative.hidden,
        image=source,
        strength=told.strength,
        num_inference_steps=told.steps,
        guidance_scale=told.guidance_scale,
        generator=torch.Generator("cpu").manual_seed(told.seed),
        output_type="latent",
    ).images[0]
    with Bench(pipeline) as bench:
        [painted] = bench.paint(Caller(told, source))
    assert painted.latents is not None
    assert error(painted.latents, by_hand) < 1e-5
    assert (
        worst([painted], [stock(pipeline, told, source)]) > 1e-3
    )  # stock leaves out what is behind, and paints marks
