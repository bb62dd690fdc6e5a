"""Weights in prompts of Stable Diffusion 3 and FLUX.1, on tiny models, in the step loop and through stock."""

from inspect import signature
from typing import Any

import numpy as np
import pytest
import torch

from inference.families.token_weights import encoded, instead_of_texts
from inference.models.loading import quiet
from inference.prompts import readable, weighs_tokens
from tests.harness.step_loop import Bench, Caller, error, picture, request
from tests.tiny_models.flow import flow
from tests.unit.inference.batching.test_flow_loop import stock

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning", "ignore::UserWarning")
CPU = torch.device("cpu")
FAMILIES = ("sd3", "flux-dev", "kontext")

quiet()


@pytest.fixture(params=FAMILIES)
def pipeline(request: pytest.FixtureRequest) -> Any:
    return flow(request.param)


def hidden(pipeline: Any, text: str) -> torch.Tensor:
    with torch.inference_mode():
        return encoded(pipeline, text, CPU).hidden[0]


def test_words_without_weights_are_what_stock_says(pipeline: Any) -> None:
    with torch.inference_mode():
        if "StableDiffusion3" in type(pipeline).__name__:
            theirs = pipeline.encode_prompt("a cat", None, None, device=CPU, do_classifier_free_guidance=False)[0][0]
        else:
            theirs = pipeline.encode_prompt("a cat", None, device=CPU)[0][0]
    assert torch.equal(hidden(pipeline, "a cat"), theirs)
    assert torch.equal(hidden(pipeline, r"a \(cat\)"), hidden(pipeline, "a (cat)"[:2] + r"\(cat\)"))


def test_a_weight_multiplies_its_own_tokens_and_no_other(pipeline: Any) -> None:
    plain, told = hidden(pipeline, "a cat b"), hidden(pipeline, "a (cat:1.5) b")
    share = torch.where(plain.abs().sum(-1) > 0, told.abs().sum(-1) / plain.abs().sum(-1), 1.0)
    raised = [place for place, each in enumerate(share.tolist()) if abs(each - 1) > 1e-4]
    blocks = 2 if getattr(pipeline, "text_encoder_3", None) is not None else 1
    first = pipeline.tokenizer_max_length if blocks == 2 else 0
    assert raised == [2, 3, 4] + [first + place for place in (2, 3, 4)] * (blocks - 1)
    assert torch.allclose(told[raised], plain[raised] * 1.5, atol=1e-6)


def test_sections_and_nested_weights_stand_where_their_words_do(pipeline: Any) -> None:
    plain, told = hidden(pipeline, "a, b c"), hidden(pipeline, "a BREAK (b [c])")
    assert torch.allclose(told[1], plain[1], atol=1e-6)
    assert torch.allclose(told[3], plain[3] * 1.1, atol=1e-5)
    assert torch.allclose(told[4], plain[4], atol=1e-5), "1.1 / 1.1"


def test_weights_are_kept_for_the_encoder_and_nothing_is_said_of_them(pipeline: Any) -> None:
    assert weighs_tokens(pipeline)
    read = readable(pipeline, request(prompt="a (cat:1.3)", negative_prompt="(ugly)"))
    assert (read.request.prompt, read.request.negative_prompt, read.notes) == ("a (cat:1.3)", "(ugly)", ())
    [note] = readable(pipeline, request(prompt="[a:b:0.5] (cat:1.3)")).notes
    assert note.cause == "schedule-unread"


def test_models_told_by_a_language_model_read_none() -> None:
    klein = flow("flux2-klein")
    read = readable(klein, request(prompt="a (cat:1.3)"))
    assert read.request.prompt == "a cat"
    assert [note.cause for note in read.notes] == ["weights-unread"]


@pytest.mark.parametrize("family", ["sd3", "flux-dev"])
def test_the_loop_paints_with_weights_what_stock_paints_with_them(family: str) -> None:
    pipeline = flow(family)
    asked = request(prompt="a (cat:1.6) b", negative_prompt="[ugly]", steps=2, strength=0.5, guidance_scale=2.0)
    takes = set(signature(pipeline.__call__).parameters)
    wished = instead_of_texts(pipeline, asked, takes)
    assert wished["prompt"] is None
    with Bench(pipeline) as bench:
        weighed, plain = bench.paint(
            Caller(asked, picture(1)), Caller(request(prompt="a cat b", steps=2, strength=0.5), picture(1))
        )
        assert not isinstance(weighed.end, Exception), weighed.end
    assert np.any(np.asarray(weighed.end) != np.asarray(plain.end))
    assert error(weighed.latents, stock(pipeline, asked, picture(1), **wished)) < 1e-5


def test_a_prompt_without_weights_is_left_to_stock(pipeline: Any) -> None:
    assert instead_of_texts(pipeline, request(prompt="a cat"), {"prompt_embeds"}) == {}
