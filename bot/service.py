"""The use cases: ask, submit, press; with results that are shown, places and their settings, and removal beside them.

Chats and the command line call these and nothing else. A method returns when its change is durable; what follows
(the message, the picture) comes by dispatch and delivery. Every `UserError` carries the sentence for the member.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import structlog

from bot.admission import Admission, Receipt
from bot.archive import archive, images_of, streamed
from bot.delivery import Delivery
from bot.domain.access import Act, Asker
from bot.domain.actions import Press, Verb, derive
from bot.domain.ask import Ask, ThreadWay
from bot.domain.card import Waiting
from bot.domain.errors import Gone, NotAllowed
from bot.domain.ids import GenerationId, ImageId, JobId, job_of
from bot.domain.job import Generation, Job, source_is_withheld
from bot.domain.limits import DAY, Limits, Usage
from bot.domain.model import label
from bot.domain.picture import Sent
from bot.domain.place import PlaceSettings
from bot.domain.request import Action, ReplyTarget, Request, Requester
from bot.domain.rules import check_admitted, check_model, check_source, is_private, spoken
from bot.forms import Menu
from bot.greeting import Greetings
from bot.keeping import Keeping
from bot.moderators import Moderators
from bot.notices import Notices
from bot.places import Places
from bot.ports import Clock, ImageStore
from bot.queue import FairQueue
from bot.removal import Removal
from bot.results import Found, Results
from bot.sign_in import SignIn
from bot.stores import JobReader
from bot.threads import Opened, Threads, Way
from bot.turns import Turns
from inference.api import ControlKind, ModelDefaults

DOUBLE_CLICK_SECONDS = 3.0
"""Within this long an equal press is the same press, even if its job was quick enough to have ended."""

_RECENT = 20
_EVERYTHING = 1_000_000
_NO_WAY = Way()
_Settle = Callable[[Job], Awaitable[Job]]
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueView:
    """What a member asks `/queue` for.

    Attributes:
        mine: the member's open jobs, oldest first, with their places in line; None is running now.
        jobs: how many jobs wait in all.
        devices: how many devices there are.
        working: how many of them take pictures.
    """

    mine: Sequence[tuple[Job, Waiting | None]]
    jobs: int
    devices: int = 1
    working: int = 1


class Service:
    """The core's interface: what chats, pages and commands call.

    Attributes:
        styles: the presets members can pick, by name.
        controls: what a model can be made to keep; see `Admission.controls`.
        places: what is set for them.
        greetings: which of them are to be greeted.
        moderators: what members report, and who may not use the bot.
        notices: messages that stand for a while.
        removal: how jobs are stopped and what is stored goes.
        results: who sees and shares what.
        threads: where what is made from a result goes on.
        sign_in: of members on the web; None if there are no pages.
    """

    def __init__(
        self,
        *,
        admission: Admission,
        turns: Turns,
        keeping: Keeping,
        store: JobReader,
        images: ImageStore,
        queue: FairQueue,
        delivery: Delivery,
        places: Places,
        greetings: Greetings,
        moderators: Moderators,
        notices: Notices,
        results: Results,
        threads: Threads,
        removal: Removal,
        clock: Clock,
        sign_in: SignIn | None = None,
    ) -> None:
        self.sign_in = sign_in
        self._admission = admission
        self._keeping = keeping
        self._store = store
        self._images = images
        self._queue = queue
        self._delivery = delivery
        self._clock = clock
        self._turns = turns
        self.styles = admission.styles
        self.controls = admission.controls
        self.places = places
        self.greetings = greetings
        self.moderators = moderators
        self.notices = notices
        self.results = results
        self.threads = threads
        self.removal = removal

    @property
    def models(self) -> Mapping[str, ModelDefaults]:
        """The models members can pick, with their defaults; see `Admission.models`."""
        return self._admission.models

    def menu(self, model: str | None = None) -> Menu:
        """What there is to choose from: structure as a model keeps it, as any of them does if none is named."""
        kinds = {kind for name in ([model] if model else self.models) for kind in self.controls(name)}
        return Menu(
            styles=self.styles,
            models={name: label(name, defaults) for name, defaults in self.models.items()},
            controls=[kind for kind in ControlKind if kind in kinds],
            loras=any(defaults.loras for defaults in self.models.values()),
        )

    def close(self) -> None:
        """Accept nothing more: the service is stopping."""
        self._admission.close()

    async def admit(self, by: Asker, *, where: str = "") -> PlaceSettings:
        """The rules for somebody who does something that others see in the conversation `where`, or where they are.

        Raises:
            NotAllowed: they may not use the bot there, or nobody may for now.
        """
        if where and where not in by.rooms:
            by = replace(by, rooms=(*by.rooms, where))
        settings = await self.places.rules(by)
        check_admitted(settings, by, now=self._clock.now())
        return settings

    async def admit_openly(self, by: Asker, *, where: str = "") -> None:
        """The same for what everybody sees that is there.

        Raises:
            NotAllowed: as above, or what they do there is for them alone.
        """
        await self.admit(by, where=where)
        if not by.writes:
            raise NotAllowed("refused-shown-alone")

    async def ask(self, asked: Ask) -> Receipt:
        """Accept a wish as a chat heard it, by the rules of the place where it was asked.

        Raises:
            UserError: the sentence says what is wrong and how to mend it; nothing was stored.
        """
        by, wish, settings = asked.by, asked.wish, await self.admit(asked.by)
        found, again = await self._result_of(asked), await self._begun_again(asked)
        of_result = found is not None and not (wish.verb and wish.source)
        author = found.generation.requester.user if found and of_result else wish.author
        check_source(settings, author=author, requester=by.requester.user)
        verb = wish.verb or (Verb.CHAIN if wish.action is not Action.MAP else None)
        if found and verb:
            check_model(settings, wish.options.model or found.generation.recipe.model)
        hidden = found.hidden if found else again is not None and await self.results.is_hidden(again)
        private = hidden or asked.hidden or not by.writes or is_private(wish.private, settings)
        asked = replace(asked, by=spoken(by, settings, private=private))
        above = found.job.reply_to if found and hidden else None
        source = found.generation.image if found else again.source if again else wish.source
        if source is None:
            raise Gone("refused-no-upload")
        onward = found is not None and wish.verb is not None and not private
        way = await self.threads.way(asked, found.generation, settings) if found and onward else _NO_WAY
        if way.opens and found and verb:
            return await self._press_into_thread(asked, verb, found, settings)
        reply_to = await asked.answer(private=private, above=above, thread=way.thread)
        if found and verb:
            press = asked.press(verb, found.generation.id, settings, reply_to, private=private)
            return replace(await self._press(press, found, way), thread=way.thread)
        parent = found.generation.id if found else None
        request = asked.request(source, settings, reply_to, parent=parent, private=private)
        return await self._submit(request, found, by, again=again)

    async def _begun_again(self, asked: Ask) -> Job | None:
        """The job whose source the wish is about; another picture that was sent takes its place."""
        wish, by = asked.wish, asked.by
        if not wish.again or wish.source:
            return None
        again = await self.results.allowed(Act.DERIVE, wish.again, by)
        # A result shows what its source may be to others; of a job without one nobody has looked at it.
        if again.requester.key != by.requester.key or source_is_withheld(again, by.requester):
            raise NotAllowed("refused-source-hidden")
        return again

    async def _press_into_thread(self, asked: Ask, verb: Verb, found: Found, settings: PlaceSettings) -> Receipt:
        """Accept a press whose thread is still to be opened; none is opened for a press that is refused."""
        opened = Opened()

        async def settle(job: Job) -> Job:
            nonlocal opened
            opened = await self.threads.opened(asked, found.generation)
            reply_to = await asked.answer(private=False, above=None, thread=opened.thread)
            return replace(job, reply_to=reply_to, notes=(*opened.notes, *job.notes))

        nowhere = ReplyTarget(platform=asked.by.requester.platform, address={})
        press = asked.press(verb, found.generation.id, settings, nowhere, private=False)
        receipt = await self._press(press, found, settle=settle)
        return replace(receipt, thread=opened.thread)

    async def _result_of(self, asked: Ask) -> Found | None:
        wish = asked.wish
        if wish.generation is None:
            return None
        if wish.verb is None and wish.source is not None:
            return await self.results.find(wish.generation, by=asked.by)
        return await self.results.parent(wish.generation, by=asked.by)

    async def submit(self, request: Request) -> Receipt:
        """Accept a request from outside of all chats: check it, decode its picture, store the job, line it up.

        Raises:
            UserError: the sentence says what is wrong and how to mend it; nothing was stored.
        """
        async with self._turns.of(request.requester.key):
            return await self._accept(request, None)

    async def _submit(self, request: Request, found: Found | None, by: Asker, *, again: Job | None = None) -> Receipt:
        hidden = found is not None and found.hidden
        request = replace(request, place=by.place, private=request.private or hidden, of_hidden=hidden)
        async with self._turns.of(request.requester.key):
            return await self._accept(request, found.generation if found else None, again=again)

    async def press(self, press: Press) -> Receipt:
        """Accept what a button, modal or reaction on a result asks for, as a job of the member who pressed.

        What descends from a private result that was not published is private too.

        Raises:
            UserError: the sentence says what is wrong and how to mend it; nothing was stored.
        """
        return await self._press(press, await self.results.parent(press.generation, by=press.by))

    async def _press(self, press: Press, found: Found, way: Way = _NO_WAY, settle: _Settle | None = None) -> Receipt:
        request = derive(found.generation, press)
        private = request.private or found.hidden
        request = replace(request, place=press.by.place, private=private, of_hidden=found.hidden)
        request = replace(request, offers_thread=way.offers and not request.private)
        async with self._turns.of(press.by.requester.key):
            if twin := await self._equal_press(request):
                return Receipt(
                    job=twin,
                    waiting=self.waiting(twin.id),
                    duplicate=True,
                    repeated=twin.event_id != request.event_id,
                )
            if request.action is Action.KEEP:
                return await self._kept(request, found.generation, press.by, settle)
            return await self._accept(request, found.generation, settle)

    async def _kept(self, request: Request, picture: Generation, by: Asker, settle: _Settle | None) -> Receipt:
        job = await self._keeping.keep(request, picture, settle=settle)
        self._delivery.announce(job.id)
        await self.results.star(job.id, by=by)
        return Receipt(job=job, waiting=None)

    async def continue_in_thread(self, way: ThreadWay, result: GenerationId, *, by: Asker) -> None:
        """What is made from a result goes on in a thread from now on; its message offers that no more.

        Raises:
            UserError: the member may not go on from it, or the chat does not let us.
        """
        await self.admit_openly(by)
        found = await self.results.parent(result, by=by)
        await self.threads.open(way, found.generation, by=by)
        await self._delivery.show_again(found.job.id)

    async def used(self, result: GenerationId, *, by: Asker) -> None:
        """A member did something with a result: if they were called to it, they need that no more."""
        await self.notices.heard(job_of(result), by.requester.key)

    async def status(self, requester: Requester) -> QueueView:
        """The member's open jobs and how long the queue is."""
        mine = await self._store.open_jobs_of(requester.key)
        devices = self._admission.devices()
        return QueueView(
            mine=[(job, self.waiting(job.id)) for job in mine],
            jobs=len(self._queue),
            devices=len(devices),
            working=sum(not device.trouble for device in devices),
        )

    async def quota(self, requester: Requester) -> tuple[Usage, Limits]:
        """What the member has used in the last 24 hours, and of how much."""
        now = self._clock.now()
        usage = await self._store.usage(requester.key, since=now - DAY, until=now + DAY)
        return usage, self._admission.limits

    async def recent(self, requester: Requester, *, limit: int = _RECENT) -> Sequence[Job]:
        """The member's latest jobs, newest first."""
        return await self._store.jobs_of(requester.key, limit=limit)

    async def styles_of(self, requester: Requester) -> Sequence[str]:
        """The styles that the member took last, latest first."""
        used = (recipe.style for job in await self.recent(requester) for recipe in job.recipes)
        return list(dict.fromkeys(style for style in used if style))

    async def exported(self, requester: Requester) -> AsyncIterator[bytes]:
        """Everything stored about the member, as the pieces of a ZIP."""
        async for piece in streamed(await self._everything_of(requester), self._images.get):
            yield piece

    async def _everything_of(self, requester: Requester) -> Sequence[tuple[Job, Sequence[Generation]]]:
        jobs = await self._store.jobs_of(requester.key, limit=_EVERYTHING)
        return [(job, await self._store.generations(job.id)) for job in jobs]

    async def export(self, requester: Requester, *, max_bytes: int) -> bytes:
        """Everything stored about the member, as a ZIP of at most about `max_bytes`."""
        jobs = await self._everything_of(requester)
        pictures: dict[ImageId, bytes] = {}
        room = max_bytes
        for image in images_of(jobs):
            if room > 0:
                with contextlib.suppress(Gone):
                    pictures[image] = await self._images.get(image)
                    room -= len(pictures[image])
        return await asyncio.to_thread(archive, jobs, pictures, max_bytes=max_bytes)

    def waiting(self, job: JobId) -> Waiting | None:
        """Where a job stands in line; None if it does not wait."""
        return self._admission.waiting(job)

    async def _accept(
        self,
        request: Request,
        parent: Generation | None,
        settle: _Settle | None = None,
        *,
        again: Job | None = None,
    ) -> Receipt:
        receipt = await self._admission.accept(request, parent=parent, again=again, settle=settle)
        if not receipt.duplicate:
            self._delivery.announce(receipt.job.id)
        return receipt

    async def _equal_press(self, request: Request) -> Job | None:
        """The job of an equal press by the same member that is still open or was made a moment ago."""
        if isinstance(request.source, bytes | Sent) or isinstance(request.control_map, bytes | Sent):
            return None
        now = self._clock.now()
        for job in await self._store.jobs_of(request.requester.key, limit=_RECENT):
            recent = not job.status.ended or abs(now - job.created_at) < DOUBLE_CLICK_SECONDS
            if recent and self._asks_for(request, job):
                return job
        return None

    def _asks_for(self, request: Request, job: Job) -> bool:
        """Whether a press means just what `job` is; a seed that was not given is drawn anew and tells nothing."""
        if request.action is Action.KEEP:
            return (job.action, job.lineage.parent, job.private) == (Action.KEEP, request.parent, request.private)
        known = tuple(replace(each, keep_palette=False) for each in job.recipes)  # is found out later
        return (job.action, job.lineage.parent, job.private, known) == (
            request.action,
            request.parent,
            request.private,
            self._admission.recipes(request, seed=job.recipes[0].seed),
        )
