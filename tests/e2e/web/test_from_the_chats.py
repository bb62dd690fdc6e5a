"""`serve` with pages: members of each chat get a link, and see what they made in the chat; the place's rules hold."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp

from tests.builders.requests import png
from tests.e2e.discord.test_product import product
from tests.e2e.slack.test_whole_product import serving
from tests.harness.slack import free_port
from tests.servers.discord import DiscordServer
from tests.servers.slack.member import Member
from tests.servers.slack.server import slack_server

HARNESS = "tests.harness.product"


@asynccontextmanager
async def signed_in(link: str) -> AsyncIterator[tuple[aiohttp.ClientSession, str]]:
    """A browser that followed a link of the bot's and pressed its button, and where the pages are."""
    origin, _, token = link.partition("/signin/")
    async with (
        aiohttp.ClientSession(origin, cookie_jar=aiohttp.CookieJar(unsafe=True)) as browser,
        browser.post("/signin", data={"token": token}, headers={"Origin": origin}) as answer,
    ):
        assert answer.status == 200
        yield browser, origin


async def test_a_member_of_discord(tmp_path: Path) -> None:
    port = free_port()
    async with DiscordServer() as discord:
        channel, anna, keeper = discord.channel(), discord.user("anna"), discord.moderator("keeper")
        async with product(discord, tmp_path, module=HARNESS, PENTIMENTO__WEB__PORT=str(port)):
            await discord.until(lambda: "web" in {each["name"] for each in discord.commands}, what="the command")
            asked = await anna.command(channel, "img2img", image=png(), prompt="a boat at dusk", steps=2)
            await discord.shown(asked, lambda post: post.done, seconds=60)
            shown = await discord.shown(await anna.command(channel, "web"))
            assert shown.hidden == anna.id
            [[button]] = [row["components"] for row in shown.payload["components"]]
            assert (button["style"], button["url"].startswith(f"http://127.0.0.1:{port}/signin/")) == (5, True)
            assert button["url"] not in shown.words
            saved = await discord.shown(await keeper.command(channel, "settings", sub="block", words="dragon"))
            assert "dragon" in saved.words
            async with signed_in(button["url"]) as (browser, origin):
                async with browser.get("/results") as gallery:
                    assert "a boat at dusk" in await gallery.text()
                wish = aiohttp.FormData({"nonce": "n", "prompt": "a dragon"})
                wish.add_field("picture", png(), filename="a.png", content_type="image/png")
                async with browser.post("/jobs", data=wish, headers={"Origin": origin}) as answer:
                    refused = await answer.text()
                    assert answer.status == 422, refused
                assert "not allowed" in refused.partition('role="alert"')[2][:300]


async def test_a_member_of_slack(tmp_path: Path) -> None:
    port = free_port()
    async with slack_server() as slack:
        team = slack.state.add_team()
        ann = Member(slack, team, slack.state.add_user("ann"))
        general = slack.state.add_channel(team, ann.user)
        photo = slack.state.add_file(team, ann.user, png())
        async with serving(slack, tmp_path, "socket", module=HARNESS, PENTIMENTO__WEB__PORT=str(port)):
            await ann.say(general, "a boat at dawn --steps 2", files=[photo])
            await ann.result(general)
            view = await ann.open("/web", general)
            [link] = set(re.findall(rf"http://127\.0\.0\.1:{port}/signin/[\w-]+", str(view["blocks"])))
            async with signed_in(link) as (browser, _), browser.get("/results") as gallery:
                assert "a boat at dawn" in await gallery.text()
