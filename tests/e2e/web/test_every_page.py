"""axe, and a look for what scrolls sideways, on every page in every state: light on a desktop, dark on a phone."""

import asyncio
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from adapters.sqlite.store import SqliteJobStore
from bot.domain.job import JobStatus
from bot.erasure import Retention
from inference.api import Failed, FailureKind
from tests.harness.pages import OPERATOR_TOKEN, Pages, ask, member, serving
from tests.harness.playground import Playground, chromium, needs_browser, opened
from tests.renderings.states import members, playground

pytestmark = pytest.mark.slow
LOOKS: tuple[tuple[Literal["light", "dark"], int, int, list[str]], ...] = (
    ("light", 1280, 900, []),
    ("dark", 320, 800, ["color-contrast", "target-size", "scrollable-region-focusable"]),
)
"""Colours, width, height, and the rules by which a look is another one than the first, by all of them."""

WIDER = "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"


def faults(page: Page, states: Iterator[str]) -> tuple[list[str], list[str]]:
    """What is wrong in each state, and the states."""
    found, seen = list[str](), list[str]()
    for state in states:
        seen.append(state)
        for scheme, width, height, rules in LOOKS:
            page.emulate_media(color_scheme=scheme)
            page.set_viewport_size({"width": width, "height": height})
            found += [
                f"{state}, {scheme}: {each['id']}: {each['nodes'][0]['html']}"
                for each in Axe().run(page, options={"runOnly": rules} if rules else None).response["violations"]
                if each["impact"] in {"serious", "critical"}
            ]
            wide, room = page.evaluate(WIDER)
            if wide > room:
                found.append(f"{state}, {width} pixels: {wide} wide")
        page.set_viewport_size({"width": LOOKS[0][1], "height": LOOKS[0][2]})
    return found, seen


def standing_still(service: Playground, states: Iterator[str]) -> Iterator[str]:
    """The states; a job that runs in one of them makes no step while it is looked at."""
    for state in states:
        with service.held() if "running" in state else nullcontext():
            yield state


@needs_browser
@pytest.mark.timeout(600)
def test_the_playground(service: Playground) -> None:
    with chromium() as browser, opened(browser, bypass_csp=True) as (page, _), service.resumed(page):
        found, seen = faults(page, standing_still(service, playground(page, service.address, steps=2)))
    assert found == []
    assert len(seen) == len(set(seen)) == 23


@needs_browser
@pytest.mark.timeout(600)
async def test_pages_of_members_and_of_the_operator(tmp_path: Path) -> None:
    async with serving(tmp_path) as pages:
        jobs = await some_jobs(pages)
        link = "/signin/" + (await pages.sign_in.link(member("ann"))).rpartition("/")[2]

        def look() -> tuple[list[str], list[str]]:
            with chromium() as browser, opened(browser, bypass_csp=True) as (page, _):
                return faults(page, members(page, pages.origin, link, OPERATOR_TOKEN, jobs))

        found, seen = await asyncio.to_thread(look)
    assert found == []
    assert len(seen) == len(set(seen)) == 8 + len(jobs)


async def some_jobs(pages: Pages) -> dict[str, str]:
    """Ann's: one of each kind that only a service has, or that does not end well."""
    store = pages.bench.store
    assert isinstance(store, SqliteJobStore)
    async with await pages.browser("ann") as ann:
        old = await ask(ann, "an old one")
        await pages.bench.shown(old)
        retention = Retention(pictures_before=1e12, jobs_before=0.0, inbox_before=0.0, usage_before=0.0)
        await pages.bench.service.removal.sweep(retention)
        pages.bench.engine.script(Failed(FailureKind.INVALID, "The model cannot do that: choose another one."))
        failed = await ask(ann, "one that fails")
        await pages.bench.shown(failed, JobStatus.FAILED)
        hidden = await ask(ann, "one that was a spoiler")
        await pages.bench.shown(hidden)
        for table, column in (("jobs", "id"), ("generations", "job")):
            change = f"UPDATE {table} SET lineage = json_set(lineage, '$.spoiler', json('true')) WHERE {column} = ?"
            await store.database.change(change, (hidden,))
    return {"swept": old, "failed": failed, "spoiler": hidden}
