"""What members do in a chat: ask, press, react, look up. It is the same in every chat.

A chat says what happened and how it answers that (`bot.exchange`), and decides nothing of what follows.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from typing import ClassVar

import structlog

from bot.comparing import comparison, result_in
from bot.domain.access import Act, Asker
from bot.domain.actions import VERBS, Reaction, Verb
from bot.domain.ask import Ask, Wish
from bot.domain.button_id import ButtonId
from bot.domain.errors import (
    DeliveryError,
    Gone,
    InvalidRequest,
    PictureRefused,
    PromptBlocked,
    Repeated,
    StorageFailed,
    Undeliverable,
    UnknownStyle,
    UserError,
)
from bot.domain.flags import parse_flags
from bot.domain.ids import JobId, generation_id, job_of
from bot.domain.options import NOTHING_SAID, Options
from bot.domain.picture import Attached
from bot.domain.rules import public_locale
from bot.drafts import Drafts, SentForm, WaysOn
from bot.exchange import Exchange
from bot.first_minute import GREETINGS, SAMPLE_WISH, sample
from bot.forms import Form
from bot.lookups import Lookups
from bot.mentions import Mention
from bot.pages import Look, Page, Part, Row, refusal_page, report_page
from bot.picture_form import Purpose, picture_form, result_form
from bot.ports import Clock, Exporter
from bot.rendering import marks
from bot.results import Description
from bot.service import Service
from bot.texts import day, text

log = structlog.get_logger(__name__)


class Conversation(Lookups):
    """What follows from what a member does. Its methods raise `UserError` with the sentence for the member."""

    def __init__(self, *, service: Service, exporter: Exporter, clock: Clock) -> None:
        super().__init__(service=service, exporter=exporter, clock=clock)
        self._wishes: Drafts[tuple[Wish, JobId | None]] = Drafts()
        self._forms: Drafts[SentForm] = Drafts()

    async def ask(self, at: Exchange, wish: Wish, *, shown: JobId | None = None) -> None:
        """Hand a wish in; `shown` is the job of our own message that it happened on, if the event does not say."""
        by = _seeing(await at.asker(), shown)
        asked = Ask(wish=wish, by=by, event_id=at.event_id, answer=at.answer, threads=at.threads, hidden=at.hidden)
        try:
            receipt = await self._service.ask(asked)
        except PromptBlocked:
            await self._log_refusal(at, by)
            raise
        except UnknownStyle:
            self._wishes.keep(at.event_id, by.requester.key, (wish, by.shown))
            raise
        if not receipt.job.private:
            await self._greet(at)
        if receipt.repeated:
            raise Repeated
        if receipt.thread:
            await at.lead(receipt.thread)

    async def _greet(self, at: Exchange) -> None:
        """Somebody used the bot where everybody sees it; that the place is not greeted costs them nothing."""
        try:
            await at.greet()
        except StorageFailed:
            log.warning("greeting put off", incoming=at.event_id)

    async def mention(self, at: Exchange, mention: Mention) -> None:
        """A message that calls the bot: what is done with its picture, or with the one that it answers."""
        shown = mention.pictures()
        if not (shown or mention.answers) and mention.words.lower() in GREETINGS:
            await mention.greet()
            return
        written = parse_flags(mention.words, styles=self._service.styles)
        if not shown:
            try:
                shown = await mention.above()
            except PictureRefused as refused:
                await mention.offer(refused)
                return
        if len(shown) > 1:
            raise InvalidRequest("refused-several-pictures", count=len(shown))
        (picture,) = shown
        wish = Wish(
            options=written.options,
            action=written.action,
            generation=picture.result,
            source=picture.source,
            author=picture.author,
        )
        await self.ask(at, wish)

    def ways_on(self, refused: UserError, *, event_id: str, by: Asker, locale: str, form: SentForm | None) -> WaysOn:
        """How a member may go on at once after a refusal: by another style, or by the form that was refused."""
        takes, again, written = dict[str, str](), "", ""
        if isinstance(refused, UnknownStyle) and self.refused_wish(event_id, by):
            takes = {style: text(locale, "button-take", style=style) for style in refused.near}
        if form and not isinstance(refused, Repeated):
            self.keep_form(event_id, form, by=by)
            again, written = text(locale, "form-again"), str(form.values.get("prompt", ""))
        return WaysOn(takes=takes, again=again, written=written)

    def keep_form(self, name: str, form: SentForm, *, by: Asker) -> None:
        """Remember a form of a member's that was refused."""
        self._forms.keep(name, by.requester.key, form)

    def refused_form(self, name: str, *, by: Asker) -> SentForm | None:
        """A member's form that was refused, if it is still known."""
        return self._forms.find(name, by.requester.key)

    async def reopen(
        self, at: Exchange, name: str, form_of: Callable[[SentForm], Awaitable[Form]], *, also: str = ""
    ) -> None:
        """Open a refused form again, with what its member wrote.

        Args:
            at: what opens it.
            name: by which it was kept.
            form_of: the form as it opens anew; raises `UserError` if what it is about is not there any more.
            also: another name by which it is known from now on.
        """
        sent = self.refused_form(name, by=at.by)
        if sent is None:
            raise Gone("refused-form-gone")
        form = await form_of(sent)
        if also:
            self.keep_form(also, sent, by=at.by)
        await at.open(form.filled(sent.values), sent.about)

    def refused_wish(self, event_id: str, by: Asker) -> Wish | None:
        """A member's wish that was refused for its style, if it is still known."""
        kept = self._wishes.find(event_id, by.requester.key)
        return kept[0] if kept else None

    async def take(self, at: Exchange, event_id: str, style: str) -> None:
        """A wish that was refused for its style, once more with one that there is."""
        kept = self._wishes.find(event_id, at.by.requester.key)
        if kept is None:
            raise Gone("refused-wish-gone")
        wish, shown = kept
        await self.ask(at, replace(wish, options=replace(wish.options, style=style)), shown=shown)

    async def try_sample(self, at: Exchange) -> None:
        """*Try it with a sample*: a picture as any other, of the member who pressed."""
        await self.ask(at, replace(SAMPLE_WISH, source=await sample()))

    async def _log_refusal(self, at: Exchange, by: Asker) -> None:
        """A line for the moderators, if they want one; that it cannot be written costs the member nothing."""
        settings = await self._service.places.settings(*by.keys)
        if not (settings.log and settings.refusals):
            return
        try:
            await at.post(settings.log, refusal_page(by, public_locale(by, settings)))
        except DeliveryError as fault:
            log.warning("refused prompt not logged", reason=str(fault))

    async def press(self, at: Exchange, pressed: ButtonId) -> None:
        """Do what a button says."""
        await self._service.used(pressed.target, by=at.by)
        row = VERBS[pressed.verb]
        if row.opens:
            await self.open_form(at, ButtonId(row.opens, pressed.target))
        elif row.makes:
            strengths = None if pressed.strength is None else (pressed.strength,)
            wish = Wish(options=Options(strengths=strengths), verb=pressed.verb, generation=pressed.target)
            await self.ask(at, wish)
        else:
            act = self.WITHOUT_JOB.get(pressed.verb)
            if act is None:
                raise Gone("refused-unknown")
            await act(self, at, pressed)

    async def react(self, at: Exchange, reaction: Reaction, job: JobId) -> None:
        """Do what a reaction on a message of ours says, which shows a job."""
        await self._service.used(generation_id(job, 0), by=at.by)
        if reaction is Reaction.CROSS:
            if await self._service.removal.cross(generation_id(job, 0), by=_seeing(await at.asker(), job)):
                await at.remove(deleted=True)
            return
        by, results = _seeing(at.by, job), self._service.results
        if reaction is Reaction.REROLL:
            result = (await results.only(job, by=by)).generation.id
            await self.ask(at, Wish(verb=Verb.REROLL, generation=result), shown=job)
            return
        if reaction is Reaction.KEEP:
            await results.star(job, by=by)
        card = await results.copy(job, by=by, site=at.direct)
        where = await at.send(card, "reaction-kept" if reaction is Reaction.KEEP else "reaction-sent")
        await results.copied(job, by=by, where=where)

    async def open_form(self, at: Exchange, about: ButtonId, *, shown: JobId | None = None) -> None:
        """Open the form of what is done with a result."""
        await at.open(await self.result_form(at, about, shown=shown), about)

    async def result_form(self, at: Exchange, about: ButtonId, *, shown: JobId | None = None) -> Form:
        """The form of what is done with a result, filled with its own recipe."""
        by, service = _seeing(at.by, shown), self._service
        parent = (await service.results.parent(about.target, by=by)).generation
        return result_form(
            about.verb,
            parent,
            service.menu(parent.recipe.model),
            usual=await service.places.settings(*by.keys),
            locale=await at.locale(),
            recent=await service.styles_of(by.requester),
        )

    async def picture_form(
        self,
        at: Exchange,
        purpose: Purpose,
        *,
        said: Options = NOTHING_SAID,
        pictures: Sequence[str] = (),
        of: JobId | None = None,
        uploads: bool = False,
    ) -> Form:
        """The form for a picture of the member's, or for one of several that a job made (`of`).

        What else it takes is in `bot.picture_form.picture_form`.
        """
        if of:
            pictures = marks(await self._service.results.allowed(Act.DERIVE, of, at.by))
        usual = await self._service.places.settings(*at.by.keys)
        return picture_form(
            purpose,
            self._service.menu(usual.model),
            locale=await at.locale(),
            said=said,
            usual=usual,
            pictures=pictures,
            uploads=uploads,
            recent=await self._service.styles_of(at.by.requester),
        )

    async def words_form(self, at: Exchange, words: str) -> Form:
        """The form for a picture that is added to it, with words that were written without one."""
        try:
            said = parse_flags(words, styles=self._service.styles).options
        except InvalidRequest:  # it is mended in the form, where it stands as it was written
            said = Options(prompt=words)
        return await self.picture_form(at, Purpose.REMIX, said=said, uploads=True)

    async def style_form(self, at: Exchange, style: str) -> Form:
        """The form for a picture that a style was chosen for.

        Raises:
            Gone: there is no such style any more.
        """
        if style not in self._service.styles:
            raise Gone("refused-unknown")
        return await self.picture_form(at, Purpose.REMIX, said=Options(style=style), uploads=True)

    async def _details(self, at: Exchange, pressed: ButtonId) -> None:
        await self.details(at, pressed.target)

    async def _compare(self, at: Exchange, pressed: ButtonId) -> None:
        """Source and result in one picture, all passes of a chain, and an animation of the last one."""
        locale = await at.locale()
        compared = comparison(await self._described(at, pressed), pressed.target, locale)
        said = text(locale, "alt-compare")
        made = {
            "compare": await self._exporter.strip(compared.steps),
            "wipe": await self._exporter.wipe(compared.before, compared.after),
        }
        files = [
            Attached(name=f"{name}.{each.suffix}", content=each.content, alt=said, spoiler=compared.spoiler)
            for name, each in made.items()
        ]
        await at.show(Page(title=said, rows=()), files, of=job_of(pressed.target))

    async def _original(self, at: Exchange, pressed: ButtonId) -> None:
        """The result without loss."""
        made, locale = result_in(await self._described(at, pressed), pressed.target), await at.locale()
        exported = await self._exporter.export(made.id, max_bytes=at.file_bytes, locale=locale)
        said = f"{exported.width}x{exported.height} · {exported.suffix.upper()}"
        rows = (Row(parts=(Part(exported.note),), look=Look.QUIET),) if exported.note else ()
        name = f"pentimento-{made.id}.{exported.suffix}"
        file = Attached(name=name, content=exported.content, spoiler=made.spoiler)
        await at.show(Page(title=said, rows=rows), [file], of=made.job)

    async def _described(self, at: Exchange, pressed: ButtonId) -> Description:
        return await self._service.results.describe(job_of(pressed.target), by=at.by)

    async def _cancel(self, at: Exchange, pressed: ButtonId) -> None:
        await self._service.removal.cancel(job_of(pressed.target), by=await at.asker())

    async def _collect(self, at: Exchange, pressed: ButtonId) -> None:
        """Show a result whose message could not be changed any more."""
        job = job_of(pressed.target)
        await self._service.results.allowed(Act.COLLECT, job, at.by)
        if not await at.renew(job):
            await self.react(at, Reaction.SEND, job)

    async def _delete(self, at: Exchange, pressed: ButtonId) -> None:
        """Ask whether they mean it, if the chat does not by itself; ERASE is the answer."""
        if at.chat.asks:
            await self._erase(at, pressed)
            return
        await self._service.results.allowed(Act.DELETE, job_of(pressed.target), at.by)
        await at.question(pressed.target)

    async def _leave(self, at: Exchange, pressed: ButtonId) -> None:
        await at.drop_question(pressed.target)

    async def _erase(self, at: Exchange, pressed: ButtonId) -> None:
        held = await self._service.removal.delete(pressed.target, by=await at.asker())
        await at.remove(deleted=True)
        if held:
            await at.tell("privacy-deleted", jobs=1, held=held)

    async def _publish(self, at: Exchange, pressed: ButtonId) -> None:
        """Show everybody what only its owner saw; where may be another kind of place by now than it was then."""
        job, results = job_of(pressed.target), self._service.results
        asked = (await results.allowed(Act.PUBLISH, job, at.by)).reply_to
        where, site = at.home(asked)
        await self._service.admit_openly(at.by, where=where)
        openly = pressed.verb is Verb.PUBLISH_OPEN
        async with results.publishing(job, by=at.by, where=where, site=site, openly=openly) as card:
            await at.publish(asked, card)

    async def _report(self, at: Exchange, pressed: ButtonId) -> None:
        """Show it in the channel that the admins named."""
        async with self._service.moderators.reporting(job_of(pressed.target), by=at.by) as made:
            try:
                await at.post(made.channel, report_page(made, now=self._clock.now()), made.card)
            except Undeliverable as fault:
                raise InvalidRequest("refused-log-unwritable") from fault
        await at.tell("report-sent")

    async def _ban(self, at: Exchange, pressed: ButtonId) -> None:
        """Keep whoever asked for it from using the bot for a while."""
        banned = await self._service.moderators.ban_requester(job_of(pressed.target), by=await at.asker())
        await at.tell("ban-done", name=banned.name, until=day(await at.locale(), banned.until))

    async def _thread(self, at: Exchange, pressed: ButtonId) -> None:
        """What is made from a result goes on in a thread."""
        if at.threads is None:
            raise InvalidRequest("refused-thread")
        await self._service.continue_in_thread(at.threads, pressed.target, by=at.by)
        await at.tell("thread-opened")

    async def _dismiss(self, at: Exchange, pressed: ButtonId) -> None:
        """Take a report away."""
        await self._service.results.allowed(Act.BAN, job_of(pressed.target), await at.asker())
        await at.remove(deleted=False)

    WITHOUT_JOB: ClassVar[Mapping[Verb, Callable[["Conversation", Exchange, ButtonId], Awaitable[None]]]] = {
        Verb.DETAILS: _details,
        Verb.COMPARE: _compare,
        Verb.ORIGINAL: _original,
        Verb.CANCEL: _cancel,
        Verb.DELETE: _delete,
        Verb.ERASE: _erase,
        Verb.LEAVE: _leave,
        Verb.COLLECT: _collect,
        Verb.PUBLISH: _publish,
        Verb.PUBLISH_OPEN: _publish,
        Verb.REPORT: _report,
        Verb.BAN: _ban,
        Verb.DISMISS: _dismiss,
        Verb.THREAD: _thread,
    }
    """What the verbs do that make no job and open no form, in every chat alike."""


def _seeing(by: Asker, shown: JobId | None) -> Asker:
    return replace(by, shown=shown) if shown else by
