"""What a terminal shows at the steps of the guides, as SVG: `python -m tests.renderings.terminal [NAME…]`.

All of it was written by our own commands. The chats and the hub that they talk to are the tests' own, so accounts
have made-up names; the folder in which they run is shown as `/srv/pentimento`.
"""

import asyncio
import fcntl
import html
import io
import os
import pty
import re
import select
import shlex
import shutil
import signal
import sqlite3
import struct
import subprocess
import sys
import tempfile
import termios
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from pathlib import Path

from rich.color import parse_rgb_hex
from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

from tests.servers.discord import DiscordServer
from tests.servers.hub import Hub
from tests.servers.slack.server import APP_TOKEN, slack_server

ROOT = Path(__file__).parents[2]
OUT = ROOT / "docs" / "terminal"
_LEFT = ROOT / "tests" / "golden" / "database-13"
COLUMNS = 120
SHOWN_AS = "/srv/pentimento"
_PATIENCE = 180.0
_INK = "484f58 ff7b72 3fb950 d29922 58a6ff bc8cff 39c5cf b1bac4"
_THEME = TerminalTheme((13, 17, 23), (230, 237, 243), [parse_rgb_hex(colour) for colour in _INK.split()])
_FORMAT = """\
<svg viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg">
<style>text {{ font: {char_height}px ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace }} {styles}</style>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})">{backgrounds}<g class="{unique_id}-matrix">
{matrix}
</g></g></svg>
"""


@dataclass(slots=True)
class Terminal:
    """A folder to work in, and everything that stood on the screen meanwhile, with its colours.

    Attributes:
        module: what is run as `pentimento`.
    """

    folder: Path
    environ: dict[str, str]
    module: str = "bot"
    screen: list[str] = field(default_factory=list)

    async def types(self, line: str, *answers: str, until: Sequence[str] = ()) -> None:
        """Run a command line of ours to its end, or until it wrote all of that, then stop it as Ctrl-C does."""
        self.screen.append(f"\x1b[2m$\x1b[0m \x1b[1m{line}\x1b[0m\n")
        written = await asyncio.to_thread(self._run, shlex.split(line)[1:], answers, until)
        self.screen.append(written.replace("\r\n", "\n").replace(str(self.folder), SHOWN_AS))

    def _run(self, arguments: Sequence[str], answers: Sequence[str], until: Sequence[str]) -> str:
        ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, COLUMNS, 0, 0))
        command = [sys.executable, "-m", self.module, *arguments]
        with subprocess.Popen(
            command,
            cwd=self.folder,
            env=self.environ,
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
        ) as process:
            os.close(theirs)
            try:
                return self._read(ours, process, list(answers), until)
            finally:
                os.close(ours)
                process.kill()

    @staticmethod
    def _read(ours: int, process: "subprocess.Popen[bytes]", answers: list[str], until: Sequence[str]) -> str:
        said, kept, end = b"", b"", time.monotonic() + _PATIENCE
        while time.monotonic() < end:
            if select.select([ours], [], [], 0.1)[0]:
                try:
                    said += os.read(ours, 65536)
                except OSError:  # how a terminal ends whose last user has gone
                    if process.wait(timeout=_PATIENCE) != 0:
                        raise RuntimeError(f"it ended with {process.returncode}: {said!r}") from None
                    return said.decode()
            if answers and said.endswith(b"] "):
                os.write(ours, f"{answers.pop(0)}\n".encode())
                said += os.read(ours, 65536)  # the terminal shows what is typed
            if until and not kept and said.endswith(b"\n") and all(each.encode() in said for each in until):
                kept = said
                process.send_signal(signal.SIGINT)
            if kept and process.poll() is not None:
                return kept.decode()
        raise TimeoutError(said.decode())


def svg(screen: str, title: str) -> str:
    """A screen with its colours as a picture."""
    console = Console(record=True, width=COLUMNS, file=io.StringIO(), highlight=False)
    console.print(Text("\n").join(Text.from_ansi(line) for line in screen.rstrip().split("\n")), soft_wrap=False)
    drawn = console.export_svg(title=title, theme=_THEME, code_format=_FORMAT, font_aspect_ratio=0.6, unique_id="t")
    return re.sub(r' clip-path="[^"]*"', "", drawn).replace("&#160;", "\u00a0").replace("</text>", "</text>\n")


