"""Calls to Slack, each with the right team's token."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import structlog
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from adapters.slack.client import SlackClient
from adapters.slack.errors import Meaning, SlackFault
from adapters.slack.members import Team
from adapters.slack.options import SlackOptions
from adapters.slack.tokens import Workspaces

PATIENCE = 20.0
_PAGES = 5

log = structlog.get_logger(__name__)


class SlackApi(SlackClient):
    """Use as `async with SlackApi(options, workspaces): ...`; `workspaces` has to be started before calls."""

    def __init__(self, options: SlackOptions, workspaces: Workspaces) -> None:
        super().__init__(options)
        self.workspaces = workspaces

    async def __aexit__(self, *exc_info: object) -> None:
        try:
            await self.workspaces.close()
        finally:
            await super().__aexit__(*exc_info)

    async def call(self, team: Team, method: str, **arguments: Any) -> AsyncSlackResponse:
        """Call one of the SDK client's methods, e.g. `call(team, "chat_update", channel=…, ts=…)`.

        Raises:
            SlackFault: it failed; its meaning says what to do.
        """
        identity = await self.workspaces.identity(team)
        if identity is None:
            raise SlackFault(Meaning.TEAM_GONE, "not_installed")
        try:
            return await self.call_with(identity.token, method, **arguments)
        except SlackFault as fault:
            if fault.meaning is not Meaning.TOKEN_EXPIRED:
                raise
        fresh = await self.workspaces.renewed(team, expired=identity.token)
        if fresh is None:
            raise SlackFault(Meaning.TEAM_GONE, "token_expired")
        return await self.call_with(fresh.token, method, **arguments)

    async def patient(self, team: Team, method: str, **arguments: Any) -> AsyncSlackResponse:
        """Call something that is safe to repeat, and repeat it while Slack is busy, for `PATIENCE` at most.

        Raises:
            SlackFault: it failed for another reason, or Slack stayed busy.
        """
        loop = asyncio.get_running_loop()
        end, pause = loop.time() + PATIENCE, 0.5
        while True:
            try:
                return await self.call(team, method, **arguments)
            except SlackFault as fault:
                wait = pause if fault.seconds is None else fault.seconds
                if not fault.passes or loop.time() + wait > end:
                    raise
            await asyncio.sleep(wait)
            pause *= 2

    async def messages(
        self, team: Team, channel: str, *, thread: str = "", oldest: str = "0"
    ) -> AsyncIterator[dict[str, Any]]:
        """What stands in a channel, newest first, or in a thread, oldest first; a thousand messages at most.

        Raises:
            SlackFault: Slack does not let us read it.
        """
        method = "conversations_replies" if thread else "conversations_history"
        where = {"channel": channel, "oldest": oldest, "inclusive": True} | ({"ts": thread} if thread else {})
        cursor = None
        for _ in range(_PAGES):
            page = await self.patient(team, method, **where, include_all_metadata=True, limit=200, cursor=cursor)
            for message in page.get("messages") or ():
                yield message
            if not (cursor := (page.get("response_metadata") or {}).get("next_cursor")):
                return

    async def found(self, team: Team, channel: str, ts: str) -> dict[str, Any]:
        """A message as it stands; empty if there is none.

        Raises:
            SlackFault: Slack does not say.
        """
        async for each in self.messages(team, channel, thread=ts, oldest=ts):
            if each.get("ts") == ts:
                return each
        return {}

    async def message(self, team: Team, channel: str, ts: str) -> dict[str, Any]:
        """The same; empty too if Slack does not say."""
        try:
            return await self.found(team, channel, ts)
        except SlackFault as fault:
            log.info("a message cannot be read", code=fault.code)
        return {}

    async def quietly(self, team: Team, method: str, **arguments: Any) -> None:
        """As `patient`, for a call whose failure nobody would miss."""
        try:
            await self.patient(team, method, **arguments)
        except SlackFault as fault:
            log.info("left undone", method=method, code=fault.code)
