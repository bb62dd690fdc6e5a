"""What no browser sends: it is refused, counts as a try if it guesses, and is no line of the log."""

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bot.domain.errors import StorageFailed
from bot.domain.request import Requester
from tests.harness.pages import OPERATOR_TOKEN, Pages, ask, post, read, serving
from tests.harness.waiting import PATIENCE


@pytest.fixture
async def pages(tmp_path: Path) -> AsyncIterator[Pages]:
    async with serving(tmp_path) as served:
        yield served


async def answer(pages: Pages, request: str, *headers: str, body: bytes = b"", leaves: bool = False) -> bytes:
    """To a request of these bytes, each character one; `leaves`: who sends it does not wait for it."""
    host = pages.origin.partition("://")[2]
    lines = (request, f"Host: {host}", f"Origin: {pages.origin}", "Connection: close", *headers, "", "")
    reader, writer = await asyncio.open_connection(*host.split(":"))
    writer.write("\r\n".join(lines).encode("latin-1") + body)
    if leaves:
        writer.write_eof()
    async with asyncio.timeout(PATIENCE):
        said = await reader.read()
    writer.close()
    return said


async def status_of(pages: Pages, request: str, *headers: str, body: bytes = b"") -> int:
    """Of the one answer to a request."""
    [status] = re.findall(rb"^HTTP/1.1 (\d+)", await answer(pages, request, *headers, body=body), re.MULTILINE)
    return int(status)


@pytest.mark.parametrize(
    ("page", "header", "status"),
    [
        ("/me", "Cookie: pentimento-member=\xff", 403),
        ("/operator", "Cookie: pentimento-operator=\xff", 401),
        ("/operator", "Authorization: Bearer \xff", 401),
    ],
)
async def test_secrets_that_are_no_text_let_nobody_in(pages: Pages, page: str, header: str, status: int) -> None:
    with capture_logs() as lines:
        assert await status_of(pages, f"GET {page} HTTP/1.1", header) == status
    assert not lines


async def test_an_operator_token_that_is_no_text_is_a_wrong_one(pages: Pages) -> None:
    found = [await status_of(pages, "GET /operator HTTP/1.1", "Authorization: Bearer \xff") for _ in range(7)]
    assert found == [401] * 7
    right = f"Authorization: Bearer {OPERATOR_TOKEN}"
    assert await status_of(pages, "GET /operator HTTP/1.1", right) == 401, "there were too many to look at this one"


async def test_a_script_may_press_a_button_without_a_form(pages: Pages) -> None:
    right = f"Authorization: Bearer {OPERATOR_TOKEN}"
    for act in ("pause", "resume", "restart"):
        assert await status_of(pages, f"POST /operator/{act} HTTP/1.1", right) == 303


TYPED = "application/x-www-form-urlencoded"
PARTS = "multipart/form-data; boundary=xx"


def part(header: str, content: str = "x") -> bytes:
    return f"--xx\r\nContent-Disposition: form-data; {header}\r\n\r\n{content}\r\n--xx--\r\n".encode("latin-1")


@pytest.mark.parametrize(
    ("kind", "body", "status"),
    [
        (f"{TYPED}; charset=bogus", b"token=a", 403),  # forms are in UTF-8, whatever is said
        (f"{TYPED}; charset=utf-16", b"token=a", 403),
        (f"{TYPED}; charset=unicode_escape", rb"token=\ud800", 403),
        (TYPED, b"token=%ED%A0%80%FF\xff", 403),
        (TYPED, b"a=&" * 50, 422),
        ("multipart/form-data", b"x", 422),
        (PARTS, b"--yy\r\n", 422),
        (PARTS, b"--xx\r\nno header\r\n\r\n", 400),
        (PARTS, part("name*=bogus''%ff"), 422),
        (PARTS, part('name="\xff"'), 422),
        (PARTS, part("filename=x"), 422),
        (PARTS, part('name="_charset_"', "x" * 40), 422),
        (PARTS, part('name="a"').replace(b"\r\n\r\n", b"\r\nContent-Type: multipart/mixed; boundary=y\r\n\r\n"), 422),
        (PARTS, part('name="token"'), 403),
        ("text/plain", b"token=a", 422),
    ],
)
async def test_what_is_no_form_of_ours_is_refused(pages: Pages, kind: str, body: bytes, status: int) -> None:
    headers = (f"Content-Type: {kind}", f"Content-Length: {len(body)}")
    with capture_logs() as lines:
        assert await status_of(pages, "POST /signin HTTP/1.1", *headers, body=body) == status
    assert not lines


