"""The sandbox around decoding: what it closes off, and that no child's fate reaches the bot."""

import asyncio
import contextlib
import functools
import os
import resource
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
from PIL import Image

from adapters.pictures.formats import PictureLimits
from adapters.pictures.reader import SandboxedPictureReader
from adapters.pictures.sandbox import Sandbox
from bot.domain.errors import FatalError, PictureRefused
from tests.builders.pictures import black_png, quarters, saved

linux = pytest.mark.skipif(sys.platform != "linux", reason="looks into processes as Linux shows them")
ROOT = Path(__file__).parents[2]


def children() -> list[psutil.Process]:
    """The processes that decode; an engine that other tests of this process share is none of them."""
    found = []
    for child in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):
            if "adapters.pictures.child" in " ".join(child.cmdline()):
                found.append(child)
    return found


@functools.cache
def big_picture() -> bytes:
    """Seconds of work: noise packs badly."""
    return saved(Image.effect_noise((6000, 6000), 90).convert("RGB"), "JPEG")


@linux
async def test_a_waiting_child_has_no_secrets_and_little_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISCORD_TOKEN", "secret-token")
    async with SandboxedPictureReader(sandbox=Sandbox(memory_bytes=10**9, cpu_seconds=7)):
        (child,) = children()
        assert "secret-token" not in str(child.environ()) + str(child.cmdline())
        assert set(child.environ()) <= {"LD_LIBRARY_PATH"}
        assert child.cwd() == "/"
        bounds = {
            resource.RLIMIT_AS: 10**9,
            resource.RLIMIT_CPU: 7,
            resource.RLIMIT_NOFILE: 16,
            resource.RLIMIT_FSIZE: 0,
            resource.RLIMIT_CORE: 0,
        }
        assert {kind: child.rlimit(kind) for kind in bounds} == {kind: (most, most) for kind, most in bounds.items()}
        status = Path(f"/proc/{child.pid}/status").read_text()
        assert "NoNewPrivs:\t1" in status
        assert "Seccomp:\t2" in status  # filtered
    assert not children()


INTRUSIONS = {
    "reads its parent's environment": "open(f'/proc/{os.getppid()}/environ').read()",
    "reads any file": "open('/etc/passwd').read()",
    "writes a file": "os.open('/tmp/x', os.O_CREAT | os.O_WRONLY)",
    "lists a folder": "os.listdir('/')",
    "opens a connection": "socket.socket()",
    "starts a process": "subprocess.run(['/bin/true'])",
    "forks": "os.fork()",
    "becomes another program": "os.execv('/bin/true', ['true'])",
    "kills its parent": "os.kill(os.getppid(), 0)",
}


@linux
@pytest.mark.parametrize("attempt", INTRUSIONS.values(), ids=INTRUSIONS)
def test_taken_over_it_could_do_nothing(attempt: str) -> None:
    """The attempt works before the process closes itself in, and not after."""
    code = (
        "import os, socket, subprocess, sys, threading\n"
        "from adapters.pictures.confine import close_in\n"
        "assert close_in()\n"
        "thread = threading.Thread(target=list); thread.start(); thread.join()\n"
        f"try: {attempt}\n"
        "except OSError as error: os._exit(7 if isinstance(error, PermissionError) else 8)\n"
        "os._exit(0)\n"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 7


def test_nothing_is_imported_once_it_is_closed_in() -> None:
    """Modules are files: what a picture needs has to be there before."""
    code = (
        "import sys\n"
        "from adapters.pictures.child import _warm_up\n"
        "from adapters.pictures.decode import decode\n"
        "from adapters.pictures.formats import PictureLimits\n"
        "_warm_up(PictureLimits())\n"
        "before = set(sys.modules)\n"
        "from tests.builders.corpus import CORPUS, BOMBS\n"
        "from pathlib import Path\n"
        "odd = [path.read_bytes() for path in Path('tests/odd_pictures').iterdir()]\n"
        "files = odd + [odd.build() for odd in CORPUS if odd not in BOMBS]\n"
        "for name in set(sys.modules) - before: sys.modules.pop(name)\n"
        "for content in files:\n"
        "    try: decode(content, PictureLimits())\n"
        "    except Exception: pass\n"
        "print(*sorted(set(sys.modules) - before))\n"
    )
    found = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True)
    assert found.stdout.split() == []


async def test_every_picture_has_a_child_of_its_own() -> None:
    async with SandboxedPictureReader() as reader:
        seen = set()
        for _ in range(4):
            (child,) = children()
            seen.add(child.pid)
            await reader.read(saved(quarters(), "PNG"))
            while not reader._spares.qsize():
                await asyncio.sleep(0.01)
        assert len(seen) == 4
    assert not children()


async def test_many_at_once() -> None:
    async with SandboxedPictureReader() as reader:
        pictures = await asyncio.gather(*(reader.read(saved(quarters((80 + n, 90)), "PNG")) for n in range(12)))
    assert [picture.width for picture in pictures] == [80 + n for n in range(12)]


