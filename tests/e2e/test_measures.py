"""docs/chat/measures.md says what is measured today, and what it has to show."""

import re

import pytest

from tests.harness.playground import needs_browser
from tests.measures import MOST_BYTES, OUT, SHAPES, Cost, Shape, costs, shares, written


def rows(document: str) -> dict[tuple[str, str], list[str]]:
    """The cells of every table, by the first two of each row."""
    found = {}
    for line in document.splitlines():
        if re.fullmatch(r"\|.*\|", line) and not line.startswith("|---"):
            first, second, *more = (cell.strip() for cell in line.strip("|").split("|"))
            found[first, second] = more
    return found


KEPT = rows(OUT.read_text(encoding="utf-8"))


@pytest.mark.parametrize("shape", SHAPES[:2], ids=lambda shape: shape.name)
def test_edits_calls_and_bytes_of_a_job_are_those_of_the_table(shape: Shape) -> None:
    for (name, chat), now in costs([shape]).items():
        edits, calls, sent, largest = map(int, KEPT[name, chat])
        assert (now.edits, now.calls) == (edits, calls), f"{chat}: python -m tests.measures"
        assert now.sent / 1000 == pytest.approx(sent, rel=0.05, abs=1)
        assert now.largest / 1000 == pytest.approx(largest, rel=0.05, abs=1)
        assert now.largest < MOST_BYTES


@needs_browser
def test_a_result_is_mostly_picture_as_the_table_says() -> None:
    now = shares()
    for (chat, width), (alone, both) in now.items():
        kept = [float(cell.rstrip("%")) / 100 for cell in KEPT[chat, width]]
        assert [alone, both] == pytest.approx(kept, abs=0.011), "python -m tests.measures"
        assert both >= {"desktop": 0.7, "phone": 0.6}[width]
        assert chat == "discord" or alone == both, "Slack's source costs no height"


def test_the_rest_of_the_document_is_what_is_written() -> None:
    cost = {key: Cost(edits=0, calls=0, sent=0, largest=0) for key in KEPT if key[1] in {"Discord", "Slack"}}
    share = {key: (0.0, 0.0) for key in KEPT if key[1] in {"desktop", "phone"}}
    figures = re.compile(r"\| [\d.]+%? ")

    def words(document: str) -> list[str]:
        return [figures.sub("| ", line) for line in document.splitlines()]

    assert words(written(cost, share)) == words(OUT.read_text(encoding="utf-8"))
