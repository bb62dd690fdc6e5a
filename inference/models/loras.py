"""Low-rank adapters on a loaded model.

The model itself is never changed: adapters are put on a copy of it that has modules of its own and shares every
weight, so that requests without adapters run what they always ran.
"""

import contextlib
import copy
import re
import threading
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

import torch

from inference.api import Lora, Note
from inference.errors import Unsuited
from inference.models.device_errors import is_of_device
from inference.models.entry import LoraEntry
from inference.models.lora_files import read
from inference.models.lora_names import under_diffusers_names
from inference.models.lora_weights import layers, of_layers_in_use
from inference.models.placement import is_streamed
from inference.models.quantized import takes_adapters

T = TypeVar("T")

VARIANTS = 8
"""Combinations of adapters and weights that encoded words are remembered for."""

ADAPTED = ("unet", "transformer", "text_encoder", "text_encoder_2")
"""Components of a pipeline that adapters change."""


_DENOISERS = frozenset({"unet", "transformer"})

_OF_WORDS = re.compile(r"(lora_te|text_encoder|te\d?[._])")
"""Beginnings of the names of weights for a text encoder, in the formats of kohya, diffusers and others."""

_OTHER_KINDS = {
    "hada_w1": "LoHa",
    "lokr_w": "LoKr",
    "oft_blocks": "OFT",
    "oft_diag": "OFT",
    "lora_mid": "LoCon (Tucker)",
    ".diff": "full difference",
    "bundle_emb": "LoRA + embedding",
}
"""Marks of what LyCORIS writes beside LoRAs (github.com/KohakuBlueleaf/LyCORIS), of which diffusers reads few."""

_NEVER = {
    "dora_scale": "DoRA",
    "query_norm.scale": "control LoRA",
    "norm_q.weight": "control LoRA",
    "lora_controlnet": "control LoRA",
    "qkv.lokr_": "LoKr",
}
"""Marks of what diffusers puts on: the first without its sizes, the next into weights that all requests share, the
last by making one layer of three in the model, to which no other adapter is put on any more."""


class LoraSet:
    """A model's adapters. `apply` is for whoever owns the device at that moment; the rest is safe from any thread.

    Args:
        model: its name, for sentences.
        pipeline: as it was loaded.
        entries: the adapters there are, by name.
        make_room: called with the bytes that an adapter needs, before it is loaded.

    Attributes:
        nbytes: what the adapters take.
    """

    def __init__(
        self,
        model: str,
        pipeline: Any,
        entries: Mapping[str, LoraEntry],
        make_room: Callable[[int], object] = lambda _nbytes: None,
    ) -> None:
        self.nbytes = 0
        self._make_room = make_room
        self._model = model
        self._pipeline = pipeline
        self._entries = entries
        # peft makes modules of the names that it is given, and those take neither dots nor words such as "pop". These
        # are of one length, as diffusers looks for a name inside others.
        width = len(str(len(entries)))
        self._inner = {name: f"a{number:0{width}}" for number, name in enumerate(entries)}
        self._lock = threading.RLock()
        self._reading = threading.Lock()
        self._read: dict[str, dict[str, torch.Tensor]] = {}  # and not put on yet
        self._adapted: Any = None
        self._there: set[str] = set()
        self._missed: dict[str, tuple[int, int]] = {}  # layers that this model has not, and all of them
        self._active: tuple[Lora, ...] = ()
        self._variants: dict[tuple[Lora, ...], Any] = {}

    def variant(self, loras: tuple[Lora, ...], make: Callable[[], T]) -> T:
        """What was made for these adapters; the `VARIANTS` used last are kept."""
        with self._lock:
            made: T = self._variants.pop(loras) if loras in self._variants else make()
            self._variants[loras] = made
            if len(self._variants) > VARIANTS:
                del self._variants[next(iter(self._variants))]
        return made

    @property
    def variants(self) -> tuple[Any, ...]:
        """What `variant` has made and keeps."""
        with self._lock:
            return tuple(self._variants.values())

    def has(self, loras: tuple[Lora, ...]) -> bool:
        """Whether nothing has to be read for these."""
        # In this order: what was read goes from there only once it is put on.
        return all(lora.name in self._read or lora.name in self._there for lora in loras)

    def fetch(self, loras: tuple[Lora, ...]) -> None:
        """Read what `apply` will put on: a download is nothing to wait for with the device in hand.

        Raises:
            Unsuited: if one of them is unknown or cannot be had.
        """
        with self._reading:
            for lora in loras:
                if not self.has((lora,)):
                    self._read[lora.name] = read(lora.name, self._place(lora.name))

    def adapted(self) -> Any:
        """The pipeline that adapters are put on.

        Raises:
            Unsuited: if the family takes none.
        """
        with self._lock:
            if self._adapted is None:
                # A copy would bring the original's weights to the device, and not its own.
                streamed = any(is_streamed(getattr(self._pipeline, name, None)) for name in ADAPTED)
                able = hasattr(self._pipeline, "load_lora_weights") and takes_adapters(self._pipeline)
                if streamed or not able:
                    raise Unsuited(
                        f"The model {self._model!r} takes no adapters: leave them out or use another.",
                        cause="no-loras",
                        values={"model": self._model},
                    )
                self._adapted = copy_for_adapters(self._pipeline)
            return self._adapted

    def apply(self, loras: tuple[Lora, ...]) -> None:
        """Make the adapted pipeline work with these adapters and no others.

        Raises:
            Unsuited: if one of them is unknown, missing or made for another model.
        """
        if loras == self._active:
            return
        for lora in loras:
            self._load_adapter(lora.name)
        self.adapted().set_adapters([self._inner[lora.name] for lora in loras], [lora.weight for lora in loras])
        self._active = loras

    def notes(self, loras: tuple[Lora, ...]) -> list[Note]:
        """What a member should know of a picture that was made with these."""
        return [
            Note(
                f"Of the adapter {lora.name!r} {missed[0]} of {missed[1]} layers do not fit this model "
                "and did nothing.",
                cause="lora-in-part",
                values={"name": lora.name, "missed": str(missed[0]), "all": str(missed[1])},
            )
            for lora in loras
            if (missed := self._missed.get(lora.name))
        ]

    def _place(self, name: str) -> str:
        if name not in self._entries:
            there = ", ".join(self._entries) or "none"
            raise Unsuited(
                f"The model {self._model!r} has no adapter {name!r}: there is {there}.",
                cause="lora-unknown",
                values={"model": self._model, "name": name, "names": there},
            )
        return self._entries[name].place

    def _load_adapter(self, name: str) -> None:
        try:
            if name not in self._there:
                self._put_on(name, self._read.get(name) or read(name, self._place(name)))
        finally:
            self._read.pop(name, None)

    def _put_on(self, name: str, weights: dict[str, torch.Tensor]) -> None:
        weights = of_layers_in_use(under_diffusers_names(weights, self._pipeline), self._pipeline)
        nbytes = sum(each.nbytes for each in weights.values())
        adapted, inner = self.adapted(), self._inner[name]
        if (kind := _kind_of(_NEVER, weights)) or _widens(adapted, weights):
            raise _of_kind(name, self._model, kind or "control LoRA")
        self._make_room(nbytes)
        self._active = ()  # whatever happens now, what is active is not known any more
        if hasattr(adapted, "unet"):  # its names without this are known, and this is 1 by now
            weights = {key: each for key, each in weights.items() if not key.endswith(".alpha")}
        try:
            with torch.inference_mode(mode=False), torch.no_grad():  # torchao's tensors cannot be read in that mode
                adapted.load_lora_weights(weights, adapter_name=inner)
            on = {part for part, names in adapted.get_list_adapters().items() if inner in names}
        except Exception as error:
            if is_of_device(error):
                _take_off(adapted, inner)
                raise
            on = set()
        if (refusal := _refusal(name, self._model, weights, on)) is not None:
            _take_off(adapted, inner)
            raise refusal
        self._there.add(name)
        self.nbytes += nbytes
        if (missed := layers(weights) - _layers_with(adapted, inner)) > 0:
            self._missed[name] = (missed, layers(weights))


