"""What a member does with a result that makes no new job: keep it, delete it."""

from aiohttp import web

from adapters.web.addresses import generation_in, number_in, see
from adapters.web.guard import asker_of
from adapters.web.incoming import read_form
from adapters.web.pages import page
from bot.comparing import result_in
from bot.domain.ids import job_of
from bot.service import Service


class ResultActs:
    """Answers requests; who asks was checked before."""

    def __init__(self, *, service: Service) -> None:
        self._service = service

    def routes(self) -> list[web.RouteDef]:
        """Every address."""
        return [
            web.post("/results/{generation}/keep", self.keep),
            web.get("/results/{generation}/delete", self.confirm),
            web.post("/results/{generation}/delete", self.delete),
        ]

    async def keep(self, request: web.Request) -> web.StreamResponse:
        """Keep a result beyond retention, or do so no more."""
        generation = generation_in(request.match_info["generation"])
        sent = await read_form(request, max_bytes=0)
        await self._service.results.keep(generation, on=bool(sent.fields.get("on")), by=asker_of(request))
        picture = number_in(sent.fields.get("picture", "")) or 0
        return see(f"/jobs/{job_of(generation)}?picture={picture}")

    async def confirm(self, request: web.Request) -> web.Response:
        """The question before something is deleted, with all that goes: of a sweep every picture."""
        generation = generation_in(request.match_info["generation"])
        described = await self._service.results.describe(job_of(generation), by=asker_of(request))
        values = {"title": "Pentimento", "described": described, "made": result_in(described, generation)}
        return page(request, "delete.html", values)

    async def delete(self, request: web.Request) -> web.StreamResponse:
        """Delete a job's pictures and words; the page after it says so, and what jobs of others still hold."""
        generation = generation_in(request.match_info["generation"])
        held = await self._service.removal.delete(generation, by=asker_of(request))
        return see(f"/?held={held}")
