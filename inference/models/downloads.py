"""The parent's side of fetching models: a process for each, watched for silence and never for how long it takes."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator
from dataclasses import asdict, dataclass
from pathlib import Path

from inference.api import ModelUnavailable
from inference.models.hub import HubRef
from inference.processes.child import Child

SILENCE_SECONDS = 300.0
"""Without a single byte for so long a download is stuck."""

RATE_SECONDS = 30.0
"""Over which the rate is counted."""


@dataclass(frozen=True, slots=True)
class DownloadProgress:
    """How much of a model has come.

    Attributes:
        done, total: bytes.
        file: that is at work.
        rate: bytes in a second, lately; 0 if that is not known yet.
        at: seconds of the loop's clock.
    """

    done: int
    total: int
    file: str = ""
    rate: float = 0.0
    at: float = 0.0

    @property
    def seconds_left(self) -> float | None:
        """At the rate of late; None if that is not known."""
        return (self.total - self.done) / self.rate if self.rate > 0 else None

    def in_sentence(self) -> str:
        """For people at a terminal."""
        left = "" if self.seconds_left is None else f", about {max(1, round(self.seconds_left / 60))} min left"
        return f"{self.done / 1e9:.2f} of {self.total / 1e9:.2f} GB{left}"

    def in_words(self) -> dict[str, str]:
        """For a line in the log."""
        words = {"done": f"{self.done / 1e9:.2f}GB", "of": f"{self.total / 1e9:.2f}GB", "file": self.file}
        if self.seconds_left is not None:
            words |= {"rate": f"{self.rate / 1e6:.1f}MB/s", "left": f"{self.seconds_left:.0f}s"}
        return words


class Rate:
    """Bytes in a second over the last `RATE_SECONDS`."""

    def __init__(self) -> None:
        self._seen: deque[tuple[float, int]] = deque()

    def note(self, done: int, now: float) -> float:
        """`done` bytes are here at the second `now`; returns the rate."""
        self._seen.append((now, done))
        while now - self._seen[0][0] > RATE_SECONDS:
            self._seen.popleft()
        (began, before), (ended, after) = self._seen[0], self._seen[-1]
        return max(0.0, (after - before) / (ended - began)) if ended > began else 0.0


async def fetched(
    ref: HubRef, *, name: str, silence: float = SILENCE_SECONDS
) -> AsyncGenerator[DownloadProgress | Path, None]:
    """Fetch a model in a process of its own; closing the iterator ends that, and what has come stays.

    Args:
        ref: where on the hub it is.
        name: what people call it, for sentences.
        silence: seconds without a byte after which it counts as stuck.

    Yields:
        How far it is, whenever that changes; at last its folder, or its file.

    Raises:
        ModelUnavailable: it cannot be had, with the mend.
    """
    try:
        child = await Child.start("inference.models.download")
    except OSError as error:
        raise ModelUnavailable(
            f"The download of {name!r} cannot be started ({error.strerror}): check that memory and open files are "
            "not used up."
        ) from None
    clock = asyncio.get_running_loop().time
    rate, moved, alive = Rate(), -1, clock()
    try:
        child.send({"frame": "fetch", "ref": asdict(ref), "silence": min(silence / 4, 60.0)})
        while True:
            try:
                async with asyncio.timeout_at(alive + silence):
                    frame = await child.read()
            except TimeoutError:
                raise ModelUnavailable(
                    f"The download of {name!r} has stood still for {silence:.0f} seconds: check the network and try "
                    f"again, or fetch it with `pentimento download {name}`; what has come is kept."
                ) from None
            match frame:
                case {"frame": "progress", "done": int(done), "total": int(total), "file": str(file), "moved": now}:
                    if now != moved:
                        moved, alive = now, clock()
                    yield DownloadProgress(done, total, file, rate.note(done, clock()), clock())
                case {"frame": "here", "folder": str(folder)}:
                    yield Path(folder)
                    return
                case {"frame": "unavailable", "message": str(message)}:
                    raise ModelUnavailable(message)
                case _:
                    raise ModelUnavailable(
                        f"The download of {name!r} was ended from outside: try again; what has come is kept."
                    )
    finally:
        await child.end()
