"""The alert rules by what a running service says: each fault is made, and its numbers are given to promtool.

What is scraped before a fault stands for twenty minutes, what is scraped with it for the hour after; a counter goes
on as it did. So the rules' own times are kept and nobody waits for them. Not made here: a full
device, a small disk, a model that cannot be loaded.
"""

import asyncio
import re
import shutil
import sqlite3
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, closing
from pathlib import Path

import aiohttp
import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from tests.builders.pictures import drawing
from tests.e2e.test_health import START_SECONDS, Service, service
from tests.servers.discord import DiscordServer
from tests.servers.discord.people import Person
from tests.servers.discord.world import Channel

RULES = Path(__file__).parents[3] / "deploy" / "prometheus" / "alerts.yaml"
PROMTOOL = shutil.which("promtool")
NOWHERE = "http://127.0.0.1:9"
"""Where nobody listens."""

WELL, ILL = 20, 60
"""Minutes before a fault and with it."""

Numbers = Mapping[str, tuple[float, bool]]
"""By series: its value, and whether it is a counter."""

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(600),
    pytest.mark.skipif(PROMTOOL is None, reason="promtool is not installed: it comes with Prometheus"),
]


async def scraped(running: Service) -> Numbers:
    """As Prometheus would have it, which adds whether the service answered."""
    try:
        _, told = await running.get("/metrics")
    except aiohttp.ClientConnectionError:
        return {'up{job="pentimento"}': (0.0, False)}
    numbers = {'up{job="pentimento"}': (1.0, False)}
    for family in text_string_to_metric_families(told):
        for sample in family.samples:
            labels = ",".join(f'{name}="{value}"' for name, value in sample.labels.items())
            counted = family.type in {"counter", "histogram"}
            numbers[f"{sample.name}{{{labels}}}"] = (sample.value, counted)
    return numbers


