"""What a member typed into a form is not lost if the form is refused."""

from typing import Any

from tests.e2e.discord.conftest import PNG, Bench, Start
from tests.e2e.discord.test_buttons import result_of
from tests.servers.discord import DiscordServer
from tests.servers.discord.people import Person
from tests.servers.discord.world import Asked, Channel


async def fields(bench: Bench, opened: Asked) -> dict[str, Any]:
    """What stands in a form that opened."""
    await bench.discord.until(lambda: opened.answer, what="a form")
    assert opened.answer is not None
    assert opened.answer["type"] == 9, opened.answer
    inner = [label["component"] for label in opened.answer["data"]["components"]]
    chosen = {
        each["custom_id"]: next((option["value"] for option in each["options"] if option.get("default")), "")
        for each in inner
        if each["type"] in {3, 21}
    }
    return {each["custom_id"]: each.get("value", "") for each in inner if each["type"] == 4} | chosen


async def test_a_refused_form_is_offered_again_as_it_was(bench: Bench, anna: Person, channel: Channel) -> None:
    photo = await anna.say(channel, "look", files={"a.png": b"no picture", "b.png": PNG})
    form = await anna.menu(photo, "Remix image")
    typed = {"picture": "0", "prompt": "a *tiger*", "strength": "0.7", "style": "oil", "control": "canny"}
    sent = await anna.submit(form, **typed)
    await bench.discord.refused(sent)
    refusal = next(post for post in [*sent.follow_ups, sent.original] if post and post.buttons)
    assert refusal.hidden == anna.id
    assert "> a \\*tiger\\*" in refusal.words, "it can be copied from there after a restart as well"
    again = await anna.press(refusal, "Open the form again")
    assert await fields(bench, again) == typed
    mended = await anna.submit(again, picture="1", control="none")
    await bench.discord.shown(mended, lambda post: post.pictures)
    assert bench.engine.requests[0].strength == 0.7


async def test_a_wrong_value_stands_in_the_form_that_opens_again(
    bench: Bench, anna: Person, channel: Channel
) -> None:
    result = await result_of(bench, anna, channel)
    sent = await anna.submit(await anna.press(result, "Edit"), prompt="in winter --strength lots")
    assert "Strength is a number" in await bench.discord.refused(sent)
    refusal = next(post for post in [*sent.follow_ups, sent.original] if post and post.buttons)
    again = await anna.press(refusal, "Open the form again")
    assert (await fields(bench, again))["prompt"] == "in winter --strength lots"
    mended = await anna.submit(again, prompt="in winter", strength="0.9")
    await bench.discord.shown(mended, lambda post: post.pictures)
    assert [(made.prompt, made.strength) for made in bench.engine.requests[1:]] == [("in winter", 0.9)]


async def test_what_cannot_be_quoted_as_it_is_costs_no_refusal(bench: Bench, anna: Person, channel: Channel) -> None:
    result = await result_of(bench, anna, channel)
    typed = "*\n" * 970 + "a --strength lots"
    sent = await anna.submit(await anna.press(result, "Edit"), prompt=typed)
    assert "Strength is a number" in await bench.discord.refused(sent)
    refusal = next(post for post in [*sent.follow_ups, sent.original] if post and post.buttons)
    assert (await fields(bench, await anna.press(refusal, "Open the form again")))["prompt"] == typed


async def test_nobody_opens_another_member_s_form_and_a_forgotten_one_says_so(
    bench: Bench, anna: Person, ben: Person, channel: Channel
) -> None:
    result = await result_of(bench, anna, channel)
    sent = await anna.submit(await anna.press(result, "Edit"), prompt="a secret --strength lots")
    await bench.discord.refused(sent)
    refusal = next(post for post in [*sent.follow_ups, sent.original] if post and post.buttons)
    (again,) = refusal.buttons.values()
    assert "have that form any more" in await bench.discord.refused(await ben.press_id(result, again))
    assert "have that form any more" in await bench.discord.refused(await anna.press_id(result, "p1:again:1"))


