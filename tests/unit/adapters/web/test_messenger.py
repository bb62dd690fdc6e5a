"""Streams of cards: the latest one, and an end."""

import asyncio
from contextlib import aclosing
from dataclasses import replace

import pytest

from adapters.web import messenger as module
from adapters.web.messenger import WebMessenger
from bot.domain.card import Card
from bot.domain.ids import JobId
from bot.domain.job import JobStatus
from bot.domain.request import ReplyTarget
from bot.rendering import render
from tests.builders.jobs import a_job

HERE = ReplyTarget(platform="web")
CARD = render(a_job(), ())


def told(status: JobStatus, headline: str) -> Card:
    return replace(CARD, status=status, headline=headline)


async def test_a_slow_stream_gets_the_latest_card_and_the_end() -> None:
    messenger = WebMessenger()
    reference = await messenger.post(HERE, told(JobStatus.QUEUED, "one"), nonce="n")
    async with aclosing(messenger.cards(CARD.job)) as cards:
        assert (await anext(cards))[1] == told(JobStatus.QUEUED, "one")
        await messenger.edit(HERE, reference, told(JobStatus.RUNNING, "two"))
        await messenger.edit(HERE, reference, told(JobStatus.RUNNING, "three"))
        version, card = await anext(cards)
        assert card == told(JobStatus.RUNNING, "three") == messenger.latest(CARD.job)
        later = asyncio.create_task(anext(cards, None))
        await asyncio.sleep(0)
        await messenger.edit(HERE, reference, told(JobStatus.SUCCEEDED, "done"))
        assert await later is None
    assert version == 3
    assert messenger.latest(CARD.job) is None


async def test_a_reconnection_is_told_only_what_is_new() -> None:
    messenger = WebMessenger()
    await messenger.post(HERE, told(JobStatus.QUEUED, "one"), nonce="n")
    async with aclosing(messenger.cards(CARD.job, after=1)) as cards:
        waiting = asyncio.create_task(anext(cards))
        await asyncio.sleep(0)
        await messenger.edit(HERE, "n", told(JobStatus.RUNNING, "two"))
        assert (await waiting)[1] == told(JobStatus.RUNNING, "two")


async def test_a_page_that_was_open_over_a_restart_is_told_what_is_new() -> None:
    earlier, messenger = WebMessenger(), WebMessenger()
    for number in range(30):
        await earlier.edit(HERE, "n", told(JobStatus.RUNNING, f"{number}"))
    async with aclosing(earlier.cards(CARD.job)) as cards:
        known, _ = await anext(cards)
    await messenger.edit(HERE, "n", told(JobStatus.QUEUED, "again"))
    async with aclosing(messenger.cards(CARD.job, after=known)) as cards:
        assert (await anext(cards))[1] == told(JobStatus.QUEUED, "again")
        await messenger.edit(HERE, "n", told(JobStatus.RUNNING, "again"))
        assert (await anext(cards))[1] == told(JobStatus.RUNNING, "again")


async def test_streams_end_when_the_service_stops() -> None:
    messenger = WebMessenger()
    await messenger.post(HERE, told(JobStatus.QUEUED, "one"), nonce="n")
    async with aclosing(messenger.cards(CARD.job, after=1)) as cards:
        waiting = asyncio.create_task(anext(cards, None))
        await asyncio.sleep(0)
        messenger.close()
        assert await waiting is None


async def test_a_quiet_stream_says_that_it_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "QUIET_SECONDS", 0.0)
    messenger = WebMessenger()
    await messenger.post(HERE, told(JobStatus.QUEUED, "one"), nonce="n")
    async with aclosing(messenger.cards(CARD.job, after=1)) as cards:
        assert await anext(cards) == (1, None)


async def test_a_card_wakes_the_streams_of_its_own_job_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    woken: list[str] = []

    class Counting(asyncio.Event):
        def set(self) -> None:
            woken.append("one")
            super().set()

    monkeypatch.setattr(asyncio, "Event", Counting)
    messenger = WebMessenger()
    cards = [replace(CARD, job=JobId(f"{number:022}")) for number in range(20)]
    for card in cards:
        await messenger.post(HERE, card, nonce="n")
    streams = [messenger.cards(card.job, after=1) for card in cards]
    waiting = [asyncio.create_task(anext(stream, None)) for stream in streams]
    await asyncio.sleep(0)
    await messenger.edit(HERE, "n", cards[7])
    assert len(woken) == 1
    assert await waiting.pop(7) == (2, cards[7])
    messenger.close()
    assert await asyncio.gather(*waiting) == [None] * 19
    for stream in streams:
        await stream.aclose()