async def fired(well: Numbers, ill: Numbers, folder: Path) -> set[str]:
    """The alerts that are up half an hour after the fault began: promtool is told to expect none and says which."""
    series = []
    for name, (value, counts) in ill.items():
        before = well.get(name, (0.0 if counts else value, counts))[0]
        step = max(0.0, value - before) if counts else 0.0
        series.append(
            {"series": name, "values": f"{value if step == 0 and counts else before}x{WELL} {value}+{step}x{ILL}"}
        )
    look = {"expr": 'ALERTS{alertstate="firing"}', "eval_time": f"{WELL + 30}m", "exp_samples": []}
    test = {"interval": "1m", "input_series": series, "promql_expr_test": [look]}
    asked = {"rule_files": [str(RULES)], "evaluation_interval": "1m", "tests": [test]}
    (folder / "alerts.yaml").write_text(yaml.safe_dump(asked))
    assert PROMTOOL is not None
    process = await asyncio.create_subprocess_exec(
        *(PROMTOOL, "test", "rules", str(folder / "alerts.yaml")),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await process.communicate()
    up = set(re.findall(r'alertname=\\?"(\w+)', said.decode()))
    assert bool(up) is (process.returncode != 0), said.decode()
    return up


async def counted(running: Service, name: str, least: float) -> Numbers:
    """Once a counter has come so far."""
    async with asyncio.timeout(60):
        while (numbers := await scraped(running)).get(name, (0.0, True))[0] < least:
            await asyncio.sleep(0.1)
    return numbers


def settings(folder: Path) -> dict[str, str]:
    """For the environment: Discord alone, and a model on offer that no hub has."""
    (folder / "models.toml").write_text('[pocket]\nid = "pocket"\n[away]\nid = "org/away"\n')
    return {
        "SLACK_BOT_TOKEN": "",
        "SLACK_APP_TOKEN": "",
        "PENTIMENTO__MODELS__FILE": str(folder / "models.toml"),
        "PENTIMENTO__MODELS__OFFERED": "pocket,away",
        "PENTIMENTO__DOWNLOADS__ALLOWED_HOSTS": "127.0.0.1",
        "PENTIMENTO__GREETING__ENABLED": "false",
        "HF_ENDPOINT": NOWHERE,
        "HF_HOME": str(folder / "cache"),
    }


async def ask(anna: Person, channel: Channel, prompt: str, **options: str) -> None:
    """Until something is shown."""
    asked = await anna.command(channel, "img2img", image=drawing(), prompt=prompt, **options)
    await anna.server.shown(asked, lambda post: bool(post.words), seconds=60)


async def test_faults_of_jobs_hub_database_and_worker_raise_their_alerts_and_no_others(
    discord: DiscordServer, channel: Channel, anna: Person, tmp_path: Path
) -> None:
    raised: dict[str, set[str]] = {}
    async with service(tmp_path / "data", discord, NOWHERE, **settings(tmp_path)) as running:
        await running.until(within=START_SECONDS)
        await ask(anna, channel, "a planet")
        well = await counted(running, 'pentimento_jobs_ended_total{status="succeeded"}', 1)
        raised["nothing"] = await fired(well, well, tmp_path)

        for _ in range(7):
            await ask(anna, channel, "trip at 1")
        ill = await counted(running, 'pentimento_jobs_ended_total{status="failed"}', 7)
        raised["jobs that fail"] = await fired(well, ill, tmp_path)

        well = await scraped(running)
        await ask(anna, channel, "a planet", model="away")
        await counted(running, 'pentimento_jobs_ended_total{status="failed"}', 8)
        raised["a hub that is not there"] = await fired(well, await scraped(running), tmp_path)

        well = await scraped(running)
        with closing(sqlite3.connect(tmp_path / "data" / "pentimento.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            refusing = asyncio.create_task(ask(anna, channel, "a planet"))
            await running.until("database")
            await refusing
            ill = await scraped(running)
            other.rollback()
        raised["a database that another program locks"] = await fired(well, ill, tmp_path)
        await running.until()

        well = await scraped(running)
        for number in range(1, 5):
            worker = running.worker()
            assert worker is not None
            worker.kill()
            await counted(running, 'pentimento_engine_workers_ended_total{reason="killed"}', number)
            await running.until()
        raised["a worker that is killed"] = await fired(well, await scraped(running), tmp_path)
    assert raised == {
        "nothing": set(),
        "jobs that fail": {"PentimentoJobsFail"},
        "a hub that is not there": {"PentimentoDownloadFails", "PentimentoJobsFail"},
        "a database that another program locks": {"PentimentoNotReady", "PentimentoAcknowledgesLate"},
        "a worker that is killed": {"PentimentoWorkerEnds"},
    }


async def test_what_waits_or_is_gone_raises_its_alert_and_no_other(
    discord: DiscordServer, channel: Channel, anna: Person, tmp_path: Path
) -> None:
    held = tmp_path / "held"
    raised: dict[str, set[str]] = {}
    async with service(tmp_path / "data", discord, NOWHERE, **settings(tmp_path)) as running:
        await running.until(within=START_SECONDS)
        held.touch()
        await ask(anna, channel, f"while there is {held}")
        await ask(anna, channel, "a planet that waits")
        well = await scraped(running)
        running.process.kill()
        await running.process.wait()
        raised["a service"] = await fired(well, await scraped(running), tmp_path)
    await discord.until(lambda: not discord.gateway.ready.is_set(), what="the lost connection")

    with closing(sqlite3.connect(tmp_path / "data" / "pentimento.db")) as database, database:
        database.execute("UPDATE jobs SET created_at = created_at - 3600 WHERE status IN ('queued', 'running')")
    async with service(tmp_path / "data", discord, NOWHERE, **settings(tmp_path)) as running:
        await running.until(within=START_SECONDS)
        ill = await counted(running, "pentimento_queue_oldest_seconds{}", 3600)
        raised["a job"] = await fired(ill, ill, tmp_path)
        held.unlink()
        await counted(running, 'pentimento_jobs_ended_total{status="succeeded"}', 2)
        async with closed(discord):
            await running.until("discord")
            ill = await scraped(running)
            raised["a chat"] = await fired(ill, ill, tmp_path)
    assert raised == {
        "a service": {"PentimentoDown"},
        "a job": {"PentimentoQueueOld"},
        "a chat": {"PentimentoNotConnected"},
    }


@asynccontextmanager
async def closed(discord: DiscordServer) -> AsyncIterator[None]:
    """While entered nothing answers there."""
    await discord.__aexit__()
    yield
    await discord.__aenter__()
