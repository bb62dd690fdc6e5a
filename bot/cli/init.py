"""`init`: writes a settings file with three answers in it and everything else as a comment."""

import argparse
import json
import os
import re
import shutil
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from bot.cli.arguments import CHATS, EXIT_DONE
from bot.domain.errors import InvalidRequest
from config.models import load_catalogue
from config.reading import CONFIG_FILE, DEFAULTS_FILE
from config.settings import Settings

_TOKENS = {
    "discord": ("DISCORD_TOKEN",),
    "slack": ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN"),
    "both": ("DISCORD_TOKEN", "SLACK_BOT_TOKEN", "SLACK_APP_TOKEN"),
    "none": (),
}
_PAGES = {
    "discord": ("docs/discord.md",),
    "slack": ("docs/slack.md",),
    "both": ("docs/discord.md", "docs/slack.md"),
    "none": (),
}


async def init(asked: argparse.Namespace, settings: Settings) -> int:
    """Ask what no option says, if there is a terminal to ask at, and write the file.

    Raises:
        InvalidRequest: the file exists, cannot be written, or an answer means nothing.
    """
    file = asked.file or CONFIG_FILE
    if _is_taken(file):
        raise InvalidRequest(f"{file} exists already: name another file, or move it away.")
    catalogue = ", ".join(load_catalogue(settings.models.file))
    chat = asked.chat or _answer(f"Which chat ({', '.join(CHATS)})?", "discord")
    if chat not in CHATS:
        raise InvalidRequest(f"There is no chat {chat!r}: choose from {', '.join(CHATS)}.")
    model = asked.model or _answer(f"Which model ({catalogue}; or a hub id or folder)?", settings.model.id)
    data_dir = asked.data_dir or Path(_answer("Which folder for database and pictures?", str(settings.data_dir)))
    chosen: dict[str, str | int] = {"data_dir": str(data_dir), "model.id": model}
    if chat != "none":
        chosen["metrics.port"] = 9464
    _check_texts(chosen.values())
    text = commented(DEFAULTS_FILE.read_text(encoding="utf-8"), {key: said for key, said in chosen.items() if said})
    try:
        written = file.open("x", encoding="utf-8")
        try:
            with written:
                written.write(text)
        except OSError:  # half of the settings would be read as all of them
            file.unlink()
            raise
    except OSError as refused:
        raise InvalidRequest(f"{file} cannot be written ({refused.strerror}): name another file.") from None
    _tell_what_is_next(file, chat)
    return EXIT_DONE


_HEAD = (
    "# Every setting of Pentimento. Take the # away from those that you want to change; what stands there is the\n"
    "# default."
)


def _check_texts(answers: Iterable[str | int]) -> None:
    """Refuse bytes that are no UTF-8, which a settings file cannot hold, before there is half of one."""
    for answer in answers:
        try:
            str(answer).encode()
        except UnicodeEncodeError:
            raise InvalidRequest(
                f"{answer!r} cannot be written as UTF-8, which a settings file is: choose another name."
            ) from None


def commented(defaults: str, chosen: Mapping[str, str | int]) -> str:
    """The file of defaults with every setting as a comment but the `chosen` ones (by dotted key)."""
    lines, section, open_list = [], "", False
    for line in defaults.splitlines():
        if heading := re.fullmatch(r"\[(\w+)\]", line):
            section = heading[1]
            lines.append(line)
            continue
        setting = re.match(r"(\w+) = ", line)
        key = f"{section}.{setting[1]}".lstrip(".") if setting else ""
        if key in chosen:
            # JSON's text is TOML's but for this character.
            said = json.dumps(chosen[key], ensure_ascii=False).replace("\x7f", "\\u007f")
            lines.append(f"{setting[1]} = {said}" if setting else line)
        elif setting or open_list:
            lines.append(f"# {line}")
        else:
            lines.append(line)
        open_list = ((open_list or bool(setting)) and line.count("[") > line.count("]")) or (
            open_list and "]" not in line
        )
    return "\n".join([_HEAD, *lines[1:]]) + "\n"  # the first line tells of the defaults' own file


def _is_taken(file: Path) -> bool:
    return os.path.lexists(file)


def _answer(question: str, usual: str) -> str:
    """What somebody types; the usual answer if they type nothing, or nobody is there."""
    if not sys.stdin.isatty():
        return usual
    print(f"{question} [{usual}] ", end="", file=sys.stderr, flush=True)  # noqa: T201 -- a question
    return sys.stdin.readline().strip() or usual


def _as_typed() -> str:
    """How this command is called from here: by its path if it is on none of the shell's."""
    typed = Path(sys.argv[0])
    return str(typed) if typed.name == "pentimento" and shutil.which("pentimento") is None else "pentimento"


def _tell_what_is_next(file: Path, chat: str) -> None:
    print(file)  # noqa: T201 -- the command line speaks
    option = "" if file == CONFIG_FILE else f" --config {file}"
    program = _as_typed()
    tokens, pages = ", ".join(_TOKENS[chat]), " and ".join(_PAGES[chat])
    steps = [f"Set {tokens} in the environment: see {pages}."] if tokens else []
    steps += [f"See that all is well: {program} check{option}"]
    steps += [f"Start it: {program} {'playground' if chat == 'none' else 'serve'}{option}"]
    for number, step in enumerate(steps, start=1):
        print(f"{number}. {step}", file=sys.stderr)  # noqa: T201 -- as above
