"""Calls to Slack, each with the right team's token and an understood error.

The SDK's own retries are off: it repeats a POST whose connection broke, which posts twice. Whoever calls decides.
"""

import asyncio
import logging
from typing import Any, Self

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError, SlackRequestError
from slack_sdk.web.async_client import AsyncWebClient

from adapters.proxies import EachByItsHost
from adapters.slack.errors import Meaning, SlackFault, understood
from adapters.slack.identity import Identity, Tokens
from adapters.slack.members import PLATFORM, Team
from adapters.slack.options import SlackOptions
from bot.metrics import RATE_LIMITS

CALL_SECONDS = 30.0
log = structlog.get_logger(__name__)
_sdk_log = logging.getLogger("slack_sdk")


class SlackApi:
    """Owns the HTTP session; use as `async with SlackApi(options, tokens): ...`."""

    def __init__(self, options: SlackOptions, tokens: Tokens) -> None:
        self.options = options
        self._tokens = tokens
        self._started = False

    async def __aenter__(self) -> Self:
        """Nothing is asked yet."""
        timeout = aiohttp.ClientTimeout(total=CALL_SECONDS)
        self._session = aiohttp.ClientSession(timeout=timeout, connector=EachByItsHost())
        self.client = self.with_token(None)
        return self

    async def start(self) -> None:
        """Needed before calls, and called until it returns: if there is one workspace, know who we are in it.

        Raises:
            FatalError: Slack does not take the token.
            NotYet: it does not answer.
        """
        if not self._started:
            await self._tokens.start(self)
            self._started = True

    async def __aexit__(self, *exc_info: object) -> None:
        """Close the session."""
        await self._session.close()

    @property
    def session(self) -> aiohttp.ClientSession:
        """For what is not the Web API: response URLs."""
        return self._session

    def with_token(self, token: str | None) -> AsyncWebClient:
        """The SDK's client, which costs nothing to make."""
        return AsyncWebClient(
            token=token,
            base_url=self.options.api_url,
            session=self._session,
            timeout=int(CALL_SECONDS),
            retry_handlers=[],
            logger=_sdk_log,
        )

    async def installed(self, team: Team) -> Identity | None:
        """Who the bot is in a team, with a token that may have ended; None if it is not installed there."""
        return await self._tokens.installed(team)

    async def identity(self, team: Team) -> Identity | None:
        """Who the bot is in a team, with a token that is good; None if it is not installed there.

        Raises:
            SlackFault: the token has ended, and Slack gives no other just now.
        """
        if not self._started:  # not to be taken for a team that has not installed the app
            raise SlackFault(Meaning.LATER, "not_connected_yet")
        return await self._tokens.identity(team)

    async def forget(self, team: Team) -> None:
        """The app was uninstalled there."""
        await self._tokens.forget(team)

    async def call(self, team: Team, method: str, **arguments: Any) -> dict[str, Any]:
        """Call one of the SDK client's methods, e.g. `call(team, "chat_update", channel=…, ts=…)`.

        Raises:
            SlackFault: it failed; its meaning says what to do.
        """
        identity = await self.identity(team)
        if identity is None:
            raise SlackFault(Meaning.TEAM_GONE, "not_installed")
        try:
            return await self.call_with(identity.token, method, **arguments)
        except SlackFault as fault:
            if fault.meaning is not Meaning.TOKEN_EXPIRED:
                raise
        fresh = await self._tokens.renewed(team, expired=identity.token)
        if fresh is None:
            raise SlackFault(Meaning.TEAM_GONE, "token_expired")
        return await self.call_with(fresh.token, method, **arguments)

    async def call_with(self, token: str | None, method: str, **arguments: Any) -> dict[str, Any]:
        """Call with a given token.

        Raises:
            SlackFault: it failed.
        """
        try:
            response = await getattr(self.with_token(token), method)(**arguments)
        except SlackApiError as error:
            fault = understood(error)
            if fault.meaning is Meaning.LATER and fault.seconds is not None:  # Slack says how long it limits us
                RATE_LIMITS.labels(PLATFORM).inc()
        except (aiohttp.ClientError, TimeoutError, SlackRequestError, OSError) as error:
            fault = SlackFault(Meaning.UNKNOWN_END, type(error).__name__)
        else:
            answer: dict[str, Any] = response.data
            return answer
        log.info("slack refused", method=method, code=fault.code, seconds=fault.seconds)
        raise fault

    async def patient(self, team: Team, method: str, *, within: float = 20.0, **arguments: Any) -> dict[str, Any]:
        """Call something that is safe to repeat, and repeat it while Slack is busy, for `within` seconds at most.

        Raises:
            SlackFault: it failed for another reason, or Slack stayed busy.
        """
        loop = asyncio.get_running_loop()
        end, pause = loop.time() + within, 0.5
        while True:
            try:
                return await self.call(team, method, **arguments)
            except SlackFault as fault:
                wait = pause if fault.seconds is None else fault.seconds
                busy = fault.meaning in {Meaning.LATER, Meaning.UNKNOWN_END}
                if not busy or loop.time() + wait > end:
                    raise
            await asyncio.sleep(wait)
            pause *= 2
