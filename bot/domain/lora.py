"""Adapters as members name them: `ink`, `ink:0.8`."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain.errors import InvalidRequest
from bot.domain.words import quoted
from inference.api import Lora

MAX_LORAS = 4
MAX_WEIGHT = 4.0


@dataclass(frozen=True, slots=True)
class LoraWish:
    """An adapter that somebody wants; without a weight it gets its usual one."""

    name: str
    weight: float | None = None


def parse_loras(text: str) -> tuple[LoraWish, ...]:
    """Adapters from what people type: "ink", "ink:0.8 clay", "ink:0,8, clay".

    Raises:
        InvalidRequest: with the sentence for the member.
    """
    return tuple(_parsed(word) for part in re.split(r"[\s;]+", text) if (word := part.strip(",")))


def _parsed(word: str) -> LoraWish:
    name, colon, weight = word.partition(":")
    try:
        wish = LoraWish(name.lower(), float(weight.replace(",", ".")) if colon else None)
    except ValueError:
        wish = LoraWish("")
    if not wish.name or (wish.weight is not None and not abs(wish.weight) <= MAX_WEIGHT):
        raise InvalidRequest("refused-lora", most=MAX_WEIGHT, given=quoted(word))
    return wish


def find_loras(wishes: Sequence[LoraWish], offered: Sequence[Lora], *, model: str) -> tuple[Lora, ...]:
    """The adapters of a model that somebody wants; a name that comes twice counts as it came last.

    Raises:
        InvalidRequest: one is unknown, or there are too many; the sentence names those there are.
    """
    usual = {lora.name: lora.weight for lora in offered}
    found: dict[str, Lora] = {}
    for wish in wishes:
        if wish.name not in usual:
            if not usual:
                raise InvalidRequest("refused-lora-none", model=model)
            raise InvalidRequest("refused-lora-unknown", model=model, name=quoted(wish.name), names=tuple(usual))
        found[wish.name] = Lora(wish.name, usual[wish.name] if wish.weight is None else wish.weight)
    if len(found) > MAX_LORAS:
        raise InvalidRequest("refused-loras", most=MAX_LORAS, given=len(found))
    return tuple(found.values())


def shown(loras: Sequence[Lora | LoraWish]) -> str:
    """Adapters as one would type them."""
    return " ".join(each.name if each.weight is None else f"{each.name}:{each.weight:g}" for each in loras)
