"""A refused form opened once more, with what its member wrote."""

from adapters.discord.answers import Answered, Answers
from adapters.discord.forms import values_of
from adapters.discord.ids import parse_again_id, parse_button_id, parse_remix_id
from adapters.discord.presses import Presses
from adapters.discord.remix import Remix
from bot.domain.errors import Gone


class Reopening:
    """The button under the refusal of a form."""

    def __init__(self, *, answers: Answers, remix: Remix, presses: Presses) -> None:
        self._answers = answers
        self._remix = remix
        self._presses = presses

    async def again(self, answered: Answered) -> None:
        """Open it as it was sent."""
        event = answered.event
        asked = parse_again_id(event.name)
        draft = self._answers.drafts.find(asked.form, event.origin.user) if asked else None
        if draft is None:
            raise Gone("refused-form-gone")
        if about := parse_remix_id(draft.name):
            form = await self._remix.form_on(event, about)
        elif pressed := parse_button_id(draft.name):
            form = await self._presses.form_on(event, pressed)
        else:
            raise Gone("refused-form-gone")
        await self._answers.ask(event, draft.name, form.filled(values_of(draft.body)))
