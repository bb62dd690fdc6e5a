"""What `check` finds of the models on offer, their adapters and their control networks."""

import re
from collections.abc import Container, Iterator, Mapping
from pathlib import Path

from huggingface_hub import get_token

from bot.findings import Finding, State
from inference.api import Capacity, ControlKind, ModelDefaults
from inference.models.entry import LINES, MapModels, ModelEntry
from inference.models.hub import HubRef, RepositoryKind
from inference.models.overview import ModelOverview

_HUB_PLACE = re.compile(r"[\w-][\w.-]*(/[\w.-]+)+", re.ASCII)
"""A repository on the hub, or a file in one."""

_BARE_KEY = re.compile(r"[\w-]+", re.ASCII)
"""A name that TOML takes without quotes."""

_STEERABLE = "the families Stable Diffusion, FLUX.1 and Qwen-Image"


def model_findings(
    entries: Mapping[str, ModelEntry],
    capacity: Capacity,
    map_models: MapModels,
    *,
    catalogue: Container[str],
    default: str,
    troubles: Mapping[str, str] | None = None,
) -> Iterator[Finding]:
    """What stands in the way of models, of adapters and of structure control.

    The service starts with whatever of it, unless the default model cannot be loaded.

    Args:
        entries: the models on offer.
        capacity: of the engine that offers them.
        map_models: what draws depth and poses.
        catalogue: the names of all entries; the default model may be none of them.
        default: the name of the default model.
        troubles: why models cannot be used, by name, as far as their files say.
    """
    for name, entry in entries.items():
        broken = State.WRONG if name == default else State.NOTE
        defaults = capacity.models.get(name)
        trouble = (troubles or {}).get(name, "")
        if trouble or defaults is None:
            words = trouble or f"{entry.id} cannot be used: give a hub id or a folder in diffusers' layout"
            yield Finding(f"model {name}", broken, words)
        elif not defaults.here and entry.gated and not get_token():
            page = f"https://huggingface.co/{HubRef.of(entry.id).repository}"
            words = f"is gated: accept its terms on {page} and set HF_TOKEN"
            yield Finding(f"model {name}", State.NOTE, words)
        elif not defaults.here:
            yield Finding(f"model {name}", State.NOTE, "is downloaded when it is first asked for")
        places = {f"adapter {lora}": each.place for lora, each in entry.loras.items()}
        places |= {f"control {kind}": place for kind, place in entry.controls.items()}
        for what, place in _needed_files(name, entry):
            if not _exists(place):
                words = f"{place} is not there: mend the entry of {name}, or put it there"
                yield Finding(what, broken, words)
        for what, place in places.items():
            if not _exists(place) and not _HUB_PLACE.fullmatch(place):
                words = f"{place} is not there: mend the entry of {name}, or put it there"
                yield Finding(what, State.NOTE, words)
        if defaults is not None:
            yield _control(name, entry, defaults, map_models, own=name in catalogue)


def _needed_files(name: str, entry: ModelEntry) -> Iterator[tuple[str, str]]:
    """What of this machine a model cannot be loaded without, by what it is to the owner."""
    yield from ((f"embedding {word}", place) for word, place in entry.embeddings.items())
    if entry.vae and HubRef.part(entry.vae, RepositoryKind.NETWORK) is None:
        yield f"vae of {name}", entry.vae


def memory_findings(shown: Mapping[str, ModelOverview], default: str) -> Iterator[Finding]:
    """How each model on offer would be run, by its memory plan; on a processor only what it weighs."""
    for name, each in shown.items():
        what = f"memory for {name}"
        if each.planned is not None:
            outside = f", {each.planned.host / 1e9:.1f} GB wait in memory" if each.planned.host else ""
            words = f"{each.planned.words}: {each.planned.peak / 1e9:.1f} GB on the card at most{outside} (estimated)"
            yield Finding(what, State.OK, words)
        elif each.weights and each.trouble:
            words = f"does not fit, it {each.trouble}: `pentimento models --card` shows what does"
            yield Finding(what, State.WRONG if name == default else State.NOTE, words)
        elif each.weights:
            yield Finding(what, State.OK, f"{each.weights / 1e9:.2g} GB of weights in 16 bit")


def _exists(place: str) -> bool:
    try:
        return Path(place).expanduser().exists()
    except (OSError, RuntimeError):  # too long a name, a folder not to be searched, a home that nobody has
        return False


def _control(name: str, entry: ModelEntry, defaults: ModelDefaults, map_models: MapModels, *, own: bool) -> Finding:
    """Which structure a model can be made to keep, and what would enable the rest; `own`: it has an entry."""
    if defaults.steerable is False:
        words = f"none: only models of {_STEERABLE} can keep structure"
        return Finding(f"control of {name}", State.NOTE, words)
    offered = [kind for kind in ControlKind if kind in defaults.controls]
    said = [", ".join(offered) or "none"]
    if netless := [kind for kind in ControlKind if kind not in offered and kind not in entry.controls]:
        key = name if _BARE_KEY.fullmatch(name) else f'"{name}"'
        mend = (
            f"a ControlNet under [{key}.controls] in models.file"
            if own
            else f'an entry of your own in models.file, with id = "{entry.id}" and ControlNets, named in model.id,'
        )
        proviso = "" if defaults.steerable else f" if the model is of {_STEERABLE}, which shows once it is here"
        said.append(f"{mend} would enable {', '.join(netless)}{proviso}")
    drawn = LINES | map_models.kinds
    said += [f"maps of {kind} need control.{kind}_model" for kind in ControlKind if kind not in drawn]
    return Finding(f"control of {name}", State.OK if offered else State.NOTE, "; ".join(said))
