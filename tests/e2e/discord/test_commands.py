"""What members do with commands, and what they see."""

from tests.e2e.discord.conftest import PNG, Bench
from tests.fakes.discord_server.people import Person
from tests.fakes.discord_server.world import Channel


async def test_a_picture_and_words_become_a_result_with_its_buttons(
    bench: Bench, anna: Person, channel: Channel
) -> None:
    asked = await anna.command(channel, "img2img", image=PNG, prompt="an oil painting", strength=0.5, seed=7)
    result = await bench.discord.shown(asked, lambda post: "Done" in post.content)
    assert asked.answered_after is not None
    assert asked.answered_after < 3
    assert f"<@{anna.id}>" in result.content
    assert "> an oil painting" in result.words
    assert "strength 0.5 (balanced)" in result.words
    assert "seed 7" in result.words
    assert [picture["description"] for picture in result.pictures] == ["an oil painting (AI-generated, strength 0.5)"]
    assert list(result.buttons) == [
        "Subtle 0.3", "Balanced 0.5", "Strong 0.7", "Reimagine 0.9",
        "Chain", "Reroll", "Edit", "Sweep",
        "Details", "Delete",
    ]  # fmt: skip
    assert not result.hidden
