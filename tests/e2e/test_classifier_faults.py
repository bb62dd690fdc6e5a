"""The process that looks at pictures crashes, hangs and babbles on cue: nothing gets through, and it comes back."""

import asyncio
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import psutil
import pytest

from adapters.moderation.moderator import OwnersModerator
from bot.domain.safety import Verdict
from inference.api import ModelUnavailable
from inference.safety.classifier import ClassifierSettings
from inference.safety.client import Inspector
from tests.builders.requests import png
from tests.e2e.test_kill_loop import all_shown, family, start
from tests.fakes import cued_classifier as cue
from tests.harness.waiting import PATIENCE
from tests.servers.chat import ChatServer
from tests.unit.inference.safety.test_classifiers import save_vit

LOADER = "tests.fakes.cued_classifier:load"


@pytest.fixture
def model(tmp_path: Path) -> Path:
    file = tmp_path / "model"
    file.touch()
    return file


@pytest.fixture
async def inspector(model: Path) -> AsyncIterator[Inspector]:
    settings = ClassifierSettings(model=str(model))
    async with Inspector(settings, seconds=PATIENCE, loader=LOADER, backoff=(0.0,)) as opened:
        yield opened


async def look(inspector: Inspector, folder: Path, colour: str) -> Verdict:
    file = folder / f"{colour}.png"
    file.write_bytes(png(colour))
    return await OwnersModerator(blocked=(), classifier=inspector, threshold=0.5).look(file)


@pytest.mark.parametrize("fault", [cue.CRASH, cue.HANG, cue.GARBAGE, cue.NONSENSE, cue.FAILS])
async def test_a_fault_passes_nothing_and_the_next_picture_is_looked_at(
    inspector: Inspector, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    with monkeypatch.context() as bounded:
        if fault == cue.HANG:  # which nothing else ends
            bounded.setattr(inspector, "_seconds", 1.0)
        assert await look(inspector, tmp_path, fault) is Verdict.UNCHECKABLE
    assert await look(inspector, tmp_path, cue.UNSAFE) is Verdict.UNSAFE
    assert await look(inspector, tmp_path, cue.SAFE) is Verdict.SAFE


async def test_an_answer_that_nobody_waits_for_is_never_the_next_pictures(
    inspector: Inspector, tmp_path: Path
) -> None:
    given_up = asyncio.create_task(look(inspector, tmp_path, cue.HANG))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    given_up.cancel()
    await asyncio.wait([given_up])
    assert await look(inspector, tmp_path, cue.UNSAFE) is Verdict.UNSAFE


async def test_a_model_that_is_not_there_keeps_the_service_from_starting(tmp_path: Path) -> None:
    missing = Inspector(ClassifierSettings(model=str(tmp_path / "none")), seconds=3.0, loader=LOADER)
    with pytest.raises(ModelUnavailable, match="put it back"):
        await missing.__aenter__()


async def test_a_model_that_goes_away_later_lets_nothing_through(
    inspector: Inspector, model: Path, tmp_path: Path
) -> None:
    model.unlink()
    assert await look(inspector, tmp_path, cue.CRASH) is Verdict.UNCHECKABLE
    assert await look(inspector, tmp_path, cue.SAFE) is Verdict.UNCHECKABLE
    model.touch()
    async with asyncio.timeout(PATIENCE):
        while await look(inspector, tmp_path, cue.SAFE) is not Verdict.SAFE:
            await asyncio.sleep(0.05)


async def test_nothing_of_it_outlives_the_service(model: Path) -> None:
    others = set(psutil.Process().children(recursive=True))
    async with Inspector(ClassifierSettings(model=str(model)), seconds=3.0, loader=LOADER):
        children = [child for child in psutil.Process().children(recursive=True) if child not in others]
        assert any("inference.safety" in " ".join(child.cmdline()) for child in children)
    _, alive = psutil.wait_procs(children, timeout=30)
    assert not [child for child in alive if child.status() != psutil.STATUS_ZOMBIE]


@pytest.mark.slow
async def test_a_kill_between_painting_and_checking_shows_nothing_unchecked_and_loses_nothing(tmp_path: Path) -> None:
    """The classifier's process is stopped, so that every picture waits for its look; then the bot is killed."""
    classifier, data = str(save_vit(tmp_path / "vit", 0)), tmp_path / "data"
    async with ChatServer(faults=0.0) as chat:
        for number in range(1, 4):
            chat.send(f"event-{number}", "a plain wish")
        bot = await start(chat.url, data, classifier=classifier)
        [looking] = [each for each in family(bot) if "inference.safety" in " ".join(each.cmdline())]
        looking.suspend()
        async with asyncio.timeout(PATIENCE):
            while not list(data.rglob("job*.png")) and not list((data / "images").rglob("*-1.png")):
                await asyncio.sleep(0.02)
        bot.send_signal(signal.SIGKILL)
        await bot.wait()
        assert not [post for post in chat.posts.values() if "succeeded" in post.states]
        last = await start(chat.url, data, classifier=classifier)
        async with asyncio.timeout(PATIENCE):
            await all_shown(chat, 3)
        last.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(last.wait(), timeout=60) == 0
    assert [post.states[-1] for post in chat.posts.values()] == ["succeeded"] * 3
