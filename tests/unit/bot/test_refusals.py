"""Every refusal and failure that the code can utter is in the catalogue, with the arguments that it is given."""

import ast
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import pytest
from fluent.syntax import FluentParser
from fluent.syntax import ast as ftl

from bot.domain import errors
from bot.domain.access import Act, Asker, refusal
from bot.domain.errors import Gone, InvalidRequest, LimitReached, UserError
from bot.domain.options import OPTIONS, Option, OptionKind
from bot.domain.request import Requester
from bot.texts import LANGUAGES, REFERENCE, Argument, time_span

ROOT = Path(errors.__file__).parents[2]
REFUSALS = {name for name, kind in vars(errors).items() if isinstance(kind, type) and issubclass(kind, UserError)}
OPTIONS_FILE = Path("bot/domain/options.py")
SPAN = {"unit", "count"}
"""What `**time_span(seconds)` brings."""

UNNAMED = {
    ("bot/dispatch.py", "Failed(FailureKind.REFUSED, str(withheld))"): "the gate has said it in the job's language",
    ("inference/pool/pool.py", "Failed(FailureKind.CRASH, …)"): "tried again, then told as `failed-too-often`",
    ("inference/worker/in_flight.py", "Failed(FailureKind.HANG, …)"): "tried again, then told as `failed-too-often`",
    (
        "inference/worker/in_flight.py",
        "Failed(FailureKind.CRASH, fault)",
    ): "tried again, then told as `failed-too-often`",
    (
        "inference/worker/__main__.py",
        "Failed(FailureKind.INVALID, str(error), error.cause, error.values)",
    ): "an `Unsuited`'s own",
}
"""What ends a request without naming a message where it is written, and why no member reads English for it."""

SOURCES = sorted(
    file.relative_to(ROOT)
    for folder in ("bot", "adapters", "inference")
    for file in (ROOT / folder).rglob("*.py")
    if not file.relative_to(ROOT).is_relative_to("bot/cli")  # its words are for a terminal, in English
)


@cache
def variables(language: str) -> Mapping[str, frozenset[str]]:
    """What each message takes, the messages that it is put together from included."""
    source = (ROOT / "bot" / "texts" / f"{language}.ftl").read_text(encoding="utf-8")
    messages = {each.id.name: each for each in FluentParser().parse(source).body if isinstance(each, ftl.Message)}

    def taken(node: object) -> Iterator[str]:
        match node:
            case ftl.VariableReference():
                yield node.id.name
            case ftl.MessageReference():
                yield from taken(messages[node.id.name])
            case ftl.BaseNode():
                for inner in vars(node).values():
                    yield from taken(inner)
            case list():
                for inner in node:
                    yield from taken(inner)

    return {name: frozenset(taken(message)) for name, message in messages.items()}


