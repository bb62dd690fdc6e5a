"""The playground's routes: one person at this machine, no account, the same service as in the chats."""

import asyncio
import contextlib
import json
from collections.abc import Mapping
from contextlib import aclosing

import structlog
from aiohttp import web

from adapters.web.guard import asker_of, asking
from adapters.web.incoming import Start, Submitted, read_form
from adapters.web.messenger import PLATFORM, WebMessenger
from adapters.web.pages import fragment, new_nonce, page
from adapters.web.views import FormView, JobView, Offers, form_view, history, job_view, said_by
from adapters.web.words import said_here
from bot.admission import Receipt
from bot.domain.access import Asker
from bot.domain.actions import DERIVING, Verb
from bot.domain.ask import Ask
from bot.domain.card import Card
from bot.domain.errors import Gone, InvalidRequest, UserError
from bot.domain.ids import GenerationId, ImageId, JobId, job_of, parse_generation_id, parse_job_id
from bot.domain.job import Generation
from bot.domain.options import OPTION, read_options
from bot.domain.request import Action, ReplyTarget
from bot.ports import Exporter
from bot.results import Description
from bot.service import Service

_HERE = ReplyTarget(platform=PLATFORM)
_SHOWN = 60
"""Jobs in the history: more are found by their addresses only."""

_SIDE = 320
_STAGE_SIDE = 1600
_NO_LIMIT = 1 << 40
_KEPT = "private, max-age=3600"

log = structlog.get_logger(__name__)


