"""A job's card as a Slack message; pure.

Limits: 50 blocks a message, 3000 characters a section, 2000 an alt text, 25 elements a row, 75 characters a label
(https://docs.slack.dev/reference/block-kit).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from adapters.slack.controls import action_id
from adapters.slack.members import slack_user
from adapters.slack.text import MAX_ALT, Block, actions, button, clip, context, escape, mrkdwn, plain, section
from bot.domain.actions import VERBS
from bot.domain.card import Button, Card, CardPicture
from bot.domain.ids import GenerationId
from bot.texts import text

MAX_BLOCKS = 50
_SHOWN_PROMPT = 1000
_BAR = 12


@dataclass(frozen=True, slots=True)
class Message:
    """What `chat.postMessage` and `chat.update` take.

    Attributes:
        text: what notifications and screen readers say; mrkdwn, escaped.
    """

    text: str
    blocks: tuple[Block, ...]


def lay_out(card: Card, files: Mapping[GenerationId, str], *, notes: tuple[str, ...] = ()) -> Message:
    """The message of a card.

    Args:
        card: the job in one state.
        files: Slack file id of each picture that is uploaded; one that is missing here is left out.
        notes: more quiet lines, e.g. why the message is not where it was asked for; empty ones are left out.
    """
    headline = escape(card.headline)
    mention = f"<@{slack_user(card.owner)}> " if card.mention else ""
    blocks = [section(mrkdwn(f"{mention}*{headline}*{_expected(card)}"))]
    if bar := _bar(card):
        blocks.append(context(bar))
    if card.prompt:
        blocks.append(section(plain(card.prompt, _SHOWN_PROMPT)))
    if card.facts:
        blocks.append(context(" · ".join(card.facts)))
    for picture in card.pictures:
        if file := files.get(picture.generation):
            blocks += _picture(picture, file, card.locale, alone=len(card.pictures) == 1)
    quiet = [*card.notes, card.small_print, *notes]
    if quiet := [line for line in quiet if line]:
        blocks.append(context(*quiet))
    blocks += [_row(row, card.locale) for row in card.buttons]
    spoken = f"{mention}{headline}" + (f": {escape(clip(card.prompt, 150))}" if card.prompt else "")
    return Message(text=spoken, blocks=tuple(blocks[:MAX_BLOCKS]))


def _expected(card: Card) -> str:
    """When it will be done, in the reader's own time zone."""
    waiting = card.waiting
    if waiting is None or waiting.expected_at is None or waiting.expected_late is None:
        return ""
    return "\n" + text(
        card.locale, "card-expected", when=_clock(waiting.expected_at), late=_clock(waiting.expected_late)
    )


def _clock(at: float) -> str:
    """Slack's own mark for a time of day; the text after the bar is for clients that do not know it."""
    return f"<!date^{int(at)}^{{time_secs}}|{datetime.fromtimestamp(at, UTC):%H:%M:%S} UTC>"


def _bar(card: Card) -> str:
    if card.progress is None or card.progress.loading_model:
        return ""
    done = round(_BAR * min(1.0, max(0.0, card.progress.fraction)))
    return "█" * done + "░" * (_BAR - done)


def _picture(picture: CardPicture, file: str, locale: str, *, alone: bool) -> list[Block]:
    image: Block = {
        "type": "image",
        "slack_file": {"id": file},
        "alt_text": clip(picture.alt, MAX_ALT) or picture.label,
    }
    if not alone:
        image["title"] = plain(picture.label)
    return [image, _row((picture.button,), locale)] if picture.button else [image]


def _row(row: tuple[Button, ...], locale: str) -> Block:
    return actions(*(_button(each, locale) for each in row))


def _button(each: Button, locale: str) -> Block:
    label = f"{each.emoji} {each.label}".strip()
    made = button(label, action_id(each), style="danger" if VERBS[each.verb].asks else None)
    if VERBS[each.verb].asks:
        made["confirm"] = {
            "title": plain(text(locale, f"slack-{each.verb}-title")),
            "text": plain(text(locale, f"slack-{each.verb}-what")),
            "confirm": plain(each.label),
            "deny": plain(text(locale, "slack-keep")),
        }
    return made
