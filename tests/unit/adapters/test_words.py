"""What people type and send, by every way in, with what it means: the lines of `words.jsonl`."""
# ruff: noqa: RUF001 -- the marks of phones and languages are what is tested

import json
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.discord import markup
from adapters.discord.incoming import Incoming, Kind, Origin
from adapters.discord.pictures import pictures_in
from adapters.discord.translate import wish_of_command
from adapters.slack import text as slack
from adapters.slack.inbound import inbound
from adapters.slack.pictures import picture_among
from bot.domain.blocklist import blocks
from bot.domain.errors import InvalidRequest
from bot.domain.flags import parse_flags, with_flags
from bot.domain.lora import shown
from bot.domain.options import Options
from bot.domain.strength import parse_strengths
from bot.domain.words import clean_text

STYLES = ("oil painting", "anime", "van gogh", "pixel art")
LINES = [json.loads(line) for line in Path(__file__).with_name("words.jsonl").read_text().splitlines()]


def told(options: Options) -> dict[str, Any]:
    """What was said, by the names of the lines; what is not there was not."""
    said = {name: getattr(options, name) for name in Options.__dataclass_fields__}
    found = {name: value for name, value in said.items() if value not in {None, ()}}
    if "guidance_scale" in found:
        found["guidance"] = found.pop("guidance_scale")
    if loras := options.loras:
        found["loras"] = [shown([each]) for each in loras]
    return {name: list(value) if isinstance(value, tuple) else value for name, value in found.items()}


def flags(line: Mapping[str, Any]) -> dict[str, Any]:
    return told(parse_flags(line["text"], styles=STYLES).options)


def discord(line: Mapping[str, Any]) -> dict[str, Any]:
    words = markup.said(line["text"], me=line["me"], role=line.get("own_role", ""))
    return told(parse_flags(words, styles=STYLES).options)


def message(line: Mapping[str, Any]) -> dict[str, Any]:
    """Whether it calls us is the gateway's to say, and told in `test_addressing`."""
    return discord(line) | {"taken": True} if line["expect"]["taken"] else {"taken": False}


def slash(line: Mapping[str, Any]) -> dict[str, Any]:
    body = {"options": [{"name": "prompt", "value": line["text"]}]}
    origin = Origin(user="1", name="ada", channel="2")
    event = Incoming(id="3", kind=Kind.COMMAND, name="img2img", origin=origin, body=body, received_at=0.0)
    return told(wish_of_command(event, STYLES).options)


WAYS: Mapping[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
    "flags": flags,
    "discord-mention": discord,
    "discord-message": message,
    "discord-slash": slash,
    "slack-message": lambda line: told(
        parse_flags(slack.said(line["text"], bot_user=line["me"]), styles=STYLES).options
    ),
    "strengths-field": lambda line: {"strengths": list(parse_strengths(line["text"]))},
    "clean": lambda line: {"clean": clean_text(line["text"])},
    "blocklist": lambda line: {"blocked": blocks(line["patterns"], clean_text(line["text"]))},
    "discord-attachment": lambda line: {
        "found": bool(pictures_in({"attachments": [line["attachment"] | {"url": "https://x/1"}]}, me="1"))
    },
    "slack-files": lambda line: {"chosen": (picture_among(line["files"]) or {}).get("id")},
    "slack-event": lambda line: {
        "taken": bool(inbound({"team_id": "T1", "event_id": "E1", "event": line["event"]}, bot_user=line["me"]))
    },
}


@pytest.mark.parametrize(
    "line", LINES, ids=lambda line: f"{line['kind']} {line['way']} {str(line.get('text'))[:40]!a}"
)
def test_what_people_write_is_taken_for_what_it_means(line: dict[str, Any]) -> None:
    refusal, found = "", dict[str, Any]()
    try:
        found = WAYS[line["way"]](line)
    except InvalidRequest as error:
        refusal = str(error)

    def as_it_should(right: Mapping[str, Any]) -> bool:
        if "refused" in right:
            return bool(refusal) and all(words in refusal for words in right["refused"])
        if "expect" in right:
            return not refusal and found == right["expect"]
        has, lacks = right.get("prompt_has", ()), right.get("prompt_lacks", ())
        said = found.get("prompt", "")
        return bool(has) and all(each in said for each in has) and not any(each in said for each in lacks)

    assert any(as_it_should(right) for right in (line, *line.get("or", ()))), (found, refusal)


