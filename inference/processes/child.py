"""The parent's end of one process of ours: how it is started, heard and ended."""

import asyncio
import contextlib
import os
import re
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections import deque
from collections.abc import Mapping
from pathlib import Path
from typing import Self

import structlog

from inference.processes import frames

log = structlog.get_logger(__name__)

KEPT = re.compile(
    r"""
      PATH | HOME | USER | TZ | LANG | LANGUAGE | LC_.* | TMPDIR | TEMP | TMP | XDG_CACHE_HOME | XDG_CONFIG_HOME
    | (LD|DYLD)_LIBRARY_PATH | VIRTUAL_ENV | PYTHON(PATH|HOME|UTF8|DONTWRITEBYTECODE|PYCACHEPREFIX)
    | (?i:(HTTPS?|ALL|NO)_PROXY) | SSL_CERT_(FILE|DIR) | (REQUESTS|CURL)_CA_BUNDLE
    | (HF|HUGGINGFACE|DIFFUSERS|CUDA|NVIDIA|NCCL|HIP|ROCR|PYTORCH|OMP|MKL|KMP|OPENBLAS|ONEDNN|DNNL|ATEN)_.* | TORCH.*
    | (HSA|MIOPEN|AMD|GPU|TRITON|ZE|SYCL)_.*
    """,
    re.VERBOSE,
)
"""Variables a worker may see. It is an allow-list: a secret nobody thought of stays outside."""

KEEPS_MEMORY = {
    "MALLOC_ARENA_MAX": "1",
    "MALLOC_MMAP_THRESHOLD_": str(32 << 20),
    "MALLOC_TRIM_THRESHOLD_": str(256 << 20),
}
"""Has glibc keep what large tensors leave for the next ones, up to a quarter of a gigabyte. Else it gives each back
to the system and gets it anew, page by page: on a processor that is a tenth of the time of decoding a picture."""

KEEPS_KERNELS = {"ONEDNN_PRIMITIVE_CACHE_CAPACITY": "8192"}
"""A UNet has some hundred layers, each of which needs a kernel for each size and number of rows. The 1024 that oneDNN
keeps are gone in minutes; making them over and over takes a tenth of the time and breaks memory into pieces."""

ALWAYS = {"HF_HUB_DISABLE_TELEMETRY": "1", "HF_HUB_DISABLE_PROGRESS_BARS": "1", **KEEPS_MEMORY, **KEEPS_KERNELS}

LAST_WORDS = 20
"""Lines of a dead worker's standard error that go into the log with its end."""

MOST_LINES = 200
"""Of 16 kB of standard error that go into the log: who was taken over by a picture must not hold our loop up."""

LONGEST_LINE = 1 << 20
"""Bytes of standard error without an end of line, beyond which they are let go."""

CHUNK = 1 << 18
"""Bytes on their way to a child at a time, so that a member's file is not copied whole."""

STDERR_SECONDS = 1.0
"""How long to read on from a dead process's standard error, which something that it started may hold open."""

REAP_SECONDS = 30.0
"""A killed process that is not gone by then is stuck in the kernel, as with a device that fell off the bus."""


class Unkillable(Exception):
    """A worker survived SIGKILL: it waits inside the kernel, and its device is not usable."""

    def __init__(self, pid: int) -> None:
        super().__init__(f"The worker {pid} cannot be killed: its device needs a reset.")


def worker_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """What of `environment` a worker gets: what models and devices need, and no secret of ours."""
    kept = {name: value for name, value in environment.items() if KEPT.fullmatch(name)}
    here = str(Path(__file__).parents[2])
    return kept | ALWAYS | {"PYTHONPATH": os.pathsep.join(filter(None, (here, kept.get("PYTHONPATH"))))}


