"""What moderators have: reports in a channel of theirs, a block for a time, a pause; all of it outlives a restart."""

import pytest

from adapters.discord import calls
from adapters.discord.places import channel_key, guild_key
from bot.domain.place import PlaceSettings
from tests.builders.places import set_to
from tests.e2e.discord.conftest import PNG, Bench
from tests.e2e.discord.test_buttons import result_of
from tests.e2e.discord.test_settings import set_
from tests.servers.discord.people import Person
from tests.servers.discord.world import Channel


async def test_a_report_goes_to_the_moderators_who_block_its_member(
    bench: Bench, anna: Person, ben: Person, channel: Channel
) -> None:
    assert channel.guild is not None
    mods = bench.discord.channel(channel.guild)
    result = await result_of(bench, anna, channel)
    details = await bench.discord.shown(await ben.press(result, "Details"))
    assert "no channel for reports" in await bench.discord.refused(await ben.press(details, "Report"))
    await set_(bench, channel, "log", log_channel=mods.id)
    told = await bench.discord.refused(await ben.press(details, "Report"))
    assert told.startswith("Reported.")
    report = await bench.discord.posted(mods)
    assert f"<@{anna.id}>" in report.words
    assert f"<@{ben.id}>" in report.words
    assert f"<#{channel.id}>" in report.words
    assert "> an oil painting" in report.words
    assert [picture["filename"].startswith("SPOILER_") for picture in report.pictures] == [True]
    assert "moderator" in await bench.discord.refused(await ben.press(report, "Block for 7 days"))
    assert "moderator" in await bench.discord.refused(await ben.press(report, "Dismiss"))
    keeper = bench.discord.moderator("keeper")
    assert "Anna can't use me here until" in await bench.discord.refused(
        await keeper.press(report, "Block for 7 days")
    )
    refused = await bench.discord.refused(await anna.command(channel, "img2img", image=PNG, prompt="x"))
    assert "blocked you" in refused
    await result_of(bench, ben, channel)
    await keeper.press(report, "Dismiss")
    await bench.discord.until(lambda: report.deleted, what="the end of the report")
    await set_(bench, channel, "unban", member=anna.id)
    await result_of(bench, anna, channel)


async def test_a_block_ends_by_itself_and_a_forged_report_tells_nothing(
    bench: Bench, anna: Person, ben: Person, channel: Channel
) -> None:
    assert channel.guild is not None
    await set_(bench, channel, "ban", member=anna.id, days=2)
    assert "2 days" in await bench.discord.refused(await anna.command(channel, "img2img", image=PNG, prompt="x"))
    kept = await bench.store.place(guild_key(channel.guild.id))
    user, until, *_ = (kept.banned or ("",))[0].split(" ")
    await bench.store.change_place(
        guild_key(channel.guild.id), set_to(PlaceSettings(banned=(f"{user} {int(until) - 200_000}",)))
    )
    secret = await result_of(bench, anna, channel, private=True)
    own = await result_of(bench, ben, channel)
    forged = secret.buttons["Details"].replace(":details:", ":report:")
    assert "No such job" in await bench.discord.refused(await ben.press_id(own, forged))


async def test_a_paused_channel_is_paused_until_it_is_resumed(bench: Bench, anna: Person, channel: Channel) -> None:
    assert channel.guild is not None
    other = bench.discord.channel(channel.guild)
    shown = await set_(bench, channel, "pause")
    assert "Paused: yes" in shown.words
    assert (await bench.store.place(channel_key(channel.id))).paused, "stored, so a restart changes nothing"
    assert "paused" in await bench.discord.refused(await anna.command(channel, "img2img", image=PNG, prompt="x"))
    await result_of(bench, anna, other)
    await set_(bench, channel, "resume")
    await result_of(bench, anna, channel)


async def test_a_moderator_deletes_a_result_from_its_report(
    bench: Bench, anna: Person, ben: Person, channel: Channel
) -> None:
    mods = bench.discord.channel(channel.guild)
    await set_(bench, channel, "log", log_channel=mods.id)
    result = await result_of(bench, anna, channel)
    details = await bench.discord.shown(await ben.press(result, "Details"))
    await bench.discord.refused(await ben.press(details, "Report"))
    report = await bench.discord.posted(mods)
    assert "moderator" in await bench.discord.refused(await ben.press(report, "Delete"))
    assert not result.deleted
    await bench.discord.moderator("keeper").delete(report)
    await bench.discord.until(lambda: report.deleted and result.deleted, what="the end of both")
    job = (await bench.store.jobs_of(f"discord:{anna.id}", limit=1))[0]
    assert await bench.store.generations(job.id) == []


async def test_a_refused_prompt_is_a_line_for_the_moderators_who_want_it(
    bench: Bench, anna: Person, channel: Channel
) -> None:
    mods = bench.discord.channel(channel.guild)
    await set_(bench, channel, "block", words="kitten")
    await set_(bench, channel, "log", log_channel=mods.id)
    await bench.discord.refused(await anna.command(channel, "img2img", image=PNG, prompt="a kitten"))
    assert bench.discord.in_channel(mods) == [], "they did not ask for it"
    shown = await set_(bench, channel, "log", log_channel=mods.id, refusals=True)
    assert "Refused prompts are logged: yes" in shown.words
    await bench.discord.refused(await anna.command(channel, "img2img", image=PNG, prompt="a kitten"))
    line = await bench.discord.posted(mods)
    assert f"<@{anna.id}>" in line.words
    assert f"<#{channel.id}>" in line.words
    assert "kitten" not in line.words
    mods.denied = 1 << 11
    refused = await bench.discord.refused(await anna.command(channel, "img2img", image=PNG, prompt="a kitten"))
    assert refused.startswith("⚠️"), "the member hears why all the same"


@pytest.mark.parametrize("times", [1, 9], ids=["for a moment", "for longer"])
async def test_a_report_that_discord_is_too_busy_for_is_posted_once_or_its_member_told_to_try_again(
    monkeypatch: pytest.MonkeyPatch, bench: Bench, anna: Person, channel: Channel, *, times: int
) -> None:
    monkeypatch.setattr(calls, "_BACKOFF", (0.0, 0.0))
    mods = bench.discord.channel(channel.guild)
    await set_(bench, channel, "log", log_channel=mods.id)
    result = await result_of(bench, anna, channel)
    details = await bench.discord.shown(await anna.press(result, "Details"))
    bench.discord.fail("POST", rf"/channels/{mods.id}/messages", 503, after=times == 1, times=times)
    told = await bench.discord.refused(await anna.press(details, "Report"))
    assert told.startswith("Reported." if times == 1 else "⚠️ The chat does not take my answer right now"), told
    assert len(bench.discord.in_channel(mods)) == (1 if times == 1 else 0)
