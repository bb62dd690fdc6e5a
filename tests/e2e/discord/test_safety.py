"""What a member of a Discord server sees of the owner's rules."""

from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest

from adapters.moderation.moderator import OwnersModerator
from bot.domain.safety import Outcome, Policy, Verdict
from tests.e2e.discord.conftest import PNG, Bench, bench_on
from tests.e2e.discord.test_buttons import result_of
from tests.e2e.discord.test_settings import set_
from tests.fakes.images import FolderImageStore
from tests.fakes.moderator import FakeModerator
from tests.fakes.store import MemoryJobStore
from tests.servers.discord import DiscordServer
from tests.servers.discord.people import Person
from tests.servers.discord.world import Channel


@pytest.fixture
def adults(discord: DiscordServer) -> Channel:
    return discord.channel(nsfw=True)


def bench_with(
    discord: DiscordServer, folder: Path, verdict: Verdict, **policy: Outcome
) -> AbstractAsyncContextManager[Bench]:
    moderator = FakeModerator(blocked=["forbidden"], always=verdict)
    return bench_on(discord, MemoryJobStore(), FolderImageStore(folder), moderator=moderator, policy=Policy(**policy))


def names(post_pictures: list[dict[str, str]]) -> list[bool]:
    return [each["filename"].startswith("SPOILER_") for each in post_pictures]


async def test_a_blocked_word_is_refused_privately_and_not_repeated(
    discord: DiscordServer, channel: Channel, anna: Person, tmp_path: Path
) -> None:
    async with bench_with(discord, tmp_path, Verdict.SAFE):
        asked = await anna.command(channel, "img2img", image=PNG, prompt="a forbidden thing")
        said = await discord.refused(asked)
        assert "not allowed here" in said
        assert "forbidden" not in said


async def test_a_server_keeps_words_of_its_own(
    discord: DiscordServer, channel: Channel, anna: Person, tmp_path: Path
) -> None:
    moderator = OwnersModerator(blocked=(), classifier=None, threshold=0.5)
    async with bench_on(discord, MemoryJobStore(), FolderImageStore(tmp_path), moderator=moderator) as bench:
        await _keeps_words(bench, anna, channel)


async def _keeps_words(bench: Bench, anna: Person, channel: Channel) -> None:
    shown = await set_(bench, channel, "block", words="gun*, red queen")
    assert "gun\\*, red queen" in shown.words
    result = await result_of(bench, anna, channel, prompt="a boat")
    asked = await anna.command(channel, "img2img", image=PNG, prompt="a GUNfight")
    assert "not allowed here" in await bench.discord.refused(asked)
    form = await anna.press(result, "Edit")
    sent = await anna.submit(form, prompt="the red queen", strength="0.5")
    assert "not allowed here" in await bench.discord.refused(sent)
    assert "Nothing set" in (await set_(bench, channel, "block")).words
    await result_of(bench, anna, channel, prompt="a gunfight")


async def test_only_those_who_manage_the_server_keep_its_words(bench: Bench, anna: Person, channel: Channel) -> None:
    asked = await anna.command(channel, "settings", sub="block", words="boat")
    assert "Manage Server" in await bench.discord.refused(asked)


@pytest.mark.parametrize("verdict", [Verdict.UNSAFE, Verdict.UNCHECKABLE])
async def test_what_is_refused_ends_with_a_sentence_for_its_member_alone_and_no_picture(
    discord: DiscordServer, channel: Channel, anna: Person, tmp_path: Path, verdict: Verdict
) -> None:
    words = "isn't allowed in this channel" if verdict is Verdict.UNSAFE else "checked"
    async with bench_with(discord, tmp_path, verdict):
        asked = await anna.command(channel, "img2img", image=PNG, prompt="a boat")
        assert words in await discord.refused(asked)
        assert not [post for post in discord.in_channel(channel) if not post.hidden]
        mention = await anna.say(channel, f"<@{discord.me['id']}> a boat [1]", files={"cat.png": PNG})
        assert r"> a boat \[1\]" in (await anna.told(lambda post: words in post.content)).content
        assert [post for post in discord.in_channel(channel) if not post.hidden] == [mention]
        asked = await anna.command(channel, "img2img", image=PNG, prompt="a boat", private=True)
        await discord.shown(asked, lambda post: words in post.words)
        await anna.say(discord.direct(anna.id), "a ship", files={"cat.png": PNG})
        await anna.told(lambda post: words in post.content and "a ship" in post.words)
        assert all(not version["attachments"] for post in discord.posts.values() for version in post.versions)


