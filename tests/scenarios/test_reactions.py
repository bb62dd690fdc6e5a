"""Reactions on results, on both chats: by whoever may, and by whoever may not see what they react on."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from bot.domain.ids import generation_id
from bot.domain.request import Action
from tests.harness.waiting import PATIENCE
from tests.scenarios.humans import REFUSALS, SECRET
from tests.scenarios.people import EVERYBODY, SEES, people_of

# The SDK asks `oauth.v2.access` with a class that aiohttp will drop in version 4.
pytestmark = pytest.mark.filterwarnings("ignore:BasicAuth is deprecated:DeprecationWarning")

EMOJI = ("✉️", "⭐", "🔁", "❌")


async def until(fact: Callable[[], Awaitable[object]]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not await fact():
            await asyncio.sleep(0.01)


@pytest.mark.parametrize("state", ["public", "published"])
@pytest.mark.parametrize("chat", ["discord", "slack"])
async def test_reactions_do_what_their_member_may(chat: str, state: str, tmp_path: Path) -> None:
    async with people_of(chat, tmp_path) as people:
        _, job = await people.painted(state)
        message, store = people.requester.copy_of(job.id), people.running.core.store

        async def is_starred() -> bool:
            return all(each.kept for each in await store.generations(job.id))

        async def copies_of_member() -> bool:
            return people.member.copies(job.id) > 0

        async def rerolled() -> bool:
            made = await store.jobs_of(people.member.key, limit=5)
            return any(each.action is Action.REROLL and each.status.ended for each in made)

        async def is_gone() -> bool:
            return not await people.is_kept(job)

        await people.member.react("⭐", message)
        await until(copies_of_member)
        assert not await is_starred(), "a copy to keep; what is kept for long is its requester's to say"
        await people.requester.react("⭐", message)
        await until(is_starred)
        await people.member.react("🔁", message)
        await until(rerolled)
        (again,) = [each for each in await store.jobs_of(people.member.key, limit=5) if each.action is Action.REROLL]
        assert (again.requester.key, again.lineage.parent) == (people.member.key, generation_id(job.id, 0))
        assert not again.private
        await people.member.react("❌", message)
        await people.member.info(job.id)  # later than the reaction
        assert await people.is_kept(job), "a stranger's cross is an opinion"
        await people.moderator.react("❌", message)
        await until(is_gone)


@pytest.mark.parametrize("state", SEES)
@pytest.mark.parametrize("chat", ["discord", "slack"])
async def test_a_reaction_on_what_its_member_may_not_see_does_nothing(chat: str, state: str, tmp_path: Path) -> None:
    async with people_of(chat, tmp_path) as people:
        message, job = await people.painted(state)
        message = people.requester.copy_of(job.id) if state == "published" else message
        store = people.running.core.store
        copies = await store.copies(job.id)
        # No event of one chat names a message of the other.
        strangers = [people[name] for name in EVERYBODY if name not in {*SEES[state], "other_platform"}]
        for who in strangers:
            for emoji in EMOJI:
                await who.react(emoji, message)
            assert await who.info(job.id) in REFUSALS, "later than the reactions"
        await people.requester.info(job.id)
        for who in strangers:
            assert not await store.jobs_of(who.key, limit=9)
            assert not who.copies(job.id)
            assert SECRET not in who.shown()
        assert await store.copies(job.id) == copies
        assert [each.kept for each in await store.generations(job.id)] == [False]


@pytest.mark.parametrize("chat", ["discord", "slack"])
async def test_a_reaction_on_a_result_in_ones_own_conversation_is_for_that_member_alone(
    chat: str, tmp_path: Path
) -> None:
    async with people_of(chat, tmp_path) as people:
        alone, store = people.requester.alone(), people.running.core.store
        message = await alone.paint(
            SECRET, private=chat == "slack"
        )  # what only one member sees takes none on Discord
        job = await people.newest()
        for name in ("moderator_elsewhere", "elsewhere", "member", "moderator"):
            for emoji in EMOJI:
                await people[name].react(emoji, message)
            await people[name].info(job.id)  # later than the reactions
            assert not await store.jobs_of(people[name].key, limit=9)
            assert SECRET not in people[name].shown()
        assert await people.is_kept(job)

        async def rerolled() -> bool:
            newest = await people.newest()
            return newest.action is Action.REROLL and newest.status.ended

        async def is_starred() -> bool:
            return all(each.kept for each in await store.generations(job.id))

        async def is_gone() -> bool:
            return not await people.is_kept(job)

        for emoji, fact in (("🔁", rerolled), ("⭐", is_starred), ("❌", is_gone)):
            await alone.react(emoji, message)
            await until(fact)
        assert (await people.newest()).private is job.private
        assert SECRET not in people.member.shown()
