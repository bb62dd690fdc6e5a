"""Control networks, which keep the structure of a map in the picture (Zhang et al. 2023, arXiv:2302.05543).

A network is called over the rows that it steers, and its residuals are added inside the model's own call. Rows
without control get zeros, which change nothing, so both kinds share the model's calls. What differs by family is in
classes that implement `ControlNet`; a family names them as `Components.networks`.
"""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Self
from weakref import WeakValueDictionary

import diffusers
import numpy as np
import torch
from PIL import Image

from inference.acceleration.emulated import widen
from inference.acceleration.packing import pack
from inference.acceleration.rotary import turn_by_products
from inference.acceleration.transfer import to_device
from inference.api import Control, ControlKind
from inference.batching.components import Components, ControlNet, Residuals
from inference.batching.denoiser import Rows
from inference.errors import Unsuited
from inference.models import hub
from inference.models.device_errors import is_of_device, translate
from inference.models.devices import emulated, weight

UNION_MODES = {
    ControlKind.POSE: 0,
    ControlKind.DEPTH: 1,
    ControlKind.SOFTEDGE: 2,
    ControlKind.SCRIBBLE: 2,
    ControlKind.CANNY: 3,
    ControlKind.LINEART: 3,
}
"""Numbers of the kinds in union networks: their authors' numbering, which diffusers documents as `control_mode`."""

KINDS = frozenset(
    {
        "ControlNetModel",
        "ControlNetUnionModel",
        "FluxControlNetModel",
        "QwenImageControlNetModel",
        "SD3ControlNetModel",
    }
)
"""Classes of diffusers, which imports one when it is asked for."""

_ALIKE = ("in_channels", "cross_attention_dim", "block_out_channels", "layers_per_block", "addition_embed_type")
"""Options in which a network has to equal the UNet that it steers."""


@dataclass(frozen=True, slots=True)
class UNetControlNet:
    """One of Stable Diffusion 1, 2 or XL.

    Attributes:
        mode: a union network's number for the kind; None if the network knows one kind only.
    """

    model: Any
    mode: int | None

    @classmethod
    def of(cls, model: Any, kind: ControlKind) -> Self:
        return cls(model, UNION_MODES[kind] if type(model).__name__ == "ControlNetUnionModel" else None)

    @staticmethod
    def fits(network: Any, components: Components) -> bool:
        shrink = 2 ** (len(network.config.conditioning_embedding_out_channels) - 1)
        return shrink == components.vae_scale_factor and alike(network, components, _ALIKE)

    @property
    def once(self) -> bool:
        return False

    @property
    def layout(self) -> tuple[int, ...]:
        return ()

    @staticmethod
    def prepare(network: Any, components: Components) -> None:
        """Nothing."""

    def draws(self, drawn: Image.Image, components: Components, generator: torch.Generator) -> None:
        """None: a map is given in pixels."""

    def hint(self, drawn: Image.Image, components: Components, noise: torch.Tensor | None) -> torch.Tensor:
        del noise
        return hint(drawn, components)

    def residuals(self, rows: Rows, hints: torch.Tensor, scales: torch.Tensor) -> tuple[torch.Tensor, ...]:
        added = None if rows.pooled is None else {"text_embeds": rows.pooled, "time_ids": rows.sizes}
        inputs: dict[str, Any] = {"controlnet_cond": hints}
        if self.mode is not None:
            types = torch.zeros(len(hints), self.model.config.num_control_type, device=hints.device)
            types[:, self.mode] = 1
            inputs = {"controlnet_cond": [hints], "control_type": types, "control_type_idx": [self.mode]}
        down, middle = self.model(
            rows.latents,
            rows.timesteps,
            encoder_hidden_states=rows.hidden,
            added_cond_kwargs=added,
            return_dict=False,
            **inputs,
        )
        weights = scales.view(-1, 1, 1, 1)
        return tuple((each * weights).to(each.dtype) for each in (*down, middle))

    def spread(self, residuals: tuple[torch.Tensor, ...], components: Components) -> Residuals:
        del components
        return residuals, ()


