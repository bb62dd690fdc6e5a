"""`check` and the ports that `serve` would listen on."""

import argparse
import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from adapters.files.data_dir import hold_data_dir
from bot.cli import check as checking
from bot.cli.check_ports import port_findings
from bot.findings import Finding, State
from config.reading import load_settings
from config.settings import Settings
from tests.harness.ports import free_port

HOST = "127.0.0.1"
SLACK = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_SIGNING_SECRET": "s", "PENTIMENTO__SLACK__MODE": "http"}


async def found(**ports: int) -> list[Finding]:
    keys = {"metrics": "METRICS__PORT", "web": "WEB__PORT", "slack": "SLACK__HTTP_PORT"}
    said = {f"PENTIMENTO__{keys[name]}": str(port) for name, port in ports.items()}
    return [each async for each in port_findings(load_settings(None, (SLACK if "slack" in ports else {}) | said))]


@pytest.mark.parametrize("what", ["web", "slack"])
async def test_a_port_that_another_program_has_is_wrong(what: str) -> None:
    """`serve` ends with 69 for it, and so must this."""
    async with await asyncio.start_server(lambda *_: None, HOST, 0) as taken:
        [finding] = await found(**{what: taken.sockets[0].getsockname()[1]})
    assert (finding.what, finding.state) == (what, State.WRONG)
    assert "already in use" in finding.words
    assert f"set {what}." in finding.words


async def test_one_port_for_two_of_them_is_wrong_for_the_second() -> None:
    port = free_port()
    assert [each.what for each in await found(metrics=port, slack=port, web=port)] == ["slack", "web"]


async def test_free_ports_have_no_line_and_are_free_again() -> None:
    ports = {"metrics": free_port(), "slack": free_port(), "web": free_port()}
    assert await found(**ports) == await found(**ports) == []


async def test_a_port_of_nothing_that_would_start_is_not_looked_at() -> None:
    assert await found() == []


async def test_check_ends_as_serve_would(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async def no_model(_settings: Settings) -> AsyncIterator[Finding]:
        yield Finding("model", State.OK, "not looked at here")

    monkeypatch.setattr(checking, "_model", no_model)
    async with await asyncio.start_server(lambda *_: None, HOST, 0) as taken:
        port = str(taken.sockets[0].getsockname()[1])
        settings = load_settings(None, {"PENTIMENTO__DATA_DIR": str(tmp_path), "PENTIMENTO__WEB__PORT": port})
        assert await checking.check(argparse.Namespace(json=True), settings) == 69
        wrong = [each["what"] for each in json.loads(capsys.readouterr().out) if each["state"] == "wrong"]
        assert wrong == ["web"]
        with hold_data_dir(tmp_path):  # by the service that has the port
            assert await checking.check(argparse.Namespace(json=True), settings) == 0
