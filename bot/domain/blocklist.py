"""The words an owner does not want in a prompt, found however they are written.

A pattern is a word or several in a row, matched whole: `*` stands for any letters, `?` for one. Patterns are globs,
not regular expressions, because a server's moderators write them too: what is made of a glob never gives back what a
star has taken, as in CPython's `fnmatch.translate`.

A list of 500 costs a prompt of 2,000 characters some milliseconds: plain words are looked up among its words, and of
the other patterns only those are tried whose longest run of letters is in it.

Compared is what Unicode calls compatible (NFKD), without accents, in one case: full-width, fraktur and circled
letters are letters. Then it is read once more as people disguise words: digits and signs for letters, letters of
other scripts that look the same, ornamental ones that Unicode calls letters of their own, letters spelled out one by
one. Scripts without spaces between words have no whole words, so a pattern in one of them is found anywhere. So it is
in a row of single letters, where nobody can tell the article from the word after it, if it has a few of them.
"""

import itertools
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from bot.domain.errors import InvalidRequest

MAX_PATTERN = 100
MAX_PATTERNS = 500

_ACCENTS = re.compile("[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe00-\ufe0f]")
"""Combining marks that only decorate. The voicing marks of Japanese (U+3099) are none: they make another letter."""

_VARIANTS = re.compile("[\u180b-\u180f\U000e0100-\U000e01ef]")
"""Selectors of another shape of the same letter."""

_WORD = re.compile(r"[^\W_]+")
_PATTERN_WORD = re.compile(r"(?:[^\W_]|[*?])+")
_UNSPACED = re.compile("[\u0e00-\u0eff\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")
"""Thai, Lao, Khmer, kana and Han."""

_ALPHABET = "abcdefghijklmnopqrstuvwxyz"
_ORNAMENTS = (
    dict(zip("ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘꞯʀꜱᴛᴜᴠᴡʏᴢ", _ALPHABET.replace("x", ""), strict=True))
    | {chr(0x1F150 + place): letter for place, letter in enumerate(_ALPHABET)}  # white in black circles
    | {chr(0x1F170 + place): letter for place, letter in enumerate(_ALPHABET)}  # white in black squares
)
_LETTERS = _ORNAMENTS | {
    "0": "o", "3": "e", "4": "a", "@": "a", "5": "s", "$": "s", "7": "t", "+": "t", "8": "b", "€": "e",
    "ø": "o", "ł": "l", "đ": "d", "ı": "i", "ß": "ss", "æ": "ae", "œ": "oe",  # noqa: RUF001 -- Turkish
    "а": "a", "в": "b", "е": "e", "і": "i", "ј": "j", "к": "k", "м": "m", "н": "h", "о": "o", "р": "p", "с": "c",  # noqa: RUF001 -- Cyrillic
    "т": "t", "у": "y", "х": "x", "ѕ": "s", "ԁ": "d", "ո": "n", "ғ": "f",  # noqa: RUF001 -- Cyrillic and Armenian
    "α": "a", "ε": "e", "ι": "i", "κ": "k", "ν": "v", "ο": "o", "ρ": "p", "τ": "t", "υ": "u", "χ": "x",  # noqa: RUF001 -- Greek
}  # fmt: skip
_READINGS = tuple(
    str.maketrans(_LETTERS | {"1": stroke, "!": stroke, "|": stroke, "¡": stroke}) for stroke in ("i", "l")
)
"""A stroke is an i or an l; both are tried."""

_SPELLED = " "
"""Stands before what was spelled out letter by letter; no word has one in it."""

_LEAST_INSIDE = 3
"""Letters that a pattern's word needs to be found within a row of letters: "I a m" is no "am"."""


def check_patterns(patterns: Sequence[str], *, most: int | None = MAX_PATTERNS) -> None:
    """Refuse patterns that could never match or would cost too much.

    Raises:
        InvalidRequest: with the sentence for whoever wrote them.
    """
    if most is not None and len(patterns) > most:
        raise InvalidRequest("refused-blocklist-long", most=most, given=len(patterns))
    for pattern in patterns:
        if len(pattern) > MAX_PATTERN:
            raise InvalidRequest("refused-blocklist-entry-long", most=MAX_PATTERN)
        if not _WORD.search(_plain(pattern)):
            raise InvalidRequest("refused-blocklist-entry")


def parse_patterns(text: str) -> tuple[str, ...]:
    """A list as people write it: by commas or lines; each entry once."""
    return tuple(dict.fromkeys(" ".join(part.split()) for part in re.split(r"[,;\n]", text) if part.strip()))


