"""What a model's folder says of its scheduler, looked at before diffusers reads it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import diffusers

from inference.api import ModelUnavailable
from inference.models import catalog


def refuse_unknown(folder: Path, index: Mapping[str, Any], model: str) -> None:
    """Refuse a file that names a class which is not there: diffusers takes the index's without a word.

    Raises:
        ModelUnavailable: it does.
    """
    file = folder / "scheduler" / "scheduler_config.json"
    named = catalog.read_json(file, model).get("_class_name") if file.is_file() else None
    if named is None or (isinstance(named, str) and hasattr(diffusers.schedulers, named)):
        return
    raise ModelUnavailable(
        f"The model {model!r} names {named!r} in its scheduler/{file.name}, which is no scheduler of diffusers: "
        f"name one as the `scheduler` of its entry, such as {index['scheduler'][1]!r} from its {catalog.INDEX}."
    )
