"""Traces as a collector gets them: a real exporter, a real HTTP server, the messages of the published schema."""

import gzip
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from bot import tracing
from bot.domain.errors import FatalError
from tests.builders.requests import request
from tests.harness.core import bench
from tests.servers.serving import HOST, serving


class Collector:
    """What has arrived: spans by name."""

    def __init__(self) -> None:
        self.spans: list[dict[str, object]] = []
        self.service = ""
        self.bodies = b""

    async def take(self, asked: web.Request) -> web.Response:
        body = await asked.read()
        if body[:2] == b"\x1f\x8b":
            body = gzip.decompress(body)
        self.bodies += body
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
            named = {each.key: each.value.string_value for each in resource.resource.attributes}
            self.service = f"{named['service.name']} {named['service.version']}"
            for scope in resource.scope_spans:
                for each in scope.spans:
                    about = {entry.key: entry.value.string_value for entry in each.attributes}
                    took = each.end_time_unix_nano - each.start_time_unix_nano
                    self.spans.append({"name": each.name, "trace": each.trace_id, "took": took, **about})
        return web.Response()


@asynccontextmanager
async def collector() -> AsyncIterator[tuple[Collector, str]]:
    made = Collector()
    app = web.Application()
    app.add_routes([web.post("/v1/traces", made.take)])
    async with serving(app) as port:
        yield made, f"http://{HOST}:{port}/v1/traces"


async def test_a_job_is_one_trace_from_its_command_to_its_messages(tmp_path: Path) -> None:
    async with (
        collector() as (made, endpoint),
        tracing.exporting(endpoint, version="1.2.3"),
        bench(tmp_path) as at,
    ):
        wishes = [request(user, prompt="a secret wish") for user in ("ann", "bob")]
        jobs = [(await at.service.submit(wish)).job.id for wish in wishes]
        for job in jobs:
            await at.shown(job)
    assert made.service == "pentimento 1.2.3"
    assert {each["job"] for each in made.spans} == set(jobs)
    for job in jobs:
        told = [each for each in made.spans if each["job"] == job]
        assert {"accept", "wait", "picture", "message"} <= {each["name"] for each in told}
        assert len({each["trace"] for each in told}) == 1
        assert all(isinstance(each["took"], int) and each["took"] >= 0 for each in told)
    assert len({each["trace"] for each in made.spans}) == len(jobs)
    assert b"a secret wish" not in made.bodies


async def test_without_an_endpoint_nothing_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.trace", None)
    async with tracing.exporting("", version="1"):
        with tracing.span("picture", "job"):
            tracing.passed("wait", "job", begun=1.0, ended=2.0)


async def test_an_endpoint_without_the_library_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.trace", None)
    with pytest.raises(FatalError, match="with EXTRAS=tracing"):
        async with tracing.exporting("http://127.0.0.1:9/v1/traces", version="1"):
            raise AssertionError("entered")
