import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.errors import InvalidRequest
from bot.domain.lora import LoraWish, find_loras, parse_loras, shown
from inference.api import Lora

OFFERED = (Lora("ink", 0.7), Lora("clay"))


@pytest.mark.parametrize(
    ("text", "wishes"),
    [
        ("", ()),
        ("ink", (LoraWish("ink"),)),
        ("Ink:0.8, clay", (LoraWish("ink", 0.8), LoraWish("clay"))),
        ("ink:0,8 clay:-1", (LoraWish("ink", 0.8), LoraWish("clay", -1.0))),
    ],
)
def test_adapters_are_named_as_people_type_them(text: str, wishes: tuple[LoraWish, ...]) -> None:
    assert parse_loras(text) == wishes


@pytest.mark.parametrize("text", [":1", "ink:", "ink:much", "ink:9", "ink:nan", "ink:0.5:1"])
def test_a_weight_that_is_none_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(InvalidRequest, match="name:weight, with a weight from -4 to 4"):
        parse_loras(text)


@given(st.text(max_size=30))
def test_any_text_is_taken_or_refused(text: str) -> None:
    try:
        wishes = parse_loras(text)
    except InvalidRequest:
        return
    assert all(wish.name for wish in wishes)


def test_a_name_that_comes_twice_counts_as_it_came_last() -> None:
    wishes = (LoraWish("ink"), LoraWish("clay", 0.5), LoraWish("ink", 0.2))
    assert find_loras(wishes, OFFERED, model="m") == (Lora("ink", 0.2), Lora("clay", 0.5))


def test_more_adapters_than_a_picture_takes_are_refused() -> None:
    offered = [Lora(str(number)) for number in range(5)]
    with pytest.raises(InvalidRequest, match="4 adapters at most; you named 5"):
        find_loras([LoraWish(lora.name) for lora in offered], offered, model="m")


def test_what_is_shown_can_be_typed_again() -> None:
    assert parse_loras(shown(OFFERED)) == (LoraWish("ink", 0.7), LoraWish("clay", 1.0))