def words_of(picture: str) -> list[str]:
    """The lines of a picture, without colours and without what it is called."""
    lines: dict[float, str] = {}
    for at, words in re.findall(r'<text class="t-r\d+" x="[^"]*" y="([^"]*)"[^>]*>(.*?)</text>', picture):
        lines[float(at)] = lines.get(float(at), "") + html.unescape(words).replace("\u00a0", " ")
    return [lines[at].rstrip() for at in sorted(lines)]


@asynccontextmanager
async def terminal(module: str = "bot") -> AsyncIterator[Terminal]:
    """One on a folder of its own, without tokens and without models."""
    with tempfile.TemporaryDirectory(prefix="p-") as made:
        folder = Path(made).resolve()
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("DISCORD_", "SLACK_", "HF_", "COLUMNS", "LINES"))
        }
        ours = {"TERM": "xterm-256color", "PYTHONPATH": str(ROOT), "HF_HOME": f"{folder}/models", "NO_PROXY": "*"}
        yield Terminal(folder, kept | ours, module)


async def init(shown: Terminal) -> None:
    await shown.types("pentimento init", "discord", "", "")


async def check_discord(shown: Terminal) -> None:
    async with _discord(shown):
        await shown.types("pentimento check")


async def serve(shown: Terminal) -> None:
    async with _discord(shown):
        await shown.types("pentimento serve", until=("worker ready", "connected to Gateway"))


async def check_slack(shown: Terminal) -> None:
    async with slack_server() as server:
        server.state.add_team()
        shown.environ |= {
            "SLACK_BOT_TOKEN": "xoxb-one",
            "SLACK_APP_TOKEN": APP_TOKEN,
            "PENTIMENTO__SLACK__API_URL": server.api_url,
        }
        await shown.types("pentimento check")


async def models(shown: Terminal) -> None:
    await shown.types("pentimento models --card 12")


async def download(shown: Terminal) -> None:
    with Hub({"org/name": ROOT / "inference" / "pocket"}) as hub:
        shown.environ |= hub.environment(shown.folder / "models")
        await shown.types("pentimento download org/name")


async def backup(shown: Terminal) -> None:
    """Of what a service left that had made some pictures."""
    data_dir = shown.folder / "pentimento-data"
    for picture in (_LEFT / "images").iterdir():
        kept = data_dir / "images" / "kept" / picture.name[:2]
        kept.mkdir(parents=True, exist_ok=True)
        shutil.copy(picture, kept)
    with closing(sqlite3.connect(data_dir / "pentimento.db")) as database:
        database.executescript((_LEFT / "pentimento.sql").read_text(encoding="utf-8"))
    await shown.types("pentimento backup backup-2027-01-31.tar --pictures")
    await shown.types("pentimento restore backup-2027-01-31.tar")
    await shown.types("pentimento cleanup")


@asynccontextmanager
async def _discord(shown: Terminal) -> AsyncIterator[DiscordServer]:
    async with DiscordServer() as server:
        server.channel()
        shown.environ |= {"DISCORD_TOKEN": server.token, "PENTIMENTO__DISCORD__API_URL": server.url}
        yield server


SCREENS: dict[str, Callable[[Terminal], Awaitable[None]]] = {
    "init": init,
    "check-discord": check_discord,
    "serve": serve,
    "check-slack": check_slack,
    "models": models,
    "download": download,
    "backup": backup,
}


async def draw(name: str, *, module: str = "bot") -> str:
    """One of them, anew, by what `module` runs as `pentimento`."""
    async with terminal(module) as shown:
        await SCREENS[name](shown)
        return "".join(shown.screen)


def main() -> None:
    """Write docs/terminal/NAME.svg for each that is named, or for all."""
    OUT.mkdir(exist_ok=True)
    for name in sys.argv[1:] or SCREENS:
        (OUT / f"{name}.svg").write_text(svg(asyncio.run(draw(name)), "pentimento"), encoding="utf-8")


if __name__ == "__main__":
    main()
