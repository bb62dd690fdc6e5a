"""What people write, made fit to be shown to others.

What harms is listed, and all else stays, known to this Python's tables or not: letters of any language, emoji of any
year. Ranges are written out, so that the result does not depend on the interpreter's version of Unicode.
"""

import re

_MAX_QUOTED = 60

_HARMFUL = re.compile(
    "["
    "\u0000-\u0008\u000e-\u001b\u007f-\u0084\u0086-\u009f"  # controls that are no white space
    "\u00ad\u034f\u061c\u17b4\u17b5\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff"  # invisible; directions
    "\u115f\u1160\u3164\uffa0"  # fillers, which are letters by name and show nothing
    "\ud800-\udfff"  # halves of pairs
    "\ue000-\uf8ff\U000f0000-\U0010ffff"  # private use
    "\ufdd0-\ufdef\ufff0-\ufffc"  # no characters; what marks notes and objects
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"  # of shorthand and music
    + "".join(f"{chr(plane << 16 | 0xFFFE)}{chr(plane << 16 | 0xFFFF)}" for plane in range(17))
    + "]"
)
_TAGS = re.compile(
    "(\U0001f3f4[\U000e0030-\U000e0039\U000e0061-\U000e007a]{1,8}\U000e007f)|[\U000e0000-\U000e00ff\U000e01f0-\U000e0fff]"
)
"""The flag of a region is a black flag with letters that are not seen; anywhere else those are nothing."""

_VARIANTS = re.compile("[\ufe00-\ufe0f\u180b-\u180d\u180f\U000e0100-\U000e01ef]+")
_JOINERS = re.compile("[\u180e\u200c\u200d]+")
_NOTHING = re.compile("[\\W_]", re.ASCII)
_ENDS_JOINED = re.compile(
    "[\u0600-\u077f\u0860-\u08ff\u094d\u09cd\u0a4d\u0acd\u0b4d\u0bcd\u0c4d\u0ccd\u0d4d\u0dca\u1800-\u18af]"
)
"""Letters of Arabic and its sisters, and the signs of India that take a vowel away: a joiner behind them is seen at
the end of a word too."""


def quoted(text: str) -> str:
    """What somebody wrote, short and plain enough to stand inside a sentence of ours."""
    return clip(clean_text(text), _MAX_QUOTED)


def clean_text(text: str) -> str:
    """Text from people without what can disguise it: control, bidi and zero-width characters; ends trimmed.

    White space of any kind becomes single spaces. What is invisible stays if it means something: joiners between
    letters or emoji, one selector of a variant behind a character, the letters of a region's flag.
    """
    return " ".join(seen(text).split())


def seen(text: str) -> str:
    """The same with its white space as it was typed, for callers that still read lines."""
    plain = _HARMFUL.sub("", _TAGS.sub(lambda found: found.group(1) or "", text))
    return _JOINERS.sub(_joiner, _VARIANTS.sub(_variant, plain))


def _variant(found: re.Match[str]) -> str:
    """The first selector, if it stands behind what has variants."""
    before = _before(found)
    shown = bool(before) and not before.isspace() and not _JOINERS.match(before)
    return found.group()[0] if shown else ""


def _joiner(found: re.Match[str]) -> str:
    """The first joiner, if it stands between letters or emoji, or where a script shows it at the end of a word."""
    before, after = _before(found), found.string[found.end() : found.end() + 1]
    if _ENDS_JOINED.match(before) or (_joins(before) and _joins(after)):
        return found.group()[0]
    return ""


def _before(found: re.Match[str]) -> str:
    """The character before; none at the beginning."""
    return found.string[max(0, found.start() - 1) : found.start()]


def _joins(character: str) -> bool:
    """Whether it is a letter or an emoji: neither white space nor a mark of the keyboard or of print."""
    if not character or character.isspace() or "\u2000" <= character <= "\u206f" or "\u3000" <= character <= "\u3003":
        return False
    return ord(character) > 0xBF or not _NOTHING.match(character)


def clip(text: str, limit: int) -> str:
    """At most `limit` characters, the last one an ellipsis if something was cut."""
    return text if len(text) <= limit else f"{text[: limit - 1]}…"
