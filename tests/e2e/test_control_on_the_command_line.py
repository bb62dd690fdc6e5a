"""Structure control from the command line, in a real worker with the tests' torch-free model."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from tests.builders.pictures import drawing
from tests.harness.command_line import Bench, command_line
from tests.harness.product import keeps_structure, sketcher_of


@pytest.fixture
def sketch(tmp_path: Path) -> Path:
    file = tmp_path / "sketch.png"
    file.write_bytes(drawing())
    return file


@pytest.fixture(scope="module")
def pentimento(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    with command_line(sketcher_of, **keeps_structure(tmp_path_factory.mktemp("models"))) as bench:
        yield bench


def pixels(file: Path) -> bytes:
    with Image.open(file) as picture:
        return picture.convert("RGB").tobytes()


def test_a_map_alone_and_the_picture_made_with_it(pentimento: Bench, sketch: Path, tmp_path: Path) -> None:
    drawn, own, given = tmp_path / "map.png", tmp_path / "own.png", tmp_path / "given.png"
    ran = pentimento("map", sketch, "--control", "canny", "--out", drawn)
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout == f"{drawn}  64x64, canny map\n"
    with Image.open(drawn) as picture:
        assert "XML:com.adobe.xmp" not in picture.info, "no model made it"

    recipe = ("a planet", "--strength", 1, "--seed", 3, "--control", "canny")
    ran = pentimento("img2img", sketch, *recipe, "--out", own)
    assert ran.returncode == 0, ran.stderr
    ran = pentimento(
        "img2img",
        sketch,
        *recipe,
        "--control-map",
        drawn,
        "--control-scale",
        0.5,
        "--out",
        given,
        "--json",
    )
    assert ran.returncode == 0, ran.stderr
    [told] = json.loads(ran.stdout)["pictures"]
    assert told["control"] == {"kind": "canny", "map": "given", "scale": 0.5, "start": 0.0, "end": 1.0}
    assert pixels(own) != pixels(given)


def test_a_chain_and_a_sweep_keep_control(pentimento: Bench, sketch: Path, tmp_path: Path) -> None:
    ran = pentimento(
        "chain",
        sketch,
        "a planet",
        "at night",
        "--control",
        "scribble",
        "--out",
        tmp_path / "chain",
        "--json",
    )
    assert ran.returncode == 0, ran.stderr
    assert [made["control"]["kind"] for made in json.loads(ran.stdout)["pictures"]] == ["scribble", "scribble"]
    ran = pentimento("sweep", sketch, "a planet", "--control", "canny", "--out", tmp_path / "sweep")
    assert ran.returncode == 0, ran.stderr


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--control", "depth"), "cannot keep depth: choose from canny, lineart, scribble, or softedge"),
        (("--control", "outline"), "No control 'outline' here"),
        (("--control-scale", "0.5"), "Say which control that is for"),
        (("--control", "canny", "--control-start", "0.8", "--control-end", "0.2"), "the start before the end"),
        (("--control", "canny", "--control-map", "nowhere.png"), "nowhere.png cannot be read"),
    ],
)
def test_what_makes_no_sense_is_one_line_and_exit_code_2(
    pentimento: Bench, sketch: Path, tmp_path: Path, options: tuple[str, ...], sentence: str
) -> None:
    ran = pentimento("img2img", sketch, "a planet", *options, "--out", tmp_path / "x.png")
    assert ran.returncode == 2
    assert sentence in ran.stderr
    assert len(ran.stderr.splitlines()) == 1
