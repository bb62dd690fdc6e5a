"""`init`, `styles` without a picture, completion and the examples of every help."""

import argparse
import io
import json
import resource
import shlex
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from bot.cli.arguments import SHELLS, completion_script, parser
from bot.cli.examples import EXAMPLES
from bot.cli.init import commented, init
from bot.cli.styles import styles
from bot.domain.errors import InvalidRequest
from config.reading import DEFAULTS_FILE, load_settings
from config.styles import load_styles

SETTINGS = load_settings(None, {})


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


async def made(*arguments: str) -> int:
    return await init(parser().parse_args(["init", *arguments]), SETTINGS)


async def test_answers_as_options_make_a_file_that_is_read_as_they_say(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    folder = 'a "quoted" folder'
    assert await made("--chat", "slack", "--model", "sdxl-turbo", "--data-dir", folder) == 0
    settings = load_settings(None, {})
    assert (settings.model.id, str(settings.data_dir)) == ("sdxl-turbo", folder)
    said = capsys.readouterr()
    assert said.out == "pentimento.toml\n"
    assert "SLACK_BOT_TOKEN, SLACK_APP_TOKEN" in said.err
    assert "DISCORD_TOKEN" not in said.err


@pytest.mark.parametrize("name", ["2027", "0x10", "Bilder \N{SNOWMAN}", "C:\\pictures", "true", "a\x7f\n\u3000b"])
async def test_a_name_is_a_text_whatever_it_looks_like(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    assert await made("--chat", "none", "--model", name, "--data-dir", name) == 0
    settings = load_settings(None, {})
    assert (settings.model.id, str(settings.data_dir)) == (name, name)


@pytest.mark.parametrize("option", ["--data-dir", "--model"])
async def test_a_name_that_is_no_text_is_refused_and_leaves_no_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, option: str
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    with pytest.raises(InvalidRequest, match="cannot be written as UTF-8"):
        await made("--chat", "none", option, "\udcff")
    assert list(tmp_path.iterdir()) == []


async def test_a_disk_that_is_full_in_the_middle_leaves_no_half_of_the_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    bounds = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, bounds[1]))
    try:
        with pytest.raises(InvalidRequest, match=r"pentimento\.toml cannot be written \(File too large\)"):
            await made("--chat", "none", "--model", "pocket", "--data-dir", "d")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, bounds)
    assert list(tmp_path.iterdir()) == []


async def test_everything_else_stands_there_as_a_comment(tmp_path: Path) -> None:
    text = commented(DEFAULTS_FILE.read_text(encoding="utf-8"), {"model.id": "pocket"})
    assert {name: keys for name, keys in tomllib.loads(text).items() if keys} == {"model": {"id": "pocket"}}
    file = tmp_path / "all.toml"
    file.write_text(text.replace("\n# ", "\n"), encoding="utf-8")
    assert text.startswith("# Every setting of Pentimento. Take the # away")
    assert "into pentimento.toml" not in text, "this is that file"
    for setting in ("max_jobs = ", "allowed_hosts = ", "grace_seconds = "):
        assert f"\n# {setting}" in text


async def test_at_a_terminal_it_asks_three_questions(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "stdin", Terminal("discord\n\nelsewhere\n"))
    assert await made("mine.toml") == 0
    settings = load_settings(tmp_path / "mine.toml", {})
    assert (settings.model.id, str(settings.data_dir)) == ("pocket", "elsewhere")
    asked = capsys.readouterr().err
    assert asked.count("?") == 3
    assert "check --config mine.toml" in asked


async def test_a_file_that_is_there_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("pentimento.toml").write_text("# mine\n", encoding="utf-8")
    with pytest.raises(InvalidRequest, match="exists already"):
        await made()
    assert Path("pentimento.toml").read_text(encoding="utf-8") == "# mine\n"


@pytest.mark.parametrize("answer", ["irc", "Discord and Slack"])
async def test_an_answer_that_means_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: str) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "stdin", Terminal(f"{answer}\n"))
    with pytest.raises(InvalidRequest, match="choose from discord, slack, both, none"):
        await made()


async def test_styles_lists_their_names(capsys: pytest.CaptureFixture[str]) -> None:
    assert await styles(parser().parse_args(["styles"]), SETTINGS) == 0
    told = capsys.readouterr().out
    assert all(name in told for name in load_styles(""))
    assert await styles(parser().parse_args(["styles", "--json"]), SETTINGS) == 0
    assert set(json.loads(capsys.readouterr().out)) == set(load_styles(""))


def commands() -> dict[str, argparse.ArgumentParser]:
    (added,) = (action for action in parser()._actions if isinstance(action.choices, dict))
    return dict(added.choices)  # type: ignore[arg-type]  # as argparse types it


@pytest.mark.parametrize("command", sorted(commands()))
def test_every_help_has_examples_that_are_taken(command: str) -> None:
    assert "examples:\n  pentimento" in commands()[command].format_help()
    for example in EXAMPLES[command]:
        words = shlex.split(example.partition(" > ")[0])
        assert words[:2] == ["pentimento", command]
        parser().parse_args(words[1:])


@pytest.mark.parametrize("shell", SHELLS)
def test_completion_names_every_command_and_option(shell: str, tmp_path: Path) -> None:
    script = completion_script(shell)
    assert all(name in script for name in ("img2img", "--strength", "--control-map", "--guidance"))
    assert "described by" not in script
    if found := shutil.which(shell):
        (tmp_path / "script").write_text(script, encoding="utf-8")
        ran = subprocess.run([found, "-n", str(tmp_path / "script")], capture_output=True, text=True, check=False)
        assert (ran.returncode, ran.stderr) == (0, "")


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed")
@pytest.mark.parametrize(
    ("words", "meant"),
    [("img", "img2img"), ("--config mi", "mine.toml"), ("check --config mi", "mine.toml")],
)
def test_bash_completes_a_command_and_a_file(words: str, meant: str, tmp_path: Path) -> None:
    (tmp_path / "mine.toml").touch()
    (tmp_path / "script").write_text(completion_script("bash"), encoding="utf-8")
    program = (
        f"source {tmp_path / 'script'}; COMP_WORDS=(pentimento {words}); COMP_CWORD={len(words.split())}; "
        "$(complete -p pentimento | sed -E 's/.*-F ([^ ]+).*/\\1/'); echo ${COMPREPLY[@]}"
    )
    ran = subprocess.run(["bash", "-c", program], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ran.stdout.split() == [meant], ran.stderr