def blocks(patterns: Iterable[str], prompt: str) -> bool:
    """Whether one of the patterns is in the prompt."""
    wanted = _sorted_out(tuple(patterns))
    if not wanted.words and not wanted.globs:
        return False
    plain = _plain(prompt)
    readings = dict.fromkeys([plain, *(plain.translate(reading) for reading in _READINGS)])
    texts = [_WORD.findall(reading) for reading in readings]
    texts += [joined for words in texts if (joined := _joined(words)) != words]
    return wanted.found_in(texts)


@dataclass(frozen=True, slots=True)
class _Glob:
    """A pattern that is more than one plain word.

    Attributes:
        run: letters that are in every text that it is found in.
        words: its words, without accents and case.
    """

    run: str
    words: tuple[str, ...]

    def found_in(self, text: str, each: str) -> bool:
        """Whether it is in `text`, words between line feeds; `each` has all of them once."""
        return self.run in each and _expression(self.words).search(text) is not None


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A block list, sorted out once.

    Attributes:
        words: plain ones.
        spelled: those of them that are looked for within a row of letters.
    """

    words: frozenset[str]
    spelled: tuple[str, ...]
    globs: tuple[_Glob, ...]

    def found_in(self, texts: Iterable[Sequence[str]]) -> bool:
        """Whether one of the patterns is in one of several readings of a prompt, each in words."""
        found = {word for words in texts for word in words}
        rows = "\n".join(word for word in found if word.startswith(_SPELLED))
        if not self.words.isdisjoint(found) or (rows and any(word in rows for word in self.spelled)):
            return True
        if not self.globs:
            return False
        each = "\n".join(found)
        text = "\0".join("\n" + "".join(f"{word}\n" for word in words) for words in texts)
        return any(glob.found_in(text, each) for glob in self.globs)


@lru_cache(maxsize=256)
def _sorted_out(patterns: tuple[str, ...]) -> _Wanted:
    words = set[str]()
    globs = []
    for pattern in patterns:
        parts = tuple(_PATTERN_WORD.findall(_plain(pattern)))
        if _UNSPACED.search(pattern):
            parts = (f"*{''.join(parts)}*",)
        if len(parts) == 1 and not re.search(r"[*?]", parts[0]):
            words.add(parts[0])
        elif parts:
            run = max(re.split(r"[*?]", "*".join(parts)), key=len)
            globs.append(_Glob(run, parts))
    spelled = tuple(word for word in words if len(word) >= _LEAST_INSIDE)
    alone = {_SPELLED + word for word in words}
    return _Wanted(frozenset(words | alone), spelled, tuple(globs))


@lru_cache(maxsize=1 << 14)
def _expression(words: tuple[str, ...]) -> re.Pattern[str]:
    """Finds the words in a row, and all of them spelled out in one row of letters."""
    last = len(words) - 1
    row = "\n".join(
        f"(?:{_translated(word)}|{_translated(_within(word, before=place == 0, after=place == last))})"
        for place, word in enumerate(words)
    )
    rows = row if last == 0 else f"(?:{row}|{_translated(_within(''.join(words)))})"
    return re.compile(f"\n{rows}\n")


def _translated(glob: str) -> str:
    """A glob as a regular expression for one word; each star takes as little as it can and never gives it back."""
    first, *others = (re.escape(part).replace(r"\?", r"[^\n\0]") for part in glob.split("*"))
    if not others:
        return first
    *inner, last = others
    return first + "".join(rf"(?>[^\n\0]*?{part})" for part in inner if part) + rf"[^\n\0]*{last}"


def _plain(text: str) -> str:
    """Text in one case, without accents, width and invisible characters."""
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    visible = "".join(each for each in _VARIANTS.sub("", decomposed) if unicodedata.category(each) != "Cf")
    return unicodedata.normalize("NFKC", _ACCENTS.sub("", visible))


def _within(word: str, *, before: bool = True, after: bool = True) -> str:
    """The glob that finds a word in a row of letters, with others before and after it."""
    if len(word) < _LEAST_INSIDE:
        return _SPELLED + word
    return f"{_SPELLED}{'*' * before}{word}{'*' * after}"


def _joined(words: Sequence[str]) -> list[str]:
    """Words, with each row of single letters as one: "t r e e" is " tree"."""
    rows = [(single, list(row)) for single, row in itertools.groupby(words, key=lambda word: len(word) == 1)]
    return [word for single, row in rows for word in ([_SPELLED + "".join(row)] if single else row)]
