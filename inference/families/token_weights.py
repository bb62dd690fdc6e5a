"""Weighted prompts of Stable Diffusion 3 and FLUX.1: the embedding of a token is multiplied by its weight.

So does Forge (backend/text_processing/t5_engine.py), but for the mean, which it then brings back to what it was.
Nothing is normalised here, as for SDXL, since dividing by a mean close to 0 gave artifacts there
(AUTOMATIC1111/stable-diffusion-webui#14874). Weights do not change pooled embeddings. Models whose text encoder is a
language model (FLUX.2, Qwen-Image, Z-Image) read no weights: ComfyUI switches them off there (`disable_weights` of
their tokenizers).
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
    """The prompt embeds of stock's `encode_prompt` for a text without its notation, multiplied by the weights."""
    prompt = weighted(text)
    if hasattr(pipeline, "text_encoder_3"):
        hidden, _, pooled, _ = pipeline.encode_prompt(
            prompt.plain, None, None, device=device, do_classifier_free_guidance=False
        )
        first = pipeline.tokenizer_max_length
        blocks = [(pipeline.tokenizer, first), (pipeline.tokenizer_3, hidden.shape[1] - first)]
    else:
        hidden, pooled, _ = pipeline.encode_prompt(prompt.plain, None, device=device)
        blocks = [(pipeline.tokenizer_2, hidden.shape[1])]
    if prompt.is_plain:
        return PromptEmbeds(hidden, pooled)
    weights = torch.tensor([weight for reader, rows in blocks for weight in _weights(prompt, reader, rows)])
    return PromptEmbeds((hidden.float() * weights.to(device)[:, None]).to(hidden.dtype), pooled)


def instead_of_texts(pipeline: Any, request: Img2ImgRequest, takes: Container[str]) -> dict[str, Any]:
    """Arguments of a stock pipeline in place of texts with weights; none if they have none."""
    texts = {"": request.prompt, "negative_": request.negative_prompt}
    if not weighs_tokens(pipeline) or all(weighted(text).is_plain for text in texts.values()):
        return {}
    device = pipeline._execution_device  # noqa: SLF001 -- where stock encodes texts
    with torch.inference_mode():
        embeds = {name: encoded(pipeline, text, device) for name, text in texts.items()}
    inputs: dict[str, Any] = {f"{name}prompt_embeds": each.hidden for name, each in embeds.items()}
    inputs |= {f"{name}pooled_prompt_embeds": each.pooled for name, each in embeds.items()}
    return {"prompt": None, "negative_prompt": None} | {name: each for name, each in inputs.items() if name in takes}


def _weights(prompt: Weighted, tokenizer: Any, rows: int) -> Iterator[float]:
    """A weight for each of the `rows` tokens that an encoder gives; special tokens and padding weigh 1."""
    if tokenizer is None:  # the encoder was left out, and its rows are zeros
        yield from [1.0] * rows
        return
    ends = [*accumulate(len(part.text) for part in prompt.parts)]
    spans = tokenizer(
        prompt.plain, padding="max_length", max_length=rows, truncation=True, return_offsets_mapping=True
    )["offset_mapping"]
    for begin, end in spans:
        yield 1.0 if begin == end else prompt.parts[bisect.bisect_left(ends, end)].weight
