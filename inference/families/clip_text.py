"""Weighted and long prompts through CLIP's text encoders, as Stable Diffusion 1, 2 and XL have them.

A prompt that needs neither is left to the stock pipeline's own `encode_prompt`.
"""

from collections.abc import Callable, Container
from typing import Any

import torch

from inference.api import Img2ImgRequest
from inference.batching.components import PromptEmbeds
from inference.models.embeddings import spelled
from inference.prompts import reads_weights
from inference.weighted_prompts import Chunk, Weighted, chunks, weighted

_MEAN = 0.02
"""Share of the standard deviation. A smaller mean is not restored: the factor could be any number."""


def needs_chunks(pipeline: Any, text: str) -> bool:
    """Whether the stock pipeline's `encode_prompt` leaves out something of a text: weights, words, embeddings."""
    prompt = weighted(text)
    return not prompt.is_plain or any(
        spelled(tokenizer, text) != text or len(_chunks(pipeline, prompt, tokenizer)) > 1
        for tokenizer, _ in _encoders(pipeline)
    )


def encoded(pipeline: Any, text: str, device: torch.device) -> PromptEmbeds:
    """A text of any length with its weights.

    Weights multiply the encoders' output for each token. For Stable Diffusion 1 and 2 the mean is then brought back
    to what it was, chunk by chunk, which is A1111's "Original". What SDXL takes is not normalised, and its mean next
    to nothing: it is left so, which is "No norm" (modules/sd_emphasis.py: "seems to work better for SDXL"). SDXL's
    pooled embedding is that of the first chunk, and knows no weights.

    Returns:
        `hidden` of [1, chunks * tokens, width].
    """
    prompt = weighted(text)
    is_xl = hasattr(pipeline, "text_encoder_2")
    encoders = _encoders(pipeline)
    read = [_chunks(pipeline, prompt, tokenizer) for tokenizer, _ in encoders]
    longest = max(len(each) for each in read)
    several, pooled = [], None
    for (tokenizer, encoder), own in zip(encoders, read, strict=True):
        filled = own + [Chunk((), ())] * (longest - len(own))  # embeddings may be longer for one encoder
        hidden, pooled = _encode_chunks(tokenizer, encoder, filled, device, is_xl=is_xl)
        several.append(hidden)
    return PromptEmbeds(torch.cat(several, dim=-1), pooled if is_xl else None)


def instead_of_texts(pipeline: Any, request: Img2ImgRequest, takes: Container[str]) -> dict[str, Any]:
    """Arguments of a stock pipeline in place of texts that it would not encode whole; else none.

    Args:
        pipeline: the stock pipeline.
        request: for its prompts.
        takes: names of the arguments that the pipeline has.
    """
    texts = {"": request.prompt, "negative_": request.negative_prompt}
    if not reads_weights(pipeline) or not any(needs_chunks(pipeline, text) for text in texts.values()):
        return {}
    device = pipeline._execution_device  # noqa: SLF001 -- where stock encodes texts
    with torch.inference_mode():
        embeds = {name: encoded(pipeline, text, device) for name, text in texts.items()}
        if not request.negative_prompt and pipeline.config.get("force_zeros_for_empty_prompt"):
            embeds["negative_"] = embeds["negative_"].zeros()
        longest = max(each.hidden.shape[1] for each in embeds.values())
        none = embeds["negative_"] if not request.negative_prompt else encoded(pipeline, "", device)
        embeds = {name: lengthened(each, longest, lambda: none.hidden) for name, each in embeds.items()}
    inputs: dict[str, Any] = {f"{name}prompt_embeds": each.hidden for name, each in embeds.items()}
    inputs |= {f"{name}pooled_prompt_embeds": each.pooled for name, each in embeds.items()}
    return {"prompt": None, "negative_prompt": None} | {name: each for name, each in inputs.items() if name in takes}


def lengthened(embeds: PromptEmbeds, tokens: int, nothing: Callable[[], torch.Tensor]) -> PromptEmbeds:
    """The same with the chunk of an empty prompt behind it, [1, tokens, width], until it is `tokens` long."""
    there = embeds.hidden.shape[1]
    if there == tokens:
        return embeds
    filler = nothing()
    more = filler.repeat(1, (tokens - there) // filler.shape[1], 1)
    return PromptEmbeds(torch.cat([embeds.hidden, more], dim=1), embeds.pooled)


def _encoders(pipeline: Any) -> list[tuple[Any, Any]]:
    """Its tokenizers with their encoders; SDXL's refiner has the second only."""
    there = [
        (getattr(pipeline, f"tokenizer{which}", None), getattr(pipeline, f"text_encoder{which}", None))
        for which in ("", "_2")
    ]
    return [(tokenizer, encoder) for tokenizer, encoder in there if tokenizer is not None and encoder is not None]


def _chunks(pipeline: Any, prompt: Weighted, tokenizer: Any) -> list[Chunk]:
    return chunks(
        prompt, tokenizer, lambda words: pipeline.maybe_convert_prompt(spelled(tokenizer, words), tokenizer)
    )


def _encode_chunks(
    tokenizer: Any, encoder: Any, read: list[Chunk], device: torch.device, *, is_xl: bool
) -> tuple[torch.Tensor, torch.Tensor | None]:
    """One encoder's output for the chunks, [1, chunks * tokens, width], and the first one's pooled, [1, width]."""
    length = tokenizer.model_max_length
    ids = torch.tensor([_framed(tokenizer, each.ids, length) for each in read], device=device)
    mask = None
    if getattr(encoder.config, "use_attention_mask", False):
        taken = torch.tensor([len(each.ids) + 2 for each in read], device=device)
        mask = (torch.arange(length, device=device) < taken[:, None]).long()
    output = encoder(ids, attention_mask=mask, output_hidden_states=is_xl)
    hidden: torch.Tensor = output.hidden_states[-2] if is_xl else output[0]
    weights = torch.ones(ids.shape, device=device)
    for row, each in enumerate(read):
        weights[row, 1 : len(each.weights) + 1] = torch.tensor(each.weights, device=device)
    if any(weight != 1 for each in read for weight in each.weights):
        plain = hidden.float()
        changed = plain * weights[..., None]
        if not is_xl:
            means = [each.mean((1, 2), keepdim=True) for each in (plain, changed)]
            large = torch.minimum(*(each.abs() for each in means)) > _MEAN * plain.std((1, 2), keepdim=True)
            changed = changed * torch.where(large, means[0] / means[1], 1.0)
        # Chunks without weights stay exactly as they were.
        touched = (weights != 1).any(1)[:, None, None]
        hidden = torch.where(touched, changed, plain).to(hidden.dtype)
    pooled = output[0][:1] if output[0].ndim == 2 else None
    return hidden.reshape(1, -1, hidden.shape[-1]), pooled


def _framed(tokenizer: Any, ids: tuple[int, ...], length: int) -> list[int]:
    """As the tokenizer would frame and pad them."""
    whole = [tokenizer.bos_token_id, *ids, tokenizer.eos_token_id]
    return whole + [tokenizer.pad_token_id] * (length - len(whole))
