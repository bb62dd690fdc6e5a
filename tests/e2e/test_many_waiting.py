"""What a request costs while a thousand members wait, on the real database; `benchmarks.crowd` has the seconds."""

import gc
import time
from pathlib import Path

from tests.fakes.engine import FakeEngine
from tests.harness.many_jobs import JobRun, many_jobs

WAITING = 1000
ASKED = 40


async def accepting(at: JobRun, first: int) -> list[float]:
    """Processor seconds of this process for each of some requests, without searches for what other tests left."""
    spent = []
    gc.disable()
    try:
        for number in range(first, first + ASKED):
            began = time.process_time()
            await at.submit(f"member{number}")
            spent.append(time.process_time() - began)
    finally:
        gc.enable()
    return sorted(spent)


async def test_a_request_costs_about_the_same_with_a_thousand_members_waiting(tmp_path: Path) -> None:
    engine = FakeEngine()
    engine.hold()
    async with many_jobs(tmp_path, engine) as at:
        alone = await accepting(at, 0)
        for number in range(ASKED, WAITING):
            await at.submit(f"member{number}")
        beside = await accepting(at, WAITING)
        assert beside[ASKED // 2] < 4 * alone[ASKED // 2]
        assert beside[-1] < 0.5
        await engine.release()
