"""What a machine of a cluster sends, when it arrives on the bot's: without Ray's cluster, its actor is played."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from inference.api import Done, Event, Failed, FailureKind, Img2ImgRequest, Preview, Step
from inference.processes import protocol

if find_spec("ray") is None:
    pytest.skip("Ray is not installed: make install EXTRAS=ray", allow_module_level=True)

_records = logging.getLogRecordFactory()
from inference.cluster.member import RayMember  # noqa: E402 -- Ray may be absent, and is not to stay in every record

logging.setLogRecordFactory(_records)  # Ray's puts a time of its own into each of the process, in other tests too

DONE = Done(output=Path("/there/out.png"), width=64, height=64, effective_steps=2, seconds=1.0)
SAID = (
    (Step(1, 2), b""),
    (Preview(Path("/there/out.png.preview-1.jpg")), b"a preview"),
    (Step(2, 2), b""),
    (DONE, b"a picture"),
)


class Actor:
    """Says the same of each request."""

    @property
    def run(self) -> "Actor":
        return self

    def options(self, **_options: Any) -> "Actor":
        return self

    def remote(self, *_request: Any) -> AsyncIterator[Awaitable[Any]]:
        return self._said()

    async def _said(self) -> AsyncIterator[Awaitable[Any]]:
        for event, blob in SAID:
            said: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
            said.set_result((protocol.event_to_json(event), blob))
            yield said


async def test_what_a_machine_counted_before_it_was_lost_stays_counted() -> None:
    """It begins at 0 when it is back."""
    member = RayMember(name="a", host="10.0.0.1", node="1", gpu=False, settings={}, backend="")
    stands = {
        "capacity": {"slots": 1, "device": "", "models": {}, "loaded": []},
        "device": {"name": "", "loaded": []},
    }
    told = []
    for pictures in (3, 1):
        member._lost = asyncio.get_running_loop().create_future()
        member._learn({**stands, "counters": {"pictures": pictures, "device_bytes": 8}})
        told.append(member.counters())
        for _ in range(2):
            member._lose("gone")
        told.append(member.counters())
    assert [each["pictures"] for each in told] == [3, 3, 4, 4]
    assert {each["device_bytes"] for each in told} == {8}


async def events_of(output: Path) -> list[Event]:
    member = RayMember(name="a", host="10.0.0.1", node="1", gpu=False, settings={}, backend="")
    member._actor, member._lost = Actor(), asyncio.get_running_loop().create_future()
    request = Img2ImgRequest(
        id="1",
        source=output.with_name("source.png"),
        output=output,
        prompt="a",
        model="m",
        strength=0.5,
        steps=2,
        guidance_scale=1.0,
        seed=1,
    )
    return [event async for event in member.run(request)]


async def test_pictures_arrive_as_files(tmp_path: Path) -> None:
    _, preview, _, done = await events_of(tmp_path / "out.png")
    assert isinstance(preview, Preview)
    assert preview.path.read_bytes() == b"a preview"
    assert isinstance(done, Done)
    assert done.output.read_bytes() == b"a picture"


async def test_a_disk_that_takes_no_result_fails_it_as_on_one_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(file: Path, _content: bytes) -> int:
        raise OSError(28, "No space left on device", str(file))

    monkeypatch.setattr(Path, "write_bytes", full)
    *before, failed = await events_of(tmp_path / "out.png")
    assert before == [Step(1, 2), Step(2, 2)], "a preview that cannot be kept costs nothing"
    assert isinstance(failed, Failed)
    assert (failed.kind, failed.cause) == (FailureKind.UNSAVED, "not-saved")
    assert not [*tmp_path.iterdir()]
