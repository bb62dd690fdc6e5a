"""Many jobs while Discord fails at random: each ends in sight of its owner, and none is shown twice."""

import random
from functools import partial

import pytest

from tests.e2e.discord.conftest import PNG, Bench
from tests.servers.discord.people import Person
from tests.servers.discord.world import Channel, Post

STATUSES = (500, 502, 503, 429)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
async def test_every_job_ends_in_sight_exactly_once(bench: Bench, channel: Channel, seed: int) -> None:
    chance = random.Random(seed)
    people = [bench.discord.user(f"member{number}") for number in range(6)]
    for _ in range(10):
        bench.discord.fail(
            chance.choice(["PATCH", "POST"]),
            r"/messages",
            chance.choice(STATUSES),
            after=chance.random() < 0.5,
            reset=chance.random() < 0.2,
            retry_after=0.2,
            when=lambda _body: chance.random() < 0.3,
        )
    for number, person in enumerate(people):
        if number % 2:
            await person.command(channel, "img2img", image=PNG, prompt=f"number {number}")
        else:
            words = f"<@{bench.discord.me['id']}> number {number}"
            await person.say(channel, words, files={"cat.png": PNG})
    for person in people:
        ends = partial(ends_of, bench, channel, person)
        await bench.discord.until(ends, what=f"the result of {person.payload['username']}", seconds=60)
        assert len(ends()) == 1


def ends_of(bench: Bench, channel: Channel, person: Person) -> list[Post]:
    """Every message that shows a member their finished picture."""
    shown = bench.discord.in_channel(channel)
    return [post for post in shown if f"<@{person.id}>" in post.content and post.done]
