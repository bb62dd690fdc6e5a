"""Pictures as files, each for who may see it: the owner is asked for in the same function that gives the bytes."""

import asyncio
from collections.abc import Awaitable, Callable

from aiohttp import web

from adapters.web.addresses import generation_in, job_in
from adapters.web.guard import asker_of
from adapters.web.messenger import WebMessenger
from bot.card_files import previews_of
from bot.comparing import result_in
from bot.domain.access import Asker
from bot.domain.errors import Gone, NotAllowed
from bot.domain.ids import ImageId, JobId, job_of
from bot.domain.job import Generation
from bot.domain.picture import Exported
from bot.ports import Exporter
from bot.results import Description
from bot.service import Service

_SIDE = 320
_STAGE_SIDE = 1600
_NO_LIMIT = 1 << 40
_KEPT = "private, max-age=3600"
_ASKED = "private, no-cache"
"""Browsers keep it and ask each time if who looks on may see it: others sign in there, and results are deleted."""


class FileRoutes:
    """Answers requests; who asks was checked before."""

    def __init__(self, *, service: Service, exporter: Exporter, messenger: WebMessenger) -> None:
        self._service = service
        self._exporter = exporter
        self._messenger = messenger

    def routes(self) -> list[web.RouteDef]:
        """Every address."""
        return [
            web.get("/jobs/{job}/preview.jpg", self.preview),
            web.get("/g/{generation}.webp", self.shown),
            web.get("/g/{generation}.png", self.picture),
            web.get("/t/{generation}.jpg", self.thumbnail),
            web.get("/s/{job}.jpg", self.source),
            web.get("/style/{style}.jpg", self.style),
        ]

    async def preview(self, request: web.Request) -> web.Response:
        """How a running job looks now; the result, if it came before the preview was asked for."""
        described = await self._described(job_in(request.match_info["job"]), asker_of(request))
        card = self._messenger.latest(described.job.id)
        previews = previews_of(card) if card else {}
        if not previews:
            if described.generations:
                return await self._small(request, described, described.generations[0].image, _SIDE)
            raise Gone("refused-picture-gone")
        return web.Response(body=previews[min(previews)], content_type="image/jpeg")

    async def shown(self, request: web.Request) -> web.Response:
        """A result in its size, an eighth of the lossless one's bytes: as chats show it."""
        described, made = await self._made(request)
        return await _kept(request, described, made.image, lambda: self._exporter.shown(made.id, max_bytes=_NO_LIMIT))

    async def picture(self, request: web.Request) -> web.Response:
        """A result, lossless; `?download` as a file to keep."""
        described, made = await self._made(request)
        answer = await _kept(
            request,
            described,
            made.image,
            lambda: self._exporter.export(made.id, max_bytes=_NO_LIMIT, formats=("PNG",)),
        )
        if "download" in request.query:
            answer.headers["Content-Disposition"] = f'attachment; filename="pentimento-{made.id}.png"'
        return answer

    async def thumbnail(self, request: web.Request) -> web.Response:
        """A result, small."""
        described, made = await self._made(request)
        return await self._small(request, described, made.image, _SIDE)

    async def source(self, request: web.Request) -> web.Response:
        """What a job started from; `?first` what its whole family started from."""
        described = await self._described(job_in(request.match_info["job"]), asker_of(request))
        root = described.ancestors[0] if "first" in request.query and described.ancestors else None
        source = root.source if root else described.job.source
        if source in described.hidden:
            raise NotAllowed("refused-source-hidden")
        return await self._small(request, described, source, _STAGE_SIDE)

    async def style(self, request: web.Request) -> web.Response:
        """The picture of a style."""
        style = self._service.styles.get(request.match_info["style"])
        if style is None or style.picture is None:
            raise Gone("refused-picture-gone")
        content = await asyncio.to_thread(style.picture.read_bytes)
        return web.Response(body=content, content_type="image/jpeg", headers={"Cache-Control": _KEPT})

    async def _small(self, request: web.Request, described: Description, image: ImageId, side: int) -> web.Response:
        return await _kept(request, described, image, lambda: self._exporter.thumbnail(image, side=side))

    async def _made(self, request: web.Request) -> tuple[Description, Generation]:
        """The result that an address names, for who may see it."""
        wanted = generation_in(request.match_info["generation"])
        described = await self._described(job_of(wanted), asker_of(request))
        return described, result_in(described, wanted)

    async def _described(self, job: JobId, by: Asker) -> Description:
        return await self._service.results.describe(job, by=by)


async def _kept(
    request: web.Request, described: Description, image: ImageId, export: Callable[[], Awaitable[Exported]]
) -> web.Response:
    """The file of a picture that who asks may see; or that the browser has it already, while we keep it too.

    Raises:
        Gone: we do not.
    """
    if image in described.gone:
        raise Gone("refused-picture-gone")
    if any(each.value == image for each in request.if_none_match or ()):
        answer = web.Response(status=304)
    else:
        file = await export()
        answer = web.Response(body=file.content, content_type=file.media_type)
    answer.headers["Cache-Control"] = _ASKED
    answer.etag = image
    return answer
