"""What every handler works with."""

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import structlog

from adapters.slack.api import SlackApi
from adapters.slack.errors import SlackFault
from adapters.slack.members import Place, Team
from adapters.slack.messenger import SlackMessenger
from adapters.slack.pictures import Pictures
from adapters.slack.private_replies import PrivateReplies
from adapters.slack.uploads import Uploads
from bot.conversation import Conversation
from bot.latest import Latest
from bot.ports import Clock
from bot.service import Service
from bot.texts import REFERENCE

_REMEMBERED_SECONDS = 600.0
_REMEMBERED = 5000
_ASK_SECONDS = 5.0
_LOCALE_SECONDS = 1.0
_RUNS = ("admin", "owner", "primary_owner")
_LOCALE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """What Slack tells about a member.

    Attributes:
        admin: may run the workspace, so may act on others' jobs here.
        program: another app's bot, which asks for nothing.
        locale: BCP 47 tag.
    """

    name: str = ""
    admin: bool = False
    program: bool = False
    locale: str = "en"


class Members:
    """Asks Slack about members and remembers it for a while."""

    def __init__(self, api: SlackApi) -> None:
        self._api = api
        self._known: Latest[tuple[str, str], tuple[float, Member]] = Latest(_REMEMBERED)

    async def look_up(self, team: Team, user: str) -> Member:
        """The member; an ordinary one if Slack does not say."""
        now = asyncio.get_running_loop().time()
        kept = self._known.get((team.space, user))
        if kept and now - kept[0] < _REMEMBERED_SECONDS:
            return kept[1]
        try:
            async with asyncio.timeout(_ASK_SECONDS):
                answer = await self._api.call(team, "users_info", user=user, include_locale=True)
        except (SlackFault, TimeoutError) as fault:
            log.info("member not looked up", reason=str(fault))
            return Member()
        found = answer.get("user") or {}
        locale = str(found.get("locale"))
        member = Member(
            name=(found.get("profile") or {}).get("display_name")
            or found.get("real_name")
            or found.get("name")
            or "",
            admin=_is_of(team, found) and any(found.get(f"is_{role}") for role in _RUNS),
            program=bool(found.get("is_bot")),
            locale=locale if _LOCALE.fullmatch(locale) else "en",
        )
        self._known[team.space, user] = (now, member)
        return member


def _is_of(team: Team, user: Mapping[str, Any]) -> bool:
    """Whether they belong to that workspace or its organisation; not if a channel is only shared with them."""
    homes = {user.get("team_id"), (user.get("enterprise_user") or {}).get("enterprise_id")} - {None, ""}
    return not user.get("is_stranger") and (not homes or bool(homes & {team.id, team.enterprise}))


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """The parts that handlers use."""

    api: SlackApi
    service: Service
    conversation: Conversation
    messenger: SlackMessenger
    uploads: Uploads
    replies: PrivateReplies
    pictures: Pictures
    members: Members
    clock: Clock

    async def locale(self, place: Place) -> str:
        """The member's language, as a BCP 47 tag; English if Slack does not say at once.

        It is asked for while Slack waits three seconds for a form or a page.
        """
        try:
            async with asyncio.timeout(_LOCALE_SECONDS):
                return (await self.members.look_up(place.team, place.user)).locale
        except TimeoutError:
            return REFERENCE
