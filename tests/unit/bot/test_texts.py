"""The catalogue: every language says what English says, with the same arguments."""

import re
from pathlib import Path

import pytest
from fluent.syntax import FluentParser, ast

from bot import texts
from bot.texts import LANGUAGES, REFERENCE, language_of, text, translations

FOLDER = Path(texts.__file__).parent
ARGUMENT = re.compile(r"\{ \$(\w+)")


def messages(language: str) -> dict[str, str]:
    """Every message of a language, as source."""
    source = (FOLDER / f"{language}.ftl").read_text(encoding="utf-8")
    parsed = FluentParser().parse(source)
    assert not [entry for entry in parsed.body if isinstance(entry, ast.Junk)]
    return {
        entry.id.name: source[entry.span.start : entry.span.end]
        for entry in parsed.body
        if isinstance(entry, ast.Message) and entry.span
    }


@pytest.mark.parametrize("language", LANGUAGES[1:])
def test_a_language_has_every_message_and_no_other(language: str) -> None:
    translated = {key for key in messages(language) if not key.startswith("name-")}
    assert translated == set(messages(REFERENCE))


@pytest.mark.parametrize("language", LANGUAGES[1:])
def test_a_message_takes_the_same_arguments_in_every_language(language: str) -> None:
    reference = messages(REFERENCE)
    for key, source in messages(language).items():
        if key in reference:
            assert set(ARGUMENT.findall(source)) == set(ARGUMENT.findall(reference[key])), key


@pytest.mark.parametrize("language", LANGUAGES[1:])
def test_a_language_is_written_in_its_own_letters(language: str) -> None:
    """A Cyrillic letter that looks like a Latin one breaks search and reading aloud."""
    assert not re.search(r"[\u0400-\u04ff]", "".join(messages(language).values()))


def test_each_language_has_its_plurals() -> None:
    assert text("en", "queue-total", jobs=1) == "One job waits in all."
    assert text("de-AT", "queue-total", jobs=3) == "Insgesamt warten 3 Jobs."
    assert text("ja", "queue-total", jobs=1) == "全部で 1 件が待っています。"


def test_an_unknown_language_is_english() -> None:
    assert language_of("pt-BR") == "en"
    assert text("pt-BR", "button-chain") == "Chain"


def test_an_unknown_message_is_a_mistake_of_ours() -> None:
    with pytest.raises(KeyError):
        text("en", "no-such-message")
    with pytest.raises(KeyError):
        text("en", "fact-seed")


def test_however_long_an_argument_is_it_is_said() -> None:
    assert text("en", "alt-picture", prompt="a" * 2499, strength="1").count("a" * 2499) == 1
    said = text("en", "alt-picture", prompt="a" * 10_000, strength="1")
    assert "aaa…" in said
    assert len(said) < 3000


def test_translations_leave_english_out() -> None:
    assert translations("button-chain")["de"] == "Weiterführen"
    assert "en" not in translations("button-chain")
