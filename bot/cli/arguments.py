"""What can be typed. A wrong word ends with exit code 2 and one line on stderr that says how to mend it."""

import argparse
import difflib
import re
import sys
from pathlib import Path
from typing import NoReturn

from bot import __version__
from bot.cli.as_typed import FLAGS
from bot.cli.examples import EXAMPLES
from bot.cli.values import gibibytes, named, one_strength, path, port_number, several_strengths, typed
from bot.domain.control import parse_kind
from bot.domain.options import OPTION, OPTIONS, Option, OptionKind
from bot.domain.strength import DEFAULT_STRENGTH, SWEEP_STRENGTHS
from bot.texts import REFERENCE, text
from inference.api import ControlKind

EXIT_DONE = 0
EXIT_JOB_FAILED = 1
EXIT_WRONG_REQUEST = 2
EXIT_CANNOT_START = 69

PLAYGROUND_PORT = 8420
_EXAMPLES = "examples:\n"
_EXIT_CODES = (
    "\n\nexit codes: 0 done, 1 the job failed, 2 the request is wrong, 69 the service cannot start, "
    "130 or 143 it was stopped"
)
_FIRST = ("playground", "img2img", "init", "check", "serve")
"""The commands that the help without a command shows an example of."""
CHATS = ("discord", "slack", "both", "none")
SHELLS = ("bash", "zsh")
_NO_COMMAND = "the following arguments are required: COMMAND"
_NO_SUCH_COMMAND = re.compile(r"argument COMMAND: invalid choice: '(.*)' \(choose from")
_BY_ROW = "described by its row of OPTIONS"
_HERE = "(default: here, by free names)"
_PICTURE = "a picture: PNG, JPEG, WebP, HEIC, AVIF, GIF, BMP or ICO"
_MODEL = "a name of the catalogue, a hub id, a folder or a checkpoint in a .safetensors file"


class _Help(argparse.HelpFormatter):
    """Says what options are for as the chats say it, once somebody asks: the catalogue takes 0.15 s to read."""

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        """Examples keep their lines."""
        return text if text.startswith(_EXAMPLES) else super()._fill_text(text, width, indent)

    def _get_help_string(self, action: argparse.Action) -> str | None:
        return _described(OPTION[action.dest]) if action.help == _BY_ROW else action.help


class _OneLine(argparse.ArgumentParser):
    def _get_formatter(self) -> argparse.HelpFormatter:
        return _Help(prog=self.prog)

    def error(self, message: str) -> NoReturn:
        if message == _NO_COMMAND:
            self.print_help(sys.stderr)
            raise SystemExit(EXIT_WRONG_REQUEST)
        if typed := _NO_SUCH_COMMAND.match(message):
            nearest = difflib.get_close_matches(typed[1], EXAMPLES, n=1)
            message = f"there is no command {typed[1]}" + (f"; did you mean {nearest[0]}?" if nearest else "")
        unknown = message.partition("unrecognized arguments: ")[2].split(maxsplit=1)
        if unknown and unknown[0].startswith("-"):
            name = unknown[0].partition("=")[0]
            near = next(iter(difflib.get_close_matches(name, FLAGS, n=1)), "")
            message = f"there is no option {name}" + (f"; did you mean {near}?" if near else "")
            if near == "--prompt":
                message = "the prompt is written after the picture, without --prompt"
            elif near == name:
                message = f"{name} is an option of another command"
        print(f"{self.prog}: {message} (see {self.prog} --help)", file=sys.stderr)  # noqa: T201 -- the command line speaks
        raise SystemExit(EXIT_WRONG_REQUEST)


class _Once(argparse.Action):
    """Stores a value; another one for the same option is no choice of ours."""

    def __call__(
        self, parser: argparse.ArgumentParser, namespace: argparse.Namespace, values: object, flag: str | None = None
    ) -> None:
        del parser, flag
        before = getattr(namespace, self.dest, None)
        if before is not None and before not in (self.default, values):
            raise argparse.ArgumentError(self, "given more than once, with different values: leave one")
        setattr(namespace, self.dest, values)


