"""A page as a Discord message: pure."""

from collections.abc import Callable
from dataclasses import replace

from adapters.discord.cards import MAX_DESCRIPTION, rows
from adapters.discord.markdown import inert
from adapters.discord.rest import Payload
from bot.pages import Ink, Link, Look, Page, Part, Row

_LINK = 5
_LOOKS = {Look.HEADING: "**{}**", Look.ITEM: "• {}", Look.QUOTE: "> {}", Look.QUIET: "-# {}"}

_INKS = {Ink.CODE: "`{}`", Ink.CHANNEL: "<#{}>", Ink.ROLE: "<@&{}>", Ink.MEMBER: "<@{}>"}


def laid_out(page: Page, named: Callable[[str], str] = str) -> Payload:
    """A page as a message; `named` says the commands in a text of ours as the reader knows them."""
    buttons = [row.button for row in page.rows if row.button]
    # Buttons stand together under the lines that they belong to, so they count along.
    numbered = [replace(each, label=f"{each.label} {place + 1}") for place, each in enumerate(buttons)]
    return {
        "embeds": [{"description": "\n".join(lines_of(page, named))[:MAX_DESCRIPTION]}],
        "components": [*rows(numbered), *rows(page.buttons), *([_way(page.link)] if page.link else [])],
    }


def lines_of(page: Page, named: Callable[[str], str] = str) -> list[str]:
    """What a page says."""
    return [f"**{page.title}**", *(line_of(row, named) for row in page.rows)]


def _way(link: Link) -> Payload:
    return {"type": 1, "components": [{"type": 2, "style": _LINK, "label": link.label, "url": link.url}]}


def line_of(row: Row, named: Callable[[str], str] = str) -> str:
    """A line in Discord's markdown."""
    return _LOOKS.get(row.look, "{}").replace("{}", "".join(_marked(part, named) for part in row.parts))


def _marked(part: Part, named: Callable[[str], str]) -> str:
    match part.ink:
        case Ink.WORDS:
            return inert(part.text)
        case Ink.STRONG:
            return f"**{inert(part.text)}**"
        case Ink.OURS:
            return named(part.text)
        case Ink.MOMENT:
            return f"<t:{round(part.at)}:R>"
        case ink:
            return _INKS.get(ink, "{}").replace("{}", part.text)
