"""What lets people in stands in no log of a run at its most talkative; who forgets themselves in a chat is gone here.

The service is a process of its own on both chats; its log is what it really wrote.
"""

import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest

from tests.builders.requests import png
from tests.e2e.discord.test_product import is_done
from tests.e2e.test_health import START_SECONDS, service, slack_at
from tests.harness.pages import OPERATOR_TOKEN, post
from tests.harness.playground import LIGHT, playground
from tests.harness.ports import free_port
from tests.servers.discord import DiscordServer
from tests.servers.discord.people import Person
from tests.servers.discord.world import Channel
from tests.servers.slack.member import Member, words
from tests.servers.slack.server import APP_TOKEN

SECONDS = 60.0
GUESSED = "guessed-by-nobody-else"


def secrets_of(browser: aiohttp.ClientSession) -> list[str]:
    return [cookie.value for cookie in browser.cookie_jar]


@asynccontextmanager
async def opened(link: str) -> AsyncIterator[aiohttp.ClientSession]:
    """A browser in which a link of the bot's was pressed."""
    origin, _, token = link.partition("/signin/")
    async with aiohttp.ClientSession(origin, cookie_jar=aiohttp.CookieJar(unsafe=True)) as browser:
        async with browser.get(f"/signin/{token}") as look:
            assert look.status == 200
        assert (await post(browser, "/signin", token=token))[0] == 200
        assert (await post(browser, "/signin", token=token))[0] == 403
        yield browser


async def job_of(browser: aiohttp.ClientSession, prompt: str) -> str:
    """The job that the grid shows under a prompt."""
    async with browser.get("/results", params={"q": prompt}) as grid:
        found = re.search(r'href="/jobs/([\w-]+)', await grid.text())
    assert found is not None
    return found[1]


async def statuses(browser: aiohttp.ClientSession, job: str) -> set[int]:
    """What the routes of a job's pictures answer."""
    found = set()
    for path in (f"/g/{job}.0.png", f"/t/{job}.0.jpg", f"/s/{job}.jpg"):
        async with browser.get(path) as answer:
            found.add(answer.status)
    return found


async def check_forgotten(
    before: aiohttp.ClientSession, after: aiohttp.ClientSession, job: str, prompt: str, folder: Path
) -> None:
    """The session of before is over, a new one sees nothing, and nothing is on the disk."""
    assert await statuses(before, job) == {403}
    async with before.get("/me") as account:
        assert account.status == 403
    assert await statuses(after, job) == {404}
    async with after.get("/results") as grid:
        assert (grid.status, prompt in await grid.text()) == (200, False)
    assert [file.name for file in (folder / "images").rglob("*") if file.is_file()] == []
    assert [file.name for file in folder.rglob("*") if file.is_file() and prompt.encode() in file.read_bytes()] == []


