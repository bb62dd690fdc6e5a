"""Options inside a text: `make it an oil painting --strength 0.7 --no people`.

Both chats take them if there is no form to fill in. `--` and letters at the start of a word is a flag, by any name
that `OPTIONS` has for it, with "-" or "_" between its words; phones turn `--` into an em dash, so `—strength` means
the same. A negative prompt reaches to the next flag, other values are one word or what stands in quotes; all else is
prompt.
"""

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass

from bot.domain.errors import InvalidRequest
from bot.domain.options import OPTIONS, Kind, Option, Options
from bot.domain.request import Action
from bot.domain.strength import parse_strength
from bot.domain.words import quoted

_MAP = "map"
"""The one flag that is no option: the control map alone is wanted."""

_ROWS = {flag: row for row in OPTIONS for flag in row.flags if row.name != "prompt"}
_NAMES = sorted((*_ROWS, _MAP), key=len, reverse=True)
_FLAG = re.compile(r"(?:^|(?<=\s))(--|[—–]-?)([^\W\d_][^\s=:]*)[=:]?")  # noqa: RUF001 -- the en dash is what phones type


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A text taken apart.

    Attributes:
        map_only: the control map alone is wanted.
    """

    options: Options
    map_only: bool = False

    @property
    def action(self) -> Action:
        """What it asks for, by itself: several strengths are a sweep."""
        if self.map_only:
            return Action.MAP
        return Action.SWEEP if len(self.options.strengths or ()) > 1 else Action.IMG2IMG


def parse_flags(text: str, *, styles: Iterable[str] = ()) -> Written:
    """Take a text apart.

    Args:
        text: what somebody wrote.
        styles: presets that there are; one of several words is known without quotes.

    Raises:
        InvalidRequest: there is no such flag, or its value is missing, none of its kind or out of range.
    """
    # Behind a long dash only a name that there is: writers set their asides between such dashes.
    found = [flag for flag in _FLAG.finditer(text) if flag.group(1) == "--" or _name(flag.group(2)) in _NAMES]
    prompt = [text[: found[0].start()] if found else text]
    values: dict[str, str] = {}
    for place, flag in enumerate(found):
        end = found[place + 1].start() if place + 1 < len(found) else len(text)
        name, given = _name(flag.group(2)), text[flag.end() : end].strip()
        if name == _MAP:
            values[name], rest = "yes", given
        elif name in _ROWS:
            row = _ROWS[name]
            value, rest = _taken(row, name, given, styles)
            if not value:
                raise InvalidRequest("refused-flag-empty", flag=flag.group(2))
            values[row.name] = f"{values.get(row.name, '')} {value}" if row.kind is Kind.LORAS else value
        else:
            raise InvalidRequest("refused-flag-unknown", flag=quoted(flag.group(2)), near=_nearest(name))
        prompt.append(rest)
    words = " ".join(" ".join(prompt).split())
    said = {row.name: row.parse(values[row.name]) for row in OPTIONS if row.name in values}
    return Written(options=Options(prompt=words or None, **said), map_only=_MAP in values)


def _name(written: str) -> str:
    return written.lower().replace("_", "-")


def _nearest(name: str) -> str:
    """The flag that somebody meant who wrote one that there is not."""
    begun = (known for known in _NAMES if name.startswith(f"{known}-"))
    return next(begun, None) or difflib.get_close_matches(name, _NAMES, n=1, cutoff=0.0)[0]


def _taken(row: Option, flag: str, given: str, styles: Iterable[str]) -> tuple[str, str]:
    """A flag's value and what stands behind it."""
    match row.kind:
        case Kind.SWITCH:
            return "yes", given
        case Kind.PROSE:
            return _unquoted(given), ""
        case Kind.NAME:
            return _style(given, styles if row.name == "style" else ()) or _first_word(given)
        case Kind.STRENGTHS if flag == "strengths":
            return _strengths(given) or _first_word(given)
        case _:
            return _first_word(given)


def _unquoted(text: str) -> str:
    """Without the quotes around all of it, straight or as phones type them."""
    inside = re.fullmatch(r"[\"“']([^\"“”']+)[\"”']", text)
    return inside.group(1) if inside else text


def _style(text: str, styles: Iterable[str]) -> tuple[str, str] | None:
    """The preset that a text begins with, however its words are joined, and the rest."""
    for style in sorted(styles, key=len, reverse=True):
        words = r"[\s-]+".join(re.escape(word) for word in re.split(r"[\s-]+", style))
        if found := re.match(rf"{words}(?!\S)", text, re.IGNORECASE):
            return style, text[found.end() :]
    return None


def _strengths(text: str) -> tuple[str, str] | None:
    """The strengths that a text begins with, and the rest."""
    end = 0
    for word in re.finditer(r"([^\s,;]+)[\s,;]*", text):
        try:
            parse_strength(word.group(1))
        except InvalidRequest:
            break
        end = word.end()
    return (text[:end], text[end:]) if end else None


def _first_word(text: str) -> tuple[str, str]:
    """The first word, or all that stands in quotes, and the rest."""
    if inside := re.match(r"[\"“'](.+?)[\"”'](?:\s+|$)", text):
        return inside.group(1), text[inside.end() :]
    word, *rest = text.split(maxsplit=1) or [""]
    return word, "".join(rest)
