"""A walk through every page in every state that a person meets, for whoever looks at them: axe, or a camera."""

from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.harness.playground import done as shown
from tests.harness.playground import ended, followed

PHOTO = Path("docs/demo/photo.jpg")
LONG = 60
"""Steps of a picture that nobody waits for."""


def fill(page: Page, prompt: str, *, steps: int, strength: str) -> None:
    """Everything but the last click."""
    page.locator("#wish details").evaluate("each => each.open = true")
    page.get_by_label("Steps", exact=True).fill(str(steps))
    page.locator("#wish details").evaluate("each => each.open = false")
    page.get_by_label("Picture", exact=True).set_input_files(PHOTO)
    page.get_by_label("Prompt", exact=True).fill(prompt)
    page.get_by_label("Strength", exact=True).fill(strength)


def generate(page: Page) -> None:
    page.get_by_role("button", name="Generate").click()
    page.wait_for_url("**/jobs/*")


def done(page: Page) -> None:
    shown(page)
    pictures(page)


def pictures(page: Page) -> None:
    """Wait for those that are loaded by themselves."""
    page.evaluate(
        "Promise.all([...document.images].filter((each) => each.src && each.loading !== 'lazy')"
        ".map((each) => each.decode().catch(() => null)))"
    )


def playground(page: Page, address: str, *, steps: int = 16) -> Iterator[str]:
    """A person at their own machine, who is its operator as well; each name is that of a state.

    Args:
        page: a new one.
        address: of the playground, with its token.
        steps: of each picture that is waited for.
    """
    origin = address.partition("/?")[0]
    mode = page.context.new_page()
    yield from _first_looks(page, address, origin)
    mode.goto(f"{origin}/operator")
    yield from _a_job_on_its_way(page, mode, origin)
    yield from _results(page, origin, steps)
    yield from _operating(page, mode, origin)
    yield from _ends(page, origin)
    mode.close()


def _first_looks(page: Page, address: str, origin: str) -> Iterator[str]:
    page.goto(f"{origin}/")
    yield "stranger"
    page.goto(address)
    yield "welcome"
    page.get_by_text("More options").click()
    yield "options"
    page.get_by_label("Prompt", exact=True).fill("watercolor")
    page.get_by_role("button", name="Generate").click()
    page.get_by_role("alert").wait_for()
    yield "refused"


def _a_job_on_its_way(page: Page, mode: Page, origin: str) -> Iterator[str]:
    followed(mode, mode.locator("#pause"))
    expect(mode.locator("#pause")).to_be_disabled()
    page.goto(origin)
    fill(page, "a storm that takes long", steps=LONG, strength="1")
    generate(page)
    expect(page.get_by_role("status")).to_contain_text("in line")
    yield "waiting"
    followed(mode, mode.locator("#resume"))
    page.locator("img.preview").wait_for()
    yield "running"
    page.goto(f"{origin}/operator")
    yield "operator-running"
    page.go_back()
    page.get_by_role("button", name="Cancel").click()
    ended(page)
    expect(page.get_by_role("status")).to_have_text("Cancelled")
    yield "cancelled"


def _results(page: Page, origin: str, steps: int) -> Iterator[str]:
    page.goto(origin)
    fill(page, "watercolor painting of a cup", steps=steps, strength="0.6")
    page.get_by_role("radio", name="Watercolor").evaluate("each => each.click()")
    page.get_by_label("Strength", exact=True).fill("0.6")
    generate(page)
    done(page)
    page.get_by_label("Before and after").fill("50")
    yield "result"
    page.get_by_text("Details").click()
    yield "details"
    followed(page, page.get_by_role("button", name="Chain"))
    yield "chain"
    page.get_by_label("Prompt", exact=True).fill("stained glass")
    generate_from(page)
    done(page)
    followed(page, page.get_by_role("link", name="the first picture"))
    done(page)
    yield "compared"
    followed(page, page.get_by_role("button", name="Keep"))
    done(page)
    yield "kept"
    followed(page, page.get_by_role("button", name="Sweep"))
    ended(page)
    expect(page.locator(".several li")).to_have_count(4)
    followed(page, page.locator(".several a").nth(2))
    done(page)
    page.get_by_label("Before and after").fill("50")
    yield "several"
    followed(page, page.get_by_role("link", name="Gallery"))
    page.wait_for_load_state("networkidle")
    yield "gallery"
    page.goto(f"{origin}/results?q=nothing+like+it")
    yield "gallery-nothing"


def _operating(page: Page, mode: Page, origin: str) -> Iterator[str]:
    page.goto(f"{origin}/operator")
    page.get_by_text("Settings in force").click()
    yield "operator"
    followed(mode, mode.locator("#drain"))
    expect(page.get_by_role("status")).to_contain_text("Nothing is left to do.")
    yield "operator-drained"
    followed(mode, mode.locator("#resume"))


def _ends(page: Page, origin: str) -> Iterator[str]:
    page.goto(origin)
    page.locator("nav.history a").first.click()
    page.wait_for_url("**/jobs/*")
    job = page.url.rpartition("/")[2].partition("?")[0]
    page.goto(f"{origin}/operator/jobs/{job}")
    yield "operator-job"
    followed(page, page.get_by_role("button", name="Reveal"))
    page.get_by_text("Revealed to you").wait_for()
    yield "operator-revealed"
    page.goto(f"{origin}/jobs/{job}")
    page.get_by_role("button", name="Delete").click()
    page.wait_for_url("**/delete*")
    yield "delete"
    page.get_by_role("button", name="Delete").click()
    page.wait_for_url(f"{origin}/*")
    yield "history"
    page.goto(f"{origin}/nowhere")
    yield "nowhere"


def generate_from(page: Page) -> None:
    """Go on from a result: its page is left for another one."""
    before = page.url
    page.get_by_role("button", name="Generate").click()
    page.wait_for_url(lambda url: url != before and "chain" not in url)


def members(page: Page, origin: str, link: str, token: str, jobs: dict[str, str]) -> Iterator[str]:
    """A member of a chat, and the operator of their service.

    Args:
        page: of a browser in which nobody has signed in.
        origin: of the service.
        link: the path of one that signs in.
        token: the operator's.
        jobs: the member's, by what is special about each.
    """
    page.goto(origin)
    yield "signin"
    page.goto(f"{origin}/operator")
    yield "operator-signin"
    page.get_by_label("Operator token").fill("a guess")
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("alert").wait_for()
    yield "operator-refused"
    page.get_by_label("Operator token").fill(token)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/operator")
    yield "operator-of-a-service"
    page.goto(f"{origin}{link}")
    yield "signin-link"
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{origin}/")
    page.goto(f"{origin}{link}")
    yield "signin-spent"
    page.goto(f"{origin}/me")
    yield "account"
    for name, job in jobs.items():
        page.goto(f"{origin}/jobs/{job}")
        yield f"job-{name}"
    page.goto(f"{origin}/results")
    yield "gallery-of-a-member"
