"""What a model reads of a prompt, and what a member should know of the rest: pure.

Text encoders read a fixed number of tokens and say nothing of what comes behind them. So the member's own words are
cut here, at a word, where the library would cut; what the product adds, a style's words, keeps its room. Models with
a UNet and CLIP's encoders alone are given long prompts in chunks (`weighted_prompts`). Weights act in them, in Stable
Diffusion 3 and in FLUX.1.
"""

import bisect
import inspect
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from inference.api import Img2ImgRequest, Note
from inference.weighted_prompts import chunks, room, weighted

_MOST_QUOTED = 300
_MOST_RESERVED = 0.75
"""Of the tokens, for a style: the rest stays for the member's words."""

_LONG_WORD = 24
"""Letters: behind a longer run without a space, as in Chinese, one may cut anywhere."""

_TEMPLATE = 40
"""Tokens of the conversation that models which follow instructions put around a prompt; Qwen-Image's is longest."""

MOST_CHUNKS = 8
"""Of a prompt: 600 tokens of Stable Diffusion. More would make the model's calls slow for everybody."""

_WEIGHT = r"[+-]?(?:\d(?:[.,]\d+)?|[.,]\d+)"
_NOTATION = (
    (re.compile(rf"(?<!\\)\(((?=[^()]*[^\W\d])[^()]+?):\s*{_WEIGHT}\s*(?<!\\)\)"), r"\1"),
    (re.compile(rf"\[((?=[^\[\]]*[^\W\d])[^\[\]:]+):([^\[\]:]+):\s*{_WEIGHT}\s*\]"), r"\1 \2"),
    (re.compile(rf"\[((?=[^\[\]]*[^\W\d])[^\[\]:]+)::?\s*{_WEIGHT}\s*\]"), r"\1"),
    (re.compile(r"\(\(([^()]+)\)\)"), r"\1"),
    (re.compile(r"\[\[([^\[\]]+)\]\]"), r"\1"),
    (re.compile(r"\s*,?\s*\bBREAK\b,?"), ","),
)
"""What of the A1111 web UI's notation would reach the model as figures and marks, each with the words in it
(github.com/AUTOMATIC1111/stable-diffusion-webui/wiki/Features)."""

_TOKENIZERS = ("tokenizer", "tokenizer_2", "tokenizer_3")

_WEIGHTS = Note(
    "Weights such as (word:1.3) do not act here: the words were read without them.", cause="weights-unread"
)
_SCHEDULE = Note(
    "Changes on the way such as [day:dusk:0.5] do not act here: all of the words were read from the start.",
    cause="schedule-unread",
)


@dataclass(frozen=True, slots=True)
class ReadableRequest:
    """A request as its model can read it, and what was left out."""

    request: Img2ImgRequest
    notes: tuple[Note, ...] = ()


def readable(pipeline: Any, request: Img2ImgRequest) -> ReadableRequest:
    """A request with what a model reads of its texts.

    Args:
        pipeline: of diffusers; its tokenizers count.
        request: as it was asked.
    """
    in_chunks = reads_weights(pipeline)
    if in_chunks or weighs_tokens(pipeline):
        kept, fits = _as_it_is, (_chunk_meter if in_chunks else _plain_meter)(pipeline)
        unacted = _SCHEDULE if any(weighted(each).scheduled for each in _texts(request)) else None
    else:
        kept, fits = _without_weights, _meter(pipeline)
        unacted = _WEIGHTS if any(kept(each) != each for each in _texts(request)) else None
    notes = [unacted] if unacted else []
    prompt, unread = _fitted(kept(request.prompt), kept(request.style), fits)
    plain = kept(request.negative_prompt)
    if unread:
        notes.append(
            Note(
                f"The prompt is too long for this model. Not read: “{_shortened(unread)}”.",
                cause="prompt-unread",
                values={"words": _shortened(unread)},
            )
        )
    if request.guidance_scale > 1:
        plain, unread = _fitted(plain, kept(request.negative_style), fits)
        if unread:
            notes.append(
                Note(
                    f"The negative prompt is too long for this model. Not read: “{_shortened(unread)}”.",
                    cause="negative-unread",
                    values={"words": _shortened(unread)},
                )
            )
    return ReadableRequest(replace(request, prompt=prompt, negative_prompt=plain), tuple(notes))


def idle_negative(request: Img2ImgRequest, acts: Callable[[Img2ImgRequest], bool]) -> Note | None:
    """What a member should know whose own negative prompt does not act.

    Args:
        request: as it was asked.
        acts: whether a negative prompt acts in a request.
    """
    own = request.negative_prompt.removesuffix(request.negative_style).strip(", ")
    if not own or acts(request):
        return None
    if acts(replace(request, guidance_scale=max(2.0, request.guidance_scale))):
        guidance = f"{request.guidance_scale:g}"
        return Note(
            f"The negative prompt does not act at guidance {guidance}: ask for more, such as 5.",
            cause="negative-unguided",
            values={"guidance": guidance},
        )
    return Note(
        f"The negative prompt does not act with the model {request.model!r}.",
        cause="negative-idle",
        values={"model": request.model},
    )


