"""The health server over a real socket."""

import asyncio
import json
import socket
from collections.abc import Iterable

import aiohttp
import pytest

from adapters.web.health import Reading, serve_health
from bot.domain.errors import FatalError
from tests.harness.ports import free_port

HOST = "127.0.0.1"


async def _get(port: int, path: str, accept: str = "*/*") -> tuple[int, str, str]:
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"http://{HOST}:{port}{path}", headers={"Accept": accept}) as response,
    ):
        return response.status, response.headers["Content-Type"], await response.text()


def _nothing() -> Iterable[Reading]:
    return ()


async def test_healthz_says_that_the_loop_answers_whatever_else_is_wrong() -> None:
    port = free_port()
    async with serve_health(host=HOST, port=port, readings=_nothing, troubles=lambda: {"disk": "It is full."}):
        assert (await _get(port, "/healthz"))[::2] == (200, "ok\n")


async def test_readyz_says_ready_or_what_is_wrong_in_text_or_json() -> None:
    troubles = {"discord": "The bot is not connected to Discord.", "disk": "It is full."}
    port = free_port()
    async with serve_health(host=HOST, port=port, readings=_nothing, troubles=lambda: troubles):
        told = "discord: The bot is not connected to Discord.\ndisk: It is full.\n"
        assert (await _get(port, "/readyz"))[::2] == (503, told)
        status, content_type, text = await _get(port, "/readyz", accept="application/json")
        assert (status, content_type) == (503, "application/json; charset=utf-8")
        assert json.loads(text) == {"ready": False, "reasons": troubles}
        troubles = {}
        assert (await _get(port, "/readyz"))[::2] == (200, "ready\n")
        assert json.loads((await _get(port, "/readyz", accept="application/json"))[2])["ready"]


async def test_metrics_are_read_afresh_at_each_scrape() -> None:
    waiting = 2.0

    def readings() -> Iterable[Reading]:
        yield Reading(name="jobs_waiting", help="Jobs in the queue.", value=waiting)
        for status, count in (("succeeded", 5.0), ("failed", 1.0)):
            labels = {"status": status}
            yield Reading(name="jobs", help="Jobs that ended.", value=count, kind="counter", labels=labels)

    port = free_port()
    async with serve_health(host=HOST, port=port, readings=readings, troubles=dict):
        status, content_type, text = await _get(port, "/metrics")
        waiting = 3.0
        _, _, later = await _get(port, "/metrics")
    assert status == 200
    assert content_type.startswith("text/plain; version=")
    lines = text.splitlines()
    assert "# HELP pentimento_jobs_waiting Jobs in the queue." in lines
    assert "# TYPE pentimento_jobs_waiting gauge" in lines
    assert "pentimento_jobs_waiting 2.0" in lines
    assert lines.count("# TYPE pentimento_jobs_total counter") == 1
    assert 'pentimento_jobs_total{status="succeeded"} 5.0' in lines
    assert 'pentimento_jobs_total{status="failed"} 1.0' in lines
    assert any(line.startswith("process_resident_memory_bytes ") for line in lines)
    assert "pentimento_jobs_waiting 3.0" in later.splitlines()


async def test_a_scraper_that_asks_for_openmetrics_gets_it() -> None:
    port = free_port()
    async with serve_health(host=HOST, port=port, readings=_nothing, troubles=dict):
        _, content_type, text = await _get(port, "/metrics", "application/openmetrics-text; version=1.0.0")
    assert content_type.startswith("application/openmetrics-text")
    assert text.endswith("# EOF\n")


async def test_other_paths_and_methods_are_not_served() -> None:
    port = free_port()
    async with serve_health(host=HOST, port=port, readings=_nothing, troubles=dict):
        assert (await _get(port, "/"))[0] == 404
        async with aiohttp.ClientSession() as session, session.post(f"http://{HOST}:{port}/healthz") as response:
            assert response.status == 405


async def test_port_0_listens_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    def listen(*_: object, **__: object) -> None:
        raise AssertionError("it listened")

    monkeypatch.setattr(asyncio.get_running_loop(), "create_server", listen)
    async with serve_health(host=HOST, port=0, readings=_nothing, troubles=dict):
        pass


async def test_a_port_in_use_is_one_sentence_that_names_the_setting() -> None:
    with socket.socket() as taken:
        taken.bind((HOST, 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(FatalError, match=rf"{port}.*metrics\.port"):
            async with serve_health(host=HOST, port=port, readings=_nothing, troubles=dict):
                raise AssertionError("entered")


async def test_the_port_is_free_again_afterwards() -> None:
    port = free_port()
    for _ in range(2):
        async with serve_health(host=HOST, port=port, readings=_nothing, troubles=dict):
            assert (await _get(port, "/healthz"))[0] == 200


async def test_an_ipv6_address_is_listened_on() -> None:
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
            port = probe.getsockname()[1]
    except OSError:
        pytest.skip("this machine has no IPv6")
    async with (
        serve_health(host="::1", port=port, readings=_nothing, troubles=dict),
        aiohttp.ClientSession() as session,
        session.get(f"http://[::1]:{port}/readyz") as response,
    ):
        assert response.status == 200
