"""Who the bot is in a team, and what finding that out takes."""

from dataclasses import dataclass
from typing import Any, Protocol

from adapters.slack.errors import Meaning, SlackFault
from adapters.slack.members import Team
from adapters.slack.options import SlackOptions
from bot.domain.errors import FatalError


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """The bot in one team."""

    token: str
    bot_user: str
    bot: str = ""
    team: str = ""
    enterprise: str = ""


class Caller(Protocol):
    """As much of `SlackApi` as its tokens need."""

    options: SlackOptions

    async def call_with(self, token: str | None, method: str, **arguments: Any) -> dict[str, Any]:
        """Call with a given token; raises `SlackFault`."""
        ...


class Tokens(Protocol):
    """Where the token of a team comes from."""

    async def start(self, api: Caller) -> None:
        """Called until it returns, before anything else; raises `NotYet`, or `FatalError` if the start must end."""
        ...

    async def installed(self, team: Team) -> Identity | None:
        """The bot in a team, with a token that may have ended; None if it is not installed. Asks Slack nothing."""
        ...

    async def identity(self, team: Team) -> Identity | None:
        """The bot in a team, with a good token; None if it is not installed.

        Raises:
            SlackFault: the token has ended, and Slack gives no other just now.
        """
        ...

    async def renewed(self, team: Team, *, expired: str) -> Identity | None:
        """Another token than `expired`, or None if there is none to be had; raises as `identity`."""
        ...

    async def forget(self, team: Team) -> None:
        """The app was uninstalled there."""
        ...


class NotYet(Exception):
    """Slack does not answer as a start needs it: what was begun may be begun again; the text says what is missing."""


async def started(api: Caller, method: str, token: str | None, *, variable: str, **arguments: Any) -> dict[str, Any]:
    """A call that a start needs.

    Raises:
        FatalError: Slack refuses the token.
        NotYet: it does not answer, or is busy.
    """
    try:
        return await api.call_with(token, method, **arguments)
    except SlackFault as fault:
        if fault.meaning in {Meaning.TEAM_GONE, Meaning.TOKEN_EXPIRED, Meaning.NO_SCOPE, Meaning.NEVER}:
            raise FatalError(
                f"Slack does not accept {variable} ({fault.code}): copy it again from your app's page at "
                "https://api.slack.com/apps."
            ) from fault
        raise NotYet(
            f"Slack at {api.options.api_url} does not answer ({fault.code}): "
            "check the network, HTTPS_PROXY and slack.api_url."
        ) from fault
