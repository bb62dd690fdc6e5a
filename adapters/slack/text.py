"""Text in and out of Slack's markup; pure.

Slack reads `<...>` in mrkdwn as links, mentions and `<!channel>`, and encodes exactly `&`, `<` and `>`. What people
wrote goes out in plain text elements, or through `escape` where only mrkdwn is to be had.
"""

import html
import re
from typing import Any

Block = dict[str, Any]
"""One Block Kit block or element, as JSON."""

MAX_SECTION = 3000
MAX_CONTEXT = 2000
MAX_BUTTON_LABEL = 75
MAX_ALT = 2000
MAX_TITLE = 24
MAX_OPTION = 75
MAX_PLACEHOLDER = 150

_LINK = re.compile(r"<([^<>|]*)(?:\|([^<>]*))?>")


def clip(text: str, limit: int) -> str:
    """At most `limit` characters, the last one an ellipsis where something was cut."""
    return text if len(text) <= limit else text[: limit - 1] + "…"


def escape(text: str) -> str:
    """Text that mrkdwn shows as it is: no mention, no link, no special command."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def said(text: str, *, bot_user: str) -> str:
    """What a member typed, from a message event's text: without the mention of the bot, links as their address."""

    def typed(link: re.Match[str]) -> str:
        target, label = link.group(1), link.group(2)
        if target == f"@{bot_user}":
            return " "
        if target.startswith(("@", "#", "!")):
            return f"{target[0]}{label.lstrip('@#!')}" if label else ""
        return target

    return " ".join(html.unescape(_LINK.sub(typed, text)).split())


def plain(text: str, limit: int = MAX_SECTION, *, emoji: bool = False) -> Block:
    """A plain text object; nothing in it is read as markup. Slack refuses an empty one, so that shows a dash."""
    return {"type": "plain_text", "text": clip(text, limit) or "–", "emoji": emoji}  # noqa: RUF001 -- a dash for people


def mrkdwn(text: str, limit: int = MAX_SECTION) -> Block:
    """A mrkdwn object; `text` is ours, or escaped."""
    return {"type": "mrkdwn", "text": clip(text, limit) or "–", "verbatim": True}  # noqa: RUF001 -- a dash for people


def section(text: Block) -> Block:
    """A paragraph."""
    return {"type": "section", "text": text}


def context(*lines: str) -> Block:
    """Small grey lines, shown as they are; ten at most."""
    return {"type": "context", "elements": [plain(line, MAX_CONTEXT) for line in lines[:10]]}


def button(label: str, action_id: str, *, style: str | None = None) -> Block:
    """A button that carries its meaning in its action id."""
    made: Block = {
        "type": "button",
        "text": plain(label, MAX_BUTTON_LABEL, emoji=True),
        "action_id": action_id,
        "value": action_id,
    }
    return made | ({"style": style} if style else {})


def actions(*buttons: Block) -> Block:
    """A row of buttons, 25 at most."""
    return {"type": "actions", "elements": list(buttons[:25])}
