"""The presets as they are looked through: a theme at a time, as many as are still told apart on one sheet."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bot.domain.picture import Attached
from bot.domain.style import Style, by_theme
from bot.domain.words import clip
from bot.pages import Ink, Look, Page, Part, Row, row
from bot.picture_form import theme_name
from bot.ports import Exporter
from bot.texts import text

_SHOWN_PROMPT = 150
_ON_A_SHEET = 12


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
        parts = by_sheet(listed)
        for number, part in enumerate(parts, start=1):
            title = theme_name(theme, locale) + (f" {number}" if len(parts) > 1 else "")
            pages.append(StylePage(title=title, styles=tuple(part)))
    return pages


def by_sheet(styles: Sequence[Style]) -> Sequence[Sequence[Style]]:
    """Presets in the order that they have, as many together as one sheet takes."""
    return [styles[start : start + _ON_A_SHEET] for start in range(0, len(styles), _ON_A_SHEET)]


def style_rows(styles: Iterable[Style]) -> tuple[Row, ...]:
    """Presets with their words."""
    return tuple(
        Row(parts=(Part(style.name, Ink.STRONG), Part(": "), Part(clip(style.prompt, _SHOWN_PROMPT), Ink.WORDS)))
        for style in styles
    )


def styles_page(styles: Mapping[str, Style], locale: str) -> Page:
    """Every preset with its words."""
    return Page(
        title=text(locale, "page-styles"),
        rows=(row(locale, "styles-how", look=Look.QUIET), *style_rows(styles.values())),
    )


async def style_sheet(exporter: Exporter, styles: Sequence[Style], number: int) -> Attached | None:
    """The pictures of some presets as one file, which its number names; None if none of them has one."""
    sheet = await exporter.style_sheet(styles)
    if sheet is None:
        return None
    names = ", ".join(style.name for style in styles if style.picture)
    return Attached(name=f"styles-{number}.{sheet.suffix}", content=sheet.content, alt=names)
