"""The settings as whoever sits at this machine uses them."""

from config.settings import Settings


def for_owner(settings: Settings, model: str | None) -> Settings:
    """The settings with another model if one was named, which takes no revision; members' limits do not hold."""
    limits = settings.limits.model_copy(update={"per_user_per_day": 0, "per_request": 32})
    chosen = settings.model
    if model and model != chosen.id:
        chosen = chosen.model_copy(update={"id": model, "revision": ""})
    return settings.model_copy(update={"limits": limits, "model": chosen})
