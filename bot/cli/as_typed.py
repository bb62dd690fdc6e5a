"""How people write options, read as the command line knows them."""

import re
from collections.abc import Sequence

from bot.domain.options import OPTIONS, Option
from bot.domain.typed import LONG_DASHES, NUMBER


def as_typed(arguments: Sequence[str]) -> list[str]:
    """Arguments with our options by their names here: those of chats, underscores and phones' dashes are known too.

    Numbers that a space separates are one value behind an option for strengths, as a percent sign is with its number.
    """
    several = "sweep" in arguments[:3]
    read: list[str] = []
    for place, argument in enumerate(arguments):
        flag, sign, value = argument.partition("=")
        if "--" in arguments[:place]:
            read.append(argument)
        elif row := _row(flag):
            read.append(("--strengths" if row.name == "strengths" and several else f"--{row.flag}") + sign + value)
        elif len(read) > 1 and read[-2] in {"--strength", "--strengths"} and _AMOUNT.fullmatch(argument):
            read[-1] += f" {argument}"
        else:
            read.append(argument)
    return read


_AMOUNT = re.compile(rf"{NUMBER}|[%％]", re.IGNORECASE)  # noqa: RUF001 -- as people type it
_TYPED = re.compile(rf"(?:--|[{LONG_DASHES}]{{1,2}}-?)([^\W\d_][\w-]*)")
_LETTERS = {re.sub(r"\W", "", flag): row for row in OPTIONS for flag in row.flags if row.name != "prompt"}
FLAGS = ["--out", "--json", "--config", "--control-map", *(f"--{flag}" for row in OPTIONS for flag in row.flags)]


def _row(argument: str) -> Option | None:
    """The option that an argument names."""
    name = _TYPED.fullmatch(argument)
    return _LETTERS.get(re.sub(r"[\W_]", "", name[1]).casefold()) if name else None
