"""The form in a real browser: what is dropped and pasted, what is out of sight, what is typed while a job runs."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Route, expect

from bot.texts import text
from tests.harness.playground import Playground, chromium, done, followed, needs_browser, opened

pytestmark = [needs_browser, pytest.mark.slow]
PHOTO = Path("docs/demo/cup.jpg")

GIVE = """
([event, kinds]) => {
  const TYPES = { "image.png": { type: "image/png" } };
  const held = new DataTransfer();
  for (const [kind, content] of kinds) {
    if (kind === "file") held.items.add(new File(["?"], content, TYPES[content])); else held.setData(kind, content);
  }
  const made = event === "drop"
    ? new DragEvent("drop", { dataTransfer: held, bubbles: true, cancelable: true })
    : new ClipboardEvent("paste", { clipboardData: held, bubbles: true, cancelable: true });
  const field = document.querySelector("#picture");
  field.value = "";
  document.querySelector("#prompt").dispatchEvent(made);
  return [field.files.length, made.defaultPrevented];
}
"""
"""Drop or paste something on the prompt: how many pictures are chosen, and if the browser's own way is stopped."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One for the tests here that have no event loop."""
    with chromium() as browser:
        yield browser


@pytest.mark.parametrize(
    ("event", "kinds", "found"),
    [
        ("drop", [("file", "photo.heic")], [1, True]),
        ("drop", [("text/plain", "dragged words")], [0, False]),
        ("paste", [("file", "photo.heic"), ("text/plain", "photo.heic")], [1, False]),
        ("paste", [("file", "image.png"), ("text/html", "<td>a cell"), ("text/plain", "a cell")], [0, False]),
    ],
    ids=["a type that no browser knows", "words", "a copied file with its name", "a table with its picture"],
)
def test_what_is_dropped_and_pasted(
    light_service: Playground, browser: Browser, event: str, kinds: list[tuple[str, str]], found: list[object]
) -> None:
    with opened(browser) as (page, _):
        page.goto(light_service.address)
        assert page.evaluate(GIVE, [event, kinds]) == found


def test_a_file_that_is_too_big_is_not_sent(light_service: Playground, browser: Browser, tmp_path: Path) -> None:
    too_big = tmp_path / "photo.jpg"
    with too_big.open("wb") as file:
        file.truncate(26_214_401)
    with opened(browser) as (page, seen):
        page.goto(light_service.address)
        sent: list[str] = []
        page.on("request", lambda request: sent.append(request.method))
        page.get_by_label("Prompt", exact=True).fill("oil")
        page.get_by_label("Picture", exact=True).set_input_files(too_big)
        page.get_by_role("button", name="Generate").click()
        expect(page.get_by_role("alert")).to_have_text(text("en", "web-refused-size", most="25"))
        expect(page.get_by_role("alert")).to_be_focused()
        page.get_by_label("Picture", exact=True).set_input_files(PHOTO)
        assert "POST" not in sent
        page.get_by_role("button", name="Generate").click()
        page.wait_for_url("**/jobs/*")
        assert seen.complaints == []


@pytest.mark.parametrize(("width", "leads"), [(360, True), (1440, False)])
def test_chain_leads_to_the_form_which_is_below_on_a_phone(
    light_service: Playground, browser: Browser, width: int, leads: bool
) -> None:
    with opened(browser, viewport={"width": width, "height": 780}) as (page, _):
        page.goto(light_service.address)
        page.get_by_label("Prompt", exact=True).fill("oil")
        page.get_by_label("Picture", exact=True).set_input_files(PHOTO)
        page.get_by_role("button", name="Generate").click()
        page.wait_for_url("**/jobs/*")
        done(page)
        followed(page, page.get_by_role("button", name="Chain"))
        expect(page.get_by_role("radio", name="this result")).to_be_in_viewport()
        expect(page.get_by_role("radio", name="this result")).to_be_checked()
        assert bool(page.evaluate("scrollY")) is leads


