"""The form and the pages of jobs, of the playground's one person or of a member; the same service as in the chats."""

import asyncio
import contextlib
import json
import time
from collections.abc import Mapping
from contextlib import aclosing
from functools import partial

from aiohttp import web

from adapters.web.addresses import generation_in, job_in, number_in, see
from adapters.web.following import followed
from adapters.web.guard import asker_of, asking, stays
from adapters.web.incoming import FormStart, Submitted, read_form
from adapters.web.messenger import PLATFORM, WebMessenger
from adapters.web.pages import STATIC, event_stream, fragment, new_nonce, page
from adapters.web.slots import FormSlots, Streams
from adapters.web.views import FormView, JobView, Offers, form_view, history, job_view, said_by
from adapters.web.words import said_here
from bot.admission import Receipt
from bot.domain.access import Asker
from bot.domain.actions import DERIVING, Verb
from bot.domain.ask import Ask, Wish
from bot.domain.card import Card
from bot.domain.errors import InvalidRequest, StorageFailed, UserError
from bot.domain.ids import JobId
from bot.domain.limits import DAY
from bot.domain.options import OPTION, read_options
from bot.domain.request import Action, ReplyTarget
from bot.results import Description
from bot.service import Service
from bot.sign_in import hashed
from bot.texts import megabytes, text, time_span

_HERE = ReplyTarget(platform=PLATFORM)
_SHOWN = 60
"""Jobs in the history: more are found by their addresses only."""


