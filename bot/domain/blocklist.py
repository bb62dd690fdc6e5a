"""The words an owner does not want in a prompt, found however they are written.

A pattern is a word or several in a row, matched whole: `*` stands for any letters, `?` for one. Patterns are globs,
not regular expressions, because a server's moderators write them too: what `fnmatch` makes of a glob never gives back
what a star has taken (CPython's `fnmatch.translate`, since 3.9), and each is tried on one word at a time.

Compared is what Unicode calls compatible (NFKD), without accents, in one case: full-width, fraktur and circled
letters are letters. Then it is read once more as people disguise words: digits and signs for letters, letters of
other scripts that look the same, letters spelled out one by one. Scripts without spaces between words have no whole
words, so a pattern in one of them is found anywhere.
"""

import fnmatch
import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache

from bot.domain.errors import InvalidRequest

MAX_PATTERN = 100
MAX_PATTERNS = 500

_ACCENTS = re.compile("[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe00-\ufe0f]")
"""Combining marks that only decorate. The voicing marks of Japanese (U+3099) are none: they make another letter."""

_WORD = re.compile(r"[^\W_]+")
_PATTERN_WORD = re.compile(r"(?:[^\W_]|[*?])+")
_UNSPACED = re.compile("[\u0e00-\u0eff\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")
"""Thai, Lao, Khmer, kana and Han."""

_LETTERS = {
    "0": "o", "3": "e", "4": "a", "@": "a", "5": "s", "$": "s", "7": "t", "+": "t", "8": "b", "€": "e",
    "ø": "o", "ł": "l", "đ": "d", "ı": "i", "ß": "ss", "æ": "ae", "œ": "oe",  # noqa: RUF001 -- Turkish
    "а": "a", "в": "b", "е": "e", "і": "i", "ј": "j", "к": "k", "м": "m", "н": "h", "о": "o", "р": "p", "с": "c",  # noqa: RUF001 -- Cyrillic
    "т": "t", "у": "y", "х": "x", "ѕ": "s", "ԁ": "d", "ո": "n",  # noqa: RUF001 -- Cyrillic and Armenian
    "α": "a", "ε": "e", "ι": "i", "κ": "k", "ν": "v", "ο": "o", "ρ": "p", "τ": "t", "υ": "u", "χ": "x",  # noqa: RUF001 -- Greek
}  # fmt: skip
_READINGS = tuple(
    str.maketrans(_LETTERS | {"1": stroke, "!": stroke, "|": stroke, "¡": stroke}) for stroke in ("i", "l")
)
"""A stroke is an i or an l; both are tried."""

Matcher = Callable[[str], re.Match[str] | None]


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
    compiled = [_compiled(pattern) for pattern in patterns]
    if not compiled:
        return False
    plain = _plain(prompt)
    readings = [plain, *(plain.translate(reading) for reading in _READINGS)]
    texts = [_WORD.findall(reading) for reading in readings]
    texts += [_joined(words) for words in texts]
    return any(_found(words, matchers) for matchers in compiled for words in texts)


def _plain(text: str) -> str:
    """Text in one case, without accents, width and invisible characters."""
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    visible = "".join(each for each in decomposed if unicodedata.category(each) != "Cf")
    return unicodedata.normalize("NFKC", _ACCENTS.sub("", visible))


@lru_cache(maxsize=1 << 14)
def _compiled(pattern: str) -> tuple[Matcher, ...]:
    """One matcher for each word of a pattern."""
    words = _PATTERN_WORD.findall(_plain(pattern))
    if _UNSPACED.search(pattern):
        words = [f"*{''.join(words)}*"]
    return tuple(re.compile(fnmatch.translate(word)).match for word in words)


def _found(words: Sequence[str], matchers: Sequence[Matcher]) -> bool:
    """Whether the matchers take words that stand in a row."""
    return bool(matchers) and any(
        all(matches(word) for matches, word in zip(matchers, words[start:], strict=False))
        for start in range(len(words) - len(matchers) + 1)
    )


def _joined(words: Sequence[str]) -> list[str]:
    """Words spelled out letter by letter as words: "t r e e" is "tree"."""
    spelled: list[str] = []
    run = ""
    for word in (*words, ""):
        if len(word) == 1:
            run += word
            continue
        if run:
            spelled.append(run)
            run = ""
        if word:
            spelled.append(word)
    return spelled
