"""The playground in a real browser: a person with a picture, then with less luck."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.harness.playground import Playground, chromium, done, ended, followed, needs_browser, opened

pytestmark = needs_browser
PHOTO = Path("docs/demo/cup.jpg")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One for all tests here, each of which has a context of its own. As long as Playwright is there its event loop
    runs, and no test may have another."""
    with chromium() as browser:
        yield browser


def ask(page: Page, prompt: str, *, strength: str = "0.55") -> None:
    """Fill in the form and send it; waits for the job's page."""
    page.get_by_label("Picture", exact=True).set_input_files(PHOTO)
    page.get_by_label("Prompt", exact=True).fill(prompt)
    page.get_by_label("Strength", exact=True).fill(strength)
    page.get_by_role("button", name="Generate").click()
    page.wait_for_url("**/jobs/*")


def details(page: Page) -> dict[str, str]:
    page.get_by_text("Details").click()
    names, values = page.locator("dl dt").all_inner_texts(), page.locator("dl dd").all_inner_texts()
    return dict(zip(names, values, strict=True))


def test_a_picture_from_the_first_click_to_every_button(service: Playground, browser: Browser) -> None:
    with opened(browser) as (page, seen):
        page.goto(service.address)
        assert "token" not in page.url
        expect(page).to_have_title(re.compile("^Pentimento"))
        before = page.locator("nav.history a").count()
        ask(page, "stained glass <img src=x onerror=alert(1)>")
        expect(page.get_by_role("heading", name="stained glass <img src=x onerror=alert(1)>")).to_be_visible()
        done(page)
        expect(page.get_by_role("status")).to_have_text("Done")
        first = details(page)
        assert first["Strength"] == "0.55"
        address = page.url
        page.get_by_role("button", name="Reroll").click()
        page.wait_for_url(lambda url: url != address)
        done(page)
        assert details(page)["Seed"] != first["Seed"]
        page.goto(address)

        slider = page.get_by_label("Before and after")
        clip = "node => getComputedStyle(node).clipPath"
        slider.focus()
        for key, inset, said in (("End", "0%", "0 % after"), ("Home", "100%", "100 % after")):
            page.keyboard.press(key)
            assert page.locator(".before").evaluate(clip).split()[1] == inset
            assert slider.get_attribute("aria-valuetext") == said
        page.keyboard.press("ArrowRight")
        assert slider.get_attribute("aria-valuetext") == "99 % after"

        followed(page, page.get_by_role("button", name="Strong 0.7"))
        expect(page.locator(".facts").get_by_text("Strong 0.7")).to_be_visible()
        done(page)
        rerun = details(page)
        assert (rerun["Strength"], rerun["Seed"]) == ("0.7", first["Seed"])
        expect(page.locator(".lineage li")).to_have_count(2)

        followed(page, page.get_by_role("button", name="Chain"))
        expect(page.get_by_label("this result")).to_be_checked()
        page.get_by_label("Prompt", exact=True).fill("pencil drawing")
        page.get_by_role("button", name="Generate").click()
        page.wait_for_url(lambda url: "chain" not in url)
        expect(page.get_by_role("heading", name="pencil drawing")).to_be_visible()
        done(page)
        page.get_by_text("Details").click()
        expect(page.locator(".lineage li")).to_have_count(3)

        followed(page, page.get_by_role("button", name="Sweep"))
        ended(page)
        expect(page.locator(".several li")).to_have_count(4)
        followed(page, page.get_by_role("link", name="strength 0.9"))
        expect(page.get_by_role("button", name="Chain", exact=True)).to_be_visible()

        followed(page, page.get_by_role("button", name="Delete"))
        followed(page, page.get_by_role("button", name="Delete"))
        expect(page.get_by_role("status")).to_have_text("Deleted: one job with its pictures and words.")
        expect(page.locator("nav.history a")).to_have_count(before + 4)
        assert (seen.elsewhere, seen.complaints) == ([], [])


def test_without_scripts(service: Playground, browser: Browser) -> None:
    with opened(browser, java_script_enabled=False) as (page, _):
        page.goto(service.address)
        ask(page, "charcoal")
        while not page.get_by_role("link", name="Download").count():
            page.wait_for_timeout(500)
            page.reload()
        with page.expect_download() as download:
            page.get_by_role("link", name="Download").click()
        assert download.value.suggested_filename.endswith(".png")


