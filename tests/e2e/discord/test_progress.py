"""What a member sees while a job waits and runs."""

import re
import time
from contextlib import AsyncExitStack
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from adapters.discord.cards import layout
from adapters.discord.messenger import DiscordMessenger
from adapters.discord.rest import filename
from adapters.discord.sending import MESSAGE_BYTES
from bot.card_files import CardFiles
from bot.domain.card import Progress
from bot.domain.job import JobStatus, Lineage
from bot.domain.request import Requester
from bot.rendering import render
from tests.builders.exported import Pngs
from tests.builders.jobs import a_generation, a_job
from tests.builders.requests import png
from tests.contract.test_messenger import card, discord_chat
from tests.e2e.discord.conftest import PNG, Bench, Start, bench_on
from tests.e2e.discord.test_buttons import result_of
from tests.e2e.discord.test_faults import running
from tests.fakes.images import FolderImageStore
from tests.fakes.store import MemoryJobStore
from tests.harness.waiting import eventually
from tests.servers.discord import DiscordServer
from tests.servers.discord.people import Person
from tests.servers.discord.world import Channel


async def test_a_waiting_job_tells_what_was_understood_its_place_and_when(
    bench: Bench, anna: Person, ben: Person, channel: Channel
) -> None:
    await result_of(bench, anna, channel)  # something measured to estimate from
    await running(bench, anna, channel)
    asked = await ben.command(channel, "img2img", image=PNG, prompt="a storm", seed=3)
    waiting = await bench.discord.shown(asked, lambda post: "in line" in post.words)
    assert "#1 in line" in waiting.content
    assert "> a storm" in waiting.words
    assert "Balanced 0.5 · seed 3" in waiting.words
    assert re.search(r"<t:\d+:R>", waiting.words)
    assert list(waiting.buttons) == ["Cancel"]
    await bench.engine.release()


async def test_progress_comes_with_a_preview_that_gives_way_to_the_result() -> None:
    files_of = partial(CardFiles(Pngs()).of, file_bytes=1 << 20, message_bytes=MESSAGE_BYTES)
    job = a_job(number=1).started(lease="x", at=1.0)
    files = await files_of(render(job, (), progress=Progress(fraction=0.5, previews={0: png()})))
    assert [filename(file) for file in files.all] == ["preview.jpg"]
    done = card(JobStatus.SUCCEEDED)
    files = await files_of(done)
    assert [filename(file).rpartition(".")[0] for file in files.all] == [f"pentimento-{done.job}-0", "source"]
    assert layout(done, files)["embeds"][0]["thumbnail"] == {"url": "attachment://source.jpg"}


async def test_edits_are_coalesced(bench: Bench, anna: Person, channel: Channel) -> None:
    """The placeholder, the start, the end; a hundred steps in between, however slow, are not worth an edit each."""
    began = time.monotonic()
    await result_of(bench, anna, channel, steps=100, strength=1.0)
    numbers = (time.monotonic() - began) // DiscordMessenger.edit_interval
    edits = [call for call in bench.discord.requests if call[0] == "PATCH"]
    assert len(edits) <= 4 + numbers, "beginning and end, and a number every five seconds"


@pytest.mark.slow  # Discord wants five seconds between two shards
async def test_the_client_shards_as_discord_asks(discord: DiscordServer, start: Start, anna: Person) -> None:
    channel = discord.channel()
    discord.shards = 2

    async def both_are_there() -> bool:
        return discord.gateway.identified == 2

    async with start() as bench:
        await eventually(both_are_there)
        await result_of(bench, anna, channel)


async def test_the_client_remembers_routes_and_not_messages(bench: Bench, anna: Person, channel: Channel) -> None:
    """White box: what discord.py keeps for each path it sees must not grow with every message."""
    await result_of(bench, anna, channel)
    known = len(bench.platform._connection.http._bucket_hashes)
    for _ in range(3):
        await result_of(bench, anna, channel)
    assert len(bench.platform._connection.http._bucket_hashes) == known


async def test_a_preview_made_from_a_spoiler_is_one() -> None:
    job = replace(a_job(number=1).started(lease="x", at=1.0), lineage=Lineage(spoiler=True))
    shown = render(job, (), progress=Progress(fraction=0.5, previews={0: png()}))
    files = await CardFiles(Pngs()).of(shown, file_bytes=1 << 20, message_bytes=MESSAGE_BYTES)
    assert [filename(file) for file in files.all] == ["SPOILER_preview.jpg"]


async def test_a_preview_stays_until_the_next_and_is_sent_once() -> None:
    """A sweep's pictures each keep their own; the source stands beside them from the first message to the last."""
    async with AsyncExitStack() as stack:
        chat = await discord_chat(stack, by_token=False)
        job = replace(a_job(number=1, strengths=(0.3, 0.7)), requester=Requester(platform="discord", user="42"))
        started = job.started(lease="x", at=1.0)
        first, second, third = png("red"), png("blue"), png("green")
        message = await chat.messenger.post(chat.target, render(job, (), unseen=True), nonce=job.id)
        shown: list[list[tuple[str, str]]] = []
        for previews in ({}, {0: first}, {0: first}, {0: first, 1: second}, {0: third, 1: second}):
            progress = Progress(fraction=0.1 + len(shown) / 10, previews=previews)
            await chat.messenger.edit(chat.target, message, render(started, (), progress=progress, unseen=True))
            [post] = chat.posts()
            shown.append([(each["filename"], each["id"]) for each in post.payload["attachments"]])
        names = [[name for name, _ in each] for each in shown]
        both = ["preview-0.jpg", "preview-1.jpg", "source.jpg"]
        assert names == [["source.jpg"], ["preview.jpg", "source.jpg"], ["preview.jpg", "source.jpg"], both, both]
        assert shown[1] == shown[2]
        assert shown[3][1] == shown[4][1]
        assert shown[3][0] != shown[4][0]
        assert len({each[-1] for each in shown}) == 1
        done = job.started(lease="x", at=1.0).succeeded(at=2.0)
        made = [a_generation(done, 0), a_generation(done, 1)]
        await chat.messenger.edit(chat.target, message, render(done, made))
        [post] = chat.posts()
        attached = {each["filename"]: each["id"] for each in post.payload["attachments"]}
        assert set(attached) == {f"pentimento-{job.id}-0.png", f"pentimento-{job.id}-1.png", "source.jpg"}
        assert ("source.jpg", attached["source.jpg"]) == shown[0][0]


async def test_who_was_called_and_presses_on_the_result_sees_the_call_no_more(
    discord: DiscordServer, tmp_path: Path, anna: Person, ben: Person, channel: Channel
) -> None:
    store, images = MemoryJobStore(), FolderImageStore(tmp_path)
    async with bench_on(discord, store, images, held=True, notify_seconds=1e-6) as bench:
        await running(bench, anna, channel)
        await bench.engine.release()
        result = await discord.posted(channel, lambda post: post.done)
        call = await discord.posted(channel, lambda post: "is ready" in post.words)
        await eventually(lambda: store.notices("discord", most=1))
        await discord.shown(await ben.press(result, "Details"))
        assert not call.deleted, "it is not for him"
        await discord.shown(await anna.press(result, "Details"))
        await discord.until(lambda: call.deleted, what="the end of the call")
        assert not result.deleted
