"""A card as the payload of a Discord message: pure.

Classic messages on purpose, not Components V2. The result travels as a plain attachment, so that it shows large with
its alt text, can be a spoiler and stays in the message's `attachments` (empty in V2 messages, which cuts off replies,
other bots and our own **Remix image**); and a message can still fall back to bare text, while the V2 flag can never
be taken off again. Of a result the wish and its member stand above the picture, and below it the source as a
thumbnail beside one small line; before that the embed carries the words.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from adapters.discord.ids import MAX_ID
from adapters.discord.markdown import inert
from adapters.discord.rest import MAX_CONTENT, NOBODY, Payload
from bot.buttons import verb_button
from bot.card_files import NO_FILES, Files
from bot.domain.actions import Verb
from bot.domain.card import Button, Card
from bot.domain.ids import generation_id
from bot.domain.job import JobStatus
from bot.texts import text

MAX_DESCRIPTION = 3900
"""Discord takes 4096."""

MAX_LABEL = 80
ROW = 5
_COLOURS = {
    JobStatus.SUCCEEDED: 0x2E8B57,
    JobStatus.FAILED: 0xB22222,
    JobStatus.REFUSED: 0xB22222,
    JobStatus.CANCELLED: 0x808080,
    JobStatus.RUNNING: 0xD2962D,
}
_QUEUED_COLOUR = 0x4A6FA5
_PRIMARY, _SECONDARY, _SUCCESS, DANGER, LINK = range(1, 6)
_STYLES = {
    **dict.fromkeys((Verb.CHAIN, Verb.COLLECT, Verb.USE_MAP, Verb.ASK_MAP), _PRIMARY),
    **dict.fromkeys((Verb.PUBLISH, Verb.PUBLISH_OPEN), _SUCCESS),
    **dict.fromkeys((Verb.DELETE, Verb.ERASE, Verb.CANCEL), DANGER),
}
_CHOSEN = "✅"


def layout(card: Card, files: Files = NO_FILES, *, collect: bool = False) -> Payload:
    """The message of a card with its files; `collect`: it must offer to be renewed by a press."""
    users = [card.owner.user] if card.mention and not card.private else []
    return {
        "content": _result(card, files) if _is_result(card) else _content(card),
        "embeds": _embeds(card, files),
        "components": _rows(card, collect=collect),
        "allowed_mentions": {"parse": [], "users": users} if users else NOBODY,
    }


def kept_out(card: Card) -> Card:
    """A card that was to stand in a thread and stands in the channel of that."""
    return replace(card, notes=(*card.notes, text(card.locale, "note-thread-closed")))


def bare(card: Card) -> Payload:
    """The same in the plainest message there is, for when Discord takes issue with the other."""
    return {"content": _content(card), "embeds": [], "components": []}


def button(each: Button) -> Payload:
    """A button that acts on a result."""
    custom_id = str(each.id)
    assert len(custom_id) <= MAX_ID
    if each.has:
        return raw_button(each.label, custom_id, style=_SUCCESS, emoji=_CHOSEN, disabled=True)
    return raw_button(each.label, custom_id, style=_STYLES.get(each.verb, _SECONDARY), emoji=each.emoji)


def raw_button(
    label: str, custom_id: str, *, style: int = _SECONDARY, emoji: str = "", disabled: bool = False
) -> Payload:
    """A button."""
    return {
        "type": 2,
        "style": style,
        "label": label[:MAX_LABEL],
        "custom_id": custom_id,
        **({"emoji": {"name": emoji}} if emoji else {}),
        **({"disabled": True} if disabled else {}),
    }


def menu(custom_id: str, hint: str, choices: Sequence[Payload]) -> Payload:
    """A row that is a menu."""
    return {
        "type": 1,
        "components": [{"type": 3, "custom_id": custom_id, "placeholder": hint, "options": choices}],
    }


def rows(buttons: Sequence[Payload]) -> list[Payload]:
    """Buttons in rows of five."""
    return [{"type": 1, "components": buttons[start : start + ROW]} for start in range(0, len(buttons), ROW)]


def _is_result(card: Card) -> bool:
    return card.status is JobStatus.SUCCEEDED


def _content(card: Card) -> str:
    headline = card.headline if card.status.ended else f"**{card.headline}**"
    return (f"<@{card.owner.user}> {headline}" if card.mention and not card.private else headline)[:MAX_CONTENT]


def _result(card: Card, files: Files) -> str:
    """What stands above the picture: the wish and whose it is; and what else there is to say, if nothing is below."""
    wish = inert(card.wish) if card.prompt else card.headline
    whose = "" if card.private else f" · <@{card.owner.user}>"
    return "\n".join([f"**{wish}**{whose}", *([] if files.source else _quiet(card, files))])[:MAX_CONTENT]


def _quiet(card: Card, files: Files) -> list[str]:
    return [f"-# {line}" for line in (card.small_print, *card.notes, *files.notes) if line]


def _embeds(card: Card, files: Files) -> list[Payload]:
    """Below the picture: the source, beside what there is to say; a result without it needs nothing more."""
    if _is_result(card) and files.source is None:
        return []
    lines = _quiet(card, files) if _is_result(card) else _description(card, files)
    embed: dict[str, Any] = {
        "description": "\n".join(lines)[:MAX_DESCRIPTION],
        "color": _COLOURS.get(card.status, _QUEUED_COLOUR),
    }
    if files.source:
        embed["thumbnail"] = {"url": f"attachment://{files.source.name}"}
    return [embed]


def _description(card: Card, files: Files) -> list[str]:
    lines = [f"> {inert(card.wish)}"] if card.prompt else []
    lines += [f"-# {' · '.join(card.facts)}"] if card.facts else []
    if card.waiting and card.waiting.expected_at:
        when = f"<t:{round(card.waiting.expected_at)}:R>"
        late = f"<t:{round(card.waiting.expected_late or card.waiting.expected_at)}:T>"
        lines.append(text(card.locale, "card-expected", when=when, late=late))
    if files.pictures and len(card.pictures) > 1:
        lines.append(" · ".join(picture.label for picture in card.pictures))
    return [*lines, *(f"-# {note}" for note in (*card.notes, *files.notes))]


def _menu(card: Card) -> Payload:
    """A menu of what would be too many buttons: each choice is the id of the button that it stands for."""
    choices = [
        {
            "label": each.label[:MAX_LABEL],
            "value": str(each.id),
            "emoji": {"name": each.emoji},
        }
        for each in card.menu
    ]
    first = card.menu[0]
    return menu(str(first.id), text(card.locale, f"menu-{first.verb}"), choices)


def _rows(card: Card, *, collect: bool) -> list[Payload]:
    keeping = [picture.button for picture in card.pictures if picture.button]
    half = len(keeping) if len(keeping) <= ROW else -(-len(keeping) // 2)
    collecting = [verb_button(card.locale, Verb.COLLECT, generation_id(card.job, 0))] if collect else []
    above, below = (keeping[:half], keeping[half:]), (*card.buttons, collecting)
    return [*_in_rows(above), *([_menu(card)] if card.menu else []), *_in_rows(below)]


def _in_rows(groups: Iterable[Sequence[Button]]) -> list[Payload]:
    return [row for group in groups for row in rows([button(each) for each in group])]
