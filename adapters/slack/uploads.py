"""Pictures into Slack: get an address, send the bytes there, complete, and wait until Slack is through with the file.

Completing returns before Slack has looked at the file; a message that names it too early is refused with
`invalid_blocks`, or shows nothing (https://github.com/slackapi/python-slack-sdk/issues/1277).
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from urllib.parse import quote_plus

import aiohttp
import structlog

from adapters.slack.api import SlackApi
from adapters.slack.errors import Meaning, SlackFault
from adapters.slack.members import Team
from bot.card_files import CardFiles
from bot.domain.card import CardPicture
from bot.domain.ids import GenerationId, JobId, index_of, job_of
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
_NEWEST = 200
"""Files of ours that are looked through for those of an earlier process."""

log = structlog.get_logger(__name__)


class Uploads:
    """Uploads each picture once per team and process."""

    def __init__(self, api: SlackApi, exporter: Exporter) -> None:
        self._api = api
        self._files = CardFiles(exporter)
        self._known: Latest[tuple[str, str], str] = Latest(_REMEMBERED)
        self._ready: Latest[tuple[str, str], bool] = Latest(_REMEMBERED)
        self._notes: Latest[GenerationId, str] = Latest(_REMEMBERED)
        self._nowhere: Latest[tuple[str, GenerationId], bool] = Latest(_REMEMBERED)
        # What is shown must not be noted here instead: the oldest of that would be forgotten, and then deleted.
        self._unshown: Latest[tuple[str, str], bool] = Latest(_REMEMBERED)
        self._unsure: Latest[tuple[str, str], str] = Latest(_REMEMBERED)
        self._newest: Latest[Team, Sequence[Mapping[str, str]]] = Latest(_REMEMBERED)
        self._listing: Latest[Team, asyncio.Lock] = Latest(_REMEMBERED)

    async def put(self, team: Team, pictures: tuple[CardPicture, ...], *, locale: str) -> tuple[str, str]:
        """Upload what is not there yet and wait until it can be shown; several pictures go as one sheet.

        Returns:
            Slack's file id, and what to say about it; each empty if there is nothing.

        Raises:
            SlackFault: Slack does not take it, now or ever.
            Gone: a picture is not kept any more.
        """
        if not pictures:
            return "", ""
        first = pictures[0].generation

        async def read() -> bytes:
            exported = await self._files.in_one(pictures, max_bytes=MAX_BYTES, formats=FORMATS, locale=locale)
            self._notes[first] = exported.note or ""
            return exported.content

        file = await self.once(team, first, read, alt="; ".join(each.alt for each in pictures))
        if first not in self._notes:  # an earlier process uploaded it
            await read()
        return file, self._notes.get(first, "")

    async def once(self, team: Team, name: str, read: Callable[[], Awaitable[bytes]], *, alt: str) -> str:
        """Upload a JPEG once for each `name`, and wait until it can be shown; returns Slack's file id.

        One that somebody deleted is uploaded again.

        Raises:
            SlackFault: Slack does not take it, now or ever.
            Gone: it is not kept any more.
        """
        if file := self._known.get((team.installed, name)):
            try:
                await self._until_ready(team, file)
            except SlackFault as fault:
                if fault.meaning is not Meaning.FILE_GONE:
                    raise
            else:
                return file
        file = await self.upload(team, await read(), name=f"{name}.jpg", alt=alt)
        self._known[team.installed, name] = file
        self._unshown[team.installed, file] = True
        await self._until_ready(team, file)
        return file

    async def newest(self, team: Team) -> Sequence[Mapping[str, str]]:
        """Our newest files when this was first asked, the oldest of them first: id and name.

        A process that ended may have uploaded some that no message came to name. Slack lists a file some time after
        it is complete, so perhaps not the last ones.

        Raises:
            SlackFault: Slack may say it later.
        """
        async with self._listing.setdefault(team, asyncio.Lock()):
            if team not in self._newest:
                self._newest[team] = await self._listed(team)
        return self._newest[team]

    async def of_job(self, team: Team, job: JobId) -> set[str]:
        """Our files of a job, as far as they are known, whether a message shows them or not: their names hold its id.

        Raises:
            SlackFault: Slack may say it later.
        """
        known = [(name, file) for (there, name), file in self._known.items() if there == team.installed]
        listed = [(each["name"], each["id"]) for each in await self.newest(team)]
        return {file for name, file in (*known, *listed) if job in name}

    def adopt(self, team: Team, name: str, file: str) -> None:
        """An earlier process uploaded this as `name`, and a message may show it."""
        self._known[team.installed, name] = file
        self.shows(team, [file])

    def shows(self, team: Team, files: Iterable[str]) -> None:
        """A message shows these files."""
        for file in files:
            self._unshown.pop((team.installed, file), None)

    def doubt(self, team: Team, files: Iterable[str]) -> None:
        """Slack did not show a message with these files: `once` asks again how each of them stands."""
        for file in files:
            self._ready.pop((team.installed, file), None)

    async def discard(self, team: Team, name: str) -> None:
        """Delete what was uploaded as `name`; Slack not taking that harms nobody."""
        if file := self._known.pop((team.installed, name), None):
            self.doubt(team, [file])
            await self.delete(team, [file])

    def known(self, team: Team, generation: GenerationId) -> str | None:
        """Slack's file of a result, empty if there is none to be found; None if that is not known."""
        key = team.installed, generation
        return self._known.get(key, "" if key in self._nowhere else None)

    def remember(self, team: Team, generation: GenerationId, file: str) -> None:
        """Slack's file of a result that was uploaded before this process began; empty if there is none."""
        if file:
            self.adopt(team, generation, file)
        else:
            self._nowhere[team.installed, generation] = True

    async def forget(self, team: Team, name: str) -> None:
        """The next `once` uploads it again: Slack does not show the file it has, which goes unless it once did."""
        file = self._known.pop((team.installed, name), "")
        self.doubt(team, [file])
        if self._unshown.pop((team.installed, file), False):
            await self.delete(team, [file])

    async def drop(self, team: Team, job: JobId) -> None:
        """Of a job's files those go that no message came to show."""
        for (there, name), file in list(self._known.items()):
            if there == team.installed and job in name and (there, file) in self._unshown:
                await self.forget(team, name)

    async def prepare(self, team: Team, pictures: tuple[CardPicture, ...]) -> tuple[str, ...]:
        """Send pictures that `complete` then makes files of their own; returns Slack's ids of them.

        Raises:
            SlackFault: Slack does not take it.
        """
        files = []
        for picture in pictures:
            exported = await self._files.in_one([picture], max_bytes=MAX_BYTES, formats=FORMATS, locale=REFERENCE)
            name = f"pentimento-{job_of(picture.generation)}-{index_of(picture.generation)}.{exported.suffix}"
            files.append(await self.begin(team, exported.content, name=name, alt=picture.alt))
        return tuple(files)

    async def delete(self, team: Team, files: Iterable[str]) -> None:
        """Slack not taking that harms nobody."""
        for file in files:
            await self._api.quietly(team, "files_delete", file=file)

    async def upload(
        self,
        team: Team,
        content: bytes,
        *,
        name: str,
        alt: str = "",
    ) -> str:
        """Upload a file that no conversation shows yet; returns Slack's id of it.

        `alt` says what it shows, if it is a picture.

        Raises:
            SlackFault: Slack does not take it.
        """
        if left := self._unsure.pop((team.installed, name), ""):
            await self.delete(team, [left])
        file = await self.begin(team, content, name=name, alt=alt)
        try:
            await self.complete(team, file, title=alt)
        except SlackFault:
            self._unsure[team.installed, name] = file
            raise
        return file

    async def complete(
        self, team: Team, file: str, *, title: str, channel: str | None = None, thread: str | None = None
    ) -> None:
        """Make a file of what was sent; doing it again changes nothing.

        Raises:
            SlackFault: Slack does not take it.
        """
        files, where = [{"id": file, "title": clip(title, _MAX_TITLE)}], {"channel_id": channel, "thread_ts": thread}
        try:
            await self._api.patient(team, "files_completeUploadExternal", files=files, **where)
        except SlackFault as fault:
            # This is said too of one that is complete: by an earlier try whose answer did not come through.
            if fault.meaning is not Meaning.FILE_NOT_READY or not await self.there(team, file):
                raise

    async def there(self, team: Team, *files: str) -> bool:
        """Whether each of these is among the workspace's files.

        Raises:
            SlackFault: Slack does not say.
        """
        for file in files:
            try:
                await self._api.patient(team, "files_info", file=file)
            except SlackFault as fault:
                if fault.meaning in {Meaning.FILE_NOT_READY, Meaning.FILE_GONE}:
                    return False
                raise
        return True

    async def begin(self, team: Team, content: bytes, *, name: str, alt: str) -> str:
        """Send the bytes of a file, which nobody sees before it is complete; returns Slack's id of it.

        Raises:
            SlackFault: Slack does not take it.
        """
        place = await self._api.patient(
            team, "files_getUploadURLExternal", filename=name, length=len(content), alt_txt=_short(alt) or None
        )
        await self._send(place["upload_url"], content)
        return str(place["file_id"])

    async def _listed(self, team: Team) -> Sequence[Mapping[str, str]]:
        ours = await self._api.workspaces.installed(team)
        user, there = ours.bot_user if ours else "", team.id if team.org_wide else None
        try:
            page = await self._api.patient(team, "files_list", user=user, team_id=there, count=_NEWEST)
        except SlackFault as fault:
            if fault.passes:
                raise
            log.info("files of an earlier process are not looked for", code=fault.code)
            return ()
        listed = [each for each in page.get("files") or () if each.get("user") == user]
        return [{key: str(each.get(key, "")) for key in ("id", "name")} for each in listed[::-1]]

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
        """What was ready once is asked about again only if it is doubted: each edit of a message comes by here."""
        if (team.installed, file) in self._ready:
            return
        loop = asyncio.get_running_loop()
        end, pause = loop.time() + READY_SECONDS, 0.25
        while True:
            try:
                found = await self._api.patient(team, "files_info", file=file)
                if (found.get("file") or {}).get("mimetype"):
                    self._ready[team.installed, file] = True
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
