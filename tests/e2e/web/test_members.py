"""Members on the web: signed in by a link of the bot's, each with their own pictures and nobody else's."""

import asyncio
import io
import json
import re
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from adapters.web import following
from bot.domain.access import Asker
from bot.domain.actions import Press, Verb
from bot.domain.card import Progress
from bot.domain.ids import JobId, generation_id
from bot.domain.request import ReplyTarget
from bot.erasure import Retention
from bot.overseeing import Mode
from bot.results import Description
from bot.sign_in import LINK_SECONDS, SESSION_SECONDS
from bot.texts import text
from tests.builders.requests import png, request
from tests.harness.pages import Pages, ask, member, post, read, serving
from tests.harness.waiting import PATIENCE

UNKNOWN = "Z" * 22


@pytest.fixture
async def pages(tmp_path: Path) -> AsyncIterator[Pages]:
    async with serving(tmp_path) as served:
        yield served


def stage_of(page: str) -> str:
    """What is shown of a job, without the form and the history."""
    return page.partition('id="job"')[2].partition("</section>")[0]


async def make(pages: Pages, browser: aiohttp.ClientSession, prompt: str) -> JobId:
    job = await ask(browser, prompt)
    await pages.bench.shown(job)
    return job


async def test_what_a_member_made_is_theirs_alone(pages: Pages) -> None:
    ann, bob = await pages.browser("ann"), await pages.browser("bob")
    async with ann, bob:
        job = await make(pages, ann, "a secret garden")
        stored = await pages.bench.store.job(job)
        assert stored is not None
        assert (stored.requester.key, stored.reply_to.platform, stored.private) == ("discord:ann", "web", True)
        for path in (
            "/jobs/{}",
            "/g/{}.0.webp",
            "/g/{}.0.png",
            "/t/{}.0.jpg",
            "/s/{}.jpg",
            "/jobs/{}/preview.jpg",
            "/events?job={}",
            "/results/{}.0/delete",
        ):
            async with bob.get(path.format(job)) as theirs, bob.get(path.format(UNKNOWN)) as nobodys:
                assert (theirs.status, nobodys.status) == (404, 404), path
                assert await theirs.text() == await nobodys.text(), path
        for fields in (
            {"verb": "rerun", "strength": "0.7", "target": "{}.0"},
            {"verb": "sweep", "target": "{}.0"},
        ):
            theirs_too = await post(bob, "/press", **{name: value.format(job) for name, value in fields.items()})
            nobodys_too = await post(bob, "/press", **{name: value.format(UNKNOWN) for name, value in fields.items()})
            assert (theirs_too[0], theirs_too[2]) == (nobodys_too[0], nobodys_too[2])
            assert theirs_too[0] == 404
        assert (await post(bob, f"/results/{job}.0/delete"))[0] == 404
        assert (await post(bob, f"/jobs/{job}/cancel"))[0] == 404
        assert (await post(bob, f"/results/{job}.0/keep", on="1"))[0] == 404
        assert (await post(bob, "/jobs", nonce="x", prompt="mine", start="chain", of=f"{job}.0"))[0] == 422
        async with ann.get("/results") as hers, bob.get("/results") as his:
            assert ("secret garden" in await hers.text(), "secret garden" in await his.text()) == (True, False)
        for kind in ("png", "webp"):
            async with ann.get(f"/g/{job}.0.{kind}") as picture:
                assert picture.content_type == f"image/{kind}"


