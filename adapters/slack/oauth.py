"""Workspaces install the app themselves: Bolt's OAuth flow on our own stores.

`/slack/install` leads to Slack's consent page, `/slack/oauth_redirect` takes its answer. The state in between is
good for ten minutes, and only in the browser it was given to, which loses it when the answer is taken.
"""

import hmac
import logging
import secrets
from typing import Any

from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from slack_bolt.oauth.async_oauth_settings import AsyncOAuthSettings
from slack_sdk.oauth.state_store.async_state_store import AsyncOAuthStateStore
from yarl import URL

from adapters.slack.api import SlackApi
from adapters.slack.scopes import SCOPES
from bot.ports import Clock

STATE_SECONDS = 600
_AUTHORIZE = "https://slack.com/oauth/v2/authorize"
_log = logging.getLogger("slack_bolt.oauth")


def oauth_flow(api: SlackApi, *, clock: Clock) -> AsyncOAuthFlow:
    """The flow for Bolt's server."""
    options, url = api.options, URL(api.options.api_url)
    elsewhere = url.host != "slack.com"
    settings = AsyncOAuthSettings(
        client_id=options.client_id,
        client_secret=options.client_secret,
        scopes=list(SCOPES),
        authorization_url=str(url.origin() / "oauth/v2/authorize") if elsewhere else _AUTHORIZE,
        install_path="/slack/install",
        redirect_uri_path="/slack/oauth_redirect",
        installation_store=api.workspaces,
        state_store=_States(options.client_secret, clock),
        state_expiration_seconds=STATE_SECONDS,
        logger=_log,
    )
    return AsyncOAuthFlow(client=api.client, logger=_log, settings=settings)


class _States(AsyncOAuthStateStore):
    """States that prove themselves by a signature: anybody may visit the page, so a visit leaves nothing behind."""

    def __init__(self, secret: str, clock: Clock) -> None:
        self._key = f"install state {secret}".encode()
        self._clock = clock

    async def async_issue(self, *args: Any, **kwargs: Any) -> str:
        del args, kwargs
        good = f"{secrets.token_urlsafe(16)}.{self._clock.now() + STATE_SECONDS:.0f}"
        return f"{good}.{self._signature(good)}"

    async def async_consume(self, state: str) -> bool:
        good, _, signature = state.rpartition(".")
        if not hmac.compare_digest(self._signature(good).encode(), signature.encode()):
            return False
        return float(good.rpartition(".")[2]) > self._clock.now()

    def _signature(self, good: str) -> str:
        return hmac.digest(self._key, good.encode(), "sha256").hex()
