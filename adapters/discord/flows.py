"""Which handler takes what comes in, and how it is first answered."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace

from adapters.discord import (
    deleting,
    greeting,
    pages,
    picking,
    presses,
    reactions,
    remix,
    setting_up,
    settings,
    styles,
)
from adapters.discord.answers import Ack, Answered
from adapters.discord.commands import IMAGE_INFO, REMIX_IMAGE
from adapters.discord.desk import Desk
from adapters.discord.exchange import DiscordExchange, press
from adapters.discord.ids import STYLED, offer_id, parse_again_id, parse_form_id, parse_styles_id, parse_take_id
from adapters.discord.incoming import Incoming, Kind
from bot.conversation import Conversation
from bot.domain.actions import OPENING, VERBS, Verb
from bot.domain.button_id import parse_button_id
from bot.domain.errors import Gone
from bot.domain.request import ASKING, Action
from bot.offers import Offer


@dataclass(frozen=True, slots=True)
class Flow:
    """What an event sets off.

    Attributes:
        ack: how it is first answered; PUBLIC becomes HIDDEN if the member or the place wants it private.
        lasting: it changes something, so it must outlive a crash.
        open: PUBLIC stays PUBLIC.
    """

    do: Callable[[Desk, Answered], Awaitable[None]]
    ack: Ack = Ack.NONE
    lasting: bool = False
    open: bool = False


def _look(at: Callable[[Conversation, DiscordExchange], Awaitable[None]]) -> Flow:
    """What shows its member something, and changes nothing."""

    async def do(desk: Desk, answered: Answered) -> None:
        await at(desk.conversation, DiscordExchange(desk, answered))

    return Flow(do, Ack.HIDDEN)


def _seen_by(action: Action) -> Ack:
    """Who sees the answer: a control map is for whoever asked."""
    return Ack.HIDDEN if action is Action.MAP else Ack.PUBLIC


WITHOUT_JOB: Mapping[Verb, Flow] = {
    Verb.DETAILS: Flow(press, Ack.HIDDEN),
    Verb.COMPARE: Flow(press, Ack.HIDDEN),
    Verb.ORIGINAL: Flow(press, Ack.HIDDEN),
    Verb.CANCEL: Flow(press, Ack.UPDATE, lasting=True),
    Verb.DELETE: Flow(deleting.ask, Ack.UPDATE),
    Verb.ERASE: Flow(press, Ack.UPDATE, lasting=True),
    Verb.LEAVE: Flow(deleting.leave, Ack.UPDATE),
    Verb.PICK: Flow(picking.open_form),
    Verb.REPORT: Flow(press, Ack.HIDDEN, lasting=True),
    Verb.BAN: Flow(press, Ack.HIDDEN, lasting=True),
    Verb.DISMISS: Flow(press, Ack.UPDATE, lasting=True),
    Verb.THREAD: Flow(press, Ack.HIDDEN, lasting=True),
    Verb.PUBLISH: Flow(press, Ack.PUBLIC, lasting=True, open=True),
    Verb.PUBLISH_OPEN: Flow(press, Ack.PUBLIC, lasting=True, open=True),
    Verb.COLLECT: Flow(presses.collect, Ack.UPDATE, lasting=True),
}
"""How presses of the other verbs are first answered. What they do is the conversation's, or Discord's own."""

_QUEUE = _look(lambda core, at: core.queue(at, most=pages.LISTED, collects=True))
_HELP = _look(lambda core, at: core.help(at, "help"))

_FLOWS: dict[str, Flow] = {
    Kind.MENTION: Flow(remix.mention, lasting=True),
    Kind.REACTION: Flow(reactions.act, lasting=True),
    Kind.JOINED: Flow(greeting.joined, lasting=True),
    Kind.LEFT: Flow(greeting.left, lasting=True),
    Kind.AUTOCOMPLETE: Flow(pages.suggest),
    f"button {offer_id(Offer.TRY)}": Flow(setting_up.try_sample, Ack.PUBLIC, lasting=True),
    f"button {offer_id(Offer.SET_UP)}": Flow(setting_up.open_form),
    f"modal {offer_id(Offer.SET_UP)}": Flow(setting_up.save, Ack.HIDDEN, lasting=True),
    f"button {offer_id(Offer.HELP)}": _HELP,
    f"button {offer_id(Offer.STYLES)}": Flow(styles.show, Ack.HIDDEN),
    f"button {offer_id(Offer.QUEUE)}": _QUEUE,
    "button again": Flow(remix.reopen),
    "button styles": Flow(styles.turn, Ack.UPDATE),
    f"button {STYLED}": Flow(styles.choose),
    f"modal {STYLED}": Flow(styles.form, Ack.PUBLIC, lasting=True),
    "button take": Flow(remix.take, Ack.PUBLIC, lasting=True),
    "modal pick": Flow(picking.form, Ack.PUBLIC, lasting=True),
    "button pick": WITHOUT_JOB[Verb.PICK],
    "modal remix": Flow(remix.form, Ack.PUBLIC, lasting=True),
    f"button {settings.FORGET}": replace(_look(Conversation.forget), lasting=True),
    f"command {REMIX_IMAGE}": Flow(remix.menu),
    f"command {IMAGE_INFO}": Flow(pages.image_info, Ack.HIDDEN),
    "command queue": _QUEUE,
    "command info": _look(lambda core, at: core.info(at, at.option("job"))),
    "command styles": Flow(styles.show, Ack.HIDDEN),
    "command web": _look(Conversation.web),
    "command help": _HELP,
    "command settings": Flow(settings.settings, Ack.HIDDEN, lasting=True),
    "command privacy": Flow(settings.privacy, Ack.HIDDEN),
    **{f"command {name}": Flow(remix.command, _seen_by(action), lasting=True) for name, action in ASKING.items()},
}


def flow_of(event: Incoming) -> Flow:
    """What an event sets off; a refusal if this version does not know it."""
    match event.kind:
        case Kind.MENTION | Kind.REACTION | Kind.AUTOCOMPLETE | Kind.JOINED | Kind.LEFT:
            name = event.kind.value
        case Kind.COMMAND:
            name = f"{event.kind} {event.name}"
        case _ if about := parse_form_id(event.name):
            name = f"{event.kind} {about.opened}"
        case _ if parse_again_id(event.name):
            name = f"{event.kind} again"
        case _ if parse_styles_id(event.name) is not None:
            name = f"{event.kind} styles"
        case _ if parse_take_id(event.name):
            name = f"{event.kind} take"
        case _ if pressed := parse_button_id(event.name):
            return _of_verb(event.kind, pressed.verb)
        case _:
            name = f"{event.kind} {event.name}"
    return _FLOWS.get(name) or Flow(_unknown)


def _of_verb(kind: Kind, verb: Verb) -> Flow:
    """What a button with a verb sets off, or the form that it opened."""
    if kind is Kind.MODAL:
        return Flow(presses.form, Ack.PUBLIC, lasting=True) if verb in OPENING.values() else Flow(_unknown)
    row = VERBS[verb]
    if row.opens:
        return Flow(press)
    if row.makes:
        return Flow(press, _seen_by(row.makes), lasting=True)
    return WITHOUT_JOB.get(verb) or Flow(_unknown)


async def _unknown(_: Desk, __: Answered) -> None:
    raise Gone("refused-unknown")
