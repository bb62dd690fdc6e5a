"""The parent's side of one sandboxed process, see `child`."""

import asyncio
import contextlib
import json
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

_ROOT = Path(__file__).parents[2]
_BOOT = "import sys; sys.path.insert(0, sys.argv[1]); from adapters.pictures.child import main; main()"
_START_SECONDS = 30.0  # a busy machine with cold disks; a fifth of a second is usual
_CHUNK = 1 << 18  # on its way to the child at a time, so that a file is not copied whole


@dataclass(frozen=True, slots=True, kw_only=True)
class Sandbox:
    """What decoding one picture may cost.

    Attributes:
        memory_bytes: address space of the process, interpreter and libraries (about 100 MB) included.
        cpu_seconds: processor time.
        wall_seconds: from handing the file over to the answer.
    """

    memory_bytes: int = 2 * 1024**3
    cpu_seconds: int = 15
    wall_seconds: float = 30.0


class ChildFailed(Exception):
    """The process died, or answered what no child of ours would."""


class Child:
    """One warm process. Whoever starts it stops it.

    Attributes:
        confined: whether it can do nothing but decode; else limits alone bound it.
    """

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self.confined = False

    @classmethod
    async def start(cls, settings: str) -> Self:
        """Start one and wait until it is warm.

        Args:
            settings: JSON for `child.main`.

        Raises:
            ChildFailed: if it does not come up.
        """
        command = (sys.executable, "-I", "-B", "-c", _BOOT, str(_ROOT), str(os.getpid()), settings)
        # Nothing of our environment, tokens above all, goes in; some Pythons find their own libraries only with this.
        environment = {name: os.environ[name] for name in ("LD_LIBRARY_PATH",) if name in os.environ}
        try:
            process = await asyncio.create_subprocess_exec(
                *command,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                env=environment,
                cwd="/",
                start_new_session=True,  # Ctrl-C at a terminal is for the bot, which then stops its children
            )
        except OSError as error:
            raise ChildFailed(str(error)) from error
        child = cls(process)
        try:
            async with asyncio.timeout(_START_SECONDS):
                child.confined = bool((await child._json(most=_CHUNK))["confined"])
        except BaseException as error:
            await child.stop()
            if isinstance(error, TimeoutError | ChildFailed | KeyError):
                raise ChildFailed(f"it did not get ready, exit code {process.returncode}") from error
            raise
        return child

    @property
    def alive(self) -> bool:
        assert self._process.stdout is not None
        return self._process.returncode is None and not self._process.stdout.at_eof()

    async def decode(self, content: bytes, wanted: Mapping[str, Any], *, most: int) -> tuple[dict[str, Any], bytes]:
        """Have one file decoded.

        Args:
            content: the file.
            wanted: `alpha` and `enough`, as in `bot.ports.PictureReader`.
            most: longest answer believed, in bytes.

        Returns:
            The answer's head and the PNG, as `child` describes them.

        Raises:
            ChildFailed: with how it ended.
        """
        sink = self._process.stdin
        assert sink is not None
        try:
            for part in (json.dumps(dict(wanted)).encode(), content):
                sink.write(len(part).to_bytes(8))
                for start in range(0, len(part), _CHUNK):
                    sink.write(part[start : start + _CHUNK])
                    await sink.drain()
            head = await self._json(most=most)
            png = await self._frame(most=most)
        except ConnectionError as error:
            raise ChildFailed(repr(error)) from error
        return head, png

    async def stop(self) -> int | None:
        """End it at once.

        Returns:
            Its exit code; minus the signal if one ended it.
        """
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()
        await self._process.communicate()
        return self._process.returncode

    async def _json(self, *, most: int) -> dict[str, Any]:
        try:
            said = json.loads(await self._frame(most=most))
        except ValueError as error:
            raise ChildFailed(repr(error)) from error
        if not isinstance(said, dict):
            raise ChildFailed("no answer of ours")
        return said

    async def _frame(self, *, most: int) -> bytes:
        length = int.from_bytes(await self._exactly(8))
        if length > most:
            raise ChildFailed(f"an answer of {length} bytes")
        return await self._exactly(length)

    async def _exactly(self, count: int) -> bytes:
        assert self._process.stdout is not None
        try:
            return await self._process.stdout.readexactly(count)
        except asyncio.IncompleteReadError as error:
            raise ChildFailed("it ended early") from error
