"""What a button's action id says; pure.

    rerun|<generation>|0.7      cancel|<job>.0      advanced

An id carries a verb and names, never a request: everything else is derived from the stored result when it is pressed.
"""

from dataclasses import dataclass

from bot.domain.actions import Verb
from bot.domain.card import Button
from bot.domain.ids import GenerationId, parse_generation_id
from bot.domain.strength import parse_strength

ADVANCED = "advanced"
"""Unfolds the advanced part of a form."""

OPEN_FORM = "open_form"
"""Opens an empty form, from App Home."""

AGAIN = "again|"
"""Begins the id of the button that opens a refused form again; the view's id follows."""

MENU = "menu|"
"""Begins the id of a menu; what is chosen is the id of a button."""

OPEN_SETTINGS = "open_settings"
FORGET = "forget"
EXPORT = "export"
SHOW_STYLES = "show_styles"


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """A pressed button of ours."""

    verb: Verb
    target: GenerationId
    strength: float | None = None


def action_id(button: Button) -> str:
    """The id that brings a button's meaning back; at most 60 of the 255 characters Slack allows."""
    parts = [button.verb.value, button.target]
    if button.strength is not None:
        parts.append(f"{button.strength:g}")
    return "|".join(parts)


def parse_control(text: str) -> Control | None:
    """A control from an action id, or None if it is not one of ours or not of this version."""
    verb, _, rest = text.partition("|")
    target, _, strength = rest.partition("|")
    generation = parse_generation_id(target)
    if verb not in set(Verb) or generation is None:
        return None
    return Control(verb=Verb(verb), target=generation, strength=parse_strength(strength) if strength else None)