@pytest.mark.timeout(600)
async def test_who_forgets_themselves_in_a_chat_is_gone_from_the_pages_and_no_secret_is_in_the_log(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    port, secrets = free_port(), [OPERATOR_TOKEN, GUESSED, "xoxb-one", APP_TOKEN]
    async with DiscordServer() as discord, slack_at() as slack:
        secrets.append(discord.token)
        channel, anna = discord.channel(), discord.user("anna")
        [team] = slack.state.teams.values()
        ann = Member(slack, team, slack.state.add_user("ann"))
        general = slack.state.add_channel(team, ann.user)
        settings = {
            "WEB_OPERATOR_TOKEN": OPERATOR_TOKEN,
            "PENTIMENTO__WEB__PORT": str(port),
            "PENTIMENTO__LOG__LEVEL": "debug",
            "PENTIMENTO__DOWNLOADS__ALLOWED_HOSTS": ",".join({slack.hostname, "127.0.0.1"}),
        }
        async with service(tmp_path, discord, slack, **settings) as running:
            await running.until(within=START_SECONDS)
            origin = f"http://127.0.0.1:{port}"
            async with aiohttp.ClientSession(origin, cookie_jar=aiohttp.CookieJar(unsafe=True)) as operator:
                for path in (f"/signin/{GUESSED}", "/operator"):
                    async with operator.get(path) as answer:
                        assert answer.status in {401, 403}
                assert (await post(operator, "/operator/signin", token=GUESSED))[0] == 403
                assert (await post(operator, "/operator/signin", token=OPERATOR_TOKEN))[0] == 200
                headers = {"Authorization": f"Bearer {OPERATOR_TOKEN}"}
                async with operator.get("/operator", headers=headers) as answer:
                    assert answer.status == 200
                secrets += secrets_of(operator)

            # On Discord: /privacy delete, and yes to the question.
            asked = await anna.command(channel, "img2img", image=png("red"), prompt="a quokkaone")
            await discord.shown(asked, is_done, seconds=SECONDS)
            async with opened(link := await discord_link(discord, anna, channel)) as before:
                job = await job_of(before, "a quokkaone")
                assert await statuses(before, job) == {200}
                question = await discord.shown(await anna.command(channel, "privacy", sub="delete"))
                pressed = await anna.press(question, "Delete everything")
                await discord.shown(pressed, lambda post: "one job" in post.words)
                async with opened(again := await discord_link(discord, anna, channel)) as after:
                    secrets += [link.rpartition("/")[2], again.rpartition("/")[2]]
                    secrets += [*secrets_of(before), *secrets_of(after)]
                    await check_forgotten(before, after, job, "quokkaone", tmp_path)

            # On Slack: the button of the page that /privacy opens.
            photo = slack.state.add_file(team, ann.user, png("teal"))
            await ann.say(general, "a quokkatwo --steps 2", files=[photo])
            await ann.result(general)
            async with opened(link := await slack_link(ann, general, port)) as before:
                job = await job_of(before, "a quokkatwo")
                assert await statuses(before, job) == {200}
                page = await ann.open("/privacy", general)
                await ann.press("Delete everything", None, page)
                await ann.see(lambda: "one job" in words(slack.state.views[page["id"]]))
                async with opened(again := await slack_link(ann, general, port)) as after:
                    secrets += [link.rpartition("/")[2], again.rpartition("/")[2]]
                    secrets += [*secrets_of(before), *secrets_of(after)]
                    await check_forgotten(before, after, job, "quokkatwo", tmp_path)
    check_log("".join(capfd.readouterr()), secrets)


@pytest.mark.timeout(120)
async def test_the_playground_tells_its_start_token_once_and_never_in_its_log(tmp_path: Path) -> None:
    with playground(tmp_path / "kept", module=LIGHT, PENTIMENTO__LOG__LEVEL="debug") as running:
        async with aiohttp.ClientSession(running.origin, cookie_jar=aiohttp.CookieJar(unsafe=True)) as browser:
            async with browser.get("/", params={"token": GUESSED}) as answer:
                assert answer.status == 403
            async with browser.get("/", params={"token": running.token}) as answer:
                assert (answer.status, str(answer.url.query_string)) == (200, "")
            status, _, text = await post(browser, "/jobs", nonce="n", prompt="a boat", picture=png())
            assert status == 200, text
            secrets = [running.token, GUESSED, *secrets_of(browser)]
        assert running.stop() == 0
        assert running.process.stdout is not None
        assert running.process.stdout.read() == "", "the address was all that it printed"
    check_log((tmp_path / "stderr.txt").read_text(), secrets)


def check_log(said: str, secrets: Sequence[str]) -> None:
    """It is the whole log, its debug lines too, and none of these is in it."""
    assert "serving" in said
    assert "stopping" in said
    assert "[debug" in said or '"debug"' in said
    assert all(len(secret) >= 8 for secret in secrets)
    assert [secret for secret in secrets if secret in said] == []


async def discord_link(discord: DiscordServer, anna: Person, channel: Channel) -> str:
    shown = await discord.shown(await anna.command(channel, "web"))
    [[button]] = [row["components"] for row in shown.payload["components"]]
    return str(button["url"])


async def slack_link(ann: Member, general: object, port: int) -> str:
    view = await ann.open("/web", general)  # type: ignore[arg-type]  # whatever a channel is to the server
    [link] = set(re.findall(rf"http://127\.0\.0\.1:{port}/signin/[\w-]+", str(view["blocks"])))
    return str(link)
