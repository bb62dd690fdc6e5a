"""People's words made inert for Discord: no formatting, no links, no mentions, only what was typed."""

import re

from bot.domain.words import clip

_MARKS = re.compile(r"([\\*_~`|<>\[\]()#@]|(?<=:)/|(?<=/)/)")
_LISTED = re.compile(r"^([ \t]*)([-+]|\d{1,10}\.(?=[ \t]))", re.MULTILINE)
_INVITE = re.compile(r"(discord)\.(gg|com|app)", re.IGNORECASE)
_BREAK = "\u200b"


def inert(text: str, *, most: int = 1000) -> str:
    """`text` so that Discord shows it literally, cut to `most` characters of the original.

    A backslash takes a mark its meaning and is not shown itself. Behind `@` stands a zero-width space too, because
    `@everyone` is looked for in the raw text.
    """
    escaped = _MARKS.sub(r"\\\1", clip(text, most)).replace("@", f"@{_BREAK}")
    return _INVITE.sub(rf"\1.{_BREAK}\2", _LISTED.sub(_plain, escaped))


def _plain(listed: re.Match[str]) -> str:
    """The beginning of a list's item, as words."""
    return f"{listed[1]}{listed[2][:-1]}\\{listed[2][-1]}"


def block_quote(text: str, *, most: int = 1000, room: int = 3000) -> str:
    """The same as a quotation, each of its lines; less of the original if it takes more than `room` characters."""
    whole = "\n".join(f"> {line}" for line in inert(text, most=most).splitlines())
    return whole if len(whole) <= room else block_quote(text, most=most // 2, room=room)
