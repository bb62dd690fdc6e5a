"""Pictures that Slack refuses to show in a message: they stand as files in its thread.

The message notes in its metadata, beside whose it is, which files these are, so that they go when it goes.
"""

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import structlog

from adapters.slack.api import SlackApi
from adapters.slack.members import Team
from adapters.slack.uploads import Uploads
from bot.domain.card import Card
from bot.domain.ids import JobId
from bot.latest import Latest
from bot.stores import MessageRef

METADATA_EVENT = "pentimento_job"
_REMEMBERED = 2000
log = structlog.get_logger(__name__)


def message_ref(channel: str, ts: str) -> MessageRef:
    """The reference of a message; the same message always gives the same text, so it can be looked up."""
    return json.dumps({"channel": channel, "ts": ts}, separators=(",", ":"))


def job_id_in(message: Mapping[str, Any]) -> JobId | None:
    """The job that a message's metadata names, as `nonce` did when it was posted."""
    job = _noted(message).get("job_id")
    return JobId(job) if isinstance(job, str) else None


def files_in_thread(message: Mapping[str, Any]) -> tuple[str, ...]:
    """The files that stand below a message because it cannot show them, as its metadata names them."""
    files = _noted(message).get("files")
    return tuple(map(str, files)) if isinstance(files, list) else ()


def _noted(message: Mapping[str, Any]) -> Mapping[str, Any]:
    noted = (message.get("metadata") or {}).get("event_payload")
    return noted if isinstance(noted, dict) else {}


def metadata(nonce: str, **more: Any) -> Mapping[str, Any]:
    """What a message notes of itself."""
    return {"event_type": METADATA_EVENT, "event_payload": {"job_id": nonce, **more}}


class ThreadFiles:
    """Puts pictures below their messages."""

    def __init__(self, api: SlackApi, uploads: Uploads) -> None:
        self._api = api
        self._uploads = uploads
        self._files: Latest[MessageRef, tuple[str, ...]] = Latest(_REMEMBERED)

    def take_over(self, stands: MessageRef, message: Mapping[str, Any]) -> None:
        """What an earlier process put below a message."""
        self._files[stands] = files_in_thread(message)

    async def stands(self, team: Team, place: Mapping[str, str]) -> bool:
        """Whether the pictures of a message are below it already.

        Raises:
            SlackFault: Slack does not say.
        """
        files = self._files.get(message_ref(**place), ())
        return bool(files) and await self._uploads.there(team, *files)

    async def put(
        self,
        team: Team,
        place: Mapping[str, str],
        card: Card,
        *,
        thread: str,
        name: Callable[[Mapping[str, Any]], Awaitable[None]],
    ) -> None:
        """The message names its files before anybody sees one: none outlives it, whenever the process ends.

        `name` puts metadata into the message.

        Raises:
            SlackFault: Slack does not take it.
        """
        log.warning("pictures go below the message", job=card.job)
        stands = message_ref(**place)
        await self._uploads.forget(team, card.pictures[0].generation)
        await self._uploads.delete(team, self._files.get(stands, ()))
        self._files[stands] = files = await self._uploads.prepare(team, card.pictures)
        nonce = job_id_in(await self._api.message(team, **place)) or card.job
        await name(metadata(nonce, files=files))
        for file, picture in zip(files, card.pictures, strict=True):
            await self._uploads.complete(team, file, title=picture.alt, channel=place["channel"], thread=thread)
