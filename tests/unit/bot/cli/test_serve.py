from pathlib import Path

import aiohttp

from bot.cli.serve import health
from bot.health import Health
from config.reading import load_settings
from tests.builders.requests import request
from tests.harness.core import bench
from tests.harness.ports import free_port
from tests.unit.adapters.web.test_health import HOST


async def test_health_and_numbers_of_the_running_core_are_served_where_the_settings_say(tmp_path: Path) -> None:
    port = free_port()
    settings = load_settings(None, {"PENTIMENTO__METRICS__PORT": str(port)})
    watched = Health()
    async with bench(tmp_path) as at, health(settings, watched), aiohttp.ClientSession() as client:

        async def get(path: str) -> tuple[int, str]:
            async with client.get(f"http://{HOST}:{port}{path}") as answer:
                return answer.status, await answer.text()

        assert await get("/healthz") == (200, "ok\n")
        assert await get("/readyz") == (503, "engine: The default model is being downloaded or loaded.\n")
        assert 'pentimento_ready{part="engine"} 0.0' in (await get("/metrics"))[1]
        async with watched.watching(at.core):
            await at.shown((await at.service.submit(request())).job.id)
            assert await get("/readyz") == (200, "ready\n")
            told = (await get("/metrics"))[1]

    assert 'pentimento_jobs_ended_total{status="succeeded"} 1.0' in told
    assert "pentimento_jobs_running " in told
    assert "pentimento_engine_requests_total 1.0" in told
    assert 'pentimento_step_seconds{quantile="0.9"}' in told
    assert 'pentimento_ready{part="database"} 1.0' in told
    assert 'pentimento_messages_total{act="post",platform="fake"}' in told
    assert 'pentimento_picture_seconds_count{model="fake"}' in told
