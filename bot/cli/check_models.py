"""What `check` finds of the models on offer, their adapters and their control networks."""

import re
from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path

from huggingface_hub import get_token

from bot.cli.findings import Finding, State
from inference.api import Capacity, ControlKind, ModelDefaults
from inference.entry import LINES, MapModels, ModelEntry

_HUB_PLACE = re.compile(r"[\w-][\w.-]*(/[\w.-]+)+", re.ASCII)
"""A repository on the hub, or a file in one."""

_NEEDS_TORCHVISION = re.compile(r"qwen-?image-?edit", re.IGNORECASE)
"""Names of models whose pictures transformers can read with torchvision only."""


def model_findings(entries: Mapping[str, ModelEntry], capacity: Capacity, map_models: MapModels) -> Iterator[Finding]:
    """What stands in the way of the models besides the default one, of adapters and of structure control."""
    for name, entry in entries.items():
        defaults = capacity.models.get(name)
        if defaults is None:
            words = f"{entry.id} cannot be used: give a hub id or a folder in diffusers' layout"
            yield Finding(f"model {name}", State.WRONG, words)
        elif not defaults.here and entry.gated and not get_token():
            words = f"is gated: accept its terms on https://huggingface.co/{entry.id} and set HF_TOKEN"
            yield Finding(f"model {name}", State.NOTE, words)
        elif not defaults.here:
            yield Finding(f"model {name}", State.NOTE, "is downloaded when it is first asked for")
        if _NEEDS_TORCHVISION.search(entry.id) and not find_spec("torchvision"):
            words = f"{entry.id} needs torchvision, of the build that belongs to your torch: see docs/models.md"
            yield Finding(f"model {name}", State.NOTE, words)
        places = {f"adapter {lora}": each.place for lora, each in entry.loras.items()}
        places |= {f"control {kind}": place for kind, place in entry.controls.items()}
        for what, place in places.items():
            if not Path(place).expanduser().exists() and not _HUB_PLACE.fullmatch(place):
                words = f"{place} is not there: mend the entry of {name}, or put it there"
                yield Finding(what, State.WRONG, words)
        if defaults is not None:
            yield _control(name, entry, defaults, map_models)


def _control(name: str, entry: ModelEntry, defaults: ModelDefaults, map_models: MapModels) -> Finding:
    """Which structure a model can be made to keep, and what would enable the rest."""
    offered = [kind for kind in ControlKind if kind in defaults.controls]
    words = [", ".join(offered) or "none"]
    if netless := [kind for kind in ControlKind if kind not in offered and kind not in entry.controls]:
        words.append(f"a ControlNet under [{name}.controls] in models.file would enable {', '.join(netless)}")
    drawn = LINES | map_models.kinds
    words += [f"maps of {kind} need control.{kind}_model" for kind in ControlKind if kind not in drawn]
    if not offered and drawn.intersection(entry.controls):
        words = ["none: only models of the families Stable Diffusion 1, 2 and XL can keep structure"]
    return Finding(f"control of {name}", State.OK if offered else State.NOTE, "; ".join(words))
