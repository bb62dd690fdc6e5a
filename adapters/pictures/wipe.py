"""Before and after as one short animation: a line goes over the picture and back, and uncovers the result."""

import io
import math

from PIL import Image, ImageDraw

_SIDE = 512
_FRAMES = 24
_HELD = 900
_STEP = 60
"""Milliseconds: of the two ends, and of each step between them."""

_QUALITY = 75


def wipe(before: Image.Image, after: Image.Image) -> bytes:
    """An animated WebP that never ends: the source, the line on its way, the result, and back.

    Args:
        before: RGB; scaled to the result's form.
        after: RGB; its longer side becomes 512 pixels at most.
    """
    shown = after.copy()
    shown.thumbnail((_SIDE, _SIDE), Image.Resampling.LANCZOS)
    source = before.resize(shown.size, Image.Resampling.LANCZOS)
    width = shown.width
    shares = [(1 - math.cos(math.pi * step / _FRAMES)) / 2 for step in range(_FRAMES + 1)]  # eased at both ends
    there = [_split(source, shown, round(width * share)) for share in shares]
    frames = [*there, *reversed(there[1:-1])]
    durations = [_HELD if place in {0, _FRAMES} else _STEP for place in range(len(frames))]
    buffer = io.BytesIO()
    frames[0].save(
        buffer,
        "WEBP",
        save_all=True,
        append_images=frames[1:],
        duration=durations,
        loop=0,
        quality=_QUALITY,
        method=2,
    )
    return buffer.getvalue()


def _split(before: Image.Image, after: Image.Image, at: int) -> Image.Image:
    whole = before.copy()
    if at > 0:
        whole.paste(after.crop((0, 0, at, after.height)), (0, 0))
    if 0 < at < after.width:
        ImageDraw.Draw(whole).line((at, 0, at, after.height), fill="white", width=2)
    return whole
