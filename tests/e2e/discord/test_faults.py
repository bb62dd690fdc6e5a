"""Every way Discord refuses, and where the result goes then: always somewhere its owner sees, never twice."""

import asyncio
import io
import random
from typing import Any

import pytest
from PIL import Image

from adapters.discord import answers
from bot.domain.errors import StorageFailed, TryLater
from bot.domain.ids import JobId
from bot.rendering import render
from tests.e2e.discord.conftest import PNG, Bench
from tests.e2e.discord.test_buttons import result_of
from tests.harness.waiting import eventually
from tests.servers.discord.people import Person
from tests.servers.discord.world import Asked, Channel, Post

BY_TOKEN = r"/webhooks/.*/messages/"
OPENING = "/users/@me/channels"
BY_BOT = r"/channels/\d+/messages/\d+$"


def is_end(body: dict[str, object]) -> bool:
    """Whether a message's payload shows the end of a job."""
    return "p1:delete:" in str(body.get("components", ""))


async def message_of(bench: Bench, job: JobId) -> str:
    """Where a job's message stands; empty while it was not posted."""
    duty = await bench.store.delivery(job)
    return (duty and duty.message) or ""


async def given_up(bench: Bench, job: JobId) -> str:
    """Why a job's end can never be shown; empty while it may."""
    duty = await bench.store.delivery(job)
    return duty.undeliverable if duty else ""


def noise() -> bytes:
    """A picture that no format makes small."""
    file = io.BytesIO()
    chance = random.Random(1)
    Image.frombytes("RGB", (256, 256), chance.randbytes(256 * 256 * 3)).save(file, "PNG")
    return file.getvalue()


async def running(bench: Bench, person: Person, channel: Channel, **options: Any) -> tuple[Asked, Post]:
    """A job whose message stands and whose picture is being made."""
    bench.engine.hold()
    asked = await person.command(channel, "img2img", image=PNG, prompt="x", **options)
    return asked, await bench.discord.shown(asked, lambda post: "Starting" in post.words)


@pytest.mark.parametrize("status", [500, 502, 503])
@pytest.mark.parametrize("after", [False, True])
async def test_an_outage_delays_the_end_and_doubles_nothing(
    bench: Bench, anna: Person, channel: Channel, status: int, after: bool
) -> None:
    bench.discord.fail("PATCH", BY_TOKEN, status, after=after, when=is_end)
    result = await result_of(bench, anna, channel)
    assert [post for post in bench.discord.in_channel(channel) if post.pictures] == [result]


async def test_a_reset_connection_delays_the_end(bench: Bench, anna: Person, channel: Channel) -> None:
    bench.discord.fail("PATCH", BY_TOKEN, reset=True, when=is_end)
    await result_of(bench, anna, channel)


async def test_a_message_made_before_a_500_is_not_made_again(bench: Bench, anna: Person, channel: Channel) -> None:
    bench.discord.fail("POST", r"/channels/\d+/messages$", 500, after=True)
    await anna.say(channel, f"<@{bench.discord.me['id']}> a tiger", files={"cat.png": PNG})
    result = await bench.discord.posted(channel, lambda post: post.pictures)
    mine = [post for post in bench.discord.in_channel(channel) if post.payload["author"] == bench.discord.me]
    assert mine == [result]


async def test_an_outage_of_the_first_answer_is_ridden_out(bench: Bench, anna: Person, channel: Channel) -> None:
    bench.discord.fail("POST", "/callback", 503, times=2)
    await result_of(bench, anna, channel)


async def test_an_answer_that_was_given_before_a_500_counts(bench: Bench, anna: Person, channel: Channel) -> None:
    bench.discord.fail("POST", "/callback", 503, after=True)
    await result_of(bench, anna, channel)


async def test_where_the_first_answer_came_too_late_the_bot_posts_itself(
    bench: Bench, anna: Person, channel: Channel
) -> None:
    bench.discord.fail("POST", "/callback", 404, code=10062)
    await anna.command(channel, "img2img", image=PNG, prompt="x")
    result = await bench.discord.posted(channel, lambda post: post.pictures)
    assert f"<@{anna.id}>" in result.content


