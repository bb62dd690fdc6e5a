"""Workspaces install the app themselves: Bolt's OAuth flow on our own stores.

`/slack/install` leads to Slack's consent page, `/slack/oauth_redirect` takes its answer. The state in between is
good once, for ten minutes, and only in the browser it was given to.
"""

import logging
import secrets
from typing import Any

from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from slack_bolt.oauth.async_oauth_settings import AsyncOAuthSettings
from slack_sdk.oauth.state_store.async_state_store import AsyncOAuthStateStore
from yarl import URL

from adapters.slack.api import SlackApi
from adapters.slack.scopes import SCOPES
from adapters.slack.tokens import InstallationStore
from bot.ports import Clock

STATE_SECONDS = 600
_AUTHORIZE = "https://slack.com/oauth/v2/authorize"
_log = logging.getLogger("slack_bolt.oauth")


def oauth_flow(api: SlackApi, *, store: InstallationStore, clock: Clock) -> AsyncOAuthFlow:
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
        state_store=_States(store, clock),
        state_expiration_seconds=STATE_SECONDS,
        logger=_log,
    )
    return AsyncOAuthFlow(client=api.client, logger=_log, settings=settings)


class _States(AsyncOAuthStateStore):
    """One-time states in our database, so that a restart in the middle of an installation does not end it."""

    def __init__(self, store: InstallationStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def async_issue(self, *args: Any, **kwargs: Any) -> str:
        del args, kwargs
        state = secrets.token_urlsafe(32)
        await self._store.issue_state(state, expires_at=self._clock.now() + STATE_SECONDS)
        return state

    async def async_consume(self, state: str) -> bool:
        return await self._store.consume_state(state, now=self._clock.now())
