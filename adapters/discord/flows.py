"""Which handler takes what comes in, and how it is first answered."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from adapters.discord import greeting, lookups, mentions, remix, settings
from adapters.discord.answers import Ack
from adapters.discord.commands import IMAGE_INFO, REMIX_IMAGE
from adapters.discord.exchange import DiscordExchange
from adapters.discord.ids import STYLED, Word, offer_id, parse_own_id
from adapters.discord.incoming import Incoming, Kind
from bot.domain.actions import OPENING, VERBS, Seen, Verb
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

    do: Callable[[DiscordExchange], Awaitable[object]]
    ack: Ack = Ack.NONE
    lasting: bool = False
    open: bool = False


async def _press(at: DiscordExchange) -> None:
    await at.desk.conversation.press(at, at.pressed)


_ACKS = {Seen.HERE: Ack.PUBLIC, Seen.ALL: Ack.PUBLIC, Seen.MEMBER: Ack.HIDDEN, Seen.MESSAGE: Ack.UPDATE}
_LOOK_UP = Flow(lookups.look_up, Ack.HIDDEN)

_FLOWS: dict[str, Flow] = {
    Kind.MENTION: Flow(mentions.mention, lasting=True),
    Kind.REACTION: Flow(mentions.react, lasting=True),
    Kind.JOINED: Flow(lambda at: greeting.joined(at.desk, at.event), lasting=True),
    Kind.LEFT: Flow(lambda at: greeting.left(at.desk, at.event), lasting=True),
    Kind.LISTED: Flow(lambda at: greeting.listed(at.desk, at.event)),
    Kind.AUTOCOMPLETE: Flow(lookups.suggest),
    f"button {offer_id(Offer.TRY)}": Flow(lambda at: at.desk.conversation.try_sample(at), Ack.PUBLIC, lasting=True),
    f"button {settings.SET_UP}": Flow(settings.open_set_up),
    f"modal {settings.SET_UP}": Flow(settings.save_set_up, Ack.HIDDEN, lasting=True),
    **{f"button {offer_id(each)}": _LOOK_UP for each in (Offer.HELP, Offer.STYLES, Offer.QUEUE)},
    f"button {Word.AGAIN}": Flow(remix.reopen),
    f"button {Word.STYLES}": Flow(lambda at: at.show_styles(int(at.own.about[0])), Ack.UPDATE),
    f"button {STYLED}": Flow(lookups.choose_style),
    f"modal {STYLED}": Flow(remix.uploaded, Ack.PUBLIC, lasting=True),
    f"button {Word.TAKE}": Flow(remix.take, Ack.PUBLIC, lasting=True),
    f"modal {Word.PICK}": Flow(remix.uploaded, Ack.PUBLIC, lasting=True),
    f"button {Word.PICK}": Flow(remix.pick),
    f"modal {Word.REMIX}": Flow(remix.form, Ack.PUBLIC, lasting=True),
    f"button {settings.FORGET}": Flow(lambda at: at.desk.conversation.forget(at), Ack.HIDDEN, lasting=True),
    f"command {REMIX_IMAGE}": Flow(remix.menu),
    f"command {IMAGE_INFO}": Flow(lookups.image_info, Ack.HIDDEN),
    **{f"command {name}": _LOOK_UP for name in ("queue", "info", "styles", "web", "help")},
    "command settings": Flow(settings.settings, Ack.HIDDEN, lasting=True),
    "command privacy": Flow(settings.privacy, Ack.HIDDEN),
    **{
        f"command {name}": Flow(remix.command, Ack.HIDDEN if action is Action.MAP else Ack.PUBLIC, lasting=True)
        for name, action in ASKING.items()
    },
}


def flow_of(event: Incoming) -> Flow:
    """What an event sets off; a refusal if this version does not know it."""
    if pressed := parse_button_id(event.name):
        return _of_verb(event.kind, pressed.verb)
    own = parse_own_id(event.name)
    return _FLOWS.get(event.kind) or _FLOWS.get(f"{event.kind} {own.word if own else event.name}") or Flow(_unknown)


def _of_verb(kind: Kind, verb: Verb) -> Flow:
    """What a button with a verb sets off, or the form that it opened."""
    if kind is Kind.MODAL:
        return Flow(remix.result_form, Ack.PUBLIC, lasting=True) if verb in OPENING.values() else Flow(_unknown)
    row = VERBS[verb]
    if row.opens:
        return Flow(_press)
    return Flow(_press, _ACKS[row.seen], lasting=row.changes and not row.asks, open=row.seen is Seen.ALL)


async def _unknown(_: DiscordExchange) -> None:
    raise Gone("refused-unknown")
