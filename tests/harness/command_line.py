"""The command `pentimento` run in the tests' own process, its commands sharing one engine with a real worker.

In a process of its own each command takes seconds to import what it needs and to load the model anew. What only a
process can show (signals, closed pipes, a terminal, the same picture made by two of them) is tested with one.
"""

import asyncio
import contextlib
import io
import logging
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Self

import pytest
import structlog

from bot.__main__ import main
from bot.cli import check, demo, pictures
from bot.compose import engine_of
from config.reading import load_settings
from config.settings import Settings
from inference.api import Engine


@dataclass(frozen=True, slots=True)
class Ran:
    """How a command ended, in the words of `subprocess.CompletedProcess`."""

    returncode: int
    stdout: str
    stderr: str


class Bench:
    """Runs commands: `bench("img2img", photo, "oil painting", PENTIMENTO__MODEL__ID="pocket")`."""

    def __init__(self, runner: asyncio.Runner, make: Callable[[Settings], Engine], environ: dict[str, str]) -> None:
        self._runner = runner
        self._make = make
        self._environ = environ
        self._usual = _of_the_engine(load_settings(None, environ))
        self._kept: _KeptEngine | None = None

    def __call__(self, *arguments: object, **environ: str) -> Ran:
        """Run one command, in an environment without tokens and with `environ` added."""
        out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8") for _ in range(2))
        with pytest.MonkeyPatch.context() as patch, _logging_as_before():
            for name in [name for name in os.environ if name.startswith(("DISCORD_", "SLACK_"))]:
                patch.delenv(name)
            for name, value in (self._environ | environ).items():
                patch.setenv(name, value)
            patch.setattr(asyncio, "run", self._runner.run)
            for command in (check, demo, pictures):
                patch.setattr(command, "engine_of", self._engine_of)
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
                try:
                    code = main([str(argument) for argument in arguments])
                except SystemExit as end:  # as argparse ends
                    code = int(end.code or 0)
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):  # a command that can be stopped heard them
                self._runner.get_loop().remove_signal_handler(number)
        return Ran(code, _written(out), _written(err))

    def _engine_of(self, settings: Settings, *, every: bool = False) -> Engine:
        """The one that is kept; for a command that asks for another, one of its own, as always."""
        del every  # the kept one has one device
        if _of_the_engine(settings) != self._usual:
            return self._make(settings)
        if self._kept is None:
            self._kept = _KeptEngine(self._make(settings))
        return self._kept

    async def close(self) -> None:
        if self._kept is not None:
            await self._kept.close()


class _KeptEngine:
    """An engine that is opened by the first command and outlives it."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._opened: asyncio.Future[None] | None = None
        self._over = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        if self._opened is None:
            self._opened = asyncio.get_running_loop().create_future()
            self._task = asyncio.create_task(self._hold(self._opened))
        await self._opened
        return self

    async def __aexit__(self, *_: object) -> None:
        pass

    def __getattr__(self, name: str) -> Any:
        return getattr(self._engine, name)

    async def close(self) -> None:
        self._over.set()
        if self._task is not None:
            await self._task

    async def _hold(self, opened: "asyncio.Future[None]") -> None:
        async with self._engine:
            opened.set_result(None)
            await self._over.wait()


@contextmanager
def command_line(make: Callable[[Settings], Engine] = engine_of, **environ: str) -> Iterator[Bench]:
    """Commands in this process; `make` makes the engine, by default the product's own."""
    with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
        bench = Bench(runner, make, environ)
        try:
            yield bench
        finally:
            runner.run(bench.close())


def _of_the_engine(settings: Settings) -> tuple[object, ...]:
    """What of the settings makes an engine what it is."""
    return settings.model, settings.models, settings.control


def _written(stream: io.TextIOWrapper) -> str:
    stream.seek(0)
    return stream.read()


@contextmanager
def _logging_as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    try:
        yield
    finally:
        root.handlers[:], root.level = handlers, level
        logging.captureWarnings(capture=False)
        structlog.reset_defaults()
