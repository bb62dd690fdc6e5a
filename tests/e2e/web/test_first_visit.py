"""A first visit, step by step: what opens, what a job says on its way, and what reloads and double clicks do."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.harness.playground import Playground, chromium, done, followed, needs_browser, opened
from tests.harness.ports import free_port

pytestmark = needs_browser
PHOTO = Path("docs/demo/cup.jpg")
START_SECONDS = 180
STOP_SECONDS = 60
TOKENS = {"DISCORD_TOKEN", "SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET"}

KEEP_WHAT_IS_SAID = """
  const said = () => {
    const status = document.querySelector("[role=status]")?.textContent.trim();
    const share = document.querySelector("progress[value]")?.value ?? null;
    const preview = document.querySelectorAll("img.preview").length;
    const kept = JSON.parse(sessionStorage.getItem("said") || "[]");
    const now = JSON.stringify([status, share, preview]);
    if (status && kept.at(-1) !== now) sessionStorage.setItem("said", JSON.stringify([...kept, now]));
  };
  document.addEventListener("DOMContentLoaded", () => {
    said();
    new MutationObserver(said).observe(document.body, { subtree: true, childList: true, characterData: true });
  });
"""
"""A script of the test's in every page: it notes each state that a person could have seen."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One for all tests here, none of which may have an event loop."""
    with chromium() as browser:
        yield browser


@contextmanager
def serving_pages_alone(folder: Path) -> Iterator[str]:
    """`serve` with a port for pages and no token of any chat; its address."""
    port = free_port()
    environment = {name: value for name, value in os.environ.items() if name not in TOKENS} | {
        "PENTIMENTO__WEB__PORT": str(port),
        "PENTIMENTO__DATA_DIR": str(folder),
    }
    log = folder / "stderr.txt"
    with log.open("w") as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.harness.product", "serve"], env=environment, stderr=errors
        )
    try:
        deadline = time.monotonic() + START_SECONDS
        while "serving" not in log.read_text():
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port}"
        process.send_signal(signal.SIGTERM)
        assert process.wait(STOP_SECONDS) == 0
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


def test_pages_alone_need_no_chat_and_nothing_from_elsewhere(tmp_path: Path, browser: Browser) -> None:
    with serving_pages_alone(tmp_path) as address, opened(browser) as (page, seen):
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        answer = page.goto(address)
        assert answer is not None
        assert answer.status == 200
        expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
        page.wait_for_load_state("networkidle")
        assert all(url.startswith(address) for url in asked)
        assert len(asked) > 2, "the page with its style and script"
        assert (seen.elsewhere, seen.complaints) == ([], [])


def wish(page: Page, prompt: str, *, steps: int) -> None:
    """Everything but the last click."""
    page.get_by_text("More options").click()
    page.get_by_label("Steps", exact=True).fill(str(steps))
    page.get_by_label("Picture", exact=True).set_input_files(PHOTO)
    page.get_by_label("Prompt", exact=True).fill(prompt)
    page.get_by_label("Strength", exact=True).fill("0.55")


def test_a_jobs_page_goes_from_waiting_to_running_to_done(service: Playground, browser: Browser) -> None:
    with opened(browser) as (page, seen):
        page.goto(service.address)
        page.goto(service.origin + "/operator")
        with service.resumed(page):
            followed(page, page.get_by_role("button", name="Pause", exact=True))
            expect(page.get_by_role("button", name="Pause", exact=True)).to_be_disabled()
            page.goto(service.origin)
            page.context.add_init_script(KEEP_WHAT_IS_SAID)
            wish(page, "a fresco", steps=40)
            page.get_by_role("button", name="Generate").click()
            page.wait_for_url("**/jobs/*")
            expect(page.get_by_role("status")).to_contain_text("in line")
        done(page)
        page.wait_for_function(
            "JSON.parse(sessionStorage.getItem('said')).some(each => JSON.parse(each)[0] === 'Done')"
        )
        said = [tuple(each) for each in page.evaluate("JSON.parse(sessionStorage.getItem('said')).map(JSON.parse)")]
        phases = list(dict.fromkeys(phase(status) for status, _, _ in said))
        assert phases == ["waiting", "running", "done"], said
        shares = [share for _, share, _ in said if share is not None]
        assert shares == sorted(shares)
        assert len(set(shares)) > 2
        assert any(previews for _, _, previews in said)
        assert (seen.elsewhere, seen.complaints) == ([], [])


def phase(status: str) -> str:
    if status == "Done":
        return "done"
    return "waiting" if "in line" in status or status in {"Queued", "Received"} else "running"


def test_reloads_closed_pages_and_double_clicks_are_one_job(service: Playground, browser: Browser) -> None:
    prompt = "a watercolour, clicked twice"
    with opened(browser) as (page, _):
        page.goto(service.address)
        wish(page, prompt, steps=4)
        with service.held():
            page.get_by_role("button", name="Generate").dblclick()
            page.wait_for_url("**/jobs/*")
            address = page.url
            page.reload()
            assert page.url == address
            expect(page.get_by_role("heading", name=prompt)).to_be_visible()
            assert page.locator("#job[data-running]").count() == 1, "reloaded while it runs"
            page.close()
        again = page.context.new_page()
        again.goto(address)
        done(again)
        later = page.context.new_page()
        again.close()
        later.goto(address)
        expect(later.get_by_role("status")).to_have_text("Done")
        expect(later.get_by_role("heading", name=prompt)).to_be_visible()
        expect(later.locator("nav.history a", has_text=prompt)).to_have_count(1)
    with closing(sqlite3.connect(f"file:{service.folder}/pentimento.db?mode=ro", uri=True)) as store:
        query = "SELECT id FROM jobs WHERE instr(recipes, ?)"
        [(stored,)] = store.execute(query, (prompt,)).fetchall()
        made = store.execute("SELECT count(*) FROM generations WHERE job = ?", (stored,)).fetchone()
    assert address.endswith(f"/jobs/{stored}")
    assert made == (1,)