async def test_a_spare_that_died_waiting_is_not_noticed() -> None:
    async with SandboxedPictureReader() as reader:
        (child,) = children()
        child.kill()
        while psutil.pid_exists(child.pid):
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.01)  # the loop hears of it a turn later
        assert (await reader.read(saved(quarters(), "PNG"))).width == 96


async def test_a_child_killed_over_a_picture_is_a_refusal_and_the_next_works() -> None:
    async with SandboxedPictureReader() as reader:
        (child,) = children()
        child.suspend()
        reading = asyncio.create_task(reader.read(saved(quarters(), "PNG")))
        await asyncio.sleep(0.05)
        child.kill()
        with pytest.raises(PictureRefused, match="broke off"):
            await reading
        assert (await reader.read(saved(quarters(), "PNG"))).width == 96


async def test_a_child_that_hangs_is_given_up_and_the_next_works() -> None:
    async with SandboxedPictureReader(sandbox=Sandbox(wall_seconds=1.5)) as reader:
        (child,) = children()
        child.suspend()
        with pytest.raises(PictureRefused, match="too long"):
            await reader.read(saved(quarters(), "PNG"))
        reader._sandbox = Sandbox()  # a busy machine may take longer than that
        assert not psutil.pid_exists(child.pid)
        assert (await reader.read(saved(quarters(), "PNG"))).width == 96


async def test_processor_time_is_bounded() -> None:
    async with SandboxedPictureReader(sandbox=Sandbox(cpu_seconds=1)) as reader:
        with pytest.raises(PictureRefused, match="too long"):
            await reader.read(big_picture())
        assert (await reader.read(saved(quarters(), "PNG"))).width == 96


@linux
async def test_memory_is_bounded() -> None:
    async with SandboxedPictureReader(sandbox=Sandbox(memory_bytes=200 * 1024**2)) as reader:
        with pytest.raises(PictureRefused, match="more memory"):
            await reader.read(black_png(7000, 5000, depth=8, colour=6))
        assert (await reader.read(saved(quarters(), "PNG"))).width == 96


async def test_a_cancelled_read_leaves_no_child_behind() -> None:
    async with SandboxedPictureReader() as reader:
        (child,) = children()
        child.suspend()
        reading = asyncio.create_task(reader.read(saved(quarters(), "PNG")))
        await asyncio.sleep(0.05)
        reading.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reading
        assert not psutil.pid_exists(child.pid)
        assert (await reader.read(saved(quarters(), "PNG"))).width == 96


async def test_limits_are_the_owners() -> None:
    limits = PictureLimits(max_bytes=5000, max_pixels=20_000, min_side=10, max_aspect=2)
    async with SandboxedPictureReader(limits=limits) as reader:
        assert (await reader.read(saved(quarters((20, 12)), "PNG"))).width == 20
        for content, sentence in (
            (saved(quarters((200, 150)), "PNG"), "0.03 megapixels .200 x 150., 0.02 megapixels is the most"),
            (saved(quarters((9, 12)), "PNG"), "each side needs at least 10"),
            (saved(quarters((50, 20)), "PNG"), "more than 2 times as long as wide"),
            (bytes(2_000_000), "1.91 MB"),
        ):
            with pytest.raises(PictureRefused, match=sentence):
                await reader.read(content)


async def test_where_no_child_can_start_the_bot_does_not() -> None:
    with pytest.raises(FatalError, match="does not start"):
        async with SandboxedPictureReader(sandbox=Sandbox(memory_bytes=1000)):
            pass
    assert not children()


@linux
async def test_no_child_outlives_a_bot_that_was_killed() -> None:
    """One waits warm, one is in the middle of a picture."""
    code = (
        "import asyncio, sys\n"
        "from adapters.pictures.reader import SandboxedPictureReader\n"
        "async def main():\n"
        "    content = sys.stdin.buffer.read()\n"
        "    async with SandboxedPictureReader() as reader, asyncio.TaskGroup() as group:\n"
        "        group.create_task(reader.read(content))\n"
        "        while reader._spares.empty(): await asyncio.sleep(0.01)\n"
        "        await asyncio.sleep(0.3)\n"
        "        print('reading', flush=True)\n"
        "        await asyncio.sleep(60)\n"
        "asyncio.run(main())\n"
    )
    bot = await asyncio.create_subprocess_exec(
        sys.executable, "-c", code, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert bot.stdin is not None
    assert bot.stdout is not None
    bot.stdin.write(big_picture())
    bot.stdin.write_eof()
    assert await bot.stdout.readline() == b"reading\n"
    offspring = psutil.Process(bot.pid).children()
    assert len(offspring) == 2
    os.kill(bot.pid, signal.SIGKILL)
    await bot.wait()
    gone, alive = await asyncio.to_thread(psutil.wait_procs, offspring, timeout=30)
    assert len(gone) == 2, alive
