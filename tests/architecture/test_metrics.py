"""The list of metrics, the dashboard and the alert rules against what `/metrics` really answers."""

import asyncio
import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import yaml
from aiohttp import web
from prometheus_client.metrics_core import Metric
from prometheus_client.parser import text_string_to_metric_families

from adapters.listening import listening
from bot import metrics
from bot.cli.readings import ENGINE
from bot.cli.serve import health
from bot.health import Health
from config.reading import load_settings
from inference.backends.base import WorkerSettings
from inference.backends.batched import LoopBackend
from inference.models.entry import ModelEntry
from inference.models.library import Library
from inference.worker.counts import Counts
from tests.builders.requests import request
from tests.fakes.engine import FakeEngine
from tests.harness.core import bench
from tests.harness.ports import free_port
from tests.unit.adapters.web.test_health import HOST

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "metrics.md"
DASHBOARD = ROOT / "deploy" / "grafana" / "pentimento.json"
RULES = ROOT / "deploy" / "prometheus" / "alerts.yaml"
NAME = re.compile(r"\b(?:pentimento|process)_[a-z_]+\b")


class CountingEngine(FakeEngine):
    """Counts what the real one counts."""

    def counters(self) -> Mapping[str, int]:
        return dict.fromkeys(ENGINE, 1)


@pytest.fixture
async def families(tmp_path: Path) -> list[Metric]:
    """What a service with both chats answers after its first picture."""
    port = free_port()
    environment = {"PENTIMENTO__METRICS__PORT": str(port), "PENTIMENTO__DATA_DIR": str(tmp_path)}
    settings = load_settings(None, environment)
    for chat in ("discord", "slack"):
        metrics.expect(chat)
    watched = Health(["discord"])
    async with (
        bench(tmp_path, engine=CountingEngine()) as at,
        health(settings, watched),
        watched.watching(at.core),
        aiohttp.ClientSession() as client,
    ):
        await at.shown((await at.service.submit(request())).job.id)
        async with client.get(f"http://{HOST}:{port}/metrics") as answer:
            told = await answer.text()
    return list(text_string_to_metric_families(told))


def _rows(families: list[Metric]) -> Iterator[str]:
    for family in sorted(families, key=lambda each: (each.name.startswith("process_"), each.name)):
        if family.name.endswith("_created"):  # when a counter began, which is in the older format only
            continue
        name = f"{family.name}_total" if family.type == "counter" else family.name
        name = family.name if family.samples[0].name == family.name else name
        labels = {label for sample in family.samples for label in sample.labels} - {"le"}
        said = ", ".join(f"`{label}`" for label in sorted(labels))
        yield f"| `{name}` | {family.type} | {said} | {family.documentation} |"


def test_the_page_lists_every_metric(families: list[Metric]) -> None:
    table = "\n".join(_rows(families))
    told = PAGE.read_text(encoding="utf-8")
    if os.environ.get("PENTIMENTO_DRAW"):
        told = told[: told.index("| `pentimento_")] + table + "\n"
        PAGE.write_text(told, encoding="utf-8")
    assert table in told, f"PENTIMENTO_DRAW=1 writes docs/metrics.md anew; it should have:\n{table}"


def test_what_the_engine_counts_is_described() -> None:
    settings = WorkerSettings(model="pocket", entries={"pocket": ModelEntry(id="pocket")}, device="cpu")
    library = Library(settings.entries, settings.map_models, silence=1.0)
    counted = {*LoopBackend(settings).counters(), *library.counters(), *Counts().all()}
    assert counted == ENGINE.keys()


def _expressions(tree: Any) -> Iterator[str]:
    """Every PromQL expression of a dashboard or of rules."""
    if isinstance(tree, dict):
        yield from (value for key, value in tree.items() if key in {"expr", "query"} and isinstance(value, str))
        tree = list(tree.values())
    if isinstance(tree, list):
        for each in tree:
            yield from _expressions(each)


@pytest.mark.parametrize("file", [DASHBOARD, RULES], ids=lambda file: file.name)
def test_every_metric_that_is_asked_for_exists(families: list[Metric], file: Path) -> None:
    tree = yaml.safe_load(file.read_text(encoding="utf-8"))  # JSON is YAML
    asked = {name for expression in _expressions(tree) for name in NAME.findall(expression)}
    there = {sample.name for family in families for sample in family.samples}
    assert len(asked) >= 5
    assert asked <= there


