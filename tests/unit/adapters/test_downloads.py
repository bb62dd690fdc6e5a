"""Against real sockets on loopback: what a file host, or somebody who poses as one, can answer."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp import web

from adapters.downloads import Downloader, downloader
from bot.domain.errors import PictureRefused
from tests.servers.serving import HOST, serving


@asynccontextmanager
async def host(handler: object) -> AsyncIterator[str]:
    application = web.Application()
    application.router.add_get("/{path:.*}", handler)  # type: ignore[arg-type]  # each test's own coroutine
    async with serving(application) as port:
        yield f"http://{HOST}:{port}"


@asynccontextmanager
async def limited(*, max_bytes: int = 1000, seconds: float = 5.0) -> AsyncIterator[Downloader]:
    async with downloader(allowed_hosts=frozenset({"127.0.0.1"}), max_bytes=max_bytes, seconds=seconds) as fetching:
        yield fetching


async def test_a_picture_is_fetched_with_its_type() -> None:
    seen = {}

    async def answer(request: web.Request) -> web.Response:
        seen["authorization"] = request.headers.get("Authorization")
        return web.Response(body=b"picture", content_type="image/png")

    async with host(answer) as url, limited() as fetching:
        got = await fetching.fetch(f"{url}/a.png?ex=1&hm=2", headers={"Authorization": "Bearer t"})

    assert (got.content, got.media_type) == (b"picture", "image/png")
    assert seen["authorization"] == "Bearer t"


@pytest.mark.parametrize("lie", [True, False])
async def test_a_body_over_the_bound_is_cut_whatever_its_header_says(lie: bool) -> None:
    sent = 0

    async def answer(request: web.Request) -> web.StreamResponse:
        nonlocal sent
        response = web.StreamResponse()
        if not lie:
            response.content_length = 10_000_000
        await response.prepare(request)
        with contextlib.suppress(ConnectionError):
            while sent < 10_000_000:
                await response.write(b"x" * 10_000)
                sent += 10_000
        return response

    async with host(answer) as url, limited() as fetching:
        with pytest.raises(PictureRefused, match="larger than"):
            await fetching.fetch(url)
    assert sent < 10_000_000


async def test_a_redirect_is_not_followed() -> None:
    async def answer(request: web.Request) -> web.Response:
        assert request.path != "/secret"
        raise web.HTTPFound("/secret")

    async with host(answer) as url, limited() as fetching:
        with pytest.raises(PictureRefused, match="302"):
            await fetching.fetch(url)


async def test_a_slow_drip_is_cut_by_time() -> None:
    async def answer(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        for _ in range(100):
            await response.write(b"x")
            await asyncio.sleep(0.05)
        return response

    async with host(answer) as url, limited(seconds=0.3) as fetching:
        with pytest.raises(PictureRefused, match="did not answer"):
            await fetching.fetch(url)


@pytest.mark.parametrize(
    "url",
    [
        "https://elsewhere.example/a.png",
        "http://cdn.example/a.png",
        "https://127.0.0.2/a.png",
        "https://[::ffff:127.0.0.1]/a.png",
        "https://2130706433/a.png",
        "https://cdn.example.evil/a.png",
        "https://cdn.example@evil.example/a.png",
        "file:///etc/passwd",
        "ftp://cdn.example/a.png",
        "nonsense",
        "",
    ],
)
async def test_only_listed_hosts_are_asked(url: str) -> None:
    async with downloader(allowed_hosts=frozenset({"cdn.example"}), max_bytes=1000) as fetching:
        with pytest.raises(PictureRefused, match="uploaded here"):
            await fetching.fetch(url)


async def test_a_host_that_is_down_is_told_in_one_sentence() -> None:
    async with limited() as fetching:
        with pytest.raises(PictureRefused, match="did not answer"):
            await fetching.fetch("http://127.0.0.1:9/a.png")


@pytest.mark.parametrize(
    "url", ["", "https://[::1", "https://127.0.0.1:x/", "https://127.0.0.1\\@elsewhere/", "//127.0.0.1/"]
)
async def test_an_address_that_is_none_is_refused_in_the_same_words(url: str) -> None:
    async with limited() as fetching:
        with pytest.raises(PictureRefused, match="attach the file itself"):
            await fetching.fetch(url)
