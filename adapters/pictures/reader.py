"""The picture reader: keeps a warm sandboxed process ready and gives each picture a process of its own."""

import asyncio
import dataclasses
import json
import struct
from typing import Self

import structlog

from adapters.pictures.effort import seconds
from adapters.pictures.formats import PictureLimits, check_format
from adapters.pictures.sandbox import ChildFailed, Decoder, Sandbox
from bot.domain.errors import FatalError, PictureRefused
from bot.domain.picture import Picture
from inference.processes.backoff import Backoff

_SPARE_SECONDS = 30.0
_BACKOFF = (1.0, 2.0, 4.0, 8.0, 16.0, 30.0)
_PNG_START = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR"

_log = structlog.get_logger(__name__)


class SandboxedPictureReader:
    """`PictureReader` by throw-away processes. An async context manager; who calls bounds how many run side by side.

    Args:
        limits: what a picture may be.
        sandbox: what decoding it may cost.
    """

    def __init__(self, *, limits: PictureLimits | None = None, sandbox: Sandbox | None = None) -> None:
        self._limits = limits or PictureLimits()
        self._sandbox = sandbox or Sandbox()
        self._spares: asyncio.Queue[Decoder] = asyncio.Queue()
        self._missing = asyncio.Semaphore(0)
        self._group = asyncio.TaskGroup()
        self._keeper: asyncio.Task[None] | None = None
        self._warned = False

    async def __aenter__(self) -> Self:
        """Start the first spare.

        Raises:
            FatalError: if no sandbox can be started here.
        """
        try:
            self._spares.put_nowait(await self._start())
        except ChildFailed as failure:
            raise FatalError(
                f"The process that opens pictures does not start ({failure}): "
                "check that this Python can import Pillow and that memory is free."
            ) from failure
        await self._group.__aenter__()
        self._keeper = self._group.create_task(self._keep_a_spare(), name="picture-spares")
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        assert self._keeper is not None
        self._keeper.cancel()
        await self._group.__aexit__(None, None, None)
        while not self._spares.empty():
            await self._spares.get_nowait().stop()

    def seconds(self, content: bytes, *, enough: int | None = None) -> float:
        """See the port."""
        return seconds(content, enough=enough)

    async def read(self, content: bytes, *, alpha: bool = False, enough: int | None = None) -> Picture:
        """Decode one file in a process of its own; see the port."""
        if not content:
            raise PictureRefused("refused-empty")
        if len(content) > self._limits.max_bytes:
            size, most = _megabytes(len(content)), _megabytes(self._limits.max_bytes)
            raise PictureRefused("refused-file-size", size=size, most=most)
        check_format(content)
        child = await self._take_spare()
        try:
            async with asyncio.timeout(self._sandbox.wall_seconds):
                longest = self._limits.max_pixels * 4 + 1024**2
                head, png = await child.decode(content, {"alpha": alpha, "enough": enough}, most=longest)
        except (TimeoutError, ChildFailed) as failure:
            ending = await child.stop()
            _log.warning("picture_not_decoded", why=repr(failure), ending=ending, bytes=len(content))
            raise PictureRefused("refused-broke-off") from None
        finally:
            await child.stop()
        if "refused" in head:
            refusal = PictureRefused(head["refused"], **head["arguments"])
            _log.info("picture_refused", sentence=str(refusal), because=head.get("because"), bytes=len(content))
            raise refusal
        if not png.startswith(_PNG_START):
            raise PictureRefused("refused-unusable")
        width, height = struct.unpack_from(">II", png, len(_PNG_START))
        return Picture(
            png=png,
            width=width,
            height=height,
            notes=tuple(head.get("notes", ())),
            contrast=head.get("contrast"),
            made_by_ai=bool(head.get("made_by_ai")),
            scaled=bool(head.get("scaled")),
        )

    async def _take_spare(self) -> Decoder:
        """A living spare; one that died while it waited costs nobody a picture."""
        try:
            async with asyncio.timeout(_SPARE_SECONDS):
                while True:
                    spare = await self._spares.get()
                    self._missing.release()
                    if spare.alive:
                        return spare
                    await spare.stop()
        except TimeoutError:
            raise PictureRefused("refused-cannot-open") from None

    async def _keep_a_spare(self) -> None:
        backoff = Backoff(_BACKOFF)
        while True:
            await self._missing.acquire()
            try:
                self._spares.put_nowait(await self._start())
            except ChildFailed as failure:
                pause = backoff.lost()
                _log.warning("picture_sandbox_not_started", why=str(failure), retry_in=pause)
                await asyncio.sleep(pause)
                self._missing.release()
            else:
                backoff.worked()

    async def _start(self) -> Decoder:
        settings = dataclasses.asdict(self._sandbox) | {"limits": dataclasses.asdict(self._limits)}
        child = await Decoder.start(json.dumps(settings))
        if not child.confined and not self._warned:
            self._warned = True
            _log.warning("picture_sandbox_without_filter", why="this system has no filter of system calls")
        return child


def _megabytes(count: int) -> str:
    return f"{count / 1024**2:.3g}"
