"""Pictures into Slack: get an address, send the bytes there, complete, and wait until Slack is through with the file.

Completing returns before Slack has looked at the file; a message that names it too early is refused with
`invalid_blocks`, or shows nothing (https://github.com/slackapi/python-slack-sdk/issues/1277).
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from urllib.parse import quote_plus

import aiohttp
import structlog

from adapters.slack.api import SlackApi
from adapters.slack.errors import Meaning, SlackFault
from adapters.slack.members import Team
from bot.card_files import CardFiles
from bot.domain.card import CardPicture
from bot.domain.ids import GenerationId
from bot.domain.words import clip
from bot.latest import Latest
from bot.ports import Exporter
from bot.texts import REFERENCE

FORMATS = ("JPEG",)
"""What Slack shows inside a message; WebP is not among it."""

MAX_BYTES = 10_000_000
READY_SECONDS = 45.0
_MAX_ALT = 1000
_MAX_ALT_IN_ADDRESS = 6000
"""Bytes of an alt text as the SDK sends it, in an address: servers take 8 kB of one, and a letter may be twelve."""

_MAX_TITLE = 100
_REMEMBERED = 500
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Shared:
    """Uploaded pictures: Slack's file ids by picture, and what to say about them."""

    files: Mapping[GenerationId, str]
    notes: tuple[str, ...] = ()


class Uploads:
    """Uploads each picture once per team and process."""

    def __init__(self, api: SlackApi, exporter: Exporter) -> None:
        self._api = api
        self._files = CardFiles(exporter)
        self._known: Latest[tuple[str, GenerationId], tuple[str, str]] = Latest(_REMEMBERED)
        self._small: Latest[tuple[str, str], str] = Latest(_REMEMBERED)
        self._found: Latest[tuple[str, GenerationId], str] = Latest(_REMEMBERED)

    async def put(self, team: Team, pictures: tuple[CardPicture, ...], *, locale: str) -> Shared:
        """Upload what is not there yet and wait until it can be shown; several pictures go as one sheet.

        Raises:
            SlackFault: Slack does not take it, now or ever.
            Gone: a picture is not kept any more.
        """
        if not pictures:
            return Shared({})
        first = pictures[0].generation
        known = self._known.get((team.space, first))
        if known is None:
            exported = await self._files.in_one(pictures, max_bytes=MAX_BYTES, formats=FORMATS, locale=locale)
            alt, name = "; ".join(each.alt for each in pictures), f"{first}.{exported.suffix}"
            known = await self._upload(team, exported.content, name=name, alt=alt, title=alt), exported.note or ""
            self._known[team.space, first] = known
        await self._until_ready(team, known[0])
        return Shared({first: known[0]}, (known[1],) if known[1] else ())

    async def small(self, team: Team, name: str, read: Callable[[], Awaitable[bytes]], *, alt: str) -> str:
        """Upload a small JPEG once for each `name`, and wait until it can be shown; returns Slack's file id.

        Raises:
            SlackFault: Slack does not take it, now or ever.
            Gone: it is not kept any more.
        """
        file = self._small.get((team.space, name))
        if file is None:
            file = await self._upload(team, await read(), name=f"{name}.jpg", alt=alt, title=alt)
            self._small[team.space, name] = file
        await self._until_ready(team, file)
        return file

    async def discard(self, team: Team, name: str) -> None:
        """Delete what was uploaded as `name`; Slack not taking that harms nobody."""
        if file := self._small.pop((team.space, name), None):
            await self._api.quietly(team, "files_delete", file=file)

    def known(self, team: Team, generation: GenerationId) -> str | None:
        """Slack's file of a result, empty if there is none to be found; None if that is not known."""
        kept = self._known.get((team.space, generation))
        return kept[0] if kept else self._found.get((team.space, generation))

    def remember(self, team: Team, generation: GenerationId, file: str) -> None:
        """Slack's file of a result that was uploaded before this process began; empty if there is none."""
        self._found[team.space, generation] = file

    def forget(self, team: Team, pictures: tuple[CardPicture, ...]) -> None:
        """The next `put` uploads these again: Slack does not show the files it has."""
        for picture in pictures:
            self._known.pop((team.space, picture.generation), None)

    async def share(self, team: Team, pictures: tuple[CardPicture, ...], *, channel: str, thread: str) -> None:
        """Post the pictures as files of their own in a thread: the way out if a message cannot show them.

        Raises:
            SlackFault: Slack does not take it.
        """
        for picture in pictures:
            exported = await self._files.in_one([picture], max_bytes=MAX_BYTES, formats=FORMATS, locale=REFERENCE)
            name, alt = f"{picture.generation}.{exported.suffix}", picture.alt
            await self._upload(team, exported.content, name=name, alt=alt, title=alt, channel=channel, thread=thread)

    async def attach(
        self, team: Team, content: bytes, *, name: str, channel: str, thread: str, alt: str | None = None
    ) -> None:
        """Post a file that is no result in a thread; `alt` says what it shows, if it is a picture.

        Raises:
            SlackFault: Slack does not take it.
        """
        await self._upload(team, content, name=name, alt=alt, title=name, channel=channel, thread=thread)

    async def _upload(
        self,
        team: Team,
        content: bytes,
        *,
        name: str,
        alt: str | None,
        title: str,
        channel: str | None = None,
        thread: str | None = None,
    ) -> str:
        """Upload a file, share it in a thread if one is named; returns Slack's id of it."""
        alt_txt = _short(alt) if alt else None
        place = await self._api.patient(
            team, "files_getUploadURLExternal", filename=name, length=len(content), alt_txt=alt_txt
        )
        await self._send(place["upload_url"], content)
        file = str(place["file_id"])
        await self._api.patient(
            team,
            "files_completeUploadExternal",
            files=[{"id": file, "title": clip(title, _MAX_TITLE)}],
            channel_id=channel,
            thread_ts=thread,
        )
        return file

    async def _send(self, url: str, content: bytes) -> None:
        """The address is a secret by itself and takes no token."""
        try:
            async with self._api.session.post(url, data=content) as response:
                if response.status == 200:
                    return
                fault = SlackFault(Meaning.LATER, f"upload_http_{response.status}")
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            fault = SlackFault(Meaning.LATER, f"upload_{type(error).__name__}")
        raise fault

    async def _until_ready(self, team: Team, file: str) -> None:
        loop = asyncio.get_running_loop()
        end, pause = loop.time() + READY_SECONDS, 0.25
        while True:
            try:
                found = await self._api.patient(team, "files_info", file=file)
                if found.get("file", {}).get("mimetype"):
                    return
                code = "file_not_ready"
            except SlackFault as fault:
                if fault.meaning is not Meaning.FILE_NOT_READY:
                    raise
                code = fault.code
            if loop.time() + pause > end:
                raise SlackFault(Meaning.FILE_NOT_READY, code)
            await asyncio.sleep(pause)
            pause = min(pause * 1.6, 3.0)


def _short(alt: str) -> str:
    """As much of an alt text as goes with an upload."""
    most = _MAX_ALT
    while len(quote_plus(short := clip(alt, most))) > _MAX_ALT_IN_ADDRESS:
        most = most * 3 // 4
    return short
