"""Pages as Slack's modals."""

from dataclasses import replace

import pytest

from adapters.slack.pages import page_view, privacy_buttons, styles_menu
from bot.domain.place import PlaceSettings
from bot.pages import Ink, Part, details_page, help_page, said_page, settings_page
from bot.results import Description
from bot.texts import LANGUAGES
from tests.builders.jobs import a_generation, a_job
from tests.harness.core import STYLES
from tests.servers.slack.blocks import view_problems


@pytest.mark.parametrize("locale", LANGUAGES)
def test_every_page_keeps_to_block_kit(locale: str) -> None:
    job = a_job()
    described = Description(job=job, generations=[a_generation(job)], ancestors=[None] * 200, undelivered="x")
    pages = [
        details_page(described, now=0.0, locale=locale),
        help_page(locale, "slack-help", maps=True),
        settings_page(PlaceSettings(channels=("C1",)), Part("C1", Ink.CHANNEL), locale=locale),
        said_page(locale, "page-privacy", "slack-privacy-kept"),
    ]
    for page in pages:
        view = page_view(page, locale=locale, above=[privacy_buttons(locale), styles_menu(STYLES.values(), locale)])
        assert view_problems(view) == []


def test_what_people_wrote_is_no_markup() -> None:
    prompt = "*loud* <!channel> <@U1>"
    job = replace(a_job(), recipes=(replace(a_job().recipes[0], prompt=prompt),))
    view = page_view(
        details_page(Description(job=job, generations=[], ancestors=[]), now=0.0, locale="en"), locale="en"
    )
    shown = [block["text"] for block in view["blocks"] if "text" in block and "loud" in block["text"]["text"]]
    assert [each["type"] for each in shown] == ["plain_text"]
    marked = page_view(settings_page(PlaceSettings(style=prompt), Part("C1", Ink.CHANNEL), locale="en"), locale="en")
    assert not [
        block for block in marked["blocks"] if block["text"]["type"] == "mrkdwn" and "<!" in block["text"]["text"]
    ]
