"""By what a member can call us in a message, and what is not for us."""

from tests.builders.requests import png
from tests.e2e.discord.conftest import PNG, Bench
from tests.e2e.discord.test_buttons import result_of
from tests.servers.discord.people import Person
from tests.servers.discord.world import Channel, Post


def roles(channel: Channel) -> tuple[str, str]:
    """Discord's role for us, and another one of the same name."""
    assert channel.guild
    _, ours, others, *_ = (role["id"] for role in channel.guild.payload["roles"])
    return ours, others


async def answer_to(bench: Bench, channel: Channel, said: Post) -> Post:
    def answers(post: Post) -> bool:
        return int(post.id) > int(said.id) and post.payload["author"]["bot"] and bool(post.pictures)

    answered: Post = await bench.discord.until(
        lambda: next((post for post in bench.discord.in_channel(channel) if answers(post)), None),
        what="an answer",
    )
    return answered


async def test_our_role_is_a_name_of_ours(bench: Bench, anna: Person, channel: Channel) -> None:
    ours, _ = roles(channel)
    bench.discord.shows_roles_mentions = True
    for number, words in enumerate(
        (f"<@&{ours}> oil", f"make it <@&{ours}> oil", f"<@{bench.discord.me['id']}> <@&{ours}> oil")
    ):
        said = await anna.say(channel, words, files={"cat.png": PNG})
        await answer_to(bench, channel, said)
        assert "@" not in bench.engine.requests[number].prompt
    assert len(bench.engine.requests) == 3


async def test_where_discord_withholds_what_names_our_role_that_is_said(
    bench: Bench, anna: Person, channel: Channel
) -> None:
    ours, _ = roles(channel)
    await anna.say(channel, f"<@&{ours}> oil", files={"cat.png": PNG})
    await bench.discord.posted(channel, lambda post: "mention me myself" in post.content)
    assert not bench.engine.requests


async def test_other_roles_and_typed_names_are_not(bench: Bench, anna: Person, channel: Channel) -> None:
    _, others = roles(channel)
    for words in (f"<@&{others}> oil", "@Pentimento oil", "@everyone oil"):
        await anna.say(channel, words, files={"cat.png": PNG})
    said = await anna.say(channel, f"<@{bench.discord.me['id']}> oil", files={"cat.png": png("crimson")})
    await answer_to(bench, channel, said)
    assert len(bench.engine.requests) == 1


async def test_a_reply_with_its_ping_on_goes_on_from_the_result(bench: Bench, anna: Person, channel: Channel) -> None:
    result = await result_of(bench, anna, channel)
    said = await anna.say(channel, "now at night", reply_to=result, ping=True)
    await answer_to(bench, channel, said)
    assert "now at night" in bench.engine.requests[1].prompt
    [job, _] = await bench.store.jobs_of(f"discord:{anna.id}", limit=9)
    assert (job.action, job.lineage.depth) == ("chain", 2)


async def test_a_reply_without_it_is_talk_among_people(bench: Bench, anna: Person, channel: Channel) -> None:
    result = await result_of(bench, anna, channel)
    await anna.say(channel, "nice", reply_to=result)
    said = await anna.say(channel, "now at night", reply_to=result, ping=True)  # later, so the other was looked at
    await answer_to(bench, channel, said)
    assert [asked.prompt for asked in bench.engine.requests[1:]] == ["now at night"]


async def test_a_direct_message_with_nothing_but_a_sticker_is_answered(bench: Bench, anna: Person) -> None:
    direct = bench.discord.direct(anna.id)
    await anna.say(direct, "", sticker_items=[{"id": "1", "name": "wave", "format_type": 1}])
    await anna.told(lambda post: post.words or post.content)
