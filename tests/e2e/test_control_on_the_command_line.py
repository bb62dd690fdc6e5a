"""Structure control from the command line: a real process and worker, with the tests' torch-free model."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from tests.builders.pictures import drawing
from tests.harness.product import keeps_structure


@pytest.fixture
def sketch(tmp_path: Path) -> Path:
    file = tmp_path / "sketch.png"
    file.write_bytes(drawing())
    return file


def pentimento(*arguments: object, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tests.harness.product", *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env=os.environ | keeps_structure(folder),
    )


def pixels(file: Path) -> bytes:
    with Image.open(file) as picture:
        return picture.convert("RGB").tobytes()


def test_a_map_alone_and_the_picture_made_with_it(sketch: Path, tmp_path: Path) -> None:
    drawn, own, given = tmp_path / "map.png", tmp_path / "own.png", tmp_path / "given.png"
    ran = pentimento("map", sketch, "--control", "canny", "--out", drawn, folder=tmp_path)
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout == f"{drawn}  64x64, canny map\n"
    with Image.open(drawn) as picture:
        assert "XML:com.adobe.xmp" not in picture.info, "no model made it"

    recipe = ("a planet", "--strength", 1, "--seed", 3, "--control", "canny")
    ran = pentimento("img2img", sketch, *recipe, "--out", own, folder=tmp_path)
    assert ran.returncode == 0, ran.stderr
    ran = pentimento(
        "img2img", sketch, *recipe, "--control-map", drawn, "--control-scale", 0.5, "--out", given, "--json",
        folder=tmp_path,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    [told] = json.loads(ran.stdout)["pictures"]
    assert told["control"] == {"kind": "canny", "map": "given", "scale": 0.5, "start": 0.0, "end": 1.0}
    assert pixels(own) != pixels(given)


def test_a_chain_and_a_sweep_keep_control(sketch: Path, tmp_path: Path) -> None:
    ran = pentimento(
        "chain", sketch, "a planet", "at night", "--control", "scribble", "--out", tmp_path / "chain", "--json",
        folder=tmp_path,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    assert [made["control"]["kind"] for made in json.loads(ran.stdout)["pictures"]] == ["scribble", "scribble"]
    ran = pentimento("sweep", sketch, "a planet", "--control", "canny", "--out", tmp_path / "sweep", folder=tmp_path)
    assert ran.returncode == 0, ran.stderr


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--control", "depth"), "cannot keep depth: choose from canny, lineart, scribble, softedge"),
        (("--control", "outline"), "I do not know the control 'outline'"),
        (("--control-scale", "0.5"), "Say which control that is for"),
        (("--control", "canny", "--control-start", "0.8", "--control-end", "0.2"), "the start before the end"),
        (("--control", "canny", "--control-map", "nowhere.png"), "nowhere.png cannot be read"),
    ],
)
def test_what_makes_no_sense_is_one_line_and_exit_code_2(
    sketch: Path, tmp_path: Path, options: tuple[str, ...], sentence: str
) -> None:
    ran = pentimento("img2img", sketch, "a planet", *options, "--out", tmp_path / "x.png", folder=tmp_path)
    assert ran.returncode == 2
    assert sentence in ran.stderr
    assert len(ran.stderr.splitlines()) == 1
