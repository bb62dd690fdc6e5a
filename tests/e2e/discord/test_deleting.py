"""Delete asks first, whoever may; a press of long ago is asked about as well."""

from tests.e2e.discord.conftest import Bench
from tests.e2e.discord.test_buttons import result_of
from tests.servers.discord.people import Person
from tests.servers.discord.world import Channel


async def test_a_result_stays_until_its_member_says_yes(bench: Bench, anna: Person, channel: Channel) -> None:
    result = await result_of(bench, anna, channel)
    question = await bench.discord.followed_up(
        await anna.press(result, "Delete"), lambda post: "Keep it" in post.buttons
    )
    assert question.hidden
    assert "Delete this result?" in question.content
    await anna.press(question, "Keep it")
    await bench.discord.until(lambda: question.deleted, what="the end of the question")
    assert not result.deleted
    await anna.delete(result)
    await bench.discord.until(lambda: result.deleted, what="the deletion")


async def test_who_may_not_delete_is_not_asked(bench: Bench, anna: Person, ben: Person, channel: Channel) -> None:
    result = await result_of(bench, anna, channel)
    assert "moderator" in await bench.discord.refused(await ben.press(result, "Delete"))
    forged = result.buttons["Delete"].replace(":delete:", ":erase:")
    assert "moderator" in await bench.discord.refused(await ben.press_id(result, forged))
    assert not result.deleted


async def test_a_yes_whose_question_was_forgotten_deletes_the_result_all_the_same(
    bench: Bench, anna: Person, channel: Channel
) -> None:
    result = await result_of(bench, anna, channel)
    other = await result_of(bench, anna, channel, prompt="another")
    erase = result.buttons["Delete"].replace(":delete:", ":erase:")
    question = await bench.discord.followed_up(
        await anna.press(other, "Delete"), lambda post: "Keep it" in post.buttons
    )
    await anna.press_id(question, erase)
    await bench.discord.until(lambda: result.deleted, what="the deletion")
    assert not other.deleted