def test_what_is_wrong_is_said_and_nothing_typed_is_lost(service: Playground, browser: Browser) -> None:
    with opened(browser) as (page, _):
        page.goto(service.address)
        page.get_by_label("Prompt", exact=True).fill("oil painting")
        page.get_by_role("button", name="Generate").click()
        expect(page.get_by_role("alert")).to_have_text("Choose a picture to start from.")
        page.get_by_label("Picture", exact=True).set_input_files(
            {"name": "notes.png", "mimeType": "image/png", "buffer": b"no picture at all"}
        )
        page.get_by_role("button", name="Generate").click()
        expect(page.get_by_role("alert")).not_to_have_text("Choose a picture to start from.")
        expect(page.get_by_role("alert")).to_be_focused()
        expect(page.get_by_label("Prompt", exact=True)).to_have_value("oil painting")


@pytest.mark.parametrize("width", [320, 1400])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_scrolls_sideways_and_every_control_has_a_name(
    service: Playground, browser: Browser, width: int, scheme: str
) -> None:
    with opened(browser, viewport={"width": width, "height": 800}, color_scheme=scheme) as (page, _):
        page.goto(service.address)
        page.get_by_text("More options").click()
        wide, room = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
        assert wide <= room
        nameless = page.evaluate(
            "[...document.querySelectorAll('input:not([type=hidden]), select, textarea, button')]"
            ".filter(each => each.checkVisibility() && !each.labels?.length && !each.ariaLabel && !each.innerText)"
            ".map(each => each.outerHTML)"
        )
        assert nameless == []


def test_fields_and_buttons_have_the_names_that_others_rely_on(service: Playground, browser: Browser) -> None:
    with opened(browser) as (page, seen):
        page.goto(service.address)
        page.get_by_text("More options").click()
        for name in ("Picture", "Prompt", "Strength", "Structure", "Seed", "Steps", "Guidance", "Negative prompt"):
            expect(page.get_by_label(name, exact=True)).to_be_visible()
        expect(page.get_by_role("group", name="Style")).to_be_visible()
        for name in ("Generate", "Sweep"):
            expect(page.get_by_role("button", name=name)).to_be_visible()
        assert seen.complaints == []


def test_a_picture_is_dropped_pasted_or_drawn(service: Playground, browser: Browser) -> None:
    with opened(browser) as (page, seen):
        for event in (
            "new DragEvent('drop', {dataTransfer: held",
            "new ClipboardEvent('paste', {clipboardData: held",
        ):
            page.goto(service.address)
            page.evaluate(
                "data => { const held = new DataTransfer();"
                "held.items.add(new File([Uint8Array.from(data)], 'a.jpg', {type: 'image/jpeg'}));"
                f"document.body.dispatchEvent({event}, bubbles: true, cancelable: true}})); }}",
                list(PHOTO.read_bytes()),
            )
            assert page.get_by_label("Picture", exact=True).evaluate("field => field.files.length") == 1
            expect(page.locator("#chosen")).to_be_visible()
        page.goto(service.address)
        page.get_by_text("More options").click()
        paper = page.get_by_label("Paper to draw on")
        paper.scroll_into_view_if_needed()
        box = paper.bounding_box()
        assert box is not None
        page.mouse.move(box["x"] + 40, box["y"] + 60)
        page.mouse.down()
        page.mouse.move(box["x"] + 200, box["y"] + 160, steps=20)
        page.mouse.up()
        page.get_by_role("button", name="Use this drawing").click()
        page.get_by_label("Prompt", exact=True).fill("a house by the sea")
        page.get_by_label("Structure", exact=True).select_option("scribble")
        page.get_by_label("Strength", exact=True).fill("1")
        page.get_by_role("button", name="Generate").click()
        page.wait_for_url("**/jobs/*")
        done(page)
        assert details(page)["Structure"] == "scribble"
        assert (seen.elsewhere, seen.complaints) == ([], [])


def test_several_pictures_of_one_wish_are_told_apart(service: Playground, browser: Browser) -> None:
    with opened(browser) as (page, _):
        page.goto(service.address)
        page.get_by_text("More options").click()
        page.get_by_label("Pictures", exact=True).fill("2")
        page.get_by_label("Picture", exact=True).set_input_files(PHOTO)
        page.get_by_label("Prompt", exact=True).fill("ink, twice")
        page.get_by_label("Prompt", exact=True).press("Control+Enter")
        page.wait_for_url("**/jobs/*")
        done(page)
        labels = page.locator(".several span").all_inner_texts()
        assert len(set(labels)) == 2, labels


