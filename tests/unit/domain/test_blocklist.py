import pytest
from hypothesis import given
from hypothesis import strategies as st

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
