"""What `pentimento check` finds out about Slack's tokens."""

from adapters.slack.check import check_slack
from adapters.slack.scopes import SCOPES
from bot.findings import State
from tests.harness.slack import options
from tests.servers.slack.server import SlackServer


async def verdicts(slack: SlackServer, **changes: object) -> list[tuple[bool, str]]:
    return [(each.state is State.OK, each.words) async for each in check_slack(options(slack, **changes))]


async def test_good_tokens_with_every_permission(slack: SlackServer) -> None:
    slack.scopes = ",".join(SCOPES)
    bot, app = await verdicts(slack)
    assert bot[0]
    assert "every permission" in bot[1]
    assert app[0]


async def test_a_missing_permission_is_named_with_its_reason(slack: SlackServer) -> None:
    slack.scopes = ",".join(scope for scope in SCOPES if scope != "files:read")
    bot, _ = await verdicts(slack)
    assert not bot[0]
    assert "files:read (fetch the pictures people ask about)" in bot[1]


async def test_wrong_tokens_are_told_with_the_mend(slack: SlackServer) -> None:
    bot, app = await verdicts(slack, bot_token="xoxb-wrong", app_token="xapp-wrong")
    assert not bot[0]
    assert "SLACK_BOT_TOKEN" in bot[1]
    assert not app[0]
    assert "connections:write" in app[1]


async def test_a_slack_that_does_not_answer(slack: SlackServer) -> None:
    bot, _ = await verdicts(slack, api_url="http://127.0.0.1:1/api/")
    assert not bot[0]
    assert "slack.api_url" in bot[1]
