"""The start token."""

from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
from aiohttp import web

from adapters.web.doors import StartToken, start_token
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
    door = StartToken(token="right", person=asker())
    request = SimpleNamespace(
        cookies={"pentimento-8420": given}, get_extra_info={"sockname": ("127.0.0.1", 8420)}.get
    )
    assert (await door.who(cast("web.Request", request)) == door.person) is enters
