"""The A1111 web UI's notation: its own examples, and how a prompt is parted into chunks."""

import pytest
from transformers import CLIPTokenizer

from inference.weighted_prompts import WeightedWords, chunks, room, weighted

TOKENIZER = CLIPTokenizer.from_pretrained("inference/pocket/tokenizer", model_max_length=77)


def parts(text: str) -> list[tuple[str, float]]:
    [section] = weighted(text).sections
    return [(part.text, round(part.weight, 4)) for part in section]


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("normal text", [("normal text", 1.0)]),
        ("an (important) word", [("an ", 1.0), ("important", 1.1), (" word", 1.0)]),
        ("(unbalanced", [("unbalanced", 1.1)]),
        (r"\(literal\]", [("(literal]", 1.0)]),
        ("(unnecessary)(parens)", [("unnecessaryparens", 1.1)]),
        ("a [pale] sky", [("a ", 1.0), ("pale", 0.9091), (" sky", 1.0)]),
        ("a (cat:0,8)", [("a ", 1.0), ("cat", 0.8)]),
        ("a (cat: 1.3 ) b", [("a ", 1.0), ("cat", 1.3), (" b", 1.0)]),
        ("(cat:-0.5)", [("cat", -0.5)]),
        ("(a cat:.5)", [("a cat", 0.5)]),
        ("((red) cat:1.5)", [("red", 1.65), (" cat", 1.5)]),
        ("[(red:1.5)]", [("red", 1.3636)]),
        (
            "a (((house:1.3)) [on] a (hill:0.5), sun, (((sky))).",
            [
                ("a ", 1.0),
                ("house", 1.573),
                (" ", 1.1),
                ("on", 1.0),
                (" a ", 1.1),
                ("hill", 0.55),
                (", sun, ", 1.1),
                ("sky", 1.4641),
                (".", 1.1),
            ],
        ),
    ],
)
def test_it_reads_as_the_web_ui_does(text: str, read: list[tuple[str, float]]) -> None:
    assert parts(text) == read


@pytest.mark.parametrize(
    "prose", ["at 10:30 (16:9)", "a fox (2)", "shelf [4]", "a) b]", "()", "(:1.3)", "x:y", "a \\ b"]
)
def test_marks_without_words_are_no_notation(prose: str) -> None:
    told = weighted(prose)
    assert (told.plain, told.is_plain, told.scheduled) == (prose, True, False)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[day:dusk:0.5] sky", "day dusk sky"),
        ("[day::0.5] sky", "day sky"),
        ("[fog:12] sky", "fog sky"),
        ("[red|blue] car", "red blue car"),
    ],
)
def test_changes_on_the_way_keep_their_words(text: str, words: str) -> None:
    told = weighted(text)
    assert told.scheduled
    assert " ".join(told.plain.split()) == words


def test_deep_brackets_are_no_trouble() -> None:
    told = weighted("(" * 1000 + "cat" + ")" * 1000)
    [[part]] = told.sections
    assert part.text == "cat"
    assert part.weight == pytest.approx(1.1**1000)


def test_break_begins_a_chunk() -> None:
    told = weighted("a cat BREAK (a dog BREAK night:1.2)")
    assert told.sections == (
        (WeightedWords("a cat"),),
        (WeightedWords("a dog", 1.2),),
        (WeightedWords("night", 1.2),),
    )
    assert [len(each.ids) for each in chunks(told, TOKENIZER)] == [2, 2, 1]
    assert weighted("BREAK a cat BREAK BREAK").sections == ((WeightedWords("a cat"),),)
    assert weighted("a BREAKFAST table").is_plain


def test_a_chunk_ends_at_its_last_comma_if_that_is_near() -> None:
    near = "a " * 60 + ", " + "the " * 30
    far = "a " * 40 + ", " + "the " * 60
    assert room(TOKENIZER) == 75
    assert [len(each.ids) for each in chunks(weighted(near), TOKENIZER)] == [61, 30]
    assert [len(each.ids) for each in chunks(weighted(far), TOKENIZER)] == [75, 26]
    assert [len(each.ids) for each in chunks(weighted("a " * 75), TOKENIZER)] == [75]
    assert [len(each.ids) for each in chunks(weighted(""), TOKENIZER)] == [0]


def test_weights_go_with_their_tokens() -> None:
    [chunk] = chunks(weighted("a (fox:1.5)"), TOKENIZER)
    assert chunk.weights == (1.0, *(1.5,) * (len(chunk.ids) - 1))
