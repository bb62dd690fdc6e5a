"""Posting a message once.

Slack has no idempotency key. A message is posted with its nonce, which begins with the job's id, in its metadata; if
an earlier attempt may have come through (a reset connection, a crash), the conversation is searched for it before
another one is posted.
"""

import structlog

from adapters.slack.api import SlackApi
from adapters.slack.errors import Meaning, SlackFault
from adapters.slack.layout import Message
from adapters.slack.members import team_of
from adapters.slack.thread_files import job_id_in, message_ref, metadata
from bot.buckets import Buckets
from bot.domain.errors import TryLater, Undeliverable
from bot.domain.request import ReplyTarget
from bot.latest import Latest
from bot.stores import MessageRef

POSTS_PER_CHANNEL = 1.0
"""Seconds between two posts in one channel: Slack takes about one a second
(https://docs.slack.dev/apis/web-api/rate-limits)."""

_SEARCH_BACK = 3600.0
"""Seconds before the request from which the conversation is searched: room for clocks that disagree."""

_REMEMBERED = 2000

log = structlog.get_logger(__name__)


def delivery_error(fault: SlackFault) -> TryLater | Undeliverable:
    """The same as the core knows it of a message that Slack did not take."""
    if fault.passes:
        return TryLater(fault.code, seconds=fault.seconds)
    if fault.meaning is Meaning.NO_SCOPE:
        log.error("a permission is missing, install the app again", needed=fault.needed)
    return Undeliverable(fault.code)


class Posts:
    """Knows what it posted."""

    def __init__(self, api: SlackApi, *, began_at: float) -> None:
        """`began_at`: Unix seconds; what was asked for before may have been posted by an earlier process."""
        self._api = api
        self._began_at = began_at
        self._rooms = Buckets(interval=POSTS_PER_CHANNEL)
        self._posted: Latest[str, MessageRef] = Latest(_REMEMBERED)
        self._doubtful: set[str] = set()

    def known(self, nonce: str) -> MessageRef | None:
        """What this process knows to stand."""
        return self._posted.get(nonce)

    def forget(self, nonce: str) -> None:
        """It was taken away."""
        self._posted.pop(nonce, None)

    async def once(self, target: ReplyTarget, shown: Message, nonce: str) -> MessageRef:
        """The message of this nonce; it is posted if it does not stand.

        Raises:
            SlackFault: Slack does not take it.
            DeliveryError: whether it stands is not known.
        """
        return await self.standing(target, nonce) or await self.post(target, shown, nonce)

    async def post(self, target: ReplyTarget, shown: Message, nonce: str) -> MessageRef:
        """Post it.

        Raises:
            SlackFault: Slack does not take it.
        """
        team, channel = team_of(target), target.address["channel"]
        room = f"{team.installed}/{channel}"
        if pause := await self._rooms.turn(room):
            raise SlackFault(Meaning.LATER, "ratelimited", seconds=pause)
        try:
            posted = await self._api.call(
                team,
                "chat_postMessage",
                channel=channel,
                thread_ts=target.address.get("thread") or None,
                text=shown.text,
                blocks=shown.blocks or None,
                metadata=metadata(nonce),
                unfurl_links=False,
                unfurl_media=False,
            )
        except SlackFault as fault:
            if fault.meaning is Meaning.UNKNOWN_END:
                self._doubtful.add(nonce)
            elif fault.meaning is Meaning.LATER:
                self._rooms.close(room, fault.seconds or 1.0)
            raise
        self._posted[nonce] = stands = message_ref(posted["channel"], posted["ts"])
        return stands

    async def standing(self, target: ReplyTarget, nonce: str) -> MessageRef | None:
        """The message of this nonce, or of an earlier attempt if there may be one."""
        if stands := self._posted.get(nonce):
            return stands
        asked_at = float(target.address.get("asked_at", 0))
        if nonce not in self._doubtful and asked_at >= self._began_at:
            return None
        try:
            if found := await self._search(target, nonce, oldest=max(0.0, asked_at - _SEARCH_BACK)):
                self._posted[nonce] = found
        except SlackFault as fault:
            if fault.passes or fault.meaning is Meaning.TEAM_GONE:
                raise delivery_error(fault) from fault
            log.warning("cannot look for an earlier message", code=fault.code)
            found = None
        self._doubtful.discard(nonce)
        return found

    async def _search(self, target: ReplyTarget, nonce: str, *, oldest: float) -> MessageRef | None:
        team, channel, thread = team_of(target), target.address["channel"], target.address.get("thread", "")
        if channel == target.address.get("user"):
            opened = await self._api.patient(team, "conversations_open", users=channel)
            channel = opened["channel"]["id"]
        async for message in self._api.messages(team, channel, thread=thread, oldest=f"{oldest:.6f}"):
            if job_id_in(message) == nonce:
                return message_ref(channel, message["ts"])
        return None
