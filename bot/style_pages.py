"""The presets as they are looked through: a theme at a time, as many as are still told apart on one sheet."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.domain.style import Style, by_theme
from bot.picture_form import theme_name

_DOZEN = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class StylePage:
    """Some presets.

    Attributes:
        title: their theme, in the member's language.
    """

    title: str
    styles: tuple[Style, ...]


def style_pages(styles: Iterable[Style], locale: str) -> Sequence[StylePage]:
    """Every preset, by theme; a theme with many goes on on the next page."""
    pages = []
    for theme, listed in by_theme(styles).items():
        dozens = [listed[start : start + _DOZEN] for start in range(0, len(listed), _DOZEN)]
        for number, dozen in enumerate(dozens, start=1):
            title = theme_name(theme, locale) + (f" {number}" if len(dozens) > 1 else "")
            pages.append(StylePage(title=title, styles=tuple(dozen)))
    return pages
