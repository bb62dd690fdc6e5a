"""A private result whose chain was published: its pages show others nothing of it in what they made of that chain."""

import asyncio
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import aiohttp
import pytest

from bot.domain.actions import Press, Verb
from bot.domain.ids import JobId, generation_id
from bot.domain.request import ReplyTarget
from bot.domain.safety import STRICTEST
from bot.texts import text
from tests.harness.pages import Pages, ask, member, post, read, serving
from tests.harness.playground import chromium, needs_browser, opened

SECRET = "a zebra in the secret garden"
ROOM = member("ann").place
HIDDEN, ANOTHERS = text("en", "refused-source-hidden"), text("en", "info-hidden")
NO_PICTURES = (
    "/g/{}.0.png",
    "/g/{}.0.webp",
    "/t/{}.0.jpg",
    "/s/{}.jpg",
    "/s/{}.jpg?first",
    "/jobs/{}/preview.jpg",
    "/jobs/{}",
)


async def published(pages: Pages, job: JobId) -> None:
    """Ann publishes a result of hers where Bob is too."""
    async with pages.bench.service.results.publishing(job, by=member("ann"), where=ROOM, site=STRICTEST):
        pass


async def made_in_the_chat(pages: Pages, verb: Verb, of: JobId) -> JobId:
    """What Bob makes of a result there."""
    press = Press(
        verb=verb,
        generation=generation_id(of, 0),
        by=member("bob"),
        reply_to=ReplyTarget(platform="web"),
        event_id=f"{verb} of {of}",
    )
    job = (await pages.bench.service.press(press)).job.id
    await pages.bench.shown(job)
    return job


async def family(pages: Pages, ann: aiohttp.ClientSession) -> tuple[JobId, JobId, JobId, JobId]:
    """Ann's private result, the chain of it that she published, and what Bob rerolled and chained from that."""
    private = await ask(ann, SECRET)
    await pages.bench.shown(private)
    status, path, _ = await post(
        ann, "/jobs", nonce="chain", prompt="for all to see", start="chain", of=f"{private}.0"
    )
    assert status == 200
    chain = JobId(path.rpartition("/")[2])
    await pages.bench.shown(chain)
    await published(pages, chain)
    rerolled, further = [await made_in_the_chat(pages, verb, chain) for verb in (Verb.REROLL, Verb.CHAIN)]
    return private, chain, rerolled, further


async def fetched(session: aiohttp.ClientSession, address: str) -> tuple[int, str, bytes]:
    """Status, type and content of what stands there."""
    async with session.get(address) as answer:
        return answer.status, answer.content_type, await answer.read()


async def refused(session: aiohttp.ClientSession, address: str) -> None:
    status, kind, content = await fetched(session, address)
    assert (status, kind) == (403, "text/html"), address
    assert HIDDEN in unescape(content.decode()), address


