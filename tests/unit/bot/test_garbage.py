"""What collections go through; in processes of their own, as what is frozen stays so for a whole process."""

import asyncio
import gc
import subprocess
import sys
from pathlib import Path

import pytest

from bot import garbage
from bot.garbage import Frozen, collect_by_the_clock

ROOT = Path(__file__).parents[3]


def said_by(code: str) -> list[str]:
    return subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout.split()


def test_a_full_collection_goes_through_what_is_new_however_much_is_alive() -> None:
    code = (
        "import contextlib, gc, sys\n"
        "from bot.garbage import short_collections\n"
        "gc.set_threshold(2000, 10, 10)\n"  # those of Python 3.13, whichever this one is
        "gc.collect(); gc.freeze()\n"
        "gone_through = []\n"
        "def look(phase, info):\n"
        "    if phase == 'start' and info['generation'] == 2:\n"
        "        gone_through.append(len(gc.get_objects()))\n"
        "gc.callbacks.append(look)\n"
        "with short_collections() if 'short' in {how!r} else contextlib.nullcontext():\n"
        "    alive = [[] for _ in range(300_000)]\n"
        "print(max(gone_through, default=0), len(gone_through))\n"
    )
    (most, _), (most_otherwise, _) = (map(int, said_by(code.format(how=how))) for how in ("short", "usual"))
    assert most < 50_000
    if sys.version_info < (3, 14):  # from then on the interpreter does it in slices by itself
        assert most_otherwise > 100_000


@pytest.mark.parametrize("kept_short", [True, False])
def test_the_youngest_stay_few_while_more_is_freed_than_made(*, kept_short: bool) -> None:
    code = (
        "import asyncio, gc\n"
        "from bot import garbage\n"
        "garbage.COLLECT_SECONDS = 0.0\n"
        "old = [[] for _ in range(300_000)]\n"
        "most = 0\n"
        "async def main():\n"
        "    global most\n"
        "    with garbage.short_collections() as frozen:\n"
        f"        loop = garbage.collect_by_the_clock(frozen, int)\n"
        f"        keeper = asyncio.create_task(loop) if {kept_short} else loop.close()\n"
        "        new = []\n"
        "        while old:\n"
        "            for _ in range(10_000):\n"
        "                old.pop()\n"
        "                new.append([])\n"
        "            most = max(most, len(gc.get_objects(0)))\n"
        "            await asyncio.sleep(0)\n"
        "        if keeper: keeper.cancel()\n"
        "asyncio.run(main())\n"
        "print(most)\n"
    )
    (most,) = map(int, said_by(code))
    if kept_short:
        assert most < 40_000
    elif sys.version_info < (3, 14):
        assert most > 100_000


def test_what_is_frozen_goes_with_its_last_reference_and_cycles_go_with_the_next_thaw() -> None:
    code = (
        "import gc, weakref\n"
        "from bot.garbage import short_collections\n"
        "class Thing: pass\n"
        "before = gc.get_threshold()\n"
        "with short_collections() as frozen:\n"
        "    alone, cycle = Thing(), Thing()\n"
        "    cycle.itself = cycle\n"
        "    alone_at, cycle_at = weakref.ref(alone), weakref.ref(cycle)\n"
        "    gc.collect()\n"
        "    del alone, cycle\n"
        "    gc.collect()\n"
        "    print(alone_at() is None, cycle_at() is None, frozen.due(1))\n"
        "    print(frozen.thaw() >= 1, cycle_at() is None, gc.get_freeze_count() > 1000)\n"
        "print(gc.get_threshold() == before, gc.callbacks, gc.get_freeze_count())\n"
    )
    assert said_by(code) == ["True", "False", "False", "True", "True", "True", "True", "[]", "0"]


def test_everything_is_gone_through_when_no_job_is_open_or_there_is_far_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gc, "freeze", lambda: None)
    monkeypatch.setattr(sys, "getallocatedblocks", lambda: 100_000)
    frozen = Frozen()
    monkeypatch.setattr(garbage, "THAW_SECONDS", 0.0)
    assert not frozen.due(0), "nothing is new"
    frozen.collected("stop", {"generation": 1})
    assert not frozen.due(0), "nothing is frozen by it"
    frozen.collected("stop", {"generation": 2})
    assert frozen.due(0)
    assert not frozen.due(1)
    monkeypatch.setattr(garbage, "THAW_SECONDS", 1e9)
    assert not frozen.due(0), "it was done a moment ago"
    monkeypatch.setattr(sys, "getallocatedblocks", lambda: 1_200_151)
    assert frozen.due(1)
    assert not frozen.due(2), "that is what two jobs account for"


async def test_it_is_looked_at_again_and_again(monkeypatch: pytest.MonkeyPatch) -> None:
    frozen, jobs, done = Frozen(), iter([3, 0]), asyncio.Event()

    def thaw() -> int:
        done.set()
        return 0

    monkeypatch.setattr(garbage, "COLLECT_SECONDS", 0.0)
    monkeypatch.setattr(garbage, "LOOK_SECONDS", 0.0)
    monkeypatch.setattr(frozen, "due", lambda open_jobs: not open_jobs)
    monkeypatch.setattr(frozen, "thaw", thaw)
    async with asyncio.timeout(60):
        task = asyncio.create_task(collect_by_the_clock(frozen, lambda: next(jobs, 3)))
        await done.wait()
    task.cancel()
