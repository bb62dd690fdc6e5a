"""Prompts as the A1111 web UI reads them: words with weights, in as many chunks as CLIP's text encoders need. Pure.

The rules are those of its wiki (github.com/AUTOMATIC1111/stable-diffusion-webui/wiki/Features: Attention/emphasis,
Infinite prompt length, BREAK). Compel, the one kept library of the kind on PyPI, reads a notation of its own
(`word++`, `(word)1.3`), leaves words of small weights out by a mask, and cuts at the ends of sentences: with it, what
is pasted from there would mean something else.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

ROUND = 1.1
"""What a pair of round brackets multiplies by, and a pair of square ones divides by."""

_MARK = re.compile(r"\\[\\()\[\]]|[()\[\]]|[^\\()\[\]]+|\\")
_WEIGHT = re.compile(r":\s*([+-]?(?:\d(?:[.,]\d+)?|[.,]\d+))\s*$")
_SCHEDULE = re.compile(r"(?:[^\d\s:]\s*|:[^:]*):\s*[\d.,]+\s*$")
_LETTER = re.compile(r"[^\W\d]")
_BREAK = re.compile(r"\s*\bBREAK\b\s*")
_CLOSED_BY = {"(": ")", "[": "]"}

_CARRIED = 20 / 75
"""Share of a chunk: if its last comma is no farther from its end, what stands behind goes to the next chunk whole."""


@dataclass(frozen=True, slots=True)
class WeightedWords:
    """Words of one weight; 1 leaves them as they are."""

    text: str
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Weighted:
    """A prompt without its notation.

    Attributes:
        sections: what BREAK parts; each begins a chunk of its own.
        scheduled: whether it had changes during the run, as in [day:dusk:0.5] or [red|blue]; their words are read.
    """

    sections: tuple[tuple[WeightedWords, ...], ...]
    scheduled: bool = False

    @property
    def plain(self) -> str:
        """The words alone."""
        return "".join(part.text for part in self.parts)

    @property
    def parts(self) -> tuple[WeightedWords, ...]:
        """Those of the words alone: of all sections, with a comma where one ends."""
        first, *others = self.sections
        return first + tuple(part for section in others for part in (WeightedWords(", "), *section))

    @property
    def is_plain(self) -> bool:
        """Whether it has neither weights nor BREAK."""
        return len(self.sections) == 1 and all(part.weight == 1 for part in self.sections[0])


@dataclass(slots=True)
class _Bracket:
    mark: str
    parts: list[WeightedWords]


def weighted(text: str) -> Weighted:
    """A text by its notation: `(word)`, `[word]`, `(word:1.3)`, BREAK; a backslash makes a bracket a plain one.

    Brackets without a letter in them, as in "(16:9)", stand for themselves, and so does one that closes nothing. One
    that nothing closes reaches to the end.
    """
    scheduled = False
    open_ones = [_Bracket("", [])]
    for mark in _MARK.findall(text):
        innermost = open_ones[-1]
        if mark in _CLOSED_BY:
            open_ones.append(_Bracket(mark, []))
        elif mark == _CLOSED_BY.get(innermost.mark):
            parts, changes = _closed(open_ones.pop(), mark)
            scheduled = scheduled or changes
            open_ones[-1].parts += parts
        else:
            innermost.parts.append(WeightedWords(mark[1:] if len(mark) > 1 and mark[0] == "\\" else mark))
    while len(open_ones) > 1:
        parts, changes = _closed(open_ones.pop(), "")
        scheduled = scheduled or changes
        open_ones[-1].parts += parts
    sections = tuple(filter(None, _sections(open_ones[0].parts)))
    return Weighted(sections or ((),), scheduled)


def _closed(bracket: _Bracket, mark: str) -> tuple[list[WeightedWords], bool]:
    """The parts inside a pair of brackets, weighted, and whether they were to change during the run."""
    inner, last = bracket.parts, bracket.parts[-1] if bracket.parts else WeightedWords("")
    if bracket.mark == "(":
        if last.weight == 1 and (given := _WEIGHT.search(last.text)) is not None:
            words = [*inner[:-1], WeightedWords(last.text[: given.start()])]
            if any(_LETTER.search(part.text) for part in words):
                return _multiplied(words, float(given[1].replace(",", ".")), "(", mark), False
            return [WeightedWords("("), *inner, WeightedWords(mark)], False
        return _multiplied(inner, ROUND, "(", mark), False
    has_words = any(_LETTER.search(part.text) for part in inner)
    if has_words and last.weight == 1 and _SCHEDULE.search(last.text):
        ended = re.sub(r":\s*[\d.,]+\s*$", "", last.text)
        return [replace(part, text=_spaced(part.text)) for part in (*inner[:-1], WeightedWords(ended))], True
    if has_words and any("|" in part.text for part in inner):
        return [replace(part, text=_spaced(part.text)) for part in inner], True
    return _multiplied(inner, 1 / ROUND, "[", mark), False


def _spaced(text: str) -> str:
    return re.sub(r"\s*[:|]+\s*", " ", text)


def _multiplied(parts: list[WeightedWords], weight: float, opened: str, closed: str) -> list[WeightedWords]:
    """Parts with their weights multiplied; without a letter, as they were written."""
    if not any(_LETTER.search(part.text) for part in parts):
        return [WeightedWords(opened), *parts, WeightedWords(closed)]
    return [replace(part, weight=part.weight * weight) for part in parts]


def _sections(parts: list[WeightedWords]) -> Iterator[tuple[WeightedWords, ...]]:
    """Neighbours of one weight joined, and split at each BREAK."""
    section: list[WeightedWords] = []
    for part in _joined(parts):
        first, *others = _BREAK.split(part.text)
        section.append(replace(part, text=first))
        for text in others:
            yield tuple(each for each in section if each.text)
            section = [replace(part, text=text)]
    yield tuple(each for each in section if each.text)


def _joined(parts: list[WeightedWords]) -> Iterator[WeightedWords]:
    texts: list[str] = []
    weight = 1.0
    for part in parts:
        if texts and part.weight != weight:
            yield WeightedWords("".join(texts), weight)
            texts = []
        weight = part.weight
        texts.append(part.text)
    yield WeightedWords("".join(texts), weight)


@dataclass(frozen=True, slots=True)
class Chunk:
    """What an encoder reads at once, without the tokens of begin, end and padding.

    Attributes:
        ids: of its tokens.
        weights: of each of them.
    """

    ids: tuple[int, ...]
    weights: tuple[float, ...]


def room(tokenizer: Any) -> int:
    """Tokens of a prompt that a CLIP tokenizer's encoder is given at once."""
    taken: int = tokenizer.model_max_length - tokenizer.num_special_tokens_to_add()
    return taken


def chunks(prompt: Weighted, tokenizer: Any, expanded: Callable[[str], str] = lambda text: text) -> list[Chunk]:
    """The chunks of a prompt, one at least.

    Args:
        prompt: its words and weights.
        tokenizer: CLIP's.
        expanded: writes an embedding of several vectors as so many words.
    """
    most = room(tokenizer)
    comma = tokenizer.convert_tokens_to_ids(",</w>")
    made: list[Chunk] = []
    for section in prompt.sections:
        tokens = [
            (token, part.weight)
            for part in section
            for token in tokenizer(expanded(part.text), add_special_tokens=False, truncation=False, verbose=False)[
                "input_ids"
            ]
        ]
        begin = 0
        while len(tokens) - begin > most:
            end = begin + most
            if tokens[end][0] != comma:
                commas = (at for at in range(end - 1, end - 1 - int(most * _CARRIED), -1) if tokens[at][0] == comma)
                end = next(commas, end - 1) + 1
            made.append(_chunk(tokens[begin:end]))
            begin = end
        made.append(_chunk(tokens[begin:]))
    return made


def _chunk(tokens: list[tuple[int, float]]) -> Chunk:
    return Chunk(tuple(token for token, _ in tokens), tuple(weight for _, weight in tokens))
