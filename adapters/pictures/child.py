"""The sandboxed process: waits warm, decodes one picture, is thrown away.

It is started with nothing from the environment and without the current folder on its path, dies with its parent, and
before it reads a byte of a member's file it gives up whatever one picture does not need (`confine`).

What is said has its length before it (`inference.processes.frames`). In: a JSON object that says how to decode
(`alpha`, `enough`), and the file. Out: once warm a JSON object that says whether it is `confined`, then the answer in
two: a JSON object (`refused` with a message's name, its `arguments`, and `because` for the log; or what was learnt of
the picture), and the PNG, empty if it refused.
"""

import dataclasses
import io
import json
import os
import sys
import warnings
from typing import Any, BinaryIO

from PIL import Image, ImageCms

from adapters.pictures import iso
from adapters.pictures.confine import close_in, limit
from adapters.pictures.decode import decode
from adapters.pictures.formats import PictureLimits
from bot.domain.errors import PictureRefused
from inference.processes import frames
from inference.processes.lifetime import die_with

_WARM_UP = ("PNG", "JPEG", "WEBP", "AVIF", "GIF", "BMP", "ICO")


def main() -> None:
    """Serve one picture. Arguments: import root, the parent's process id, settings as JSON."""
    parent, settings = int(sys.argv[2]), json.loads(sys.argv[3])
    die_with(parent)
    warnings.simplefilter("ignore")  # Pillow warns of oddities; whatever matters raises
    Image.MAX_IMAGE_PIXELS = None  # our limit, with its own sentence, is tested in the same place
    limits = PictureLimits(**settings["limits"])
    limit(memory=settings["memory_bytes"], seconds=settings["cpu_seconds"])
    _warm_up(limits)  # inside, so that a sandbox too small for any picture shows at the start
    with os.fdopen(0, "rb") as source, os.fdopen(1, "wb") as sink:
        confined = close_in()
        if not confined:
            iso.without_threads()
        _write(sink, json.dumps({"confined": confined}).encode())
        wanted = frames.read_bytes(source, frames.MAX_FRAME)
        content = frames.read_bytes(source, limits.max_bytes)
        if wanted is None or content is None:
            return  # not needed any more
        for body in _answer(content, limits, json.loads(wanted)):
            _write(sink, body)


def _answer(content: bytes, limits: PictureLimits, wanted: dict[str, Any]) -> tuple[bytes, bytes]:
    try:
        found = decode(content, limits, **wanted)
    except PictureRefused as refusal:
        because = repr(refusal.__cause__)[:500] if refusal.__cause__ else ""
        head = {"refused": refusal.message, "arguments": refusal.arguments, "because": because}
        return json.dumps(head).encode(), b""
    learnt = {name.name: getattr(found, name.name) for name in dataclasses.fields(found) if name.name != "png"}
    return json.dumps(learnt).encode(), found.png


def _write(sink: BinaryIO, body: bytes) -> None:
    sink.write(frames.LENGTH.pack(len(body)))
    sink.write(body)
    sink.flush()


def _warm_up(limits: PictureLimits) -> None:
    """Decode pictures of our own, so that Pillow has imported and initialised what it does late."""
    exif = Image.Exif()
    exif[0x0112] = 6
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for kind in _WARM_UP:
        own = io.BytesIO()
        Image.new("RGB", (limits.min_side, limits.min_side)).save(own, kind, exif=exif, icc_profile=profile)
        decode(own.getvalue(), limits)
