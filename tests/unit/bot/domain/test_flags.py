import re
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.control import parse_kind
from bot.domain.errors import InvalidRequest
from bot.domain.flags import parse_flags
from bot.domain.lora import LoraWish
from bot.domain.options import OPTIONS, Options
from bot.domain.request import Action
from bot.domain.strength import parse_strengths


@pytest.mark.parametrize(
    "text",
    [
        "make it an oil painting --strength 0.7",
        "make it an oil painting —strength 0.7",
        "make it an oil painting –strength 0,7",  # noqa: RUF001 -- phones type it
        "--strength=70% make it an oil painting",
        "make it --strength strong an oil painting",
    ],
)
def test_a_strength_is_taken_out_of_the_text_wherever_it_stands(text: str) -> None:
    flags = parse_flags(text).options

    assert flags.prompt == "make it an oil painting"
    assert flags.strengths == (0.7,)


def test_every_flag_is_understood() -> None:
    flags = parse_flags(
        'a cat --seed 5 --steps 12 --guidance 2.5 --style "van gogh" --model pocket --private --no people, cars'
    ).options

    assert flags.prompt == "a cat"
    assert (flags.seed, flags.steps, flags.guidance_scale) == (5, 12, 2.5)
    assert (flags.style, flags.model, flags.private) == ("van gogh", "pocket", True)
    assert flags.negative_prompt == "people, cars"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a cat --style oil painting at night", "oil painting"),
        ("a cat at night --style Oil-Painting", "oil painting"),
        ("a cat --style oil at night", "oil"),
        ("a cat --style oils at night", "oils"),
        ("a cat --style: “oil painting” at night", "oil painting"),
    ],
)
def test_a_style_of_several_words_needs_no_quotes_where_there_is_one(text: str, value: str) -> None:
    flags = parse_flags(text, styles=["oil", "oil painting", "ink"]).options
    assert (flags.prompt, flags.style) == ("a cat at night", value)


def test_quotes_around_all_that_is_not_wanted_go() -> None:
    assert parse_flags("a cat --no “dogs, cars”").options.negative_prompt == "dogs, cars"
    assert parse_flags('a cat --no "dogs" and "cars"').options.negative_prompt == '"dogs" and "cars"'


def test_adapters_may_be_named_one_by_one() -> None:
    flags = parse_flags("a cat --lora ink:0.8 on a mat --lora Clay --no dogs").options
    assert flags.prompt == "a cat on a mat"
    assert flags.loras == (LoraWish("ink", 0.8), LoraWish("clay"))


def test_control_is_understood_with_its_numbers() -> None:
    written = parse_flags(
        "a castle --control Soft-Edge —control-scale 0,8 --control-start 0.1 --control-end .9 --map"
    )
    flags = written.options

    assert flags.prompt == "a castle"
    assert flags == Options(
        prompt="a castle", control="softedge", control_scale=0.8, control_start=0.1, control_end=0.9
    )
    assert written.map_only
    assert written.action is Action.MAP


@pytest.mark.parametrize(
    ("text", "kind"),
    [("canny", "canny"), ("openpose", "pose"), ("Line Art", "lineart"), ("sketch", "scribble"), ("None", "none")],
)
def test_a_kind_of_control_is_read_as_people_write_it(text: str, kind: str) -> None:
    assert parse_kind(text) == kind


def test_an_unknown_kind_of_control_is_refused_with_those_there_are() -> None:
    with pytest.raises(InvalidRequest, match="canny, lineart, scribble, softedge, depth, pose"):
        parse_flags("a castle --control outline")


@pytest.mark.parametrize(
    "text", ["state--of the art", "a -- b", "-strength", "well—known", "rock--paper", "a castle —moody"]
)
def test_what_is_no_flag_stays_in_the_prompt(text: str) -> None:
    assert parse_flags(text).options.prompt == text


@pytest.mark.parametrize(
    "text",
    ["x --strength", "x --seed five", "x --seed 1.5", "x --strength 7", "x --guidance much", "x --no"],
)
def test_a_flag_without_its_value_is_refused_in_one_sentence(text: str) -> None:
    with pytest.raises(InvalidRequest) as refusal:
        parse_flags(text)
    assert str(refusal.value).endswith(".")


FLAGS = st.sampled_from(
    [f"--{row.name}" for row in OPTIONS] + ["--strength", "-strength", "—seed", "--no", "<lora:a:"]
)
PIECES = st.sampled_from(
    [*"0123456789 .,;:/·_%½'\"`()[]*|-+eE&と、。\n", "0.5", "0,5", " and ", " und ", "strong", "cats", "x"]
)
TYPED = st.lists(FLAGS | PIECES, max_size=30).map("".join)
"""What is made of flags and of what stands in and around numbers."""


