"""One job in the log of machines: its id stands on every line from the command to the delivery."""

import io
import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from config.logging import setup_logging
from config.reading import load_settings
from tests.builders.requests import request
from tests.harness.core import bench


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    """Where the log goes; afterwards it goes where it went before."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    settings = load_settings(None, {"PENTIMENTO__LOG__FORMAT": "json"})
    stream = io.StringIO()
    setup_logging(settings.log, settings.secrets, stream=stream)
    yield stream
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.captureWarnings(capture=False)
    structlog.reset_defaults()


async def test_every_line_about_a_job_is_one_json_object_with_its_id(tmp_path: Path, stream: io.StringIO) -> None:
    async with bench(tmp_path) as at:
        first = (await at.service.submit(request("ann", prompt="a secret wish"))).job.id
        second = (await at.service.submit(request("bob"))).job.id
        await at.shown(first)
        await at.shown(second)
    lines = [json.loads(line) for line in stream.getvalue().splitlines()]
    for job in (first, second):
        told = [line["event"] for line in lines if line.get("job") == job]
        assert told == ["queued", "started", "succeeded", "delivered"]
    assert {"timestamp", "level", "logger"} <= set.intersection(*(set(line) for line in lines))
    assert "a secret wish" not in stream.getvalue()
