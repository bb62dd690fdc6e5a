"""Textual inversion: words of its own that a text encoder learned (Gal et al. 2022, arXiv:2208.01618)."""

import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file

from inference.api import ModelUnavailable
from inference.models.device_errors import is_of_device
from inference.models.disk import is_absent
from inference.models.entry import ModelEntry
from inference.models.safetensors_header import read_header

_SUFFIXES = (("clip_l", ""), ("clip_g", "_2"))
"""SDXL's files hold a tensor for each encoder, under these names."""

_TOKEN = re.compile("<word:(.+)>")
"""A word in a tokenizer's vocabulary. Those for more vectors than one have a number behind."""


def load(pipeline: Any, places: Mapping[str, str], model: str) -> None:
    """Teach a pipeline's text encoders the words that files hold.

    Args:
        pipeline: on the processor.
        places: word, as prompts will say it -> .safetensors file, as the A1111 web UI or diffusers writes them.
        model: its name.

    Raises:
        ModelUnavailable: one of them is not there, broken or for another kind of model.
    """
    for word, place in places.items():
        if not hasattr(pipeline, "load_textual_inversion"):
            raise ModelUnavailable(
                f"The model {model!r} takes no embeddings: leave {word!r} out of its entry. "
                "Stable Diffusion 1, 2 and XL take them."
            )
        for which, vectors in _vectors(word, Path(place).expanduser(), model, pipeline).items():
            _learn(pipeline, which, word, vectors, model)


def load_fitting(pipeline: Any, entry: ModelEntry, model: str) -> None:
    """Teach them the words of a folder too, but for those that an entry names; the log has what does not fit.

    One folder often serves models of several families, as in A1111.
    """
    for word, place in entry.embeddings_found.items():
        if word not in entry.embeddings:
            try:
                load(pipeline, {word: place}, model)
            except ModelUnavailable as refused:
                print(f"left out: {refused}", file=sys.stderr)  # noqa: T201 -- the parent logs what a worker prints


def _vectors(word: str, file: Path, model: str, pipeline: Any) -> dict[str, torch.Tensor]:
    """For each encoder, by the end of its component's name, [vectors, width]."""
    if file.suffix != ".safetensors":
        raise ModelUnavailable(
            f"The embedding {word!r} of the model {model!r} is no .safetensors file: pickles can run anything; "
            "get it as one, or convert it."
        )
    if is_absent(file):
        raise ModelUnavailable(
            f"The embedding {word!r} of the model {model!r} is not at {str(file)!r}: put it there or mend the entry."
        )
    read_header(file, model, shown=f"{file.name} (embedding {word!r})")
    tensors: dict[str, torch.Tensor] = {}
    try:
        tensors = load_file(file)
    except Exception as error:
        if is_of_device(error):
            raise
    whole = [each.numel() > 0 and each.float().isfinite().all() for each in tensors.values()]
    if not whole or not all(whole):  # NaN: of a training that failed
        raise ModelUnavailable(f"The embedding {word!r} of the model {model!r} is broken: get {file.name} again.")
    is_xl = getattr(pipeline, "text_encoder_2", None) is not None
    if is_xl:
        found = {end: tensors[name] for name, end in _SUFFIXES if name in tensors}
    else:
        found = {"": next(iter(tensors.values()))} if len(tensors) == 1 else {}
    found = {end: each for end, each in found.items() if getattr(pipeline, f"text_encoder{end}", None) is not None}
    if not found:
        raise ModelUnavailable(
            f"The embedding {word!r} was made for another kind of model than {model!r}: leave it out of its entry."
        )
    return {end: each if each.ndim > 1 else each[None] for end, each in found.items()}


def _learn(pipeline: Any, which: str, word: str, vectors: torch.Tensor, model: str) -> None:
    tokenizer, encoder = getattr(pipeline, f"tokenizer{which}"), getattr(pipeline, f"text_encoder{which}")
    width = encoder.get_input_embeddings().weight.shape[-1]
    if vectors.ndim != 2 or vectors.shape[-1] != width:
        raise ModelUnavailable(
            f"The embedding {word!r} is {vectors.shape[-1]} wide and the text encoder of {model!r} {width}: "
            "it was made for another kind of model, leave it out of its entry."
        )
    token = f"<word:{word}>"
    pipeline.load_textual_inversion({token: vectors}, token=token, tokenizer=tokenizer, text_encoder=encoder)


def spelled(tokenizer: Any, text: str) -> str:
    """A text with the words of embeddings as the tokenizer has them, in whatever letters members write them.

    Of words within words the longest counts: a tokenizer finds what it learned anywhere, "ink" in "pink" too.
    """
    learned = tokenizer.get_added_vocab() if hasattr(tokenizer, "get_added_vocab") else ()
    words = [found[1] for each in learned if (found := _TOKEN.fullmatch(each))]
    if not words:
        return text
    either = "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
    return re.sub(
        rf"(?<![a-z0-9_])({either})(?![a-z0-9_])",
        lambda found: f"<word:{found[1].lower()}>",
        text,
        flags=re.IGNORECASE,
    )
