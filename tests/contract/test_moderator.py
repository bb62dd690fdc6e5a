"""What every moderator promises: the owner's, with a real classifier's process, and the fake of the core's tests."""

import asyncio
import hashlib
import threading
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from types import SimpleNamespace

import pytest

from adapters.moderation.moderator import OwnersModerator
from bot.domain import blocklist
from bot.domain.safety import Verdict
from bot.ports import Moderator
from inference.safety.classifier import ClassifierSettings
from inference.safety.client import Inspector
from tests.builders.requests import png
from tests.fakes.moderator import FakeModerator
from tests.harness.waiting import PATIENCE

LOADER = "tests.fakes.cued_classifier:load"
BLOCKED = ("forbidden",)


@pytest.fixture(params=["owner's", "fake"])
async def moderator(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Moderator]:
    async with AsyncExitStack() as parts:
        if request.param == "fake":
            fake = FakeModerator(blocked=BLOCKED, always=Verdict.SAFE)
            fake.verdicts[hashlib.sha256(png("red")).hexdigest()] = Verdict.UNSAFE
            yield fake
            return
        inspector = await parts.enter_async_context(
            Inspector(ClassifierSettings(model=str(tmp_path)), seconds=30.0, loader=LOADER, backoff=(0.0,))
        )
        yield OwnersModerator(blocked=BLOCKED, classifier=inspector, threshold=0.5)


@pytest.fixture(params=["owner's", "fake"])
def without_classifier(request: pytest.FixtureRequest) -> Moderator:
    if request.param == "fake":
        return FakeModerator(blocked=BLOCKED)
    return OwnersModerator(blocked=BLOCKED, classifier=None, threshold=0.5)


def picture(folder: Path, colour: str) -> Path:
    file = folder / f"{colour}.png"
    file.write_bytes(png(colour))
    return file


async def test_a_word_of_the_owners_list_blocks_and_others_do_not(moderator: Moderator) -> None:
    assert await moderator.blocks("a forbidden thing")
    assert not await moderator.blocks("an oil painting")


async def test_a_places_own_words_block_as_well(moderator: Moderator) -> None:
    assert await moderator.blocks("an oil painting", also=("oil",))


async def test_pictures_are_told_apart(moderator: Moderator, tmp_path: Path) -> None:
    assert moderator.classifies
    assert await moderator.look(picture(tmp_path, "green")) is Verdict.SAFE
    assert await moderator.look(picture(tmp_path, "red")) is Verdict.UNSAFE


async def test_what_cannot_be_looked_at_is_said_to_be_so(moderator: Moderator, tmp_path: Path) -> None:
    assert await moderator.look(tmp_path / "missing.png") is Verdict.UNCHECKABLE
    assert await moderator.look(picture(tmp_path, "green")) is Verdict.SAFE


async def test_without_a_classifier_nobody_looked(without_classifier: Moderator, tmp_path: Path) -> None:
    assert not without_classifier.classifies
    assert await without_classifier.look(picture(tmp_path, "red")) is Verdict.UNCLASSIFIED


async def test_a_long_list_is_not_looked_through_on_the_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    threads = []

    def blocks(patterns: object, prompt: str) -> bool:
        threads.append(threading.current_thread())
        return blocklist.blocks(patterns, prompt)  # type: ignore[arg-type]  # handed through

    monkeypatch.setattr("adapters.moderation.moderator.blocklist", SimpleNamespace(blocks=blocks))
    moderator = OwnersModerator(blocked=BLOCKED, classifier=None, threshold=0.5)
    assert await moderator.blocks("a forbidden thing")
    assert threads
    assert threading.main_thread() not in threads


async def test_many_prompts_at_once_leave_threads_for_files(monkeypatch: pytest.MonkeyPatch) -> None:
    at_work, most, counting = 0, 0, threading.Lock()
    two, go_on = threading.Event(), threading.Event()

    def slow(_patterns: object, _prompt: str) -> bool:
        nonlocal at_work, most
        with counting:
            at_work += 1
            most = max(most, at_work)
            if at_work == 2:
                two.set()
        go_on.wait(10)
        with counting:
            at_work -= 1
        return False

    monkeypatch.setattr("adapters.moderation.moderator.blocklist.blocks", slow)
    moderator = OwnersModerator(blocked=["x"], classifier=None, threshold=0.5)
    asking = [asyncio.create_task(moderator.blocks(f"prompt {number}")) for number in range(60)]
    async with asyncio.timeout(PATIENCE):
        assert await asyncio.to_thread(lambda: "a file") == "a file"
        assert await asyncio.to_thread(two.wait, PATIENCE)
    go_on.set()
    assert not any(await asyncio.gather(*asking))
    assert most == 2
