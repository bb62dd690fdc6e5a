"""The settings as they hold for the person at this machine."""

import difflib
from pathlib import Path

from bot.domain.errors import InvalidRequest
from config.models import load_catalogue, offered_models
from config.settings import Settings


def for_owner(settings: Settings, model: str | None) -> Settings:
    """The settings with another model if one was named, which takes no revision; members' limits do not hold."""
    limits = settings.limits.model_copy(update={"per_user_per_day": 0, "per_request": 32})
    chosen = settings.model
    if model and model != chosen.id:
        chosen = chosen.model_copy(update={"id": model, "revision": ""})
    return settings.model_copy(update={"limits": limits, "model": chosen})


def check_model_name(name: str, settings: Settings) -> None:
    """Refuse a name that is nearly one of the catalogue, and neither a file nor an id of a hub.

    Raises:
        InvalidRequest: with the name that was meant.
    """
    known = {**load_catalogue(settings.models.file), **offered_models(settings)}
    near = difflib.get_close_matches(name, known, n=1)
    if name not in known and "/" not in name and near and not Path(name).exists():
        raise InvalidRequest(f"There is no model {name!r}: did you mean {near[0]!r}? `pentimento models` lists them.")
