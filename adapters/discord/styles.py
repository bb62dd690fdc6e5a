"""`/styles`: a theme at a time, its pictures over its words, and a menu that opens the form with the one chosen."""

from collections.abc import Sequence
from typing import Any

from adapters.discord.cards import MAX_DESCRIPTION, MAX_LABEL, menu, raw_button, rows
from adapters.discord.desk import Desk
from adapters.discord.ids import STYLED, OwnId, Word
from adapters.discord.paging import line_of
from adapters.discord.rest import Payload
from bot.domain.picture import Attached
from bot.style_pages import StylePage, style_pages, style_rows, style_sheet
from bot.texts import text

_MOST = 20
"""Pages that have a button: the four rows below the menu."""


async def styles_message(desk: Desk, locale: str, number: int) -> tuple[Payload, list[Attached]]:
    """A page of the styles as a message, with its files."""
    pages = style_pages(desk.service.styles.values(), locale)[:_MOST]
    page = pages[min(number, len(pages) - 1)]
    sheet = await style_sheet(desk.exporter, page.styles, number + 1)
    return style_page_message(pages, page, locale, picture=sheet.name if sheet else ""), [sheet] if sheet else []


def style_page_message(pages: Sequence[StylePage], page: StylePage, locale: str, *, picture: str = "") -> Payload:
    """One of the pages as a message; `picture` is the name of its sheet."""
    lines = [f"**{page.title}**", *(line_of(row) for row in style_rows(page.styles))]
    embed: dict[str, Any] = {"description": "\n".join(lines)[:MAX_DESCRIPTION]}
    if picture:
        embed["image"] = {"url": f"attachment://{picture}"}
    choices = [{"label": each.name[:MAX_LABEL], "value": each.name[:MAX_LABEL]} for each in page.styles]
    turning = [
        raw_button(each.title, str(OwnId(Word.STYLES, (str(number),))), disabled=each is page)
        for number, each in enumerate(pages)
    ]
    return {
        "content": text(locale, "styles-title"),
        "embeds": [embed],
        "components": [
            menu(STYLED, text(locale, "menu-styles"), choices),
            *(rows(turning) if len(pages) > 1 else []),
        ],
    }
