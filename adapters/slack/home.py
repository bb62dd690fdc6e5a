"""App Home: the member's own page, with a button for the form and one for admins' settings.

A picture is the file that the result's own message shows: Slack shows a file to those alone whom it was shared with.
"""

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from weakref import WeakValueDictionary

import structlog

from adapters.slack.controls import OPEN_FORM, OPEN_SETTINGS
from adapters.slack.desk import Desk
from adapters.slack.errors import Meaning, SlackFault
from adapters.slack.exchange import SlackExchange
from adapters.slack.members import PLATFORM, Place, Team, slack_user, team_of_member
from adapters.slack.pages import MAX_BLOCKS, NONE, blocks_of
from adapters.slack.text import Block, actions, button, plain
from bot.domain.ids import GenerationId, generation_id
from bot.domain.job import Job
from bot.domain.request import Requester
from bot.home import Home, home_of, home_pages
from bot.texts import text

log = structlog.get_logger(__name__)


class Homes:
    """Every member's App Home; run `run` as a task, for those that are out of date while nobody opens them."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._outdated: dict[str, Requester] = {}
        self._news = asyncio.Event()
        self._drawing: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def show(self, at: SlackExchange) -> None:
        """Publish one that was opened, as it stands now.

        Raises:
            SlackFault: Slack does not take it.
        """
        await self._show(at.place)

    def outdated(self, member: Requester) -> None:
        """It shows what was cancelled or deleted, perhaps elsewhere or by somebody else."""
        if member.platform == PLATFORM:
            self._outdated[member.key] = member
            self._news.set()

    async def run(self) -> None:
        """Draw those anew, until cancelled. What Slack does not take is drawn anew when it is opened."""
        while True:
            await self._news.wait()
            self._news.clear()
            while self._outdated:
                _, member = self._outdated.popitem()
                try:
                    await self._show(await self._place_of(member))
                except SlackFault as fault:
                    if fault.meaning is not Meaning.TEAM_GONE:  # whose members have no such page any more
                        log.warning("home still shows what was deleted", code=fault.code)
                except Exception:
                    log.exception("home still shows what was deleted")

    async def _place_of(self, member: Requester) -> Place:
        team = team_of_member(member)
        installation = await self._desk.api.workspaces.installed(team)
        org_wide = installation is not None and not installation.team
        return Place(team=replace(team, org_wide=org_wide), user=slack_user(member))

    async def _show(self, place: Place) -> None:
        """One after the other for a member: else the slower of two would show what the other one left out."""
        async with self._drawing.setdefault(place.requester.key, asyncio.Lock()):
            await self._draw(place)

    async def _draw(self, place: Place) -> None:
        desk = self._desk
        home, member = (
            await home_of(desk.service, place.requester),
            await desk.members.look_up(place.team, place.user),
        )

        async def publish(pictures: Mapping[GenerationId, str]) -> None:
            view = home_view(home, admin=member.admin, now=desk.clock.now(), locale=member.locale, pictures=pictures)
            if place.team.org_wide:
                view["private_metadata"] = replace(place, channel="").written
            await desk.api.patient(place.team, "views_publish", user_id=place.user, view=view)

        shown = await _pictures(desk, place.team, home.results, known=True)
        try:
            await publish(shown)
        except SlackFault as fault:
            if not shown:
                raise
            log.info("home without pictures", code=fault.code)
            await publish(NONE)
            return
        found = await _pictures(desk, place.team, home.results, known=False)
        if found.keys() > shown.keys():
            try:
                await publish(found)
            except SlackFault as fault:  # one of them is not theirs to see any more
                log.info("home without pictures", code=fault.code)


async def _pictures(desk: Desk, team: Team, jobs: Sequence[Job], *, known: bool) -> Mapping[GenerationId, str]:
    """Slack's files of results: those that are `known` by now, or all that can be found."""
    found, results = dict[GenerationId, str](), desk.service.results
    for job in jobs:
        result = generation_id(job.id, 0)
        file = desk.uploads.known(team, result)
        stands = None if known or file is not None else await results.message_of(job, platform=PLATFORM)
        if stands:
            message = await desk.api.message(team, **json.loads(stands))
            shown = (block["slack_file"] for block in message.get("blocks") or () if block["type"] == "image")
            file = next((str(each["id"]) for each in shown if "id" in each), "")
            desk.uploads.remember(team, result, file)
        if file:
            found[result] = file
    return found


def home_view(
    home: Home, *, admin: bool, now: float, locale: str, pictures: Mapping[GenerationId, str] = NONE
) -> Block:
    """The view; pure. `pictures`: Slack's files of results."""
    first = [button(text(locale, "slack-remix"), OPEN_FORM, emoji="🖼️", style="primary")]
    if admin:
        first.append(button(text(locale, "slack-team-settings"), OPEN_SETTINGS, emoji="⚙️"))
    parts: list[Sequence[Block]] = [
        [{"type": "header", "text": plain(page.title, 150)}, *blocks_of(page, locale, pictures)]
        for page in home_pages(home, now=now, locale=locale, key="greeting-slack")
    ]
    parts.insert(0 if home.results else 1, [actions(*first)])
    return {"type": "home", "blocks": [block for part in parts for block in part][:MAX_BLOCKS]}