def reads_weights(pipeline: Any) -> bool:
    """Whether weights and long prompts act: with a UNet whose prompt embeds are those of CLIP encoders only."""
    tokenizers = [each for name in _TOKENIZERS if (each := getattr(pipeline, name, None)) is not None]
    return (
        hasattr(pipeline, "unet")
        and bool(tokenizers)
        and all(type(each).__name__.startswith("CLIP") for each in tokenizers)
        and "prompt_embeds" in inspect.signature(pipeline.__call__).parameters
    )


def weighs_tokens(pipeline: Any) -> bool:
    """Whether weights act, in Stable Diffusion 3 and FLUX.1: if their tokenizers give the letters of each token."""
    kind = type(pipeline).__name__
    named = kind.startswith(("StableDiffusion3", "Flux")) and not kind.startswith("Flux2")
    tokenizers = [getattr(pipeline, name, None) for name in _TOKENIZERS]
    return named and all(getattr(each, "is_fast", False) for each in tokenizers if each is not None)


def _texts(request: Img2ImgRequest) -> tuple[str, ...]:
    """The texts of a request that the model encodes."""
    return (request.prompt, request.negative_prompt) if request.guidance_scale > 1 else (request.prompt,)


def _as_it_is(text: str) -> str:
    return text


def _without_weights(text: str) -> str:
    """A text with the words of other tools' notation in its place."""
    for marked, words in _NOTATION:
        while (inner := marked.sub(words, text)) != text:  # they stand within each other
            text = inner
    return text


Meter = Callable[[str, float], bool]
"""Whether a text takes at most a share of the tokens that are read."""


def _meter(pipeline: Any) -> Meter:
    """By the tokenizer that reads most: the encoders of one model are given the same text."""
    readers = list(_readers(pipeline))
    if not readers:
        return lambda _text, _share: True
    tokenizer, room = max(readers, key=lambda reader: reader[1])

    def fits(text: str, share: float) -> bool:
        tokens = tokenizer(text, add_special_tokens=False, truncation=False, verbose=False)["input_ids"]
        return len(tokens) <= int(room * share)

    return fits


def _plain_meter(pipeline: Any) -> Meter:
    """As `_meter`, of the words without their weights."""
    fits = _meter(pipeline)
    return lambda text, share: fits(weighted(text).plain, share)


def _chunk_meter(pipeline: Any) -> Meter:
    """By the chunks of the tokenizer that needs most of them."""
    tokenizers = [tokenizer for tokenizer, _ in _readers(pipeline)]

    def fits(text: str, share: float) -> bool:
        return all(_taken(text, each) <= MOST_CHUNKS * share for each in tokenizers)

    def _taken(text: str, tokenizer: Any) -> float:
        read = chunks(weighted(text), tokenizer)
        return len(read) - 1 + len(read[-1].ids) / room(tokenizer)

    return fits


def _readers(pipeline: Any) -> Iterator[tuple[Any, int]]:
    """The tokenizers of a pipeline, each with the number of a prompt's tokens that its encoder is given."""
    for name in _TOKENIZERS:
        tokenizer: Any = getattr(pipeline, name, None)
        kind = type(tokenizer).__name__
        if kind.startswith("CLIP"):
            yield tokenizer, room(tokenizer)
        elif tokenizer is not None and callable(tokenizer):
            parameter = inspect.signature(pipeline.__call__).parameters.get("max_sequence_length")
            most = parameter.default if parameter is not None and isinstance(parameter.default, int) else 0
            if most:
                yield tokenizer, most - (1 if kind.startswith("T5") else _TEMPLATE)


def _fitted(text: str, style: str, fits: Meter) -> tuple[str, str]:
    """A text that ends in a style's words, so that it is read; and what of the member's words is not."""
    if fits(text, 1):
        return text, ""
    ours = text.removesuffix(style)
    own, joint = (ours.rstrip(", "), style if ours != text else "")
    if joint and not fits(joint, _MOST_RESERVED):
        joint = joint[: _longest(joint, lambda part: fits(part, _MOST_RESERVED))].rstrip(", ")
    behind = f", {joint}" if joint else ""
    end = _longest(own, lambda part: fits(part + behind, 1))
    read = own[:end].rstrip(", ")
    return ", ".join(filter(None, (read, joint))), own[end:].strip(", ")


def _longest(text: str, fits: Callable[[str], bool]) -> int:
    """Where to cut a text so that its beginning fits: behind a word."""
    ends = [0]
    for word in re.finditer(r"\S+", text):
        ends += range(word.start() + 1, word.end()) if word.end() - word.start() > _LONG_WORD else ()
        ends.append(word.end())
    # Tokens grow with the text but for merges at its end, which change their number by one or two.
    place = bisect.bisect_left(ends, True, key=lambda end: not fits(text[:end]))
    return ends[max(0, place - 1)]


def _shortened(words: str) -> str:
    return words if len(words) <= _MOST_QUOTED else f"{words[:_MOST_QUOTED]}…"
