"""What buttons and their forms do. A press is a wish of the member who pressed, on their quota."""

from collections.abc import Awaitable

import structlog

from adapters.discord.answers import Answered, Answers
from adapters.discord.faults import ERRORS, Meaning, judge
from adapters.discord.forms import result_form
from adapters.discord.ids import ButtonId, parse_button_id
from adapters.discord.incoming import Incoming
from adapters.discord.messenger import DiscordMessenger
from adapters.discord.permissions import MANAGE_MESSAGES, check_may_answer, has
from adapters.discord.places import Places
from adapters.discord.remix import settle_double
from adapters.discord.rest import Rest
from adapters.discord.routes import Stand, address, token_of
from adapters.discord.translate import Form, form_of
from adapters.downloads import Downloader
from bot.domain.actions import Press, Verb
from bot.domain.errors import DeliveryError, Gone, NotAllowed
from bot.domain.ids import JobId, job_of
from bot.domain.job import Job
from bot.domain.place import check_model, check_source
from bot.ports import JobStore
from bot.rendering import render
from bot.service import Service

log = structlog.get_logger(__name__)


class Presses:
    """See the module."""

    def __init__(
        self,
        *,
        service: Service,
        store: JobStore,
        rest: Rest,
        answers: Answers,
        messenger: DiscordMessenger,
        downloads: Downloader,
        places: Places,
    ) -> None:
        self._service = service
        self._store = store
        self._rest = rest
        self._answers = answers
        self._messenger = messenger
        self._downloads = downloads
        self._places = places
        self._published: set[JobId] = set()

    async def again(self, answered: Answered) -> None:
        """The rerun buttons, Reroll, Sweep, Show map and Use map: a new job at once."""
        pressed = _pressed(answered.event)
        strengths = None if pressed.strength is None else (pressed.strength,)
        await self._submit(answered, pressed, Form(strengths=strengths))

    async def ask(self, answered: Answered) -> None:
        """Chain, Edit, and Use map where the map has no words yet: the form first."""
        event = answered.event
        pressed = _pressed(event)
        parent = await self._store.generation(pressed.target)
        if parent is None:
            raise Gone("refused-gone")
        form = result_form(
            Verb.USE_MAP if pressed.verb is Verb.ASK_MAP else pressed.verb,
            parent,
            self._service.styles,
            event.origin.locale,
            controls=self._service.controls(parent.recipe.model),
            usual=await self._places.at(event.origin),
        )
        await self._answers.ask(event, form)

    async def form(self, answered: Answered) -> None:
        """The form of Chain, Edit or Use map, filled in."""
        await self._submit(answered, _pressed(answered.event), form_of(answered.event))

    async def cancel(self, answered: Answered) -> None:
        """Stop a job of one's own, or as a moderator anybody's."""
        event = answered.event
        await self._service.cancel(
            job_of(_pressed(event).target), by=event.origin.requester, moderator=is_moderator(event)
        )

    async def delete(self, answered: Answered) -> None:
        """Take a result away: its pictures and words here, its message there."""
        event = answered.event
        await self._service.delete(_pressed(event).target, by=event.origin.requester, moderator=is_moderator(event))
        await self.remove_message(event)

    async def remove_message(self, event: Incoming) -> None:
        """Delete the message an event happened on: by the event's token, else by the bot's own.

        Raises:
            NotAllowed: Discord refuses; what the message showed is deleted here all the same.
        """
        if event.token and await self._gone(self._rest.delete_response(event.application, event.token)):
            return
        if not event.hidden and await self._gone(self._rest.delete(event.origin.channel, event.message)):
            return
        raise NotAllowed("refused-message-stays")

    @staticmethod
    async def _gone(deleting: Awaitable[None]) -> bool:
        try:
            await deleting
        except ERRORS as error:
            fault = judge(error)
            log.info("message not deleted", reason=fault.reason)
            return fault.meaning is Meaning.MESSAGE_GONE
        return True

    async def publish(self, answered: Answered) -> None:
        """Show everybody what only its owner saw."""
        event = answered.event
        job = await self._owned(event)
        generations = await self._store.generations(job.id)
        if not generations:
            raise Gone("refused-gone")
        # Where it is published may be another kind of place by now than where it was asked for.
        origin = event.origin
        generations = self._service.fitted(generations, origin.site, private=False)
        card = render(job, generations, public=True)
        if job.id in self._published:
            raise Gone("refused-double")
        self._published.add(job.id)
        target = address(event, answered.response, hidden=False).target()
        try:
            await self._messenger.post(target, card, nonce=f"{job.id}-p")
        except DeliveryError:
            self._published.discard(job.id)
            raise

    async def collect(self, answered: Answered) -> None:
        """Renew a message whose token died: the press brought a new one."""
        event = answered.event
        job = await self._owned(event)
        token = token_of(event)
        assert token is not None
        stand = Stand(channel=event.origin.channel, message=event.message, token=token, own=False)
        self._messenger.renew(job.id, stand)
        await self._store.posted(job.id, stand.reference())
        generations = await self._store.generations(job.id) if job.status.ended else ()
        card = render(job, generations, waiting=self._service.waiting(job.id))
        target = address(event, answered.response, hidden=True).target()
        await self._messenger.edit(target, stand.reference(), card)

    async def _submit(self, answered: Answered, pressed: ButtonId, form: Form) -> None:
        event = answered.event
        check_may_answer(event)
        settings = await self._places.enter(event)
        parent = await self._store.generation(pressed.target)
        if parent and form.upload is None:
            check_source(settings, author=parent.requester.user, requester=event.origin.user)
        if parent:
            check_model(settings, parent.recipe.model)
        source = None if form.upload is None else form.upload.sent(self._downloads)
        receipt = await self._service.press(
            Press(
                verb=pressed.verb,
                generation=pressed.target,
                requester=event.origin.requester,
                reply_to=address(event, answered.response, hidden=answered.hidden).target(),
                event_id=event.event_id,
                strengths=form.strengths,
                prompt=form.prompt,
                style=form.style,
                source=source,
                control=form.control,
                private=answered.hidden,
                locale=event.origin.locale,
                usual_strength=settings.strength,
                site=event.origin.site,
                blocked=settings.blocked or (),
            )
        )
        await settle_double(self._answers, answered, receipt)

    async def _owned(self, event: Incoming) -> Job:
        job = await self._store.job(job_of(_pressed(event).target))
        if job is None:
            raise Gone("refused-gone")
        if job.requester.key != event.origin.requester.key:
            raise NotAllowed("refused-not-yours")
        return job


def is_moderator(event: Incoming) -> bool:
    """Whether the member may manage other people's messages there."""
    return bool(event.origin.guild) and has(event.origin.permissions, MANAGE_MESSAGES)


def _pressed(event: Incoming) -> ButtonId:
    pressed = parse_button_id(event.name)
    assert pressed is not None  # a flow is found by what was pressed
    return pressed