async def test_after_a_restart_the_loss_is_said(
    start: Start, discord: DiscordServer, anna: Person, channel: Channel
) -> None:
    async with start() as bench:
        result = await result_of(bench, anna, channel)
        sent = await anna.submit(await anna.press(result, "Edit"), prompt="in winter --strength lots")
        await discord.refused(sent)
        refusal = next(post for post in [*sent.follow_ups, sent.original] if post and post.buttons)
    async with start():
        again = await anna.press(refusal, "Open the form again")
        assert "have that form any more" in await discord.refused(again)


async def test_a_style_that_is_none_is_taken_for_a_near_one(
    bench: Bench, anna: Person, ben: Person, channel: Channel
) -> None:
    asked = await anna.command(channel, "img2img", image=PNG, prompt="a tiger", style="vangohh", strength=0.7)
    assert "Did you mean oil?" in await bench.discord.refused(asked)
    refusal = next(post for post in [*asked.follow_ups, asked.original] if post and post.buttons)
    assert "too long ago" in await bench.discord.refused(await ben.press(refusal, "Take oil"))
    taken = await anna.press(refusal, "Take oil")
    result = await bench.discord.shown(taken, lambda post: post.done)
    assert not result.hidden, "everybody sees it, as they would have"
    (made,) = bench.engine.requests
    assert (made.prompt, made.strength) == ("a tiger, oil painting", 0.7)


async def test_so_is_one_in_the_words_of_a_form_or_a_mention(bench: Bench, anna: Person, channel: Channel) -> None:
    photo = await anna.say(channel, "look", files={"a.png": PNG})
    sent = await anna.submit(await anna.menu(photo, "Remix image"), prompt="a tiger --style vangohh")
    await bench.discord.refused(sent)
    refusal = next(post for post in [*sent.follow_ups, sent.original] if post and post.buttons)
    assert list(refusal.buttons) == ["Take oil", "Open the form again"]
    await bench.discord.shown(await anna.press(refusal, "Take oil"), lambda post: post.done)
    private = await anna.command(channel, "img2img", image=PNG, prompt="a lion", style="vangohh", private=True)
    await bench.discord.refused(private)
    refusal = next(post for post in [*private.follow_ups, private.original] if post and post.buttons)
    taken = await anna.press(refusal, "Take oil")
    result = await bench.discord.shown(taken, lambda post: post.done)
    assert result.hidden == anna.id
    assert [made.prompt for made in bench.engine.requests] == ["a tiger, oil painting", "a lion, oil painting"]


async def test_one_in_a_mention_is_refused_there_and_its_member_alone_takes_the_near_one(
    bench: Bench, anna: Person, ben: Person, channel: Channel
) -> None:
    words = f"<@{bench.discord.me['id']}> a tiger --style vangohh --strength 0.7"
    await anna.say(channel, words, files={"a.png": PNG})
    refusal = await bench.discord.posted(channel, lambda post: "Did you mean oil?" in post.words)
    assert list(refusal.buttons) == ["Take oil"]
    assert "too long ago" in await bench.discord.refused(await ben.press(refusal, "Take oil"))
    await anna.press(refusal, "Take oil")
    await bench.discord.until(lambda: refusal.deleted, what="the end of the refusal")
    (made,) = bench.engine.requests
    assert (made.prompt, made.strength) == ("a tiger, oil painting", 0.7)
    await bench.discord.posted(channel, lambda post: post.done)


async def test_a_form_that_is_opened_again_is_no_secret_because_its_refusal_was(
    bench: Bench, anna: Person, channel: Channel
) -> None:
    photo = await anna.say(channel, "look", files={"a.png": PNG})
    sent = await anna.submit(await anna.menu(photo, "Remix image"), prompt="a tiger --strength lots")
    await bench.discord.refused(sent)
    refusal = next(post for post in [*sent.follow_ups, sent.original] if post and post.buttons)
    again = await anna.submit(await anna.press(refusal, "Open the form again"), prompt="a tiger")
    assert not (await bench.discord.shown(again, lambda post: post.done)).hidden
