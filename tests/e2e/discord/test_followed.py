"""A process that is killed between two messages of one result shows it once, and knows where."""

import asyncio

import pytest

from adapters.sqlite.store import SqliteJobStore
from bot.domain.ids import JobId
from bot.stores import MessageRef
from tests.e2e.discord.conftest import Start
from tests.e2e.discord.test_faults import BY_BOT, is_end, running
from tests.servers.discord import DiscordServer
from tests.servers.discord.people import Person
from tests.servers.discord.world import Channel, Post


class Killed(Exception):
    """The process ends here."""


async def test_a_result_whose_message_was_not_noted_yet_is_found_again_and_goes_when_it_is_deleted(
    discord: DiscordServer, start_on_disk: Start, anna: Person, channel: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    posted, noting = SqliteJobStore.posted, asyncio.Event()
    shown: list[Post] = []

    async def never(store: SqliteJobStore, job: JobId, stands: MessageRef, **more: MessageRef | None) -> None:
        if not shown or shown[0].id in stands:
            await posted(store, job, stands, **more)
        else:
            noting.set()
            await asyncio.Event().wait()

    async def until_killed() -> None:
        async with start_on_disk() as bench:
            asked, message = await running(bench, anna, channel)
            shown.append(message)
            asked.dead = True
            discord.fail(
                "PATCH", BY_BOT, 400, code=30046, times=9, when=lambda body: is_end(body) and not message.deleted
            )
            await bench.engine.release()
            await noting.wait()
            raise Killed

    with monkeypatch.context() as disk:
        disk.setattr(SqliteJobStore, "posted", never)
        with pytest.raises(ExceptionGroup, check=lambda group: group.subgroup(Killed) is not None):
            await until_killed()
    [first] = [post for post in discord.in_channel(channel) if post.pictures]
    async with start_on_disk() as bench:
        [job] = await bench.store.jobs_of(f"discord:{anna.id}", limit=1)
        await bench.core.delivery.shown(job.id)
        await discord.until(lambda: shown[0].deleted, what="the end of the first one")
        assert [post for post in discord.posts.values() if post.pictures and not post.deleted] == [first]
        await bench.core.service.removal.forget(job.requester)
        await discord.until(lambda: first.deleted, what="the deletion")
