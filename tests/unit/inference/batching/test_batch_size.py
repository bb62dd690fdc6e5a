"""How many rows a call of the model takes."""

from pathlib import Path
from typing import Any

import pytest
import torch

from inference.batching.batch_size import RowCaps, RowCountFile, knee


@pytest.mark.parametrize(
    ("seconds", "rows"),
    [
        (lambda rows: 0.01 * rows, 2),  # twice the rows, twice the time: nothing is gained
        (lambda _: 0.01, 32),  # the device is idle
        (lambda rows: 0.01 * max(rows, 8), 8),
        (lambda _: 3.0, 2),  # too slow to look any further
    ],
)
def test_the_knee_is_where_more_rows_gain_nothing(seconds: Any, rows: int) -> None:
    assert knee(seconds) == rows


def test_the_knee_is_below_what_does_not_fit() -> None:
    def seconds(rows: int) -> float:
        if rows > 4:
            raise torch.OutOfMemoryError
        return 0.01

    assert knee(seconds) == 4


def test_caps_follow_the_area_and_what_did_not_fit() -> None:
    caps = RowCaps(8, 64 * 64)
    shapes = [torch.Size((4, side, side)) for side in (32, 64, 128)]
    assert [caps.rows(shape) for shape in shapes] == [32, 8, 2]
    caps.lower(shapes[1], below=8)
    assert [caps.rows(shape) for shape in shapes] == [32, 4, 2]


def test_knees_are_found_once_per_model(tmp_path: Path) -> None:
    path = tmp_path / "cache" / "rows.json"
    assert RowCountFile(path).get(("cpu", "a"), lambda: 8) == 8
    assert RowCountFile(path).get(("cpu", "a"), lambda: 16) == 8
    assert RowCountFile(path).get(("cpu", "b"), lambda: 16) == 16
    path.write_text("[")
    assert RowCountFile(path).get(("cpu", "a"), lambda: 4) == 4


def test_a_knee_that_cannot_be_kept_is_found_again(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    knees = RowCountFile(tmp_path / "file" / "rows.json")
    assert [knees.get(("cpu", "a"), lambda found=found: found) for found in (2, 4)] == [2, 4]  # type: ignore[misc]