def _take_off(adapted: Any, inner: str) -> None:
    """Whatever of an adapter was put on: its name would be taken, and the next try fail for that."""
    with contextlib.suppress(Exception):
        adapted.delete_adapters(inner)


def _refusal(name: str, model: str, weights: Iterable[str], on: set[str]) -> Unsuited | None:
    """Why an adapter with these weights cannot be used, if it was put on these components only; None if it can."""
    keys = tuple(weights)
    picture, words = bool(on & _DENOISERS), bool(on - _DENOISERS)
    if not on and (kind := _kind_of(_OTHER_KINDS, keys)):
        return _of_kind(name, model, kind)
    if not on:
        return Unsuited(
            f"The adapter {name!r} was made for another kind of model than {model!r}: leave it out.",
            cause="lora-foreign",
            values={"name": name, "model": model},
        )
    if not picture and not all(_OF_WORDS.match(key) for key in keys):
        return Unsuited(
            f"Of the adapter {name!r} only the text encoder's part fits {model!r}, not the denoiser's: "
            "it was made for another kind of model, leave it out.",
            cause="lora-words-only",
            values={"name": name, "model": model},
        )
    if not words and any(_OF_WORDS.match(key) for key in keys):
        return Unsuited(
            f"Of the adapter {name!r} the text encoder's part does not fit {model!r}: leave it out.",
            cause="lora-no-words",
            values={"name": name, "model": model},
        )
    return None


def _kind_of(marks: Mapping[str, str], keys: Iterable[str]) -> str:
    keys = tuple(keys)
    return next((kind for mark, kind in marks.items() if any(mark in key for key in keys)), "")


def _of_kind(name: str, model: str, kind: str) -> Unsuited:
    return Unsuited(
        f"The adapter {name!r} is a {kind}, which cannot be loaded for {model!r}: leave it out, or use a LoRA.",
        cause="lora-kind",
        values={"name": name, "model": model, "kind": kind},
    )


def _widens(pipeline: Any, weights: Mapping[str, torch.Tensor]) -> bool:
    """Whether an adapter is for a model that sees more than its latents: diffusers would widen the model for it."""
    entry = getattr(getattr(pipeline, "transformer", None), "x_embedder", None)
    first = weights.get("transformer.x_embedder.lora_A.weight")
    return first is not None and first.shape[-1] > getattr(entry, "in_features", first.shape[-1])


def _layers_with(pipeline: Any, inner: str) -> int:
    """Of how many layers an adapter was put on."""
    parts = [part for name in ADAPTED if isinstance(part := getattr(pipeline, name, None), torch.nn.Module)]
    return sum(
        any(inner in getattr(layer, names) for names in getattr(layer, "adapter_layer_names", ()))
        for part in parts
        for layer in part.modules()
    )


def copy_for_adapters(pipeline: Any) -> Any:
    """A pipeline with modules of its own where adapters go, and the same weights."""
    adapted = copy.copy(pipeline)
    for name in ADAPTED:
        part = getattr(pipeline, name, None)
        if isinstance(part, torch.nn.Module):
            shared = {id(each): each for each in (*part.parameters(), *part.buffers())}
            setattr(adapted, name, copy.deepcopy(part, shared))
    return adapted
