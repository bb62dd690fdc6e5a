"""Captions: what somebody might have typed to get a picture like the target."""

import string
from collections.abc import Sequence

import numpy as np

from training.words import (
    DOINGS,
    FILLERS,
    NEGATIVES,
    NOUN_TEMPLATES,
    NOUNS,
    PAIR_TEMPLATES,
    SMALL_TALK,
    SYNONYMS,
    TEMPLATES,
    THINGS,
)


def _pick(generator: np.random.Generator, options: Sequence[str]) -> str:
    return options[int(generator.integers(len(options)))]


def _fillers(generator: np.random.Generator) -> str:
    if generator.random() < 0.25:
        return _content(generator)
    words = [_pick(generator, FILLERS) for _ in range(int(generator.integers(1, 6)))]
    return (" " if generator.random() < 0.7 else ", ").join(words)


def gibberish(generator: np.random.Generator) -> str:
    """Words that nobody knows, so that the tokens of unknown words are taught to mean nothing."""
    letters = string.ascii_lowercase
    words = ["".join(_pick(generator, letters) for _ in range(int(generator.integers(2, 9)))) for _ in range(3)]
    return " ".join(words[: int(generator.integers(1, 4))])


def negative(generator: np.random.Generator) -> str:
    return ", ".join(_pick(generator, NEGATIVES) for _ in range(int(generator.integers(1, 6))))


def _content(generator: np.random.Generator) -> str:
    """Things that are in no picture here: "a dog on a bicycle"."""
    nouns = [*THINGS, "dog", "cat", "man", "woman"]
    first, second = _pick(generator, nouns), _pick(generator, nouns)
    article = _pick(generator, ("a ", "a ", "the ", "my ", "an ", "two ", ""))
    if generator.random() < 0.35:
        return f"{article}{first}"
    other = _pick(generator, ("a ", "a ", "the ", "my ", ""))
    return f"{article}{first} {_pick(generator, DOINGS)} {other}{second}"


def _unstyled(generator: np.random.Generator, noun: str) -> str:
    kind = generator.random()
    if kind < 0.25:
        return noun
    if kind < 0.4:
        return f"{noun}, {_fillers(generator)}"
    if kind < 0.55:
        return _fillers(generator)
    if kind < 0.8:
        return _content(generator)
    if kind < 0.87:
        return _pick(generator, SMALL_TALK)
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
    elif styles[0] == "photo" and generator.random() < 0.75:
        text = noun if describe else _unstyled(generator, noun)
    else:
        templates = NOUN_TEMPLATES if describe else TEMPLATES
        text = _pick(generator, templates).format(
            style=_pick(generator, SYNONYMS[styles[0]]), noun=noun, filler=filler
        )
    return text.lower()
