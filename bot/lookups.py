"""What members look up in a chat: the queue, a job, the styles, help, what is stored about them."""

from dataclasses import replace

from bot.domain.access import Asker
from bot.domain.errors import Gone, InvalidRequest
from bot.domain.ids import GenerationId, job_of, parse_generation_id
from bot.domain.picture import Attached
from bot.exchange import Exchange
from bot.pages import Link, details_page, help_page, queue_page, recent_page, said_page
from bot.ports import Clock, Exporter
from bot.service import Service
from bot.style_pages import by_sheet, style_sheet
from bot.texts import text


class Lookups:
    """Part of `Conversation`. Its methods raise `UserError` with the sentence for the member."""

    def __init__(self, *, service: Service, exporter: Exporter, clock: Clock) -> None:
        self._service = service
        self._exporter = exporter
        self._clock = clock

    async def look_up(self, at: Exchange, name: str, words: str = "") -> None:
        """What a command shows that takes no form; help if there is no such command."""
        match name:
            case "queue":
                await self.queue(at)
            case "info":
                await self.info(at, words)
            case "web":
                await self.web(at)
            case "styles":
                await at.show_styles(0)
            case _:
                await self.help(at)

    async def queue(self, at: Exchange) -> None:
        """The member's open jobs, and what could not be shown."""
        view, most = await self._service.status(at.by.requester), at.chat.listed
        left = most - len(view.mine) if at.chat.collects else 0
        uncollected = await self._service.results.uncollected(at.by.requester, most=left)
        locale = await at.locale()
        await at.show(queue_page(view, now=self._clock.now(), locale=locale, most=most, uncollected=uncollected))

    async def info(self, at: Exchange, words: str) -> None:
        """A job by its id; without one, the member's latest."""
        if not words:
            await at.show(recent_page(await self._service.recent(at.by.requester), await at.locale()))
            return
        result = parse_generation_id(words.split(maxsplit=1)[0])
        if result is None:
            raise InvalidRequest("refused-no-job")
        await self.details(at, result, by=await at.asker())

    async def details(self, at: Exchange, target: GenerationId, *, by: Asker | None = None) -> None:
        """A job with its recipe and lineage, as far as the member may see them."""
        described = await self._service.results.describe(job_of(target), by=by or at.by)
        await at.show(details_page(described, now=self._clock.now(), locale=await at.locale()))

    async def help(self, at: Exchange) -> None:
        """How to ask."""
        await at.show(help_page(await at.locale(), at.chat.help, maps=bool(self._service.menu().controls)))

    async def style_sheets(self, at: Exchange) -> None:
        """The presets' pictures, for a chat that cannot show them among their words."""
        locale, styles = await at.locale(), list(self._service.styles.values())
        await at.show(said_page(locale, "page-styles", "styles-coming"))
        parts = enumerate(by_sheet(styles), start=1)
        sheets = [await style_sheet(self._exporter, part, number) for number, part in parts]
        await at.show(said_page(locale, "page-styles", "styles-sent"), [each for each in sheets if each])

    async def web(self, at: Exchange) -> None:
        """A link that signs the member in. It is no part of the text, as chats fetch the links that stand in one."""
        if self._service.sign_in is None:
            raise Gone("refused-web-off")
        link, locale = await self._service.sign_in.link(at.by), await at.locale()
        page = said_page(locale, "web-open", "web-link")
        await at.show(replace(page, link=Link(text(locale, "web-open"), link)))

    async def export(self, at: Exchange, *, max_bytes: int) -> None:
        """Everything that is stored about the member, as a file of theirs."""
        packed = await self._service.export(at.by.requester, max_bytes=max_bytes)
        page = said_page(await at.locale(), "page-privacy", "privacy-export")
        await at.show(page, [Attached(name="pentimento-export.zip", content=packed)])

    async def forget(self, at: Exchange) -> None:
        """Delete everything about the member."""
        gone = await self._service.removal.forget(at.by.requester)
        locale = await at.locale()
        await at.show(said_page(locale, "page-privacy", "privacy-deleted", jobs=gone.jobs, held=gone.held))
