"""A page as a Discord message: pure."""

from dataclasses import replace

from adapters.discord.cards import LINK, MAX_DESCRIPTION, button, raw_button, rows
from adapters.discord.ids import offer_id
from adapters.discord.markdown import block_quote, inert
from adapters.discord.rest import Payload
from bot.domain.options import MAX_PROMPT
from bot.pages import Ink, Look, Page, Part, Row

_LOOKS = {Look.HEADING: "**{}**", Look.ITEM: "• {}", Look.QUIET: "-# {}"}

_INKS = {Ink.CODE: "`{}`", Ink.CHANNEL: "<#{}>", Ink.ROLE: "<@&{}>", Ink.MEMBER: "<@{}>"}


def laid_out(page: Page, *, picture: str = "") -> Payload:
    """A page as a message; `picture` is the name of a file that is sent with it, to stand below."""
    buttons = [row.button for row in page.rows if row.button]
    # Buttons stand together under the lines that they belong to, so they count along.
    numbered = [replace(each, label=f"{each.label} {place}") for place, each in enumerate(buttons, start=1)]
    offers = [raw_button(each.label, offer_id(each.offer), emoji=each.emoji) for each in page.offers]
    way = [{"type": 2, "style": LINK, "label": page.link.label, "url": page.link.url}] if page.link else []
    groups = ([button(each) for each in numbered], [button(each) for each in page.buttons], offers, way)
    shown = {"image": {"url": f"attachment://{picture}"}} if picture else {}
    return {
        "embeds": [{"description": "\n".join(lines_of(page))[:MAX_DESCRIPTION], **shown}],
        "components": [row for group in groups for row in rows(group)],
    }


def lines_of(page: Page) -> list[str]:
    """What a page says."""
    return [f"**{page.title}**", *(line_of(row) for row in page.rows)]


def line_of(row: Row) -> str:
    """A line in Discord's markdown; a quotation is of people's words alone."""
    if row.look is Look.QUOTE:
        words = "".join(part.text for part in row.parts)
        return block_quote(words, most=MAX_PROMPT)
    return _LOOKS.get(row.look, "{}").replace("{}", "".join(_marked(part) for part in row.parts))


def _marked(part: Part) -> str:
    match part.ink:
        case Ink.WORDS:
            return inert(part.text)
        case Ink.STRONG:
            return f"**{inert(part.text)}**"
        case Ink.MOMENT:
            return f"<t:{round(part.at)}:R>"
        case ink:
            return _INKS.get(ink, "{}").replace("{}", part.text)
