"""The picture reader: keeps a warm sandboxed process ready and gives each picture a process of its own."""

import asyncio
import dataclasses
import json
import struct
from typing import Self

import structlog

from adapters.pictures.effort import seconds
from adapters.pictures.formats import PictureLimits, check_format
from adapters.pictures.sandbox import ChildFailed, Decoder, Sandbox, start
from bot.domain.errors import FatalError, PictureRefused
from bot.domain.picture import Picture
from bot.texts import megabytes
from inference.processes.child import Child
from inference.processes.supervisor import Loss, Supervisor

_SPARE_SECONDS = 30.0
_START_SECONDS = 30.0  # a busy machine with cold disks; a fifth of a second is usual
_BACKOFF = (1.0, 2.0, 4.0, 8.0, 16.0, 30.0)
_PNG_START = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR"

log = structlog.get_logger(__name__)


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
        steps = (self._start, self._offer, self._lost)
        name = "The process that opens pictures"
        self._supervisor = Supervisor(name, *steps, pauses=_BACKOFF, ready_seconds=_START_SECONDS)
        self._warned = False

    async def __aenter__(self) -> Self:
        """Start the first spare.

        Raises:
            FatalError: if no sandbox can be started here.
        """
        await self._supervisor.__aenter__()
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await self._supervisor.__aexit__(*exc_info)

    def seconds(self, content: bytes, *, enough: int | None = None) -> float:
        """See the port."""
        return seconds(content, enough=enough)

    async def read(self, content: bytes, *, alpha: bool = False, enough: int | None = None) -> Picture:
        """Decode one file in a process of its own; see the port."""
        if not content:
            raise PictureRefused("refused-empty")
        if len(content) > self._limits.max_bytes:
            size, most = megabytes(len(content)), megabytes(self._limits.max_bytes)
            raise PictureRefused("refused-file-size", size=size, most=most)
        check_format(content)
        child = await self._take_spare()
        try:
            async with asyncio.timeout(self._sandbox.wall_seconds):
                longest = self._limits.max_pixels * 4 + 1024**2
                head, png = await child.decode(content, {"alpha": alpha, "enough": enough}, most=longest)
        except (TimeoutError, ChildFailed) as failure:
            ending = await child.stop()
            log.warning("picture not decoded", reason=repr(failure), ending=ending, bytes=len(content))
            raise PictureRefused("refused-broke-off") from None
        finally:
            await child.stop()
        if "refused" in head:
            refusal = PictureRefused(head["refused"], **head["arguments"])
            log.info("picture refused", sentence=str(refusal), because=head.get("because"), bytes=len(content))
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
                    self._supervisor.release()
                    self._spares.task_done()
                    if spare.alive:
                        return spare
                    await spare.stop()
        except TimeoutError:
            raise PictureRefused("refused-cannot-open") from None

    async def _start(self) -> Child:
        settings = dataclasses.asdict(self._sandbox) | {"limits": dataclasses.asdict(self._limits)}
        return await start(json.dumps(settings))

    async def _offer(self, child: Child) -> None:
        """Have a process ready until somebody takes it.

        Raises:
            ChildFailed: it did not come up.
        """
        spare = Decoder(child)
        confined = await spare.warm()
        self._supervisor.ready(child)
        self._supervisor.worked()
        if not confined and not self._warned:
            self._warned = True
            log.warning("pictures are opened without a filter of system calls, as this system has none")
        self._spares.put_nowait(spare)
        await self._spares.join()

    def _lost(self, loss: Loss) -> FatalError | None:
        trouble = (
            f"The process that opens pictures does not start ({loss.ending or loss.fault}): "
            "check that this Python can import Pillow and that memory is free."
        )
        return FatalError(trouble) if loss.first else None