@given(st.text(max_size=200) | TYPED)
def test_any_text_is_taken_or_refused(text: str) -> None:
    try:
        flags = parse_flags(text).options
    except InvalidRequest:
        return
    assert flags.prompt is None or flags.prompt == " ".join(flags.prompt.split())


@pytest.mark.parametrize(
    ("text", "strengths"),
    [
        ("0.3 0.5 0.7", (0.3, 0.5, 0.7)),
        ("0.3,0.5", (0.3, 0.5)),
        ("0.3, strong; 90%", (0.3, 0.7, 0.9)),
        ("0,7", (0.7,)),
        (".4", (0.4,)),
    ],
)
def test_several_strengths_are_read_as_people_write_them(text: str, strengths: tuple[float, ...]) -> None:
    assert parse_strengths(text) == strengths


@pytest.mark.parametrize(
    ("text", "near"),
    [
        ("a cat --strenght 0.2", "--strength"),
        ("a cat --control-net canny", "--control"),
        ("a cat --no-people", "--no"),
        ("a cat --ar 16:9", "--"),
        ("--unknown 5 things", "--"),
    ],
)
def test_a_flag_that_there_is_not_is_refused_with_the_one_that_was_meant(text: str, near: str) -> None:
    with pytest.raises(InvalidRequest) as refusal:
        parse_flags(text)
    assert re.findall(r"--[\w-]+", text)[0] in str(refusal.value)
    assert f"{near}?" in str(refusal.value) if near != "--" else near in str(refusal.value)


@pytest.mark.parametrize(
    "text",
    ["a cat --seed 5 6", "a cat --seed 12 345", "a cat --steps 8, 9.", "a cat --control canny,depth",
     "a cat --style oil painting, anime", "a cat --count 2 | 3 --private"],
)  # fmt: skip
def test_a_second_value_is_no_prompt(text: str) -> None:
    with pytest.raises(InvalidRequest, match="more than once"):
        parse_flags(text, styles=["oil painting", "anime"])


@pytest.mark.parametrize(
    ("text", "prompt"),
    [
        ("a cat --seed 5 6 kittens", "a cat 6 kittens"),
        ("--seed 5 1984", "1984"),
        ("--style anime van gogh", "van gogh"),
    ],
)
def test_what_may_be_prompt_behind_a_value_is(text: str, prompt: str) -> None:
    assert parse_flags(text, styles=["anime", "van gogh"]).options.prompt == prompt


@pytest.mark.parametrize("span", ["0.3..0.9", "0.3 … 0.9", "0.3 to 0.9", "0,3 bis 0,9", "0.3 à 0.9", "0.3-0.9"])
def test_the_beginning_of_a_span_is_not_what_was_meant(span: str) -> None:
    for flag in ("strength", "strengths"):
        with pytest.raises(InvalidRequest):
            parse_flags(f"a cat --{flag} {span}")


@pytest.mark.parametrize(
    ("said", "private", "prompt"),
    [("no", False, "a cat"), ("off.", False, "a cat"), ("yes", True, "a cat"), ("off --seed 5", False, "a cat"),
     ("no people", True, "a cat no people"), ("on a mat", True, "a cat on a mat")],
)  # fmt: skip
def test_a_switch_is_off_if_nothing_but_that_is_said(said: str, *, private: bool, prompt: str) -> None:
    options = parse_flags(f"a cat --private {said}").options
    assert (options.private, options.prompt) == (private, prompt)


@pytest.mark.parametrize("name", [name for row in OPTIONS for name in (*row.aliases, row.name) if name != "prompt"])
@pytest.mark.parametrize(
    "spelt", [str, str.upper, lambda name: name.replace("_", "-")], ids=["as it is", "loud", "-"]
)
@pytest.mark.parametrize("space", [" ", "\n", "\t", "\u3000"])
def test_every_name_of_every_option_is_a_flag_whatever_stands_around_its_value(
    name: str, spelt: Callable[[str], str], space: str
) -> None:
    row = next(row for row in OPTIONS if name in {row.name, *row.aliases})
    value = {"control": "canny", "loras": "ink", "style": "ink", "model": "pocket"}.get(row.name, "1")
    given = "" if row.name == "private" else f"{space}{value}"
    other = "steps" if name == "seed" else "seed"
    flags = parse_flags(f"--{spelt(name)}{given}{space}--{other} 3{space}a cat").options
    assert (flags.prompt, getattr(flags, other)) == ("a cat", 3)
    assert getattr(flags, row.name) == row.parse(value)
