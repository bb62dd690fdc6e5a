"""The process that fetches one model: `python -m inference.models.download`, started by `downloads` only.

It needs neither torch nor the device, so it can go on while pictures are made, and can be ended at any time: what has
come is kept.
"""

import os
import threading
import time
from pathlib import Path
from typing import BinaryIO

from inference.api import ModelUnavailable
from inference.models import hub
from inference.models.fetching import ByteCount, fetch
from inference.processes import frames
from inference.processes.lifetime import begin

REPORT_SECONDS = 0.5
EXIT_FAILED = 3


def main() -> None:
    """Fetch what the parent asks for, then leave."""
    _, inbox, outbox = begin()
    asked = frames.read(inbox)
    if asked is None:
        return
    threading.Thread(target=_leave_with, args=(inbox,), daemon=True).start()
    ref = hub.HubRef(**asked["ref"] | {"kind": hub.RepositoryKind(asked["ref"]["kind"])})
    try:
        folder = _fetch(ref, outbox, silence=asked["silence"])
    except ModelUnavailable as error:
        outbox.write(frames.pack({"frame": "unavailable", "message": str(error)}))
        os._exit(EXIT_FAILED)
    except Exception as error:  # noqa: BLE001 -- whatever the hub's client raises, the parent gets a sentence
        sentence = hub.sentence(error, ref.id, ref.kind)
        outbox.write(frames.pack({"frame": "unavailable", "message": sentence}))
        os._exit(EXIT_FAILED)
    outbox.write(frames.pack({"frame": "here", "folder": str(folder)}))


def _leave_with(inbox: BinaryIO) -> None:
    while frames.read(inbox) is not None:
        pass
    os._exit(0)


def _fetch(ref: hub.HubRef, outbox: BinaryIO, *, silence: float) -> Path:
    listing = hub.listing(ref)
    spoken = threading.Lock()
    last = -REPORT_SECONDS

    def news(file: str) -> None:
        nonlocal last
        with spoken:
            now = time.monotonic()
            if file and now - last < REPORT_SECONDS and count.done < count.total:
                return
            last = now
            progress = {"done": count.done, "total": count.total, "file": file, "moved": count.moved}
            outbox.write(frames.pack({"frame": "progress", **progress}))

    count = ByteCount(sum(file.size for file in listing.files), news)
    return fetch(ref, listing, count, silence=silence)


if __name__ == "__main__":
    main()
