"""*Set up* there and back: what a modal has no room for, and what nobody touched, stays as it is."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest

from adapters.discord.forms import modal, untouched, values_of
from bot.domain.place import PlaceSettings, ThreadPolicy
from bot.domain.style import Style
from bot.forms import NO_CHOICE, Menu
from bot.settings_form import read_setup_form, setup_form
from tests.servers.discord.checks import check_modal

STYLES = [f"style {number}" for number in range(33)]
MENU = Menu(styles={name: Style(name=name, prompt="x") for name in STYLES})
CHANNELS = tuple(str(1000 + number) for number in range(30))
WORDS = tuple(f"badword{number:04d}" for number in range(330))
EVERYTHING = PlaceSettings(
    strength=0.4,
    style=STYLES[-1],
    channels=CHANNELS,
    blocked=WORDS,
    log="5",
    private=True,
    threads=ThreadPolicy.ALWAYS,
)


def opened(own: PlaceSettings) -> Mapping[str, Any]:
    """The form's components as they open, by name."""
    made = modal("p1:offer:setup", setup_form(own, MENU, locale="en"))
    check_modal(made)
    return {label["component"]["custom_id"]: label["component"] for label in made["components"]}


def saved(own: PlaceSettings, **typed: str | Sequence[str]) -> PlaceSettings:
    """What is set once a client sent the form back with nothing changed but `typed`."""
    sent = []
    for name, component in opened(own).items():
        match component["type"]:
            case 4:
                said: dict[str, Any] = {"value": typed.get(name, component.get("value", ""))}
            case 8:
                said = {"values": typed.get(name, [each["id"] for each in component["default_values"]])}
            case _:
                chosen = [each["value"] for each in component["options"] if each.get("default")]
                said = {"values": [typed[name]] if name in typed else chosen}
        sent.append({"type": 18, "component": {"type": component["type"], "custom_id": name, **said}})
    shown = untouched(setup_form(own, MENU, locale="en"))
    return read_setup_form(values_of({"components": sent}), own, shown=shown)


@pytest.mark.parametrize(
    "own",
    [
        PlaceSettings(),
        EVERYTHING,
        PlaceSettings(channels=(), blocked=()),
        *(PlaceSettings(private=private, threads=ThreadPolicy.ALWAYS) for private in (None, False)),
        PlaceSettings(threads=ThreadPolicy.NEVER),
    ],
)
def test_a_form_that_is_sent_as_it_opened_changes_nothing(own: PlaceSettings) -> None:
    assert saved(own) == own


def test_one_change_leaves_the_rest_as_it_is() -> None:
    assert saved(EVERYTHING, log=["6"]) == replace(EVERYTHING, log="6")
    assert saved(EVERYTHING, style=STYLES[3]) == replace(EVERYTHING, style=STYLES[3])
    assert saved(EVERYTHING, style=NO_CHOICE) == replace(EVERYTHING, style=None)


def test_of_a_long_list_the_part_that_is_not_shown_stays() -> None:
    only = saved(EVERYTHING, channels=["1", CHANNELS[0]])
    assert only == replace(EVERYTHING, channels=("1", CHANNELS[0], *CHANNELS[25:]))
    shown = opened(EVERYTHING)["blocked"]["value"].split("\n")
    assert tuple(shown) == WORDS[: len(shown)], "no half of a word"
    less = saved(EVERYTHING, blocked="gore, " + ",".join(shown[1:]))
    assert less == replace(EVERYTHING, blocked=("gore", *WORDS[1:]))


def test_a_field_that_is_emptied_is_empty() -> None:
    emptied = saved(EVERYTHING, channels=[], blocked=" ", log=[])
    assert emptied == replace(EVERYTHING, channels=None, blocked=None, log=None)


@pytest.mark.parametrize(
    ("chosen", "private", "threads"),
    [("public", False, None), (NO_CHOICE, None, None), ("threads", False, ThreadPolicy.ALWAYS)],
)
def test_the_field_for_results_says_whether_they_go_into_threads(
    chosen: str, private: bool | None, threads: ThreadPolicy | None
) -> None:
    assert saved(EVERYTHING, private=chosen) == replace(EVERYTHING, private=private, threads=threads)
    assert saved(PlaceSettings(threads=ThreadPolicy.NEVER), private="private").threads is ThreadPolicy.NEVER