async def test_an_answer_that_discord_confirms_too_late_still_gets_the_result(
    bench: Bench, anna: Person, channel: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answers, "ACK_SECONDS", 0.3)
    confirmed = asyncio.Event()
    bench.discord.fail("POST", "/callback", held=confirmed)
    asked = await anna.command(channel, "img2img", image=PNG, prompt="x")
    result = await bench.discord.shown(asked, lambda post: post.pictures)
    confirmed.set()
    assert bench.discord.in_channel(channel) == [result]


async def test_a_limit_of_the_whole_bot_ends_though_its_call_was_given_up(
    bench: Bench, anna: Person, channel: Channel
) -> None:
    bench.discord.fail("POST", "/callback", 429, retry_after=4.0, everywhere=True)
    await anna.command(channel, "img2img", image=PNG, prompt="x")
    await bench.discord.posted(channel, lambda post: post.pictures)


async def test_a_dead_token_moves_delivery_to_the_bot(bench: Bench, anna: Person, channel: Channel) -> None:
    asked, message = await running(bench, anna, channel)
    asked.dead = True
    await bench.engine.release()
    await bench.discord.until(lambda: message.pictures, what="the result in the same message")
    by_bot = ("PATCH", f"/api/v10/channels/{channel.id}/messages/{message.id}", 200)
    await bench.discord.until(lambda: by_bot in bench.discord.requests, what="an edit by the bot")


@pytest.mark.parametrize(("seconds", "bare"), [(30.0, False), (3.5, True)], ids=["long", "said in the body alone"])
async def test_a_limit_comes_back_to_delivery_with_its_wait(
    bench: Bench, anna: Person, channel: Channel, seconds: float, bare: bool
) -> None:
    await running(bench, anna, channel)
    [job] = await bench.store.jobs_of(f"discord:{anna.id}", limit=1)
    await eventually(lambda: message_of(bench, job.id))
    bench.discord.fail("PATCH", BY_TOKEN, 429, retry_after=seconds, bare=bare)
    with pytest.raises(TryLater) as busy:
        await bench.platform.messenger.edit(job.reply_to, await message_of(bench, job.id), render(job, ()))
    assert busy.value.seconds == seconds


async def test_progress_of_a_deleted_message_is_tried_once(bench: Bench, anna: Person, channel: Channel) -> None:
    _, message = await running(bench, anna, channel)
    [job] = await bench.store.jobs_of(f"discord:{anna.id}", limit=1)
    await eventually(lambda: message_of(bench, job.id))
    message.deleted = True
    for _ in range(3):
        await bench.platform.messenger.edit(job.reply_to, await message_of(bench, job.id), render(job, ()))
    assert [status for _, _, status in bench.discord.requests if status >= 400] == [404]
    await bench.engine.release()
    await anna.told(lambda post: post.pictures)


async def test_direct_messages_that_are_opened_too_fast_come_later_and_open_once(
    bench: Bench, anna: Person, channel: Channel
) -> None:
    asked, _ = await running(bench, anna, channel, private=True)
    [job] = await bench.store.jobs_of(f"discord:{anna.id}", limit=1)
    await eventually(lambda: message_of(bench, job.id))
    asked.dead = True
    bench.discord.fail("POST", OPENING, 403, code=40003)
    with pytest.raises(TryLater):
        await bench.platform.messenger.post(job.reply_to, render(job, ()), nonce="1")
    for nonce in ("1", "2"):
        await bench.platform.messenger.post(job.reply_to, render(job, ()), nonce=nonce)
    opened = [status for _, path, status in bench.discord.requests if path.endswith(OPENING)]
    assert opened == [403, 200]


async def test_a_deleted_message_brings_the_result_to_its_owner(bench: Bench, anna: Person, channel: Channel) -> None:
    _, message = await running(bench, anna, channel)
    message.deleted = True
    await bench.engine.release()
    told = await anna.told(lambda post: post.pictures)
    assert told.done
    calls = [path for method, path, status in bench.discord.requests if status == 404]
    assert len(calls) <= 3, "no retry storm"


async def test_a_deleted_channel_brings_the_result_to_its_owner(bench: Bench, anna: Person, channel: Channel) -> None:
    asked, message = await running(bench, anna, channel)
    asked.dead = message.deleted = True
    del bench.discord.channels[channel.id]
    await bench.engine.release()
    await anna.told(lambda post: post.pictures)