class Child:
    """A running process of ours, whose standard error goes into our log. Whoever starts it ends it."""

    def __init__(self, process: Process) -> None:
        assert process.stdin
        assert process.stdout
        assert process.stderr
        self.pid = process.pid
        self._process = process
        self._inbox = process.stdin
        self._outbox = process.stdout
        self._stderr = process.stderr
        self._last_words: deque[str] = deque(maxlen=LAST_WORDS)
        self._listening = asyncio.create_task(self._log_stderr(), name=f"stderr of {self.pid}")
        self._ending: asyncio.Task[str] | None = None

    @classmethod
    async def start(cls, module: str, *arguments: str, environment: Mapping[str, str] | None = None) -> Self:
        """Start `python -m module` in a session of its own, so that it and what it starts can be killed.

        Args:
            module: what is run.
            *arguments: its command line.
            environment: what it gets besides what a worker may see of ours.
        """
        return await cls.spawn(
            sys.executable,
            *("-P", "-X", "faulthandler", "-m", module),
            *arguments,
            *("--parent", str(os.getpid())),
            environment=worker_environment(os.environ) | dict(environment or {}),
        )

    @classmethod
    async def spawn(cls, *command: str, environment: Mapping[str, str], folder: str | None = None) -> Self:
        """Start a command with that environment and nothing of ours, in a session of its own.

        Args:
            *command: a program and its command line.
            environment: all that it gets.
            folder: that it begins in; ours if not given.
        """
        process = await asyncio.create_subprocess_exec(
            *command, stdin=PIPE, stdout=PIPE, stderr=PIPE, env=environment, cwd=folder, start_new_session=True
        )
        return cls(process)

    @property
    def alive(self) -> bool:
        """Whether something may still be heard of it."""
        return self._process.returncode is None and not self._outbox.at_eof()

    def send(self, frame: frames.Frame) -> None:
        """Say something; a worker that is gone does not hear it."""
        if not self._inbox.is_closing():
            self._inbox.write(frames.pack(frame))

    async def send_bytes(self, body: bytes) -> None:
        """Send bytes as fast as they are read.

        Raises:
            ConnectionError: it is gone.
        """
        self._inbox.write(frames.LENGTH.pack(len(body)))
        for start in range(0, len(body), CHUNK):
            self._inbox.write(body[start : start + CHUNK])
            await self._inbox.drain()

    async def read(self) -> frames.Frame | None:
        """The next thing it says; None once it is gone.

        Raises:
            BadFrame: if it says something else.
        """
        body = await self.read_bytes()
        return None if body is None else frames.unpack(body)

    async def read_bytes(self, most: int = frames.MAX_FRAME) -> bytes | None:
        """The next bytes that it sends; None once it is gone.

        Raises:
            BadFrame: if there are more than `most`.
        """
        try:
            head = await self._outbox.readexactly(frames.LENGTH.size)
            return await self._outbox.readexactly(frames.body_length(head, most))
        except (asyncio.IncompleteReadError, ConnectionError):
            return None

    async def _log_stderr(self) -> None:
        """Until it is gone. Progress bars end their lines with a return."""
        rest = ""
        while chunk := await self._stderr.read(1 << 14):
            *lines, rest = re.split(r"[\r\n]+", rest + chunk.decode(errors="replace"))
            for line in lines[-MOST_LINES:]:
                self._note(line)
            if len(rest) > LONGEST_LINE:  # a line that never ends must not fill our memory
                rest = ""
        self._note(rest)

    def _note(self, line: str) -> None:
        if line.strip():
            self._last_words.append(line)
            log.info("worker says", pid=self.pid, line=line)

    def kill(self) -> None:
        """End it and everything it started, whatever they are doing."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)

    async def end(self) -> str:
        """Kill it, wait until it is gone and has been heard out. Whoever is cancelled meanwhile waits for that first.

        Returns:
            How it ended, in words; the same when asked again.

        Raises:
            Unkillable: if it does not go.
        """
        if self._ending is None:
            self._ending = asyncio.create_task(self._end(), name=f"end of {self.pid}")
        ending = self._ending
        try:
            return await asyncio.shield(ending)
        except asyncio.CancelledError:
            await asyncio.wait([ending])  # else it would be killed and never waited for
            if not ending.cancelled():
                ending.exception()  # nobody else asks for it
            raise

    async def _end(self) -> str:
        self.kill()
        self._inbox.close()
        hearing = (self._listening, asyncio.create_task(self._drain(), name=f"rest of {self.pid}"))
        try:
            async with asyncio.timeout(REAP_SECONDS):
                code = await self._process.wait()
        except TimeoutError:
            raise Unkillable(self.pid) from None
        finally:
            await asyncio.wait(hearing, timeout=STDERR_SECONDS)
            for task in hearing:
                task.cancel()
        return signal.Signals(-code).name if code < 0 else f"exit code {code}"

    async def _drain(self) -> None:
        """Read what it still said: for asyncio a child has not ended before its pipes have been read to their end."""
        with contextlib.suppress(RuntimeError, ConnectionError):  # somebody else still reads it, or it broke
            while await self._outbox.read(1 << 16):
                pass

    @property
    def last_words(self) -> list[str]:
        """The last lines it printed."""
        return list(self._last_words)
