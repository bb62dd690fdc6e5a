"""A job's card as a Slack message; pure.

Limits: 50 blocks a message, 3000 characters a section, 2000 an alt text, 25 elements a row, 75 characters a label
(https://docs.slack.dev/reference/block-kit).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from adapters.slack.controls import MENU
from adapters.slack.members import slack_user
from adapters.slack.text import (
    MAX_OPTION,
    MAX_PLACEHOLDER,
    Block,
    actions,
    button,
    context,
    escape,
    image,
    literal,
    mrkdwn,
    plain,
    section,
    with_confirmation,
)
from bot.domain.actions import VERBS
from bot.domain.card import Button, Card
from bot.domain.job import JobStatus
from bot.domain.words import clip
from bot.texts import text

MAX_BLOCKS = 50


@dataclass(frozen=True, slots=True)
class Message:
    """What `chat.postMessage` and `chat.update` take.

    Attributes:
        text: what notifications and screen readers say; mrkdwn, escaped.
        files: the ids of what is shown in it.
    """

    text: str
    blocks: tuple[Block, ...] = ()
    files: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtraFiles:
    """Slack's file ids of what stands in a card besides its results; empty if it is not there.

    Attributes:
        source: the picture that it is made from.
        preview: how it looks now.
    """

    source: str = ""
    preview: str = ""


NOTHING = ExtraFiles()


def lay_out(card: Card, picture: str = "", *, extra: ExtraFiles = NOTHING, notes: tuple[str, ...] = ()) -> Message:
    """The message of a card.

    Args:
        card: the job in one state.
        picture: Slack's file id of its results, if they are uploaded; several stand in one sheet.
        extra: its source and its preview, if they are uploaded.
        notes: more quiet lines, e.g. why the message is not where it was asked for; empty ones are left out.
    """
    headline = escape(card.headline)
    mention = f"<@{slack_user(card.owner)}> " if card.mention else ""
    blocks = [_title(card, extra)]
    if extra.preview:
        blocks.append(image(extra.preview, text(card.locale, "alt-preview")))
    if picture:
        blocks.append(image(picture, "; ".join(each.alt for each in card.pictures)))
    if said := [line for line in (*card.notes, *notes) if line]:
        blocks.append(context(*said))
    if keeping := tuple(picture.button for picture in card.pictures if picture.button):
        blocks.append(row_of(keeping, card.locale))
    if card.menu:
        blocks.append(actions(_menu(card)))
    blocks += [row_of(row, card.locale) for row in card.buttons]
    spoken = f"{mention}{headline}" + (f": {escape(clip(card.prompt, 150))}" if card.prompt else "")
    files = tuple(file for file in (picture, extra.source, extra.preview) if file)
    return Message(text=spoken, blocks=tuple(blocks[:MAX_BLOCKS]), files=files)


def _title(card: Card, extra: ExtraFiles) -> Block:
    """The wish and whose it is, and below it how it stands and what it is, with the source at its side.

    So it has one height, its source's, and what is below stays where it is when a preview gives way to the result.
    Until the end the member is named without being called: they asked a moment ago.
    """
    wish = literal(card.wish) or escape(card.headline)
    name = f"<@{slack_user(card.owner)}>" if card.mention else literal(card.owner.shown_name)
    done = card.status is JobStatus.SUCCEEDED
    stands = (literal(card.small_print),) if done else (_state(card), literal(" · ".join(card.facts)))
    lines = (f"*{wish}*" + (f" · {name}" if name else ""), *stands)
    made = section(mrkdwn("\n".join(line for line in lines if line)))
    if extra.source:
        made["accessory"] = image(extra.source, card.source_alt)
    return made


def _state(card: Card) -> str:
    return f"{escape(card.headline)}{_expected(card)}" if card.prompt else _expected(card)


def _expected(card: Card) -> str:
    """When it will be done, in the reader's own time zone."""
    waiting = card.waiting
    if waiting is None or waiting.expected_at is None or waiting.expected_late is None:
        return ""
    return " · " + text(
        card.locale, "slack-card-expected", when=_clock(waiting.expected_at), late=_clock(waiting.expected_late)
    )


def _clock(at: float) -> str:
    """Slack's own mark for a time of day; the text after the bar is for clients that do not know it."""
    return f"<!date^{int(at)}^{{time_secs}}|{datetime.fromtimestamp(at, UTC):%H:%M:%S} UTC>"


def _menu(card: Card) -> Block:
    """A menu of what would be too many buttons: each choice is the id of the button that it stands for."""
    first = card.menu[0]
    return {
        "type": "static_select",
        "action_id": f"{MENU}|{first.id}",
        "placeholder": plain(text(card.locale, f"menu-{first.verb}"), MAX_PLACEHOLDER),
        "options": [
            {"text": plain(f"{each.emoji} {each.label}", MAX_OPTION, emoji=True), "value": str(each.id)}
            for each in card.menu
        ],
    }


def row_of(row: Sequence[Button], locale: str) -> Block:
    """Buttons of ours in a row."""
    return actions(*(_button(each, locale) for each in row))


def _button(each: Button, locale: str) -> Block:
    """A button of ours; one that is asked about first brings its question."""
    if each.has:  # nothing here can be disabled: a press is told that it is this one
        return button(f"✓ {each.label}", str(each.id), style="primary")
    style = "danger" if VERBS[each.verb].asks else None
    made = button(each.label, str(each.id), emoji=each.emoji, style=style)
    if not VERBS[each.verb].asks:
        return made
    title, what = text(locale, f"confirm-{each.verb}-title"), text(locale, f"confirm-{each.verb}-what")
    return with_confirmation(made, title, what, yes=each.label, no=text(locale, "slack-keep"))
