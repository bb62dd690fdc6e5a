"""What an owner says of a model. Plain values; needs neither torch nor a picture library."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from inference.api import ControlKind

LINES = frozenset({ControlKind.CANNY, ControlKind.LINEART, ControlKind.SCRIBBLE, ControlKind.SOFTEDGE})
"""Kinds of structure whose maps are drawn without a model."""

MAX_LORA_WEIGHT = 4.0


@dataclass(frozen=True, slots=True, kw_only=True)
class LoraEntry:
    """A low-rank adapter that requests may name.

    Attributes:
        place: a .safetensors file, a folder that holds one, a hub repository ("org/name"), or a file in one
            ("org/name/file.safetensors").
        weight: how much of it is added if a member does not say, -`MAX_LORA_WEIGHT` .. `MAX_LORA_WEIGHT`.
    """

    place: str
    weight: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class MapModels:
    """Models that draw control maps if lines will not do: hub ids or folders; empty is none.

    Attributes:
        depth: of transformers' task "depth-estimation".
        pose: a ViTPose with COCO's joints.
        person: of the task "object-detection"; finds the people for `pose`, which takes a picture for one without it.
    """

    depth: str = ""
    pose: str = ""
    person: str = ""

    @property
    def kinds(self) -> frozenset[ControlKind]:
        """Whose maps they draw."""
        places = {ControlKind.DEPTH: self.depth, ControlKind.POSE: self.pose}
        return frozenset(kind for kind, place in places.items() if place)

    def drawing(self, kind: ControlKind | None) -> tuple[str, ...]:
        """The models that draw maps of a kind."""
        places = {ControlKind.DEPTH: (self.depth,), ControlKind.POSE: (self.pose, self.person)}
        return tuple(filter(None, places.get(kind, ()))) if kind else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelEntry:
    """A model under the name that requests call it by. None and empty leave it to the model's own files.

    Attributes:
        id: the shipped model's name, a folder in diffusers' layout, a checkpoint in a .safetensors or .gguf file,
            a hub id, or such a file in a repository ("org/name/file.safetensors", or its address).
        base: for a checkpoint in one file: the folder or hub id of the model whose configurations, and whatever the
            file lacks, are used with it; empty takes the shipped ones of its family.
        prediction: what a checkpoint's UNet was trained to tell, "epsilon" or "v_prediction"; empty finds it out.
        zero_snr: whether the noisiest level of its training had no picture in it; None finds it out.
        vae: an autoencoder instead of the model's own: a hub id, a folder, a .safetensors file here or in a
            repository.
        clip_skip: which of the text encoder's last layers is taken, counted as A1111 does: 1 is the last one.
        revision: commit, branch or tag on the hub; empty is its main branch.
        variant: of the weights' files, such as "fp16"; "full" is none, empty prefers half the bytes.
        scheduler: name of a diffusers class to use instead of the model's own.
        max_pixels: working area.
        true_guidance: of a model that has its guidance as an input, such as FLUX.1 dev: how much a negative prompt
            weighs, by a second row in each call; 1 leaves negative prompts out.
        licence: a short note for members.
        gated: the hub gives it to those only who accepted its terms.
        quantize: "none", "int8", "nf4" or, for speed on cards that compute in it, "float8"; empty leaves it to the
            memory plan, which never takes float8.
        offload: "none", "text" or "blocks"; empty leaves it to the memory plan.
        preview_vae: a tiny autoencoder that draws previews on a GPU: a hub id or folder; empty is none.
        step_cache: threshold of diffusers' first-block cache, which changes pixels; 0 does without.
        attention: diffusers' name of the kernel of a transformer's attention; empty takes the fastest on CUDA.
        controls: kind of structure -> the ControlNet that keeps it: a hub id or folder.
        loras: adapters by the name that requests call them by.
        embeddings: words that a text encoder learned (textual inversion) -> their .safetensors files.
        embeddings_found: more of these, of which those are taken that fit and are no pickles.
    """

    id: str
    base: str = ""
    prediction: str = ""
    zero_snr: bool | None = None
    vae: str = ""
    clip_skip: int = 1
    revision: str = ""
    variant: str = ""
    steps: int | None = None
    guidance_scale: float | None = None
    scheduler: str = ""
    max_pixels: int | None = None
    true_guidance: float = 1.0
    licence: str = ""
    gated: bool = False
    quantize: str = ""
    offload: str = ""
    preview_vae: str = ""
    step_cache: float = 0.0
    attention: str = ""
    controls: Mapping[ControlKind, str] = field(default_factory=dict)
    loras: Mapping[str, LoraEntry] = field(default_factory=dict)
    embeddings: Mapping[str, str] = field(default_factory=dict)
    embeddings_found: Mapping[str, str] = field(default_factory=dict)

    @property
    def parts(self) -> tuple[str, ...]:
        """Where its autoencoders, networks, adapters and embeddings are."""
        adapters = (lora.place for lora in self.loras.values())
        words = (*self.embeddings.values(), *self.embeddings_found.values())
        return tuple(filter(None, (self.vae, self.preview_vae, *self.controls.values(), *adapters, *words)))

    @classmethod
    def from_json(cls, fields: dict[str, Any]) -> Self:
        """What `dataclasses.asdict` wrote."""
        return cls(
            **{
                **fields,
                "controls": {ControlKind(kind): place for kind, place in fields["controls"].items()},
                "loras": {name: LoraEntry(**lora) for name, lora in fields["loras"].items()},
            }
        )
