"""The operator's page in a real browser: what it does, and what stays as it is while it is looked at."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.harness.playground import Playground, chromium, ended, followed, needs_browser, opened

pytestmark = needs_browser
PHOTO = Path("docs/demo/cup.jpg")


@pytest.fixture(scope="module")
def service(light_service: Playground) -> Playground:
    """Nothing here depends on the model."""
    return light_service


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One for all tests here, none of which may have an event loop."""
    with chromium() as browser:
        yield browser


def test_the_playgrounds_person_operates_it(service: Playground, browser: Browser) -> None:
    with opened(browser) as (page, seen):
        page.goto(service.address)
        followed(page, page.get_by_role("link", name="Operator"))
        with service.resumed(page):
            followed(page, page.get_by_role("button", name="Pause", exact=True))
            expect(page.get_by_role("status")).to_contain_text("Paused")
            page.goto(service.origin)
            page.get_by_label("Picture", exact=True).set_input_files(PHOTO)
            page.get_by_label("Prompt", exact=True).fill("oil <img src=x onerror=alert(1)>")
            page.get_by_role("button", name="Generate").click()
            page.wait_for_url("**/jobs/*")
            expect(page.get_by_role("status")).to_contain_text("Paused by the bot's owner")
            member_page = page.url
            page.goto(service.origin + "/operator")
            assert "onerror" not in page.content()
            followed(page, page.locator(".rows a").first)
            followed(page, page.get_by_role("button", name="Reveal"))
            expect(page.get_by_text("oil <img src=x onerror=alert(1)>")).to_be_visible()
            page.goto(service.origin + "/operator")
            followed(page, page.get_by_role("button", name="Cancel"))
            expect(page.get_by_role("heading", name="Queue (0)")).to_be_visible()
            page.goto(member_page)
            expect(page.get_by_role("status")).to_have_text("Cancelled")
            page.goto(service.origin + "/operator")
            followed(page, page.get_by_role("button", name="Resume"))
        expect(page.get_by_role("status")).to_contain_text("Running")
        assert (seen.elsewhere, seen.complaints) == ([], [])


def test_an_open_page_shows_what_is_new_and_leaves_the_rest_as_it_is(service: Playground, browser: Browser) -> None:
    with opened(browser) as (page, seen):
        page.goto(service.address)
        page.goto(service.origin + "/operator")
        page.get_by_text("Settings in force").click()
        pause = page.get_by_role("button", name="Pause", exact=True)
        with service.resumed(page):
            followed(page, pause)
            expect(page.get_by_role("status")).to_contain_text("Paused")
            pause_node = page.locator("#resume").element_handle()
            page.get_by_text("Settings in force").click()
            page.locator("#resume").focus()
            other = page.context.new_page()
            other.goto(service.origin)
            other.get_by_label("Picture", exact=True).set_input_files(PHOTO)
            other.get_by_label("Prompt", exact=True).fill("a newcomer")
            other.get_by_role("button", name="Generate").click()
            other.wait_for_url("**/jobs/*")
            job = other.url.rpartition("/")[2]
            expect(page.get_by_role("heading", name="Queue (1)")).to_be_visible()
            row = page.locator(f"#waiting-{job}")
            expect(row).to_contain_text("img2img")
            expect(page.locator("#resume")).to_be_focused()
            assert pause_node.evaluate("node => node.isConnected"), "what has not changed is the same element"
            expect(page.get_by_text("queue.max_jobs")).to_be_visible()
            row.get_by_role("button").hover()
            other.get_by_role("button", name="Cancel").click()
            ended(other)
            expect(other.get_by_role("status")).to_have_text("Cancelled")
            page.mouse.move(0, 0)
            expect(page.get_by_role("heading", name="Queue (0)")).to_be_visible()
            other.goto(service.origin + "/operator")
            followed(other, other.locator("#resume"))
        expect(page.get_by_role("status")).to_contain_text("Running")
        assert (seen.elsewhere, seen.complaints) == ([], [])


def test_what_comes_before_a_button_or_goes_leaves_it_the_same_element(service: Playground, browser: Browser) -> None:
    """A trouble that appears above the buttons, and a row that goes above another."""
    with opened(browser) as (page, _):
        page.goto(service.address)
        shown = page.evaluate(
            """() => {
                const part = (html) => Object.assign(document.createElement("div"), { innerHTML: html });
                const rows = (...names) => names.map((each) => `<tr id="${each}"><td>${each}</td></tr>`).join("");
                const before = part(`<p id="mode">Paused</p> <div class="row"><button id="resume"></button></div>
                    <p class="quiet">Help</p><table>${rows("a", "b", "c")}</table>`);
                const after = part(`<p id="mode">Running</p> <p class="note">No worker</p> <div class="row"><button
                    id="resume" disabled></button></div><p class="quiet">Other</p>
                    <table>${rows("c", "b", "d")}</table>`);
                document.body.replaceChildren(before);
                const kept = [...before.querySelectorAll("#resume, #b, .quiet")];
                const wanted = after.innerHTML;
                become(before, after);
                return [before.innerHTML === wanted, ...kept.map((each) => each.isConnected)];
            }"""
        )
        assert shown == [True, True, True, True]


def test_it_works_without_scripts(service: Playground, browser: Browser) -> None:
    with opened(browser, java_script_enabled=False) as (page, _):
        page.goto(service.address)
        page.goto(service.origin + "/operator")
        with service.resumed(page):
            followed(page, page.get_by_role("button", name="Drain", exact=True))
            expect(page.get_by_role("status")).to_contain_text("Nothing is left to do.")
            followed(page, page.get_by_role("button", name="Resume"))
        expect(page.get_by_role("status")).to_contain_text("Running")
        expect(page.locator("noscript meta[http-equiv=refresh]")).to_have_attribute("content", "10")
