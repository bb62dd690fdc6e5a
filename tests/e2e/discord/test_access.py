"""Who sees and touches whose results on Discord: by buttons, made-up ids, reactions, forms and `/info`."""

import pytest

from bot.domain.ids import JobId
from tests.e2e.discord.conftest import PNG, Bench
from tests.e2e.discord.test_buttons import result_of
from tests.servers.discord.people import Person
from tests.servers.discord.world import Channel, Post

GONE = "not kept any more"
VERBS = ("rerun", "reroll", "sweep", "chain", "edit", "askmap", "showmap", "usemap", "details", "cancel", "delete")


def job_in(post: Post) -> JobId:
    return JobId(next(iter(post.buttons.values())).split(":")[2].partition(".")[0])


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("private", [True, False])
async def test_an_id_that_was_not_given_here_is_refused_like_a_made_up_one(
    *, bench: Bench, anna: Person, ben: Person, channel: Channel, verb: str, private: bool
) -> None:
    target = job_in(await result_of(bench, anna, channel, private=private))
    there = bench.discord.channel(channel.guild)
    bens = await result_of(bench, ben, there)
    made_up = await bench.discord.refused(await ben.press_id(bens, f"p1:{verb}:{'x' * 22}.0"))
    assert await bench.discord.refused(await ben.press_id(bens, f"p1:{verb}:{target}.0")) == made_up
    assert await bench.store.generations(target)
    assert len(await bench.store.jobs_of(f"discord:{ben.id}", limit=9)) == 1


async def test_info_of_a_private_job_or_of_another_channels_is_that_of_an_unknown_one(
    bench: Bench, anna: Person, ben: Person, channel: Channel
) -> None:
    private = job_in(await result_of(bench, anna, channel, private=True))
    public = job_in(await result_of(bench, anna, channel))
    there = bench.discord.channel(channel.guild)
    unknown = await bench.discord.refused(await ben.command(channel, "info", job="x" * 22))
    assert await bench.discord.refused(await ben.command(channel, "info", job=private)) == unknown
    assert await bench.discord.refused(await ben.command(there, "info", job=public)) == unknown
    shown = await bench.discord.shown(await ben.command(channel, "info", job=public), lambda post: post.words)
    assert "an oil painting" in shown.words


@pytest.mark.parametrize("emoji", ["✉️", "⭐", "❌", "🔁"])
async def test_a_webhooks_message_with_our_buttons_is_not_ours(
    bench: Bench, anna: Person, ben: Person, channel: Channel, emoji: str
) -> None:
    target = job_in(await result_of(bench, anna, channel, private=True))
    there = bench.discord.channel(channel.guild)
    hook = bench.discord.add_post(there, {"id": "4711", "username": "hook", "bot": True, "discriminator": "0000"})
    hook.payload["webhook_id"] = "4711"
    hook.payload["components"] = [
        {"type": 1, "components": [{"type": 2, "style": 1, "label": "x", "custom_id": f"p1:chain:{target}.0"}]}
    ]
    await ben.react(hook, emoji)
    await ben.command(there, "help")  # later than the reaction
    asked = await ben.command(there, "img2img", image=PNG, prompt="my own")
    await bench.discord.shown(asked, lambda post: post.pictures)
    assert await bench.store.generations(target)
    assert not bench.discord.in_channel(bench.discord.direct(ben.id))
    assert len(await bench.store.jobs_of(f"discord:{ben.id}", limit=9)) == 1


async def test_a_moderator_of_another_server_deletes_nothing_here(
    bench: Bench, anna: Person, channel: Channel
) -> None:
    result = await result_of(bench, anna, channel)
    mo = bench.discord.moderator("mo")
    await bench.discord.refused(
        await mo.press_id(await result_of(bench, mo, bench.discord.direct(mo.id)), (f"p1:delete:{job_in(result)}.0"))
    )
    assert await bench.store.generations(job_in(result))


async def test_a_published_result_is_for_everybody_there_and_its_private_parent_is_not(
    bench: Bench, anna: Person, ben: Person, channel: Channel
) -> None:
    first = await result_of(bench, anna, channel, private=True, prompt="a secret")
    sent = await anna.submit(await anna.press(first, "Chain"), prompt="for all")
    chained = await bench.discord.shown(sent, lambda post: post.pictures)
    assert chained.hidden, "what descends from a private result is private"
    published = await bench.discord.shown(await anna.press(chained, "Publish"), lambda post: post.pictures)
    assert not published.hidden
    again = await bench.discord.shown(await ben.press(published, "Reroll"), lambda post: post.pictures)
    assert not again.hidden
    told = await bench.discord.shown(await ben.press(published, "Details"), lambda post: post.words)
    assert "another member's picture" in told.words
    assert "secret" not in told.words
    assert job_in(first) not in told.words
    assert "published there already" in await bench.discord.refused(await anna.press(chained, "Publish"))


async def test_a_form_that_was_opened_before_the_result_went_makes_nothing(
    bench: Bench, anna: Person, ben: Person, channel: Channel
) -> None:
    result = await result_of(bench, anna, channel)
    form = await ben.press(result, "Chain")
    await bench.discord.until(lambda: form.answer, what="a form")
    await anna.delete(result)
    await bench.discord.until(lambda: result.deleted, what="the deletion")
    assert GONE in await bench.discord.refused(await ben.submit(form, prompt="mine"))
    assert not await bench.store.jobs_of(f"discord:{ben.id}", limit=9)
