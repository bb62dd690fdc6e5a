"""The installed command as a person or script uses it: real process, real worker, the shipped model."""

import contextlib
import io
import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image, ImageChops

PHOTOS = Path("docs/demo")
SMALL = (192, 128)


def pentimento(*arguments: object, **environ: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("DISCORD_", "SLACK_"))}
    return subprocess.run(
        [sys.executable, "-m", "bot", *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
        env=clean | environ,
    )


def pixels(path: Path) -> bytes:
    with Image.open(path) as picture:
        return picture.convert("RGB").tobytes()


def distance(one: Path, other: Path) -> float:
    """Mean difference of two pictures of one size, 0 to 255."""
    with Image.open(one) as first, Image.open(other) as second:
        histogram = ImageChops.difference(first.convert("L"), second.convert("L")).histogram()
    return sum(value * count for value, count in enumerate(histogram)) / sum(histogram)


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Both bundled photographs, small, so that the runs are quick."""
    folder = tmp_path_factory.mktemp("photos")
    for name in ("photo.jpg", "second-photo.jpg"):
        with Image.open(PHOTOS / name) as picture:
            picture.resize(SMALL).save(folder / f"{Path(name).stem}.png")
    return folder / "photo.png", folder / "second-photo.png"


@pytest.mark.slow
def test_the_same_seed_gives_the_same_picture_and_another_seed_another(
    photos: tuple[Path, Path], tmp_path: Path
) -> None:
    made = {}
    for name, seed in (("first", 7), ("again", 7), ("other", 8)):
        made[name] = tmp_path / f"{name}.png"
        ran = pentimento("img2img", photos[0], "oil painting", "--strength", 0.6, "--seed", seed, "--out", made[name])
        assert ran.returncode == 0, ran.stderr
        assert ran.stderr == "", "a pipe is no terminal: nothing but the result is said"

    assert pixels(made["first"]) == pixels(made["again"])
    assert pixels(made["first"]) != pixels(made["other"])
    assert 2 < distance(photos[0], made["first"]) < 120
    with Image.open(made["first"]) as picture:
        assert picture.size == SMALL
        assert "compositeWithTrainedAlgorithmicMedia" in picture.info["XML:com.adobe.xmp"]
        assert "parameters" not in picture.info


@pytest.mark.slow
def test_strength_zero_is_the_source_and_strength_one_ignores_it(photos: tuple[Path, Path], tmp_path: Path) -> None:
    zero = tmp_path / "zero.png"
    assert pentimento("img2img", photos[0], "oil", "--strength", 0, "--out", zero).returncode == 0
    assert pixels(zero) == pixels(photos[0])
    ones = []
    for photo in photos:
        ones.append(tmp_path / f"one-{photo.name}")
        ran = pentimento("img2img", photo, "a city at night", "--strength", 1, "--seed", 3, "--out", ones[-1])
        assert ran.returncode == 0, ran.stderr
    assert pixels(ones[0]) == pixels(ones[1])


@pytest.mark.slow
def test_a_sweep_leaves_a_picture_for_each_strength_and_a_sheet(photos: tuple[Path, Path], tmp_path: Path) -> None:
    ran = pentimento(
        "sweep", photos[0], "watercolor", "--strengths", "0.3,0.9", "--seed", 1, "--out", tmp_path, "--json"
    )

    assert ran.returncode == 0, ran.stderr
    told = json.loads(ran.stdout)
    assert [picture["strength"] for picture in told["pictures"]] == [0.3, 0.9]
    assert {picture["seed"] for picture in told["pictures"]} == {1}
    gentle, bold = (Path(picture["path"]) for picture in told["pictures"])
    assert distance(photos[0], gentle) < distance(photos[0], bold)
    with Image.open(told["sheet"]) as sheet:
        assert sheet.width > 2 * SMALL[0]


@pytest.mark.slow
def test_a_chain_starts_each_pass_from_the_one_before(photos: tuple[Path, Path], tmp_path: Path) -> None:
    ran = pentimento(
        "chain", photos[0], "pencil sketch", "watercolor", "--seed", 1, "--strength", 0.4, "--out", tmp_path, "--json"
    )

    assert ran.returncode == 0, ran.stderr
    told = json.loads(ran.stdout)
    first, second = (Path(picture["path"]) for picture in told["pictures"])
    again = tmp_path / "again.png"
    alone = pentimento("img2img", first, "watercolor", "--seed", 1, "--strength", 0.4, "--out", again)
    assert alone.returncode == 0, alone.stderr
    assert pixels(again) == pixels(second), "the second pass is exactly the first one's result run again"
    assert Path(told["strip"]).exists()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["img2img", "nowhere.png", "oil"], "nowhere.png cannot be read"),
        (["img2img", "{photo}", "oil", "--strength", "1.5"], "Strength goes from 0"),
        (["img2img", "{photo}", "oil", "--strength", "much"], "Strength is a number"),
        (["img2img", "{photo}", "oil", "--seed", "-4"], "A seed is a whole number"),
        (["img2img", "{photo}", " "], "Say what the picture should become"),
        (["img2img", "{photo}", "oil", "--out", "x.gif"], "--out ends in"),
        (["img2img", "{photo}", "oil", "--out", "{photo}"], "--out is the source itself"),
        (["img2img", "{photo}", "oil", "--style", "oyl painting"], "oil painting"),
        (["img2img", "README.md", "oil", "--out", "{tmp}/x.png"], ""),
        (["img2img"], "required"),
        (["paint"], "paint"),
    ],
)
def test_a_wrong_request_ends_with_two_and_one_line(
    arguments: list[str], told: str, photos: tuple[Path, Path], tmp_path: Path
) -> None:
    ran = pentimento(*(part.format(photo=photos[0], tmp=tmp_path) for part in arguments))

    assert ran.returncode == 2, ran.stderr
    assert len(ran.stderr.strip().splitlines()) == 1
    assert told in ran.stderr
    assert "Traceback" not in ran.stderr


@pytest.mark.parametrize(
    ("environ", "command", "told"),
    [
        ({}, ["serve"], "DISCORD_TOKEN"),
        ({"PENTIMENTO__MODEL__ID": "/nowhere/at/all", "HF_HUB_OFFLINE": "1"}, ["models"], "/nowhere/at/all"),
        ({"PENTIMENTO__QUEUE__MAX_JOBS": "many"}, ["models"], "queue.max_jobs"),
        ({"PENTIMENTO__QUEUE__MAX_JOB": "5"}, ["models"], "did you mean queue.max_jobs"),
        ({}, ["models", "--config", "missing.toml"], "missing.toml"),
    ],
)
def test_what_cannot_start_ends_with_sixty_nine_and_one_line(
    environ: dict[str, str], command: list[str], told: str
) -> None:
    ran = pentimento(*command, **environ)

    assert ran.returncode == 69, ran.stderr
    assert len(ran.stderr.strip().splitlines()) == 1
    assert told in ran.stderr


def test_check_tells_what_would_start_and_its_exit_code_agrees(tmp_path: Path) -> None:
    place = {"PENTIMENTO__DATA_DIR": str(tmp_path / "data")}
    without = pentimento("check", "--json", **place)
    findings = {finding["what"]: finding for finding in json.loads(without.stdout)}
    assert without.returncode == 69
    assert findings["platforms"]["state"] == "wrong"
    assert "SLACK_BOT_TOKEN" in findings["platforms"]["words"]
    assert findings["model"]["state"] == "ok"
    assert findings["device"]["state"] == "ok"
    assert findings["disk"]["state"] == "ok"


def test_help_needs_no_model_and_names_every_command() -> None:
    ran = pentimento("--help")
    assert ran.returncode == 0
    for command in ("serve", "img2img", "sweep", "chain", "check", "models", "backup"):
        assert command in ran.stdout


def test_progress_is_shown_on_a_terminal_and_only_there(photos: tuple[Path, Path], tmp_path: Path) -> None:
    import pty

    leader, follower = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "bot", "img2img", photos[0], "oil", "--steps", "4", "--out", tmp_path / "o.png"],
        stdout=subprocess.PIPE,
        stderr=follower,
    ) as process:
        os.close(follower)
        seen = io.BytesIO()
        while True:
            try:
                seen.write(os.read(leader, 4096))
            except OSError:
                break
        out, _ = process.communicate(timeout=120)
    os.close(leader)

    assert process.returncode == 0
    assert b"Loading pocket" in seen.getvalue()
    assert str(tmp_path / "o.png").encode() in out


def test_a_backup_is_a_database_of_its_own(tmp_path: Path) -> None:
    place = {"PENTIMENTO__DATA_DIR": str(tmp_path)}
    copy = tmp_path / "copy.db"
    assert pentimento("backup", copy, **place).returncode == 69, "there is nothing to copy yet"
    (tmp_path / "pentimento.db").touch()

    assert pentimento("backup", copy, **place).returncode == 0
    assert pentimento("backup", copy, **place).returncode == 2
    with contextlib.closing(sqlite3.connect(copy)) as database:
        assert database.execute("SELECT count(*) FROM jobs").fetchone() == (0,)
