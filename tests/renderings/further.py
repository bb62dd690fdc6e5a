"""What members, moderators and admins look up, answer or fill in, as the payloads of both chats."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from adapters.discord.cards import layout
from adapters.discord.deleting import question
from adapters.discord.forms import modal as discord_modal
from adapters.discord.paging import laid_out
from adapters.discord.settings import forget_question
from adapters.slack.fields import modal as slack_modal
from adapters.slack.forms import FormContext, view_of
from adapters.slack.layout import ExtraFiles, lay_out
from adapters.slack.pages import message_of, page_view, privacy_buttons, styles_menu
from bot.card_files import Files
from bot.domain.access import Asker
from bot.domain.job import Generation, Job
from bot.domain.picture import Attached
from bot.domain.place import Ban, PlaceSettings, RemixPolicy, ThreadPolicy
from bot.domain.request import Requester
from bot.domain.style import Style
from bot.forms import Form, Menu
from bot.moderators import Report
from bot.pages import Ink, Page, Part, refusal_page, report_page, said_page, settings_page
from bot.picture_form import Purpose, picture_form
from bot.rendering import render
from bot.settings_form import settings_form
from bot.style_pages import styles_page
from config.styles import load_styles
from inference.api import ControlKind

_NOW = 1_800_000_000.0
_REPORTER = Requester(platform="discord", user="43", name="carol")
_SETTINGS = PlaceSettings(
    strength=0.6,
    style="oil painting",
    private=False,
    remix=RemixPolicy.OWN,
    threads=ThreadPolicy.ALWAYS,
    language="de",
    log="C00000002",
    refusals=True,
    blocked=("kitten*",),
    banned=(str(Ban("T00000001/U00000009", _NOW + 600_000, "Dave")),),
)

Payloads = Mapping[str, Mapping[str, Any]]


def discord(job: Job, made: list[Generation]) -> Payloads:
    """Discord's; `job` is a finished one."""
    target = made[0].id
    card = render(replace(job, offers_thread=True), made)
    result, source = Attached(name="result0.webp", content=b""), Attached(name="source.jpg", content=b"")
    files = Files(pictures=[result], source=source)
    bare: dict[str, Any] = {"embeds": [], "components": [], "attachments": []}
    pages = {name: {**bare, "content": "", **laid_out(page)} for name, page in _pages(job).items()}
    pages["report"] |= {"attachments": ["SPOILER_result0.webp"]}
    return {
        "result, offering a thread": {**layout(card, files), "attachments": [each.name for each in files.all]},
        "delete asks": {**bare, **question(target, "en")},
        "privacy asks": {**bare, **forget_question("en")},
        **pages,
        "form of remix": discord_modal("p1:remix:1:2", _remix(uploads=False)),
    }


def slack(job: Job, made: list[Generation]) -> Payloads:
    """Slack's; `job` is a finished one."""
    card = render(replace(job, offers_thread=True), made)
    message = lay_out(card, "RESULT", extra=ExtraFiles(source="SOURCE"))
    delete = next(each for block in message.blocks for each in block.get("elements", ()) if "confirm" in each)[
        "confirm"
    ]
    privacy = page_view(
        said_page("en", "page-privacy", "slack-privacy-kept"), locale="en", below=[privacy_buttons("en")]
    )
    styles = page_view(styles_page(_styles(), "en"), locale="en", above=[styles_menu(_styles().values(), "en")])
    pages = {name: page_view(page, locale="en") for name, page in _pages(job).items()}
    for name in ("report", "refused prompt"):  # messages in the moderators' channel
        pages[name] = {"text": "", "blocks": message_of(_pages(job)[name], "en")}
    forms = {
        "form of remix": view_of(FormContext(purpose=Purpose.REMIX), _remix(uploads=True), locale="en"),
        "form of settings": slack_modal(_settings_form(), "settings", locale="en", metadata="{}"),
    }
    return {
        "result, offering a thread": {"text": message.text, "blocks": list(message.blocks)},
        "delete asks": {**delete, "type": "confirm"},
        "privacy": privacy,
        "styles": styles,
        **pages,
        **forms,
    }


def _pages(job: Job) -> Mapping[str, Page]:
    there = replace(job, place="discord:channel:7")
    report = Report(channel="9", card=render(job, ()), job=there, reporter=_REPORTER, locale="en")
    by = Asker(requester=job.requester, channel="7")
    return {
        "report": report_page(report, now=_NOW),
        "refused prompt": refusal_page(by, "en"),
        "settings": settings_page(_SETTINGS, Part("7", Ink.CHANNEL), locale="en"),
    }


def _styles() -> Mapping[str, Style]:
    return dict(list(load_styles("").items())[:9])


def _menu() -> Menu:
    return Menu(styles=_styles(), models={"pocket": "pocket"}, controls=list(ControlKind))


def _remix(*, uploads: bool) -> Form:
    return picture_form(Purpose.REMIX, _menu(), locale="en", usual=PlaceSettings(), uploads=uploads)


def _settings_form() -> Form:
    return settings_form([_SETTINGS, PlaceSettings()], _menu(), in_channel=True, locale="en")
