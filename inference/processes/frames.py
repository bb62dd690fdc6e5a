"""What goes over a pipe between two processes of ours: bytes after their length in four, most often a JSON object.

Nothing is pickled, so a process that a model or a picture took over could send wrong words but never code.
"""

import json
import struct
import traceback
from collections.abc import Iterator
from typing import Any, BinaryIO

Frame = dict[str, Any]

LENGTH = struct.Struct(">I")
MAX_FRAME = 1 << 24
"""Bytes. The largest thing said are the models with their adapters, of which each costs some hundred bytes; a longer
frame is noise on the pipe."""


class BadFrame(Exception):
    """What arrived is no frame: the other side is broken."""


def pack(frame: Frame) -> bytes:
    """A frame as it goes over the pipe."""
    body = json.dumps(frame, default=str).encode()
    return LENGTH.pack(len(body)) + body


def body_length(head: bytes, most: int = MAX_FRAME) -> int:
    """How many bytes follow these four.

    Raises:
        BadFrame: if there are more than `most`.
    """
    length: int = LENGTH.unpack(head)[0]
    if length > most:
        raise BadFrame(f"a frame of {length} bytes")
    return length


def unpack(body: bytes) -> Frame:
    """The frame in a body.

    Raises:
        BadFrame: if it is none.
    """
    try:
        frame = json.loads(body)
    except (ValueError, RecursionError) as error:  # the latter of brackets within brackets
        raise BadFrame(repr(body[:80])) from error
    if not isinstance(frame, dict) or "frame" not in frame:
        raise BadFrame(repr(body[:80]))
    return frame


def read(pipe: BinaryIO) -> Frame | None:
    """The next frame of a blocking pipe; None if the other side is gone."""
    body = read_bytes(pipe, MAX_FRAME)
    return None if body is None else unpack(body)


def read_all(pipe: BinaryIO) -> Iterator[Frame]:
    """The frames of a blocking pipe until the other side is gone, or says what cannot be read, which is logged."""
    try:
        while (frame := read(pipe)) is not None:
            yield frame
    except BadFrame:
        traceback.print_exc()


def read_bytes(pipe: BinaryIO, most: int) -> bytes | None:
    """The next bytes of a blocking pipe, `most` of them at most; None if the other side is gone.

    Raises:
        BadFrame: if there are more.
    """
    head = pipe.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return None
    length = body_length(head, most)
    body = pipe.read(length)
    return body if len(body) == length else None
