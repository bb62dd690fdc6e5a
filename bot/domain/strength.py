"""How much of the picture changes: the numbers and words that people say for it, and what they mean."""

import math
import re
from collections.abc import Mapping
from functools import cache

from bot.domain.errors import InvalidRequest
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
    """A strength from what people type: "0.7", "0,7", ".7", "70%", or a word such as "strong", in our languages.

    Raises:
        InvalidRequest: with the sentence for the member.
    """
    word = " ".join(text.lower().split())
    if word in STRENGTH_WORDS:
        return STRENGTH_WORDS[word]
    percent = word.endswith("%")
    try:
        strength = float(word.removesuffix("%").strip().replace(",", ".")) / (100 if percent else 1)
    except ValueError:
        translated = _translated_words().get(word)
        if translated is None:
            raise InvalidRequest("refused-strength-word", given=quoted(text)) from None
        return translated
    check_strength(strength)
    return abs(strength)  # "-0" is 0


def parse_strengths(text: str) -> tuple[float, ...]:
    """One strength or several, each once: "0.7", "0.3 0.5", "0.3,0.5,strong".

    A comma separates if it is followed by a space, or if dots are the decimal sign; "0,7" is one number.

    Raises:
        InvalidRequest: with the sentence for the member.
    """
    separator = r"[\s;]+" if re.fullmatch(r"\s*\d,\d+\s*", text) else r"[\s;,]+"
    return tuple(dict.fromkeys(parse_strength(part) for part in re.split(separator, text.strip()) if part))


@cache
def _translated_words() -> Mapping[str, float]:
    """The words as cards in other languages say them."""
    return {
        said.lower(): strength
        for word, strength in STRENGTH_WORDS.items()
        for said in translations(f"word-{word}").values()
    }


def strength_word(strength: float) -> str:
    """The nearest word for a strength; ties go to the gentler one."""
    return min(STRENGTH_WORDS, key=lambda word: round(abs(STRENGTH_WORDS[word] - strength), 9))
