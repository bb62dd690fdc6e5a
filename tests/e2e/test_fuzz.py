"""The short form of `python -m benchmarks.fuzz`."""

import pytest

from benchmarks.fuzz import SLOW_SECONDS, mutant, seeds, verdicts


def test_mutated_pictures_end_in_a_picture_or_a_sentence() -> None:
    found = list(verdicts(range(300), seed=7))
    assert [verdict for verdict in found if verdict.wrong or verdict.seconds > SLOW_SECONDS] == []
    assert [verdict.number for verdict in found] == list(range(300))
    assert len({verdict.end for verdict in found}) > 5


def test_a_mutant_is_made_again_by_its_number() -> None:
    originals = seeds()
    assert mutant(originals, 3, 1) == mutant(originals, 3, 1) != mutant(originals, 4, 1)


def test_what_kills_the_decoder_is_named_and_the_others_are_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "benchmarks.fuzz.judge", lambda content: (1 / 0, False) if len(content) % 7 == 0 else ("x", False)
    )
    found = list(verdicts(range(60), seed=0))
    assert [verdict.number for verdict in found] == list(range(60))
    assert 0 < sum(verdict.wrong for verdict in found) < 60
