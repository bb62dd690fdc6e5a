"""Text in and out of Slack's markup."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.slack.text import escape, plain, said
from bot.domain.words import clip

BOT = "UBOT"


@given(st.text())
def test_escaped_text_holds_no_markup_of_slack(text: str) -> None:
    assert not set(escape(text)) & {"<", ">"}


@given(st.text(alphabet=st.characters(exclude_categories=["Z", "C"], exclude_characters="*_~`:"), min_size=1))
def test_what_was_typed_comes_back(text: str) -> None:
    """Slack sends a member's own text escaped; what formats is told in `test_words`."""
    assert said(f"<@{BOT}> {escape(text)}", bot_user=BOT) == text


@pytest.mark.parametrize(
    ("sent", "typed"),
    [
        ("<@UBOT> make it blue", "make it blue"),
        ("<@UBOT|pentimento> make it blue", "make it blue"),
        ("like <https://x.example/a|this>", "like this"),
        ("for <@U1|ann> in <#C1|general>", "for @ann in #general"),
        ("<!channel> now", "now"),
        ("a &lt;b&gt; &amp; c", "a <b> & c"),
    ],
)
def test_slacks_own_marks_become_words(sent: str, typed: str) -> None:
    assert said(sent, bot_user=BOT) == typed


@given(st.text(), st.integers(min_value=1, max_value=50))
def test_a_plain_text_is_never_empty_and_never_too_long(text: str, limit: int) -> None:
    assert 1 <= len(plain(text, limit)["text"]) <= max(limit, 1)
    assert len(clip(text, limit)) <= limit
