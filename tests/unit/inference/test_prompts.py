"""What a model reads of a prompt, by the shipped model's own tokenizer and by those of others."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from transformers import CLIPTokenizer

from config.styles import load_styles
from inference.api import Img2ImgRequest, Note
from inference.prompts import MOST_CHUNKS, ReadableRequest, idle_negative, readable
from inference.weighted_prompts import chunks, weighted

TOKENIZER = CLIPTokenizer.from_pretrained("inference/pocket/tokenizer")
ROOM = 38


class Pocket:
    tokenizer = TOKENIZER
    unet = None

    def __call__(self, prompt_embeds: None = None) -> None: ...


POCKET = Pocket()
SHORT = SimpleNamespace(tokenizer=TOKENIZER)
"""CLIP without a UNet: nothing is known to read more than its encoder does."""

GRANDMOTHER = (
    "a portrait of my grandmother sitting in her garden in the late afternoon sun with her old dog beside her, "
    "soft light, warm colours, gentle mood"
)
BAND = (
    "our school band on the stage of the old town hall, blue and gold uniforms, bright lamps, a happy crowd in "
    "front, confetti in the air"
)
HARBOUR = (
    "an oil painting of a harbour with boats and gulls and nets and ropes and barrels and crates and sails "
    "and masts and lanterns and windows and doors and roofs and clouds and waves and stones and ladders in blue neon "
    "night"
)


def read(
    prompt: str,
    *,
    style: str = "",
    guidance: float = 2.0,
    negative: str = "",
    negative_style: str = "",
    pipeline: Any = SHORT,
) -> ReadableRequest:
    request = Img2ImgRequest(
        id="one",
        source=Path("a.png"),
        output=Path("b.png"),
        prompt=", ".join(filter(None, (prompt, style))),
        style=style,
        negative_prompt=", ".join(filter(None, (negative, negative_style))),
        negative_style=negative_style,
        strength=0.8,
        steps=4,
        guidance_scale=guidance,
        seed=3,
        model="pocket",
    )
    return readable(pipeline, request)


def tokens(text: str) -> int:
    return len(TOKENIZER(text, add_special_tokens=False)["input_ids"])


@pytest.mark.parametrize(
    ("prompt", "first_unread"), [(GRANDMOTHER, "light, warm"), (BAND, "in front,"), (HARBOUR, "sails and")]
)
def test_what_is_not_read_is_quoted_from_its_first_word_on(prompt: str, first_unread: str) -> None:
    reading = read(prompt)
    [note] = reading.notes
    assert note.cause == "prompt-unread"
    assert note.values["words"].startswith(first_unread)
    assert f"{reading.request.prompt} {note.values['words']}" == prompt
    assert tokens(reading.request.prompt) <= ROOM


@pytest.mark.parametrize(
    "style", [each for each in load_styles("").values() if each.prompt], ids=lambda each: each.name
)
@pytest.mark.parametrize("prompt", [GRANDMOTHER, BAND, HARBOUR], ids=["grandmother", "band", "harbour"])
def test_a_style_is_never_what_falls_off(prompt: str, style: Any) -> None:
    reading = read(prompt, style=style.prompt, negative="blurry, " * 40, negative_style=style.negative_prompt)
    told = reading.request
    assert told.prompt.endswith(style.prompt)
    assert told.negative_prompt.endswith(style.negative_prompt)
    assert tokens(told.prompt) <= ROOM
    assert tokens(told.negative_prompt) <= ROOM
    assert [note.cause for note in reading.notes] == ["prompt-unread", "negative-unread"]
    [cut, _] = reading.notes
    own = told.prompt.removesuffix(style.prompt).removesuffix(", ")
    assert prompt.startswith(own)
    assert prompt.endswith(cut.values["words"])
    assert len(own) > len(prompt) / 6


def test_what_fits_is_left_alone_and_nothing_is_said() -> None:
    reading = read("a fox in the snow", style="watercolor painting", negative="people, cars")
    assert reading.notes == ()
    assert (reading.request.prompt, reading.request.negative_prompt) == (
        "a fox in the snow, watercolor painting",
        "people, cars",
    )


@pytest.mark.parametrize("text", ["水彩画" * 60, "картина " * 60, "رسم" * 90])
def test_scripts_that_cost_more_are_cut_where_they_can_be(text: str) -> None:
    reading = read(text, style="oil painting")
    [note] = reading.notes
    assert tokens(reading.request.prompt) <= ROOM
    own = reading.request.prompt.removesuffix(", oil painting")
    assert own
    assert text.startswith(own)
    assert text[len(own) :].strip().startswith(note.values["words"][:200])


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        ("a (cat:1.3)", "a cat"),
        ("a (black cat:0,8) at ((night))", "a black cat at night"),
        ("((a (cat:1.2):1.1))", "(a cat)"),
        ("[day:dusk:0.5] over [hills::0.3]", "day dusk over hills"),
        ("a cat BREAK a dog", "a cat, a dog"),
    ],
)
def test_weights_are_left_out_with_a_note_and_never_painted(written: str, read_as: str) -> None:
    reading = read(written, style="ink")
    assert reading.request.prompt == f"{read_as}, ink"
    assert [note.cause for note in reading.notes] == ["weights-unread"]


@pytest.mark.parametrize(
    "prose", ["at 10:30 (16:9)", "a cat (black)", "black [white]", "(time 10:30)", "a \\(cat:1.3\\)"]
)
def test_prose_with_brackets_is_no_weight(prose: str) -> None:
    reading = read(prose)
    assert (reading.request.prompt, reading.notes) == (prose, ())


@pytest.mark.parametrize("prompt", [GRANDMOTHER, BAND, HARBOUR])
def test_long_prompts_are_read_whole_where_chunks_do(prompt: str) -> None:
    """Before, everything behind the 38th token fell off."""
    style = "watercolor painting"
    reading = read(prompt, style=style, negative=prompt, pipeline=POCKET)
    assert reading.notes == ()
    assert reading.request.prompt == f"{prompt}, {style}"
    assert reading.request.negative_prompt == prompt


def test_beyond_the_last_chunk_is_quoted_and_the_style_stays() -> None:
    reading = read("a fox and " * 200, style="oil painting", pipeline=POCKET)
    [note] = reading.notes
    assert note.cause == "prompt-unread"
    assert reading.request.prompt.endswith("oil painting")
    there = chunks(weighted(reading.request.prompt), TOKENIZER)
    assert len(there) == MOST_CHUNKS
    assert sum(len(each.ids) for each in there) > (MOST_CHUNKS - 1) * ROOM


def test_many_breaks_are_chunks_too() -> None:
    reading = read("a fox BREAK " * 40, pipeline=POCKET)
    assert [note.cause for note in reading.notes] == ["prompt-unread"]
    assert len(chunks(weighted(reading.request.prompt), TOKENIZER)) <= MOST_CHUNKS


def test_weights_are_kept_where_they_act() -> None:
    written = "a (cat:1.3) at ((night)) by a [dog] BREAK (16:9)"
    reading = read(written, style="ink", pipeline=POCKET)
    assert (reading.request.prompt, reading.notes) == (f"{written}, ink", ())


@pytest.mark.parametrize("written", ["[day:dusk:0.5]", "[hills::0.3]", "[fog:0.4]", "[red|blue] car"])
def test_changes_on_the_way_are_said_not_to_act(written: str) -> None:
    reading = read(f"a view, {written}", pipeline=POCKET)
    assert [note.cause for note in reading.notes] == ["schedule-unread"]
    assert not any(mark in weighted(reading.request.prompt).plain for mark in "[]:|0")


def test_what_a_negative_prompt_says_counts_only_if_it_is_read() -> None:
    assert read("a cat", negative="[day:dusk:0.5]", guidance=1.0, pipeline=POCKET).notes == ()
    assert read("a cat", negative="(ugly:1.2)", guidance=1.0).notes == ()
    assert len(read("a cat", negative="(ugly:1.2)").notes) == 1


def idle(negative: str, style: str = "", guidance: float = 3.0, *, takes: bool = True) -> Note | None:
    request = read("a cat", negative=negative, negative_style=style, guidance=guidance).request
    return idle_negative(request, lambda each: takes and each.guidance_scale > 1)


def test_a_negative_prompt_that_does_not_act_is_said() -> None:
    unguided, never = idle("people", guidance=1.0), idle("people", takes=False)
    assert unguided is not None
    assert never is not None
    assert (unguided.cause, unguided.values) == ("negative-unguided", {"guidance": "1"})
    assert (never.cause, never.values) == ("negative-idle", {"model": "pocket"})


def test_a_styles_own_negative_words_are_nobodys_worry() -> None:
    assert idle("people") is None
    assert idle("", style="blurry", takes=False) is None
    assert idle("people", style="blurry", takes=False) is not None


class T5Tokenizer:
    """One token a word, as the second encoder of FLUX.1 has it."""

    def __call__(self, text: str, **_: object) -> dict[str, list[str]]:
        return {"input_ids": text.split()}


class Flux:
    tokenizer = TOKENIZER
    tokenizer_2 = T5Tokenizer()

    def __call__(self, max_sequence_length: int = 64) -> None: ...


def test_of_two_encoders_the_one_that_reads_more_counts() -> None:
    assert read(GRANDMOTHER, pipeline=Flux()).notes == ()
    [note] = read("word " * 70, pipeline=Flux()).notes
    assert note.values["words"] == " ".join(["word"] * 7)


def test_a_pipeline_without_a_known_bound_reads_all() -> None:
    assert read(GRANDMOTHER, pipeline=SimpleNamespace()).notes == ()


@given(st.text(alphabet=st.sampled_from("ab ,:.1()[]\\|é水"), max_size=200))
def test_any_notation_is_read_by_chunks(prompt: str) -> None:
    reading = read(prompt, style="ink (fine:1.2)", pipeline=POCKET)
    told = weighted(reading.request.prompt)
    assert all(len(each.ids) == len(each.weights) <= ROOM for each in chunks(told, TOKENIZER))
    assert told.plain.endswith("ink fine")


@given(st.text(max_size=300), st.sampled_from(["", "oil painting", "in the style of van gogh, thick paint"]))
def test_any_prompt_is_read_within_the_room(prompt: str, style: str) -> None:
    reading = read(prompt, style=style)
    assert tokens(reading.request.prompt) <= ROOM
    if style:
        assert reading.request.prompt.endswith(style)
