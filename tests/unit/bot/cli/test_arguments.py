"""Numbers as people type them, and commands that there are not."""

from pathlib import Path

import pytest

from bot.cli.arguments import parser
from bot.cli.examples import EXAMPLES


def test_a_comma_is_a_decimal_sign() -> None:
    numbers = ["--guidance", "7,5", "--control-scale", "0,8", "--control-end", "0,9", "--strength", "0,5"]
    asked = parser().parse_args(["img2img", "photo.png", "oil", *numbers])
    assert (asked.guidance_scale, asked.control_scale, asked.control_end, asked.strengths) == (7.5, 0.8, 0.9, (0.5,))


@pytest.mark.parametrize(
    ("option", "given", "told"),
    [
        ("--seed", "1e3", "--seed: A seed is a whole number from 0 to 4294967295; you gave 1e3 "),
        ("--seed", "9" * 5000, "--seed: A seed is a whole number from 0 to 4294967295; you gave 999"),
        ("--steps", "ten", "--steps: Steps are a whole number from 1 to 150; you gave ten "),
        ("--guidance", "much", "--guidance: The guidance scale goes from 0 to 30; you gave much "),
        (
            "--control-start",
            "early",
            "--control-start: The control starts at a share of the steps from 0 to 1; you gave early ",
        ),
    ],
)
def test_what_is_no_number_is_refused_with_the_range(
    option: str, given: str, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        parser().parse_args(["img2img", "photo.png", "oil", option, given])
    assert ended.value.code == 2
    said = capsys.readouterr().err
    assert told in said
    assert len(said) < 300


def test_without_a_command_all_of_them_are_shown(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        parser().parse_args([])
    shown = capsys.readouterr()
    assert (ended.value.code, shown.out) == (2, "")
    assert all(f" {name} " in f"{shown.err} ".replace("\n", " ") for name in EXAMPLES)
    assert "examples:\n  pentimento playground\n" in shown.err


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("img2imgg", "there is no command img2imgg; did you mean img2img?"),
        ("back-up", "there is no command back-up; did you mean backup?"),
        ("quit", "there is no command quit"),
    ],
)
def test_a_command_that_there_is_not_names_the_nearest(
    typed: str, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        parser().parse_args([typed])
    assert ended.value.code == 2
    assert capsys.readouterr().err == f"pentimento: {told} (see pentimento --help)\n"


@pytest.mark.parametrize(
    "typed",
    [
        "check --config=",
        "backup",
        "restore",
        "download pocket",
        "init",
        "init --data-dir",
        "init --model",
        "restart",
        "styles",
        "styles photo.png --out",
        "styles photo.png --model",
        "map --control canny",
        "map photo.png --control canny --model",
        "img2img photo.png oil --out",
        "img2img photo.png oil --model",
        "img2img photo.png oil --control-map",
        "sweep photo.png oil --out",
        "chain photo.png oil --out",
        "demo photo.png",
        "demo photo.png sketch.png --out",
        "playground --data-dir",
        "playground --model",
    ],
)
def test_a_name_that_is_empty_by_mistake_is_none(typed: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A variable that is not set would restart every device, or make a service's files in this folder."""
    words = typed.split()
    with pytest.raises(SystemExit) as ended:
        parser().parse_args(words if words[-1].endswith("=") else [*words, ""])
    assert ended.value.code == 2
    assert ": a name is wanted, and this one is empty (see " in capsys.readouterr().err


def test_what_may_be_left_out_may_be() -> None:
    for typed in ("restart", "download", "init", "styles", "playground", "img2img photo.png oil"):
        parser().parse_args(typed.split())


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_help_of_a_command_says_what_it_does(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parser().parse_args([name, "--help"])
    usage, described, *_ = capsys.readouterr().out.split("\n\n")
    assert usage.startswith(f"usage: pentimento {name} ")
    assert described[0].isupper()
    assert described.endswith(".")


@pytest.mark.parametrize("typed", ["--config mine.toml check", "check --config mine.toml"])
def test_the_settings_may_be_named_before_the_command_and_behind_it(typed: str) -> None:
    assert parser().parse_args(typed.split()).config == Path("mine.toml")
    assert parser().parse_args(["check"]).config is None
