"""`/styles` as something to press: themes to turn to, a menu that opens the form with the style chosen."""

from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest

from bot.domain.style import Style
from tests.e2e.discord.conftest import PNG, Bench, bench_on
from tests.fakes.images import FolderImageStore
from tests.fakes.store import MemoryJobStore
from tests.servers.discord import DiscordServer
from tests.servers.discord.people import Person
from tests.servers.discord.world import Channel, Post

_THEMES = {"painting": 14, "drawing": 9, "material": 9, "": 3}
STYLES = {
    name: Style(name=name, prompt=f"words of {name}", theme=theme)
    for theme, count in _THEMES.items()
    for name in (f"{theme or 'own'} {number}" for number in range(count))
}


@pytest.fixture
async def styled(discord: DiscordServer, channel: Channel, tmp_path: Path) -> AsyncIterator[Bench]:
    """More styles than a menu holds."""
    del channel
    async with bench_on(discord, MemoryJobStore(), FolderImageStore(tmp_path), styles=STYLES) as bench:
        yield bench


def offered(post: Post) -> list[str]:
    menus = [part for row in post.payload["components"] for part in row["components"] if part["type"] == 3]
    return [each["value"] for menu in menus for each in menu["options"]]


def _is_at(page: Post, label: str) -> bool:
    return page.chosen == [label]


async def test_every_style_can_be_chosen_by_its_theme(styled: Bench, anna: Person, channel: Channel) -> None:
    asked = await anna.command(channel, "styles")
    page = await styled.discord.shown(asked)
    assert page.hidden == anna.id
    turning = [label for label in page.buttons if not label.startswith("Choose")]
    assert turning == ["Painting 1", "Painting 2", "Drawing and print", "Materials", "More"]
    assert page.chosen == ["Painting 1"]
    seen = offered(page)
    for label in turning[1:]:
        await anna.press(page, label)
        await styled.discord.until(partial(_is_at, page, label), what=f"the page {label}")
        assert page.words.startswith("**Styles**")
        seen += offered(page)
    assert seen == list(STYLES)


async def test_the_one_chosen_opens_the_form_with_it(styled: Bench, anna: Person, channel: Channel) -> None:
    page = await styled.discord.shown(await anna.command(channel, "styles"))
    await anna.press(page, "More")
    await styled.discord.until(lambda: page.chosen == ["More"], what="the last page")
    opened = await anna.press(page, "Choose a style own 2")
    await styled.discord.until(lambda: opened.answer, what="the form")
    assert opened.answer
    names = {each["component"]["custom_id"]: each["component"] for each in opened.answer["data"]["components"]}
    assert [each["value"] for each in names["style"]["options"] if each.get("default")] == ["own 2"]
    upload = next(name for name, each in names.items() if each["type"] == 19)
    refused = await anna.submit(opened, **{upload: b"no picture", "prompt": "a tiger"})
    await styled.discord.refused(refused)
    refusal = next(post for post in [*refused.follow_ups, refused.original] if post and post.buttons)
    again = await anna.press(refusal, "Open the form again")
    made = await anna.submit(again, **{upload: PNG})
    result = await styled.discord.shown(made, lambda post: post.done)
    assert not result.hidden, "only the page was for its reader alone"
    (request,) = styled.engine.requests
    assert request.prompt == "a tiger, words of own 2"


async def test_a_style_that_has_gone_is_said_to_be(styled: Bench, anna: Person, channel: Channel) -> None:
    page = await styled.discord.shown(await anna.command(channel, "styles"))
    menu = page.menu_of("painting 0")
    data = {"custom_id": menu, "component_type": 3, "values": ["gone"]}
    asked = await anna._ask(channel, 3, data, message=page)
    assert "out of date" in await styled.discord.refused(asked)