async def test_a_link_is_looked_at_for_free_and_spent_once(pages: Pages) -> None:
    token = (await pages.sign_in.link(member("ann"))).rpartition("/")[2]
    async with aiohttp.ClientSession(pages.origin, cookie_jar=aiohttp.CookieJar(unsafe=True)) as browser:
        async with browser.get("/") as stranger:
            assert (stranger.status, stranger.url.path, "/web" in await stranger.text()) == (200, "/signin", True)
        async with browser.head("/", allow_redirects=True) as monitor:
            assert (monitor.status, monitor.url.path) == (200, "/signin")
        async with browser.get("/results") as stranger:
            assert (stranger.status, "/web" in await stranger.text()) == (403, True)
        for _ in range(3):
            async with browser.get(f"/signin/{token}") as look:
                assert look.status == 200
        assert (await post(browser, "/signin", token=token))[:2] == (200, "/")
        [cookie] = browser.cookie_jar
        assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")
        assert cookie.value not in await read(browser, "/")
        assert (await post(browser, "/signin", token=token))[0] == 403
        async with browser.get(f"/signin/{token}") as look:
            assert look.status == 403
        async with browser.get("/me") as account:
            assert "Ann" in await account.text()
            again = account.cookies[cookie.key]
            assert (again.value, again["max-age"], again["httponly"]) == (
                cookie.value,
                f"{SESSION_SECONDS:.0f}",
                True,
            )
        assert (await post(browser, "/me/leave"))[1] == "/signin"
        async with browser.get("/me") as account:
            assert account.status == 403


async def test_guessing_links_is_slow(pages: Pages) -> None:
    async with aiohttp.ClientSession(pages.origin) as stranger:
        answers = [(await post(stranger, "/signin", token="guess"))[0] for _ in range(7)]
    assert answers == [403] * 5 + [429] * 2


async def test_a_page_that_is_open_elsewhere_is_told_nothing_after_a_sign_out(pages: Pages) -> None:
    pages.bench.engine.hold()
    async with await pages.browser("ann") as ann, await pages.browser("ann") as elsewhere:
        job = await ask(ann, "mine")
        async with elsewhere.get("/events", params={"job": job}) as stream:
            assert (await stream.content.readline()).startswith(b"id: ")
            await post(ann, "/me/leave", everywhere="1")
            pages.bench.core.delivery.progressed(job, Progress(fraction=0.5))
            async with asyncio.timeout(PATIENCE):
                assert b"event: end" not in await stream.content.read()
    await pages.bench.engine.release()
    await pages.bench.shown(job)


async def test_a_forgotten_member_is_signed_out(pages: Pages) -> None:
    ann = await pages.browser("ann")
    async with ann:
        job = await make(pages, ann, "a last picture")
        await pages.bench.service.removal.forget(member("ann").requester)
        async with ann.get(f"/jobs/{job}") as gone:
            assert gone.status == 403


async def test_a_result_says_when_it_goes_and_is_kept_and_let_go(pages: Pages) -> None:
    ann = await pages.browser("ann")
    async with ann:
        job = await make(pages, ann, "a keeper")
        async with ann.get(f"/jobs/{job}") as page:
            assert "The picture goes in 7 days" not in await page.text()
            assert "unless you keep it" in await page.text()
        status, path, shown = await post(ann, f"/results/{job}.0/keep", on="1", picture="0")
        assert (status, path) == (200, f"/jobs/{job}")
        assert "You keep this" in shown
        assert ">Keep no longer<" in shown
        [made] = await pages.bench.store.generations(job)
        assert made.kept
        async with ann.get("/results") as gallery:
            [recipe] = re.findall(r'<span class="quiet">(.+?)</span>', await gallery.text())
            assert (recipe.split(" · ")[0], recipe.split(" · ")[-1]) == ("Balanced 0.5", "kept")
        assert ">Keep<" in (await post(ann, f"/results/{job}.0/keep", on=""))[2]


async def test_the_page_of_a_job_that_a_chat_shows_is_told_of_it_until_it_ends(
    pages: Pages, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "LOOK_SECONDS", 0.02)
    await pages.bench.core.operations.change(Mode.PAUSED)
    wish = request(requester=member("ann").requester, reply_to=ReplyTarget(platform="discord"))
    job = (await pages.bench.service.submit(wish)).job.id
    async with await pages.browser("ann") as ann:
        assert "data-running" in await read(ann, f"/jobs/{job}")
        async with ann.get("/events", params={"job": job}) as stream:
            assert (stream.content_type, stream.headers["X-Accel-Buffering"]) == ("text/event-stream", "no")
            lines = [await stream.content.readline() for _ in range(12)]
            assert lines[1] == b"event: card\n"
            assert lines.count(b": still here\n") >= 3
            await pages.bench.service.removal.cancel(job, by=member("ann"))
            assert (await stream.text()).endswith("event: end\ndata:\n\n")
        assert "data-running" not in await read(ann, f"/jobs/{job}")


