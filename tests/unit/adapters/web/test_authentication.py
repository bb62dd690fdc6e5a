"""The start token, and the names by which this machine is reached."""

from pathlib import Path
from types import SimpleNamespace
from typing import cast
from unittest.mock import Mock

import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request

from adapters.web.authentication import StartToken, start_token
from adapters.web.guard import Guard
from tests.builders.requests import asker


def test_the_start_token_stays_and_an_emptied_file_gets_a_new_one(tmp_path: Path) -> None:
    file = tmp_path / "web-token"
    first = start_token(file)
    assert len(first) > 40
    assert start_token(file) == first
    assert file.stat().st_mode & 0o077 == 0
    file.write_text("")
    assert start_token(file) not in {first, ""}


@pytest.mark.parametrize(("given", "enters"), [("right", True), ("wrong", False), ("\udcff", False)], ids=ascii)
async def test_whoever_has_the_start_token_is_the_person(given: str, enters: bool) -> None:
    authenticator = StartToken(token="right", person=asker())
    request = SimpleNamespace(
        cookies={"pentimento-8420": given}, get_extra_info={"sockname": ("127.0.0.1", 8420)}.get
    )
    assert (await authenticator.who(cast("web.Request", request)) == authenticator.person) is enters


@pytest.mark.parametrize(
    ("port", "host", "passes"),
    [
        (80, "127.0.0.1", True),
        (80, "127.0.0.1:80", False),
        (8420, "127.0.0.1:8420", True),
        (8420, "127.0.0.1", False),
    ],
)
async def test_browsers_do_not_say_the_usual_port(port: int, host: str, passes: bool) -> None:
    guard = Guard(authenticator=StartToken(token="right", person=asker()))
    request = make_mocked_request("POST", "/static/x", headers={"Host": host, "Origin": f"http://{host}"})
    transport = cast("Mock", request.transport)
    transport.get_extra_info.side_effect = {"sockname": ("127.0.0.1", port)}.get
    if passes:
        assert await guard.check(request, "en") is None
    else:
        with pytest.raises(web.HTTPMisdirectedRequest):
            await guard.check(request, "en")