def test_a_number_that_cannot_be_is_shown_where_it_stands(light_service: Playground, browser: Browser) -> None:
    with opened(browser) as (page, seen):
        page.goto(light_service.address)
        page.get_by_label("Prompt", exact=True).fill("oil")
        more = page.get_by_text("More options")
        more.click()
        steps = page.get_by_label("Steps", exact=True)
        steps.fill("100000")
        more.click()
        expect(steps).not_to_be_visible()
        page.get_by_role("button", name="Generate").click()
        expect(steps).to_be_focused()
        assert seen.complaints == []


def test_a_style_brings_its_strength_to_who_comes_back_too(light_service: Playground, browser: Browser) -> None:
    with opened(browser) as (page, _):
        page.goto(light_service.address)
        strength, style = page.get_by_label("Strength", exact=True), page.locator("[name=style]").nth(1)
        own = style.get_attribute("data-strength")
        page.get_by_label("Prompt", exact=True).fill("a boat")
        page.reload()
        assert strength.input_value() != own
        style.check(force=True)
        assert strength.input_value() == own
        page.reload()
        assert (style.is_checked(), strength.input_value()) == (True, own)
        strength.fill("0.2")
        page.reload()
        page.locator("[name=style]").nth(2).check(force=True)
        assert strength.input_value() == "0.2"


def test_what_is_typed_while_a_job_runs_is_there_at_its_end(
    light_service: Playground, browser: Browser, tmp_path: Path
) -> None:
    held = tmp_path / "held"
    held.touch()
    with opened(browser) as (page, seen):
        page.goto(light_service.address)
        page.get_by_label("Picture", exact=True).set_input_files(PHOTO)
        prompt = page.get_by_label("Prompt", exact=True)
        prompt.fill(f"while there is {held}")
        followed(page, page.get_by_role("button", name="Generate"))
        expect(page).to_have_title(f"Pentimento: while there is {held}")
        prompt.fill("the next one")
        held.unlink()
        page.get_by_role("link", name="Download").wait_for()
        expect(page.get_by_role("status")).to_have_text("Done")
        expect(prompt).to_be_focused()
        expect(prompt).to_have_value("the next one")
        page.get_by_label("Before and after").press("End")
        assert page.locator(".compare").evaluate("shown => shown.style.getPropertyValue('--x')") == "100%"
        before = page.url
        page.get_by_role("button", name="Generate").click()
        page.wait_for_url(lambda address: address != before)
        expect(page.locator("h1")).to_have_text("the next one")
        assert seen.complaints == []


def test_of_two_pictures_the_one_that_was_chosen_last_is_meant(light_service: Playground, browser: Browser) -> None:
    with opened(browser) as (page, _):
        page.goto(light_service.address)
        picture, sample = page.locator("#picture"), page.locator("[name=sample]")
        chosen = "each => each.files.length"
        picture.set_input_files(PHOTO)
        sample.check()
        assert picture.evaluate(chosen) == 0
        expect(page.locator("#chosen")).to_be_hidden()
        page.get_by_text("More options").click()
        page.get_by_role("button", name="Use this drawing").click()
        expect(page.locator("#map")).to_have_js_property("files.length", 1)
        assert (picture.evaluate(chosen), sample.is_checked()) == (0, True), "the drawing is the map of the sample"
        picture.set_input_files(PHOTO)
        assert not sample.is_checked()


def test_a_page_that_is_put_back_asks_for_new_jobs_and_keeps_what_was_typed(
    light_service: Playground, browser: Browser
) -> None:
    put_back = "dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))"
    with opened(browser) as (page, seen):
        page.goto(light_service.address)
        page.locator("[name=sample]").check()
        followed(page, page.get_by_role("button", name="Generate"))
        done(page)
        made = page.url
        nonces = page.locator("[name=nonce]")
        before = nonces.evaluate_all("all => all.map((each) => each.value)")
        page.get_by_label("Prompt", exact=True).fill("typed and left")
        page.evaluate(put_back)
        expect(nonces.first).not_to_have_value(before[0])
        expect(nonces.last).not_to_have_value(before[-1])
        after = nonces.evaluate_all("all => all.map((each) => each.value)")
        assert len(after) == len(before)
        assert not {*before} & {*after}
        assert page.get_by_label("Prompt", exact=True).input_value() == "typed and left"
        followed(page, page.get_by_role("link", name="Gallery"))
        with page.expect_navigation():
            page.evaluate(put_back)
        assert made.startswith(light_service.origin)
        assert seen.complaints == []