async def test_a_refusal_whose_member_takes_no_word_in_private_is_said_in_the_place(
    discord: DiscordServer, channel: Channel, anna: Person, tmp_path: Path
) -> None:
    anna.closed = True
    async with bench_with(discord, tmp_path, Verdict.UNSAFE):
        await anna.say(channel, f"<@{discord.me['id']}> a boat", files={"cat.png": PNG})
        await discord.posted(channel, lambda post: "isn't allowed in this channel" in post.words)


async def test_a_spoiler_hides_the_picture_and_shows_no_thumbnail(
    discord: DiscordServer, channel: Channel, anna: Person, tmp_path: Path
) -> None:
    async with bench_with(discord, tmp_path, Verdict.UNSAFE, unsafe=Outcome.SPOILER) as bench:
        result = await result_of(bench, anna, channel)
        assert names(result.pictures) == [True]
        assert len(result.files) == 1
        again = await discord.shown(await anna.press(result, "Strong 0.7"), lambda post: post.pictures)
        assert names(again.pictures) == [True]


async def test_age_restricted_channels_and_their_threads_get_what_the_owner_allowed(
    discord: DiscordServer, channel: Channel, adults: Channel, anna: Person, tmp_path: Path
) -> None:
    thread = discord.thread(adults)
    async with bench_with(discord, tmp_path, Verdict.UNSAFE, unsafe_age_restricted=Outcome.DELIVER) as bench:
        for place in (adults, thread):
            result = await result_of(bench, anna, place)
            assert names(result.pictures) == [False]
        asked = await anna.command(channel, "img2img", image=PNG, prompt="a boat")
        assert "isn't allowed" in await discord.refused(asked)
        mention = await anna.say(adults, f"<@{discord.me['id']}> a boat", files={"cat.png": PNG})
        del mention
        await discord.until(
            lambda: [post for post in discord.in_channel(adults) if post.pictures and not post.tokens],
            what="an answer to the mention",
        )


async def test_publishing_asks_again_for_the_kind_of_place(
    discord: DiscordServer, adults: Channel, anna: Person, tmp_path: Path
) -> None:
    async with bench_with(discord, tmp_path, Verdict.UNSAFE, unsafe_age_restricted=Outcome.DELIVER) as bench:
        result = await result_of(bench, anna, adults, private=True)
        known = bench.platform._connection.get_channel(int(adults.id))
        known.nsfw = False  # type: ignore[union-attr]  # somebody changed the channel meanwhile
        assert "may not be shown in this place" in await discord.refused(await anna.press(result, "Publish"))
        known.nsfw = True  # type: ignore[union-attr]
        published = await discord.shown(await anna.press(result, "Publish"), lambda post: post.pictures)
        assert names(published.pictures) == [False]


async def test_a_copy_by_reaction_goes_by_the_rules_of_direct_messages(
    discord: DiscordServer, adults: Channel, anna: Person, tmp_path: Path
) -> None:
    async with bench_with(
        discord, tmp_path, Verdict.UNSAFE, unsafe=Outcome.SPOILER, unsafe_age_restricted=Outcome.DELIVER
    ) as bench:
        result = await result_of(bench, anna, adults)
        await anna.react(result, "✉️")
        copy = await anna.told(lambda post: post.files)
        assert names(copy.pictures) == [True]
