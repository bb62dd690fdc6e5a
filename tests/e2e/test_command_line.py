"""The installed command as a person or script uses it, with a real worker and the shipped model.

Most commands run in the tests' own process and share a worker; some are processes, as they are for a person.
"""

import contextlib
import io
import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from PIL import Image, ImageChops

from adapters.sqlite.migrations import MIGRATIONS
from bot.cli.owner import for_owner
from bot.compose import engine_of
from config.reading import load_settings
from config.styles import load_styles
from tests.builders.sketches import lines_kept, sketch
from tests.harness.command_line import Bench, command_line

PHOTOS = Path("docs/demo")
SMALL = (192, 128)
LIGHT = "tests.harness.product"
"""The same command with a model that needs no torch, so that its process starts at once."""


@pytest.fixture(scope="module")
def few_steps(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The settings, for the environment, with which the shipped model makes few steps if nobody says how many."""
    file = tmp_path_factory.mktemp("models") / "models.toml"
    file.write_text('[pocket]\nid = "pocket"\nsteps = 6\n')
    return {"PENTIMENTO__MODELS__FILE": str(file)}


@pytest.fixture(scope="module")
def pentimento(few_steps: dict[str, str]) -> Iterator[Bench]:
    with command_line(engine_of, **few_steps) as bench:
        yield bench


def process(*arguments: object, **environ: str) -> subprocess.CompletedProcess[str]:
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


def only_progress(told: str) -> bool:
    """Whether nothing was said but what a slow run waits for."""
    return re.fullmatch(r"(pentimento: (Loading|Painting|Finishing|Starting|Queued|Done).*\n)*", told) is not None


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Both bundled photographs, small, so that the runs are quick."""
    folder = tmp_path_factory.mktemp("photos")
    for name in ("photo.jpg", "second-photo.jpg"):
        with Image.open(PHOTOS / name) as picture:
            picture.resize(SMALL).save(folder / f"{Path(name).stem}.png")
    return folder / "photo.png", folder / "second-photo.png"


def test_the_demo_shows_each_command_and_leaves_its_pictures(
    pentimento: Bench, photos: tuple[Path, Path], tmp_path: Path
) -> None:
    drawn = tmp_path / "sketch.png"
    sketch().resize(SMALL).save(drawn)
    ran = pentimento("demo", photos[0], drawn, "--out", tmp_path / "demo")
    assert ran.returncode == 0
    assert only_progress(ran.stderr)
    assert [line.split()[2] for line in ran.stdout.splitlines() if line.startswith("$ pentimento")] == [
        "img2img",
        "sweep",
        "chain",
        "img2img",
    ]
    made = {str(path.relative_to(tmp_path / "demo")) for path in (tmp_path / "demo").rglob("*.png")}
    assert made == {
        "oil-painting.png",
        "from-sketch.png",
        *(f"sweep/{name}.png" for name in ("strength-0.3", "strength-0.5", "strength-0.7", "strength-0.9", "sheet")),
        *(f"chain/{name}.png" for name in ("pass-1", "pass-2", "strip")),
    }


@pytest.mark.slow
def test_a_style_acts_behind_a_prompt_that_is_too_long_and_what_was_not_read_is_said(
    pentimento: Bench, photos: tuple[Path, Path], tmp_path: Path
) -> None:
    prompt = f"our school band, {'a b ' * 142}, confetti in the air"  # a little more than the shipped model reads
    for style in ("van gogh", "pixel art"):
        made = pentimento(
            "img2img", photos[0], prompt, "--style", style, "--strength", 0.8, "--guidance", 1, "--steps", 4,
            "--seed", 3, "--json", "--out", tmp_path / f"{style}.png",
        )  # fmt: skip
        assert made.returncode == 0, made.stderr
        [note] = json.loads(made.stdout)["pictures"][0]["notes"]
        assert note.endswith("in the air”.")
        assert "band" not in note
        assert note in made.stderr
    assert distance(tmp_path / "van gogh.png", tmp_path / "pixel art.png") > 2


@pytest.mark.slow
def test_the_same_seed_gives_the_same_picture_and_another_seed_another(
    pentimento: Bench, few_steps: dict[str, str], photos: tuple[Path, Path], tmp_path: Path
) -> None:
    made = {}
    for name, run, seed in (
        ("first", partial(process, **few_steps), 7),
        ("again", pentimento, 7),
        ("other", pentimento, 8),
    ):
        made[name] = tmp_path / f"{name}.png"
        ran = run("img2img", photos[0], "oil painting", "--strength", 0.6, "--seed", seed, "--out", made[name])
        assert ran.returncode == 0, ran.stderr
        assert only_progress(ran.stderr), "a pipe is no terminal: what is waited for is said, and nothing else"

    assert pixels(made["first"]) == pixels(made["again"])
    assert pixels(made["first"]) != pixels(made["other"])
    assert 2 < distance(photos[0], made["first"]) < 120
    with Image.open(made["first"]) as picture:
        assert picture.size == SMALL
        assert "compositeWithTrainedAlgorithmicMedia" in picture.info["XML:com.adobe.xmp"]
        assert "parameters" not in picture.info


@pytest.mark.slow
def test_every_style_gets_a_small_picture_of_its_own(
    pentimento: Bench, photos: tuple[Path, Path], tmp_path: Path
) -> None:
    tiny = tmp_path / "tiny.png"
    with Image.open(photos[0]) as photo:
        photo.resize((128, 128)).save(tiny)
    ran = pentimento("styles", tiny, "--prompt", "a cup of coffee", "--out", tmp_path / "styles")
    assert ran.returncode == 0, ran.stderr
    names = {style.picture.name for style in load_styles("").values() if style.picture}
    files = [Path(line) for line in ran.stdout.splitlines()]
    assert {file.name for file in files} == names
    assert len({pixels(file) for file in files}) == len(names)
    assert all(file.stat().st_size <= 16_000 for file in files)
    assert all(b"compositeWithTrainedAlgorithmicMedia" in file.read_bytes() for file in files)


@pytest.mark.slow
def test_strength_zero_is_the_source_and_strength_one_ignores_it(
    pentimento: Bench, photos: tuple[Path, Path], tmp_path: Path
) -> None:
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
def test_a_sketch_becomes_a_picture_that_keeps_its_lines(pentimento: Bench, tmp_path: Path) -> None:
    drawn = tmp_path / "sketch.png"
    sketch().save(drawn)
    made = {}
    for name, control in (("kept", ("--control", "scribble")), ("plain", ())):
        out = tmp_path / f"{name}.png"
        asked = ("--strength", 1, "--steps", 20, "--seed", 7, "--out", out)
        ran = pentimento("img2img", drawn, "a cyberpunk neon city", *control, *asked)
        assert ran.returncode == 0, ran.stderr
        made[name] = lines_kept(out.read_bytes())
    assert made["kept"] > made["plain"] + 0.1, made


@pytest.mark.slow
def test_a_sweep_leaves_a_picture_for_each_strength_and_a_sheet(
    pentimento: Bench, photos: tuple[Path, Path], tmp_path: Path
) -> None:
    ran = pentimento(
        "sweep",
        photos[0],
        "watercolor",
        "--strengths",
        "0.3,0.9",
        "--steps",
        20,
        "--seed",
        1,
        "--out",
        tmp_path,
        "--json",
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
def test_the_two_ends_are_two_strengths_and_an_owner_has_no_quota(
    pentimento: Bench, photos: tuple[Path, Path], tmp_path: Path
) -> None:
    few = {"PENTIMENTO__LIMITS__PER_USER_PER_DAY": "1"}
    ran = pentimento("sweep", photos[0], "oil", "--strengths", "0,1", "--steps", 1, "--out", tmp_path, **few)

    assert ran.returncode == 0, ran.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["sheet.png", "strength-0.png", "strength-1.png"]


@pytest.mark.slow
def test_a_result_that_cannot_be_written_leaves_nothing_half(
    pentimento: Bench, photos: tuple[Path, Path], tmp_path: Path
) -> None:
    taken = tmp_path / "taken.png"
    taken.mkdir()
    ran = pentimento("img2img", photos[0], "oil", "--strength", 0, "--out", taken)

    assert ran.returncode == 2
    assert "taken.png cannot be written" in ran.stderr
    assert list(tmp_path.iterdir()) == [taken]


def test_a_model_named_on_the_command_line_does_not_get_the_configured_models_revision() -> None:
    configured = load_settings(None, {"PENTIMENTO__MODEL__ID": "org/one", "PENTIMENTO__MODEL__REVISION": "v1"})

    assert for_owner(configured, "org/two").model.revision == ""
    assert for_owner(configured, "org/one").model.revision == "v1"
    assert for_owner(configured, None).model.revision == "v1"


@pytest.mark.slow
def test_a_reader_that_has_gone_is_no_bug_of_ours(photos: tuple[Path, Path], tmp_path: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as nobody:
        ran = subprocess.run(
            [
                sys.executable,
                "-m",
                LIGHT,
                "img2img",
                photos[0],
                "oil",
                "--strength",
                "0",
                "--out",
                tmp_path / "o.png",
            ],
            stdout=nobody,
            stderr=subprocess.PIPE,
            text=True,
            timeout=240,
            check=False,
        )

    assert ran.returncode == 128 + signal.SIGPIPE
    assert only_progress(ran.stderr)
    assert (tmp_path / "o.png").exists()


@pytest.mark.slow
@pytest.mark.usefixtures("hears_signals")
@pytest.mark.parametrize(
    ("number", "module"), [(signal.SIGINT, "bot"), (signal.SIGTERM, LIGHT), (signal.SIGHUP, LIGHT)]
)
def test_a_command_that_is_stopped_leaves_no_pictures_lying_about(
    photos: tuple[Path, Path], tmp_path: Path, number: signal.Signals, module: str
) -> None:
    """It is given so many passes that it cannot be done when its folder is seen."""
    command: list[str | Path] = [
        sys.executable,
        "-m",
        module,
        "chain",
        photos[0],
        *["oil"] * 50,
        "--steps",
        "150",
        "--out",
        tmp_path / "o",
    ]
    with subprocess.Popen(command, env=os.environ | {"TMPDIR": str(tmp_path)}, stderr=subprocess.PIPE) as process:
        while not any(tmp_path.glob("pentimento-*/images/kept/*/*")):
            time.sleep(0.05)
        process.send_signal(number)
        _, said = process.communicate(timeout=60)

    assert process.returncode == 128 + number
    assert only_progress(said.decode())
    assert not list(tmp_path.glob("pentimento-*"))


@pytest.mark.slow
def test_a_chain_starts_each_pass_from_the_one_before(
    pentimento: Bench, photos: tuple[Path, Path], tmp_path: Path
) -> None:
    ran = pentimento(
        "chain", photos[0], "pencil sketch", "watercolor", "--seed", 1, "--strength", 0.4, "--out", tmp_path, "--json"
    )

    assert ran.returncode == 0, ran.stderr
    told = json.loads(ran.stdout)
    first, second = (Path(picture["path"]) for picture in told["pictures"])
    again = tmp_path / "again.png"
    alone = pentimento("img2img", first, "watercolor", "--seed", 2, "--strength", 0.4, "--out", again)
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
        (["img2img", "{photo}", "oil", "--style", "xyzzy"], "No style 'xyzzy' here"),
        (["img2img", "README.md", "oil", "--out", "{tmp}/x.png"], ""),
        (["img2img", "/dev/zero", "oil", "--out", "{tmp}/x.png"], "larger than 25 MB"),
        (["chain", "{tmp}/pass-1.png", "oil", "--out", "{tmp}"], "would be replaced"),
        (["sweep", "{tmp}/sheet.png", "oil", "--out", "{tmp}/../{tmp.name}"], "would be replaced"),
        (["img2img"], "required"),
        (["img2img", "{photo}", "--prompt", "oil"], "without --prompt"),
        (["styles", "{photo}", "--lora", "x"], "another command"),
        (["paint"], "paint"),
    ],
)
def test_a_wrong_request_ends_with_two_and_one_line(
    pentimento: Bench, arguments: list[str], told: str, photos: tuple[Path, Path], tmp_path: Path
) -> None:
    ran = pentimento(*(part.format(photo=photos[0], tmp=tmp_path) for part in arguments))

    assert ran.returncode == 2, ran.stderr
    # The first of these commands may find the engine at its start.
    [line] = [line for line in ran.stderr.splitlines() if not line.startswith("pentimento: Loading ")]
    assert told in line


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
    pentimento: Bench, environ: dict[str, str], command: list[str], told: str
) -> None:
    ran = pentimento(*command, **environ)

    assert ran.returncode == 69, ran.stderr
    assert len(ran.stderr.strip().splitlines()) == 1
    assert told in ran.stderr


