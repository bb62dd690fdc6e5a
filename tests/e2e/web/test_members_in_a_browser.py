"""Members' pages in a real browser: what moves on them, how many there may be, what is read, seen and drawn."""

import asyncio
import io
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from adapters.web.addresses import job_in
from bot.domain.card import Progress
from tests.builders.requests import png
from tests.harness.pages import Pages, ask, member, post, serving
from tests.harness.playground import chromium, followed, needs_browser, opened

pytestmark = [needs_browser, pytest.mark.slow]


COVERED = """
() => {
  const { left, top, width, height } = document.activeElement.getBoundingClientRect();
  const above = document.elementFromPoint(left + width / 2, top + height / 2);
  const bar = document.querySelector(".go");
  return [document.activeElement.id, bar.contains(above) && !bar.contains(document.activeElement)];
}
"""
"""What has the focus, and if the bar with the buttons lies on it."""

DARK = """
paper => {
  const pixels = paper.getContext("2d").getImageData(0, 0, paper.width, paper.height).data;
  return pixels.filter((value, place) => place % 4 === 0 && value < 128).length;
}
"""
"""Pixels that were drawn."""


async def looked_at(pages: Pages, look: Callable[[Page], None]) -> None:
    """In a browser in which Ann is signed in."""
    link = "/signin/" + (await pages.sign_in.link(member("ann"))).rpartition("/")[2]

    def there() -> None:
        with chromium() as browser, opened(browser) as (page, _):
            page.goto(pages.origin + link)
            followed(page, page.get_by_role("button"))
            look(page)

    await asyncio.to_thread(there)


async def test_a_preview_that_is_told_again_neither_moves_the_page_nor_is_fetched(tmp_path: Path) -> None:
    async with serving(tmp_path) as pages, await pages.browser("ann") as ann:
        pages.bench.engine.hold()
        job = await ask(ann, "slow")
        file, loop = io.BytesIO(), asyncio.get_running_loop()
        Image.effect_noise((256, 256), 90).save(file, "JPEG")

        def tell(share: float) -> None:
            progress = Progress(fraction=share, previews={0: file.getvalue()})
            loop.call_soon_threadsafe(pages.bench.core.delivery.progressed, job, progress)

        def look(page: Page) -> None:
            page.goto(f"{pages.origin}/jobs/{job}")
            tell(0.1)
            expect(page.locator(".preview")).to_have_js_property("naturalWidth", 256)
            page.evaluate(
                "() => { const live = document.querySelector('#live'), seen = window.seen = new Set();"
                "const look = () => { seen.add(live.offsetHeight); requestAnimationFrame(look); }; look(); }"
            )
            for share in (0.2, 0.3, 0.4):
                tell(share)
                expect(page.locator("progress")).to_have_attribute("value", f"{share * 100:.0f}")
            assert page.evaluate("window.seen.size") == 1
            fetched = "performance.getEntriesByType('resource').filter(each => each.name.includes('preview')).length"
            assert page.evaluate(fetched) == 1

        await looked_at(pages, look)
        await pages.bench.engine.release()


async def test_many_pages_that_follow_jobs_leave_room_for_another(tmp_path: Path) -> None:
    """Over HTTP/1.1 browsers open six connections to one host, and each stream takes one."""
    async with serving(tmp_path) as pages, await pages.browser("ann") as ann:
        pages.bench.engine.hold()
        job = await ask(ann, "slow")

        def look(page: Page) -> None:
            for _ in range(7):
                other = page.context.new_page()
                other.goto(f"{pages.origin}/jobs/{job}")
                other.locator("progress").wait_for()
            page.goto(f"{pages.origin}/results", timeout=20_000)

        await looked_at(pages, look)
        await pages.bench.engine.release()


async def test_a_narrow_picture_lies_on_its_source_and_the_focus_under_nothing(tmp_path: Path) -> None:
    file = io.BytesIO()
    Image.effect_noise((96, 224), 90).save(file, "PNG")
    async with serving(tmp_path) as pages, await pages.browser("ann") as ann:
        where = (await post(ann, "/jobs", nonce="a", prompt="narrow", picture=file.getvalue()))[1]
        await pages.bench.shown(job_in(where.rpartition("/")[2]))

        def look(page: Page) -> None:
            page.set_viewport_size({"width": 320, "height": 256})  # as 1280 pixels are at 400 %
            page.goto(pages.origin + where)
            wide = "shown => Math.round(shown.getBoundingClientRect().width)"
            widths = {page.locator(f".compare {each}").evaluate(wide) for each in (".before", ".after", "input")}
            assert len(widths) == 1
            assert widths.pop() < 100
            page.get_by_label("Before and after").focus()
            reached = []
            while "strength" not in reached:
                page.keyboard.press("Tab")
                name, covered = page.evaluate(COVERED)
                assert not covered, name
                reached.append(name)
            assert "picture" in reached

        await looked_at(pages, look)


async def test_a_tap_on_the_paper_is_a_dot(tmp_path: Path) -> None:
    async with serving(tmp_path) as pages:

        def look(page: Page) -> None:
            page.get_by_text("More options").click()
            paper = page.get_by_label("Paper to draw on")
            assert paper.evaluate(DARK) == 0
            paper.click()
            assert 0 < paper.evaluate(DARK) < 50

        await looked_at(pages, look)


async def test_the_history_of_a_long_chain_is_read_to_its_end(tmp_path: Path) -> None:
    async with serving(tmp_path) as pages, await pages.browser("ann") as ann:
        job = await ask(ann, "the first pass")
        for number in range(14):
            await pages.bench.shown(job)
            where = (await post(ann, "/jobs", nonce=number, prompt="another pass", start="chain", of=f"{job}.0"))[1]
            job = type(job)(where.rpartition("/")[2])
        await pages.bench.shown(job)

        def look(page: Page) -> None:
            for width in (320, 1280):
                page.set_viewport_size({"width": width, "height": 900})
                page.goto(f"{pages.origin}/jobs/{job}")
                widths = "all => all.map(each => each.offsetWidth)"
                found = page.locator(".history .title").evaluate_all(widths)
                assert len(found) == 15
                assert min(found) >= 60

        await looked_at(pages, look)


async def test_what_is_chosen_is_seen_in_the_colours_of_high_contrast(tmp_path: Path) -> None:
    async with serving(tmp_path) as pages, await pages.browser("ann") as ann:
        where = (await post(ann, "/jobs", nonce="a", prompt="four", make="sweep", picture=png()))[1]
        await pages.bench.shown(await ask(ann, "the one after it"))

        def look(page: Page) -> None:
            page.emulate_media(forced_colors="active")
            page.goto(pages.origin + where)
            edge = "all => all.map(each => getComputedStyle(each).borderTopColor)"
            for choices in (".tile", ".several a"):
                colours = page.locator(choices).evaluate_all(edge)
                assert len(colours) > len(set(colours)) == 2 or len(colours) == len(set(colours)) == 2
            weights = page.locator(".history a").evaluate_all(edge.replace("borderTopColor", "fontWeight"))
            assert len(set(weights)) == 2, "the background that tells them apart is the same in these colours"

        await looked_at(pages, look)
