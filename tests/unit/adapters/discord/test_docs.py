"""`docs/discord.md` says what is so."""

from pathlib import Path

import pytest

from adapters.discord.commands import commands
from adapters.discord.permissions import INVITE_BITS, NEEDED
from inference.api import ControlKind

PAGE = (Path(__file__).parents[4] / "docs" / "discord.md").read_text(encoding="utf-8")


def test_the_invite_link_asks_for_what_is_needed() -> None:
    assert f"permissions={INVITE_BITS}\n" in PAGE


@pytest.mark.parametrize("name", NEEDED)
def test_each_permission_has_its_reason(name: str) -> None:
    assert f"| {name} |" in PAGE


@pytest.mark.parametrize("command", commands(list(ControlKind)), ids=lambda command: str(command["name"]))
def test_each_command_is_told_of(command: dict[str, object]) -> None:
    name = str(command["name"])
    assert f"`/{name}" in PAGE if command["type"] == 1 else f"**{name}**" in PAGE


@pytest.mark.parametrize("option", commands(list(ControlKind))[0]["options"], ids=lambda option: str(option["name"]))
def test_each_option_of_img2img_is_told_of(option: dict[str, object]) -> None:
    assert str(option["name"]) in PAGE
