"""Commands, forms, cards and faults against Discord's limits."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import discord
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.discord.cards import layout
from adapters.discord.commands import commands
from adapters.discord.faults import Meaning, judge
from adapters.discord.forms import modal
from adapters.discord.ids import OwnId, Word
from adapters.discord.named import CommandNames
from adapters.discord.registration import same
from adapters.discord.translate import focused, options
from bot.card_files import Files
from bot.domain.actions import Verb
from bot.domain.card import Card, Progress, Waiting
from bot.domain.control import Control
from bot.domain.ids import GenerationId, ImageId, JobId
from bot.domain.job import Generation, JobStatus, Lineage, Recipe
from bot.domain.picture import Attached
from bot.domain.place import PlaceSettings
from bot.domain.request import Requester
from bot.domain.style import Style
from bot.forms import Menu
from bot.picture_form import Purpose, picture_form, result_form
from bot.texts import LANGUAGES, text
from inference.api import ControlKind
from tests.servers.discord.checks import check_commands, check_message, check_modal

JOB = JobId("A" * 22)
USUAL = PlaceSettings(strength=0.123456, style="style 3")
OWNER = Requester(platform="discord", user="42", space="1", name="Anna")


def test_the_commands_keep_every_limit() -> None:
    check_commands(commands())
    check_commands(commands(list(ControlKind)))


def test_no_setting_is_offered_for_a_category_and_no_thread_where_only_its_channel_counts() -> None:
    settings = next(each for each in commands() if each["name"] == "settings")
    types = {
        option["name"]: set(option["channel_types"])
        for part in settings["options"]
        for option in part["options"]
        if option["type"] == 7
    }
    assert not {4} & set().union(*types.values())
    assert types["only_channel"] == {0, 2, 5, 13, 15, 16}
    assert types["channel"] == types["only_channel"] | {10, 11, 12}
    assert types["log_channel"] == types["channel"] - {15, 16}, "posts alone stand there"


def test_only_kinds_of_control_that_there_are_are_offered() -> None:
    assert "map" not in {command["name"] for command in commands()}
    assert not {"control", "map"} & {option["name"] for option in commands()[0]["options"]}
    offered = next(option for option in commands([ControlKind.POSE])[0]["options"] if option["name"] == "control")
    assert [choice["value"] for choice in offered["choices"]] == ["pose"]
    assert offered["choices"][0]["name_localizations"]["de"] == "pose: Gelenke von Menschen"


def test_the_same_commands_are_known_again_however_discord_gives_them_back() -> None:
    kept = [
        {
            "id": "1",
            "version": "2",
            "nsfw": False,
            "name_localizations": None,
            **command,
            "options": command.get("options"),
        }
        for command in commands()
    ]
    assert same(commands(), kept)
    assert not same(commands(), kept[1:])
    assert not same(commands(), [{**kept[0], "description": "other"}, *kept[1:]])
    assert not same(commands(), [{**kept[0], "options": []}, *kept[1:]])


@given(st.sampled_from(LANGUAGES), st.integers(1, 30), st.integers(0, 30), st.text(min_size=1, max_size=200))
def test_the_remix_form_keeps_every_limit(locale: str, pictures: int, styles: int, name: str) -> None:
    menu = Menu(
        styles={f"style {n}": Style(name=f"style {n}", prompt="x") for n in range(styles)}, controls=list(ControlKind)
    )
    form = picture_form(Purpose.REMIX, menu, locale=locale, usual=USUAL, pictures=[name] * pictures)
    check_modal(modal(str(OwnId(Word.REMIX, ("1" * 19, "2" * 19))), form))


@given(
    st.sampled_from(LANGUAGES),
    st.sampled_from([Verb.CHAIN, Verb.EDIT, Verb.USE_MAP]),
    st.text(min_size=1, max_size=2000),
)
def test_the_form_of_a_result_keeps_every_limit(locale: str, verb: Verb, prompt: str) -> None:
    recipe = Recipe(
        prompt=prompt,
        negative_prompt="",
        strength=0.123456,
        seed=1,
        steps=4,
        guidance_scale=1.0,
        style="b",
        model="m",
        control=Control(kind=ControlKind.DEPTH),
    )
    generation = Generation(
        id=GenerationId(f"{JOB}.0"),
        job=JOB,
        index=0,
        requester=OWNER,
        source=ImageId("s"),
        image=ImageId("i"),
        recipe=recipe,
        lineage=Lineage(),
        width=1,
        height=1,
        effective_steps=1,
        seconds=1.0,
        created_at=0.0,
    )
    menu = Menu(styles={name: Style(name=name, prompt="x") for name in ("a", "b")}, controls=list(ControlKind))
    check_modal(modal("p1:chain:x", result_form(verb, generation, menu, usual=USUAL, locale=locale)))


@given(
    prompt=st.text(max_size=2000),
    headline=st.text(min_size=1, max_size=3000),
    notes=st.lists(st.text(max_size=600), max_size=12).map(tuple),
    small_print=st.text(max_size=3000),
    status=st.sampled_from(JobStatus),
    collect=st.booleans(),
)
def test_a_card_keeps_every_limit_whatever_is_in_it(  # noqa: PLR0917 -- hypothesis gives them by name
    prompt: str, headline: str, notes: tuple[str, ...], small_print: str, status: JobStatus, collect: bool
) -> None:
    card = Card(
        job=JOB,
        status=status,
        owner=OWNER,
        private=False,
        locale="en",
        headline=headline,
        prompt=prompt,
        mention=True,
        notes=notes,
        small_print=small_print,
        waiting=Waiting(position=1, expected_at=1.0, expected_late=2.0),
        progress=Progress(fraction=0.5),
    )
    payload = layout(card, Files(pictures=[Attached(name="a.png", content=b"1")]), collect=collect)
    listed = {"attachments": [{"id": "0", "filename": "a.png", "description": "x" * 1024}]}
    check_message({**payload, **listed}, {"0": b"1"}, create=True)
    assert payload["allowed_mentions"] == {"parse": [], "users": ["42"]}
    private = layout(replace(card, private=True))
    assert private["allowed_mentions"] == {"parse": []}


def test_what_a_note_quotes_is_no_markup_and_a_command_in_it_is_a_link() -> None:
    said = text("en", "note-prompt-unread", words="[a gift](https://example.org) for <@&5> @everyone **now**")
    card = Card(
        job=JOB,
        status=JobStatus.RUNNING,
        owner=OWNER,
        private=False,
        locale="en",
        headline="Starting",
        prompt="a boat",
        notes=(said, "See /styles."),
    )
    names = CommandNames()
    names.learn([{"type": 1, "name": "styles", "id": "7"}])
    shown = layout(names.of_card(card))["embeds"][0]["description"]
    assert "](" not in shown.replace("\\]\\(", "")
    assert "<@&5>" not in shown
    assert "**now**" not in shown
    assert "</styles:7>" in shown


@pytest.mark.parametrize(
    ("status", "code", "meaning"),
    [
        (404, 10062, Meaning.TOKEN_DEAD),
        (404, 10015, Meaning.TOKEN_DEAD),
        (401, 50027, Meaning.TOKEN_DEAD),
        (404, 10008, Meaning.MESSAGE_GONE),
        (404, 10003, Meaning.PLACE_GONE),
        (403, 50001, Meaning.FORBIDDEN),
        (403, 50013, Meaning.FORBIDDEN),
        (403, 0, Meaning.BUSY),
        (403, 40003, Meaning.BUSY),
        (400, 30046, Meaning.UNEDITABLE),
        (400, 50083, Meaning.UNEDITABLE),
        (403, 160005, Meaning.LOCKED),
        (400, 200000, Meaning.BLOCKED),
        (400, 40060, Meaning.ANSWERED),
        (413, 0, Meaning.TOO_LARGE),
        (400, 50035, Meaning.INVALID),
        (429, 0, Meaning.BUSY),
        (500, 0, Meaning.BUSY),
        (503, 0, Meaning.BUSY),
    ],
)
def test_each_refusal_has_its_meaning(status: int, code: int, meaning: Meaning) -> None:
    response = cast("Any", SimpleNamespace(status=status, reason="r", headers={"Retry-After": "7"}))
    fault = judge(discord.HTTPException(response, {"code": code, "message": "m"}))
    assert fault.meaning is meaning
    assert fault.seconds == (7.0 if meaning is Meaning.BUSY and status < 500 else None)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "7", "X-RateLimit-Reset-After": "8"}, 7.0),
        ({"Retry-After": "Wed, 21 Oct 2026 07:28:00 GMT", "X-RateLimit-Reset-After": "8.5"}, 8.5),
        ({}, 60.0),
    ],
)
def test_the_wait_is_the_one_that_discord_names(headers: dict[str, str], seconds: float) -> None:
    response = cast("Any", SimpleNamespace(status=429, reason="r", headers=headers))
    assert judge(discord.HTTPException(response, "a page")).seconds == seconds


@pytest.mark.parametrize("error", [ConnectionResetError(104, "reset"), TimeoutError(), discord.RateLimited(31.0)])
def test_no_answer_means_later(error: Exception) -> None:
    assert judge(error).meaning is Meaning.BUSY


def test_options_of_subcommands_are_found() -> None:
    body = {
        "options": [
            {"name": "set", "type": 1, "options": [{"name": "style", "type": 3, "value": "o", "focused": True}]}
        ]
    }
    assert options(body) == {"subcommand": "set", "style": "o"}
    assert focused(body) == ("style", "o")
