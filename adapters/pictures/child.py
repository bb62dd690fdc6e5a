"""The sandboxed process: waits warm, decodes one picture, is thrown away.

It is started with nothing from the environment and without the current folder on its path, dies with its parent, and
before it reads a byte of a member's file it gives up memory, time, files and processes beyond what one picture needs.

Frames are eight bytes of length, big-endian, and that many bytes. In: a byte that says whether to keep what is
transparent, and the file. Out: an empty frame once warm, then
the answer in two: a JSON object (`refused` with a message's name, its `arguments`, and `because` for the log; or what
was learnt of the picture), and the PNG, empty where it refused.
"""

import ctypes
import io
import json
import os
import resource
import signal
import sys
import warnings
from typing import BinaryIO

from PIL import Image, ImageCms

from adapters.pictures.decode import decode
from adapters.pictures.formats import PictureLimits
from bot.domain.errors import PictureRefused

_PR_SET_PDEATHSIG = 1  # linux/prctl.h
_OPEN_FILES = 16


def main() -> None:
    """Serve one picture. Arguments: import root, the parent's process id, settings as JSON."""
    parent, settings = int(sys.argv[2]), json.loads(sys.argv[3])
    _die_with(parent)
    warnings.simplefilter("ignore")  # Pillow warns of oddities; whatever matters raises
    Image.MAX_IMAGE_PIXELS = None  # our limit, with its own sentence, is tested in the same place
    limits = PictureLimits(**settings["limits"])
    _close_in(memory=settings["memory_bytes"], seconds=settings["cpu_seconds"])
    _warm_up(limits)  # inside, so that a sandbox too small for any picture shows at the start
    with os.fdopen(0, "rb") as source, os.fdopen(1, "wb") as sink:
        _write(sink, b"")
        alpha = source.read(1) == b"\1"
        content = source.read(int.from_bytes(source.read(8)))
        if not content:
            return  # not needed any more
        for frame in _answer(content, limits, alpha=alpha):
            _write(sink, frame)


def _answer(content: bytes, limits: PictureLimits, *, alpha: bool) -> tuple[bytes, bytes]:
    try:
        found = decode(content, limits, alpha=alpha)
    except PictureRefused as refusal:
        because = repr(refusal.__cause__)[:500] if refusal.__cause__ else ""
        head = {"refused": refusal.message, "arguments": refusal.arguments, "because": because}
        return json.dumps(head).encode(), b""
    learnt = {"notes": found.notes, "contrast": found.contrast, "made_by_ai": found.made_by_ai}
    return json.dumps(learnt).encode(), found.png


def _write(sink: BinaryIO, frame: bytes) -> None:
    sink.write(len(frame).to_bytes(8))
    sink.write(frame)
    sink.flush()


def _die_with(parent: int) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it died before the line above
        sys.exit()


def _warm_up(limits: PictureLimits) -> None:
    """Decode pictures of our own, so that Pillow has imported and initialised what it does late."""
    exif = Image.Exif()
    exif[0x0112] = 6
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    for kind in ("PNG", "JPEG", "WEBP"):
        own = io.BytesIO()
        Image.new("RGB", (limits.min_side, limits.min_side)).save(own, kind, exif=exif, icc_profile=profile)
        decode(own.getvalue(), limits)


def _close_in(*, memory: int, seconds: int) -> None:
    for kind, most in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_NOFILE, _OPEN_FILES),
        (resource.RLIMIT_NPROC, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),  # no picture of a member's ends up in a core dump
    ):
        hard = resource.getrlimit(kind)[1]
        allowed = most if hard == resource.RLIM_INFINITY else min(most, hard)
        try:
            resource.setrlimit(kind, (allowed, allowed))
        except (ValueError, OSError):
            if sys.platform == "linux":  # macOS knows some of these only by name
                raise
