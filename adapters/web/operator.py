"""The operator's page: what the service does, for whom, and the means to hold it.

Members' words and pictures are not on it. They are revealed one job at a time, and the log says that they were.
"""

import asyncio
import contextlib
import json
import time

from aiohttp import web

from adapters.web.addresses import job_in, see
from adapters.web.guard import asker_of, stays
from adapters.web.incoming import read_form
from adapters.web.operators import Operators, signin_page
from adapters.web.overview import job_rows, overview_view
from adapters.web.pages import event_stream, fragment, page
from adapters.web.slots import Streams
from adapters.web.words import locale_of
from bot.domain.errors import Gone, StorageFailed
from bot.domain.ids import ImageId, JobId
from bot.latest import Latest
from bot.operations import Operations, ProcessInfo
from bot.overseeing import Mode
from bot.ports import Exporter
from bot.results import Description
from bot.service import Service
from bot.texts import text, told

_SHOWN = 100
"""Waiting jobs that are listed."""

LOOK_SECONDS = 2.0
"""How often an open page is told what is new."""

_REVEALED_SECONDS = 600.0
_REVEALED = 100
_SIDE = 640
_MODES = {"pause": Mode.PAUSED, "resume": Mode.RUNNING, "drain": Mode.DRAINING}


class OperatorPages:
    """Answers requests; that who asks is the operator was checked before."""

    def __init__(
        self,
        *,
        service: Service,
        operations: Operations,
        exporter: Exporter,
        process: ProcessInfo,
        operators: Operators | None,
    ) -> None:
        """`operators`: lets in by a token of its own; None if all of the pages are one person's."""
        self._service = service
        self._operations = operations
        self._exporter = exporter
        self._process = process
        self._operators = operators
        self._revealed: Latest[JobId, float] = Latest(_REVEALED)
        self._streams = Streams()
        self._closing = asyncio.Event()

    def routes(self) -> list[web.RouteDef]:
        """Every address."""
        signing = [web.get("/operator/signin", self.ask), web.post("/operator/signin", self.sign_in)]
        return [
            web.get("/operator", self.overview),
            web.get("/operator/events", self.events, allow_head=False),
            web.post("/operator/{act:pause|resume|drain}", self.change),
            web.post("/operator/restart", self.restart),
            web.get("/operator/jobs/{job}", self.job),
            web.post("/operator/jobs/{job}/cancel", self.cancel),
            web.post("/operator/jobs/{job}/reveal", self.reveal),
            web.get("/operator/jobs/{job}/source.jpg", self.source),
            web.get("/operator/jobs/{job}/{index:[0-9]{1,3}}.jpg", self.picture),
            web.post("/operator/leave", self.leave),
            *(signing if self._operators else ()),
        ]

    async def overview(self, request: web.Request) -> web.Response:
        """Everything at this moment."""
        locale = locale_of(request)
        values = {"title": _title(locale), **await self._shown_now(locale)}
        return page(request, "operator.html", values)

    async def events(self, request: web.Request) -> web.StreamResponse:
        """The same again and again (server-sent events): `overview` with its part of the page, if that changed."""
        locale = locale_of(request)
        with self._streams.one(asker_of(request).requester.key, request):
            stream = event_stream()
            await stream.prepare(request)
            told = ""
            # A page that was closed is noticed at the next thing that it is told, a session that ended at the next
            # look; after a disk that refuses, the page asks again by itself.
            with contextlib.suppress(ConnectionResetError, StorageFailed):
                while not self._closing.is_set() and await stays(request):
                    part = fragment("operator_live.html", locale, await self._shown_now(locale))
                    event = f"event: overview\ndata: {json.dumps(part)}\n\n" if part != told else ": still here\n\n"
                    await stream.write(event.encode())
                    told = part
                    with contextlib.suppress(TimeoutError):
                        async with asyncio.timeout(LOOK_SECONDS):
                            await self._closing.wait()
            return stream

    def close(self) -> None:
        """End every stream: the service stops."""
        self._closing.set()

    async def _shown_now(self, locale: str) -> dict[str, object]:
        found = await self._operations.overview(most=_SHOWN)
        shown = overview_view(found, self._process, await self._process.disk(), locale)
        return {"shown": shown, "leaves": self._operators is not None}

    async def change(self, request: web.Request) -> web.StreamResponse:
        """Pause, resume or drain."""
        await self._operations.change(_MODES[request.match_info["act"]])
        return see("/operator")

    async def restart(self, request: web.Request) -> web.StreamResponse:
        """Start workers anew, one device after the other, or the one that the form names; not while that is done."""
        said = (await read_form(request, max_bytes=0)).fields if request.body_exists else {}
        await self._operations.restarts.ask(said.get("device", ""))
        return see("/operator")

    async def cancel(self, request: web.Request) -> web.StreamResponse:
        """Stop anybody's job."""
        await self._service.removal.cancel(_job(request), by=asker_of(request))
        return see("/operator")

    async def job(self, request: web.Request) -> web.Response:
        """A job; its words and pictures only if they were revealed lately."""
        locale, wanted = locale_of(request), _job(request)
        found = await self._operations.job(wanted, by=asker_of(request))
        described = await self._described(request) if self._is_revealed(wanted) else None
        values = {
            "title": _title(locale),
            "job": found,
            "error": told(locale, found.error),
            "rows": job_rows(found, locale),
            "described": described,
        }
        return page(request, "operator_job.html", values)

    async def reveal(self, request: web.Request) -> web.StreamResponse:
        """Show words and pictures of a job for some minutes."""
        wanted = _job(request)
        await self._operations.reveal(wanted, by=asker_of(request))
        self._revealed[wanted] = time.monotonic()
        return see(f"/operator/jobs/{wanted}")

    async def source(self, request: web.Request) -> web.Response:
        """What a revealed job started from."""
        return await self._small((await self._shown(request)).job.source)

    async def picture(self, request: web.Request) -> web.Response:
        """A result of a revealed job."""
        index = int(request.match_info["index"])
        made = next((each for each in (await self._shown(request)).generations if each.index == index), None)
        if made is None:
            raise Gone("refused-gone")
        return await self._small(made.image)

    async def ask(self, request: web.Request) -> web.Response:
        """The form for the token."""
        return signin_page(request, status=200)

    async def sign_in(self, request: web.Request) -> web.Response:
        """Trade the token for a session."""
        assert self._operators is not None, "else there is no such route"
        sent = await read_form(request, max_bytes=0)
        session = await self._operators.begin(request, sent.fields.get("token", ""))
        if session is None:
            return signin_page(request, status=403, error=text(locale_of(request), "web-refused-operator-token"))
        response = see("/operator")
        self._operators.give(response, session)
        return response

    async def leave(self, request: web.Request) -> web.Response:
        """Sign out."""
        response = see("/")
        if self._operators:
            await self._operators.end(request, response)
        return response

    async def _shown(self, request: web.Request) -> Description:
        if not self._is_revealed(_job(request)):
            raise Gone("refused-picture-gone")
        return await self._described(request)

    async def _described(self, request: web.Request) -> Description:
        return await self._operations.described(_job(request), by=asker_of(request))

    def _is_revealed(self, job: JobId) -> bool:
        at = self._revealed.get(job)
        return at is not None and time.monotonic() - at < _REVEALED_SECONDS

    async def _small(self, image: ImageId) -> web.Response:
        small = await self._exporter.thumbnail(image, side=_SIDE)
        return web.Response(body=small.content, content_type=small.media_type)


def _job(request: web.Request) -> JobId:
    return job_in(request.match_info["job"])


def _title(locale: str) -> str:
    return f"Pentimento: {text(locale, 'web-operator')}"
