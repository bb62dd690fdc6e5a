"""What a model weighs, by the headers of its safetensors files: only names, shapes and number formats are read."""

import contextlib
import json
import math
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

from inference.api import ModelUnavailable
from inference.models import hub
from inference.models.gguf_header import SUFFIX, gguf_tensors
from inference.models.safetensors_header import read_header
from inference.models.tensor_names import FLOATS, of_denoiser
from inference.models.variants import variant_in, variants

ITEM_BYTES = {"F64": 8, "I64": 8, "F32": 4, "I32": 4, "F16": 2, "BF16": 2, "I16": 2}
"""Of the number formats that are not one byte or less."""

_BYTES = frozenset({"U8", "I8", "F8_E4M3", "F8_E5M2"})

_BLOCK = re.compile(r"^[A-Za-z_]\w*\.\d+\.")
"""Names of the tensors of a block: a list of modules at the top, and the place in it; diffusers streams those."""


@dataclass(frozen=True, slots=True)
class ModelPart:
    """A component of a pipeline.

    Attributes:
        numbers: all its weights.
        matrices: those of them that quantising makes smaller: weights of linear layers.
        block: the most numbers of one block, which is what streaming moves at a time.
        outside: numbers that are in no block.
        leaf: the most numbers of one tensor.
        packed: bytes as it is stored, if its file is quantised already; else 0.
    """

    name: str
    numbers: int
    matrices: int = 0
    block: int = 0
    outside: int = 0
    leaf: int = 0
    packed: int = 0

    @classmethod
    def of(cls, name: str, tensors: Iterable[tuple[str, str, tuple[int, ...]]]) -> Self:
        """A component from its tensors: name, number format as safetensors calls it, shape."""
        numbers = matrices = outside = leaf = stored = 0
        blocks: defaultdict[str, int] = defaultdict(int)
        small = False
        for tensor, number_format, shape in tensors:
            count = math.prod(shape)
            numbers += count
            leaf = max(leaf, count)
            stored += count * ITEM_BYTES.get(number_format, 1)
            # A plain weight in float8 is widened while it is read; quantisers have other names for theirs.
            widened = number_format in FLOATS and tensor.endswith(("weight", "bias"))
            small = small or (number_format in _BYTES and count > 1 and not widened)
            if len(shape) == 2 and tensor.endswith("weight") and "embed" not in tensor:
                matrices += count
            if named := _BLOCK.match(tensor):
                blocks[named[0]] += count
            else:
                outside += count
        block = max(blocks.values(), default=0)
        return cls(name, numbers, matrices, block, outside, leaf, stored if small else 0)

    @property
    def role(self) -> str:
        """One of "text", "denoiser", "vae" and "other"."""
        if self.name.startswith("text_encoder"):
            return "text"
        if self.name in {"unet", "transformer"}:
            return "denoiser"
        return "vae" if self.name in {"vae", "movq", "vqvae"} else "other"


def parts_of(folder: Path, *, variant: str = "") -> tuple[ModelPart, ...]:
    """The components of a folder in diffusers' layout that have weights; () if it has no index.

    Args:
        folder: of the model.
        variant: of the files that will be loaded, as in `ModelEntry`.
    """
    try:
        index = json.loads((folder / hub.INDEX).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return ()
    found = []
    for name in hub.components(index) if isinstance(index, dict) else ():
        there = variants(folder / name)
        preferred = variant if variant in there else "" if "" in there else next(iter(sorted(there)), "")
        files = [file for file in (folder / name).glob("*.safetensors") if variant_in(file.name) == preferred]
        tensors = [tensor for file in files for tensor in tensors_in_header(file)]
        if tensors:
            found.append(ModelPart.of(name, tensors))
    return tuple(found)


_PREFIXES = (
    ("model.diffusion_model.", "unet"),
    ("first_stage_model.", "vae"),
    ("cond_stage_model.", "text_encoder"),
    ("conditioner.embedders.0.", "text_encoder"),
    ("conditioner.embedders.1.", "text_encoder_2"),
)
"""What the tensors of Stable Diffusion's components begin with in one file, by CompVis' and Stability's programs."""


def parts_of_checkpoint(file: Path) -> tuple[ModelPart, ...]:
    """The components of a Stable Diffusion checkpoint in one file.

    A third of a UNet counts as one block: what streams is larger than the blocks that the file names.
    """
    found: defaultdict[str, list[tuple[str, str, tuple[int, ...]]]] = defaultdict(list)
    tensors = [*tensors_in_header(file)]
    own = of_denoiser(name for name, _, _ in tensors)
    for name, number_format, shape in tensors:
        beginning, part = next((each for each in _PREFIXES if name.startswith(each[0])), ("", ""))
        if part and (part != "unet" or name in own):
            inside = name.removeprefix(beginning)
            renamed = re.sub(r"^(input|middle|output)_blocks?\.", r"\g<1>.0.", inside) if part == "unet" else inside
            found[part].append((renamed, number_format, shape))
    return tuple(ModelPart.of(name, tensors) for name, tensors in found.items())


def transformer_of(file: Path) -> ModelPart:
    """The transformer in a file of its own, safetensors or GGUF."""
    if file.suffix != SUFFIX:
        tensors = [*tensors_in_header(file)]
        inside = of_denoiser(name for name, _, _ in tensors)
        own = [(inside[name], kind, shape) for name, kind, shape in tensors if name in inside]
        return ModelPart.of("transformer", own)
    packed = [*gguf_tensors(file)]
    named = of_denoiser(name for name, *_ in packed)
    shapes = [
        (named[name], "U8", (numbers, 1) if matrix else (numbers,))
        for name, numbers, _, matrix in packed
        if name in named
    ]
    return replace(ModelPart.of("transformer", shapes), packed=sum(each[2] for each in packed if each[0] in named))


def tensors_in_header(file: Path) -> Iterator[tuple[str, str, tuple[int, ...]]]:
    """The tensors of a safetensors file; none if it is something else, or not whole: loading will say so."""
    with contextlib.suppress(ModelUnavailable):
        header = read_header(file, file.name)
        yield from ((name, header.formats[name], shape) for name, shape in header.shapes.items())
