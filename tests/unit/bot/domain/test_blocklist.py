from fnmatch import fnmatchcase

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain import blocklist
from bot.domain.blocklist import MAX_PATTERN, blocks, check_patterns, parse_patterns
from bot.domain.errors import InvalidRequest


@pytest.mark.parametrize(
    ("pattern", "prompt"),
    [
        ("naked", "a NAKED knight"),
        ("naked", "näkéd"),
        ("naked", "ｎａｋｅｄ"),  # noqa: RUF001 -- full width is the point
        ("naked", "𝖓𝖆𝖐𝖊𝖉 in fraktur"),  # noqa: RUF001
        ("naked", "n4k3d"),
        ("naked", "n\u00aday, na\u200bked"),
        ("naked", "nаkеd with Cyrillic vowels"),  # noqa: RUF001
        ("naked", "n a k e d"),
        ("naked", "n.a.k.e.d"),
        ("naked", "a n a k e d woman"),
        ("naked", "draw a n a k e d"),
        ("naked", "a n 4 k 3 d a"),
        ("naked", "ɴᴀᴋᴇᴅ in small capitals"),
        ("naked", "🅝🅐🅚🅔🅓 and 🅽🅰🅺🅴🅳"),
        ("naked", "🅰️ 🅽 🅰️ 🅺 🅴 🅳"),
        ("gr?y", "a g r e y a"),
        ("red queen", "a r e d queen"),
        ("red queen", "the red q u e e n a"),
        ("red queen", "a r e d q u e e n a"),
        ("裸の女", "裸 の 女"),
        ("kill", "k1ll"),
        ("kill", "ki11"),
        ("4chan", "from 4chan"),
        ("gun*", "gunfight"),
        ("*gun", "a shotgun"),
        ("gr?y", "grey and gray"),
        ("red queen", "the Red, queen!"),
        ("straße", "strasse"),
        ("裸の女", "美しい裸の女の絵"),
        ("Ünder", "UNDER"),
    ],
)
def test_a_word_is_found_however_it_is_written(pattern: str, prompt: str) -> None:
    assert blocks([pattern], prompt)


@pytest.mark.parametrize(
    ("pattern", "prompt"),
    [
        ("ass", "a classic brass bass"),
        ("gun", "begun"),
        ("red queen", "queen red, a red dress for the queen"),
        ("gr?y", "greay"),
        ("バカ", "ハカ"),
        ("tree", "t r e x"),
        ("naked", "n a k e t d"),
        ("am", "I a m happy"),
        ("ab", "a b c"),
        ("red queen", "r e d and q u e e n"),
        ("red queen", "r e d x queen"),
        ("ass", "in 1 2 3 4 5 6 7 8 9 steps"),
        ("[a-z]", "a"),
    ],
)
def test_other_words_are_let_be(pattern: str, prompt: str) -> None:
    assert not blocks([pattern], prompt)


def test_no_pattern_takes_long_on_any_prompt() -> None:
    """Stars that a careless expression would try in all ways: exponentially many for this one."""
    assert not blocks(["*a" * 50], "a" * 49 + "b" * 1951)
    assert not blocks(["*a" * 50], "a " * 49 + "b " * 951)


@given(st.lists(st.text(max_size=MAX_PATTERN), max_size=5), st.text(max_size=200))
def test_any_text_can_be_pattern_and_prompt(patterns: list[str], prompt: str) -> None:
    blocks(patterns, prompt)


@pytest.mark.parametrize("pattern", ["*", "?", "…", "x" * (MAX_PATTERN + 1)])
def test_patterns_that_block_everything_or_nothing_are_refused(pattern: str) -> None:
    with pytest.raises(InvalidRequest, match="block list"):
        check_patterns([pattern])


def test_too_many_patterns_are_refused() -> None:
    with pytest.raises(InvalidRequest, match="500"):
        check_patterns([f"word{number}" for number in range(501)])


def test_a_list_is_read_from_commas_and_lines() -> None:
    assert parse_patterns(" red  queen, gun*\n\ngun*; x ,") == ("red queen", "gun*", "x")


@pytest.mark.parametrize(
    ("prompt", "patterns", "blocked"),
    [
        ("a bad cat", ["bad"], True),
        ("a badge", ["bad"], False),
        ("b a d", ["bad"], True),
        ("b4d", ["bad"], True),
        ("B\u00c4D", ["bad"], True),
        ("\uff42\uff41\uff44", ["bad"], True),
        ("b\u200cad", ["bad"], True),
        ("b\u200dad", ["bad"], True),
        ("very bad thing", ["bad thing"], True),
        ("thing bad", ["bad thing"], False),
        ("badly", ["bad*"], True),
        ("bud", ["b?d"], True),
        ("bd", ["b?d"], False),
        ("\u88f8\u306e\u4eba", ["\u88f8"], True),
        ("a cat", [], False),
    ],
)
def test_a_list_blocks_what_it_says(prompt: str, patterns: list[str], blocked: bool) -> None:
    assert blocks(patterns, prompt) is blocked


PATTERNS = st.text("abcde014*? ä", min_size=1, max_size=7)


@settings(max_examples=500)
@given(st.lists(PATTERNS, min_size=1, max_size=4), st.text("abcde014 .", max_size=25))
def test_a_list_finds_what_each_of_its_patterns_finds_word_by_word(patterns: list[str], prompt: str) -> None:
    """Against the rule written down plainly, for each reading, each pattern and each place in the prompt."""
    assert blocks(patterns, prompt) == any(plainly(pattern, prompt) for pattern in patterns)


def plainly(pattern: str, prompt: str) -> bool:
    words = blocklist._PATTERN_WORD.findall(blocklist._plain(pattern))
    rows = [[[word, within(word, place == 0, place == len(words) - 1)] for place, word in enumerate(words)]]
    if len(words) > 1:
        rows.append([[within("".join(words), True, True)]])
    plain = blocklist._plain(prompt)
    readings = [plain, *(plain.translate(reading) for reading in blocklist._READINGS)]
    texts = [blocklist._WORD.findall(reading) for reading in readings]
    texts += [blocklist._joined(text) for text in texts]
    return any(
        all(any(fnmatchcase(word, glob) for glob in globs) for word, globs in zip(text[start:], row, strict=False))
        for row in rows
        if row and row[0]
        for text in texts
        for start in range(len(text) - len(row) + 1)
    )


def within(word: str, before: bool, after: bool) -> str:
    return f" {'*' * before}{word}{'*' * after}" if len(word) >= 3 else f" {word}"


def test_five_hundred_patterns_are_sorted_out_once() -> None:
    patterns = [f"word{number}" for number in range(400)] + [f"*part{number}*" for number in range(100)]
    for prompt in ("a cat", "a dog", "word399"):
        blocks(patterns, prompt)
    assert blocklist._sorted_out.cache_info().hits >= 2
    assert blocks(patterns, "a spart7s")
