"""The process that talks to a cluster, without one."""

import asyncio
import io
import logging
import threading
from importlib.util import find_spec
from typing import Any

import pytest

if find_spec("ray") is None:
    pytest.skip("Ray is not installed: make install EXTRAS=ray", allow_module_level=True)

_records = logging.getLogRecordFactory()
from inference.cluster import __main__ as process  # noqa: E402 -- Ray may be absent, and is not to stay in every record

logging.setLogRecordFactory(_records)


async def test_a_head_that_is_away_takes_one_thread_however_long(monkeypatch: pytest.MonkeyPatch) -> None:
    """The others bring what the machines make."""
    back, looks = threading.Event(), 0

    def nodes() -> list[dict[str, Any]]:
        nonlocal looks
        looks += 1
        back.wait(60)
        return []

    monkeypatch.setattr("ray.nodes", nodes)
    monkeypatch.setattr(process, "LOOK_SECONDS", 0.001)
    pool = process.ClusterPool({"settings": {}, "backend": ""}, io.BytesIO())
    watching = asyncio.create_task(pool._watch())
    for _ in range(100):
        await asyncio.sleep(0.002)
    assert looks <= 1, "that one, if it has begun"
    back.set()
    async with asyncio.timeout(60):
        while looks < 3:
            await asyncio.sleep(0.001)
    watching.cancel()
