"""A card as the payload of a Discord message: pure.

Classic messages on purpose, not Components V2. The result travels as a plain attachment, so that it shows large with
its alt text, can be a spoiler and stays in the message's `attachments` (empty in V2 messages, which cuts off replies,
other bots and our own **Remix image**); and a message can still fall back to bare text, while the V2 flag can never
be taken off again. The embed under it carries the words, the source as thumbnail and the recipe in small print.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from adapters.discord.ids import MAX_ID, ButtonId
from adapters.discord.markdown import inert
from adapters.discord.rest import Outgoing, Payload
from bot.domain.actions import VERBS, Verb
from bot.domain.card import Button, Card
from bot.domain.ids import generation_id
from bot.domain.job import JobStatus
from bot.texts import text

MAX_CONTENT = 2000
MAX_DESCRIPTION = 3900
"""Discord takes 4096, but 6000 in all with the footer's 2048."""

MAX_EMBEDS = 10
MAX_EMBEDDED = 5900
"""Discord takes 6000 characters in all the embeds of a message."""

MAX_FOOTER = 2048
MAX_LABEL = 80
MAX_ALT = 1024
_ROW = 5
_BAR = 12
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
    Verb.CANCEL: 4,
    Verb.CHAIN: 1,
    Verb.COLLECT: 1,
    Verb.PUBLISH: 3,
    Verb.PUBLISH_OPEN: 3,
    Verb.USE_MAP: 1,
    Verb.ASK_MAP: 1,
}
_SECONDARY = 2

NOBODY: Payload = {"parse": []}
"""`allowed_mentions` that pings nobody; leaving the field out would ping everybody named in the text."""


def layout(
    card: Card,
    pictures: Sequence[Outgoing] = (),
    *,
    thumbnail: Outgoing | None = None,
    notes: Iterable[str] = (),
    collect: bool = False,
) -> Payload:
    """The message of a card.

    Args:
        card: what to show.
        pictures: the files that stand for its pictures or its preview.
        thumbnail: the source, small.
        notes: what happened to the files on their way, e.g. that one was made smaller.
        collect: whether the message must offer to be renewed by a press.
    """
    users = [card.owner.user] if card.mention and not card.private else []
    embed: dict[str, Any] = {
        "description": _description(card, notes, shows=bool(pictures)),
        "color": _COLOURS.get(card.status, _QUEUED_COLOUR),
    }
    if card.small_print:
        embed["footer"] = {"text": card.small_print[:MAX_FOOTER]}
    if thumbnail:
        embed["thumbnail"] = {"url": f"attachment://{thumbnail.filename}"}
    return {
        "content": _content(card),
        "embeds": [embed],
        "components": _rows(card, collect=collect),
        "allowed_mentions": {"parse": [], "users": users} if users else NOBODY,
    }


def bare(card: Card) -> Payload:
    """The same in the plainest message there is, for when Discord takes issue with the other."""
    return {"content": _content(card), "embeds": [], "components": [], "allowed_mentions": NOBODY}


def button(button: Button) -> Payload:
    """One button."""
    custom_id = str(ButtonId(button.verb, button.target, button.strength))
    assert len(custom_id) <= MAX_ID
    return {
        "type": 2,
        "style": _STYLES.get(button.verb, _SECONDARY),
        "label": button.label[:MAX_LABEL],
        "custom_id": custom_id,
        **({"emoji": {"name": button.emoji}} if button.emoji else {}),
    }


def raw_button(label: str, custom_id: str) -> Payload:
    """A button that acts on no result."""
    return {"type": 2, "style": _SECONDARY, "label": label[:MAX_LABEL], "custom_id": custom_id}


def rows(buttons: Sequence[Button]) -> list[Payload]:
    """Buttons in rows of five."""
    return [
        {"type": 1, "components": [button(each) for each in buttons[start : start + _ROW]]}
        for start in range(0, len(buttons), _ROW)
    ]


def _content(card: Card) -> str:
    headline = card.headline if card.status.ended else f"**{card.headline}**"
    return (f"<@{card.owner.user}> {headline}" if card.mention and not card.private else headline)[:MAX_CONTENT]


def _description(card: Card, notes: Iterable[str], *, shows: bool) -> str:
    lines = [f"> {inert(card.prompt)}"] if card.prompt else []
    lines.append(" · ".join(card.facts))
    if card.waiting and card.waiting.expected_at:
        when = f"<t:{round(card.waiting.expected_at)}:R>"
        late = f"<t:{round(card.waiting.expected_late or card.waiting.expected_at)}:t>"
        lines.append(text(card.locale, "card-expected", when=when, late=late))
    if card.progress and not card.progress.loading_model:
        done = round(card.progress.fraction * _BAR)
        lines.append("▰" * done + "▱" * (_BAR - done))
    if shows and len(card.pictures) > 1:
        lines.append(" · ".join(picture.label for picture in card.pictures))
    lines += [f"-# {note}" for note in (*card.notes, *notes)]
    return "\n".join(line for line in lines if line)[:MAX_DESCRIPTION]


def _rows(card: Card, *, collect: bool) -> list[Payload]:
    onward = [picture.button for picture in card.pictures if picture.button]
    components = rows(onward)
    for row in card.buttons:
        components += rows(row)
    if collect:
        label = text(card.locale, "button-collect")
        components += rows(
            [
                Button(
                    verb=Verb.COLLECT, target=generation_id(card.job, 0), label=label, emoji=VERBS[Verb.COLLECT].emoji
                )
            ]
        )
    return components
