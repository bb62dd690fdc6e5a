"""What other sites, other users of the machine and odd requests get of a playground: a sentence."""

import io
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio

from tests.builders.requests import png
from tests.harness.playground import LIGHT, Playground, playground

FORM = {"nonce": "a", "prompt": "oil", "strengths": "0.5"}
UNKNOWN = "A" * 22


@pytest.fixture(scope="module")
def service(light_service: Playground) -> Playground:
    """Nothing here depends on the model."""
    return light_service


@pytest_asyncio.fixture
async def signed_in(service: Playground) -> AsyncIterator[aiohttp.ClientSession]:
    jar = aiohttp.CookieJar(unsafe=True)  # a loopback address
    async with aiohttp.ClientSession(service.origin, cookie_jar=jar) as session:
        async with session.get("/", params={"token": service.token}) as answer:
            assert answer.status == 200
        yield session


async def test_every_page_needs_the_start_token(service: Playground) -> None:
    async with aiohttp.ClientSession(service.origin) as stranger:
        for path in ("/", f"/jobs/{UNKNOWN}", f"/g/{UNKNOWN}.0.png", f"/events?job={UNKNOWN}", "/?token=guessed"):
            async with stranger.get(path, allow_redirects=False) as answer:
                assert answer.status == 403
                assert "printed at the start" in await answer.text()
                assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


async def test_the_cookie_is_for_the_server_alone(service: Playground) -> None:
    async with (
        aiohttp.ClientSession(service.origin) as stranger,
        stranger.get("/", params={"token": service.token}, allow_redirects=False) as answer,
    ):
        assert (answer.status, answer.headers["Location"]) == (303, "/")
        assert {"httponly", "samesite=lax"} <= {
            part.strip().lower() for part in answer.headers["Set-Cookie"].split(";")
        }


@pytest.mark.parametrize(
    "headers",
    [{"Origin": "http://elsewhere.example"}, {"Origin": "null"}, {}, {"Sec-Fetch-Site": "cross-site"}],
    ids=str,
)
async def test_a_form_of_another_site_does_nothing(signed_in: aiohttp.ClientSession, headers: dict[str, str]) -> None:
    async with signed_in.post("/jobs", data=FORM, headers=headers) as answer:
        assert answer.status == 403
        assert "another site" in await answer.text()


async def test_a_link_on_another_site_works(signed_in: aiohttp.ClientSession) -> None:
    async with signed_in.get("/", headers={"Sec-Fetch-Site": "cross-site"}) as answer:
        assert answer.status == 200


@pytest.mark.parametrize("host", ["elsewhere.example", "127.0.0.1.elsewhere.example", "localhost"])
async def test_another_name_for_this_machine_is_refused(signed_in: aiohttp.ClientSession, host: str) -> None:
    async with signed_in.get("/", headers={"Host": host}) as answer:
        assert answer.status == 421


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (f"/jobs/{UNKNOWN}", 404),
        ("/jobs/..%2f..%2fetc%2fpasswd", 404),
        (f"/g/{UNKNOWN}.0.png", 404),
        (f"/t/{UNKNOWN}.0.jpg", 404),
        (f"/s/{UNKNOWN}.jpg", 404),
        (f"/events?job={UNKNOWN}", 404),
        ("/events", 404),
        ("/style/none.jpg", 404),
        ("/static/../platform.py", 404),
        ("/nowhere", 404),
    ],
)
async def test_what_there_is_not_is_a_page_that_says_so(
    signed_in: aiohttp.ClientSession, path: str, status: int
) -> None:
    async with signed_in.get(path) as answer:
        assert answer.status == status
        assert answer.content_type == "text/html"
        assert 'role="alert"' in await answer.text()


async def post(session: aiohttp.ClientSession, service: Playground, data: aiohttp.FormData) -> tuple[int, str]:
    async with session.post("/jobs", data=data, headers={"Origin": service.origin}) as answer:
        return answer.status, await answer.text()


def form(*pictures: bytes, **fields: str) -> aiohttp.FormData:
    data = aiohttp.FormData()
    for name, value in {**FORM, **fields}.items():
        data.add_field(name, value)
    for picture in pictures:
        data.add_field("picture", io.BytesIO(picture), filename="picture.png", content_type="image/png")
    return data


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (form(), "Choose a picture"),
        (form(png(), png()), "one picture at a time"),
        (form(b"x" * 27_000_000), "25 MB"),
        (form(b"GIF89a, they say"), "That GIF is damaged"),
        (form(png(), strengths="1.5"), "Strength goes from 0"),
        (form(png(), steps="many"), "Steps are a whole number"),
        (form(png(), style="cubist"), "cubist"),
        (form(png(), prompt=""), "what the picture should become"),
        (form(start="chain", of=f"{UNKNOWN}.0"), "not kept any more"),
    ],
    ids=["none", "two", "long", "no picture", "strength", "steps", "style", "no prompt", "gone"],
)
async def test_what_is_wrong_with_a_form_is_said(
    service: Playground, signed_in: aiohttp.ClientSession, data: aiohttp.FormData, said: str
) -> None:
    status, text = await post(signed_in, service, data)
    assert status == 422
    alert = text.partition('role="alert"')[2].partition("</div>")[0]
    assert said in alert


def test_a_stop_ends_it_and_its_secret_is_its_owners(tmp_path: Path) -> None:
    with playground(tmp_path / "kept", module=LIGHT) as running:
        assert (tmp_path / "kept/web-token").stat().st_mode & 0o077 == 0
        assert running.stop() == 0
