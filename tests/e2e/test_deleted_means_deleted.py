"""A running service on both chats, in a folder that everybody could read: whose its files are, and that they go."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.builders.requests import png
from tests.e2e.discord.test_product import is_done
from tests.e2e.test_health import START_SECONDS, service, slack_at
from tests.servers.discord import DiscordServer
from tests.servers.slack.member import Member, words

SECONDS = 120.0


@pytest.fixture
def open_umask() -> Iterator[None]:
    """New files would be everybody's."""
    before = os.umask(0)
    yield
    os.umask(before)


def open_to_others(folder: Path) -> dict[str, str]:
    """What is in a folder; it itself is its owner's to open to others."""
    modes = {str(each.relative_to(folder)): each.stat().st_mode & 0o777 for each in folder.rglob("*")}
    return {name: oct(mode) for name, mode in modes.items() if mode & 0o077}


def pictures(folder: Path) -> list[str]:
    return [file.name for file in (folder / "images").rglob("*") if file.is_file()]


def holding(folder: Path, word: str) -> list[str]:
    files = (file for file in folder.rglob("*") if file.is_file())
    return [file.name for file in files if word.encode() in file.read_bytes()]


@pytest.mark.timeout(600)
@pytest.mark.usefixtures("open_umask")
async def test_files_are_their_owners_alone_and_gone_when_the_member_is_told(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "kept"
    (folder / "images" / "kept").mkdir(parents=True)
    folder.chmod(0o755)
    async with DiscordServer() as discord, slack_at() as slack:
        channel = discord.channel()
        anna = discord.user("anna")
        [team] = slack.state.teams.values()
        ann = Member(slack, team, slack.state.add_user("ann"))
        general = slack.state.add_channel(team, ann.user)
        hosts = ",".join({slack.hostname, "127.0.0.1"})
        async with service(folder, discord, slack, PENTIMENTO__DOWNLOADS__ALLOWED_HOSTS=hosts) as running:
            await running.until(within=START_SECONDS)

            # Delete, on Discord: when the message has gone the picture has.
            asked = await anna.command(channel, "img2img", image=png("red"), prompt="a quokkaone")
            result = await discord.shown(asked, is_done, seconds=SECONDS)
            assert open_to_others(folder) == {}
            assert len(pictures(folder)) == 2
            await anna.delete(result)
            await discord.until(lambda: result.deleted, what="the deletion", seconds=SECONDS)
            assert pictures(folder) == []
            assert holding(folder, "quokkaone") == []

            # Everything, on Slack: when the page says so it has.
            for colour in ("teal", "navy"):
                photo = slack.state.add_file(team, ann.user, png(colour))
                await ann.say(general, "a quokkatwo --private" if colour == "navy" else "a quokkatwo", files=[photo])
            await ann.result(general)
            await ann.result(slack.state.direct(team, ann.user.id))
            assert open_to_others(folder) == {}
            assert len(pictures(folder)) == 4
            page = await ann.open("/privacy", general)
            await ann.press("Delete everything", None, page)
            await ann.see(lambda: "2 jobs" in words(slack.state.views[page["id"]]))
            assert pictures(folder) == []
            assert holding(folder, "quokkatwo") == []
            assert open_to_others(folder) == {}
        said = capfd.readouterr()
        assert "quokka" not in said.out + said.err
