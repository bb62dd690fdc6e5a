"""How much of the picture changes: the numbers and words that people say for it, and what they mean."""

import math
import re
from collections.abc import Mapping
from functools import cache

from bot.domain.errors import InvalidRequest
from bot.domain.typed import DECIMAL, END_MARKS, NUMBER, number
from bot.domain.words import quoted
from bot.texts import translations

STRENGTH_WORDS = {"subtle": 0.3, "balanced": 0.5, "strong": 0.7, "reimagine": 0.9}
"""Words people say for a strength, and what they mean."""

REFINE_STRENGTH = 0.35
"""For polishing a picture that a model already made."""

DEFAULT_STRENGTH = 0.5
SWEEP_STRENGTHS = (0.3, 0.5, 0.7, 0.9)
MAX_SWEEP = 8


def check_strength(strength: float) -> None:
    """Refuse a strength outside [0, 1].

    Raises:
        InvalidRequest: with the sentence for the member.
    """
    if math.isnan(strength) or not 0 <= strength <= 1:
        raise InvalidRequest("refused-strength", given=f"{strength:g}")


def check_strengths(strengths: tuple[float, ...]) -> None:
    """Refuse one that is out of range, and more than a sweep takes.

    Raises:
        InvalidRequest: with the sentence for the member.
    """
    for strength in strengths:
        check_strength(strength)
    if len(strengths) > MAX_SWEEP:
        raise InvalidRequest("refused-sweep", most=MAX_SWEEP, given=len(strengths))


def parse_strength(text: str) -> float:
    """A strength from what people type: "0.7", "0,7", ".7", "70 %", or a word such as "strong", in our languages.

    Raises:
        InvalidRequest: with the sentence for the member.
    """
    said = text.strip().rstrip(END_MARKS)
    word = " ".join(said.casefold().split())
    if word in _words():
        return _words()[word]
    try:
        strength = number(said)
    except ValueError:
        raise InvalidRequest("refused-strength-word", given=quoted(text)) from None
    check_strength(strength)
    return abs(strength)  # "-0" is 0


def parse_strengths(text: str) -> tuple[float, ...]:
    """One strength or several, each once: "0.7", "0.3 0.5", "0.3,0.5,strong", "0,3; 0,7", "30 % 70 %".

    A comma separates if a space follows it, or if dots are the decimal sign; "0,7" is one number.

    Raises:
        InvalidRequest: with the sentence for the member.
    """
    return tuple(dict.fromkeys(parse_strength(part) for part, _ in strengths_at(text, part=_PART)))


def strengths_at(text: str, *, part: str = "") -> list[tuple[str, int]]:
    """The strengths that a text begins with, as they are written, each with the place behind it.

    Args:
        text: what was typed.
        part: an expression of what else is taken for one, so that it can be refused.
    """
    dots = re.search(r"\.\d", text) is not None
    figure = NUMBER.replace(DECIMAL, "[.]") if dots else NUMBER
    expression = _item("|".join(filter(None, (figure, _said_word(), part))))
    found, place = list[tuple[str, int]](), 0
    while item := expression.match(text, place):
        found.append((item.group(1), item.end(1)))
        place = item.end()
        if (link := _AND.match(text, place)) and expression.match(text, link.end()):
            place = link.end()
    return found


_AND = re.compile(r"(?:(?:and|und|et|y|e)\s+|[&と]\s*)", re.IGNORECASE)
"""Between strengths, in the languages that we speak."""

_PART = r"[^\s,;、，；]+"  # noqa: RUF001 -- Chinese and Japanese marks


@cache
def _item(one: str) -> re.Pattern[str]:
    return re.compile(rf"\s*({one})(?:[\s,;、，；]|[.。](?=\s|$))*", re.IGNORECASE)  # noqa: RUF001 -- Chinese and Japanese marks


@cache
def _said_word() -> str:
    """An expression of the words there are."""
    longest_first = sorted(_words(), key=len, reverse=True)
    return "(?:" + "|".join(re.escape(word).replace(r"\ ", r"\s+") for word in longest_first) + r")(?!\w)"


@cache
def _words() -> Mapping[str, float]:
    """The words as we and cards in other languages say them, with what they mean."""
    said = {
        said.casefold(): strength
        for word, strength in STRENGTH_WORDS.items()
        for said in translations(f"word-{word}").values()
    }
    return said | STRENGTH_WORDS


def strength_word(strength: float) -> str:
    """The nearest word for a strength; ties go to the gentler one."""
    return min(STRENGTH_WORDS, key=lambda word: round(abs(STRENGTH_WORDS[word] - strength), 9))