class ControlNets:
    """The networks of one model, each loaded on first use. Safe to use from many threads.

    Args:
        components: of the model that they steer.
        places: kind -> hub id or folder, safetensors only; a union network may stand at several.
        make_room: called with the bytes that a network needs, before it is loaded.
    """

    def __init__(
        self,
        components: Components,
        places: Mapping[ControlKind, str],
        make_room: Callable[[int], object] = lambda _nbytes: None,
    ) -> None:
        self._components = components
        self._places = places
        self._make_room = make_room
        self._kept: dict[str, Any] = {}  # the one used last is the last
        self._alive: WeakValueDictionary[str, Any] = WeakValueDictionary()  # those kept, and those still in use
        self._loading = threading.Lock()

    @property
    def nbytes(self) -> int:
        """Bytes of those in memory."""
        models = [reference() for reference in self._alive.valuerefs()]
        return sum(weight(model) for model in models if model is not None)

    def is_ready(self, kind: ControlKind) -> bool:
        return self._places.get(kind) in self._alive

    def get(self, kind: ControlKind) -> ControlNet:
        """The network for that kind; those of kinds that share one are equal if it takes them alike.

        Raises:
            Unsuited: if there is none, or it does not fit the model.
            OutOfMemory: if the device has no room for it.
        """
        if kind not in self._places:
            raise Unsuited(
                f"This model cannot keep {kind.value}: it has no control network for it.",
                cause="no-network",
                values={"kind": kind.value},
            )
        place = self._places[kind]
        with self._loading:
            model = self._alive.get(place)
            if model is None:
                model = self._alive[place] = load(place, self._components, self._make_room)
            self._kept.pop(place, None)
            self._kept[place] = model
        return self._components.networks[type(model).__name__].of(model, kind)

    def drop_one(self) -> bool:
        """Let the one go that was used longest ago, of those that no run uses; whether there was one."""
        for place in tuple(self._kept):
            self._kept.pop(place, None)
            model = self._alive.get(place)
            if model is None:
                return True
            self._kept[place] = model  # in use, so it is among those used last
        return False

    def forget(self) -> None:
        """Give their memory back, once the runs that use them have ended."""
        self._kept.clear()


def load(place: str, components: Components, make_room: Callable[[int], object]) -> Any:
    """A control network for a model, on its device and in its number format. Never unpickles and runs no code.

    Whether it fits and how large it is are known from its configuration, before its weights are read.

    Raises:
        Unsuited: if there is none that fits.
        OutOfMemory: if the device has no room for it.
        DevicePoisoned: if the device is lost.
    """
    try:
        found = hub.network(place)
        variant = hub.variant_of_network(found)
        config = diffusers.ControlNetModel.load_config(str(found))
        name = str(config.get("_class_name"))
        if name not in KINDS:
            raise KeyError(name)  # noqa: TRY301 -- said below
        kind = getattr(diffusers, name)
        with torch.device("meta"):
            outline = kind.from_config(config)
        if name in components.networks and components.networks[name].fits(outline, components):
            make_room(sum(each.numel() for each in outline.parameters()) * components.dtype.itemsize)
            model = kind.from_pretrained(
                str(found), torch_dtype=components.dtype, use_safetensors=True, variant=variant
            )
            model = model.to(components.device).eval()
            components.networks[name].prepare(model, components)
            return _laid_out(model, components)
    except KeyError:
        raise Unsuited(
            f"The control network {place!r} is no control network: the bot's owner has to mend the entry.",
            cause="network-none",
            values={"network": place},
        ) from None
    except Exception as error:  # noqa: BLE001 -- the libraries raise whatever a broken file makes of them
        if is_of_device(error):
            raise translate(error) from None
        reason = str(error).strip().split("\n", 1)[0].rstrip(".")[:160]
        raise Unsuited(
            f"The control network {place!r} cannot be loaded ({reason}): the bot's owner has to mend the entry.",
            cause="network-broken",
            values={"network": place, "reason": reason},
        ) from None
    raise Unsuited(
        f"The control network {place!r} is made for other models: the bot's owner has to mend the entry.",
        cause="network-foreign",
        values={"network": place},
    )


def alike(network: Any, components: Components, options: tuple[str, ...]) -> bool:
    """Whether a network has these options as the model that it is to steer."""
    return all(_plain(network.config[name]) == _plain(components.denoiser.config[name]) for name in options)


def hint(drawn: Image.Image, components: Components) -> torch.Tensor:
    """A map as networks of UNets take it, [1, 3, height, width] in [0, 1], on the device."""
    levels = torch.from_numpy(np.asarray(drawn.convert("RGB"), dtype=np.float32) / 255)
    return to_device(levels.permute(2, 0, 1)[None].to(components.dtype), components.device)


def acts(control: Control, call: int, calls: int) -> bool:
    """Whether control acts in call number `call` (from 0) of so many, by diffusers' rule for its start and end."""
    return control.scale != 0 and call / calls >= control.start and (call + 1) / calls <= control.end


def _laid_out(model: Any, components: Components) -> Any:
    """In memory as the UNet that it steers (`loaded_model.lay_out`)."""
    bfloat = components.device.type == "cpu" and components.dtype == torch.bfloat16
    if components.device.type == "cuda" or bfloat:
        model.to(memory_format=torch.channels_last)
    if components.device.type == "cpu":
        turn_by_products(model)
    if components.device.type == "cpu" and emulated(components.dtype):
        widen(model)
    elif bfloat:
        pack(model)
    return model


def _plain(option: Any) -> Any:
    return list(option) if isinstance(option, tuple) else option
