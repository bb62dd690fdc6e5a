"""What a member may do by the permissions of the server and of the channel, beside what the bot itself may."""

import pytest

from bot.texts import text
from tests.e2e.discord.conftest import PNG, Bench
from tests.servers.discord import payloads
from tests.servers.discord.people import Person
from tests.servers.discord.world import Channel, Post

SEND, MANAGE_MESSAGES, COMMANDS, SEND_IN_THREADS = 1 << 11, 1 << 13, 1 << 31, 1 << 38


async def painted(bench: Bench, who: Person, channel: Channel) -> Post:
    asked = await who.command(channel, "img2img", image=PNG, prompt="a boat")
    return await bench.discord.shown(asked, lambda shown: "Reroll" in shown.buttons)


async def overwrite(bench: Bench, channel: Channel, who: Person, *, allow: int = 0, deny: int = 0) -> None:
    """The channel has a rule for one member."""
    assert channel.guild
    channel.payload["permission_overwrites"] = [{"id": who.id, "type": 1, "allow": str(allow), "deny": str(deny)}]
    await bench.discord.gateway.send("CHANNEL_UPDATE", channel.payload | {"guild_id": channel.guild.id})


@pytest.mark.parametrize("where", ["channel", "thread"])
async def test_who_may_not_write_gets_what_they_press_alone_and_publishes_nothing(
    bench: Bench, anna: Person, ben: Person, channel: Channel, where: str
) -> None:
    place = channel if where == "channel" else bench.discord.thread(channel)
    message = await painted(bench, anna, place)
    ben.permissions = payloads.MEMBER & ~(SEND if where == "channel" else SEND_IN_THREADS) & ~COMMANDS
    pressed = await ben.press(message, "Reroll")
    shown = await bench.discord.shown(pressed, lambda shown: "Publish" in shown.buttons)
    assert shown.hidden == ben.id
    before = len(bench.discord.in_channel(place))
    told = await bench.discord.refused(await ben.press(shown, "Publish"))
    assert told == f"⚠️ {text('en', 'refused-shown-alone')}"
    assert sum(not post.hidden for post in bench.discord.in_channel(place)) < before


async def test_who_may_not_write_gets_what_they_react_for_directly(
    bench: Bench, anna: Person, ben: Person, channel: Channel
) -> None:
    message = await painted(bench, anna, channel)
    await overwrite(bench, channel, ben, deny=SEND | COMMANDS)
    before = len(bench.discord.in_channel(channel))
    await ben.react(message, "🔁")
    assert "a boat" in (await ben.told(lambda shown: "Publish" in shown.buttons)).words
    assert len(bench.discord.in_channel(channel)) == before


async def test_where_only_commands_are_let_in_results_are_for_everybody(
    bench: Bench, anna: Person, channel: Channel
) -> None:
    anna.permissions = payloads.MEMBER & ~SEND
    message = await painted(bench, anna, channel)
    again = await bench.discord.shown(await anna.press(message, "Reroll"), lambda shown: "Reroll" in shown.buttons)
    assert (message.hidden, again.hidden) == ("", "")


@pytest.mark.parametrize("moderates", ["here", "everywhere but here"])
async def test_a_cross_counts_by_what_its_member_may_in_the_channel(
    bench: Bench, anna: Person, channel: Channel, moderates: str
) -> None:
    message = await painted(bench, anna, channel)
    keeper = bench.discord.user("kay") if moderates == "here" else bench.discord.moderator("kay")
    here = {"allow": MANAGE_MESSAGES} if moderates == "here" else {"deny": MANAGE_MESSAGES}
    await overwrite(bench, channel, keeper, **here)
    await keeper.react(message, "❌")
    if moderates == "here":
        await bench.discord.until(lambda: message.deleted, what="the message to go")
    else:
        await keeper.react(message, "✉️")
        await keeper.told()  # later than the cross
        assert not message.deleted


async def test_everyone_is_a_role_that_everybody_has(bench: Bench, anna: Person, channel: Channel) -> None:
    assert channel.guild
    keeper = bench.discord.moderator("kay")
    saved = await keeper.command(channel, "settings", sub="allow", role=channel.guild.id)
    await bench.discord.shown(saved)
    await painted(bench, anna, channel)


async def test_what_discord_shows_its_member_alone_is_not_called_published(bench: Bench, anna: Person) -> None:
    bench.discord.hide_external = True
    place = bench.discord.channel(bench.discord.guild(member=False))
    asked = await anna.command(place, "img2img", image=PNG, prompt="a boat")
    shown = await bench.discord.shown(asked, lambda shown: "Publish" in shown.buttons)
    told = await bench.discord.refused(await anna.press(shown, "Publish"))
    assert told == f"⚠️ {text('en', 'refused-shown-alone')}"
    [job] = await bench.store.jobs_of(f"discord:{anna.id}", limit=1)
    assert not await bench.store.copies(job.id)
