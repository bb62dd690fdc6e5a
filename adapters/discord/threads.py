"""Threads on results: how one is opened, and whether the answer to a press goes to one."""

from adapters.discord.calls import call
from adapters.discord.desk import Desk
from adapters.discord.faults import Fault, Meaning
from adapters.discord.incoming import Incoming, Kind
from adapters.discord.permissions import NEEDED, check_may_answer, has
from bot.domain.ask import ThreadWay
from bot.domain.errors import InvalidRequest, NotAllowed, TryLater
from bot.domain.place import ThreadPolicy

USUAL = ThreadPolicy.OFFER
_ON_A_MESSAGE = frozenset({Kind.BUTTON, Kind.MODAL, Kind.REACTION})
_TAKES = ("Create Public Threads", "Send Messages in Threads")


def way_to(desk: Desk, event: Incoming) -> ThreadWay | None:
    """How a thread is opened on the message of an event; None if there can be none."""
    origin = event.origin
    on_result = event.kind in _ON_A_MESSAGE and event.message and not event.hidden
    if not (on_result and origin.guild and origin.threads and origin.reachable) or origin.parent:
        return None

    async def start(name: str) -> str:
        check_may_answer(event)
        for permission in _TAKES if origin.app_permissions else ():
            if not has(origin.app_permissions, NEEDED[permission]):
                raise NotAllowed("refused-thread-permission", permission=permission)
        try:
            return await call(desk.rest.start_thread(origin.channel, event.message, name))
        except Fault as fault:
            match fault.meaning:
                case Meaning.ANSWERED:
                    return event.message  # Discord gives a thread the id of the message that it stands on
                case Meaning.FORBIDDEN:
                    raise NotAllowed("refused-thread-permission", permission=_TAKES[0]) from fault
                case _:
                    raise InvalidRequest("refused-thread") from fault
        except TryLater as busy:
            raise InvalidRequest("refused-thread") from busy

    return ThreadWay(usual=USUAL, open=start)
