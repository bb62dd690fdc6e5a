"""Workspaces install the app themselves: Bolt's OAuth flow on our own stores.

`/slack/install` leads to Slack's consent page, `/slack/oauth_redirect` takes its answer. The state in between is
good for ten minutes, and only in the browser it was given to, which loses it when the answer is taken.
"""

import hmac
import html
import logging
import secrets
from typing import Any

from slack_bolt.oauth.async_callback_options import AsyncCallbackOptions, AsyncFailureArgs, AsyncSuccessArgs
from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from slack_bolt.oauth.async_oauth_settings import AsyncOAuthSettings
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.oauth.state_store.async_state_store import AsyncOAuthStateStore
from slack_sdk.web.async_slack_response import AsyncSlackResponse
from yarl import URL

from adapters.slack.api import SlackApi
from adapters.slack.errors import SlackFault
from adapters.slack.scopes import SCOPES
from bot.domain.errors import StorageFailed
from bot.ports import Clock

STATE_SECONDS = 600
INSTALL_PATH = "/slack/install"
_AUTHORIZE = "https://slack.com/oauth/v2/authorize"
_STORED = "The installation cannot be stored: whoever runs this bot finds in its log why."
_SAID = {
    "access_denied": "Slack's page was left without Allow: begin here when you want the app in your workspace.",
    "invalid_browser": "This is not where the installation began, or your browser kept nothing of it: allow cookies "
    "for this site, see that its address begins with https://, and begin here again.",
    "invalid_state": f"The installation took longer than {STATE_SECONDS // 60} minutes: begin again.",
    "storage_error": _STORED,
}
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
        install_path=INSTALL_PATH,
        redirect_uri_path="/slack/oauth_redirect",
        installation_store=api.workspaces,
        state_store=_States(options.client_secret, clock),
        state_expiration_seconds=STATE_SECONDS,
        callback_options=AsyncCallbackOptions(success=_succeeded, failure=_failed),
        logger=_log,
    )
    client = _Client(api)
    return _Flow(client=client, logger=_log, settings=settings)  # type: ignore[arg-type]  # all that it calls


class _Client:
    """What the flow calls, with faults that say what they mean: Bolt takes what the SDK raises for a bad code."""

    def __init__(self, api: SlackApi) -> None:
        self._api = api

    async def oauth_v2_access(self, **arguments: Any) -> AsyncSlackResponse:
        return await self._api.call_with(None, "oauth_v2_access", **arguments)

    async def auth_test(self, *, token: str) -> AsyncSlackResponse:
        return await self._api.call_with(token, "auth_test")


class _Flow(AsyncOAuthFlow):
    """Whoever installs reads a sentence, however it ends."""

    async def handle_callback(self, request: AsyncBoltRequest) -> BoltResponse:
        try:
            return await super().handle_callback(request)
        except SlackFault as fault:
            if fault.passes:
                return _page("Slack does not answer just now: try again in a few minutes.", status=503)
            return _page(_refused(fault.code), status=401)
        except StorageFailed:
            return _page(_STORED, status=500)


async def _succeeded(args: AsyncSuccessArgs) -> BoltResponse:
    return await args.default.success(args)


async def _failed(args: AsyncFailureArgs) -> BoltResponse:
    return _page(_SAID.get(args.reason) or _refused(args.reason), status=args.suggested_status_code)


def _refused(reason: str) -> str:
    return f"Slack did not install the app ({reason}): begin again, and if that does not help, tell its owner."


def _page(sentence: str, *, status: int) -> BoltResponse:
    """One sentence, and the way to begin again."""
    body = (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>Pentimento</title>'
        '<meta name="viewport" content="width=device-width">'
        '<body style="max-width:32rem;margin:4rem auto;padding:0 1rem;font:1rem/1.5 sans-serif">'
        f'<p>{html.escape(sentence)}<p><a href="{INSTALL_PATH}">Install in Slack</a>'
    )
    return BoltResponse(status=status, headers={"Content-Type": "text/html; charset=utf-8"}, body=body)


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
