"""Calls to Slack with a given token, each with an understood error.

The SDK's own retries are off: it repeats a POST whose connection broke, which posts twice. Whoever calls decides.
"""

import logging
from typing import Any, Self

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError, SlackRequestError
from slack_sdk.web.async_client import AsyncWebClient

from adapters.proxies import EachByItsHost
from adapters.slack.errors import Meaning, SlackFault, understood
from adapters.slack.members import PLATFORM
from adapters.slack.options import SlackOptions
from bot.domain.errors import FatalError
from bot.metrics import RATE_LIMITS

CALL_SECONDS = 30.0
log = structlog.get_logger(__name__)
_sdk_log = logging.getLogger("slack_sdk")


class NotYet(Exception):
    """Slack does not answer as a start needs it: what was begun may be begun again; the text says what is missing."""


class SlackClient:
    """Owns the HTTP session, which is there for what is not the Web API too; nothing is asked when it is entered."""

    def __init__(self, options: SlackOptions) -> None:
        self.options = options

    async def __aenter__(self) -> Self:
        timeout = aiohttp.ClientTimeout(total=CALL_SECONDS)
        self.session = aiohttp.ClientSession(timeout=timeout, connector=EachByItsHost())
        self.client = self._with_token(None)
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await self.session.close()

    async def call_with(self, token: str | None, method: str, **arguments: Any) -> dict[str, Any]:
        """Call one of the SDK client's methods, e.g. `call_with(token, "chat_update", channel=…, ts=…)`.

        Raises:
            SlackFault: it failed; its meaning says what to do.
        """
        try:
            response = await getattr(self._with_token(token), method)(**arguments)
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

    async def needed(self, token: str | None, method: str, *, variable: str, **arguments: Any) -> dict[str, Any]:
        """A call that a start needs; `variable` is where its token comes from.

        Raises:
            FatalError: Slack refuses the token.
            NotYet: it does not answer, or is busy.
        """
        try:
            return await self.call_with(token, method, **arguments)
        except SlackFault as fault:
            if fault.meaning in {Meaning.TEAM_GONE, Meaning.TOKEN_EXPIRED, Meaning.NO_SCOPE, Meaning.NEVER}:
                raise FatalError(
                    f"Slack does not accept {variable} ({fault.code}): copy it again from your app's page at "
                    "https://api.slack.com/apps."
                ) from fault
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
            timeout=int(CALL_SECONDS),
            retry_handlers=[],
            logger=_sdk_log,
        )
