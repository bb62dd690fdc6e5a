"""Which chats have what they need, and what is said of one that has it by half."""

import argparse

import pytest

from bot.cli.serve import serve
from bot.compose import slack_lacks, tokens_of
from bot.domain.errors import FatalError
from config.reading import load_settings


@pytest.mark.parametrize(
    ("environ", "lacking"),
    [
        ({}, None),
        ({"DISCORD_TOKEN": "x"}, None),
        ({"SLACK_BOT_TOKEN": "x"}, ("SLACK_APP_TOKEN",)),
        ({"SLACK_APP_TOKEN": "x"}, ("SLACK_BOT_TOKEN",)),
        ({"SLACK_SIGNING_SECRET": "x"}, ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN")),
        ({"SLACK_BOT_TOKEN": "x", "SLACK_APP_TOKEN": "x"}, ()),
        ({"PENTIMENTO__SLACK__MODE": "http", "SLACK_BOT_TOKEN": "x"}, ("SLACK_SIGNING_SECRET",)),
        (
            {
                "PENTIMENTO__SLACK__MODE": "http",
                "SLACK_SIGNING_SECRET": "x",
                "SLACK_CLIENT_ID": "x",
                "SLACK_CLIENT_SECRET": "x",
            },
            (),
        ),
    ],
)
def test_what_slack_still_needs(environ: dict[str, str], lacking: tuple[str, ...] | None) -> None:
    settings = load_settings(None, environ)
    assert slack_lacks(settings) == lacking
    assert tokens_of(settings)["slack"] is (lacking == ())


async def test_a_chat_that_is_set_by_half_is_named_before_anything_starts() -> None:
    settings = load_settings(None, {"DISCORD_TOKEN": "x", "SLACK_BOT_TOKEN": "x"})
    with pytest.raises(FatalError, match=r"^Slack also needs SLACK_APP_TOKEN: set it, or unset"):
        await serve(argparse.Namespace(), settings)
