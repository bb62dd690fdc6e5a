"""What `pentimento check` says about Slack: whether the tokens are good and may do what is needed."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from adapters.proxies import proxy_for
from adapters.slack.errors import understood
from adapters.slack.options import SlackOptions
from adapters.slack.scopes import SCOPES

SECONDS = 15.0
_PAGE = "https://api.slack.com/apps"


@dataclass(frozen=True, slots=True)
class Verdict:
    """One thing that was looked at; `words` say how it stands, with the mend if it is wrong."""

    good: bool
    words: str


async def check_slack(options: SlackOptions) -> AsyncIterator[Verdict]:
    """Ask Slack about each token that is set."""
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=SECONDS)) as session:
        client = AsyncWebClient(base_url=options.api_url, session=session, retry_handlers=[])
        client.proxy = proxy_for(options.api_url)
        if options.refresh_token:
            yield Verdict(good=True, words="SLACK_BOT_TOKEN rotates: it is renewed when the service starts")
        elif options.bot_token:
            yield await _bot_token(client, options)
        if options.mode == "socket":
            yield await _app_token(client, options)


async def _bot_token(client: AsyncWebClient, options: SlackOptions) -> Verdict:
    try:
        answer = await client.auth_test(token=options.bot_token)
    except (SlackApiError, aiohttp.ClientError, TimeoutError, OSError) as fault:
        return _refused("SLACK_BOT_TOKEN", fault, options)
    granted = {scope.strip() for scope in (answer.headers.get("x-oauth-scopes") or "").split(",") if scope.strip()}
    where = f"SLACK_BOT_TOKEN belongs to {answer.get('user', 'the bot')} in {answer.get('team', 'a workspace')}"
    missing = sorted(set(SCOPES) - granted)
    if granted and missing:
        needed = ", ".join(f"{scope} ({SCOPES[scope]})" for scope in missing)
        return Verdict(
            good=False, words=f"{where} and lacks {needed}: update the app from manifest.yaml and install it again"
        )
    return Verdict(good=True, words=f"{where} and has every permission" if granted else where)


async def _app_token(client: AsyncWebClient, options: SlackOptions) -> Verdict:
    try:
        await client.apps_connections_open(app_token=options.app_token)
    except (SlackApiError, aiohttp.ClientError, TimeoutError, OSError) as fault:
        return _refused("SLACK_APP_TOKEN", fault, options)
    return Verdict(good=True, words="SLACK_APP_TOKEN opens Socket Mode connections")


def _refused(variable: str, fault: Exception, options: SlackOptions) -> Verdict:
    if not isinstance(fault, SlackApiError):
        silent = f"Slack at {options.api_url} does not answer ({type(fault).__name__})"
        return Verdict(good=False, words=f"{silent}: check the network, HTTPS_PROXY and slack.api_url")
    code = understood(fault).code
    if variable == "SLACK_APP_TOKEN":
        mend = f"make one with connections:write under Basic Information at {_PAGE}, and switch Socket Mode on"
    else:
        mend = f"copy it again from OAuth & Permissions at {_PAGE}"
    return Verdict(good=False, words=f"{variable} is not accepted ({code}): {mend}")
