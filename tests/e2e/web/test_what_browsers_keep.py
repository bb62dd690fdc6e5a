"""What a browser may keep of the pages, and for whom: several people sign in on one machine."""

import asyncio
import re
from pathlib import Path

import aiohttp
import pytest

from bot.domain.ids import JobId
from bot.erasure import Retention
from tests.harness.pages import Pages, ask, member, post, read, serving
from tests.harness.playground import chromium, needs_browser

EVERY_PICTURE = Retention(pictures_before=1e12, jobs_before=0.0, inbox_before=0.0)


def pictures_of(job: JobId) -> list[str]:
    """The addresses of its result and of its source."""
    return [f"/g/{job}.0.png", f"/g/{job}.0.webp", f"/t/{job}.0.jpg", f"/s/{job}.jpg"]


async def tags_of(session: aiohttp.ClientSession, paths: list[str]) -> list[str]:
    """What tells a browser that asks again if it has the newest."""
    tags = []
    for path in paths:
        async with session.get(path) as answer:
            assert (answer.status, answer.headers["Cache-Control"]) == (200, "private, no-cache")
            tags.append(answer.headers["ETag"])
    return tags


async def status_of(session: aiohttp.ClientSession, path: str, tag: str) -> int:
    """Of the answer to who has that version of it."""
    async with session.get(path, headers={"If-None-Match": tag}) as answer:
        assert answer.status != 304 or await answer.read() == b""
        return answer.status


async def test_a_picture_is_kept_for_as_long_as_it_is_theirs_to_see(tmp_path: Path) -> None:
    async with serving(tmp_path) as pages, await pages.browser("ann") as ann, await pages.browser("bob") as bob:
        job = await ask(ann, "mine")
        await pages.bench.shown(job)
        paths = pictures_of(job)
        tags = await tags_of(ann, paths)
        for path, tag in zip(paths, tags, strict=True):
            assert await status_of(ann, path, tag) == await status_of(ann, path, f"W/{tag}") == 304
            assert await status_of(ann, path, '"another"') == 200
            assert await status_of(bob, path, tag) == 404
        await post(ann, f"/results/{job}.0/delete")
        for path, tag in zip(paths, tags, strict=True):
            assert await status_of(ann, path, tag) == 404


async def test_what_went_by_its_age_is_gone_for_browsers_that_have_it_too(tmp_path: Path) -> None:
    async with serving(tmp_path) as pages, await pages.browser("ann") as ann:
        job = await ask(ann, "an old one")
        await pages.bench.shown(job)
        tags = await tags_of(ann, pictures_of(job))
        await pages.bench.service.removal.sweep(EVERY_PICTURE)
        for path, tag in zip(pictures_of(job), tags, strict=True):
            assert await status_of(ann, path, tag) == 404


async def test_files_of_ours_are_kept_until_there_are_others(tmp_path: Path) -> None:
    async with serving(tmp_path) as pages, pages.stranger() as stranger:
        stamped = re.findall(r'"(/static/[^"]+)"', await read(stranger, "/signin"))
        assert len(stamped) == 3
        for path in stamped:
            async with stranger.get(path) as answer:
                assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
            for other in (
                path.partition("?")[0],
                f"{path}0",
                path.replace("pentimento", "nothing").replace("icon", "no"),
            ):
                async with stranger.get(other) as answer:
                    assert answer.headers["Cache-Control"] == "no-store"


@needs_browser
@pytest.mark.slow
async def test_who_signs_in_next_sees_nothing_of_who_was_there(tmp_path: Path) -> None:
    async with serving(tmp_path) as pages:
        async with await pages.browser("ann") as ann:
            job = await ask(ann, "mine")
            await pages.bench.shown(job)
        links = [(await pages.sign_in.link(member(name))).rpartition("/")[2] for name in ("ann", "bob", "ann")]
        await asyncio.to_thread(_take_turns, pages, f"/g/{job}.0.png", links)


def _take_turns(pages: Pages, picture: str, links: list[str]) -> None:
    """In a context that intercepts nothing: with routes there is no cache."""
    with chromium() as browser, browser.new_context() as context:
        page = context.new_page()

        def sign_in(link: str) -> None:
            page.goto(f"{pages.origin}/signin/{link}")
            with page.expect_navigation():
                page.get_by_role("button").click()

        seen = "async address => (await fetch(address)).status"
        sign_in(links[0])
        assert page.evaluate(seen, picture) == 200
        page.get_by_label("Prompt", exact=True).fill("what Ann does not tell")
        page.reload()
        assert page.get_by_label("Prompt", exact=True).input_value() == "what Ann does not tell"
        page.goto(f"{pages.origin}/me")
        with page.expect_navigation():
            page.get_by_role("button", name="Sign out", exact=True).click()
        assert page.evaluate(seen, picture) == 403
        sign_in(links[1])
        assert page.evaluate(seen, picture) == 404
        assert page.get_by_label("Prompt", exact=True).input_value() == ""
        assert "Ann" not in str(page.evaluate("JSON.stringify(localStorage)"))
