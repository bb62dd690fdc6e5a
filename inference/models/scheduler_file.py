"""What a model's folder says of its scheduler, looked at before diffusers reads it."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import diffusers

from inference.api import ModelUnavailable
from inference.models import folder_check, hub, schedulers


def check(folder: Path, index: Mapping[str, Any], model: str) -> None:
    """Compare the class that it names with the index's, which diffusers takes without a word.

    One that diffusers lacks is refused, another one is said in the log.

    Raises:
        ModelUnavailable: it names what is no scheduler.
    """
    file = folder / "scheduler" / "scheduler_config.json"
    named = folder_check.read_json(file, model).get("_class_name") if file.is_file() else None
    taken = schedulers.of_index(index)
    if named is None or named == taken or not taken:
        return
    if not isinstance(named, str) or not hasattr(diffusers.schedulers, named):
        raise ModelUnavailable(
            f"The model {model!r} names {named!r} in its scheduler/{file.name}, which is no scheduler of diffusers: "
            f"name one as the `scheduler` of its entry, such as {taken!r} from its {hub.INDEX}."
        )
    words = f"{taken} of its {hub.INDEX} is used, not {named} of its scheduler/{file.name}"
    print(f"{model}: {words}: name that as the `scheduler` of its entry if it is meant", file=sys.stderr)  # noqa: T201 -- the parent logs it
