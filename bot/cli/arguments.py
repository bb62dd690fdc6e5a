"""What can be typed. A wrong word ends with exit code 2 and one line on stderr that says how to mend it."""

import argparse
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn, TypeVar

from bot import __version__
from bot.domain.control import parse_kind
from bot.domain.errors import InvalidRequest
from bot.domain.flags import parse_strengths
from bot.domain.lora import parse_loras
from bot.domain.request import (
    DEFAULT_STRENGTH,
    MAX_GUIDANCE_SCALE,
    MAX_SEED,
    MAX_STEPS,
    SWEEP_STRENGTHS,
    parse_strength,
)
from bot.domain.words import quoted
from inference.api import MAX_CONTROL_SCALE, ControlKind

EXIT_DONE = 0
EXIT_JOB_FAILED = 1
EXIT_WRONG_REQUEST = 2
EXIT_CANNOT_START = 69

_HERE = "(default: here, by free names)"
T = TypeVar("T")


class _OneLine(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        print(f"{self.prog}: {message} (see {self.prog} --help)", file=sys.stderr)  # noqa: T201 -- the command line speaks
        raise SystemExit(EXIT_WRONG_REQUEST)


def parser() -> argparse.ArgumentParser:
    """Every command with its options."""
    top = _OneLine(
        prog="pentimento",
        description="A self-hosted image-to-image bot for Discord and Slack, and its command line.",
        epilog="exit codes: 0 done, 1 the job failed, 2 the request is wrong, 69 the service cannot start",
    )
    top.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND", parser_class=_OneLine)
    shared = _OneLine(add_help=False)
    shared.add_argument(
        "--config", type=Path, metavar="FILE", help="settings; pentimento.toml of this folder where not given"
    )

    commands.add_parser("serve", parents=[shared], help="run the bot on every platform that has a token")

    img2img = commands.add_parser("img2img", parents=[shared], help="turn a picture into another one")
    _source_and_prompt(img2img)
    img2img.add_argument(
        "--strength",
        type=_typed(parse_strength),
        metavar="S",
        help="0 keeps the picture, 1 ignores it; a number or subtle, balanced, strong, reimagine "
        f"(default: the style's own, or {DEFAULT_STRENGTH})",
    )
    _recipe(img2img)
    img2img.add_argument(
        "--out",
        type=Path,
        metavar="FILE",
        help="where the result goes: .png, .webp or .jpg (default: here, by a free name)",
    )

    sweep = commands.add_parser("sweep", parents=[shared], help="one picture at several strengths, side by side")
    _source_and_prompt(sweep)
    sweep.add_argument(
        "--strengths",
        type=_typed(lambda text: parse_strengths(text.replace(",", " "))),  # here a comma is never a decimal sign
        metavar="S,S,…",
        help=f"default: {','.join(map(str, SWEEP_STRENGTHS))}",
    )
    _recipe(sweep)
    sweep.add_argument("--out", type=Path, metavar="DIR", help=f"folder for pictures and contact sheet {_HERE}")

    chain = commands.add_parser("chain", parents=[shared], help="each result becomes the next pass's source")
    _source_and_prompt(chain, several=True)
    chain.add_argument("--strength", type=_typed(parse_strength), metavar="S", help="of every pass")
    _recipe(chain)
    chain.add_argument("--out", type=Path, metavar="DIR", help=f"folder for one picture per pass {_HERE}")

    styles = commands.add_parser("styles", parents=[shared], help="one small picture of each style, for /styles")
    styles.add_argument("source", type=Path, metavar="SOURCE", help="a PNG, JPEG or WebP file")
    styles.add_argument(
        "--prompt", default="a photo", metavar="TEXT", help="words before each style's (default: %(default)s)"
    )
    styles.add_argument(
        "--seed", type=_whole(0, MAX_SEED), default=1, metavar="N", help="of every picture (default: %(default)s)"
    )
    styles.add_argument("--model", metavar="ID", help="a shipped model, hub id or diffusers folder")
    styles.add_argument(
        "--out", type=Path, metavar="DIR", help=f"folder for one JPEG per style, 16 kB at most {_HERE}"
    )

    map_only = commands.add_parser(
        "map", parents=[shared], help="draw the control map of a picture alone, before anything is painted"
    )
    map_only.add_argument("source", type=Path, metavar="SOURCE", help="a PNG, JPEG or WebP file")
    _control_kind(map_only, required=True)
    map_only.add_argument("--model", metavar="ID", help="whose kinds of control there are")
    map_only.add_argument(
        "--out",
        type=Path,
        metavar="FILE",
        help="where the map goes: .png, .webp or .jpg (default: here, by a free name)",
    )
    map_only.add_argument("--json", action="store_true", help="one JSON object for scripts")

    check = commands.add_parser("check", parents=[shared], help="say what is configured and what is wrong")
    check.add_argument("--json", action="store_true", help="one JSON object for scripts")
    models = commands.add_parser("models", parents=[shared], help="list the models that can be asked for")
    models.add_argument("--json", action="store_true", help="one JSON object for scripts")
    backup = commands.add_parser("backup", parents=[shared], help="copy the database, also while the bot runs")
    backup.add_argument("file", type=Path, metavar="FILE", help="a new file")
    backup.add_argument("--pictures", action="store_true", help="make a tar archive of the database and the pictures")
    restore = commands.add_parser("restore", parents=[shared], help="put a backup back while the bot is stopped")
    restore.add_argument("file", type=Path, metavar="FILE", help="what backup made, or a copy from before an upgrade")
    return top


def _source_and_prompt(command: argparse.ArgumentParser, *, several: bool = False) -> None:
    command.add_argument("source", type=Path, metavar="SOURCE", help="a PNG, JPEG or WebP file")
    if several:
        command.add_argument("prompt", nargs="+", metavar="PROMPT", help="one per pass")
    else:
        command.add_argument("prompt", metavar="PROMPT", help='what it should become: "an oil painting"')


def _recipe(command: argparse.ArgumentParser) -> None:
    command.add_argument("--seed", type=_whole(0, MAX_SEED), metavar="N", help="the same seed gives the same picture")
    command.add_argument(
        "--steps",
        type=_whole(1, MAX_STEPS),
        metavar="N",
        help=f"of the scheduler, 1 to {MAX_STEPS}; the model has a default",
    )
    command.add_argument(
        "--guidance",
        type=_number(MAX_GUIDANCE_SCALE),
        metavar="G",
        help=f"how strictly to follow the prompt, 0 to {MAX_GUIDANCE_SCALE:g}",
    )
    command.add_argument("--negative", default="", metavar="TEXT", help="what to keep away from")
    command.add_argument("--style", metavar="NAME", help="a preset: oil painting, anime, night, …")
    command.add_argument("--model", metavar="ID", help="a name of the catalogue, hub id or diffusers folder")
    command.add_argument(
        "--lora",
        type=_typed(parse_loras),
        action="append",
        default=[],
        metavar="NAME[:WEIGHT]",
        help="an adapter of the model, as `pentimento models` lists them; may be given several times",
    )
    _control_kind(command)
    command.add_argument("--control-map", type=Path, metavar="FILE", help="a map of your own, such as a sketch")
    command.add_argument(
        "--control-scale",
        type=_number(MAX_CONTROL_SCALE),
        metavar="X",
        help=f"how strictly to keep the structure, 0 to {MAX_CONTROL_SCALE:g} (default: 1)",
    )
    for end, usual in (("start", 0), ("end", 1)):
        command.add_argument(
            f"--control-{end}",
            type=_number(1.0),
            metavar="X",
            help=f"a share of the steps, 0 to 1 (default: {usual})",
        )
    command.add_argument("--json", action="store_true", help="one JSON object for scripts")


def _control_kind(command: argparse.ArgumentParser, *, required: bool = False) -> None:
    command.add_argument(
        "--control",
        type=_typed(parse_kind),
        required=required,
        metavar="KIND",
        help=f"structure to keep at any strength: {', '.join(ControlKind)}, if the model has it",
    )


def _typed(parse: Callable[[str], T]) -> Callable[[str], T]:
    def typed(text: str) -> T:
        try:
            return parse(text)
        except InvalidRequest as refusal:
            raise argparse.ArgumentTypeError(str(refusal).rstrip(".")) from None

    return typed


def _whole(least: int, most: int) -> Callable[[str], int]:
    """Reads a whole number; the range is `Request`'s to check, and said where there is no number at all."""

    def whole(text: str) -> int:
        if not re.fullmatch(r"[+-]?\d{1,40}", text.strip()):
            raise argparse.ArgumentTypeError(f"give a whole number from {least} to {most}; you gave {quoted(text)}")
        return int(text)

    return whole


def _number(most: float) -> Callable[[str], float]:
    """Reads a number from 0 on, with a dot or a comma, as `_whole` does."""

    def number(text: str) -> float:
        try:
            return float(text.replace(",", "."))
        except ValueError:
            raise argparse.ArgumentTypeError(f"give a number from 0 to {most:g}; you gave {quoted(text)}") from None

    return number