def test_the_dashboard_s_panels_have_places_of_their_own() -> None:
    panels = json.loads(DASHBOARD.read_text(encoding="utf-8"))["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    taken: set[tuple[int, int]] = set()
    for panel in panels:
        at = panel["gridPos"]
        cells = {(at["x"] + x, at["y"] + y) for x in range(at["w"]) for y in range(at["h"])}
        assert at["x"] + at["w"] <= 24
        assert not cells & taken, panel["title"]
        taken |= cells


def test_prometheus_takes_the_rules() -> None:
    if (promtool := shutil.which("promtool")) is None:
        pytest.skip("promtool is not installed: it comes with Prometheus")
    for command in (["check", "rules", str(RULES)], ["test", "rules", str(RULES.with_name("alerts.test.yaml"))]):
        ran = subprocess.run([promtool, *command], capture_output=True, text=True, check=False, timeout=60)
        assert ran.returncode == 0, ran.stdout + ran.stderr


def test_every_rule_is_seen_to_fire_in_its_test() -> None:
    rules = {rule["alert"] for group in yaml.safe_load(RULES.read_text())["groups"] for rule in group["rules"]}
    tests = yaml.safe_load(RULES.with_name("alerts.test.yaml").read_text())["tests"]
    looks = [look for test in tests for look in test["alert_rule_test"]]
    assert {look["alertname"] for look in looks if look["exp_alerts"]} == rules


def test_every_rule_says_what_is_wrong_and_what_to_do() -> None:
    for group in yaml.safe_load(RULES.read_text(encoding="utf-8"))["groups"]:
        for rule in group["rules"]:
            assert rule["labels"]["severity"] in {"page", "ticket"}
            assert {"summary", "description"} <= rule["annotations"].keys()


@pytest.mark.skipif(not shutil.which("prometheus"), reason="prometheus is not installed")
async def test_prometheus_answers_every_question_of_the_dashboard(tmp_path: Path, families: list[Metric]) -> None:
    """A real Prometheus that has scraped a service: no question is refused, and none is about what there is not."""
    dashboard, told = json.loads(DASHBOARD.read_text(encoding="utf-8")), exposition(families)

    async def metrics_page(_request: web.Request) -> web.Response:
        return web.Response(text=told, content_type="text/plain")

    application = web.Application()
    application.router.add_get("/metrics", metrics_page)
    async with listening(application, host=HOST, port=0, stop_seconds=1.0) as port, aiohttp.ClientSession() as client:
        scraping = {"scrape_interval": "200ms", "scrape_timeout": "200ms"}
        target = {"job_name": "pentimento", "static_configs": [{"targets": [f"{HOST}:{port}"]}]}
        (tmp_path / "prometheus.yml").write_text(yaml.safe_dump({"global": scraping, "scrape_configs": [target]}))
        address = f"http://{HOST}:{(listened := free_port())}/api/v1/query"
        process = await asyncio.create_subprocess_exec(
            *("prometheus", f"--config.file={tmp_path}/prometheus.yml", f"--storage.tsdb.path={tmp_path}/tsdb"),
            f"--web.listen-address={HOST}:{listened}",
            stderr=asyncio.subprocess.DEVNULL,
        )
        try:
            async with asyncio.timeout(60):
                while not await asked(client, address, "count_over_time(up[1m]) > 3"):
                    await asyncio.sleep(0.1)
            empty = []
            for question in _expressions(dashboard["panels"]):
                plain = question.replace("$instance", ".*").replace("$__rate_interval", "1m")
                if not await asked(client, address, plain):
                    empty.append(plain)
            assert empty == []
        finally:
            process.kill()
            await process.wait()


async def asked(client: aiohttp.ClientSession, address: str, question: str) -> list[Any]:
    """The series that a question finds; nothing while there is nobody to ask."""
    try:
        async with client.get(address, params={"query": question}) as answer:
            if answer.status == HTTPStatus.SERVICE_UNAVAILABLE:  # it listens before it can answer
                return []
            found = await answer.json()
    except aiohttp.ClientConnectionError:
        return []
    assert found["status"] == "success", (question, found)
    result: list[Any] = found["data"]["result"]
    return result


def exposition(families: list[Metric]) -> str:
    """The page again, as it was scraped."""
    lines = []
    for family in families:
        lines.append(f"# TYPE {family.name} {family.type}")
        for sample in family.samples:
            labels = ",".join(f"{name}={json.dumps(value)}" for name, value in sample.labels.items())
            lines.append(f"{sample.name}{{{labels}}} {sample.value}")
    return "\n".join(lines) + "\n"