async def test_a_left_server_brings_the_result_to_its_owner(bench: Bench, anna: Person, channel: Channel) -> None:
    asked, _ = await running(bench, anna, channel)
    asked.dead = True
    assert channel.guild
    channel.guild.member = False
    await bench.engine.release()
    await anna.told(lambda post: post.pictures)


async def test_where_nobody_can_be_reached_the_result_waits_in_the_queue(
    bench: Bench, anna: Person, channel: Channel
) -> None:
    _, message = await running(bench, anna, channel)
    message.deleted = anna.closed = True
    await bench.engine.release()
    [job] = await bench.store.jobs_of(f"discord:{anna.id}", limit=1)
    await eventually(lambda: given_up(bench, job.id))
    listed = await bench.discord.shown(await anna.command(channel, "queue"))
    assert "I could not show it" in listed.words
    await anna.press(listed, "Collect 1")
    await bench.discord.until(lambda: listed.pictures, what="the collected result")


async def test_what_stood_where_a_result_could_not_is_taken_away_when_that_is_collected(
    bench: Bench, anna: Person, channel: Channel
) -> None:
    asked, message = await running(bench, anna, channel)
    asked.dead = anna.closed = True
    bench.discord.fail("PATCH", BY_BOT, 403, code=50013, when=is_end)
    await bench.engine.release()
    [job] = await bench.store.jobs_of(f"discord:{anna.id}", limit=1)
    await eventually(lambda: given_up(bench, job.id))
    assert not message.deleted
    listed = await bench.discord.shown(await anna.command(channel, "queue"))
    await anna.press(listed, "Collect 1")
    await bench.discord.until(lambda: listed.pictures, what="the collected result")
    await bench.discord.until(lambda: message.deleted, what="the end of the first one")
    assert not listed.deleted


async def followed(bench: Bench, anna: Person, channel: Channel) -> Post:
    """What shows the result in the place of a message that takes no edits."""
    asked, message = await running(bench, anna, channel)
    asked.dead = True
    bench.discord.fail("PATCH", BY_BOT, 400, code=30046, when=is_end)
    await bench.engine.release()
    result = await bench.discord.posted(channel, lambda post: post.pictures)
    assert result is not message
    await bench.discord.until(lambda: message.deleted, what="the end of the first one")
    return result


async def test_a_message_that_takes_no_edits_is_followed_by_a_new_one(
    bench: Bench, anna: Person, channel: Channel
) -> None:
    await followed(bench, anna, channel)


