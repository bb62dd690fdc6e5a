"""Whether the libraries have the classes that a model's index names, asked before any of its weights are read."""

from collections.abc import Container, Mapping
from typing import Any

import diffusers
import transformers

from inference.api import ModelUnavailable
from inference.models import hub, schedulers

_LIBRARIES = {"diffusers": diffusers, "transformers": transformers}


def refuse_unknown(index: Mapping[str, Any], model: str, *, but: Container[str] = ()) -> None:
    """Refuse a model of which the scheduler, or a component with weights, is of a class that nobody here has.

    Tokenizers and processors are left out: diffusers has newer names for some of them.

    Args:
        index: its components: name -> library and class.
        model: its name.
        but: components that are not taken from there.

    Raises:
        ModelUnavailable: names the first one, and the mend.
    """
    scheduler = schedulers.of_index(index)
    if "scheduler" in index and scheduler not in dir(diffusers.schedulers):
        usual = "EulerDiscreteScheduler" if "unet" in index else "FlowMatchEulerDiscreteScheduler"
        raise ModelUnavailable(
            f"The model {model!r} names {scheduler or None!r} as its scheduler in its {hub.INDEX}, which is "
            f"none of diffusers {diffusers.__version__}: write one of those there, such as {usual!r}, "
            "or choose another model."
        )
    for name in hub.components(index, but):
        library, kind = index[name]
        there = _LIBRARIES.get(str(library))
        if there is None or hub.WITHOUT_WEIGHTS.match(name):
            continue
        if kind not in dir(there):  # says it without importing the class
            raise ModelUnavailable(
                f"The model {model!r} names {kind!r} as its {name} in its {hub.INDEX}, which {library} "
                f"{there.__version__} does not have: update Pentimento, or choose another model."
            )
