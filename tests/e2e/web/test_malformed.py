"""What no browser sends: it is refused, counts as a try where it guesses, and is no line of the log."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from tests.harness.pages import Pages, serving
from tests.harness.waiting import PATIENCE


@pytest.fixture
async def pages(tmp_path: Path) -> AsyncIterator[Pages]:
    async with serving(tmp_path) as served:
        yield served


async def status_of(pages: Pages, request: str, *headers: str, body: bytes = b"") -> int:
    """Of the answer to a request of these bytes; each character is one."""
    host = pages.origin.partition("://")[2]
    lines = (request, f"Host: {host}", f"Origin: {pages.origin}", "Connection: close", *headers, "", "")
    reader, writer = await asyncio.open_connection(*host.split(":"))
    writer.write("\r\n".join(lines).encode("latin-1") + body)
    async with asyncio.timeout(PATIENCE):
        answer = await reader.read()
    writer.close()
    assert answer.count(b"HTTP/1.1 ") == 1
    return int(answer.split()[1])


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
    assert found == [401] * 5 + [429] * 2
