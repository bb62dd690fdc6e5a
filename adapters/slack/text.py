"""Text in and out of Slack's markup; pure.

Slack reads `<...>` in mrkdwn as links, mentions and `<!channel>`, and encodes exactly `&`, `<` and `>`. What people
wrote goes out in plain text elements, or through `escape` if only mrkdwn is to be had.
"""

import html
import re
from typing import Any

from bot.domain.marks import Keep, unmarked
from bot.domain.words import clip

_MAX_SAID = 10_000
"""Characters of a message that are read: five times what a prompt may have, which is refused by its length then."""

Block = dict[str, Any]
"""One Block Kit block or element, as JSON."""

MAX_SECTION = 3000
MAX_CONTEXT = 2000
MAX_BUTTON_LABEL = 75
MAX_ALT = 2000
MAX_TITLE = 24
MAX_OPTION = 75
MAX_PLACEHOLDER = 150

_LINK = re.compile(r"<(?P<target>[^<>|]*)(?:\|(?P<label>[^<>]*))?>")
_CODED = re.compile(
    rf"```(?P<block>.+?)```|`(?P<code>[^`\n]+)`|{_LINK.pattern}"
    r"|(?<![\w:]):(?P<emoji>[+-]1|(?=[\w'+-]*[a-z])[a-z0-9_'+-]+)(?:::skin-tone-\d)?:(?!\w)",
    re.DOTALL,
)
_MARKS = re.compile(r"([*_~`:])")
_LINE = re.compile(r"^(?:&gt; ?|• )", re.MULTILINE)
_FORMATTED = re.compile(r"(?<![^\W_])(?P<mark>[*_~])(?=\S)(?P<words>[^\n]{1,500}?)(?<=\S)(?P=mark)(?![^\W_])")


def escape(text: str) -> str:
    """Text that mrkdwn shows as it is: no mention, no link, no special command."""
    return html.escape(text, quote=False)


def literal(text: str) -> str:
    """The same where text stands among marks of ours: nothing in it is formatting or the name of an emoji either."""
    return _MARKS.sub("\\1\u200b", escape(text))


def said(text: str, *, bot_user: str = "") -> str:
    """What a member said, as they see it, from text in Slack's markup: without the mention of the bot.

    Links become their labels, mentions and dates their words, emoji their names, and formatting goes
    (docs.slack.dev/messaging/formatting-message-text); lines stay lines.
    """

    def seen(coded: re.Match[str], keep: Keep) -> str:
        if coded["block"] or coded["code"]:
            return keep(_LINK.sub(lambda link: _seen(link, bot_user), coded["block"] or coded["code"]))
        if coded["emoji"]:
            return " " + coded["emoji"].replace("_", " ") + " "
        return keep(_seen(coded, bot_user))

    lines = _LINE.sub("", text[:_MAX_SAID])
    plain = unmarked(lines, _CODED, seen=seen, bare=lambda words: _FORMATTED.sub(r"\g<words>", words))
    return "\n".join(" ".join(line.split()) for line in html.unescape(plain).splitlines()).strip()


def _seen(coded: re.Match[str], bot_user: str) -> str:
    """What stands for a link, mention or date."""
    target, label = coded["target"], coded["label"] or ""
    if target == f"@{bot_user}" or target in {"!here", "!channel", "!everyone"}:
        return " "
    if target.startswith("!date"):
        return label
    if target.startswith(("@", "#", "!")):
        return f"{'#' if target[0] == '#' else '@'}{label.lstrip('@#!')}" if label else ""
    return label or re.sub(r"^(?:mailto|tel):", "", target)


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


def button(label: str, action_id: str, *, emoji: str = "", style: str | None = None) -> Block:
    """A button that carries its meaning in its action id; `emoji` stands before its label and is not read aloud."""
    made: Block = {
        "type": "button",
        "text": plain(f"{emoji} {label}".strip(), MAX_BUTTON_LABEL, emoji=True),
        "action_id": action_id,
        "value": action_id,
    }
    if emoji:
        made["accessibility_label"] = clip(label, MAX_BUTTON_LABEL)
    return made | ({"style": style} if style else {})


def with_confirmation(button: Block, title: str, what: str, *, yes: str, no: str) -> Block:
    """The same button, with a question that Slack asks before it counts as pressed."""
    words = {"title": title, "text": what, "confirm": yes, "deny": no}
    return button | {"confirm": {name: plain(said) for name, said in words.items()} | {"style": "danger"}}


def image(file: str, alt: str) -> Block:
    """A picture, by Slack's id of its file."""
    return {"type": "image", "slack_file": {"id": file}, "alt_text": clip(alt, MAX_ALT) or "–"}  # noqa: RUF001 -- a dash for people


def actions(*buttons: Block) -> Block:
    """A row of buttons, 25 at most."""
    return {"type": "actions", "elements": list(buttons[:25])}