def test_check_tells_what_would_start_and_its_exit_code_agrees(pentimento: Bench, tmp_path: Path) -> None:
    place = {"PENTIMENTO__DATA_DIR": str(tmp_path / "[/data]")}
    table = pentimento("check", **place).stdout
    assert "[/data]" in "".join(table.split())
    without = pentimento("check", "--json", **place)
    findings = {finding["what"]: finding for finding in json.loads(without.stdout)}
    assert without.returncode == 69
    assert findings["platforms"]["state"] == "wrong"
    assert "SLACK_BOT_TOKEN" in findings["platforms"]["words"]
    assert findings["model"]["state"] == "ok"
    assert findings["device"]["state"] == "ok"
    assert "GB" in findings["memory for pocket"]["words"]
    assert findings["disk"]["state"] == "ok"


@pytest.mark.parametrize(("arguments", "code"), [(["img2img", "nowhere.png", "oil"], 2), (["serve"], 69)])
def test_a_process_ends_with_the_code_and_the_line_of_its_command(arguments: list[str], code: int) -> None:
    ran = process(*arguments)

    assert (ran.returncode, len(ran.stderr.splitlines())) == (code, 1), ran.stderr


def test_help_needs_no_model_and_names_every_command() -> None:
    ran = process("--help")
    assert ran.returncode == 0
    for command in ("serve", "img2img", "sweep", "chain", "check", "models", "backup"):
        assert command in ran.stdout


def test_progress_is_shown_on_a_terminal_and_only_there(photos: tuple[Path, Path], tmp_path: Path) -> None:
    import pty

    leader, follower = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", LIGHT, "img2img", photos[0], "oil", "--steps", "4", "--out", tmp_path / "o.png"],
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


def test_a_backup_is_a_database_of_its_own(pentimento: Bench, tmp_path: Path) -> None:
    place = {"PENTIMENTO__DATA_DIR": str(tmp_path)}
    copy = tmp_path / "copy.db"
    assert pentimento("backup", copy, **place).returncode == 69, "there is nothing to copy yet"
    with contextlib.closing(sqlite3.connect(tmp_path / "pentimento.db")) as database:
        database.executescript(MIGRATIONS[0])

    nowhere = pentimento("backup", tmp_path / "nowhere" / "copy.db", **place)
    assert (nowhere.returncode, len(nowhere.stderr.splitlines())) == (2, 1)
    assert "There is no folder" in nowhere.stderr
    assert pentimento("backup", copy, **place).returncode == 0
    assert pentimento("backup", copy, **place).returncode == 2
    with contextlib.closing(sqlite3.connect(copy)) as database:
        assert database.execute("SELECT count(*) FROM jobs").fetchone() == (0,)
