"""What is drawn: cards, pages and forms in the states that members meet, as Discord's and Slack's payloads."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from adapters.discord import greeting
from adapters.discord.cards import layout
from adapters.discord.forms import modal
from adapters.discord.paging import laid_out
from adapters.discord.styles import style_page_message
from adapters.slack import greeting as slack_greeting
from adapters.slack.forms import FormContext, view_of
from adapters.slack.home import home_view
from adapters.slack.layout import ExtraFiles, lay_out
from adapters.slack.pages import page_view
from bot.card_files import Files
from bot.domain.actions import Verb
from bot.domain.card import Card, Progress, Waiting
from bot.domain.ids import generation_id
from bot.domain.job import Generation, Job
from bot.domain.limits import Limits, Usage
from bot.domain.picture import Attached
from bot.domain.place import PlaceSettings
from bot.domain.request import Requester
from bot.domain.style import Style
from bot.first_minute import greeting_page
from bot.forms import Menu
from bot.home import Home
from bot.pages import details_page, help_page, queue_page
from bot.picture_form import PURPOSES, result_form
from bot.rendering import render
from bot.results import Description
from bot.service import QueueView
from bot.settings_form import setup_form
from bot.style_pages import style_pages
from bot.texts import text
from config.styles import load_styles
from inference.api import ControlKind
from tests.builders.jobs import a_generation, a_job
from tests.renderings import further

DEMO = Path(__file__).parents[2] / "docs" / "demo"

NOW = 1_800_000_000.0
"""Unix seconds of every rendering."""

_OWNER = {
    "discord": Requester(platform="discord", user="42", name="alice"),
    "slack": Requester(platform="slack", user="T00000001/U00000001", name="alice"),
}
_SWEEP = (0.3, 0.5, 0.7, 0.9)


def _job(chat: str, *, strengths: tuple[float, ...] = (0.5,), private: bool = False) -> Job:
    job = a_job(number=7, prompt="an oil painting of a cup by the window", strengths=strengths, at=NOW - 43)
    recipes = tuple(replace(each, seed=752379731) for each in job.recipes)
    return replace(job, recipes=recipes, requester=_OWNER[chat], notes=(), private=private)


def _done(job: Job) -> tuple[Job, list[Generation]]:
    ended = job.started(lease="x", at=NOW - 43).succeeded(at=NOW)
    return ended, [replace(a_generation(ended, index), notes=()) for index in range(len(ended.recipes))]


def cards(chat: str) -> Mapping[str, Card]:
    """The states of a job's message."""
    waits = Waiting(position=3, expected_at=NOW + 12, expected_late=NOW + 40)
    running = _job(chat).started(lease="x", at=NOW)
    sweeping = _job(chat, strengths=_SWEEP).started(lease="x", at=NOW)
    half = Progress(fraction=0.38, seconds_left=9.0, previews={0: b""})
    quarters = Progress(fraction=0.5, seconds_left=21.0, previews=dict.fromkeys(range(4), b""))
    alone, several = _done(_job(chat)), _done(_job(chat, strengths=_SWEEP))
    hidden = _done(_job(chat, private=True))
    failed = running.failed("The model produced invalid values. Try a lower guidance or other words.", at=NOW)
    return {
        "waiting": render(_job(chat), (), waiting=waits, unseen=True),
        "starting": render(running, (), unseen=True),
        "painting": render(running, (), progress=half, unseen=True),
        "sweep painting": render(sweeping, (), progress=quarters, unseen=True),
        "result": render(*alone),
        "result, private": render(*hidden),
        "sweep": render(*several),
        "failed": render(failed, ()),
    }