def test_the_gallery_finds_what_was_made(service: Playground, browser: Browser) -> None:
    with opened(browser) as (page, seen):
        page.goto(service.address)
        ask(page, "a pastel of a very particular cup")
        done(page)
        followed(page, page.get_by_role("link", name="Gallery"))
        expect(page).to_have_title(re.compile("^Pentimento"))
        page.get_by_label("Search").fill("particular cup")
        followed(page, page.get_by_role("button", name="Search"))
        expect(page.locator(".grid li")).to_have_count(1)
        page.locator(".grid a").click()
        expect(page.get_by_role("heading", name="a pastel of a very particular cup")).to_be_visible()
        page.goto(service.origin + "/results?q=nothing+like+it")
        expect(page.get_by_text("Nothing found: try other words.")).to_be_visible()
        assert (seen.elsewhere, seen.complaints) == ([], [])


def test_it_speaks_the_browsers_language(service: Playground, browser: Browser) -> None:
    with opened(browser, locale="de-AT") as (page, _):
        page.goto(service.address)
        expect(page.get_by_role("button", name="Erzeugen")).to_be_visible()
        assert page.locator("html").get_attribute("lang") == "de"


def test_every_control_is_reached_by_the_keyboard_in_the_order_in_which_it_stands(
    service: Playground, browser: Browser
) -> None:
    with opened(browser, viewport={"width": 390, "height": 844}) as (page, _):
        page.goto(service.address)
        page.evaluate("document.querySelector('details').open = true")
        # Of a group of radio buttons one is reached by Tab, and the others by arrows.
        wanted = page.evaluate(
            """() => [...document.querySelectorAll("a, input, select, textarea, button, summary")].filter(
              (each) => each.checkVisibility() && each.type !== "hidden" && !each.disabled
                && (each.type !== "radio" || each.checked)
            ).map((each, at) => (each.dataset.at = at))"""
        )
        reached = []
        for _ in range(len(wanted)):
            page.keyboard.press("Tab")
            reached.append(page.evaluate("document.activeElement.dataset.at"))
        assert reached == [str(each) for each in wanted]


def test_every_page_has_its_policy_and_shows_what_people_wrote_as_words(
    service: Playground, browser: Browser
) -> None:
    with opened(browser) as (page, seen):
        page.goto(service.address)
        ask(page, "<img src=x onerror=alert(1)> in chalk")
        done(page)
        for address in (page.url, f"{service.origin}/", f"{service.origin}/results", f"{service.origin}/nowhere"):
            answer = page.goto(address)
            assert answer is not None
            assert "default-src 'none'" in answer.headers["content-security-policy"]
            assert page.locator("img[src='x']").count() == 0
        assert [each for each in seen.complaints if "404" not in each] == []


def test_who_has_no_picture_at_hand_presses_ours_and_compares_along_the_chain(
    service: Playground, browser: Browser
) -> None:
    with opened(browser) as (page, seen):
        page.goto(service.address)
        page.evaluate("localStorage.clear()")
        page.reload()
        page.get_by_label("Try it with this picture").check()
        expect(page.get_by_label("Prompt", exact=True)).to_have_value("oil painting of a cup")
        page.get_by_role("button", name="Generate").click()
        page.wait_for_url("**/jobs/*")
        done(page)
        source = page.locator(".before").get_attribute("src")
        expect(page.get_by_role("link", name="the first picture")).to_have_count(0)
        followed(page, page.get_by_role("button", name="Chain"))
        page.get_by_role("button", name="Generate").click()
        page.wait_for_url(lambda url: "chain" not in url)
        done(page)
        expect(page.locator(".before")).not_to_have_attribute("src", source or "")
        followed(page, page.get_by_role("link", name="the first picture"))
        expect(page.get_by_role("link", name="the first picture")).to_have_attribute("aria-current", "true")
        assert (page.locator(".before").get_attribute("src") or "").endswith("?first")
        page.wait_for_function("document.querySelector('.before').naturalWidth > 0")
        page.get_by_role("button", name="Strong 0.7").click()
        page.wait_for_url(lambda url: "against" not in url)
        done(page)
        followed(page, page.get_by_role("link", name="the result before"))
        expect(page.locator(".before")).to_have_attribute("src", re.compile("^/g/"))
        expect(page.get_by_label("Before and after")).to_be_visible()
        assert (seen.elsewhere, seen.complaints) == ([], [])


def test_the_sample_is_there_without_scripts(service: Playground, browser: Browser) -> None:
    with opened(browser, java_script_enabled=False) as (page, _):
        page.goto(service.address)
        page.get_by_label("Try it with this picture").check()
        page.get_by_label("Prompt", exact=True).fill("ink")
        page.get_by_role("button", name="Generate").click()
        page.wait_for_url("**/jobs/*")
