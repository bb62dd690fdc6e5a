"""Calls to Slack with a given token, each with an understood error.

The SDK's own retries are off: it repeats a POST whose connection broke, which posts twice. Whoever calls decides.
"""

import logging
from typing import Any, Self

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError, SlackRequestError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from adapters.proxies import EachByItsHost
from adapters.slack.errors import Meaning, SlackFault, understood
from adapters.slack.members import PLATFORM
from adapters.slack.options import SlackOptions
from bot.domain.errors import FatalError
from bot.metrics import RATE_LIMITS

CALL_SECONDS = 30.0
_PAGE = "https://api.slack.com/apps"
_MENDS = {
    "SLACK_BOT_TOKEN": f"copy it again from OAuth & Permissions at {_PAGE}",
    "SLACK_APP_TOKEN": f"make one with connections:write under Basic Information at {_PAGE}, "
    "and switch Socket Mode on",
}
log = structlog.get_logger(__name__)
_sdk_log = logging.getLogger("slack_sdk")


class NotYet(Exception):
    """Slack does not answer as a start needs it: what was begun may be begun again; the text says what is missing."""


class SlackClient:
    """Owns the HTTP session, which is there for what is not the Web API too; nothing is asked when it is entered."""

    def __init__(self, options: SlackOptions, *, seconds: float = CALL_SECONDS) -> None:
        """`seconds`: how long one call may take."""
        self.options = options
        self._seconds = seconds

    async def __aenter__(self) -> Self:
        timeout = aiohttp.ClientTimeout(total=self._seconds)
        self.session = aiohttp.ClientSession(timeout=timeout, connector=EachByItsHost())
        self.client = self._with_token(None)
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await self.session.close()

    async def call_with(self, token: str | None, method: str, **arguments: Any) -> AsyncSlackResponse:
        """Call one of the SDK client's methods, e.g. `call_with(token, "chat_update", channel=…, ts=…)`.

        Raises:
            SlackFault: it failed; its meaning says what to do.
        """
        try:
            answer: AsyncSlackResponse = await getattr(self._with_token(token), method)(**arguments)
        except SlackApiError as error:
            fault = understood(error)
            if fault.meaning is Meaning.LATER and fault.seconds is not None:  # Slack says how long it limits us
                RATE_LIMITS.labels(PLATFORM).inc()
        except (aiohttp.ClientError, TimeoutError, SlackRequestError, OSError) as error:
            fault = SlackFault(Meaning.UNKNOWN_END, type(error).__name__)
        else:
            return answer
        log.info("slack refused", method=method, code=fault.code, seconds=fault.seconds)
        raise fault

    async def needed(self, token: str | None, method: str, *, variable: str, **arguments: Any) -> AsyncSlackResponse:
        """A call that a start needs; `variable` is where its token comes from.

        Raises:
            FatalError: Slack refuses the token.
            NotYet: it does not answer, or is busy.
        """
        try:
            return await self.call_with(token, method, **arguments)
        except SlackFault as fault:
            if fault.meaning in {Meaning.TEAM_GONE, Meaning.TOKEN_EXPIRED, Meaning.NO_SCOPE, Meaning.NEVER}:
                raise FatalError(f"Slack does not accept {variable} ({fault.code}): {_MENDS[variable]}.") from fault
            raise NotYet(
                f"Slack at {self.options.api_url} does not answer ({fault.code}): "
                "check the network, HTTPS_PROXY and slack.api_url."
            ) from fault

    def _with_token(self, token: str | None) -> AsyncWebClient:
        """The SDK's client, which costs nothing to make."""
        return AsyncWebClient(
            token=token,
            base_url=self.options.api_url,
            session=self.session,
            timeout=int(self._seconds),
            retry_handlers=[],
            logger=_sdk_log,
        )
