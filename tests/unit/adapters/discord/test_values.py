"""Ids, values, addresses and words: pure parts of the Discord edge."""

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from adapters.discord.ids import MAX_ID, OwnId, Word, parse_own_id
from adapters.discord.incoming import Incoming, Kind, Origin, from_json
from adapters.discord.markdown import block_quote, inert
from adapters.discord.routes import Address, Stand, Token, address_of, stand_of
from bot.domain.actions import Verb
from bot.domain.button_id import ButtonId, parse_button_id
from bot.domain.ids import GenerationId

JOBS = st.text(alphabet="ABCabc019-_", min_size=22, max_size=22)
TARGETS = st.builds(lambda job, index: GenerationId(f"{job}.{index}"), JOBS, st.integers(0, 999))
TEXTS = st.text(max_size=30)
TOKENS = st.builds(lambda value, until: Token(application="1", value=value, until=until), TEXTS, st.floats(0, 2e9))


@given(st.sampled_from(Verb), TARGETS, st.none() | st.integers(0, 100))
def test_a_button_id_says_what_it_was_made_of(verb: Verb, target: GenerationId, percent: int | None) -> None:
    button = ButtonId(verb, target, None if percent is None else percent / 100)
    assert parse_button_id(str(button)) == button
    assert len(str(button)) <= MAX_ID


@given(st.text(max_size=120))
def test_any_other_text_is_no_id(text: str) -> None:
    for parsed in (parse_button_id(text), parse_own_id(text)):
        assert parsed is None or str(parsed) == text


def test_ids_are_taken_exactly() -> None:
    job = "A" * 22
    assert parse_button_id(f"p1:rerun:{job}.0:s101") is None
    assert parse_button_id(f"p1:explode:{job}.0") is None
    assert parse_button_id(f"p1:rerun:{job}.0\n") is None
    for word, *about in (
        (Word.REMIX, "12", "34"), (Word.PICK, "12", "34"), (Word.AGAIN, "12"), (Word.TAKE, "12", "a: b"),
        (Word.STYLES, "0"),
    ):  # fmt: skip
        own = OwnId(word, tuple(about))
        assert parse_own_id(str(own)) == own
        assert parse_own_id(f"{own}\n") is None
        assert parse_own_id(str(own).replace("12", "ab").replace("0", "a")) is None


@given(
    st.builds(
        Incoming,
        id=st.integers(1, 2**63).map(str),
        kind=st.sampled_from(Kind),
        name=TEXTS,
        origin=st.builds(
            Origin, user=TEXTS, name=TEXTS, channel=TEXTS, roles=st.lists(TEXTS).map(tuple), reachable=st.booleans()
        ),
        body=st.dictionaries(TEXTS, st.none() | st.integers() | TEXTS | st.lists(TEXTS)),
        token=TEXTS,
        hidden=st.booleans(),
    )
)
def test_what_came_in_can_be_written_down_and_read_again(event: Incoming) -> None:
    assert from_json(event.to_json()) == event


@given(
    st.builds(
        Address,
        user=TEXTS,
        channel=TEXTS,
        token=st.none() | TOKENS,
        file_bytes=st.integers(1),
        guild_file_bytes=st.integers(1),
    ),
    st.builds(Stand, channel=TEXTS, message=TEXTS, token=st.none() | TOKENS, own=st.booleans()),
)
def test_addresses_and_references_can_be_stored(address: Address, stand: Stand) -> None:
    assert address_of(address.target()) == address
    assert stand_of(stand.reference()) == stand
    assert json.loads(stand.reference())


@given(st.text(max_size=400))
def test_inert_words_hold_nothing_that_discord_acts_on(text: str) -> None:
    shown = inert(text)
    bare = shown.replace("\\\\", "")
    for mark in "*_~`|<>[]()#":
        assert bare.count(mark) == bare.count(f"\\{mark}"), mark
    assert "@everyone" not in shown
    assert "://" not in shown
    assert "discord.gg/" not in shown


@given(st.text(max_size=200))
def test_inert_words_read_as_they_were_written(text: str) -> None:
    shown = inert(text)
    read, at = "", 0
    while at < len(shown):
        at += shown[at] == "\\"
        read += shown[at]
        at += 1
    assert read.replace("\u200b", "") == text.replace("\u200b", "")


@pytest.mark.parametrize(
    "line", ["- a list", "+ a list", "  - deeper", "1. first", " 12. later", "-# small", "* a list"]
)
def test_no_line_of_words_begins_a_list(line: str) -> None:
    mark = next(each for each in line if each in "-+.*")
    assert inert(f"words\n{line}") == f"words\n{inert(line)}"
    assert f"\\{mark}" in inert(line)


def test_a_quotation_goes_on_in_each_line() -> None:
    assert block_quote("a cat\n- on a roof\n\n1. day") == "> a cat\n> \\- on a roof\n> \n> 1\\. day"


@given(st.text(max_size=300).map(lambda text: text * 7), st.integers(1500, 3000))
@example("@" * 2000, 1500)
@example("*\n" * 1000, 1500)
def test_a_quotation_has_the_room_that_there_is(text: str, room: int) -> None:
    assert len(block_quote(text, most=2000, room=room)) <= room


def test_long_words_are_cut() -> None:
    assert inert("x" * 2000) == "x" * 999 + "…"