def parser() -> argparse.ArgumentParser:
    """Every command with its options."""
    top = _OneLine(
        prog="pentimento",
        description="A self-hosted image-to-image bot for Discord and Slack, and its command line.",
        epilog=_EXAMPLES
        + "\n".join(f"  {example}" for name in _FIRST for example in EXAMPLES[name][:1])
        + _EXIT_CODES,
    )
    top.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND", parser_class=_OneLine)
    shared = _OneLine(add_help=False)
    for place, unsaid in ((top, None), (shared, argparse.SUPPRESS)):  # it may stand before the command too
        place.add_argument(
            "--config",
            type=path,
            metavar="FILE",
            default=unsaid,
            help="settings; pentimento.toml of this folder if not given",
        )
    commands.add_parser("serve", parents=[shared], help="run the bot on every platform that has a token")
    _playground(commands, shared)
    _img2img(commands, shared)
    _demo(commands, shared)
    _sweep(commands, shared)
    _chain(commands, shared)
    _styles(commands, shared)
    _map(commands, shared)
    _look(commands, shared)
    _download(commands, shared)
    _data(commands, shared)
    _operation(commands, shared)
    _init(commands, shared)
    completion = commands.add_parser("completion", parents=[shared], help="print a completion script for a shell")
    completion.add_argument("shell", choices=SHELLS, metavar="SHELL", help=", ".join(SHELLS))
    for row in commands._choices_actions:  # noqa: SLF001 -- argparse keeps the line of each command nowhere else
        command, line = commands.choices[row.dest], row.help or ""
        command.description = f"{line[:1].upper()}{line[1:]}."
        command.epilog = _EXAMPLES + "\n".join(f"  {example}" for example in EXAMPLES[row.dest])
    return top


def completion_script(shell: str) -> str:
    """What a shell reads to complete this command line."""
    import shtab

    top = parser()
    named = (action.choices for action in top._actions)  # noqa: SLF001 -- argparse has no other way to what was added
    commands = [command for choices in named if isinstance(choices, dict) for command in choices.values()]
    for parsed in (top, *commands):
        for option in parsed._actions:  # noqa: SLF001 -- as above
            if option.help == _BY_ROW:
                option.help = _described(OPTION[option.dest])
            if option.type is path and option.metavar != "DIR":
                option.complete = shtab.FILE
            elif option.type is path:
                option.complete = shtab.DIRECTORY
    return shtab.complete(top, shell)


def _playground(commands: "argparse._SubParsersAction[_OneLine]", shared: _OneLine) -> None:
    playground = commands.add_parser("playground", parents=[shared], help="try it here, as a page without an account")
    playground.add_argument(
        "--port",
        type=typed(port_number),
        default=PLAYGROUND_PORT,
        metavar="N",
        help="0 for any (default: %(default)s)",
    )
    playground.add_argument(
        "--no-browser", dest="browser", action="store_false", help="only print the address, start token included"
    )
    playground.add_argument("--model", type=named, metavar="ID", help=_MODEL)
    playground.add_argument(
        "--data-dir",
        type=path,
        default=Path("pentimento-playground"),
        metavar="DIR",
        help="where its pictures are kept (default: %(default)s)",
    )


def _img2img(commands: "argparse._SubParsersAction[_OneLine]", shared: _OneLine) -> None:
    img2img = commands.add_parser("img2img", parents=[shared], help="turn a picture into another one")
    _source_and_prompt(img2img)
    img2img.add_argument(
        "--strength",
        dest="strengths",
        action=_Once,
        type=typed(one_strength),
        metavar="S",
        help="0 keeps the picture, 1 ignores it; a number or subtle, balanced, strong, reimagine "
        f"(default: the style's own, or {DEFAULT_STRENGTH})",
    )
    _recipe(img2img)
    img2img.add_argument(
        "--out",
        type=path,
        metavar="FILE",
        help="where the result goes: .png, .webp or .jpg (default: here, by a free name)",
    )


def _demo(commands: "argparse._SubParsersAction[_OneLine]", shared: _OneLine) -> None:
    demo = commands.add_parser("demo", parents=[shared], help="every kind of picture from a photograph and a sketch")
    demo.add_argument("photo", type=path, metavar="PHOTO")
    demo.add_argument("sketch", type=path, metavar="SKETCH", help="lines, of which a picture is made")
    demo.add_argument("--out", type=path, metavar="DIR", default=Path("demo"), help="where it goes (default: demo)")


