"""`serve` with pages: members of each chat get a link, and see what they made in the chat; the place's rules hold."""

import asyncio
import os
import re
import sqlite3
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from functools import partial
from pathlib import Path

import aiohttp

from tests.builders.requests import png
from tests.e2e.discord.test_product import product
from tests.e2e.slack.test_whole_product import serving
from tests.harness.ports import free_port
from tests.harness.waiting import PATIENCE
from tests.servers.discord import DiscordServer
from tests.servers.slack.member import Member, images, labels_of, words
from tests.servers.slack.server import slack_server
from tests.servers.slack.state import Conversation, Json

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


def eight_days_pass(folder: Path) -> None:
    """For all that a stopped service has stored: longer than `retention.pictures_days` lets pictures be."""
    with closing(sqlite3.connect(folder / "pentimento.db")) as store, store:
        for table, column in (("jobs", "created_at"), ("jobs", "ended_at"), ("generations", "created_at")):
            store.execute(f"UPDATE {table} SET {column} = {column} - 8 * 86400")
    for file in folder.rglob("images/**/*"):
        os.utime(file, (time.time() - 8 * 86400,) * 2)


async def tiles(browser: aiohttp.ClientSession, words: str) -> list[tuple[bool | None, bool]]:
    """Of each result that is found by words: whether its picture is there and can be had, and whether it is kept.

    None: it is shown and cannot be had, as for a moment if it goes between the page and it.
    """
    async with browser.get("/results", params={"q": words}) as gallery:
        found = re.findall(r"<li><a href=.*?</li>", await gallery.text(), re.DOTALL)
    seen: list[tuple[bool | None, bool]] = []
    for tile in found:
        picture = re.search(r'src="(/t/.+?)"', tile)
        seen.append((await had(browser, picture[1]) if picture else False, "kept" in tile))
    return seen


async def had(browser: aiohttp.ClientSession, thumbnail: str) -> bool | None:
    """True if a result's thumbnail and its whole picture come, None if either has gone."""
    full = thumbnail.replace("/t/", "/g/").replace(".jpg", ".png")
    for address, kind in ((thumbnail, "image/jpeg"), (full, "image/png")):
        async with browser.get(address) as answer:
            if answer.status == 404:
                return None
            assert (answer.status, answer.content_type) == (200, kind)
    return True


async def test_what_was_kept_in_discord_is_in_the_gallery_when_all_else_has_gone_by_age(tmp_path: Path) -> None:
    port = free_port()
    async with DiscordServer() as discord:
        channel, anna = discord.channel(), discord.user("anna")
        async with product(discord, tmp_path, module=HARNESS, PENTIMENTO__WEB__PORT=str(port)):
            await discord.until(lambda: "web" in {each["name"] for each in discord.commands}, what="the command")
            swept = await anna.command(channel, "sweep", image=png(), prompt="a boat", steps=2)
            sweep = await discord.shown(swept, lambda post: post.done and len(post.pictures) == 4, seconds=60)
            kept = await anna.press(sweep, next(label for label in sweep.buttons if "Keep" in label))
            await discord.shown(kept, lambda post: post.done, seconds=60)
            for prompt in ("a hill", "a loss"):
                asked = await anna.command(channel, "img2img", image=png(), prompt=prompt, steps=2)
                shown = await discord.shown(asked, lambda post: post.done, seconds=60)
                if prompt == "a hill":
                    await anna.react(shown, "⭐")
            await discord.until(lambda: stars(tmp_path) == 2, what="the star")
        eight_days_pass(tmp_path)
        async with product(discord, tmp_path, module=HARNESS, PENTIMENTO__WEB__PORT=str(port)):
            [[button]] = [
                row["components"]
                for row in (await discord.shown(await anna.command(channel, "web"))).payload["components"]
            ]
            async with signed_in(button["url"]) as (browser, _):
                await gone(browser, "a loss")
                assert await tiles(browser, "a hill") == [(True, True)]
                assert (True, True) in await tiles(browser, "a boat")


async def test_what_was_kept_in_slack_is_in_the_gallery_when_all_else_has_gone_by_age(tmp_path: Path) -> None:
    port = free_port()
    async with slack_server() as slack:
        team = slack.state.add_team()
        ann = Member(slack, team, slack.state.add_user("ann"))
        general = slack.state.add_channel(team, ann.user)
        photo = slack.state.add_file(team, ann.user, png())
        async with serving(slack, tmp_path, "socket", module=HARNESS, PENTIMENTO__WEB__PORT=str(port)):
            await ann.say(general, "a boat --strengths 0.3,0.5,0.7,0.9 --steps 2", files=[photo])
            sweep = await ann.result(general)
            await ann.press(next(label for label in labels_of(sweep) if "Keep" in label), general, sweep)
            await ann.see(lambda: len([each for each in ann.from_bot(general) if "Done: a boat" in words(each)]) == 2)
            for prompt in ("a hill", "a loss"):
                await ann.say(general, f"{prompt} --steps 2", files=[photo])
                shown = await ann.see(partial(done, ann, general, prompt))
                if prompt == "a hill":
                    await ann.react("star", general, shown)
            await ann.see(lambda: stars(tmp_path / "kept") == 2)
        eight_days_pass(tmp_path / "kept")
        async with serving(slack, tmp_path, "socket", module=HARNESS, PENTIMENTO__WEB__PORT=str(port)):
            view = await ann.open("/web", general)
            [link] = set(re.findall(rf"http://127\.0\.0\.1:{port}/signin/[\w-]+", str(view["blocks"])))
            async with signed_in(link) as (browser, _):
                await gone(browser, "a loss")
                assert await tiles(browser, "a hill") == [(True, True)]
                assert (True, True) in await tiles(browser, "a boat")


def done(ann: Member, general: Conversation, prompt: str) -> Json | None:
    """The message that shows the picture of a wish."""
    shown = [each for each in ann.from_bot(general) if f"Done: {prompt}" in words(each) and images(each)]
    return shown[0] if shown else None


def stars(folder: Path) -> int:
    """How many results are kept beyond retention."""
    with closing(sqlite3.connect(f"file:{folder}/pentimento.db?mode=ro", uri=True)) as store:
        return int(store.execute("SELECT count(*) FROM generations WHERE kept").fetchone()[0])


async def gone(browser: aiohttp.ClientSession, words: str) -> None:
    """Return once what went by age has gone: the first sweep is at the start."""
    async with asyncio.timeout(PATIENCE):
        while await tiles(browser, words) != [(False, False)]:
            await asyncio.sleep(0.1)
