"""What is published or sent of a result goes when that is deleted, by whatever way, and when Discord lets it."""

import asyncio

import pytest

from bot import notices
from bot.domain.access import Asker
from bot.domain.job import Job
from tests.e2e.discord.conftest import Bench, Start
from tests.e2e.discord.test_buttons import result_of
from tests.harness.waiting import eventually
from tests.servers.discord import DiscordServer
from tests.servers.discord.people import Person
from tests.servers.discord.world import Channel, Post

WAYS = ("Delete", "Delete on a copy", "cross", "everything", "pages")


async def with_copies(bench: Bench, anna: Person, ben: Person, channel: Channel) -> list[Post]:
    """A private result, then where it was published, and copies that both keep."""
    own = await result_of(bench, anna, channel, private=True)
    published = await bench.discord.shown(await anna.press(own, "Publish"), lambda post: post.pictures)
    await ben.react(published, "✉️")
    his = await ben.told(lambda post: post.pictures)
    await anna.react(published, "⭐")
    return [own, published, his, await anna.told(lambda post: post.pictures)]


async def delete(bench: Bench, way: str, anna: Person, channel: Channel, shown: list[Post]) -> None:
    own, published, *_ = shown
    match way:
        case "Delete":
            await anna.delete(own)
        case "Delete on a copy":
            await anna.delete(published)
        case "cross":
            await anna.react(published, "❌")
        case "everything":
            question = await bench.discord.shown(await anna.command(channel, "privacy", sub="delete"))
            await anna.press(question, "Delete everything")
        case _:  # pages call the core and no chat
            job = await job_of(bench, anna)
            await bench.core.service.removal.delete(job.generation_ids()[0], by=Asker(requester=job.requester))


async def job_of(bench: Bench, person: Person) -> Job:
    [job] = await bench.store.jobs_of(f"discord:{person.id}", limit=1)
    return job


async def nothing_left(bench: Bench) -> bool:
    return not await bench.store.notices("discord", most=99)


def standing(shown: list[Post]) -> list[Post]:
    """The copies that somebody still sees; the result's own message is its member's alone and goes by its token."""
    return [post for post in shown[1:] if not post.deleted]


@pytest.mark.parametrize("restarted", [False, True])
@pytest.mark.parametrize("way", WAYS)
async def test_a_result_goes_with_every_copy_of_it(
    discord: DiscordServer,
    start: Start,
    anna: Person,
    ben: Person,
    channel: Channel,
    *,
    way: str,
    restarted: bool,
) -> None:
    async with start() as bench:
        shown = await with_copies(bench, anna, ben, channel)
        if not restarted:
            await delete(bench, way, anna, channel, shown)
            await discord.until(lambda: not standing(shown), what="the end of the copies")
    if restarted:
        discord.clock.skip(3600.0)  # no token of then is any good
        async with start() as bench:
            await delete(bench, way, anna, channel, shown)
            await discord.until(lambda: not standing(shown), what="the end of the copies")


async def test_the_message_of_a_public_result_goes_too_when_it_is_deleted_elsewhere(
    bench: Bench, anna: Person, channel: Channel
) -> None:
    result, other = await result_of(bench, anna, channel), await result_of(bench, anna, channel, prompt="another")
    [newer, older] = await bench.store.jobs_of(f"discord:{anna.id}", limit=2)
    await bench.core.service.removal.delete(older.generation_ids()[0], by=Asker(requester=older.requester))
    await bench.discord.until(lambda: result.deleted, what="the deletion")
    assert not other.deleted
    await bench.core.service.removal.forget(newer.requester)
    await bench.discord.until(lambda: other.deleted, what="the deletion")


async def test_where_discord_is_away_a_copy_goes_later(
    bench: Bench, anna: Person, ben: Person, channel: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notices, "_RETRY_SECONDS", 0.1)
    shown = await with_copies(bench, anna, ben, channel)
    away = bench.discord.fail("DELETE", r"/(channels|webhooks)/", 403, times=8)  # as the gate before Discord
    question = await anna.delete(shown[1])
    await bench.discord.until(lambda: away.times == 0, what="some tries")
    await bench.discord.until(lambda: not standing(shown), what="the end of the copies")
    assert question.follow_ups == [], "nobody has to ask a moderator for it"


async def test_copies_that_are_gone_already_are_forgotten(
    bench: Bench, anna: Person, ben: Person, channel: Channel
) -> None:
    shown = await with_copies(bench, anna, ben, channel)
    shown[1].deleted = shown[2].deleted = True
    await anna.delete(shown[0])
    await bench.discord.until(lambda: shown[3].deleted, what="the end of the last copy")
    await eventually(lambda: nothing_left(bench))


@pytest.mark.parametrize("way", ["Publish", "✉️"])
async def test_a_copy_is_written_down_before_its_picture_stands(
    bench: Bench, anna: Person, ben: Person, channel: Channel, way: str
) -> None:
    result = await result_of(bench, anna, channel, private=way == "Publish")
    held = asyncio.Event()
    path = r"/messages/@original" if way == "Publish" else r"/channels/\d+/messages/"
    put = bench.discord.fail("PATCH", path, held=held)
    await (anna.press(result, way) if way == "Publish" else ben.react(result, way))
    await bench.discord.until(lambda: put.times == 0, what="the picture on its way")
    job = await job_of(bench, anna)
    await bench.store.forget(job.requester.key)  # as a program that began after this one ended would see it
    noted = [each for each in await bench.store.notices("discord", most=9) if each.pictures]
    held.set()
    assert len(noted) == 2, "its own message, and the copy"


async def test_what_was_deleted_meanwhile_is_not_shown_any_more(
    bench: Bench, anna: Person, ben: Person, channel: Channel
) -> None:
    result = await result_of(bench, anna, channel)
    held = asyncio.Event()
    put = bench.discord.fail("POST", r"/channels/\d+/messages$", held=held)
    await ben.react(result, "✉️")
    await bench.discord.until(lambda: put.times == 0, what="the copy on its way")
    await anna.delete(result)
    await bench.discord.until(lambda: result.deleted, what="the deletion")
    held.set()
    refusal = await ben.told(lambda post: "⚠️" in post.content)  # the message that it would answer is gone
    assert bench.discord.in_channel(refusal.channel) == [refusal]


async def test_a_lossless_picture_that_could_only_be_sent_directly_goes_too(
    bench: Bench, anna: Person, ben: Person, channel: Channel
) -> None:
    result = await result_of(bench, anna, channel)
    details = await bench.discord.shown(await ben.press(result, "Details"), lambda post: post.words)
    bench.discord.fail("POST", r"/interactions/", 404, code=10062)
    await ben.press(details, "Original")
    sent = await ben.told(lambda post: post.pictures)
    await anna.delete(result)
    await bench.discord.until(lambda: sent.deleted, what="the end of the copy")