def _sweep(commands: "argparse._SubParsersAction[_OneLine]", shared: _OneLine) -> None:
    sweep = commands.add_parser("sweep", parents=[shared], help="one picture at several strengths, side by side")
    _source_and_prompt(sweep)
    sweep.add_argument(
        "--strengths",
        action=_Once,
        type=typed(several_strengths),
        metavar="S,S,…",
        help=f"default: {','.join(map(str, SWEEP_STRENGTHS))}",
    )
    _recipe(sweep)
    sweep.add_argument("--out", type=path, metavar="DIR", help=f"folder for pictures and contact sheet {_HERE}")


def _chain(commands: "argparse._SubParsersAction[_OneLine]", shared: _OneLine) -> None:
    chain = commands.add_parser("chain", parents=[shared], help="each result becomes the next pass's source")
    _source_and_prompt(chain, several=True)
    chain.add_argument(
        "--strength", dest="strengths", action=_Once, type=typed(one_strength), metavar="S", help="of every pass"
    )
    _recipe(chain)
    chain.add_argument("--out", type=path, metavar="DIR", help=f"folder for one picture per pass {_HERE}")


def _styles(commands: "argparse._SubParsersAction[_OneLine]", shared: _OneLine) -> None:
    styles = commands.add_parser("styles", parents=[shared], help="list the styles, or paint a picture in each")
    styles.add_argument(
        "source",
        type=path,
        nargs="?",
        metavar="SOURCE",
        help=f"{_PICTURE} (default: only list the names)",
    )
    styles.add_argument("--json", action="store_true", help="the list as one JSON object for scripts")
    styles.add_argument(
        "--prompt", default="a photo", metavar="TEXT", help="words before each style's (default: %(default)s)"
    )
    styles.add_argument(
        "--seed",
        type=typed(OPTION["seed"].parse),
        default=1,
        metavar="N",
        help="of every picture (default: %(default)s)",
    )
    styles.add_argument("--model", type=named, metavar="ID", help=_MODEL)
    styles.add_argument(
        "--out", type=path, metavar="DIR", help=f"folder for one JPEG per style, 16 kB at most {_HERE}"
    )


def _map(commands: "argparse._SubParsersAction[_OneLine]", shared: _OneLine) -> None:
    map_only = commands.add_parser(
        "map", parents=[shared], help="draw the control map of a picture alone, before anything is painted"
    )
    map_only.add_argument("source", type=path, metavar="SOURCE", help=_PICTURE)
    map_only.add_argument("--control", type=typed(parse_kind), required=True, metavar="KIND", help=_BY_ROW)
    map_only.add_argument("--model", type=named, metavar="ID", help="whose kinds of control there are")
    map_only.add_argument(
        "--out",
        type=path,
        metavar="FILE",
        help="where the map goes: .png, .webp or .jpg (default: here, by a free name)",
    )
    map_only.add_argument("--json", action="store_true", help="one JSON object for scripts")


def _look(commands: "argparse._SubParsersAction[_OneLine]", shared: _OneLine) -> None:
    """What says how things stand."""
    check = commands.add_parser("check", parents=[shared], help="say what is configured and what is wrong")
    check.add_argument("--json", action="store_true", help="one JSON object for scripts")
    models = commands.add_parser("models", parents=[shared], help="list the models that can be asked for")
    models.add_argument("--json", action="store_true", help="one JSON object for scripts")
    models.add_argument(
        "--card",
        type=gibibytes,
        metavar="GB",
        help="the whole catalogue, and how each model would be run on a card of so many gigabytes",
    )


def _download(commands: "argparse._SubParsersAction[_OneLine]", shared: _OneLine) -> None:
    download = commands.add_parser(
        "download", parents=[shared], help="bring models to this machine; goes on where an earlier try was cut"
    )
    download.add_argument(
        "models",
        nargs="*",
        type=named,
        metavar="MODEL",
        help="a name of the catalogue, a hub id or a file of a hub's repository",
    )
    download.add_argument("--controls", action="store_true", help="their ControlNets too")
    download.add_argument("--offered", action="store_true", help="all models that are on offer")


