"""A member's wish in the core's words, and where its answer goes."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from adapters.slack import settings
from adapters.slack.desk import Desk
from adapters.slack.forms import CALLBACK, VERB_OF_FORM, Errand, Filled, read_form
from adapters.slack.inbound import Inbound, place_of, shown_in
from adapters.slack.members import Place
from adapters.slack.pictures import File
from bot.domain.actions import Verb
from bot.domain.ask import Ask
from bot.domain.ids import GenerationId, JobId
from bot.domain.options import NOTHING_SAID, Options
from bot.domain.request import Action, ReplyTarget


async def ask_by_form(desk: Desk, event: Inbound, filled: Filled) -> None:
    """A submitted form becomes a job.

    Raises:
        UserError: the sentence for the member.
    """
    errand = filled.errand
    await ask(
        desk,
        event,
        place_of_form(event, errand),
        filled.wishes,
        action=errand.action,
        verb=VERB_OF_FORM.get(errand.action) if errand.generation else None,
        generation=errand.generation,
        file=filled.file or ({"id": errand.file} if errand.file else None),
        author="" if filled.file else errand.author,
        drawn=filled.map,
    )


async def ask(
    desk: Desk,
    event: Inbound,
    place: Place,
    said: Options = NOTHING_SAID,
    *,
    action: Action = Action.IMG2IMG,
    verb: Verb | None = None,
    generation: GenerationId | None = None,
    file: File | None = None,
    author: str = "",
    drawn: File | None = None,
    shown: JobId | None = None,
) -> None:
    """Hand a wish in; see `Ask`.

    Args:
        desk: the parts.
        event: what brought it; its id is the request's.
        place: where it was asked, and by whom.
        said: the words and options.
        action: why.
        verb: what to do with the result.
        generation: a result of ours.
        file: the picture.
        author: Slack's id of who posted it; empty for the member.
        drawn: a control map of the member's own.
        shown: the job of our own message that it happened on; read off a pressed button.

    Raises:
        UserError: the sentence for the member.
    """
    member = await desk.members.look_up(place.team, place.user)
    named = replace(place, name=member.name or place.name)

    async def answer(*, private: bool, above: ReplyTarget | None) -> ReplyTarget:
        """What goes on from a private result has the same way to publish."""
        home = above.address if above else {}
        channel, thread = home.get("home_channel", ""), home.get("home_thread", "")
        there = replace(named, channel=channel, thread=thread) if above else named
        return there.reply_to(asked_at=desk.clock.now(), private=private)

    receipt = await desk.service.ask(
        Ask(
            by=named.asker(shown=shown or shown_in(event), locale=member.locale),
            event_id=event.id,
            answer=answer,
            options=said,
            action=action,
            verb=verb,
            generation=generation,
            source=desk.pictures.sent(place.team, file) if file else None,
            author=replace(place, user=author or place.user).requester.user,
            control_map=desk.pictures.sent(place.team, drawn) if drawn else None,
        )
    )
    if receipt.repeated:
        await desk.tell(place, "refused-double")


def place_of_form(event: Inbound, errand: Errand) -> Place:
    """Where the form was opened; a submission itself names no channel."""
    body: Mapping[str, Any] = {**event.body, "channel": errand.channel}
    there = place_of(body)
    return Place(team=there.team, user=there.user, channel=errand.channel, thread=errand.thread, name=there.name)


async def on_submission(desk: Desk, event: Inbound) -> None:
    """Hand in what a form asks for; its fields were checked before it was acknowledged."""
    view = event.body["view"]
    if view.get("callback_id") == settings.CALLBACK:
        await settings.save_settings(desk, event)
    elif view.get("callback_id") == CALLBACK:
        await ask_by_form(desk, event, read_form(view, desk.service.styles))
