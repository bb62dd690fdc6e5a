"""What a member sees of a text that Discord codes: names for ids, and words without the marks of their formatting.

As in Discord's documentation on message formatting (discord.com/developers/docs/reference#message-formatting), and
its Markdown (support.discord.com/hc/articles/210298617). The opposite of `markdown.inert`.
"""

import re
from collections.abc import Collection, Mapping
from datetime import UTC, datetime, timedelta

from bot.domain.marks import Keep, unmarked

_CODES = (
    r"<a?:(?P<emoji>\w+):\d+>"
    r"|<(?P<kind>@!?|@&|#)(?P<id>\d+)>"
    r"|<t:(?P<time>-?\d{1,13})(?::(?P<style>[tTdDfFR]))?>"
    r"|<(?P<command>/[^<>:\n]+):\d+>"
    r"|<id:(?P<place>\w+)>"
)
_CODED = re.compile(_CODES)
_MARKED = re.compile(
    r"```(?:[\w+-]+\n)?(?P<block>.+?)```"
    r"|(?P<ticks>`{1,2})(?P<code>[^`\n]+?)(?P=ticks)"
    r"|\\(?P<escaped>[^\w\s])"
    rf"|{_CODES}"
    r"|\[(?P<label>[^\[\]\n]+)\]\(<?https?://[^\s()<>]+>?(?: \"[^\"\n]*\")?\)"
    r"|<(?P<link>https?://[^<>\s]+)>",
    re.DOTALL,
)
_EMBEDDED = re.compile(r"(?<!<)https?://")
_LINK = re.compile(r"(?<!\]\()(\|\|\s*)?(https?://[^\s<>|]+)(?(1)\s*\|\|)")
_BEHIND_LINK = ".,;:!?'\")]"
_LINE = re.compile(r"^(?:>>> |> |-# |#{1,3} |[*-] (?=\S))", re.MULTILINE)
_FORMATTED = re.compile(
    r"(?P<mark>\*{1,3}|~~|\|\||__)(?=\S)(?P<words>(?:(?!(?P=mark)).)+?)(?<=\S)(?P=mark)(?!\*)"
    r"|(?<!\w)_(?=\S)(?P<slanted>[^_\n]+?)(?<=\S)_(?!\w)",
    re.DOTALL,
)
_TIMES = {"t": "%H:%M", "T": "%H:%M:%S", "d": "%d/%m/%Y", "D": "{day} %B %Y", "R": "{day} %B %Y"}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def said(
    content: str, *, me: str = "", role: str = "", names: Mapping[str, str] | None = None, formatted: bool = True
) -> str:
    """What a member said, as they see it, without the mention of us.

    Args:
        content: as Discord has it.
        me: our user's id.
        role: that of our role in the server.
        names: of members, channels and roles, by "@id", "#id" and "@&id"; others are left out.
        formatted: it is a message; an option of a command has names for codes, and shows all marks as they are.
    """
    shown = dict(names or {}) | {f"@{me}": " ", f"@&{role}": " "}
    text = unmarked(
        content,
        _MARKED if formatted else _CODED,
        seen=lambda found, keep: _seen(found, shown, keep),
        bare=_bare if formatted else str,
    )
    return re.sub(r"[ \t]{2,}", " ", text).strip()


def has_link(content: str) -> bool:
    """Whether a message has a link of which Discord may show something: it does not of those in "<>"."""
    return bool(_EMBEDDED.search(content))


def without_links(content: str, shown: Collection[str]) -> str:
    """A message without the links that are shown as pictures: they are no words of its member's."""
    addresses = {each.partition("?")[0] for each in shown}

    def rest(found: re.Match[str]) -> str:
        for link in (found[2].rstrip(_BEHIND_LINK), found[2]):
            if link.partition("?")[0] in addresses:
                return f" {found[2].removeprefix(link)}"
        return found[0]

    return _LINK.sub(rest, content)


def _bare(text: str) -> str:
    return _FORMATTED.sub(lambda found: found["words"] or found["slanted"], _LINE.sub("", text))


def _seen(found: re.Match[str], names: Mapping[str, str], kept: Keep) -> str:
    match found.lastgroup:
        case "block" | "escaped" as part:
            return kept(found[part])
        case "code":
            return kept(found["code"].strip())
        case "emoji":
            return f" {found['emoji'].replace('_', ' ').strip()} "
        case "id":
            kind = found["kind"].removesuffix("!")
            name = names.get(f"{kind}{found['id']}", "")
            return kept(f"{kind[0]}{name}") if name.strip() else name
        case "time" | "style":
            return _time(int(found["time"]), found["style"] or "f")
        case part:
            return kept(found[part or ""])


def _time(seconds: int, style: str) -> str:
    """A point in time, in words; by UTC, for nobody knows where the member is."""
    try:
        at = _EPOCH + timedelta(seconds=seconds)
    except OverflowError:
        return ""
    form = _TIMES.get(style, "{day} %B %Y %H:%M" if style == "f" else "%A, {day} %B %Y %H:%M")
    return at.strftime(form.format(day=at.day))