def calls(file: Path, *names: str) -> Iterator[ast.Call]:
    for node in ast.walk(ast.parse((ROOT / file).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names:
            yield node


@pytest.mark.parametrize("file", SOURCES, ids=str)
def test_a_refusal_names_a_message_with_its_arguments(file: Path) -> None:
    for call in calls(file, *REFUSALS):
        where = f"{file}:{call.lineno}"
        if not call.args or isinstance(call.args[0], ast.Subscript):
            continue  # StorageFailed, and what the process that opens pictures named
        if file == OPTIONS_FILE and isinstance(call.args[0], ast.JoinedStr):
            continue  # named after the option: the next test
        assert isinstance(call.args[0], ast.Constant), f"{where} says a sentence: name a message of bot/texts"
        message = ast.literal_eval(call.args[0])
        assert message in variables(REFERENCE), f"{where}: bot/texts has no message {message!r}"
        wanted, given = variables(REFERENCE)[message], {each.arg for each in call.keywords}
        if None in given:
            given = given - {None} | SPAN
        assert given == wanted, f"{where}: {message} takes {sorted(wanted)}"


@pytest.mark.parametrize("row", OPTIONS, ids=lambda row: row.name)
def test_an_option_out_of_its_range_has_its_refusal(row: Option) -> None:
    match row.kind:
        case OptionKind.WHOLE | OptionKind.NUMBER:
            assert {"given"} <= variables(REFERENCE)[f"refused-{row.text}"] <= {"least", "most", "given"}
        case OptionKind.PROSE:
            assert variables(REFERENCE)[f"refused-{row.text}-long"] == {"length", "most"}
        case _:
            pass


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_says_each_refusal_from_the_same_arguments(language: str) -> None:
    for message, wanted in variables(REFERENCE).items():
        assert variables(language)[message] == wanted, message


@pytest.mark.parametrize("file", [file for file in SOURCES if file.parts[0] == "inference"], ids=str)
def test_what_the_engine_names_is_said_in_the_catalogue_as_the_engine_says_it(file: Path) -> None:
    for call in calls(file, "Failed", "Unsuited", "Note"):
        named = {each.arg: each.value for each in call.keywords}
        if "cause" not in named:
            continue  # the test below has them all
        values = named.get("values", ast.Dict([], []))
        kind, sentence = "note" if ast.unparse(call.func) == "Note" else "failed", call.args[-1]
        assert isinstance(sentence, ast.Constant | ast.JoinedStr), f"{file}:{call.lineno} hides its sentence"
        assert isinstance(values, ast.Dict)
        given: dict[str, Argument] = {str(ast.literal_eval(key)): "…" for key in values.keys if key}
        key = f"{kind}-{ast.literal_eval(named['cause'])}"
        assert given.keys() == variables(REFERENCE)[key], key
        said = UserError(key, **given).sentence(REFERENCE)
        assert re.fullmatch(_pattern(sentence), said), said


def test_whatever_ends_a_request_names_a_message() -> None:
    unnamed = [
        (str(file), re.sub(r"f(['\"]).*\1", "…", ast.unparse(call)))
        for file in SOURCES
        for call in calls(file, "Failed", "Unsuited")
        if "cause" not in {each.arg for each in call.keywords}
    ]
    assert sorted(unnamed) == sorted(UNNAMED), "name a message of bot/texts, or say here why no member reads it"


def _pattern(sentence: ast.expr) -> str:
    """A literal as it stands, an f-string with anything for what is put in."""
    parts = sentence.values if isinstance(sentence, ast.JoinedStr) else [sentence]
    return "".join(re.escape(str(part.value)) if isinstance(part, ast.Constant) else ".+" for part in parts)


def test_a_refusal_is_english_for_the_log_and_the_members_language_for_the_member() -> None:
    refusal = InvalidRequest("refused-steps", least="1", most="150", given="0")
    assert str(refusal) == "Steps are a whole number from 1 to 150; you gave 0."
    assert refusal.sentence("de-AT") == "Erlaubt sind 1 bis 150 Schritte; du hast 0 angegeben."
    assert refusal.sentence("pt-BR") == str(refusal)


def test_a_time_to_come_back_is_said_in_the_language_of_the_rest() -> None:
    full = LimitReached("refused-queue-full", **time_span(7200))
    assert str(full) == "The queue is full. Come back in 2 hours."
    assert full.sentence("fr") == "La file est pleine : reviens dans 2 heures."


@pytest.mark.parametrize("sentence", ["There is no folder x: make it.", "もう残っていません。"])
def test_a_sentence_in_place_of_a_name_is_said_as_it_stands(sentence: str) -> None:
    assert str(Gone(sentence)) == Gone(sentence).sentence("de") == sentence


@pytest.mark.parametrize("act", list(Act))
def test_a_refusal_by_access_has_its_message(act: Act) -> None:
    asker = Asker(requester=Requester(platform="discord", space="1", user="2"))
    message = refusal(act, asker, None).message
    assert message in variables(REFERENCE)
    assert not variables(REFERENCE)[message]
