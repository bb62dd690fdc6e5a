"""What `pentimento check` says about Slack: whether the tokens are good and may do what is needed."""

import asyncio
from collections.abc import AsyncIterator, Awaitable

from adapters.slack.client import NotYet, SlackClient
from adapters.slack.options import SlackOptions
from adapters.slack.scopes import SCOPES
from bot.domain.errors import FatalError
from bot.findings import Finding, State

SECONDS = 15.0


async def check_slack(options: SlackOptions) -> AsyncIterator[Finding]:
    """Ask Slack about each token that is set."""
    async with SlackClient(options, seconds=SECONDS) as slack:
        if options.refresh_token:
            yield Finding("slack", State.OK, "SLACK_BOT_TOKEN rotates: it is renewed when the service starts")
        looks = [_bot_token] if options.bot_token and not options.refresh_token else []
        asked = (*looks, _app_token) if options.mode == "socket" else looks
        for finding in await asyncio.gather(*(_told(look(slack)) for look in asked)):
            yield finding


async def _told(look: Awaitable[Finding]) -> Finding:
    try:
        return await look
    except FatalError as fault:
        return Finding("slack", State.WRONG, str(fault))
    except NotYet as reason:
        return Finding("slack", State.NOTE, f"{reason} Serving would go on trying.")


async def _bot_token(slack: SlackClient) -> Finding:
    answer = await slack.needed(slack.options.bot_token, "auth_test", variable="SLACK_BOT_TOKEN")
    granted = {scope.strip() for scope in (answer.headers.get("x-oauth-scopes") or "").split(",") if scope.strip()}
    where = f"SLACK_BOT_TOKEN belongs to {answer.get('user', 'the bot')} in {answer.get('team', 'a workspace')}"
    missing = sorted(set(SCOPES) - granted)
    if granted and missing:
        needed = ", ".join(f"{scope} ({SCOPES[scope]})" for scope in missing)
        mend = "update the app from manifest.yaml and install it again"
        return Finding("slack", State.WRONG, f"{where} and lacks {needed}: {mend}")
    return Finding("slack", State.OK, f"{where} and has every permission" if granted else where)


async def _app_token(slack: SlackClient) -> Finding:
    token = slack.options.app_token
    await slack.needed(None, "apps_connections_open", variable="SLACK_APP_TOKEN", app_token=token)
    return Finding("slack", State.OK, "SLACK_APP_TOKEN opens Socket Mode connections")
