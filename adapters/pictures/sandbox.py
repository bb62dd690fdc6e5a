"""The parent's side of one sandboxed process, see `child`."""

import json
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from inference.processes.child import Child
from inference.processes.frames import BadFrame
from inference.processes.supervisor import Unusable

_ROOT = Path(__file__).parents[2]
_BOOT = "import sys; sys.path.insert(0, sys.argv[1]); from adapters.pictures.child import main; main()"
_HEAD = 1 << 18  # bytes of what it says in words, at most: they are read on the event loop


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


class ChildFailed(Unusable):
    """The process died, or answered what no child of ours would."""


async def start(settings: str) -> Child:
    """Start a process for a `Decoder`; it is not warm yet.

    Args:
        settings: JSON for `child.main`.
    """
    command = (sys.executable, "-I", "-B", "-c", _BOOT, str(_ROOT), str(os.getpid()), settings)
    # Nothing of our environment, tokens above all, goes in; some Pythons find their own libraries only with this.
    environment = {name: os.environ[name] for name in ("LD_LIBRARY_PATH",) if name in os.environ}
    return await Child.spawn(*command, environment=environment, folder="/")


class Decoder:
    """One process that decodes, once `warm` has returned."""

    def __init__(self, child: Child) -> None:
        self._child = child

    async def warm(self) -> bool:
        """Wait until it can decode.

        Returns:
            Whether it can do nothing but that; else limits alone bound it.

        Raises:
            ChildFailed, KeyError: it did not come up.
        """
        return bool((await self._json())["confined"])

    @property
    def alive(self) -> bool:
        return self._child.alive

    async def decode(self, content: bytes, wanted: Mapping[str, Any], *, most: int) -> tuple[dict[str, Any], bytes]:
        """Have one file decoded.

        Args:
            content: the file.
            wanted: `alpha` and `enough`, as in `bot.ports.PictureReader`.
            most: longest PNG believed, in bytes.

        Returns:
            The answer's head and the PNG, as `child` describes them.

        Raises:
            ChildFailed: with how it ended.
        """
        try:
            for part in (json.dumps(dict(wanted)).encode(), content):
                await self._child.send_bytes(part)
        except ConnectionError as error:
            raise ChildFailed(repr(error)) from error
        return await self._json(), await self._bytes(most=most)

    async def stop(self) -> str:
        """End it at once; returns how it ended."""
        return await self._child.end()

    async def _json(self) -> dict[str, Any]:
        try:
            said = json.loads(await self._bytes(most=_HEAD))
        except (ValueError, RecursionError) as error:
            raise ChildFailed(repr(error)) from error
        if not isinstance(said, dict):
            raise ChildFailed("no answer of ours")
        return said

    async def _bytes(self, *, most: int) -> bytes:
        try:
            body = await self._child.read_bytes(most)
        except BadFrame as error:
            raise ChildFailed(str(error)) from error
        if body is None:
            raise ChildFailed("it ended early")
        return body