@pytest.mark.parametrize(
    ("coded", "seen"),
    [
        ("a \\*star\\* and `**raw**`", "a *star* and **raw**"),
        ("**bold _it_** ~~no~~ ||spoil||", "bold it no spoil"),
        ("snake_case_name 2 * 3 * 4", "snake_case_name 2 * 3 * 4"),
        ("> quote\n# Head\n- item\n-# small", "quote\nHead\nitem\nsmall"),
        ("<t:1618953630:D>, <t:1618953630:t> and </img2img:123>", "20 April 2021, 21:20 and /img2img"),
        ("[label](https://x.y) <https://a.b>", "label https://a.b"),
        ("```py\na `cat` --seed 5\n```", "a `cat` --seed 5"),
        ("like <@5> in <#7> of <@&8>, not <@6>", "like @Ann_B in #gen*eral* of @crew, not"),
    ],
)
def test_discords_markup_becomes_what_a_member_sees(coded: str, seen: str) -> None:
    names = {"@5": "Ann_B", "#7": "gen*eral*", "@&8": "crew"}
    assert markup.said(coded, me="1", names=names) == seen


@pytest.mark.parametrize(
    ("coded", "seen"),
    [
        ("*bold* _it_ ~x~ `c*d*`", "bold it x c*d*"),
        ("&gt; quote\nline2", "quote\nline2"),
        ("a :wave::skin-tone-3: b :+1: at 16:9: or 10:30:00", "a wave b +1 at 16:9: or 10:30:00"),
        ("5 &lt; 6 * 3 * 2 snake_case_x", "5 < 6 * 3 * 2 snake_case_x"),
        ("<!here|here> ```a *b* --seed 5```", "a *b* --seed 5"),
        ("&lt;lora:ink:0.8&gt; a cat", "<lora:ink:0.8> a cat"),
    ],
)
def test_slacks_markup_becomes_what_a_member_sees(coded: str, seen: str) -> None:
    assert slack.said(coded, bot_user="UBOT") == seen


OPENED = ["`{}`", "**{}**", "*{}*", "_{}_", "~~{}~~", "||{}||", "({})", "[{}]", "“{}”", "„{}“", "«{}»", "```{}```"]
SPELT = [
    "--{} {}",
    "—{} {}",
    "–{} {}",
    "––{} {}",
    "--{}={}",
    "--{}: {}",
    "-{} {}",
    "－－{} {}",
    "--{}：{}",
    "--{}\n{}",
]


@pytest.mark.parametrize("opened", ["{}", *OPENED])
@pytest.mark.parametrize("spelt", SPELT)
def test_a_flag_is_seen_in_any_marks_and_spelling(opened: str, spelt: str) -> None:
    for name, value, means in (("strength", "70 %", (0.7,)), ("steps", "１２", 12)):
        for behind in ("", ", at night", " at night", ". At night", "\nat night"):
            options = parse_flags(f"a cat {opened.format(spelt.format(name, value))}{behind}").options
            assert getattr(options, "strengths" if name == "strength" else name) == means
            words = (options.prompt or "").lower().replace(",", "").replace(".", "")
            assert words == ("a cat at night" if behind else "a cat")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a cat --strengths 0.3 0.9 5 cats", {"prompt": "a cat 5 cats", "strengths": [0.3, 0.9]}),
        ("a cat --strength 0.3 0.5 at night", {"prompt": "a cat 0.5 at night", "strengths": [0.3]}),
        ("a cat --strength 0.3 0.5", {"prompt": "a cat", "strengths": [0.3, 0.5]}),
        ("--no people\nmake it stormy", {"prompt": "make it stormy", "negative_prompt": "people"}),
        ("a cat (--no people) at night", {"prompt": "a cat at night", "negative_prompt": "people"}),
        ("a cat --no people --no cars", {"prompt": "a cat", "negative_prompt": "people, cars"}),
        ("a cat --control soft edge at night", {"prompt": "a cat at night", "control": "softedge"}),
        ("a cat --lora ink:0.8 clay:0.5 x", {"prompt": "a cat x", "loras": ["ink:0.8", "clay:0.5"]}),
        ("a cat --private=false", {"prompt": "a cat", "private": False}),
        ("a cat --seed random", {"prompt": "a cat"}),
        ("a cat --seed 5 --seed 5", {"prompt": "a cat", "seed": 5}),
        ("a hotel —seedy and dark", {"prompt": "a hotel —seedy and dark"}),
        ("城堡，——阴暗", {"prompt": "城堡，——阴暗"}),
        ("a cat --style « oil painting » x", {"prompt": "a cat x", "style": "oil painting"}),
        ("a cat --negativePrompt blurry", {"prompt": "a cat", "negative_prompt": "blurry"}),
    ],
)
def test_neighbours_of_what_was_reported_are_understood_as_well(text: str, said: dict[str, Any]) -> None:
    assert told(parse_flags(text, styles=STYLES).options) == said


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a cat --seed 5 --seed 6", "--seed more than once"),
        ("a cat -strenght 0.7", "--strength?"),
        ("a cat —strenght 0.2", "--strength?"),
        ("a cat --strengths 0.3 0.5 7", "you gave 7"),
        ("a cat --guidance 70%", "70%"),
        ("a cat\nSteps: 500, Sampler: Euler, Seed: 5", "1 to 150"),
    ],
)
def test_what_cannot_be_meant_is_answered(text: str, words: str) -> None:
    with pytest.raises(InvalidRequest, match=words.replace("?", r"\?")):
        parse_flags(text, styles=STYLES)


