"""The start token."""

from pathlib import Path

from adapters.web.doors import start_token


def test_the_start_token_stays_and_an_emptied_file_gets_a_new_one(tmp_path: Path) -> None:
    file = tmp_path / "web-token"
    first = start_token(file)
    assert len(first) > 40
    assert start_token(file) == first
    assert file.stat().st_mode & 0o077 == 0
    file.write_text("")
    assert start_token(file) not in {first, ""}
