"""`/styles`: a theme at a time, its pictures over its words, and a menu that opens the form with the one chosen."""

from collections.abc import Sequence
from typing import Any

from adapters.discord.answers import Answered
from adapters.discord.cards import MAX_ALT, MAX_DESCRIPTION, MAX_LABEL, raw_button
from adapters.discord.desk import Desk
from adapters.discord.exchange import DiscordExchange
from adapters.discord.forms import values_of
from adapters.discord.ids import STYLED, parse_styles_id, styles_id
from adapters.discord.incoming import Incoming
from adapters.discord.paging import line_of
from adapters.discord.rest import Outgoing, Payload
from adapters.discord.translate import wish_of_form
from bot.domain.errors import Gone
from bot.domain.options import Options
from bot.forms import Form
from bot.pages import style_rows
from bot.picture_form import Purpose
from bot.style_pages import StylePage, style_pages
from bot.texts import text

_ROW = 5
_MOST = 20
"""Pages that have a button: the four rows below the menu."""


async def show(desk: Desk, answered: Answered) -> None:
    """The first page."""
    await desk.answers.show(answered, *await _page(desk, answered.event.origin.locale, 0))


async def turn(desk: Desk, answered: Answered) -> None:
    """Another page, in the place of the one that is shown."""
    asked = parse_styles_id(answered.event.name)
    assert asked is not None
    await desk.answers.change(answered, *await _page(desk, answered.event.origin.locale, asked))


async def choose(desk: Desk, answered: Answered) -> None:
    """The menu: the form with that style, for a picture that is added to it."""
    chosen = str(next(iter(answered.event.body.get("values") or ()), ""))
    await desk.answers.ask(answered.event, STYLED, await form_on(desk, answered, chosen))


async def form_on(desk: Desk, answered: Answered, style: str) -> Form:
    """The form as it opens.

    Raises:
        Gone: there is no such style any more.
    """
    if style not in desk.service.styles:
        raise Gone("refused-unknown")
    at = DiscordExchange(desk, answered)
    return await desk.conversation.picture_form(at, Purpose.REMIX, said=Options(style=style), uploads=True)


async def form_again(desk: Desk, answered: Answered, draft: Incoming) -> Form:
    """The form as it opens after it was refused; with the style that was chosen among those it offers."""
    return await form_on(desk, answered, str(values_of(draft.body).get("style", "")))


async def form(desk: Desk, answered: Answered) -> None:
    """The form, filled in."""
    wish = wish_of_form(answered.event, Purpose.REMIX, desk.downloads, desk.service.styles, uploads=True)
    await desk.conversation.ask(DiscordExchange(desk, answered), wish)


async def _page(desk: Desk, locale: str, number: int) -> tuple[Payload, list[Outgoing]]:
    pages = style_pages(desk.service.styles.values(), locale)[:_MOST]
    page = pages[min(number, len(pages) - 1)]
    files = []
    if sheet := await desk.exporter.style_sheet(page.styles):
        names = ", ".join(style.name for style in page.styles if style.picture)
        files.append(Outgoing(f"styles-{number + 1}.{sheet.suffix}", sheet.content, names[:MAX_ALT]))
    return laid_out(pages, page, locale, picture=files[0].filename if files else ""), files


def laid_out(pages: Sequence[StylePage], page: StylePage, locale: str, *, picture: str = "") -> Payload:
    """One of the pages as a message; `picture` is the name of its sheet."""
    lines = [f"**{page.title}**", *(line_of(row) for row in style_rows(page.styles))]
    embed: dict[str, Any] = {"description": "\n".join(lines)[:MAX_DESCRIPTION]}
    if picture:
        embed["image"] = {"url": f"attachment://{picture}"}
    return {
        "content": text(locale, "styles-title"),
        "embeds": [embed],
        "components": [_menu(page, locale), *_turning(pages, page)],
    }


def _menu(page: StylePage, locale: str) -> Payload:
    choices = [{"label": each.name[:MAX_LABEL], "value": each.name[:MAX_LABEL]} for each in page.styles]
    hint = text(locale, "menu-styles")
    return {
        "type": 1,
        "components": [{"type": 3, "custom_id": STYLED, "placeholder": hint, "options": choices}],
    }


def _turning(pages: Sequence[StylePage], shown: StylePage) -> list[Payload]:
    if len(pages) < 2:
        return []
    buttons = [
        {**raw_button(page.title, styles_id(number)), **({"disabled": True} if page is shown else {})}
        for number, page in enumerate(pages)
    ]
    return [{"type": 1, "components": buttons[start : start + _ROW]} for start in range(0, len(buttons), _ROW)]