async def test_a_disk_that_refuses_to_note_the_message_that_follows_makes_no_third_one(
    bench: Bench, anna: Person, channel: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, message = await running(bench, anna, channel)
    posted = bench.store.posted
    refused: list[str] = []

    async def refuses_once(job: JobId, stands: str, **more: str | None) -> None:
        if message.id not in stands and not refused:
            refused.append(stands)
            raise StorageFailed
        await posted(job, stands, **more)

    monkeypatch.setattr(bench.store, "posted", refuses_once)
    monkeypatch.setattr("bot.durable.BACKOFF", (0.01,))
    asked.dead = True
    bench.discord.fail("PATCH", BY_BOT, 400, code=30046, when=is_end)
    await bench.engine.release()
    result = await bench.discord.posted(channel, lambda post: post.pictures)
    [job] = await bench.store.jobs_of(f"discord:{anna.id}", limit=1)
    await bench.core.delivery.shown(job.id)
    assert result.id in refused[0]
    assert result.id in await message_of(bench, job.id)
    assert [post for post in bench.discord.posts.values() if post.pictures and not post.deleted] == [result]


async def test_a_message_that_followed_another_stays_though_it_takes_no_edits_either(
    bench: Bench, anna: Person, channel: Channel
) -> None:
    result = await followed(bench, anna, channel)
    [job] = await bench.store.jobs_of(f"discord:{anna.id}", limit=1)
    await bench.core.delivery.shown(job.id)
    bench.discord.fail("PATCH", BY_BOT, 400, code=30046, when=is_end)
    await bench.core.delivery.show_again(job.id)
    assert not result.deleted


async def test_an_archived_thread_is_woken_by_a_new_message(bench: Bench, anna: Person, channel: Channel) -> None:
    thread = bench.discord.thread(channel)
    asked, message = await running(bench, anna, thread)
    asked.dead = thread.archived = True
    await bench.engine.release()
    result = await bench.discord.posted(thread, lambda post: post.pictures)
    assert result is not message
    await bench.discord.until(lambda: message.deleted, what="the end of the first one")


async def test_a_locked_thread_brings_the_result_to_its_owner(bench: Bench, anna: Person, channel: Channel) -> None:
    thread = bench.discord.thread(channel)
    asked, _ = await running(bench, anna, thread)
    asked.dead = thread.archived = thread.locked = True
    await bench.engine.release()
    await anna.told(lambda post: post.pictures)


async def test_automod_is_explained_to_the_owner_alone(bench: Bench, anna: Person, channel: Channel) -> None:
    bench.discord.filtered = "tiger"
    await anna.say(channel, f"<@{bench.discord.me['id']}> a tiger", files={"cat.png": PNG})
    told = await anna.told()
    assert "AutoMod" in told.content
    assert not [post for post in bench.discord.in_channel(channel) if post.payload["author"] == bench.discord.me]


async def test_automod_on_an_interaction_is_explained_privately(bench: Bench, anna: Person, channel: Channel) -> None:
    bench.discord.fail("PATCH", BY_TOKEN, 400, code=200000, when=is_end)
    asked = await anna.command(channel, "img2img", image=PNG, prompt="x")
    await bench.discord.until(lambda: asked.follow_ups, what="the explanation")
    assert "AutoMod" in asked.follow_ups[0].content
    assert asked.follow_ups[0].hidden == anna.id


async def test_a_file_over_the_limit_is_made_smaller_with_a_note(
    bench: Bench, anna: Person, channel: Channel
) -> None:
    bench.discord.file_bytes = 20_000
    result = await result_of(bench, anna, channel, image=noise(), strength=1.0)
    assert all(len(content) <= 20_000 for content in result.files.values())
    assert "-# " in result.words


async def test_a_limit_that_discord_did_not_name_is_found_by_trying(
    bench: Bench, anna: Person, channel: Channel
) -> None:
    bench.discord.fail("PATCH", BY_TOKEN, 413, code=40005, when=is_end)
    await result_of(bench, anna, channel)


async def test_what_discord_calls_malformed_is_shown_plainly(bench: Bench, anna: Person, channel: Channel) -> None:
    bench.discord.fail("PATCH", BY_TOKEN, 400, code=50035, when=is_end)
    result = await result_of(bench, anna, channel)
    assert not result.payload["embeds"]
    assert not result.buttons


async def test_a_lost_gateway_connection_is_resumed_and_repeats_nothing(
    bench: Bench, anna: Person, channel: Channel
) -> None:
    asked = await anna.command(channel, "img2img", image=PNG, prompt="x")
    await bench.discord.gateway.repeat()
    await bench.discord.shown(asked, lambda post: post.pictures)
    await bench.discord.gateway.drop()
    await bench.discord.gateway.ready.wait()
    await result_of(bench, anna, channel)
    assert len(bench.engine.requests) == 2
    assert bench.discord.gateway.identified == 1


async def test_a_private_result_whose_token_died_early_comes_directly(
    bench: Bench, anna: Person, channel: Channel
) -> None:
    asked, _ = await running(bench, anna, channel, private=True)
    asked.dead = True
    await bench.engine.release()
    told = await anna.told(lambda post: post.pictures)
    assert "comes to you directly" in told.words
    assert not [post for post in bench.discord.in_channel(channel) if not post.hidden]


async def test_without_a_history_to_answer_in_the_result_stands_alone(
    bench: Bench, anna: Person, channel: Channel
) -> None:
    bench.discord.fail(
        "POST", r"/channels/\d+/messages$", 403, code=160002, times=9, when=lambda body: "message_reference" in body
    )
    await anna.say(channel, f"<@{bench.discord.me['id']}> a tiger", files={"cat.png": PNG})
    result = await bench.discord.posted(channel, lambda post: post.pictures)
    assert "message_reference" not in result.payload


async def test_a_message_is_deleted_by_the_bot_where_the_press_was_answered_too_late(
    bench: Bench, anna: Person, channel: Channel
) -> None:
    result = await result_of(bench, anna, channel)
    bench.discord.fail("POST", "/callback", 404, code=10062)
    await anna.press(result, "Delete")
    question = await anna.told(lambda post: "Delete" in post.buttons)
    await anna.press(question, "Delete")
    await bench.discord.until(lambda: result.deleted, what="the deletion")
