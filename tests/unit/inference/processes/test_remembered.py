"""What libraries found out is kept for as long as it holds."""

from pathlib import Path

import pytest

from inference.processes.remembered import Remembered

ANSWER = {"clip": {frozenset({"torch"}): {"modeling_clip": {"CLIPModel"}}}}


def asked(path: Path, holds_for: object) -> list[object]:
    """The answer, and another word if it had to be found."""
    found: list[object] = []

    def find() -> object:
        found.append("found")
        return ANSWER

    return [Remembered(path).get("models", holds_for, find), *found]


def test_an_answer_is_found_once_and_again_when_something_was_installed(tmp_path: Path) -> None:
    path = tmp_path / "new" / "imports"
    assert asked(path, [("/site", 1)]) == [ANSWER, "found"]
    assert asked(path, [("/site", 1)]) == [ANSWER]
    assert asked(path, [("/site", 2)]) == [ANSWER, "found"]
    assert asked(path, [("/site", 2)]) == [ANSWER]
    assert [each.name for each in path.parent.iterdir()] == ["imports"]


@pytest.mark.parametrize("rest", [b"", b"\x00", b"no answers", "cut"])
def test_a_file_that_is_broken_is_as_if_there_were_none(tmp_path: Path, rest: bytes | str) -> None:
    path = tmp_path / "imports"
    asked(path, 1)
    path.write_bytes(path.read_bytes()[:-5] if isinstance(rest, str) else rest)
    assert asked(path, 1) == [ANSWER, "found"]
    assert asked(path, 1) == [ANSWER]


def test_without_a_folder_to_write_to_answers_are_found_each_time(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert asked(tmp_path / "file" / "imports", 1) == [ANSWER, "found"]
    assert asked(tmp_path / "file" / "imports", 1) == [ANSWER, "found"]
