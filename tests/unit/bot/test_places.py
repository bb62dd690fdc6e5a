"""What places have set for themselves."""

from typing import Any, cast

from bot.domain.place import PlaceSettings
from bot.places import Places
from tests.fakes.store import MemoryJobStore


async def test_a_place_begins_with_what_another_forbids_also_if_its_style_is_not_there_any_more() -> None:
    """Any number of times, as two events may begin it at once."""
    store = MemoryJobStore()
    places = Places(store=store, admission=cast("Any", None), greetings=cast("Any", None))
    common = PlaceSettings(style="gone", models=("gone",), blocked=("gun",), banned=("E1/U9 4000000000 Eve",))
    await store.change_place("slack:E1/", lambda _: common)
    for _ in range(2):
        await places.begin("slack:T1/", like="slack:E1/")
    assert await places.settings("slack:T1/") == common
