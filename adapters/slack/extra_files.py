"""What stands in a message besides its results: the source as a thumbnail, and how the picture looks so far.

Both are files of our own: what a member sent is shown only where they shared it. A preview gives way to the next one
and is deleted then; of a job that ends without a result the source is deleted too, so that nothing of it stays in the
workspace.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from hashlib import blake2b
from typing import Any

import structlog

from adapters.slack.errors import SlackFault
from adapters.slack.layout import ExtraFiles
from adapters.slack.members import Team
from adapters.slack.uploads import Uploads
from bot.card_files import CardFiles, previews_of
from bot.domain.card import Card
from bot.domain.errors import Gone
from bot.domain.ids import JobId
from bot.latest import Latest
from bot.ports import Exporter
from bot.texts import text

_REMEMBERED = 500
log = structlog.get_logger(__name__)


class ExtraFileUploads:
    """Uploads what stands beside the results. Its faults cost what it shows, never the message."""

    def __init__(self, uploads: Uploads, exporter: Exporter) -> None:
        self._uploads = uploads
        self._files = CardFiles(exporter)
        self._previews: Latest[JobId, tuple[str, ...]] = Latest(_REMEMBERED)

    async def of(self, team: Team, card: Card) -> ExtraFiles:
        """The source and the preview of a card, as far as Slack takes them."""
        return ExtraFiles(source=await self._source(team, card), preview=await self._preview(team, card))

    def take_over(self, team: Team, card: Card, files: Sequence[Mapping[str, Any]]) -> None:
        """What an earlier process uploaded for a message stays in use, and goes when it would have gone then."""
        for file in files:
            name = str(file.get("name", "")).removesuffix(".jpg")
            if name.startswith(_preview_of(card)):
                self._previews[card.job] = (*self._previews.get(card.job, ()), name)
            elif name not in {_source_of(card), *(picture.generation for picture in card.pictures[:1])}:
                continue
            self._uploads.adopt(team, name, str(file["id"]))

    async def clear(self, team: Team, card: Card) -> None:
        """Of a job that has ended no preview is shown any more, and no source either if its card has none."""
        if not card.status.ended:
            return
        for name in self._previews.pop(card.job, ()):
            await self._uploads.discard(team, name)
        if card.source is None:
            await self._uploads.discard(team, _source_of(card))

    async def forget(self, team: Team, card: Card) -> None:
        """The message cannot show the source: it goes, unless one once showed it."""
        await self._uploads.forget(team, _source_of(card))

    async def _source(self, team: Team, card: Card) -> str:
        if card.source is None:
            return ""
        read = partial(self._files.source, card.source)
        return await self._shown(team, _source_of(card), read, alt=card.source_alt)

    async def _preview(self, team: Team, card: Card) -> str:
        previews = {} if card.spoiler else previews_of(card)
        if not previews:
            return ""
        content = b"".join(each for _, each in sorted(previews.items()))
        name = _preview_of(card) + blake2b(content, digest_size=6).hexdigest()
        read = partial(self._files.preview_in_one, card)
        if file := await self._shown(team, name, read, alt=text(card.locale, "alt-preview")):
            before, self._previews[card.job] = self._previews.get(card.job, ()), (name,)
            for each in before:
                if each != name:
                    await self._uploads.discard(team, each)
        return file

    async def _shown(self, team: Team, name: str, read: Callable[[], Awaitable[bytes]], *, alt: str) -> str:
        try:
            return await self._uploads.once(team, name, read, alt=alt)
        except (SlackFault, Gone) as fault:
            log.info("not shown beside a message", file=name, reason=str(fault))
            return ""


def _source_of(card: Card) -> str:
    return f"source-{card.job}"


def _preview_of(card: Card) -> str:
    """What the names of all its previews begin with."""
    return f"preview-{card.job}-"
