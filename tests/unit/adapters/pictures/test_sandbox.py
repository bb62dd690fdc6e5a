"""What a decoding process that was taken over may say, without a process."""

from collections import deque
from typing import cast

import pytest

from adapters.pictures.sandbox import ChildFailed, Decoder
from inference.processes.child import Child
from inference.processes.frames import BadFrame


class Speaker:
    """Says what it was given, one after the other."""

    def __init__(self, *said: bytes) -> None:
        self._said = deque(said)

    async def send_bytes(self, body: bytes) -> None:
        """Hear it and forget it."""

    async def read_bytes(self, most: int) -> bytes | None:
        if len(self._said[0]) > most:
            raise BadFrame(f"a frame of {len(self._said[0])} bytes")
        return self._said.popleft()


@pytest.mark.parametrize("head", [b"[" * 200_000, b"[]", b"\xff", b'{"refused": "' + b"x" * 10_000_000 + b'"}'])
async def test_an_answer_that_is_none_or_takes_long_to_read_is_a_fault_of_its_process(head: bytes) -> None:
    decoder = Decoder(cast(Child, Speaker(head, b"")))
    with pytest.raises(ChildFailed):
        await decoder.decode(b"a file", {}, most=1 << 28)


async def test_a_picture_may_be_longer_than_what_is_said_of_it() -> None:
    decoder = Decoder(cast(Child, Speaker(b'{"notes": []}', bytes(1 << 20))))
    assert await decoder.decode(b"a file", {}, most=1 << 20) == ({"notes": []}, bytes(1 << 20))
