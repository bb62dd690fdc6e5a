"""No text of a view stands outside the catalogue: in a language without Latin letters no view has any of ours."""

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from fluent.runtime import FluentBundle, FluentResource
from fluent.syntax import FluentParser, FluentSerializer
from fluent.syntax.ast import TextElement
from fluent.syntax.visitor import Transformer

import adapters
from adapters.discord import cards
from adapters.discord.commands import commands
from adapters.discord.forms import modal as discord_modal
from adapters.discord.paging import laid_out
from adapters.slack import layout
from adapters.slack.fields import modal as slack_modal
from adapters.slack.home import home_view
from adapters.slack.pages import page_view, privacy_buttons, styles_menu
from bot import texts
from bot.card_files import Files
from bot.domain.actions import Verb
from bot.domain.card import Card, Progress, Stage, Waiting
from bot.domain.control import Control
from bot.domain.ids import ImageId
from bot.domain.job import Job, JobStatus
from bot.domain.limits import Limits, Usage
from bot.domain.picture import Attached
from bot.domain.place import PlaceSettings, RemixPolicy
from bot.domain.request import Requester
from bot.domain.style import Style
from bot.forms import NOTHING_SET, Form, Menu
from bot.home import Home
from bot.pages import Ink, Page, Part, details_page, help_page, queue_page, recent_page, said_page, settings_page
from bot.picture_form import Purpose, picture_form, result_form
from bot.rendering import render, unrendered
from bot.results import Description
from bot.service import QueueView
from bot.settings_form import settings_form
from bot.style_pages import styles_page
from bot.texts import LANGUAGES, language_name
from inference.api import ControlKind, Lora
from tests.builders.jobs import a_generation, a_job

LOCALE = "de"
LATIN = re.compile(r"[A-Za-z]{2,}")
CLDR = {"und", "oder", *re.findall(r"[A-Za-z]{2,}", " ".join(map(language_name, LANGUAGES)))}
"""Words that join lists, and names of languages: they come from Unicode's tables, not from the catalogue."""

READ = {"text", "label", "description", "title", "content", "placeholder", "alt_text"}
"""Keys of Discord's and Slack's payloads under which a member reads."""

STYLES = {name: Style(name=name, prompt="ю") for name in ("ы", "э")}
MENU = Menu(styles=STYLES, models={"м": "м", "н": "н"}, controls=list(ControlKind), loras=True)
SET = PlaceSettings(
    strength=0.5,
    style="ы",
    model="м",
    private=True,
    remix=RemixPolicy.OWN,
    channels=("1",),
    roles=("2",),
    models=("м",),
    blocked=("ж",),
)


class _Foreign(Transformer):
    def visit_TextElement(self, node: TextElement) -> TextElement:  # noqa: N802 -- fluent's name
        node.value = re.sub("[A-Za-z]", "ж", node.value)
        return node


@cache
def _foreign() -> FluentBundle:
    source = (Path(texts.__file__).parent / "en.ftl").read_text(encoding="utf-8")
    bundle = FluentBundle(["en"], use_isolating=False)
    bundle.add_resource(FluentResource(FluentSerializer().serialize(_Foreign().visit(FluentParser().parse(source)))))
    return bundle


