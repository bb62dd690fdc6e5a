import asyncio
import gc
import os
import signal
from pathlib import Path

import pytest

from bot.domain.errors import FatalError, StorageFailed
from bot.domain.ids import JobId
from bot.erasure import Retention
from bot.lifecycle import RetentionDays, serve
from bot.stores import Due
from tests.builders.requests import request
from tests.fakes.store import MemoryJobStore
from tests.harness.core import bench

KEEP = RetentionDays(pictures_days=7, jobs_days=30, inbox_days=2)


@pytest.mark.looptime
async def test_a_disk_that_refuses_the_housekeeping_does_not_end_the_service(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with bench(tmp_path, start=False) as at:
        refusals, real_sweep, swept = [1, 2, 3], at.store.sweep, asyncio.Event()

        async def sweep(retention: Retention) -> None:
            if refusals:
                refusals.pop()
                raise StorageFailed
            await real_sweep(retention)
            swept.set()

        monkeypatch.setattr(at.store, "sweep", sweep)
        usual = gc.get_threshold()
        async with asyncio.TaskGroup() as tasks:
            serving = tasks.create_task(serve(at.core, [], keep=KEEP, grace=1.0))
            await swept.wait()
            assert gc.get_threshold()[2] < usual[2], "collections are short while it serves"
            job = (await at.service.submit(request())).job
            await at.shown(job.id)
            os.kill(os.getpid(), signal.SIGTERM)
            await serving
        assert gc.get_threshold() == usual


@pytest.mark.looptime
async def test_a_fault_in_the_middle_of_a_stop_is_told_and_leaves_no_task_behind(tmp_path: Path) -> None:
    class Damaged(MemoryJobStore):
        broken = False

        async def due(self, job: JobId) -> Due | None:
            if self.broken:
                raise FatalError("The database is damaged: restore a backup.")
            return await super().due(job)

    store = Damaged()

    async def stop_with_a_damaged_database() -> None:
        async with bench(tmp_path, store=store) as at:
            at.engine.hold()
            await at.service.submit(request())
            await asyncio.sleep(60)
            store.broken = True

    with pytest.raises(ExceptionGroup) as ended:
        await stop_with_a_damaged_database()

    assert ended.group_contains(FatalError)
    assert asyncio.all_tasks() == {asyncio.current_task()}
