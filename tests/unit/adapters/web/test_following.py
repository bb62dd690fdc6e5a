"""What a job's page is told: of a chat's job as of one from the web, and the end only if it has ended."""

from contextlib import aclosing
from dataclasses import replace

import pytest

from adapters.web import following
from adapters.web.following import followed
from adapters.web.messenger import WebMessenger
from bot.domain.card import Card
from bot.domain.errors import Gone
from bot.domain.job import JobStatus
from bot.domain.request import ReplyTarget
from bot.rendering import render
from tests.builders.jobs import a_job

HERE = ReplyTarget(platform="web")
WAITS = render(a_job(), ())
RUNS = replace(WAITS, status=JobStatus.RUNNING)
ENDED = replace(WAITS, status=JobStatus.SUCCEEDED)


class Stored:
    """What the store says, look by look; when there is no more, the job is gone."""

    def __init__(self, *cards: Card) -> None:
        self._cards = list(cards)

    async def __call__(self) -> Card:
        if not self._cards:
            raise Gone("refused-job-unknown")
        return self._cards.pop(0)


@pytest.fixture(autouse=True)
def _short_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(following, "LOOK_SECONDS", 0.0)


@pytest.mark.parametrize("last", [[ENDED], []], ids=["ended", "gone"])
async def test_a_job_that_a_chat_shows_is_told_as_the_store_has_it_until_it_ends(last: list[Card]) -> None:
    stored = Stored(WAITS, WAITS, RUNS, *last)
    stream = followed(WAITS.job, messenger=WebMessenger(), after=0, shown=stored)
    assert [card async for _, card in stream] == [WAITS, None, RUNS]


async def test_a_job_of_the_web_goes_live_when_its_first_card_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(following, "LOOK_SECONDS", 1e6)
    messenger = WebMessenger()
    async with aclosing(
        followed(WAITS.job, messenger=messenger, after=0, shown=Stored(WAITS, RUNS, ENDED))
    ) as stream:
        assert await anext(stream) == (0, WAITS)
        await messenger.post(HERE, RUNS, nonce="n")
        assert await anext(stream) == (1, RUNS)
        await messenger.edit(HERE, "n", ENDED)
        assert await anext(stream, None) is None


async def test_a_service_that_stops_ends_the_stream_without_another_look() -> None:
    messenger = WebMessenger()
    async with aclosing(followed(WAITS.job, messenger=messenger, after=0, shown=Stored(WAITS, WAITS))) as stream:
        assert await anext(stream) == (0, WAITS)
        messenger.close()
        assert await anext(stream, None) is None
