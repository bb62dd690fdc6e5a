"""A real `pentimento playground` in a process of its own, and a real browser to look at it."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect, sync_playwright
from playwright.sync_api import TimeoutError as PlaywrightTimeout

STOP_SECONDS = 60
LIGHT = "tests.harness.product"
"""The same command with a model that needs no torch, for what depends on no model."""

PATIENCE_MS = 120_000
"""How long a page is waited for: a machine may be busy, and none of it is measured."""

expect.set_options(timeout=PATIENCE_MS)
CHROMIUM = next(filter(None, map(shutil.which, ("chromium-headless-shell", "chromium", "google-chrome"))), "")
"""The first is the same browser without windows, and starts in half of the processor's time."""
needs_browser = pytest.mark.skipif(not CHROMIUM, reason="no Chromium: apt-get install chromium")


@dataclass
class Playground:
    """One that runs.

    Attributes:
        address: with the start token.
        folder: where its database and pictures are.
    """

    process: "subprocess.Popen[str]"
    address: str
    folder: Path

    @property
    def origin(self) -> str:
        return self.address.partition("/?")[0]

    @property
    def token(self) -> str:
        return self.address.partition("token=")[2]

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Its exit code."""
        self.process.send_signal(number)
        return self.process.wait(STOP_SECONDS)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Its worker makes no step meanwhile: a job that runs goes on running."""
        family = psutil.Process(self.process.pid).children(recursive=True)
        workers = [each for each in family if "inference.worker" in each.cmdline()]
        for each in workers:
            each.suspend()
        try:
            yield
        finally:
            for each in workers:
                each.resume()

    @contextmanager
    def resumed(self, page: Page) -> Iterator[None]:
        """What is paused or drained goes on afterwards, for the tests that come, whatever this one came to."""
        try:
            yield
        finally:
            assert page.request.post(f"{self.origin}/operator/resume", headers={"Origin": self.origin}).ok


@contextmanager
def playground(folder: Path, *, port: int = 0, module: str = "bot", **environment: str) -> Iterator[Playground]:
    """Start one whose pictures are kept in `folder`; it is stopped at the end."""
    command = [
        sys.executable,
        "-m",
        module,
        "playground",
        "--no-browser",
        "--port",
        str(port),
        "--data-dir",
        str(folder),
    ]
    with (folder.parent / "stderr.txt").open("a") as errors:
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=errors, text=True, env={**os.environ, **environment}
        )
    try:
        assert process.stdout is not None
        address = process.stdout.readline().strip()
        assert address.startswith("http://127.0.0.1:"), (folder.parent / "stderr.txt").read_text()
        yield Playground(process, address, folder)
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
        assert process.stdout is not None
        process.stdout.close()


@contextmanager
def chromium() -> Iterator[Browser]:
    """A headless browser without a page yet."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@dataclass
class Seen:
    """What a page did that it should not.

    Attributes:
        elsewhere: addresses that it asked for outside of this machine.
        complaints: errors on its console.
    """

    elsewhere: list[str]
    complaints: list[str]


@contextmanager
def opened(browser: Browser, **wanted: Any) -> Iterator[tuple[Page, Seen]]:
    """A page in a context of its own, whose requests to other machines are stopped."""
    context = browser.new_context(**wanted)
    context.set_default_timeout(PATIENCE_MS)
    seen = Seen([], [])

    def only_here(route: Route) -> None:
        if route.request.url.startswith(("http://127.0.0.1:", "blob:")):
            route.continue_()
        else:
            seen.elsewhere.append(route.request.url)
            route.abort()

    context.route("**/*", only_here)
    page = context.new_page()
    page.on("console", lambda said: seen.complaints.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda fault: seen.complaints.append(str(fault)))
    yield page, seen
    context.close()


def followed(page: Page, what: Locator) -> None:
    """Press what leads to another page, and return once that is there: until then this one may look like it."""
    with page.expect_navigation():
        what.click()


def ended(page: Page) -> None:
    """Return once a job's page shows its end: a page that followed its job on its way is loaded anew for that."""
    page.locator("#job:not([data-running])").wait_for()


def done(page: Page) -> None:
    """Return once a job's page shows its picture; if there is none, what the page says instead is the failure."""
    ended(page)
    try:
        page.get_by_role("link", name="Download").wait_for()
    except PlaywrightTimeout as late:
        raise AssertionError(page.locator("#job").inner_text()) from late