class Playground:
    """Answers requests; who asks was checked before, see `adapters.web.guard`."""

    def __init__(self, *, service: Service, messenger: WebMessenger, max_bytes: int, days: float | None) -> None:
        """`max_bytes`: of a picture that is sent. `days`: see `WebPlatform`."""
        self._service = service
        self._messenger = messenger
        self._max_bytes = max_bytes
        self._days = days
        self._forms = FormSlots()
        self._streams = Streams()

    def routes(self) -> list[web.RouteDef]:
        """Every address."""
        return [
            web.get("/", self.start),
            web.post("/jobs", self.submit),
            web.get("/jobs/{job}", self.job),
            web.post("/jobs/{job}/cancel", self.cancel),
            web.get("/events", self.events, allow_head=False),
            web.post("/press", self.press),
        ]

    async def start(self, request: web.Request) -> web.Response:
        """The form alone."""
        return await self._page(request, self._form(asker_of(request).locale, {}))

    async def submit(self, request: web.Request) -> web.StreamResponse:
        """A job from the form; or the form again, as it was filled in, with what is wrong."""
        by = asker_of(request)
        sent = Submitted(fields={}, files={})
        try:
            async with self._forms.place(by.requester.key):
                sent = await read_form(request, max_bytes=self._max_bytes)
                receipt = await self._submitted(request, sent)
        except UserError as refused:
            form = self._form(by.locale, sent.fields, error=said_here(refused, by.locale))
            return await self._page(request, form, status=422)
        return see(f"/jobs/{receipt.job.id}")

    async def _submitted(self, request: web.Request, sent: Submitted) -> Receipt:
        """What a form asks for."""
        start, of = sent.start, sent.fields.get("of", "")
        result = generation_in(of) if start in {FormStart.EDIT, FormStart.CHAIN} else None
        again = job_in(of) if start is FormStart.AGAIN else None
        picture = sent.files.get("picture") or (await _sample() if sent.fields.get("sample") else None)
        if not (result or again or picture):
            raise InvalidRequest("web-refused-no-picture")
        wish = Wish(
            options=sent.options(),
            action=Action.SWEEP if sent.sweeps else Action.IMG2IMG,
            verb=Verb(start) if result else None,
            generation=result,
            source=picture,
            again=again,
            author=asking(request).requester.user,
            control_map=sent.files.get("map"),
        )
        return await self._ask(request, sent, wish)

    async def press(self, request: web.Request) -> web.StreamResponse:
        """What a button under a result asks for."""
        sent = await read_form(request, max_bytes=0)
        verb = sent.fields.get("verb", "")
        if verb not in set(DERIVING):
            raise InvalidRequest("web-refused-form")
        wish = Wish(
            options=read_options({"strengths": sent.fields.get("strength") or None}),
            verb=Verb(verb),
            generation=generation_in(sent.fields.get("target", "")),
        )
        receipt = await self._ask(request, sent, wish)
        return see(f"/jobs/{receipt.job.id}")

    async def _ask(self, request: web.Request, sent: Submitted, wish: Wish) -> Receipt:
        """Hand a wish in: on the web everybody goes on from their own results only, whatever a room shows."""
        if wish.generation:
            await self._service.results.parent(wish.generation, by=asker_of(request))
        event = sent.event_id(asker_of(request).requester.key)
        asked = Ask(wish=wish, by=asking(request), event_id=event, answer=_here, hidden=True)
        return await self._service.ask(asked)

    async def job(self, request: web.Request) -> web.Response:
        """A job as it stands."""
        by = asker_of(request)
        described = await self._described(job_in(request.match_info["job"]), by)
        card = await self._card(described.job.id, by)
        if card.status.ended and not described.job.status.ended:  # just now: its pictures came after the description
            described = await self._described(described.job.id, by)
        view = job_view(
            described,
            card,
            index=number_in(request.query.get("picture", "")) or 0,
            locale=by.locale,
            against=request.query.get("against", ""),
        )
        goes = self._goes(described, by.locale)
        start = "chain" if "chain" in request.query else "edit"
        said = said_by((view.shown.recipe if view.shown else view.job.recipes[0]).options())
        if view.shown:
            said |= {"of": view.shown.id, "start": start, "chains": "yes"}
        elif view.job.source not in described.gone:
            said |= {"of": view.job.id, "start": "again"}
        if start == "chain":
            said = {name: value for name, value in said.items() if name not in OPTION or OPTION[name].chained}
        return await self._page(request, self._form(by.locale, said), job=view, goes=goes)

    async def events(self, request: web.Request) -> web.StreamResponse:
        """A job's page as it changes (server-sent events): `card` with its part of the page, `end` at the end."""
        by = asker_of(request)
        job = (await self._described(job_in(request.query.get("job", "")), by)).job.id
        with self._streams.one(by.requester.key, request):
            return await self._followed(request, job, by)

    async def _followed(self, request: web.Request, job: JobId, by: Asker) -> web.StreamResponse:
        after = number_in(request.headers.get("Last-Event-ID", "")) or 0
        stream = event_stream()
        await stream.prepare(request)
        shown = partial(self._card, job, by)
        # A page that was closed is noticed at the next thing that it is told; if the disk refuses, it asks again.
        with contextlib.suppress(ConnectionResetError, StorageFailed):
            async with aclosing(followed(job, messenger=self._messenger, after=after, shown=shown)) as cards:
                async for version, card in cards:
                    if not await stays(request):
                        return stream
                    await stream.write(_event(version, card, by.locale) if card else b": still here\n\n")
            if not self._messenger.closing:
                await stream.write(b"event: end\ndata:\n\n")
        return stream

    async def cancel(self, request: web.Request) -> web.StreamResponse:
        """Stop a job."""
        job = job_in(request.match_info["job"])
        await self._service.removal.cancel(job, by=asker_of(request))
        return see(f"/jobs/{job}")

    async def _described(self, job: JobId, by: Asker) -> Description:
        return await self._service.results.describe(job, by=by)

    async def _card(self, job: JobId, by: Asker) -> Card:
        """As the store has it, in the language of who looks on, with its progress while it runs."""
        live = self._messenger.latest(job)
        progress = live.progress if live else None
        return await self._service.results.collect(job, by=by, locale=by.locale, progress=progress)

    def _goes(self, described: Description, locale: str) -> str:
        """When a result that nobody keeps loses its picture; empty if it does not."""
        ended = described.job.ended_at
        if (
            self._days is None
            or ended is None
            or not described.job.pictures_kept
            or any(made.kept for made in described.generations)
        ):
            return ""
        left = ended + self._days * DAY - time.time()
        return text(locale, "web-goes", **time_span(max(60.0, left)))

    def _form(self, locale: str, said: Mapping[str, str], *, error: str = "") -> FormView:
        models = self._service.models
        offers = Offers(
            styles=self._service.styles,
            models=list(models),
            controls=self._service.controls(),
            editors=frozenset(name for name, each in models.items() if not each.uses_strength),
        )
        return form_view(offers, said, locale, nonce=new_nonce(), error=error)

    async def _page(
        self, request: web.Request, form: FormView, *, status: int = 200, job: JobView | None = None, goes: str = ""
    ) -> web.Response:
        by = asker_of(request)
        jobs = await self._service.recent(by.requester, limit=_SHOWN)
        results = await self._service.results.mine(by.requester, limit=_SHOWN)
        made = {each.job.id: each.generations[0] if each.job.pictures_kept else None for each in results.kept}
        values = {
            "title": f"Pentimento: {job.card.prompt}" if job else "Pentimento",
            "form": form,
            "job": job,
            "history": history(jobs, made, current=job.job.id if job else None, locale=by.locale),
            "most": megabytes(self._max_bytes),
            "max_bytes": self._max_bytes,
            "nonce": new_nonce(),
            "whose": hashed(by.requester.key),
            "goes": goes,
            "held": number_in(request.query.get("held", "")),
        }
        return page(request, "playground.html", values, status=status)


async def _here(*, private: bool, above: ReplyTarget | None, thread: str) -> ReplyTarget:
    """Every answer is a page of this member's."""
    del private, above, thread
    return _HERE


def _event(version: int, card: Card, locale: str) -> bytes:
    shown = fragment("progress.html", locale, {"card": card})
    return f"id: {version}\nevent: card\ndata: {json.dumps(shown)}\n\n".encode()


async def _sample() -> bytes:
    """The picture that comes with the page."""
    return await asyncio.to_thread((STATIC / "sample.jpg").read_bytes)
