"""What is taken away in Slack: messages, and the files that they show. What Slack keeps of them harms nobody."""

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

import structlog

from adapters.slack.api import SlackApi
from adapters.slack.errors import SlackFault
from adapters.slack.inbound import buttons_in
from adapters.slack.members import Team, place_key, slack_user
from adapters.slack.messenger import SEARCH_BACK
from adapters.slack.thread_files import files_in_thread, job_id_in
from adapters.slack.uploads import Uploads
from bot.domain.actions import Verb
from bot.results import JobMessages

_REPORT = ":report:"
"""Stands in what the picture of a report notes of itself, behind its job."""

log = structlog.get_logger(__name__)


class Deleting:
    """Takes away in one workspace."""

    def __init__(self, api: SlackApi, uploads: Uploads, team: Team) -> None:
        self._api = api
        self._uploads = uploads
        self._team = team
        self._taken = set[str]()

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

    async def job(self, deleted: JobMessages) -> None:
        """The job's own message and the copies that were published or sent; what was reported stays reported."""
        if deleted.message:
            own = json.loads(deleted.message)
            if own["ts"] not in self._taken:
                await self._take_away(own["channel"], await self._api.message(self._team, **own) or own)
        home, ours = deleted.job.reply_to.address, f"{deleted.job.id}:"
        oldest = f"{max(0.0, deleted.job.created_at - SEARCH_BACK):.6f}"
        for room in await self._rooms(deleted):
            thread = home.get("home_thread", "") if room == home.get("home_channel") else ""
            async for each in self._read(room, thread=thread, oldest=oldest):
                noted = str(job_id_in(each))
                if noted.startswith(ours) and _REPORT not in noted:
                    await self._take_away(room, each)

    async def _rooms(self, deleted: JobMessages) -> Sequence[str]:
        """Conversations in which copies stand: those that were noted, and their member's own, which is not."""
        prefix, rooms = place_key(self._team), list[str]()
        rooms += [key.removeprefix(prefix) for key in sorted(deleted.copies) if key.startswith(prefix)]
        try:
            own = await self._api.patient(self._team, "conversations_open", users=slack_user(deleted.job.requester))
        except SlackFault as fault:
            log.info("copies sent to its member are not looked for", code=fault.code)
            return rooms
        return [*rooms, own["channel"]["id"]]

    async def _read(self, channel: str, **where: str) -> AsyncIterator[Mapping[str, Any]]:
        """Ours among the messages there, as far as Slack shows them: any app can write our metadata."""
        identity = await self._api.workspaces.installed(self._team)
        try:
            async for each in self._api.messages(self._team, channel, **where):
                if identity and each.get("user") == identity.bot_user:
                    yield each
        except SlackFault as fault:
            log.info("not looked through for what to delete", channel=channel, code=fault.code)

    async def _take_away(self, channel: str, message: Mapping[str, Any], *, files: bool = True) -> None:
        """`files`: those in it too; those below it are its own, and go with it in any case."""
        if channel and (ts := message.get("ts")):
            self._taken.add(ts)
            await self._api.quietly(self._team, "chat_delete", channel=channel, ts=ts)
        gone = set(files_in_thread(message))
        if files:
            gone |= {each["id"] for each in message.get("files") or ()}
            gone |= {
                image["slack_file"]["id"]
                for block in message.get("blocks") or ()
                for image in (block, block.get("accessory") or {})
                if image.get("slack_file", {}).get("id")
            }
        await self._uploads.delete(self._team, sorted(gone))