@pytest.fixture(autouse=True)
def foreign(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The catalogue in letters that nothing else here has."""
    monkeypatch.setattr(texts, "_bundle", lambda _: _foreign())
    texts._said.cache_clear()
    yield
    texts._said.cache_clear()


def read(payload: Any, key: str = "") -> Iterator[str]:
    """What a member reads of a payload."""
    if isinstance(payload, Mapping):
        for name, inner in payload.items():
            yield from read(inner, name)
    elif isinstance(payload, Sequence) and not isinstance(payload, str):
        for inner in payload:
            yield from read(inner, key)
    elif isinstance(payload, str) and key in READ:
        yield re.sub(r"<[^>]*>", "", payload)  # times and mentions, which the chat itself words


def foreign_words(payload: Any) -> set[str]:
    """Words that are ours and not of the catalogue."""
    return {word for said in read(payload) for word in LATIN.findall(said)} - set(ControlKind) - CLDR


def jobs() -> Iterator[Job]:
    """A job in every state, of every kind that has words of its own."""
    plain = replace(
        a_job(prompt="щ"), locale=LOCALE, requester=Requester(platform="slack", user="1", name="я"), notes=()
    )
    recipe = plain.recipes[0]
    control = Control(kind=ControlKind.DEPTH, scale=0.5, start=0.25, map=ImageId("1"))
    full = replace(recipe, model="м", style="ы", loras=(Lora("ю", 0.5),), control=control, negative_prompt="ф")
    kinds = (
        (full,),
        (replace(full, uses_strength=False),),
        (replace(full, map_only=True, prompt=""),),
        tuple(replace(full, strength=strength) for strength in (0.3, 0.7)),
    )
    for status in JobStatus:
        for recipes in kinds:
            for private in (True, False):
                yield replace(plain, status=status, recipes=recipes, private=private, error="щ", attempt=0)


def rendered() -> Iterator[Card]:
    waiting = Waiting(position=2, expected_at=1.0, expected_late=2.0)
    for job in jobs():
        made = [replace(a_generation(job, index), notes=()) for index in range(len(job.recipes))]
        for progress in (
            None,
            Progress(fraction=0.5),
            Progress(fraction=0.0, stage=Stage.LOADING),
            Progress(fraction=0.5, seconds_left=9.0),
            Progress(fraction=0.9, stage=Stage.FINISHING),
        ):
            yield render(job, made if job.status is JobStatus.SUCCEEDED else (), waiting=waiting, progress=progress)
        yield unrendered(job)


def pages() -> Iterator[Page]:
    for job in jobs():
        ancestors = [None, a_generation(job)]
        described = Description(job=job, generations=[a_generation(job)], ancestors=ancestors, undelivered="щ")
        yield details_page(described, now=0.0, locale=LOCALE)
        yield recent_page([job], LOCALE)
        waiting = Waiting(position=2, expected_at=99.0, expected_late=None)
        view = QueueView(mine=[(job, waiting), (job, None)], jobs=2)
        yield queue_page(view, now=0.0, locale=LOCALE, most=5, uncollected=[job])
    yield queue_page(QueueView(mine=[], jobs=0), now=0.0, locale=LOCALE, most=5)
    yield recent_page([], LOCALE)
    yield styles_page({name: replace(style, name="ы") for name, style in STYLES.items()}, LOCALE)
    yield help_page(LOCALE, "help", maps=True)
    yield help_page(LOCALE, "slack-help", maps=True)
    for settings in (SET, NOTHING_SET):
        yield settings_page(settings, Part("1", Ink.CHANNEL), locale=LOCALE, heading="settings-saved")
    yield said_page(LOCALE, "page-privacy", "slack-privacy-kept")


def forms() -> Iterator[Form]:
    for purpose in Purpose:
        for usual in (NOTHING_SET, SET):
            for uploads in (True, False):
                yield picture_form(
                    purpose, MENU, locale=LOCALE, usual=usual, uploads=uploads, pictures=() if uploads else ("ж", "й")
                )
    parent = a_generation(a_job(prompt="щ"))
    for verb in (Verb.CHAIN, Verb.EDIT, Verb.ASK_MAP):
        yield result_form(verb, parent, MENU, usual=NOTHING_SET, locale=LOCALE)


def test_cards() -> None:
    for card in rendered():
        shown = layout.lay_out(card, "1" if card.pictures else "")
        assert foreign_words({"text": shown.text, "blocks": shown.blocks}) == set()
        sent = [Attached(name="1", content=b"") for _ in card.pictures]
        assert foreign_words(cards.layout(card, Files(pictures=sent), collect=True)) == set()
        assert foreign_words({"alt_text": [picture.alt for picture in card.pictures]}) == set()


def test_pages() -> None:
    for page in pages():
        above = [privacy_buttons(LOCALE), styles_menu(STYLES.values(), LOCALE)]
        assert foreign_words(page_view(page, locale=LOCALE, above=above)) == set()
        assert foreign_words(laid_out(page)) == set()


def test_home() -> None:
    done = [job for job in jobs() if job.status is JobStatus.SUCCEEDED]
    for recent in (done, []):
        view = QueueView(mine=[(job, None) for job in recent], jobs=1)
        usage = Usage(pending=0, pictures=1, oldest_at=None)
        mine = Home(queue=view, results=recent, usage=usage, limits=Limits())
        home = home_view(mine, admin=True, now=0.0, locale=LOCALE)
        assert foreign_words(home) == set()


def test_forms() -> None:
    for form in forms():
        assert foreign_words(discord_modal("1", form)) == set()
        assert foreign_words(slack_modal(form, "1", locale=LOCALE)) == set()
        everything = replace(form, fields=tuple(replace(field, folded=False) for field in form.fields))
        assert foreign_words(slack_modal(everything, "1", locale=LOCALE)) == set()
    settings = settings_form([SET, NOTHING_SET], MENU, in_channel=True, locale=LOCALE)
    assert foreign_words(slack_modal(settings, "1", locale=LOCALE)) == set()


def test_descriptions_of_commands() -> None:
    def described(command: Any) -> Iterator[str]:
        for name, inner in command.items() if isinstance(command, Mapping) else enumerate(command):
            if name == "description":
                yield inner
            elif isinstance(inner, list | dict):
                yield from described(inner)

    told = list(described(commands(list(ControlKind))))
    assert told
    assert not [words for words in told if LATIN.search(words)]


SENTENCE = re.compile(r"[A-Za-z]+,? [a-z]+ [a-z]+")
OF_OWNERS = {"check.py", "client.py", "scopes.py", "errors.py", "faults.py", "oauth.py"}
"""What `pentimento check` prints, reasons for the log and the page on which the app is installed; these are English,
as the command line is."""


@pytest.mark.parametrize("chat", ["discord", "slack", "web"])
def test_no_sentence_stands_in_an_adapter(chat: str) -> None:
    """Besides what is rendered above: notes, answers and messages that code makes on its way."""
    found = []
    for file in sorted((Path(adapters.__file__).parent / chat).glob("*.py")):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        spared = {id(inner) for node in ast.walk(tree) if _is_no_view(node) for inner in ast.walk(node)}
        found += [
            f"{file.name}:{node.lineno} {node.value}"
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and SENTENCE.search(node.value)
            if id(node) not in spared and file.name not in OF_OWNERS
        ]
    assert found == []


def _is_no_view(node: ast.AST) -> bool:
    """A docstring, a log line, an error that is no member's."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return True
    if isinstance(node, ast.Raise | ast.Assert):
        return True
    called = node.func if isinstance(node, ast.Call) else None
    return isinstance(called, ast.Attribute) and isinstance(called.value, ast.Name) and called.value.id == "log"
