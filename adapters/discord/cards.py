"""A card as the payload of a Discord message: pure.

Classic messages on purpose, not Components V2. The result travels as a plain attachment, so that it shows large with
its alt text, can be a spoiler and stays in the message's `attachments` (empty in V2 messages, which cuts off replies,
other bots and our own **Remix image**); and a message can still fall back to bare text, while the V2 flag can never
be taken off again. Of a result the wish and its member stand above the picture, and below it the source as a
thumbnail beside one small line; before that the embed carries the words.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from adapters.discord.ids import MAX_ID
from adapters.discord.markdown import inert
from adapters.discord.rest import Payload
from bot.buttons import verb_button
from bot.card_files import NO_FILES, Files
from bot.domain.actions import Verb
from bot.domain.button_id import ButtonId
from bot.domain.card import Button, Card
from bot.domain.ids import generation_id
from bot.domain.job import JobStatus
from bot.texts import text

MAX_CONTENT = 2000
MAX_DESCRIPTION = 3900
"""Discord takes 4096."""

MAX_LABEL = 80
_ROW = 5
_COLOURS = {
    JobStatus.SUCCEEDED: 0x2E8B57,
    JobStatus.FAILED: 0xB22222,
    JobStatus.REFUSED: 0xB22222,
    JobStatus.CANCELLED: 0x808080,
    JobStatus.RUNNING: 0xD2962D,
}
_QUEUED_COLOUR = 0x4A6FA5
_STYLES = {
    Verb.DELETE: 4,
    Verb.ERASE: 4,
    Verb.CANCEL: 4,
    Verb.CHAIN: 1,
    Verb.COLLECT: 1,
    Verb.PUBLISH: 3,
    Verb.PUBLISH_OPEN: 3,
    Verb.USE_MAP: 1,
    Verb.ASK_MAP: 1,
}
_SECONDARY, _SUCCESS = 2, 3
_CHOSEN = "✅"
_MAX_TITLE = 200

NOBODY: Payload = {"parse": []}
"""`allowed_mentions` that pings nobody; leaving the field out would ping everybody named in the text."""


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
    return {"content": _content(card), "embeds": [], "components": [], "allowed_mentions": NOBODY}


def button(button: Button) -> Payload:
    """One button."""
    custom_id = str(ButtonId(button.verb, button.target, button.strength))
    assert len(custom_id) <= MAX_ID
    emoji = _CHOSEN if button.has else button.emoji
    return {
        "type": 2,
        "style": _SUCCESS if button.has else _STYLES.get(button.verb, _SECONDARY),
        "label": button.label[:MAX_LABEL],
        "custom_id": custom_id,
        **({"emoji": {"name": emoji}} if emoji else {}),
        **({"disabled": True} if button.has else {}),
    }


def raw_button(label: str, custom_id: str, *, emoji: str = "") -> Payload:
    """A button that acts on no result."""
    made = {"type": 2, "style": _SECONDARY, "label": label[:MAX_LABEL], "custom_id": custom_id}
    return {**made, "emoji": {"name": emoji}} if emoji else made


def rows(buttons: Sequence[Button]) -> list[Payload]:
    """Buttons in rows of five."""
    return [
        {"type": 1, "components": [button(each) for each in buttons[start : start + _ROW]]}
        for start in range(0, len(buttons), _ROW)
    ]


def _is_result(card: Card) -> bool:
    return card.status is JobStatus.SUCCEEDED


def _content(card: Card) -> str:
    headline = card.headline if card.status.ended else f"**{card.headline}**"
    return (f"<@{card.owner.user}> {headline}" if card.mention and not card.private else headline)[:MAX_CONTENT]


def _result(card: Card, files: Files) -> str:
    """What stands above the picture: the wish and whose it is; and what else there is to say, if nothing is below."""
    wish = inert(_cut(card.prompt)) if card.prompt else card.headline
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


def _cut(prompt: str) -> str:
    """A wish as a title; the whole of it stands in Details."""
    line = " ".join(prompt.split())
    return line if len(line) <= _MAX_TITLE else f"{line[: _MAX_TITLE - 1]}…"


def _description(card: Card, files: Files) -> list[str]:
    lines = [f"> {inert(_cut(card.prompt))}"] if card.prompt else []
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
            "value": str(ButtonId(each.verb, each.target)),
            "emoji": {"name": each.emoji},
        }
        for each in card.menu
    ]
    first = card.menu[0]
    menu = {
        "type": 3,
        "custom_id": str(ButtonId(first.verb, first.target)),
        "placeholder": text(card.locale, f"menu-{first.verb}"),
        "options": choices,
    }
    return {"type": 1, "components": [menu]}


def _rows(card: Card, *, collect: bool) -> list[Payload]:
    keeping = [picture.button for picture in card.pictures if picture.button]
    half = len(keeping) if len(keeping) <= _ROW else -(-len(keeping) // 2)
    components = [*rows(keeping[:half]), *rows(keeping[half:])]
    if card.menu:
        components.append(_menu(card))
    for row in card.buttons:
        components += rows(row)
    if collect:
        components += rows([verb_button(card.locale, Verb.COLLECT, generation_id(card.job, 0))])
    return components
