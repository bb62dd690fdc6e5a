"""What a typed word means, as `argparse` asks: the value, or a sentence that says why it is none."""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from bot.domain.errors import InvalidRequest
from bot.domain.strength import parse_strength, parse_strengths

_HIGHEST_PORT = 65_535
T = TypeVar("T")


def named(text: str) -> str:
    """A name. What is empty by mistake, e.g. a variable that is not set, would mean all devices, or this folder."""
    if not (name := text.strip()):
        raise argparse.ArgumentTypeError("a name is wanted, and this one is empty")
    return name


def path(text: str) -> Path:
    named(text)
    return Path(text)


def gibibytes(text: str) -> float:
    """A card's size, as it is sold."""
    try:
        size = float(text)
    except ValueError:
        size = 0.0
    if not 1 <= size <= 1024:
        raise argparse.ArgumentTypeError(f"a card has 1 to 1024 gigabytes, not {text!r}")
    return size


def port_number(text: str) -> int:
    """0 stands for any."""
    if not (text.isdecimal() and int(text) <= _HIGHEST_PORT):
        raise InvalidRequest(f"A port is a whole number from 0 to {_HIGHEST_PORT}; you wrote '{text}'.")
    return int(text)


def several_strengths(text: str) -> tuple[float, ...]:
    """Several: a comma stands between two, if both are strengths then; else it is a decimal sign."""
    try:
        return parse_strengths(text.replace(",", " "))
    except InvalidRequest:
        return parse_strengths(text)


def one_strength(text: str) -> tuple[float, ...]:
    return (parse_strength(text),)


def typed(parse: Callable[[str], T]) -> Callable[[str], T]:
    def value(text: str) -> T:
        try:
            return parse(text)
        except InvalidRequest as refusal:
            raise argparse.ArgumentTypeError(str(refusal).rstrip(".")) from None

    return value
