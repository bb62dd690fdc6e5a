"""What is printed if it cannot be: in a process of its own, as its streams are what is looked at."""

import contextlib
import io
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from rich.table import Table

from bot.cli.terminal import Terminal

PRINTS = """
import asyncio, sys
import bot.__main__ as command_line

async def command(asked, settings):
    async with asyncio.TaskGroup():
        print(NAME)
    print("seen", file=sys.stderr)
    return 0

command_line._command = lambda name: command
sys.exit(command_line.main(["models"]))
"""


def printing(
    name: str = "done", *, shell: str = "", unbuffered: bool = False, **environ: str
) -> subprocess.CompletedProcess[bytes]:
    """A command that prints `name`, its streams redirected as a shell does it."""
    code = PRINTS.replace("NAME", ascii(name))
    python = [sys.executable, *(["-u"] if unbuffered else []), "-c", code]
    return subprocess.run(
        ["/bin/sh", "-c", f'"$@" {shell}', "sh", *python],
        capture_output=True,
        timeout=60,
        check=False,
        env=os.environ | environ,
        cwd=Path(__file__).parents[4],
    )


@pytest.mark.parametrize("name", [os.fsdecode(b"caf\xe9.png"), "日本.png"])
def test_names_that_the_terminal_cannot_show_are_shown_escaped(name: str) -> None:
    ran = printing(name, PYTHONIOENCODING="latin-1")
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout == f"{name}\n".encode("latin-1", errors="backslashreplace")


@pytest.mark.parametrize("shell", [">&-", "2>&-", ">&- 2>&-"])
def test_a_stream_that_was_closed_stops_nothing(shell: str) -> None:
    assert printing(shell=shell).returncode == 0


@pytest.mark.parametrize("unbuffered", [True, False])
def test_a_full_disk_under_the_output_is_told_in_a_sentence(*, unbuffered: bool) -> None:
    ran = printing(shell=">/dev/full", unbuffered=unbuffered)
    assert ran.returncode == 1
    assert ran.stderr.decode().splitlines()[-1] == (
        "pentimento: the output cannot be written (No space left on device)."
    )
    assert b"Traceback" not in ran.stderr


@pytest.mark.parametrize("unbuffered", [True, False])
def test_a_reader_that_has_gone_ends_a_command_as_it_ends_others(*, unbuffered: bool) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    code = PRINTS.replace("NAME", "'done'")
    with os.fdopen(writing, "wb") as nobody:
        ran = subprocess.run(
            [sys.executable, *(["-u"] if unbuffered else []), "-c", code],
            stdout=nobody, stderr=subprocess.PIPE, timeout=60, check=False,
        )  # fmt: skip
    assert ran.returncode == 128 + signal.SIGPIPE
    assert b"Traceback" not in ran.stderr


@pytest.mark.parametrize(
    ("columns", "piped", "at_a_terminal"),
    [("", 160, 80), ("0", 160, 80), ("many", 160, 80), ("1", 40, 40), ("20", 40, 40), ("200", 200, 200)],
)
@pytest.mark.parametrize("kind", ["xterm", "dumb"])
def test_a_table_has_all_its_words_however_many_columns_there_are_said_to_be(
    monkeypatch: pytest.MonkeyPatch, kind: str, columns: str, piped: int, at_a_terminal: int
) -> None:
    monkeypatch.setenv("TERM", kind)
    monkeypatch.setenv("COLUMNS", columns)
    monkeypatch.delenv("LINES", raising=False)  # readline sets it; rich believes both together of a dumb terminal
    monkeypatch.setattr(sys, "__stdout__", None)  # whoever runs the tests may have a terminal of another size
    for width, is_terminal in ((piped, False), (80 if kind == "dumb" else at_a_terminal, True)):
        table = Table(box=None)
        for title in ("", "what", "how it stands"):
            table.add_column(title, overflow="fold")
        table.add_row("wrong", "platforms", "no chat platform has a token")
        console = Terminal(file=io.StringIO(), force_terminal=is_terminal, soft_wrap=True)
        console.print(table)
        assert console.width == width
        assert {"wrong", "platforms", "token"} <= set(console.file.getvalue().split())  # type: ignore[attr-defined]


def test_a_table_for_a_reader_that_has_gone_ends_so_too() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    nobody = os.fdopen(writing, "w")
    with pytest.raises(BrokenPipeError):
        Terminal(file=nobody).print("a table")
    with contextlib.suppress(BrokenPipeError):  # it tries once more
        nobody.close()
