"""Weighted prompts of Stable Diffusion 3 and FLUX.1: what their encoders say of a token is multiplied by its weight.

So does Forge (backend/text_processing/t5_engine.py), but for the mean, which it then brings back to what it was.
Nothing was normalised here, as in SDXL, where dividing by a mean of next to nothing gave artifacts
(AUTOMATIC1111/stable-diffusion-webui#14874). Pooled embeddings know no weights. Models told by a language model
(FLUX.2, Qwen-Image, Z-Image) read none: ComfyUI switches them off there (`disable_weights` of their tokenizers).
"""

import bisect
from collections.abc import Container, Iterator
from itertools import accumulate
from typing import Any

import torch

from inference.api import Img2ImgRequest
from inference.batching.components import PromptEmbeds
from inference.prompts import weighs_tokens
from inference.weighted_prompts import Weighted, weighted


def encoded(pipeline: Any, text: str, device: torch.device) -> PromptEmbeds:
    """What stock's `encode_prompt` says of a text without its notation, with the weights."""
    told = weighted(text)
    if hasattr(pipeline, "text_encoder_3"):
        hidden, _, pooled, _ = pipeline.encode_prompt(
            told.plain, None, None, device=device, do_classifier_free_guidance=False
        )
        first = pipeline.tokenizer_max_length
        blocks = [(pipeline.tokenizer, first), (pipeline.tokenizer_3, hidden.shape[1] - first)]
    else:
        hidden, pooled, _ = pipeline.encode_prompt(told.plain, None, device=device)
        blocks = [(pipeline.tokenizer_2, hidden.shape[1])]
    if told.is_plain:
        return PromptEmbeds(hidden, pooled)
    weights = torch.tensor([weight for reader, rows in blocks for weight in _weights(told, reader, rows)])
    return PromptEmbeds((hidden.float() * weights.to(device)[:, None]).to(hidden.dtype), pooled)


def instead_of_texts(pipeline: Any, request: Img2ImgRequest, takes: Container[str]) -> dict[str, Any]:
    """What a stock pipeline is called with in place of texts with weights; else nothing."""
    texts = {"": request.prompt, "negative_": request.negative_prompt}
    if not weighs_tokens(pipeline) or all(weighted(text).is_plain for text in texts.values()):
        return {}
    device = pipeline._execution_device  # noqa: SLF001 -- where stock encodes texts
    with torch.inference_mode():
        words = {name: encoded(pipeline, text, device) for name, text in texts.items()}
    told: dict[str, Any] = {f"{name}prompt_embeds": each.hidden for name, each in words.items()}
    told |= {f"{name}pooled_prompt_embeds": each.pooled for name, each in words.items()}
    return {"prompt": None, "negative_prompt": None} | {name: each for name, each in told.items() if name in takes}


def _weights(told: Weighted, tokenizer: Any, rows: int) -> Iterator[float]:
    """Of as many rows as an encoder gives; marks, padding and what nobody reads weigh 1."""
    if tokenizer is None:  # the encoder was left out, and its rows are zeros
        yield from [1.0] * rows
        return
    ends = [*accumulate(len(part.text) for part in told.parts)]
    spans = tokenizer(
        told.plain, padding="max_length", max_length=rows, truncation=True, return_offsets_mapping=True
    )["offset_mapping"]
    for begin, end in spans:
        yield 1.0 if begin == end else told.parts[bisect.bisect_left(ends, end)].weight
