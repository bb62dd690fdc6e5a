"""What is taken away in Slack: messages, and the files that they show. What Slack keeps of them harms nobody."""

from collections.abc import AsyncIterator, Iterable, Mapping
from typing import Any

import structlog

from adapters.slack.api import SlackApi
from adapters.slack.errors import Meaning, SlackFault
from adapters.slack.inbound import buttons_in
from adapters.slack.members import Team
from adapters.slack.thread_files import files_in_thread, job_id_in
from adapters.slack.uploads import Uploads
from bot.domain.actions import Verb
from bot.domain.ids import parse_job_id

_REPORT = ":report:"
"""Stands in what the picture of a report notes of itself, behind its job."""

_EMPTIED = "🗑️"
"""In no language: nothing is kept any more of whoever would read it."""

log = structlog.get_logger(__name__)


class Deleting:
    """Takes away in one workspace."""

    def __init__(self, api: SlackApi, uploads: Uploads, team: Team) -> None:
        self._api = api
        self._uploads = uploads
        self._team = team

    async def message(self, channel: str, message: Mapping[str, Any], *, files: bool) -> None:
        """A message, and the picture under it if it is a report; `files`: also those that other messages show."""
        if any(button.verb is Verb.DISMISS for button in buttons_in(message)):
            async for reply in self._read(channel, thread=message["ts"]):
                if _REPORT in str(job_id_in(reply)):
                    await self._take_away(channel, reply, files=files)
        if message and not any(block["type"] == "image" for block in message.get("blocks") or ()):
            # Its pictures may stand below it, named in metadata that an event need not bring.
            message = await self._api.message(self._team, channel, message["ts"]) or message
        await self._take_away(channel, message, files=files)

    async def erase(self, channel: str, ts: str, *, known: Iterable[str]) -> None:
        """A message of ours with all that it shows, else what it says; its files first, as nothing else knows them.

        With it goes what was uploaded for its job and never shown.

        `known`: files that it shows; Slack tells of none in a channel that the bot has left.

        Raises:
            SlackFault: Slack may do it later.
        """
        try:
            message = await self._api.found(self._team, channel, ts)
            job = parse_job_id(str(job_id_in(message)).partition(":")[0])
            known = {*known, *(await self._uploads.of_job(self._team, job) if job else ())}
        except SlackFault as fault:
            if fault.passes:
                raise
            log.info("what a message shows is not known", channel=channel, code=fault.code)
            message = {}
        for file in {*known, *_files_of(message)}:
            await self._done("files_delete", file=file)
        # A workspace that exports for compliance lets nobody delete a message; its words go all the same.
        if not await self._done("chat_delete", channel=channel, ts=ts):
            await self._done("chat_update", channel=channel, ts=ts, text=_EMPTIED, blocks=[])

    async def _done(self, method: str, **what: Any) -> bool:
        """False if Slack refuses for good."""
        try:
            await self._api.call(self._team, method, **what)
        except SlackFault as fault:
            if fault.passes:
                raise
            log.info("not deleted", method=method, code=fault.code)
            return fault.meaning is Meaning.MESSAGE_GONE
        return True

    async def _read(self, channel: str, **where: str) -> AsyncIterator[Mapping[str, Any]]:
        """Ours among the messages there, as far as Slack shows them: any app can write our metadata."""
        identity = await self._api.workspaces.installed(self._team)
        try:
            async for each in self._api.messages(self._team, channel, **where):
                if identity and each.get("user") == identity.bot_user:
                    yield each
        except SlackFault as fault:
            log.info("not looked through for what to delete", channel=channel, code=fault.code)

    async def _take_away(self, channel: str, message: Mapping[str, Any], *, files: bool) -> None:
        """`files`: those in it too; those below it are its own, and go with it in any case."""
        if channel and (ts := message.get("ts")):
            await self._api.quietly(self._team, "chat_delete", channel=channel, ts=ts)
        gone = _files_of(message) if files else set(files_in_thread(message))
        await self._uploads.delete(self._team, sorted(gone))


def _files_of(message: Mapping[str, Any]) -> set[str]:
    """The files in a message, and those that stand below it."""
    return {
        *files_in_thread(message),
        *(each["id"] for each in message.get("files") or ()),
        *(
            image["slack_file"]["id"]
            for block in message.get("blocks") or ()
            for image in (block, block.get("accessory") or {})
            if image.get("slack_file", {}).get("id")
        ),
    }
