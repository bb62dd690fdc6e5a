"""What every handler works with."""

import asyncio
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

import structlog

from adapters.slack.api import SlackApi
from adapters.slack.errors import SlackFault
from adapters.slack.inbound import Inbound, place_of, shown_in
from adapters.slack.members import PLATFORM, Place, Team, place_key, team_of
from adapters.slack.messenger import SlackMessenger
from adapters.slack.pictures import Pictures
from adapters.slack.private_replies import PrivateReplies
from adapters.slack.thread_files import message_ref
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
            admin=_runs(team, found),
            program=bool(found.get("is_bot")),
            locale=locale if _LOCALE.fullmatch(locale) else "en",
        )
        self._known[team.space, user] = (now, member)
        return member


def _runs(team: Team, user: Mapping[str, Any]) -> bool:
    """Whether they run that workspace, or its whole organisation; not if a channel is only shared with them.

    To an organisation's token Slack does not say which of a member's workspaces they run; it counts for their own.
    """
    if user.get("is_stranger"):
        return False
    everywhere = user.get("enterprise_user") or {}
    if team.enterprise and everywhere.get("enterprise_id") == team.enterprise and _has_role(everywhere):
        return True
    own = {str(user.get("team_id") or "")} - {"", team.enterprise}
    homes = own or set(everywhere.get("teams") or ())
    here = homes == {team.id} if team.org_wide else not homes or team.id in homes
    return here and _has_role(user)


def _has_role(user: Mapping[str, Any]) -> bool:
    return any(user.get(f"is_{role}") for role in _RUNS)


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

    async def place(self, event: Inbound) -> Place:
        """Where an event happened.

        If a whole organisation has the app, Slack does not tell the workspace with a press on a message: it is that
        of the job which the message shows. It is noted, as what is kept of it goes with the installation.
        """
        place = place_of(event.body)
        if not place.team.org_wide:
            return place
        if message := event.body.get("message"):
            stands = message_ref(place.channel, str(message.get("ts", "")))
            job = await self.service.results.shown_in(stands, named=shown_in(event))
            asked = team_of(job.reply_to) if job and job.reply_to.platform == PLATFORM else place.team
            if asked.id and asked.installed == place.team.installed:
                place = replace(place, team=asked)
        if place.team.id:
            await self._note(place.team)
        return place

    async def _note(self, team: Team) -> None:
        """That it is the organisation's; a new one begins with the settings of all, as earlier versions kept them."""
        places, whole, key = self.service.places, place_key(replace(team, id="")), place_key(team)
        if key in await places.children(whole):
            return
        await places.begin(key, like=whole)
        for kind in "CG":  # settings of channels, which nobody could change any more
            await places.forget(f"{whole}{kind}")
        await places.set_parent(whole, key)

    async def workspaces(self, team: Team) -> Collection[Team]:
        """Those that an installation serves or served, and itself."""
        if not team.org_wide:
            return [team]
        whole = replace(team, id="")
        known = await self.service.places.children(place_key(whole))
        return {whole, team, *(replace(team, id=key.removeprefix(f"{PLATFORM}:").rstrip("/")) for key in known)}

    async def locale(self, place: Place) -> str:
        """The member's language, as a BCP 47 tag; English if Slack does not say at once.

        It is asked for while Slack waits three seconds for a form or a page.
        """
        try:
            async with asyncio.timeout(_LOCALE_SECONDS):
                return (await self.members.look_up(place.team, place.user)).locale
        except TimeoutError:
            return REFERENCE
