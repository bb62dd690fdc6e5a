"""Workspaces install the app themselves: Bolt's OAuth flow on our own stores.

`/slack/install` leads to Slack's consent page, `/slack/oauth_redirect` takes its answer. The state in between is
good once, for ten minutes, and only in the browser it was given to.
"""

import logging
import secrets
from typing import Any

from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from slack_bolt.oauth.async_oauth_settings import AsyncOAuthSettings
from slack_sdk.oauth.installation_store.async_installation_store import AsyncInstallationStore
from slack_sdk.oauth.installation_store.models.installation import Installation as SdkInstallation
from slack_sdk.oauth.state_store.async_state_store import AsyncOAuthStateStore
from yarl import URL

from adapters.slack.api import SlackApi
from adapters.slack.scopes import SCOPES
from adapters.slack.tokens import Installation, InstallationStore, Workspaces
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
        installation_store=_Installations(api.workspaces),
        state_store=_States(store, clock),
        state_expiration_seconds=STATE_SECONDS,
        logger=_log,
    )
    return AsyncOAuthFlow(client=api.client, logger=_log, settings=settings)


class _Installations(AsyncInstallationStore):
    """What Bolt's flow found out, as our installation."""

    def __init__(self, workspaces: Workspaces) -> None:
        self._workspaces = workspaces

    async def async_save(self, installation: SdkInstallation) -> None:
        scopes = installation.bot_scopes
        await self._workspaces.save(
            Installation(
                enterprise=installation.enterprise_id or "",
                team="" if installation.is_enterprise_install else installation.team_id or "",
                token=installation.bot_token or "",
                bot_user=installation.bot_user_id or "",
                bot=installation.bot_id or "",
                scopes=scopes if isinstance(scopes, str) else ",".join(scopes or ()),
                installed_by=installation.user_id,
                installed_at=installation.installed_at,
                refresh_token=installation.bot_refresh_token or "",
                expires_at=installation.bot_token_expires_at,
            )
        )


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
