from pathlib import Path

import aiohttp

from bot.cli.serve import health
from config.reading import load_settings
from tests.builders.requests import request
from tests.harness.core import bench
from tests.unit.adapters.web.test_health import HOST, free_port


async def test_health_and_numbers_of_the_running_core_are_served_where_the_settings_say(tmp_path: Path) -> None:
    port = free_port()
    settings = load_settings(None, {"PENTIMENTO__METRICS__PORT": str(port)})
    async with bench(tmp_path) as at, health(settings, at.core), aiohttp.ClientSession() as client:
        await at.shown((await at.service.submit(request())).job.id)
        async with client.get(f"http://{HOST}:{port}/healthz") as answer:
            assert (answer.status, await answer.text()) == (200, "ok\n")
        async with client.get(f"http://{HOST}:{port}/metrics") as answer:
            told = await answer.text()

    assert 'pentimento_jobs_ended_total{status="succeeded"} 1.0' in told
    assert "pentimento_engine_requests_total 1.0" in told
    assert 'pentimento_step_seconds{quantile="0.9"}' in told