def test_a_page_waits_for_a_service_that_is_away_behind_its_proxy(
    light_service: Playground, browser: Browser, tmp_path: Path
) -> None:
    held = tmp_path / "held"
    held.touch()
    away = True
    asked: list[str] = []

    def proxy(route: Route) -> None:
        asked.append(route.request.url)
        if away:
            route.fulfill(status=502, content_type="text/html", body="<h1>502 Bad Gateway</h1>")
        else:
            route.fallback()

    with opened(browser) as (page, _):
        page.clock.install()
        page.goto(light_service.address)
        page.locator("[name=sample]").check()
        page.get_by_label("Prompt", exact=True).fill(f"while there is {held}")
        page.route("**/events*", proxy)
        followed(page, page.get_by_role("button", name="Generate"))
        page.route(page.url, proxy)
        while len(asked) < 3:  # the stream, and the page twice
            page.clock.fast_forward(10_000)
            page.wait_for_timeout(100)
        expect(page.locator("#job[data-running]")).to_be_visible()
        away = False
        held.unlink()
        while page.locator("#job[data-running]").count():
            page.clock.fast_forward(10_000)
            page.wait_for_timeout(100)
        done(page)


@pytest.mark.parametrize(
    ("status", "title", "told"),
    [
        (413, "413 Request Entity Too Large", "413 Request Entity Too Large"),
        (502, "502 Bad Gateway", "The service does not answer: see whether it still runs, then send this again."),
    ],
)
def test_a_proxy_that_refuses_the_form_is_told_in_a_sentence(
    light_service: Playground, browser: Browser, status: int, title: str, told: str
) -> None:
    body = f"<title>{title}</title><h1>{title}</h1><hr><center>nginx/1.22.1</center>"
    with opened(browser) as (page, _):
        page.goto(light_service.address)
        page.route("**/jobs", lambda route: route.fulfill(status=status, content_type="text/html", body=body))
        page.get_by_label("Prompt", exact=True).fill("a boat")
        page.get_by_role("button", name="Generate").click()
        expect(page.get_by_role("alert")).to_have_text(told)


def test_the_strength_is_said_in_the_readers_language(light_service: Playground, browser: Browser) -> None:
    with opened(browser, locale="de-DE") as (page, _):
        page.goto(light_service.address)
        strength = page.locator("#strength")
        strength.fill("0.7")
        expect(strength).to_have_attribute("aria-valuetext", "0,7 kräftig")
        expect(page.locator("#strength-said")).to_have_text("0,7 kräftig")


def test_a_page_of_one_sentence_keeps_off_the_edges_of_a_phone(light_service: Playground, browser: Browser) -> None:
    with opened(browser, viewport={"width": 390, "height": 844}) as (page, _):
        page.goto(light_service.address)
        page.goto(f"{light_service.origin}/nowhere")
        left, right = page.locator("main").evaluate(
            "({ offsetLeft, offsetWidth }) => [offsetLeft, innerWidth - offsetLeft - offsetWidth]"
        )
        assert left == right > 8


def test_a_long_word_scrolls_nothing_sideways(light_service: Playground, browser: Browser) -> None:
    told = "each => { each.hidden = false; each.textContent = 'long'.repeat(40); }"
    with opened(browser, viewport={"width": 320, "height": 256}) as (page, _):
        page.goto(light_service.address)
        for place in ("#error", "#prompt-help", "#strength-ignored", ".welcome h1"):
            page.locator(place).evaluate(told)
        assert page.evaluate("document.documentElement.scrollWidth") == 320
        bar = page.locator(".go")
        assert bar.evaluate("each => getComputedStyle(each).position") == "static", "it would hide half of the page"
