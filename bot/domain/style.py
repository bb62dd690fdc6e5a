"""Style presets: words an owner has found to work, under a name a member can pick."""

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.domain.errors import UnknownStyle
from bot.domain.options import MAX_GUIDANCE_SCALE
from bot.domain.strength import DEFAULT_STRENGTH
from bot.domain.words import quoted

_LEAST_LETTERS = 3
"""Fewer begin too many words to mean one of them."""

_CLOSE = 0.8
"""How alike a name must be, as `difflib` measures it, to be taken for another: "vangohg" is 0.86 of "vangogh"."""


THEMES = ("painting", "drawing", "material", "scene")
"""Of the shipped presets; their names are `theme-<theme>` in the catalogue."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """One preset.

    Attributes:
        name: what members pick and see; unique, lower case.
        prompt: words that go behind the member's own.
        negative_prompt: words that go behind the member's own negative ones.
        theme: under what it is listed, one of `THEMES` or an owner's own word; empty for none.
        strength: used if the member gave none; None leaves the product's default.
        guidance: likewise; how much harder or softer than by itself the model is guided, see `guidance_of`. None
            leaves the model's own.
        picture: a small JPEG or PNG that shows it; None if there is none.
    """

    name: str
    prompt: str
    negative_prompt: str = ""
    theme: str = ""
    strength: float | None = None
    guidance: float | None = None
    picture: Path | None = None


def find_style(styles: Mapping[str, Style], name: str | None) -> Style | None:
    """The preset of that name, or the only one that it is near to; None if none was asked for.

    Raises:
        UnknownStyle: there is none of that name, or several are near; the sentence names the nearest.
    """
    if not name:
        return None
    wanted = " ".join(name.lower().split())
    if style := styles.get(wanted) or styles.get(wanted.replace("-", " ")) or styles.get(wanted.replace(" ", "-")):
        return style
    if (meant := _near(wanted, styles)) is not None:
        return meant
    near = difflib.get_close_matches(wanted, styles, n=3, cutoff=0.4) or sorted(styles)[:3]
    raise UnknownStyle("refused-style", style=quoted(name), near=tuple(near))


def _near(wanted: str, styles: Mapping[str, Style]) -> Style | None:
    """The one preset that a name can only mean: by a slip of the pen, or by how it or a word of it begins."""
    plain = {_letters(name): style for name, style in styles.items()}
    if style := plain.get(_letters(wanted)):
        return style
    if len(_letters(wanted)) < _LEAST_LETTERS:
        return None
    begun = [style for name, style in styles.items() if re.search(rf"(?<!\w){re.escape(wanted)}", name)]
    close = [plain[each] for each in difflib.get_close_matches(_letters(wanted), plain, n=2, cutoff=_CLOSE)]
    return next((found[0] for found in (begun, close) if len(found) == 1), None)


def _letters(name: str) -> str:
    return "".join(letter for letter in name.lower() if letter.isalnum())


def by_theme(styles: Iterable[Style]) -> Mapping[str, list[Style]]:
    """Presets under their themes: the product's in their order, then the owner's own, those without one last."""
    found: dict[str, list[Style]] = {theme: [] for theme in THEMES}
    for style in sorted(styles, key=lambda style: not style.theme):
        found.setdefault(style.theme, []).append(style)
    return {theme: listed for theme, listed in found.items() if listed}


def styled(text: str, words: str) -> str:
    """A member's words with a style's behind them."""
    return ", ".join(part for part in (text, words) if part)


def strength_of(style: Style | None) -> float:
    """What a style is best at; the product's default if it says nothing."""
    return DEFAULT_STRENGTH if style is None or style.strength is None else style.strength


def guidance_of(style: Style | None, usual: float) -> float:
    """The guidance scale that a style asks of a model whose own is `usual`.

    A style's guidance is a factor on what lies above 1, where guidance is off, because the numbers of one model mean
    nothing to another: 1.2 makes 1.6 of one model's 1.5 and 8.8 of another's 7.5, and leaves a model of few steps,
    which runs without guidance, as it is.
    """
    if style is None or style.guidance is None or usual <= 1:
        return usual
    return min(MAX_GUIDANCE_SCALE, round(1 + style.guidance * (usual - 1), 2))
