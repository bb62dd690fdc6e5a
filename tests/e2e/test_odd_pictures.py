"""Odd files of `tests/odd_pictures`, each with what must become of it in `pictures.jsonl`."""

import io
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from PIL import Image, ImageChops, ImageStat

from adapters.pictures.reader import SandboxedPictureReader
from bot.domain.errors import PictureRefused
from bot.domain.picture import Picture

FOLDER = Path(__file__).parents[1] / "odd_pictures"
ROWS = [json.loads(line) for line in (FOLDER / "pictures.jsonl").read_text().splitlines()]
KNOWN = {
    "file", "taken", "size", "same_as", "within", "within_mean", "pixels", "sentence", "note", "notes", "alpha",
    "result_has", "lacks", "cpu_seconds_at_most",
}  # fmt: skip


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def reader() -> AsyncIterator[SandboxedPictureReader]:
    async with SandboxedPictureReader() as reader:
        yield reader


def test_every_row_is_understood_and_every_file_has_one() -> None:
    assert all(row.keys() <= KNOWN for row in ROWS)
    assert {row["file"] for row in ROWS} == {path.name for path in FOLDER.iterdir()} - {"pictures.jsonl"}


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["file"])
async def test_each_is_taken_or_refused_as_it_should(row: dict[str, Any], reader: SandboxedPictureReader) -> None:
    content = (FOLDER / row["file"]).read_bytes()
    try:
        found: Picture | str = await reader.read(content, alpha=row.get("alpha", False))
    except PictureRefused as refusal:
        found = str(refusal)
    if isinstance(found, str):
        assert row["taken"] is not True, found
        assert all(phrase in found for phrase in row.get("sentence", ()))
        return
    assert row["taken"] is not False
    check(found, row)


def check(picture: Picture, row: dict[str, Any]) -> None:
    with Image.open(io.BytesIO(picture.png)) as opened:
        shown = opened.convert("RGB")
        has = row.get("result_has", {"mode": "RGB", "keys": []})
        assert (opened.mode, list(opened.info)) == (has["mode"], has["keys"])
    assert list(shown.size) == row["size"]
    assert picture.notes == tuple(row.get("notes", ()))
    assert not [word for word in row.get("lacks", ()) if word.encode() in picture.png]
    for point, colour in row.get("pixels", {}).items():
        x, y = map(int, point.split(","))
        found = shown.getpixel((x, y))
        assert isinstance(found, tuple)
        assert max(abs(a - b) for a, b in zip(found, colour, strict=True)) <= row["within"], (point, found, colour)
    if "same_as" in row:
        with Image.open(FOLDER / row["same_as"]) as right:
            apart = ImageStat.Stat(ImageChops.difference(shown, right.convert("RGB")))
        assert max(high for _, high in apart.extrema) <= row.get("within", 255)
        assert max(apart.mean) <= row.get("within_mean", 255)