async def test_a_page_that_is_opened_as_its_job_ends_shows_the_picture(
    pages: Pages, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was described while it ran, and its card is that of its end."""
    operations, results = pages.bench.core.operations, pages.bench.service.results
    describe = results.describe

    async def describe_and_end(job: JobId, *, by: Asker) -> Description:
        described = await describe(job, by=by)
        await operations.change(Mode.RUNNING)
        await pages.bench.shown(job)
        return described

    await operations.change(Mode.PAUSED)
    async with await pages.browser("ann") as ann:
        job = await ask(ann, "a boat")
        monkeypatch.setattr(results, "describe", describe_and_end)
        stage = stage_of(await read(ann, f"/jobs/{job}"))
    assert text("en", "web-swept") not in stage
    assert f"/g/{job}.0.webp" in stage


async def test_delete_says_what_jobs_of_others_still_hold(pages: Pages) -> None:
    ann = await pages.browser("ann")
    async with ann:
        job = await make(pages, ann, "a mother of many")
        await pages.bench.service.results.copied(job, by=member("bob"), where="discord:channel:2")
        stored = await pages.bench.store.job(job)
        assert stored is not None
        await pages.bench.store.copied(job, "discord:channel:2")
        press = Press(
            verb=Verb.CHAIN,
            generation=generation_id(job, 0),
            by=member("bob"),
            reply_to=ReplyTarget(platform="web"),
            event_id="bob's",
        )
        await pages.bench.shown((await pages.bench.service.press(press)).job.id)
        status, path, shown = await post(ann, f"/results/{job}.0/delete")
        assert (status, path) == (200, "/")
        assert "One job of somebody else was made from yours" in shown


async def test_delete_asks_with_all_that_goes_and_no_leads_back_to_the_picture(pages: Pages) -> None:
    async with await pages.browser("ann") as ann:
        where = (await post(ann, "/jobs", nonce="a", prompt="four", make="sweep", picture=png()))[1]
        job = JobId(where.rpartition("/")[2])
        await pages.bench.shown(job)
        asked = await read(ann, f"/results/{job}.2/delete")
        assert re.findall(r'src="/t/(.+?)\.jpg"', asked) == [generation_id(job, index) for index in range(4)]
        assert f'href="/jobs/{job}?picture=2"' in asked
        async with ann.get(f"/results/{job}.9/delete") as nothing:
            assert nothing.status == 404


async def test_a_page_speaks_one_language_whatever_the_job_was_asked_for_in(pages: Pages) -> None:
    async with await pages.browser("ann") as ann:
        job = await make(pages, ann, "asked for in English")
        async with ann.get(f"/jobs/{job}", headers={"Accept-Language": "de"}) as page:
            shown = await page.text()
        said = [each for each in (">Fertig<", ">Löschen<", ">Done<", ">Delete<") if each in shown]
        assert said == [">Fertig<", ">Löschen<"]


async def test_a_page_that_follows_a_job_speaks_its_readers_language(pages: Pages) -> None:
    pages.bench.engine.hold()
    async with await pages.browser("ann") as ann:
        job = await ask(ann, "asked for in English")
        german = {"Accept-Language": "de"}
        async with ann.get("/events", params={"job": job}, headers=german) as stream:
            async with asyncio.timeout(PATIENCE):
                while not (told := await stream.content.readline()).startswith(b"data: ") or b"50" not in told:
                    # Told with each state of the job: before it is followed and has begun nobody hears of it.
                    pages.bench.core.delivery.progressed(job, Progress(fraction=0.5))
        shown = text("de", "headline-painting", percent=50)
        assert shown in json.loads(told.removeprefix(b"data: "))
        async with ann.get(f"/jobs/{job}", headers=german) as page:
            assert shown in await page.text()
    await pages.bench.engine.release()
    await pages.bench.shown(job)


async def test_what_went_by_its_age_is_a_recipe_that_can_be_used_and_deleted(pages: Pages) -> None:
    async with await pages.browser("ann") as ann:
        job = await make(pages, ann, "an old one")
        again = (await post(ann, "/press", verb="reroll", target=f"{job}.0"))[1]
        await pages.bench.shown(JobId(again.rpartition("/")[2]))
        await pages.bench.service.removal.sweep(Retention(pictures_before=1e12, jobs_before=0.0, inbox_before=0.0))
        for path in (f"/jobs/{job}", again):
            page = await read(ann, path)
            stage = stage_of(page)
            assert text("en", "web-swept") in stage
            assert not re.findall(r"<img|/press|/keep|unless you keep it", stage)
            assert 'name="start"' not in page, "there is nothing to start from but another picture"
            assert ">an old one</textarea>" in page
        async with ann.get(f"/results/{job}.0/delete") as asked:
            assert "<img" not in await asked.text()
        assert (await post(ann, f"/results/{job}.0/delete"))[0] == 200
        assert "an old one" not in stage_of(await read(ann, f"/jobs/{job}"))


@pytest.mark.parametrize("path", ["/events?job={}", "/me/archive.zip"])
async def test_what_never_comes_to_an_end_or_costs_much_has_no_head(pages: Pages, path: str) -> None:
    async with await pages.browser("ann") as ann, ann.head(path.format(await make(pages, ann, "mine"))) as answer:
        assert answer.status == 405


async def test_a_link_of_more_than_ten_minutes_ago_is_refused(tmp_path: Path) -> None:
    clock = SetClock()
    async with serving(tmp_path, clock=clock) as pages, pages.stranger() as browser:
        token = (await pages.sign_in.link(member("ann"))).rpartition("/")[2]
        clock.at += LINK_SECONDS + 1
        assert (await post(browser, "/signin", token=token))[0] == 403


async def test_a_fault_of_ours_is_a_page_with_its_policy_and_no_traceback(
    pages: Pages, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with await pages.browser("ann") as ann:
        monkeypatch.setattr(pages.bench.service.results, "mine", None)
        async with ann.get("/results") as answer:
            shown = await answer.text()
            assert (answer.status, answer.content_type) == (500, "text/html")
            assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
            assert "Traceback" not in shown
            assert "NoneType" not in shown


async def test_what_is_deleted_is_gone_at_once_from_pages_and_disk(pages: Pages) -> None:
    async with await pages.browser("ann") as ann:
        job = await make(pages, ann, "a short life")
        [made] = await pages.bench.store.generations(job)
        status, _, said = await post(ann, f"/results/{job}.0/delete")
        assert (status, "Deleted: one job with its pictures and words." in said) == (200, True)
        for path in (f"/g/{job}.0.png", f"/t/{job}.0.jpg", f"/s/{job}.jpg"):
            async with ann.get(path) as answer:
                assert answer.status == 404, path
        assert "a short life" not in await read(ann, "/results")
        assert not await pages.bench.images.has(made.image)
        assert not pages.bench.images.path(made.image).exists()


class SetClock:
    """Shows what it is set to."""

    at = 1e9

    def now(self) -> float:
        return self.at


async def test_everything_about_a_member_comes_as_an_archive(pages: Pages) -> None:
    async with await pages.browser("ann") as ann, await pages.browser("bob") as bob:
        job, gone = await make(pages, ann, "a keepsake"), await make(pages, ann, "a loss")
        await make(pages, bob, "not hers")
        [lost] = await pages.bench.store.generations(gone)
        pages.bench.images.path(lost.image).unlink()
        async with ann.get("/me/archive.zip") as answer:
            assert answer.content_type == "application/zip"
            with zipfile.ZipFile(io.BytesIO(await answer.read())) as archive:
                assert archive.testzip() is None
                words = json.loads(archive.read("jobs.json"))
                assert [each["id"] for each in words["jobs"]] == [gone, job]
                [made] = await pages.bench.store.generations(job)
                assert archive.read(f"pictures/{made.image}.png") == await pages.bench.images.get(made.image)
                assert f"pictures/{lost.image}.png" not in archive.namelist()
