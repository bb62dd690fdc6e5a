"""A member's picture out of Slack: which file it is, and its bytes.

Slack leads to its login page if the token may not see a file: by a redirect to the workspace's own host, or by the
page itself with status 200. It says `check_file_info` instead of telling about a file that another organisation
shared (Slack Connect). Only Slack's own file host sees the token: the downloader asks hosts on its list and follows
no redirect.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import structlog

from adapters.downloads import Downloader, HostRefused
from adapters.slack.api import SlackApi
from adapters.slack.errors import Meaning, SlackFault
from adapters.slack.members import Team
from bot.domain.errors import InvalidRequest, PictureRefused
from bot.domain.picture import Sent
from bot.texts import megabytes

File = Mapping[str, Any]

MAX_BYTES = 25 * 1024 * 1024

_NOBODY = "?"
_UNKNOWN = frozenset({"", "application/octet-stream"})
_LOGIN = frozenset({301, 302, 303, 307, 308, 401, 403})
_HTML = (b"<!doctype html", b"<html", b"<head")
log = structlog.get_logger(__name__)


def files_of(message: Mapping[str, Any]) -> Sequence[File]:
    """What a message shows; if that is nothing of its own, what those show that it forwards, with who posted that."""
    if files := message.get("files"):
        return list(files)
    return [
        {"user": forwarded.get("author_id") or _NOBODY, **file}
        for forwarded in message.get("attachments") or ()
        for file in forwarded.get("files") or ()
    ]


def picture_among(files: Sequence[File] | None) -> File | None:
    """The file that is a picture, or might be one; None if there is none.

    A stub of Slack Connect says nothing about itself, so it may be one. What is of an unknown type is looked at if
    nothing else is a picture.

    Raises:
        InvalidRequest: there are several, and the member has to say which.
    """
    kept = [file for file in files or () if file.get("mode") != "tombstone"]
    kinds = [(file, "image/" if _is_stub(file) else str(file.get("mimetype") or "")) for file in kept]
    certain = [file for file, kind in kinds if kind.startswith("image/")]
    pictures = certain or [file for file, kind in kinds if kind in _UNKNOWN]
    if len(pictures) > 1:
        raise InvalidRequest("refused-slack-several-pictures", count=len(pictures))
    return pictures[0] if pictures else None


class Pictures:
    """Fetches members' pictures."""

    def __init__(self, api: SlackApi, downloads: Downloader) -> None:
        self._api = api
        self._downloads = downloads

    def sent(self, team: Team, file: File) -> Sent:
        """A file that was seen in a message, a form or a shortcut, to be fetched when its turn has come.

        Raises:
            PictureRefused: what is known of it is enough to refuse it.
        """
        if not _is_stub(file):
            self._check(file)
        size = file.get("size")
        return Sent(
            fetch=lambda: self.fetch(team, file),
            size=size if isinstance(size, int) else 0,
            description=str(file.get("alt_txt") or ""),
        )

    async def fetch(self, team: Team, file: File) -> bytes:
        """The bytes of a file that was seen in a message, a form or a shortcut.

        Raises:
            PictureRefused: with the sentence for the member.
        """
        if _is_stub(file) or not _address(file):
            file = await self._look_up(team, str(file.get("id", "")))
        else:
            self._check(file)
        try:
            identity = await self._api.workspaces.identity(team)
        except SlackFault as fault:
            raise _refusal(fault) from fault
        token = identity.token if identity else ""
        try:
            download = await self._downloads.fetch(_address(file), headers={"Authorization": f"Bearer {token}"})
        except HostRefused as refused:
            if refused.status not in _LOGIN:
                raise
            log.warning("slack wants a login for a file", file=file.get("id"), status=refused.status)
            raise PictureRefused("refused-slack-login") from refused
        if "html" in download.media_type or download.content[:64].lstrip().lower().startswith(_HTML):
            log.warning("slack sent a login page instead of a file", file=file.get("id"))
            raise PictureRefused("refused-slack-login")
        if not download.content:
            raise PictureRefused("refused-empty")
        return download.content

    async def _look_up(self, team: Team, file: str) -> File:
        try:
            found = await self._api.patient(team, "files_info", file=file)
        except SlackFault as fault:
            raise _refusal(fault) from fault
        looked_up: File = found.get("file") or {}
        self._check(looked_up)
        if _is_stub(looked_up) or not _address(looked_up):
            raise PictureRefused("refused-slack-shared")
        return looked_up

    def _check(self, file: File) -> None:
        """What can be said without fetching it."""
        if file.get("is_external") or file.get("mode") == "external":
            raise PictureRefused("refused-slack-outside")
        if file.get("mode") == "tombstone":
            raise PictureRefused("refused-slack-deleted")
        if file.get("mode") == "hidden_by_limit":
            raise PictureRefused("refused-slack-hidden")
        size = file.get("size")
        if isinstance(size, int) and size > MAX_BYTES:
            raise PictureRefused("refused-file-size", size=megabytes(size), most=megabytes(MAX_BYTES))
        kind = str(file.get("mimetype") or "")
        if kind not in _UNKNOWN and not kind.startswith("image/"):
            raise PictureRefused("refused-not-a-picture")


def _is_stub(file: File) -> bool:
    return file.get("file_access") in {"check_file_info", "file_not_found", "access_denied"}


def _address(file: File) -> str:
    return str(file.get("url_private_download") or file.get("url_private") or "")


def _refusal(fault: SlackFault) -> PictureRefused:
    if fault.meaning is Meaning.NO_SCOPE:
        return PictureRefused("refused-slack-scope", scope=fault.needed or "files:read")
    if fault.meaning is Meaning.FILE_GONE:
        return PictureRefused("refused-slack-deleted")
    if fault.passes:
        return PictureRefused("refused-slack-file-busy")
    return PictureRefused("refused-slack-file")