class Playground:
    """Answers requests; who asks was checked before, see `adapters.web.guard`."""

    def __init__(self, *, service: Service, exporter: Exporter, messenger: WebMessenger, max_bytes: int) -> None:
        """`max_bytes`: of a picture that is sent."""
        self._service = service
        self._exporter = exporter
        self._messenger = messenger
        self._max_bytes = max_bytes

    def routes(self) -> list[web.RouteDef]:
        """Every address."""
        return [
            web.get("/", self.start),
            web.post("/jobs", self.submit),
            web.get("/jobs/{job}", self.job),
            web.post("/jobs/{job}/cancel", self.cancel),
            web.get("/jobs/{job}/preview.jpg", self.preview),
            web.get("/events", self.events),
            web.post("/press", self.press),
            web.get("/results/{generation}/delete", self.confirm),
            web.post("/results/{generation}/delete", self.delete),
            web.get("/g/{generation}.png", self.picture),
            web.get("/t/{generation}.jpg", self.thumbnail),
            web.get("/s/{job}.jpg", self.source),
            web.get("/style/{style}.jpg", self.style),
        ]

    async def start(self, request: web.Request) -> web.Response:
        """The form alone."""
        return await self._page(request, self._form(asker_of(request).locale, {}))

    async def submit(self, request: web.Request) -> web.StreamResponse:
        """A job from the form; or the form again, as it was filled in, with what is wrong."""
        by = asker_of(request)
        sent = Submitted(fields={}, files={})
        try:
            sent = await read_form(request, max_bytes=self._max_bytes)
            receipt = await self._submitted(request, sent)
        except UserError as refused:
            form = self._form(by.locale, sent.fields, error=said_here(refused, by.locale))
            return await self._page(request, form, status=422)
        return _see(f"/jobs/{receipt.job.id}")

    async def _submitted(self, request: web.Request, sent: Submitted) -> Receipt:
        """What a form asks for."""
        start, of = sent.start, sent.fields.get("of", "")
        result = _generation(of) if start in {Start.EDIT, Start.CHAIN} else None
        again = _job(of) if start is Start.AGAIN else None
        picture = sent.files.get("picture")
        if not (result or again or picture):
            raise InvalidRequest("web-refused-no-picture")
        wish = Ask(
            by=asking(request),
            event_id=sent.event_id,
            answer=_here,
            options=sent.options(),
            action=Action.SWEEP if sent.sweeps else Action.IMG2IMG,
            verb=Verb(start) if result else None,
            generation=result,
            source=picture,
            again=again,
            author=asking(request).requester.user,
            control_map=sent.files.get("map"),
            hidden=True,
        )
        return await self._ask(request, wish)

    async def press(self, request: web.Request) -> web.StreamResponse:
        """What a button under a result asks for."""
        sent = await read_form(request, max_bytes=0)
        verb = sent.fields.get("verb", "")
        if verb not in set(DERIVING):
            raise InvalidRequest("web-refused-form")
        wish = Ask(
            by=asking(request),
            event_id=sent.event_id,
            answer=_here,
            options=read_options({"strengths": sent.fields.get("strength") or None}),
            verb=Verb(verb),
            generation=_generation(sent.fields.get("target", "")),
            hidden=True,
        )
        receipt = await self._ask(request, wish)
        return _see(f"/jobs/{receipt.job.id}")

    async def _ask(self, request: web.Request, wish: Ask) -> Receipt:
        """Hand a wish in: on the web everybody goes on from their own results only, whatever a room shows."""
        if wish.generation:
            await self._service.results.parent(wish.generation, by=asker_of(request))
        return await self._service.ask(wish)

    async def job(self, request: web.Request) -> web.Response:
        """A job as it stands."""
        by = asker_of(request)
        described = await self._described(_job(request.match_info["job"]), by)
        index = request.query.get("picture", "0")
        card = await self._card(described.job.id, by)
        view = job_view(described, card, index=int(index) if index.isdecimal() else 0, locale=by.locale)
        start = "chain" if "chain" in request.query else "edit"
        said = said_by((view.shown.recipe if view.shown else view.job.recipes[0]).options())
        if view.shown:
            said |= {"of": view.shown.id, "start": start, "chains": "yes"}
        else:
            said |= {"of": view.job.id, "start": "again"}
        if start == "chain":
            said = {name: value for name, value in said.items() if name not in OPTION or OPTION[name].chained}
        return await self._page(request, self._form(by.locale, said), job=view)

    async def events(self, request: web.Request) -> web.StreamResponse:
        """A job's page as it changes (server-sent events): `card` with its part of the page, `end` at the end."""
        by = asker_of(request)
        job = (await self._described(_job(request.query.get("job", "")), by)).job.id
        known = request.headers.get("Last-Event-ID", "0")
        stream = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
        await stream.prepare(request)
        after = int(known) if known.isdecimal() else 0
        # A page that was closed is noticed at the next thing that it is told.
        with contextlib.suppress(ConnectionResetError):
            async with aclosing(self._messenger.cards(job, after=after)) as cards:
                async for version, card in cards:
                    await stream.write(_event(version, card, by.locale) if card else b": still here\n\n")
            if not self._messenger.closing:
                await stream.write(b"event: end\ndata:\n\n")
        return stream

    async def preview(self, request: web.Request) -> web.Response:
        """How a running job looks now; the result, if it came before the preview was asked for."""
        described = await self._described(_job(request.match_info["job"]), asker_of(request))
        card = self._messenger.latest(described.job.id)
        if card is None or card.progress is None or card.progress.preview is None:
            if described.generations:
                return await self._small(described.generations[0].image, _SIDE)
            raise Gone("refused-picture-gone")
        return web.Response(body=card.progress.preview, content_type="image/jpeg")

    async def cancel(self, request: web.Request) -> web.StreamResponse:
        """Stop a job."""
        job = _job(request.match_info["job"])
        await self._service.removal.cancel(job, by=asker_of(request))
        return _see(f"/jobs/{job}")

    async def confirm(self, request: web.Request) -> web.Response:
        """The question before something is deleted."""
        by = asker_of(request)
        generation = _generation(request.match_info["generation"])
        job = (await self._described(job_of(generation), by)).job
        values = {"title": "Pentimento", "generation": generation, "job": job.id, "spoiler": job.lineage.spoiler}
        return page(request, "delete.html", values)

    async def delete(self, request: web.Request) -> web.StreamResponse:
        """Delete a job's pictures and words."""
        generation = _generation(request.match_info["generation"])
        await self._service.removal.delete(generation, by=asker_of(request))
        return _see("/")

    async def picture(self, request: web.Request) -> web.Response:
        """A result, lossless; `?download` as a file to keep."""
        made = await self._made(request)
        exported = await self._exporter.export(made.id, max_bytes=_NO_LIMIT, formats=("PNG",))
        headers = {"Cache-Control": _KEPT}
        if "download" in request.query:
            headers["Content-Disposition"] = f'attachment; filename="pentimento-{made.id}.png"'
        return web.Response(body=exported.content, content_type=exported.media_type, headers=headers)

    async def thumbnail(self, request: web.Request) -> web.Response:
        """A result, small."""
        made = await self._made(request)
        return await self._small(made.image, _SIDE)

    async def source(self, request: web.Request) -> web.Response:
        """What a job started from; `?first` what its whole family started from."""
        described = await self._described(_job(request.match_info["job"]), asker_of(request))
        root = described.ancestors[0] if "first" in request.query and described.ancestors else None
        return await self._small(root.source if root else described.job.source, _STAGE_SIDE)

    async def style(self, request: web.Request) -> web.Response:
        """The picture of a style."""
        style = self._service.styles.get(request.match_info["style"])
        if style is None or style.picture is None:
            raise Gone("refused-picture-gone")
        content = await asyncio.to_thread(style.picture.read_bytes)
        return web.Response(body=content, content_type="image/jpeg", headers={"Cache-Control": _KEPT})

    async def _small(self, image: ImageId, side: int) -> web.Response:
        small = await self._exporter.thumbnail(image, side=side)
        return web.Response(body=small.content, content_type=small.media_type, headers={"Cache-Control": _KEPT})

    async def _made(self, request: web.Request) -> Generation:
        """The result that an address names, for who may see it."""
        wanted = _generation(request.match_info["generation"])
        described = await self._described(job_of(wanted), asker_of(request))
        found = next((each for each in described.generations if each.id == wanted), None)
        if found is None:
            raise Gone("refused-gone")
        return found

    async def _described(self, job: JobId, by: Asker) -> Description:
        return await self._service.results.describe(job, by=by)

    async def _card(self, job: JobId, by: Asker) -> Card:
        """With its progress while it runs, else as the store has it."""
        return self._messenger.latest(job) or await self._service.results.collect(job, by=by)

    def _form(self, locale: str, said: Mapping[str, str], *, error: str = "") -> FormView:
        offers = Offers(
            styles=self._service.styles, models=list(self._service.models), controls=self._service.controls()
        )
        return form_view(offers, said, locale, nonce=new_nonce(), error=error)

    async def _page(
        self, request: web.Request, form: FormView, *, status: int = 200, job: JobView | None = None
    ) -> web.Response:
        by = asker_of(request)
        jobs = await self._service.recent(by.requester, limit=_SHOWN)
        results = await self._service.results.mine(by.requester, limit=_SHOWN)
        made = {each.job.id: each.generations[0].id if each.pictures else None for each in results.kept}
        values = {
            "title": "Pentimento",
            "form": form,
            "job": job,
            "history": history(jobs, made, current=job.job.id if job else None, locale=by.locale),
            "most": f"{self._max_bytes / 1e6:.0f}",
            "nonce": new_nonce(),
        }
        return page(request, "playground.html", values, status=status)


async def _here(*, private: bool, above: ReplyTarget | None) -> ReplyTarget:
    """Every answer is a page of this member's."""
    del private, above
    return _HERE


def _event(version: int, card: Card, locale: str) -> bytes:
    shown = fragment("progress.html", locale, {"card": card, "version": version})
    return f"id: {version}\nevent: card\ndata: {json.dumps(shown)}\n\n".encode()


def _job(given: str) -> JobId:
    job = parse_job_id(given)
    if job is None:
        raise Gone("refused-job-unknown")
    return job


def _generation(given: str) -> GenerationId:
    generation = parse_generation_id(given)
    if generation is None:
        raise Gone("refused-gone")
    return generation


def _see(address: str) -> web.Response:
    """Go there: what was posted is not posted again when that page is loaded anew."""
    return web.Response(status=303, headers={"Location": address})
