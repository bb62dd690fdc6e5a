"""Pages as Slack's modals, which only tell; pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType

from adapters.slack.controls import CHOOSE_STYLE, EXPORT, FORGET, SHOW_STYLES, offer_id
from adapters.slack.layout import row_of
from adapters.slack.text import (
    MAX_OPTION,
    MAX_PLACEHOLDER,
    MAX_SECTION,
    MAX_TITLE,
    Block,
    actions,
    button,
    context,
    escape,
    image,
    mrkdwn,
    plain,
    section,
    with_confirmation,
)
from bot.domain.ids import GenerationId
from bot.domain.style import Style
from bot.pages import Ink, Look, Page, Part, Row
from bot.style_pages import style_pages
from bot.texts import text

PAGE = "page"
MAX_BLOCKS = 100
NONE: Mapping[GenerationId, str] = MappingProxyType({})
_MAX_STYLES = 100
_MARKED = frozenset({Ink.STRONG, Ink.CHANNEL, Ink.MEMBER})


def page_view(
    page: Page, *, locale: str, above: Sequence[Block] = (), below: Sequence[Block] = (), written: str = ""
) -> Block:
    """A modal with nothing to fill in; what is pressed in it counts as pressed where it was opened.

    `written`: that place, as `Place.written`.
    """
    return {
        "type": "modal",
        "callback_id": PAGE,
        "private_metadata": written,
        "title": plain(page.title, MAX_TITLE),
        "close": plain(text(locale, "slack-close"), MAX_TITLE),
        "blocks": [*above, *blocks_of(page, locale), *below][:MAX_BLOCKS],
    }


def message_of(page: Page, locale: str) -> list[Block]:
    """A page as a message, which has no title bar."""
    return [section(mrkdwn(f"*{escape(page.title)}*")), *blocks_of(page, locale)]


def blocks_of(page: Page, locale: str, pictures: Mapping[GenerationId, str] = NONE) -> list[Block]:
    """The lines of a page, and its buttons.

    Args:
        page: what to show.
        locale: of what is asked first, if a button asks.
        pictures: Slack's files of results that may stand beside a line.
    """
    blocks = [block for row in page.rows for block in _blocks(row, locale, pictures)]
    if page.buttons:
        blocks.append(row_of(page.buttons, locale))
    if page.offers:
        blocks.append(actions(*(button(each.label, offer_id(each.offer), emoji=each.emoji) for each in page.offers)))
    return [section(mrkdwn(f"<{page.link.url}|{escape(page.link.label)}>")), *blocks] if page.link else blocks


def styles_menu(styles: Iterable[Style], locale: str) -> Block:
    """A menu that opens the form with the style chosen, and the button that sends the pictures of all."""
    listed = list(styles)
    groups: list[Block] = [
        {
            "label": plain(page.title, MAX_OPTION),
            "options": [{"text": plain(style.name, MAX_OPTION), "value": style.name} for style in page.styles],
        }
        for page in style_pages(listed[:_MAX_STYLES], locale)
    ]
    hint = plain(text(locale, "menu-styles"), MAX_PLACEHOLDER)
    menu = {"type": "static_select", "action_id": CHOOSE_STYLE, "placeholder": hint, "option_groups": groups}
    shown = any(each.picture for each in listed)
    pictures = [button(text(locale, "slack-styles-show"), SHOW_STYLES)] if shown else []
    return actions(menu, *pictures)


def privacy_buttons(locale: str) -> Block:
    """The buttons that send and delete what is kept."""
    forget = button(text(locale, "button-forget"), FORGET, style="danger")
    title, what, yes, no = (
        text(locale, key) for key in ("slack-forget-title", "privacy-ask", "button-delete", "slack-keep")
    )
    return actions(
        button(text(locale, "slack-export"), EXPORT), with_confirmation(forget, title, what, yes=yes, no=no)
    )


def _blocks(row: Row, locale: str, pictures: Mapping[GenerationId, str]) -> Iterator[Block]:
    if row.parts:
        made = _block(row)
        if (shown := row.picture) and (file := pictures.get(shown.generation)):
            made["accessory"] = image(file, shown.alt)
        yield made
    if row.buttons:
        yield row_of(row.buttons, locale)


def _block(row: Row) -> Block:
    marked = row.look is Look.HEADING or any(part.ink in _MARKED for part in row.parts)
    if row.look is Look.QUIET and not marked:
        return context("".join(part.text for part in row.parts))
    # What people wrote is shown as it stands by plain text alone; a line with marks in it is escaped.
    line = "".join(_marked(part) if marked else part.text for part in row.parts)
    line = f"*{line}*" if row.look is Look.HEADING else f"• {line}" if row.look is Look.ITEM else line
    made = section(mrkdwn(line, MAX_SECTION) if marked else plain(line, MAX_SECTION))
    if each := row.button:
        made["accessory"] = button(each.label, str(each.id))
    return made


def _marked(part: Part) -> str:
    match part.ink:
        case Ink.STRONG:
            return f"*{escape(part.text)}*"
        case Ink.CODE:
            return f"`{escape(part.text)}`"
        case Ink.CHANNEL:
            return f"<#{part.text}>"
        case Ink.MEMBER:
            return f"<@{part.text.rpartition('/')[2]}>"
        case _:
            return escape(part.text)
