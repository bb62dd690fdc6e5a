"""Captions: what somebody might have typed to get a picture like the target."""

import string
from collections.abc import Sequence

import numpy as np

from training.words import FILLERS, NEGATIVES, NOUN_TEMPLATES, NOUNS, PAIR_TEMPLATES, SYNONYMS, TEMPLATES


def _pick(generator: np.random.Generator, options: Sequence[str]) -> str:
    return options[int(generator.integers(len(options)))]


def _fillers(generator: np.random.Generator) -> str:
    words = [_pick(generator, FILLERS) for _ in range(int(generator.integers(1, 6)))]
    return (" " if generator.random() < 0.7 else ", ").join(words)


def gibberish(generator: np.random.Generator) -> str:
    """Words that nobody knows, so that the tokens of unknown words are taught to mean nothing."""
    letters = string.ascii_lowercase
    words = ["".join(_pick(generator, letters) for _ in range(int(generator.integers(2, 9)))) for _ in range(3)]
    return " ".join(words[: int(generator.integers(1, 4))])


def negative(generator: np.random.Generator) -> str:
    return ", ".join(_pick(generator, NEGATIVES) for _ in range(int(generator.integers(1, 6))))


def _unstyled(generator: np.random.Generator, noun: str) -> str:
    kind = generator.random()
    if kind < 0.3:
        return noun
    if kind < 0.5:
        return f"{noun}, {_fillers(generator)}"
    if kind < 0.75:
        return _fillers(generator)
    return gibberish(generator)


def caption(generator: np.random.Generator, styles: Sequence[str], scene: str, *, describe: bool = False) -> str:
    """A prompt for a target of one style or of (look, art), of a `scene` kind of `NOUNS`.

    With `describe` the scene's own noun is always in it: from pure noise there is nothing else to go by.
    """
    own = describe or generator.random() < 0.85
    noun = _pick(generator, NOUNS[scene if own else _pick(generator, list(NOUNS))])
    filler = _fillers(generator)
    if len(styles) == 2:
        look, art = (_pick(generator, SYNONYMS[name]) for name in styles)
        text = _pick(generator, PAIR_TEMPLATES).format(look=look, art=art, noun=noun, filler=filler)
    elif styles[0] == "photo" and generator.random() < 0.65:
        text = noun if describe else _unstyled(generator, noun)
    else:
        templates = NOUN_TEMPLATES if describe else TEMPLATES
        text = _pick(generator, templates).format(
            style=_pick(generator, SYNONYMS[styles[0]]), noun=noun, filler=filler
        )
    return text.lower()
