"""Settings of a place, for tests."""

from collections.abc import Callable

from bot.domain.place import PlaceSettings


def set_to(settings: PlaceSettings) -> Callable[[PlaceSettings], PlaceSettings]:
    """A change of a place's settings to these, whatever was set."""
    return lambda _: settings
