"""Pages as Discord's messages."""

import pytest

from adapters.discord.paging import laid_out, line_of
from bot.domain.card import Waiting
from bot.pages import Ink, Look, Part, Row, queue_page
from bot.service import QueueView
from bot.texts import LANGUAGES
from tests.builders.jobs import a_job
from tests.servers.discord.checks import check_message


@pytest.mark.parametrize("locale", LANGUAGES)
def test_a_page_is_a_message_whose_buttons_count_along(locale: str) -> None:
    waits = Waiting(position=1, expected_at=2000.4, expected_late=None)
    view = QueueView(mine=[(a_job(number=number), waits) for number in range(5)], jobs=5)
    body = laid_out(queue_page(view, now=1000.0, locale=locale, most=5))
    check_message({**body, "allowed_mentions": {"parse": []}}, {}, create=False)
    assert "<t:2000:R>" in body["embeds"][0]["description"]
    assert [each["label"].rpartition(" ")[2] for each in body["components"][0]["components"]] == list("12345")


def test_only_what_is_ours_is_markup() -> None:
    parts = (Part("**a** "), Part("*b* @everyone", Ink.WORDS), Part("c*", Ink.STRONG), Part("1", Ink.CHANNEL))
    assert line_of(Row(parts=parts, look=Look.ITEM)) == "• **a** \\*b\\* \\@\u200beveryone**c\\***<#1>"
