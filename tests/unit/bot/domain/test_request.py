"""What people type becomes a request in range, or a sentence."""

import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.errors import InvalidRequest
from bot.domain.options import MAX_PROMPT
from bot.domain.request import Action, ReplyTarget, Request, Requester
from bot.domain.strength import STRENGTH_WORDS, check_strength, parse_strength, strength_word
from bot.domain.words import clean_text
from tests.builders.requests import with_options


def a_request(**fields: object) -> Request:
    usual: dict[str, object] = {
        "action": Action.IMG2IMG,
        "requester": Requester(platform="console", user="ada"),
        "reply_to": ReplyTarget(platform="console"),
        "event_id": "console:1",
        "source": b"a picture",
    }
    return Request(**(usual | with_options({"prompt": "an oil painting"} | fields)))  # type: ignore[arg-type]  # the point is to try fields


@pytest.mark.parametrize(
    "fields",
    [
        {"strengths": (0.0,)},
        {"strengths": (1.0,) * 8},
        {"seed": 0},
        {"seed": 2**32 - 1},
        {"steps": 1},
        {"steps": 150},
        {"guidance_scale": 0},
        {"guidance_scale": 30.0},
        {"prompt": "x" * MAX_PROMPT},
        {"negative_prompt": "x" * MAX_PROMPT},
    ],
)
def test_the_ends_of_every_range_are_in_it(fields: dict[str, object]) -> None:
    a_request(**fields)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"strengths": (0.5, -0.01)}, "Strength goes from 0"),
        ({"strengths": (1.01,)}, "Strength goes from 0"),
        ({"strengths": (math.nan,)}, "Strength goes from 0"),
        ({"strengths": (0.5,) * 9}, "takes 1 to 8 strengths; you gave 9"),
        ({"seed": -2}, "A seed is a whole number from 0"),
        ({"seed": 2**32}, "A seed is a whole number from 0"),
        ({"steps": 0}, "Steps are a whole number from 1 to 150"),
        ({"steps": 151}, "Steps are a whole number from 1 to 150"),
        ({"guidance_scale": -0.5}, "goes from 0 to 30"),
        ({"guidance_scale": 30.5}, "goes from 0 to 30"),
        ({"guidance_scale": math.nan}, "goes from 0 to 30"),
        ({"prompt": ""}, "Say what the picture should become"),
        ({"prompt": "x" * (MAX_PROMPT + 1)}, "The prompt has 2001 characters"),
        ({"negative_prompt": "x" * (MAX_PROMPT + 1)}, "The negative prompt has 2001 characters"),
    ],
)
def test_what_is_out_of_range_is_a_sentence(fields: dict[str, object], sentence: str) -> None:
    with pytest.raises(InvalidRequest, match=sentence):
        a_request(**fields)


@pytest.mark.parametrize("field", ["seed", "steps"])
def test_a_number_of_many_digits_is_refused_in_a_short_sentence(field: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        a_request(**{field: 10**4000})
    assert len(str(refused.value)) < 200


def test_a_quota_belongs_to_one_person_on_one_platform() -> None:
    ada = Requester(platform="discord", user="1", space="a", name="Ada")
    assert ada.key == Requester(platform="discord", user="1", space="b", name="A.").key
    assert ada.key != Requester(platform="slack", user="1").key


@pytest.mark.parametrize(
    ("text", "strength"),
    [
        ("0.7", 0.7),
        ("0,7", 0.7),
        (".7", 0.7),
        ("70%", 0.7),
        (" 70 % ", 0.7),
        ("1", 1.0),
        ("0", 0.0),
        ("100%", 1.0),
        ("Strong", 0.7),
        ("subtle", 0.3),
        ("BALANCED", 0.5),
        ("reimagine", 0.9),
        ("Kräftig", 0.7),
        ("neu  erfunden", 0.9),
        ("équilibré", 0.5),
        ("強め", 0.7),
    ],
)
def test_a_strength_is_read_as_people_write_it(text: str, strength: float) -> None:
    assert parse_strength(text) == pytest.approx(strength, abs=1e-12)


def test_minus_zero_is_zero() -> None:
    assert str(parse_strength("-0")) == "0.0"


@pytest.mark.parametrize("text", ["", "much", "70", "1.5", "-0.1", "nan", "inf", "-inf", "101%", "0.5.5", "%", "0x1"])
def test_what_is_no_strength_is_a_sentence(text: str) -> None:
    with pytest.raises(InvalidRequest, match=r"^Strength .*\.$"):
        parse_strength(text)


@given(st.text())
def test_any_text_is_a_strength_in_range_or_a_sentence(text: str) -> None:
    try:
        strength = parse_strength(text)
    except InvalidRequest:
        return
    check_strength(strength)


@given(st.floats(0, 1))
def test_a_strength_survives_being_written(strength: float) -> None:
    assert parse_strength(repr(strength)) == strength


@pytest.mark.parametrize(
    ("strength", "word"),
    [
        (0, "subtle"),
        (0.3, "subtle"),
        (0.4, "subtle"),
        (0.41, "balanced"),
        (0.6, "balanced"),
        (0.8, "strong"),
        (1, "reimagine"),
    ],
)
def test_the_nearest_word_wins_and_ties_are_gentle(strength: float, word: str) -> None:
    assert strength_word(strength) == word
    assert word in STRENGTH_WORDS


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("  an  oil\npainting\t", "an oil painting"),
        ("safe\u202egnitniap", "safegnitniap"),
        ("zero\u200bwidth\ufeff", "zerowidth"),
        ("nul\x00 bell\x07", "nul bell"),
        ("👩\u200d🎨 painter", "👩\u200d🎨 painter"),
        ("größer, 絵画, رسم", "größer, 絵画, رسم"),
        ("half \ud83d pair", "half pair"),
    ],
)
def test_text_loses_what_can_disguise_it(text: str, cleaned: str) -> None:
    assert clean_text(text) == cleaned


@given(
    st.text(st.characters(exclude_categories=()) | st.sampled_from("\u200c\u200d\ufe0f\U000e0067\U0001f3f4\u180e"))
)
def test_cleaned_text_is_clean_and_stays_so(text: str) -> None:
    cleaned = clean_text(text)
    assert clean_text(cleaned) == cleaned
    assert cleaned == cleaned.strip()
    assert not re.search(
        "[\x00-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufffe\uffff]", cleaned
    )
    assert not re.search("^[\u200c\u200d\ufe0f]|[\u200c\u200d]{2}", cleaned)
    cleaned.encode()