def _data(commands: "argparse._SubParsersAction[_OneLine]", shared: _OneLine) -> None:
    """What deals with the files of a service."""
    backup = commands.add_parser("backup", parents=[shared], help="copy the database, also while the bot runs")
    backup.add_argument("file", type=path, metavar="FILE", help="a new file")
    backup.add_argument("--pictures", action="store_true", help="make a tar archive of the database and the pictures")
    restore = commands.add_parser("restore", parents=[shared], help="put a backup back while the bot is stopped")
    restore.add_argument("file", type=path, metavar="FILE", help="what backup made, or a copy from before an upgrade")
    cleanup = commands.add_parser(
        "cleanup", parents=[shared], help="list what can be deleted from the disks; deletes nothing by itself"
    )
    cleanup.add_argument("--remove", action="store_true", help="delete it")


def _operation(commands: "argparse._SubParsersAction[_OneLine]", shared: _OneLine) -> None:
    commands.add_parser("pause", parents=[shared], help="take requests, but start no more jobs")
    commands.add_parser("resume", parents=[shared], help="take requests and start jobs again")
    drain = commands.add_parser(
        "drain", parents=[shared], help="take no more requests, but finish the jobs that wait"
    )
    drain.add_argument("--wait", action="store_true", help="return once no job waits or runs")
    restart = commands.add_parser(
        "restart", parents=[shared], help="restart the workers of a running service, one device at a time"
    )
    restart.add_argument("device", nargs="?", type=named, metavar="DEVICE", help="only this one, as check names it")
    restart.add_argument("--wait", action="store_true", help="return once they work again, and say so of each")


def _init(commands: "argparse._SubParsersAction[_OneLine]", shared: _OneLine) -> None:
    init = commands.add_parser(
        "init", parents=[shared], help="write a settings file; asks three questions, or takes the answers as options"
    )
    init.add_argument("file", type=path, nargs="?", metavar="FILE", help="a new file (default: pentimento.toml)")
    init.add_argument("--chat", choices=CHATS, metavar="CHAT", help=f"{', '.join(CHATS)} (default: discord)")
    init.add_argument("--model", type=named, metavar="ID", help=_MODEL)
    init.add_argument("--data-dir", type=path, metavar="DIR", help="folder for the database and the pictures")


def _source_and_prompt(command: argparse.ArgumentParser, *, several: bool = False) -> None:
    command.add_argument("source", type=path, metavar="SOURCE", help=_PICTURE)
    if several:
        command.add_argument("prompt", nargs="+", metavar="PROMPT", help="one per pass")
    else:
        command.add_argument("prompt", metavar="PROMPT", help='what it should become: "an oil painting"')


_METAVARS = {
    OptionKind.PROSE: "TEXT",
    OptionKind.NAME: "NAME",
    OptionKind.WHOLE: "N",
    OptionKind.NUMBER: "X",
    OptionKind.LORAS: "NAME[:WEIGHT]",
    OptionKind.CONTROL: "KIND",
}


def _recipe(command: argparse.ArgumentParser) -> None:
    for row in OPTIONS:
        if row.name in {"prompt", "strengths", "private"}:  # said in other ways, and nobody else looks on here
            continue
        command.add_argument(
            f"--{row.flag}",
            dest=row.name,
            type=named if row.name == "model" else typed(row.parse),
            action="extend" if row.kind is OptionKind.LORAS else _Once,
            metavar=_METAVARS[row.kind],
            help=_BY_ROW,
        )
    command.add_argument("--control-map", type=path, metavar="FILE", help="a map of your own, such as a sketch")
    command.add_argument("--json", action="store_true", help="one JSON object for scripts")


def _described(row: Option) -> str:
    """As the chats describe it, with its range or what there is."""
    words = text(REFERENCE, f"describe-{row.text}")
    match row.kind:
        case OptionKind.WHOLE | OptionKind.NUMBER:
            words = f"{words} ({row.least:g} to {row.most:.10g})"
        case OptionKind.CONTROL:
            words = f"{words}: {', '.join(ControlKind)}"
        case OptionKind.LORAS:
            words = f"{words}; may be given several times"
    return (words[:1].lower() + words[1:]).replace("%", "%%")
