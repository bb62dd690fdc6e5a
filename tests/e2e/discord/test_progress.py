"""What a member sees while a job waits and runs."""

import re
from dataclasses import replace

import pytest

from adapters.discord.cards import layout
from adapters.discord.files import FileMaker
from bot.domain.card import Progress
from bot.domain.job import JobStatus, Lineage
from bot.rendering import render
from tests.builders.jobs import a_job
from tests.builders.requests import png
from tests.contract.test_messenger import Pngs, card
from tests.e2e.discord.conftest import PNG, Bench, Start, eventually
from tests.e2e.discord.test_buttons import result_of
from tests.e2e.discord.test_faults import running
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
    assert "strength 0.5 (balanced) · seed 3" in waiting.words
    assert re.search(r"<t:\d+:R>", waiting.words)
    assert list(waiting.buttons) == ["Cancel"]
    await bench.engine.release()


async def test_progress_comes_with_a_preview_that_gives_way_to_the_result() -> None:
    maker = FileMaker(Pngs())
    job = a_job(number=1).started(lease="x", at=1.0)
    files = await maker.of(render(job, (), progress=Progress(fraction=0.5, preview=png())), file_bytes=1 << 20)
    assert [file.filename for file in files.all] == ["preview.jpg"]
    done = card(JobStatus.SUCCEEDED)
    files = await maker.of(done, file_bytes=1 << 20)
    assert [file.filename.rpartition(".")[0] for file in files.all] == [f"pentimento-{done.job}-0", "source"]
    assert layout(done, files.pictures, thumbnail=files.thumbnail)["embeds"][0]["thumbnail"] == {
        "url": "attachment://source.png"
    }


async def test_edits_are_coalesced(bench: Bench, anna: Person, channel: Channel) -> None:
    """The placeholder, the start, the end; a hundred quick steps in between are not worth an edit each."""
    await result_of(bench, anna, channel, steps=100, strength=1.0)
    edits = [call for call in bench.discord.requests if call[0] == "PATCH"]
    assert len(edits) <= 4


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
    shown = render(job, (), progress=Progress(fraction=0.5, preview=png()))
    files = await FileMaker(Pngs()).of(shown, file_bytes=1 << 20)
    assert [file.filename for file in files.all] == ["SPOILER_preview.jpg"]
