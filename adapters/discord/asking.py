"""A member's wish in the core's words, and where its answer goes."""

from dataclasses import dataclass

from adapters.discord.answers import Answered
from adapters.discord.desk import Desk
from adapters.discord.incoming import Upload
from adapters.discord.permissions import check_may_answer
from adapters.discord.places import asker
from adapters.discord.routes import address
from bot.domain.actions import Verb
from bot.domain.ask import Ask
from bot.domain.ids import GenerationId, JobId, parse_generation_id
from bot.domain.options import NOTHING_SAID, Options
from bot.domain.request import Action, ReplyTarget
from bot.texts import text


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What was asked, before its pictures are there.

    Attributes:
        verb: what to do with `result`.
        drawn: a control map of the member's own.
        shown: the job of our own message that it happened on; read off the event if it brought the message.
    """

    options: Options = NOTHING_SAID
    action: Action = Action.IMG2IMG
    verb: Verb | None = None
    result: GenerationId | None = None
    source: Upload | None = None
    drawn: Upload | None = None
    shown: JobId | None = None


async def ask(desk: Desk, answered: Answered, wish: Wish) -> None:
    """One wish.

    Raises:
        UserError: the sentence for the member.
    """
    event, source = answered.event, wish.source
    check_may_answer(event)

    async def answer(*, private: bool, above: ReplyTarget | None) -> ReplyTarget:  # noqa: ARG001 -- it is published here, wherever the one above stands
        response = await desk.answers.only_for(answered, private=private)
        return address(event, response, hidden=private).target()

    receipt = await desk.service.ask(
        Ask(
            by=asker(event, shown=wish.shown),
            event_id=event.event_id,
            answer=answer,
            options=wish.options,
            action=wish.action,
            verb=wish.verb,
            generation=wish.result or parse_generation_id(source.generation if source else ""),
            source=source.sent(desk.downloads) if source else None,
            author=source.author if source else "",
            control_map=wish.drawn.sent(desk.downloads) if wish.drawn else None,
            hidden=answered.hidden,
        )
    )
    if receipt.repeated:  # what was promised a message gets none: the job has its own elsewhere
        await desk.answers.refuse(answered, text(event.origin.locale, "refused-double"), mendable=False)
