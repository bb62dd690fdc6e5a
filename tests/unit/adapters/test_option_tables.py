"""The tables of options in the documentation are those of `OPTIONS`."""

from pathlib import Path

import pytest

from bot.domain.options import OPTIONS, Option, OptionKind
from bot.texts import text
from inference.api import ControlKind

DOCS = Path(__file__).parents[3] / "docs"


def _range(row: Option) -> str:
    match row.kind:
        case OptionKind.WHOLE | OptionKind.NUMBER:
            return f"{row.least:g} to {row.most:.10g}"
        case OptionKind.CONTROL:
            return ", ".join(ControlKind)
        case OptionKind.STRENGTHS:
            return "0 to 1"
        case _:
            return ""


def table() -> str:
    """What stands in the pages; put it there if a row has changed."""
    rows = [
        f"| {', '.join(f'`--{flag}`' for flag in row.flags)} | {text('en', f'describe-{row.text}')} | {_range(row)} |"
        for row in OPTIONS
        if row.name != "prompt"
    ]
    return "\n".join(["| option in a text | what it says | range |", "|---|---|---|", *rows])


@pytest.mark.parametrize("page", ["slack.md", "discord.md"])
def test_a_page_has_the_table_of_options(page: str) -> None:
    assert table() in (DOCS / page).read_text(encoding="utf-8"), f"\n{table()}"
