"""`pentimento`, and `python -m bot`: reads the arguments and settings, runs a command, tells how it ended."""

import argparse
import asyncio
import errno
import importlib
import io
import os
import signal
import sys
from collections.abc import Sequence

from bot.cli.arguments import (
    EXIT_CANNOT_START,
    EXIT_DONE,
    EXIT_JOB_FAILED,
    EXIT_WRONG_REQUEST,
    completion_script,
    parser,
)
from bot.cli.as_typed import as_typed
from bot.cli.stopping import Command, stoppable
from bot.domain.errors import FatalError, JobFailed, StorageFailed, UserError
from bot.texts import commands_as
from config.logging import setup_logging
from config.reading import ConfigError, load_settings, near_misses
from config.settings import Settings
from inference.api import EngineStopped, ModelUnavailable

_EXITS: tuple[tuple[type[BaseException], int], ...] = (
    (StorageFailed, EXIT_JOB_FAILED),
    (UserError, EXIT_WRONG_REQUEST),
    (JobFailed, EXIT_JOB_FAILED),
    (ConfigError, EXIT_CANNOT_START),
    (ModelUnavailable, EXIT_CANNOT_START),
    (FatalError, EXIT_CANNOT_START),
    (EngineStopped, EXIT_CANNOT_START),
)

_OUTPUT_REFUSED = {errno.ENOSPC, errno.EIO, errno.EBADF, errno.EFBIG, errno.EDQUOT}
"""How a disk, a terminal that has gone or /dev/full refuse what is printed."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    _prepare_streams()
    asked = parser().parse_args(as_typed(sys.argv[1:] if arguments is None else arguments))
    try:
        settings = load_settings(asked.config, os.environ)
        for note in near_misses(os.environ):
            print(f"pentimento: {note}", file=sys.stderr)  # noqa: T201 -- the command line speaks
        quiet = asked.command != "serve" and settings.log.level == "info"
        setup_logging(settings.log.model_copy(update={"level": "warning"} if quiet else {}), settings.secrets)
        code = asyncio.run(_command(asked.command)(asked, settings))
        sys.stdout.flush()  # what goes into a pipe is written here at the latest, where a reader that left is told
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    except Exception as fault:
        ended = _cause(fault)
        if ended is None:
            raise
        sentence, code = ended
        if sentence:
            said = commands_as(sentence, lambda name: f"pentimento {name}")
            print(f"pentimento: {said}", file=sys.stderr)  # noqa: T201 -- the command line speaks
        _drop_unwritten()
    return code


def _prepare_streams() -> None:
    """Make every name printable, and keep a file that is opened later from taking the place of a closed stream."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115, PTH123 -- as long as we run
        elif isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _drop_unwritten() -> None:
    """Keep the interpreter from trying at exit to write what could not be printed."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


_COMMANDS = {
    "serve": "bot.cli.serve:serve",
    "playground": "bot.cli.playground:playground",
    "models": "bot.cli.models:models",
    "check": "bot.cli.check:check",
    "backup": "bot.cli.backup:backup",
    "restore": "bot.cli.restore:restore",
    "download": "bot.cli.download:download",
    "cleanup": "bot.cli.cleanup:cleanup",
    "demo": "bot.cli.demo:demo",
    "init": "bot.cli.init:init",
    "pause": "bot.cli.mode:mode",
    "resume": "bot.cli.mode:mode",
    "drain": "bot.cli.mode:mode",
    "restart": "bot.cli.restart:restart",
    "styles": "bot.cli.styles:styles",
    "img2img": "bot.cli.pictures:img2img",
    "sweep": "bot.cli.pictures:sweep",
    "chain": "bot.cli.pictures:chain",
    "map": "bot.cli.pictures:draw_map",
}
_SERVICES = frozenset({"serve", "playground"})


def _command(name: str) -> Command:
    """Only what a command needs is imported, so that `--help` answers at once."""
    if name == "completion":
        return _completion
    if name not in _SERVICES:
        return _imported(name) if name == "models" else stoppable(_imported(name))

    async def service(asked: argparse.Namespace, settings: Settings) -> int:
        return await _imported(name)(asked, settings)  # takes a while, in which it may be told to stop too

    return stoppable(service, code=EXIT_DONE)


def _imported(name: str) -> Command:
    module, _, function = _COMMANDS[name].partition(":")
    command: Command = getattr(importlib.import_module(module), function)
    return command


async def _completion(asked: argparse.Namespace, _settings: Settings) -> int:
    print(completion_script(asked.shell))  # noqa: T201 -- the command line speaks
    return EXIT_DONE


def _cause(fault: BaseException) -> tuple[str, int] | None:
    """The sentence and exit code of an error raised on purpose, even if a task group wrapped it."""
    if isinstance(fault, BrokenPipeError):
        return "", 128 + signal.SIGPIPE  # nobody reads what is printed, as in `| head`
    if isinstance(fault, OSError) and fault.filename is None and fault.errno in _OUTPUT_REFUSED:
        return f"the output cannot be written ({fault.strerror}).", EXIT_JOB_FAILED
    for kind, code in _EXITS:
        if isinstance(fault, kind):
            because = f" ({fault.__cause__})" if isinstance(fault, StorageFailed) and fault.__cause__ else ""
            return f"{fault}{because}", code
    if isinstance(fault, BaseExceptionGroup):
        return next((found for inner in fault.exceptions if (found := _cause(inner))), None)
    return None


if __name__ == "__main__":
    sys.exit(main())
