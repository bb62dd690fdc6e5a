"""Style presets: words an owner has found to work, under a name a member can pick."""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass

from bot.domain.errors import InvalidRequest
from bot.domain.request import quoted


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """One preset.

    Attributes:
        name: what members pick and see; unique, lower case.
        prompt: words that go behind the member's own.
        negative_prompt: words that go behind the member's own negative ones.
        strength: used where the member gave none; None leaves the product's default.
        guidance_scale: likewise; None leaves the model's own.
    """

    name: str
    prompt: str
    negative_prompt: str = ""
    strength: float | None = None
    guidance_scale: float | None = None


def find_style(styles: Mapping[str, Style], name: str | None) -> Style | None:
    """The preset of that name; None where none was asked for.

    Raises:
        InvalidRequest: there is none of that name; the sentence names the nearest.
    """
    if not name:
        return None
    wanted = name.strip().lower()
    if style := styles.get(wanted):
        return style
    near = difflib.get_close_matches(wanted, styles, n=3, cutoff=0.4) or sorted(styles)[:3]
    raise InvalidRequest("refused-style", style=quoted(name), near=", ".join(near))


def styled(text: str, words: str) -> str:
    """A member's words with a style's behind them."""
    return ", ".join(part for part in (text, words) if part)
