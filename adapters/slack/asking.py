"""From what a member wants to a job: fetch the picture, make the core's request, hand it in."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from adapters.slack.desk import Desk, Member
from adapters.slack.forms import Errand, Filled
from adapters.slack.inbound import Inbound, place_of, shown_in
from adapters.slack.members import Place, slack_user
from adapters.slack.settings import keys_of
from bot.admission import Receipt
from bot.domain.access import Asker
from bot.domain.actions import Press, Verb
from bot.domain.errors import Gone
from bot.domain.ids import GenerationId, ImageId, job_of
from bot.domain.options import NOTHING_SAID, Options
from bot.domain.picture import Sent
from bot.domain.place import PlaceSettings, check_model, check_place, check_source, is_private, with_defaults
from bot.domain.request import Action, ReplyTarget, Request

_VERBS = {Action.EDIT: Verb.EDIT, Action.CHAIN: Verb.CHAIN, Action.MAP: Verb.USE_MAP}


async def ask_by_form(desk: Desk, event: Inbound, filled: Filled) -> Receipt:
    """A submitted form becomes a job.

    Raises:
        UserError: the sentence for the member.
    """
    errand = filled.errand
    place = place_of_form(event, errand)
    file = filled.file or ({"id": errand.file} if errand.file else None)
    source = desk.pictures.sent(place.team, file) if file else None
    wishes = filled.wishes
    drawn = desk.pictures.sent(place.team, filled.map) if filled.map else None
    if errand.generation and errand.action in _VERBS:
        return await press(
            desk,
            event,
            place,
            _VERBS[errand.action],
            errand.generation,
            wishes=wishes,
            source=source,
            drawn=drawn,
        )
    if source is None:
        raise Gone("refused-slack-no-upload")
    author = "" if filled.file else errand.author
    return await ask(desk, event, place, errand.action, wishes, source=source, drawn=drawn, author=author)


async def ask(
    desk: Desk,
    event: Inbound,
    place: Place,
    action: Action,
    wishes: Options,
    *,
    source: Sent | ImageId,
    drawn: Sent | None = None,
    author: str = "",
    parent: GenerationId | None = None,
) -> Receipt:
    """A picture and words become a job.

    Args:
        desk: the parts.
        event: what brought it; its id is the request's.
        place: where it was asked, and by whom.
        action: why.
        wishes: the words and options.
        source: the picture.
        drawn: a control map of the member's own.
        author: who posted the picture; empty for the member.
        parent: the result of ours that the picture is.

    Raises:
        UserError: the sentence for the member.
    """
    settings = await _allowed(desk, place, author=author)
    member = await desk.members.look_up(place.team, place.user)
    by = _named(place, member).asker(locale=member.locale)
    target, private = await _answer(desk, place, parent, by, private=is_private(wishes.private, settings))
    request = with_defaults(
        Request(
            action=action,
            requester=_named(place, member).requester,
            reply_to=target,
            event_id=event.id,
            source=source,
            options=wishes,
            control_map=drawn,
            parent=parent,
            private=private,
            locale=member.locale,
        ),
        settings,
    )
    return await desk.service.submit(request, by=by)


async def press(
    desk: Desk,
    event: Inbound,
    place: Place,
    verb: Verb,
    generation: GenerationId,
    *,
    wishes: Options = NOTHING_SAID,
    source: Sent | None = None,
    drawn: Sent | None = None,
) -> Receipt:
    """A press on a result becomes a job of the member who pressed.

    Args:
        desk: the parts.
        event: what brought it; its id is the request's.
        place: where it was pressed, and by whom.
        verb: what to do.
        generation: with which result.
        wishes: words and options that go over the result's own.
        source: another picture instead.
        drawn: a control map of the member's own.

    Raises:
        UserError: the sentence for the member.
    """
    member = await desk.members.look_up(place.team, place.user)
    by = _named(place, member).asker(shown=shown_in(event), locale=member.locale)
    found = await desk.service.results.find(generation, by=by)
    parent = found[0] if found else None
    settings = await _allowed(desk, place, author=slack_user(parent.requester) if parent else "")
    wanted = is_private(wishes.private, settings)
    target, private = await _answer(desk, place, generation, by, private=wanted)
    if model := wishes.model or (parent.recipe.model if parent else None):
        check_model(settings, model)
    return await desk.service.press(
        Press(
            verb=verb,
            generation=generation,
            by=by,
            reply_to=target,
            event_id=event.id,
            options=wishes,
            source=source,
            control_map=drawn,
            private=private,
            locale=member.locale,
            usual_strength=settings.strength,
            blocked=settings.blocked or (),
        )
    )


def place_of_form(event: Inbound, errand: Errand) -> Place:
    """Where the form was opened; a submission itself names no channel."""
    body: Mapping[str, Any] = {**event.body, "channel": errand.channel}
    there = place_of(body)
    return Place(team=there.team, user=there.user, channel=errand.channel, thread=errand.thread, name=there.name)


async def _allowed(desk: Desk, place: Place, *, author: str) -> PlaceSettings:
    """What holds where a member asks.

    Raises:
        NotAllowed: they may not, there or with that picture.
    """
    settings = await desk.service.settings(*keys_of(place))
    if place.channel and not place.is_direct:
        check_place(settings, channel=place.channel, roles=frozenset())
    check_source(settings, author=author or place.user, requester=place.user)
    return settings


async def _answer(
    desk: Desk, place: Place, generation: GenerationId | None, by: Asker, *, private: bool
) -> tuple[ReplyTarget, bool]:
    """Where a press is answered: what goes on from a private result stays private, with the same way to publish."""
    asked_at = desk.clock.now()
    found = await desk.service.results.find(generation, by=by) if generation else None
    parent = await desk.store.job(job_of(generation)) if generation and found and found[1] else None
    if parent:
        home = parent.reply_to.address
        there = Place(
            team=place.team, user=place.user, channel=home.get("home_channel", ""), thread=home.get("home_thread", "")
        )
        return there.reply_to(asked_at=asked_at, private=True), True
    return place.reply_to(asked_at=asked_at, private=private), private


def _named(place: Place, member: Member) -> Place:
    return replace(place, name=member.name or place.name)
