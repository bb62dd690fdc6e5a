"""What stands in a message besides its results: the source as a thumbnail, and how the picture looks so far.

Both are files of our own: what a member sent is shown only where they shared it. A preview gives way to the next one
and is deleted then, so that nothing of it stays in the workspace.
"""

from collections import OrderedDict
from hashlib import blake2b

import structlog

from adapters.slack.errors import SlackFault
from adapters.slack.layout import Beside
from adapters.slack.members import Team
from adapters.slack.uploads import Uploads
from bot.domain.card import Card
from bot.domain.errors import Gone
from bot.domain.ids import JobId
from bot.domain.picture import Tile
from bot.ports import Exporter
from bot.texts import text

_SIDE = 256
_REMEMBERED = 500
log = structlog.get_logger(__name__)


class Besides:
    """Uploads what stands beside the results. Its faults cost what it shows, never the message."""

    def __init__(self, uploads: Uploads, exporter: Exporter) -> None:
        self._uploads = uploads
        self._exporter = exporter
        self._previews: OrderedDict[JobId, str] = OrderedDict()

    async def of(self, team: Team, card: Card) -> Beside:
        """The source and the preview of a card, as far as Slack takes them."""
        return Beside(source=await self._source(team, card), preview=await self._preview(team, card))

    async def clear(self, team: Team, card: Card) -> None:
        """The preview of a job that has ended is no longer shown."""
        if card.status.ended and (name := self._previews.pop(card.job, None)):
            await self._uploads.discard(team, name)

    async def _source(self, team: Team, card: Card) -> str:
        source = card.source
        if source is None:
            return ""

        async def read() -> bytes:
            return (await self._exporter.thumbnail(source, side=_SIDE)).content

        try:
            return await self._uploads.small(team, f"source-{card.job}", read, alt=text(card.locale, "alt-source"))
        except (SlackFault, Gone) as fault:
            log.info("source not shown", job=card.job, reason=str(fault))
            return ""

    async def _preview(self, team: Team, card: Card) -> str:
        previews = card.progress.previews if card.progress and not card.spoiler else {}
        if not previews:
            return ""
        tiles = [
            Tile(content, card.marks[index] if card.marks else "") for index, content in sorted(previews.items())
        ]

        async def read() -> bytes:
            return tiles[0].content if len(tiles) == 1 else (await self._exporter.sheet(tiles)).content

        name = f"preview-{card.job}-{blake2b(b''.join(each.content for each in tiles), digest_size=6).hexdigest()}"
        before = self._previews.get(card.job)
        try:
            file = await self._uploads.small(team, name, read, alt=text(card.locale, "alt-preview"))
        except SlackFault as fault:
            log.info("preview not shown", job=card.job, reason=str(fault))
            return ""
        self._previews[card.job] = name
        if len(self._previews) > _REMEMBERED:
            self._previews.popitem(last=False)
        if before and before != name:
            await self._uploads.discard(team, before)
        return file
