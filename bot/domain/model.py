"""Models as members see them."""

from inference.api import ModelDefaults


def label(name: str, defaults: ModelDefaults) -> str:
    """A model to choose: its name and its licence."""
    return f"{name} ({defaults.licence})" if defaults.licence else name
