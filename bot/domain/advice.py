"""One quiet line under a result, where what was asked plainly could have worked better: pure."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from bot.domain.job import Recipe
from bot.domain.request import Action
from bot.domain.strength import REFINE_STRENGTH
from bot.domain.style import Style, strength_of

LOW_CONTRAST = 0.07
"""Standard deviation of the lightness, of a range of 1, under which a picture looks like fog; photographs have 0.15
to 0.3."""

_FAINT, _FIERCE, _REPAINTS, _POLISHES = 0.2, 0.9, 0.4, REFINE_STRENGTH + 0.1
"""Strengths: less shows hardly any style, more keeps hardly anything; a style that repaints is best at this or more;
up to the last an AI picture is polished rather than repainted."""

_KEEP = re.compile(
    r"\b(keep|preserve|unchanged|behalte|bewahre|erhalte|unverändert|garde[rz]?|conserve[rz]?|préserve[rz]?|"
    r"mant[eé]n|mantener|conserva[r]?)\b|そのまま|維持|保って",
    re.IGNORECASE,
)
_POLISH = re.compile(
    r"\b(sharpen\w*|sharper|clean(ed)? ?up|improve\w*|enhance\w*|polish\w*|refine\w*|fix(ed)?|more detail\w*|"
    r"schärfe[rn]?|verbesser\w*|verfeiner\w*|polier\w*|aufpolier\w*|bereinig\w*|"
    r"améliore\w*|affine\w*|peaufine\w*|nettoie\w*|corrige\w*|"
    r"mejora\w*|pule|pulir|afina\w*|limpia\w*|corrige\w*)\b|きれいに|鮮明|仕上げ|修正|改善",
    re.IGNORECASE,
)
_WORD = re.compile(r"\w+")
_PLAIN = frozenset(
    {"in", "the", "and", "made", "with", "style", "art", "old", "soft", "deep", "low", "dark", "colors"}
)
"""Words of presets that name no style by themselves."""


class Advice(StrEnum):
    """What to say; `advice-<value>` in the catalogue of texts."""

    AI_PICTURE = "ai-picture"  # polishing wants less strength than repainting
    LOW_CONTRAST = "low-contrast"
    FAINT = "faint"  # too little strength for the style
    FIERCE = "fierce"  # too much strength to keep anything
    NO_STYLE = "no-style"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a request is, as far as advice goes.

    Attributes:
        recipes: one per picture.
        contrast: standard deviation of the source's lightness, 0 .. 0.5; None if it is not known.
        made_by_ai: the source says so itself, or is a result of ours.
    """

    action: Action
    recipes: tuple[Recipe, ...]
    contrast: float | None
    made_by_ai: bool


def advise(asked: Asked, styles: Mapping[str, Style]) -> Advice | None:
    """The one thing most worth saying; None if all is well, a sweep shows it, or strength means nothing."""
    recipe = asked.recipes[0]
    if len(asked.recipes) > 1 or recipe.strength == 0 or not recipe.uses_strength:
        return None
    return next((advice for advice, due in _dues(asked, recipe, styles) if due), None)


def _dues(asked: Asked, recipe: Recipe, styles: Mapping[str, Style]) -> Iterator[tuple[Advice, bool]]:
    """Each piece of advice with whether it is due, the weightiest first."""
    strength = recipe.strength
    styled = recipe.style is not None or names_a_style(recipe.prompt, styles.values())
    pale = asked.contrast is not None and asked.contrast < LOW_CONTRAST
    yield Advice.LOW_CONTRAST, pale and strength < _FIERCE
    yield Advice.FIERCE, strength > _FIERCE and recipe.control is None and bool(_KEEP.search(recipe.prompt))
    yield Advice.FAINT, strength < _FAINT and styled and usual_strength(recipe, styles) >= _REPAINTS
    unstyled = not styled and asked.action is not Action.REFINE
    polished = unstyled and bool(_POLISH.search(recipe.prompt))
    yield Advice.AI_PICTURE, polished and asked.made_by_ai and strength > _POLISHES
    yield Advice.NO_STYLE, unstyled and not asked.made_by_ai and strength >= _FAINT


def names_a_style(prompt: str, styles: Iterable[Style]) -> bool:
    """Whether the words have any that a preset is known by: of its name, or of what it asks the model for."""
    said = {word for word in _WORD.findall(prompt.lower()) if len(word) > 2}
    known = {word for style in styles for word in _WORD.findall(f"{style.name} {style.prompt}".lower())}
    return bool(said & (known - _PLAIN))


def usual_strength(recipe: Recipe, styles: Mapping[str, Style]) -> float:
    """What the recipe's style is best at."""
    return strength_of(styles.get(recipe.style or ""))