def discord() -> Mapping[str, Mapping[str, Any]]:
    """Discord's payloads, by what they show; files by name."""
    shown: dict[str, Mapping[str, Any]] = {}
    for name, card in cards("discord").items():
        previews = card.progress.previews if card.progress else {}
        names = [f"preview-{index}.jpg" for index in previews] or [
            f"result{index}.webp" for index, _ in enumerate(card.pictures)
        ]
        source = Attached(name="source.jpg", content=b"") if card.source else None
        files = Files(pictures=[Attached(name=each, content=b"") for each in names], source=source)
        shown[name] = {**layout(card, files), "attachments": [each.name for each in files.all]}
    shown["called"] = {"content": "<@42> your picture is ready ↑", "embeds": [], "components": [], "attachments": []}
    for name, page in _pages("discord").items():
        shown[name] = {"content": "", "attachments": [], **laid_out(page)}
    for verb in (Verb.CHAIN, Verb.EDIT):
        shown[f"form of {verb}"] = modal(f"p1:{verb}:x", _form(verb, "discord"))
    return {**shown, **_first_minute(), **further.discord(*_done(_job("discord")))}


def slack() -> Mapping[str, Mapping[str, Any]]:
    """Slack's payloads, by what they show; a file's id is what stands for it."""
    shown: dict[str, Mapping[str, Any]] = {}
    for name, card in cards("slack").items():
        count = len(card.progress.previews) if card.progress else 0
        preview = {0: "", 1: "PREVIEW"}.get(count, "SHEET")
        extra = ExtraFiles(source="SOURCE" if card.source else "", preview=preview)
        picture = {0: "", 1: "RESULT"}.get(len(card.pictures), "SHEET")
        message = lay_out(card, picture, extra=extra)
        shown[name] = {"text": message.text, "blocks": list(message.blocks)}
    shown["called"] = {"text": "<@U00000001> your picture is ready ↑", "blocks": []}
    for name, page in _pages("slack").items():
        shown[name] = page_view(page, locale="en")
    for verb in (Verb.CHAIN, Verb.EDIT):
        shown[f"form of {verb}"] = view_of(FormContext(purpose=PURPOSES[verb]), _form(verb, "slack"), locale="en")
    job, _ = _done(_job("slack"))
    view = QueueView(mine=[], jobs=0)
    used = Usage(pending=0, pictures=1, oldest_at=None)
    home = partial(Home, queue=view, usage=used, limits=Limits(per_user_per_day=200))
    pictures = {generation_id(job.id, 0): "RESULT"}
    shown["home"] = home_view(home(results=[job]), admin=False, now=NOW, locale="en", pictures=pictures)
    shown["home, nothing yet"] = home_view(home(results=[]), admin=True, now=NOW, locale="en")
    page = greeting_page("en", "greeting-slack")
    shown["greeting"] = slack_greeting.card(page, "STRIP", alt=text("en", "greeting-alt"))
    return {**shown, **further.slack(*_done(_job("slack")))}


def _first_minute() -> Mapping[str, Mapping[str, Any]]:
    """Discord's first minute, and what leads on from there."""
    styles = {**load_styles("")}
    pages = style_pages(styles.values(), "en")
    sheet = {**style_page_message(pages, pages[0], "en", picture="STYLES"), "attachments": ["STYLES"]}
    own = PlaceSettings(style="oil painting", private=True, blocked=("blood", "gore*"))
    return {
        "greeting": {
            "content": "",
            **laid_out(greeting_page("en", "greeting-discord"), picture=greeting.PICTURE),
            "attachments": [greeting.PICTURE],
        },
        "form of set up": modal("p1:offer:setup", setup_form(own, Menu(styles=styles), locale="en")),
        "styles": sheet,
    }


def _pages(chat: str) -> Mapping[str, Any]:
    job, made = _done(_job(chat))
    waits = Waiting(position=3, expected_at=NOW + 12, expected_late=NOW + 40)
    return {
        "details": details_page(Description(job=job, generations=made, ancestors=()), now=NOW, locale="en"),
        "queue": queue_page(QueueView(mine=[(_job(chat), waits)], jobs=3), now=NOW, locale="en", most=5),
        "help": help_page("en", "help" if chat == "discord" else "slack-help", maps=True),
    }


def _form(verb: Verb, chat: str) -> Any:
    _, (made,) = _done(_job(chat))
    styles = {name: Style(name=name, prompt=name) for name in ("oil painting", "ukiyo-e", "blueprint")}
    menu = Menu(styles=styles, models={"pocket": "pocket"}, controls=list(ControlKind))
    return result_form(verb, made, menu, usual=PlaceSettings(), locale="en")