@pytest.mark.parametrize("kept", [True, False])
async def test_of_a_private_source_others_get_no_picture_no_words_and_no_new_start(
    tmp_path: Path, *, kept: bool
) -> None:
    async with serving(tmp_path) as pages, await pages.browser("ann") as ann, await pages.browser("bob") as bob:
        private, chain, rerolled, further = await family(pages, ann)
        secret = [(await fetched(ann, each.format(private)))[2] for each in ("/g/{}.0.png", "/t/{}.0.jpg")]
        secret.append((await fetched(ann, f"/s/{chain}.jpg"))[2])
        if not kept:
            assert (await post(ann, f"/results/{private}.0/delete"))[0] == 200
        for theirs in (private, chain):
            for address in NO_PICTURES:
                assert (await fetched(bob, address.format(theirs)))[0] == 404, address
        await refused(bob, f"/s/{rerolled}.jpg")
        await refused(bob, f"/s/{rerolled}.jpg?first")
        for page in (await read(bob, f"/jobs/{rerolled}"), await read(bob, f"/jobs/{rerolled}?against=source")):
            assert 'class="before' not in page
            assert f"/s/{rerolled}.jpg" not in page
            assert unescape(page).count(ANOTHERS) == (2 if kept else 1)
        shown = re.findall(r'src="(/[gst]/.+?)"', await read(bob, f"/jobs/{further}?against=first"))
        assert f"/s/{further}.jpg" in shown, "the published chain, which Bob saw in the chat"
        assert f"/s/{further}.jpg?first" not in shown
        for address in {*shown, f"/s/{further}.jpg?first"}:
            status, _, content = await fetched(bob, address)
            assert status == 200
            assert content not in secret, address
        for page in ("/", "/results", f"/jobs/{rerolled}", f"/jobs/{further}"):
            there = await read(bob, page)
            assert SECRET not in there
            assert private not in there
        again = await post(bob, "/jobs", nonce="again", prompt="bare", strengths="0", start="again", of=rerolled)
        assert (again[0], HIDDEN in unescape(again[2])) == (422, True)
        for strength in ("0", "0.49"):
            weaker = {"start": "edit", "of": f"{rerolled}.0", "strengths": strength}
            status, _, said = await post(bob, "/jobs", nonce=strength, prompt="bare", **weaker)
            assert (status, "go on with strength 0.5 or more" in said) == (422, True)
        rerun = {"verb": "rerun", "target": f"{rerolled}.0", "strength": "0.1"}
        assert (await post(bob, "/press", nonce="rerun", **rerun))[0] == 403
        assert len(await pages.bench.store.jobs_of("discord:bob", limit=9)) == 2
        own = await read(ann, f"/jobs/{chain}")
        assert f"/s/{chain}.jpg" in own, "whoever made it sees what they made it from"
        assert (SECRET in own) is kept


async def test_a_private_source_that_is_published_as_well_is_there_for_whoever_goes_on(tmp_path: Path) -> None:
    async with serving(tmp_path) as pages, await pages.browser("ann") as ann, await pages.browser("bob") as bob:
        private, chain, rerolled, _ = await family(pages, ann)
        await published(pages, private)
        assert await fetched(bob, f"/s/{rerolled}.jpg") == await fetched(ann, f"/s/{chain}.jpg")
        assert f"/s/{rerolled}.jpg" in await read(bob, f"/jobs/{rerolled}")
        weaker = {"start": "edit", "of": f"{rerolled}.0", "strengths": "0.1"}
        assert (await post(bob, "/jobs", nonce="weaker", prompt="bare", **weaker))[0] == 200


@needs_browser
async def test_the_page_of_what_others_made_compares_it_with_nothing_that_is_hidden(tmp_path: Path) -> None:
    async with serving(tmp_path) as pages, await pages.browser("ann") as ann:
        private, _, rerolled, further = await family(pages, ann)
        link = "/signin/" + (await pages.sign_in.link(member("bob"))).rpartition("/")[2]

        def look() -> Iterator[str]:
            with chromium() as browser, opened(browser) as (page, seen):
                page.goto(pages.origin + link)
                page.get_by_role("button", name="Sign in").click()
                page.wait_for_url(pages.origin + "/")
                fetched: list[str] = []
                page.on("request", lambda request: fetched.append(request.url))
                for job, pictures in ((rerolled, 1), (further, 2)):
                    page.goto(f"{pages.origin}/jobs/{job}")
                    page.wait_for_load_state("networkidle")
                    assert page.locator("figure.compare img").count() == pictures
                    assert page.get_by_role("slider", name=text("en", "web-slider")).count() == pictures - 1
                    assert page.get_by_role("navigation", name=text("en", "web-against")).count() == 0
                    page.get_by_text("Details", exact=True).click()
                    lineage = page.locator("ol.lineage li").all_inner_texts()
                    assert lineage[:-1] == [ANOTHERS, ANOTHERS]
                    yield page.content()
                assert seen.complaints == []
                assert not [each for each in fetched if private in each or f"/s/{rerolled}" in each]

        for content in await asyncio.to_thread(lambda: list(look())):
            assert SECRET not in content
            assert private not in content
