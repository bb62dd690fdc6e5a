"""What is found out about a command's files before its work, and what becomes of results that the disk refuses."""

import os
from pathlib import Path

import pytest

from bot.cli.files import check_file, check_folder, default_name, make_room, slug, write_file
from bot.domain.errors import InvalidRequest, JobFailed
from tests.fakes.disk import no_file_over


def test_a_result_replaces_nothing_that_it_is_made_from(tmp_path: Path) -> None:
    drawn = tmp_path / "pass-2.png"
    drawn.touch()
    (tmp_path / "link.png").symlink_to(drawn)
    inputs = {"source": tmp_path / "photo.png", "control map": drawn}
    with pytest.raises(InvalidRequest, match="--out is the control map itself"):
        check_file(tmp_path / "link.png", inputs)
    with pytest.raises(InvalidRequest, match=r"pass-2\.png would be replaced"):
        check_folder([tmp_path / "pass-1.png", drawn], inputs)
    check_folder([tmp_path / "pass-1.png"], inputs)


@pytest.mark.parametrize("name", ["taken.png", f"{'a' * 300}.png"])
def test_a_name_that_cannot_be_written_is_refused_before_the_work(tmp_path: Path, name: str) -> None:
    (tmp_path / "taken.png").mkdir()
    with pytest.raises(InvalidRequest, match="cannot be written"):
        make_room(tmp_path, [tmp_path / name])


def test_a_folder_that_was_deleted_is_refused_before_the_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    with pytest.raises(InvalidRequest, match="cannot be made"):
        make_room(Path(), [Path("sheet.png")])


def test_names_that_lead_nowhere_are_told_in_a_sentence(tmp_path: Path) -> None:
    loop = tmp_path / "loop.png"
    loop.symlink_to(loop)
    inputs = {"source": loop}
    check_file(tmp_path / f"{'a' * 300}.png", inputs)
    check_folder([tmp_path / "sheet.png"], inputs)
    check_file(tmp_path / "out.png", {"source": tmp_path / f"{'a' * 300}.png"})


def test_the_longest_name_that_there_may_be_can_be_written(tmp_path: Path) -> None:
    longest = tmp_path / f"{'a' * 251}.png"
    make_room(tmp_path, [longest])
    write_file(longest, b"whole")
    assert [file.read_bytes() for file in tmp_path.iterdir()] == [b"whole"]


@pytest.mark.parametrize("source", ["é" * 120, "a" * 250, os.fsdecode(b"\xff" * 240)])
def test_a_default_name_can_be_written_however_long_what_it_is_made_of(tmp_path: Path, source: str) -> None:
    name = default_name(Path(f"{source}.png"), slug("夕暮れの海辺を歩く人々の油絵" * 5))
    assert name.startswith(source[0])
    assert "夕暮れ" in name
    write_file(tmp_path / name, b"whole")


def test_a_disk_that_is_full_fails_the_job(tmp_path: Path) -> None:
    with no_file_over(10), pytest.raises(JobFailed, match=r"out\.png cannot be written \(File too large\)"):
        write_file(tmp_path / "out.png", b"0123456789abcdef")
    assert not list(tmp_path.iterdir())