@pytest.mark.parametrize("kind", [TYPED, PARTS])
@pytest.mark.parametrize(
    ("length", "body", "status"),
    [
        ("Content-Length: 3\r\nContent-Encoding: gzip", b"abc", 415),
        ("Transfer-Encoding: chunked", b"zz\r\n", 400),
        ("Transfer-Encoding: chunked", b"3\r\nabcdef\r\n", 400),
    ],
)
async def test_a_body_that_is_not_what_its_header_says_is_refused(
    pages: Pages, kind: str, length: str, body: bytes, status: int
) -> None:
    with capture_logs() as lines:
        said = await answer(pages, "POST /signin HTTP/1.1", f"Content-Type: {kind}", length, body=body)
    assert said.split()[1] == str(status).encode()
    assert not lines


@pytest.mark.parametrize(
    ("kind", "begun"), [(TYPED, b"token="), (PARTS, b"--xx\r\n"), (PARTS, part('name="token"')[:-9])]
)
async def test_who_leaves_in_the_middle_of_a_form_is_no_fault_of_ours(pages: Pages, kind: str, begun: bytes) -> None:
    headers = (f"Content-Type: {kind}", "Content-Length: 1000")
    with capture_logs() as lines:
        assert await answer(pages, "POST /signin HTTP/1.1", *headers, body=begun, leaves=True) == b""
    assert not lines


@pytest.mark.parametrize("number", ["9" * 5000, "9" * 19, "-1", "²", "0x1"], ids=["long", "large", "-", "²", "0x"])
async def test_numbers_that_are_none_are_as_if_nothing_was_said(pages: Pages, number: str) -> None:
    pages.bench.engine.hold()
    async with await pages.browser("ann") as ann:
        job = await ask(ann, "oil")
        async with ann.get("/events", params={"job": job}, headers={"Last-Event-ID": number}) as stream:
            assert (await stream.content.readline()).startswith(b"id: ")
        await pages.bench.engine.release()
        await pages.bench.shown(job)
        for path in (f"/jobs/{job}?picture={number}", f"/?held={number}", f"/results?before=1.5.{number}"):
            await read(ann, path)
        where = (await post(ann, f"/results/{job}.0/keep", on="1", picture=number))[:2]
        assert where == (200, f"/jobs/{job}")


async def test_who_leaves_a_download_is_no_fault_of_ours(pages: Pages, monkeypatch: pytest.MonkeyPatch) -> None:
    left, ended = asyncio.Event(), asyncio.Event()

    async def endless(_whose: Requester) -> AsyncIterator[bytes]:
        try:
            yield b"PK"
            await left.wait()
            while True:
                yield b"x" * (1 << 16)
        finally:
            ended.set()

    monkeypatch.setattr(pages.bench.service, "exported", endless)
    with capture_logs() as lines:
        async with await pages.browser("ann") as ann:
            async with ann.get("/me/archive.zip") as download:
                assert await download.content.readexactly(2) == b"PK"
                download.close()
            left.set()
            async with asyncio.timeout(PATIENCE):
                await ended.wait()
    assert not lines


@pytest.mark.parametrize(
    ("fault", "line"), [(StorageFailed(), "page broke off"), (KeyError("ours"), "page failed")], ids=repr
)
async def test_a_download_that_fails_breaks_off_and_looks_like_no_whole_one(
    pages: Pages, monkeypatch: pytest.MonkeyPatch, fault: Exception, line: str
) -> None:
    async def failing(_whose: Requester) -> AsyncIterator[bytes]:
        yield b"PK"
        raise fault

    monkeypatch.setattr(pages.bench.service, "exported", failing)
    async with await pages.browser("ann") as ann:
        [cookie] = ann.cookie_jar
        with capture_logs() as lines, contextlib.suppress(ConnectionError):  # cut, or all that was sent until then
            said = await answer(pages, "GET /me/archive.zip HTTP/1.1", f"Cookie: {cookie.key}={cookie.value}")
            assert b" 500 " not in said
            assert not said.endswith(b"0\r\n\r\n")
    assert [each["event"] for each in lines] == [line]