def test_a_flag_that_says_other_than_the_option_beside_it_is_answered() -> None:
    with pytest.raises(InvalidRequest, match="--strength more than once"):
        with_flags(Options(prompt="a cat --strength 0.7", strengths=(0.3,)))
    both = with_flags(Options(prompt="a cat --strength 0.7", strengths=(0.7,), seed=3)).options
    assert both == Options(prompt="a cat", strengths=(0.7,), seed=3)


A1111 = (
    "oil painting of a cat, detailed\nNegative prompt: people, (bad:1.2)\nSteps: 20, Sampler: DPM++ 2M Karras, "
    "CFG scale: 7, Seed: 123456, Size: 512x768, Model hash: 6ce0161689, Model: v1-5-pruned, "
    'Denoising strength: 0.45, Clip skip: 2, Lora hashes: "a: b, c: d", Version: v1.6.0'
)


@pytest.mark.parametrize("text", [A1111, A1111.replace("\n", " ")], ids=["lines", "one line"])
def test_a_recipe_of_the_web_ui_is_read(text: str) -> None:
    assert told(parse_flags(text).options) == {
        "prompt": "oil painting of a cat, detailed",
        "negative_prompt": "people, (bad:1.2)",
        "steps": 20,
        "guidance": 7.0,
        "seed": 123456,
        "strengths": [0.45],
        "unread": ["Sampler", "Model", "Clip skip"],
    }


@pytest.mark.parametrize(
    "text", ["a cat Steps: 20, Sampler: Euler, Seed: 5, Negative prompt: people, cars", "Steps: go up, then rest"]
)
def test_parts_of_a_recipe_may_be_moved_and_prose_is_none(text: str) -> None:
    options = parse_flags(text).options
    if options.steps is None:
        assert options.prompt == text
    else:
        assert (options.prompt, options.negative_prompt, options.seed) == ("a cat", "people, cars", 5)


NASTY = st.text(st.sampled_from('*_~`|()[]<>:-—=, \n"“a0.5%@#!t\\&;') | st.characters(), max_size=120)


@given(NASTY)
def test_any_text_of_any_chat_is_read_or_refused(text: str) -> None:
    for words in (text, markup.said(text, me="1"), slack.said(text, bot_user="U")):
        try:
            once = parse_flags(words, styles=STYLES).options
        except InvalidRequest:
            continue
        assert once.prompt is None or once.prompt == " ".join(once.prompt.split())


@pytest.mark.parametrize(
    "text",
    [
        "*a " * 1300,
        "*" * 4000,
        "**a" * 1300,
        "`a " * 1300,
        "[a" * 2000,
        "<" * 4000,
        "--seed 5 " * 400,
        "-" * 4000,
        "(--seed 5 " * 400,
        ":a" * 2000,
        "||a" * 1300,
        "Steps: 1," * 400,
        "\u200d" * 4000,
        "--strengths " + "0,5 " * 900,
    ],
    ids=lambda text: text[:9],
)
def test_no_text_holds_anybody_up(text: str) -> None:
    """A bound on growth, not a timing: a reading that grew with the square would take seconds."""
    parse_strengths("subtle")  # reads the catalogues
    began = time.process_time()
    for read in (markup.said, slack.said, parse_flags, clean_text):
        try:
            read(text)
        except InvalidRequest:
            continue
    assert time.process_time() - began < 1
