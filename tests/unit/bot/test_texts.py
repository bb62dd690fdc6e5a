"""The catalogue: every language says what English says, with the same arguments."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from fluent.syntax import FluentParser, ast

from bot import texts
from bot.rendering import render
from bot.texts import LANGUAGES, REFERENCE, commands_as, joined, language_of, megabytes, number, text, translations
from tests.builders.jobs import a_job

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


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_the_core_says_is_right_in_every_chat(language: str) -> None:
    core = [each for each in FOLDER.parent.rglob("*.py") if each.parent.name != "cli"]
    named = {key for each in core for key in re.findall(r'"([a-z][\w-]+)"', each.read_text(encoding="utf-8"))}
    said = {key: source for key, source in messages(language).items() if key in named}
    assert len(said) > 100
    assert [key for key, source in said.items() if re.search("Discord|Slack", source)] == []


_MOST = {
    # Slack's titles; Discord takes 45.
    r"form-(remix|chain|edit|usemap|sweep|refine|map|settings|setup)|page-.*|queue-mine|button-details|web-open": 24,
    # Slack takes 75, Discord 80, but a row of five has to fit.
    r"button-.*|offer-.*": 28,
    r"strength-about-.*|choice-.*|results-.*|scope-.*|control-(?!none).*": 75,  # an option of Slack's menus
    r"menu-.*": 100,
    r"field-.*(?<!-description)": 45,  # Discord's labels
    r"field-.*-description|describe-.*": 100,  # and what stands below them
}
"""Letters that a chat shows of a message, by its name."""


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_cut_off_where_a_chat_has_room_for_few_letters(language: str) -> None:
    names: dict[str, str | float] = {"strength": 0.35, "mark": "#10", "style": "oil painting", "kind": "softedge"}
    for key in messages(language):
        most = [limit for pattern, limit in _MOST.items() if re.fullmatch(pattern, key)]
        if most:
            assert len(text(language, key, **names)) <= min(most), key


def test_each_language_has_its_plurals() -> None:
    assert text("en", "queue-total", jobs=1) == "1 in the queue"
    assert text("de-AT", "queue-total", jobs=3) == "3 in der Warteschlange"
    assert text("ja", "queue-total", jobs=1) == "1 件が順番待ち"


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


def test_numbers_and_lists_are_said_as_a_language_has_them() -> None:
    assert text("de", "label-strength", strength=0.5) == "Stärke 0,5"
    assert (
        text("en", "refused-model", model="m", models=("a", "b", "c")) == "No model 'm' here. Available: a, b, or c."
    )
    assert text("de", "refused-model", model="m", models=("a", "b")).endswith("a oder b.")
    assert joined("ja", ["a", "b"], style="standard") == "a、b"
    assert number("fr", 1234.5) == "1\u202f234,5"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_sweep_is_told_in_every_language_and_lists_of_any_length_are_joined(language: str) -> None:
    job = replace(a_job(strengths=(0.3, 0.5, 0.7, 0.9)), locale=language)
    said = [number(language, each) for each in (0.3, 0.5, 0.7, 0.9)]
    assert ", ".join(said) in render(job, []).facts[0]
    for count in range(1, 5):
        assert all(each in joined(language, said[:count]) for each in said[:count])
        assert all(each in joined(language, said[:count], style="standard") for each in said[:count])


def test_only_commands_of_ours_are_named_another_way() -> None:
    said = commands_as("See /styles or /help, not /tmp/styles, a/help, /stylish or `--/map`.", str.upper)
    assert said == "See STYLES or HELP, not /tmp/styles, a/help, /stylish or `--/map`."


def test_pages_name_messages_that_there_are() -> None:
    templates = Path(__file__).parents[3] / "adapters" / "web" / "templates"
    named = {
        key
        for template in templates.rglob("*.html")
        for key in re.findall(r"\bt\(\s*'([a-z0-9-]+)'\s*[,)]", template.read_text(encoding="utf-8"))
    }
    assert len(named) > 50
    assert named <= messages(REFERENCE).keys()


@pytest.mark.parametrize(
    ("nbytes", "said"),
    [(26_214_400, "25"), (26_500_000, "25.3"), (1 << 30, "1024"), (1000 << 20, "1000")],
)
def test_a_size_is_told_as_file_managers_tell_it(nbytes: int, said: str) -> None:
    assert megabytes(nbytes) == said
