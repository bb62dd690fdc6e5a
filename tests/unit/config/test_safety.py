"""The owner's block list."""

from pathlib import Path

from config.reading import load_settings
from config.safety import load_blocked


def test_a_byte_order_mark_is_no_part_of_the_first_word(tmp_path: Path) -> None:
    file = tmp_path / "blocked.txt"
    file.write_text("first\nsecond  # with a reason\n", encoding="utf-8-sig")
    settings = load_settings(None, {"PENTIMENTO__SAFETY__BLOCKED_FILE": str(file)})
    assert load_blocked(settings.safety) == ("first", "second")
