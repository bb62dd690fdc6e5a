"""What buttons and their forms do. A press is a wish of the member who pressed, on their quota."""

from collections.abc import Awaitable

import structlog

from adapters.discord.answers import Answered, Answers
from adapters.discord.asking import Asking, Wish
from adapters.discord.faults import ERRORS, Meaning, judge
from adapters.discord.ids import ButtonId, parse_button_id
from adapters.discord.incoming import Incoming
from adapters.discord.messenger import DiscordMessenger
from adapters.discord.places import asker
from adapters.discord.rest import Rest
from adapters.discord.routes import Stand, address, token_of
from adapters.discord.translate import filled
from bot.domain.actions import OPENING, Verb
from bot.domain.errors import NotAllowed
from bot.domain.ids import job_of
from bot.domain.options import Options
from bot.forms import Form
from bot.picture_form import PURPOSES, result_form
from bot.service import Service
from bot.stores import Store
from bot.texts import text

log = structlog.get_logger(__name__)


class Presses:
    """See the module."""

    def __init__(
        self,
        *,
        service: Service,
        store: Store,
        rest: Rest,
        answers: Answers,
        messenger: DiscordMessenger,
        asking: Asking,
    ) -> None:
        self._service = service
        self._store = store
        self._rest = rest
        self._answers = answers
        self._messenger = messenger
        self._asking = asking

    async def again(self, answered: Answered) -> None:
        """The rerun buttons, Reroll, Sweep, Show map and Use map: a new job at once."""
        pressed = _pressed(answered.event)
        strengths = None if pressed.strength is None else (pressed.strength,)
        again = Wish(options=Options(strengths=strengths), verb=pressed.verb, result=pressed.target)
        await self._asking.ask(answered, again)

    async def ask(self, answered: Answered) -> None:
        """Chain, Edit, and Use map if the map has no words yet: the form first."""
        event, pressed = answered.event, _pressed(answered.event)
        opening = ButtonId(OPENING[pressed.verb], pressed.target)
        await self._answers.ask(event, str(opening), await self.form_on(event, opening))

    async def form_on(self, event: Incoming, pressed: ButtonId) -> Form:
        """The form of a result as it opens.

        Raises:
            UserError: the result is not kept, or not theirs to go on from.
        """
        by = asker(event)
        parent = (await self._service.results.parent(pressed.target, by=by)).generation
        usual = await self._service.places.settings(*by.keys)
        menu = self._service.menu(parent.recipe.model)
        return result_form(pressed.verb, parent, menu, usual=usual, locale=event.origin.locale)

    async def form(self, answered: Answered) -> None:
        """The form of Chain, Edit or Use map, filled in."""
        pressed = _pressed(answered.event)
        form = filled(answered.event, PURPOSES[pressed.verb], self._service.styles)
        wish = Wish(options=form.options, verb=pressed.verb, result=pressed.target, source=form.upload)
        await self._asking.ask(answered, wish)

    async def cancel(self, answered: Answered) -> None:
        """Stop a job of one's own, or as a moderator anybody's."""
        event = answered.event
        await self._service.removal.cancel(job_of(_pressed(event).target), by=asker(event))

    async def delete(self, answered: Answered) -> None:
        """Take a result away: its pictures and words here, its message there."""
        event = answered.event
        held = await self._service.removal.delete(_pressed(event).target, by=asker(event))
        await self.remove_message(event)
        if held:
            said = text(event.origin.locale, "privacy-deleted", jobs=1, held=held)
            await self._answers.show(answered, {"content": said})

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
        by, job = asker(event), job_of(_pressed(event).target)
        # Where it is published may be another kind of place by now than where it was asked for.
        openly = _pressed(event).verb is Verb.PUBLISH_OPEN
        results = self._service.results
        async with results.publishing(job, by=by, where=by.place, site=by.site, openly=openly) as card:
            target = address(event, answered.response, hidden=False).target()
            await self._messenger.post(target, card, nonce=f"{job}-p")

    async def collect(self, answered: Answered) -> None:
        """Renew a message whose token died: the press brought a new one."""
        event = answered.event
        job = job_of(_pressed(event).target)
        card = await self._service.results.collect(job, by=asker(event))
        token = token_of(event)
        assert token is not None
        stand = Stand(channel=event.origin.channel, message=event.message, token=token, own=False)
        self._messenger.renew(job, stand)
        await self._store.posted(job, stand.reference())
        target = address(event, answered.response, hidden=True).target()
        await self._messenger.edit(target, stand.reference(), card)


def _pressed(event: Incoming) -> ButtonId:
    pressed = parse_button_id(event.name)
    assert pressed is not None  # a flow is found by what was pressed
    return pressed
