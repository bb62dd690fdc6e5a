"""What the workspace's admins decide: defaults for it or one channel, who may use the bot, whether it is there."""

import json
from dataclasses import replace

import structlog

from adapters.slack.desk import Desk
from adapters.slack.errors import SlackFault
from adapters.slack.exchange import SlackExchange
from adapters.slack.fields import modal, offered_in, values_of
from adapters.slack.greeting import greeted
from adapters.slack.members import PLATFORM, Team, place_key
from adapters.slack.pages import page_view
from adapters.slack.text import context
from bot.domain.errors import NotAllowed
from bot.domain.place import ban_of
from bot.pages import Ink, Part, said_page, settings_page
from bot.settings_form import BAN, BANNED, CHANNEL, WHOLE, read_settings_form, settings_form
from bot.texts import text

CALLBACK = "settings"
log = structlog.get_logger(__name__)


async def show_settings(at: SlackExchange) -> None:
    """Open the settings; whether the member may change them takes a question to Slack, so a page stands in first."""
    desk, place, locale = at.desk, at.place, await at.locale()
    wait = said_page(locale, "form-settings", "settings-moment")
    modal_id = await at.put_up(page_view(wait, locale=locale))
    keys, in_channel = at.by.keys, bool(place.channel) and not place.is_direct
    if (await at.asker()).moderates:
        own = [await desk.service.places.settings(key) for key in keys]
        form = settings_form(own, desk.service.menu(), in_channel=in_channel, locale=locale)
        about = {"channel": place.channel} | ({"team": place.team.id} if place.team.org_wide else {})
        view = modal(form, CALLBACK, locale=locale, metadata=json.dumps(about))
    else:
        here = Part(place.channel, Ink.CHANNEL) if in_channel else Part(text(locale, "slack-here"))
        page = settings_page(await desk.service.places.settings(*keys), here, locale=locale)
        whose = context(text(locale, "slack-settings-whose"))
        view = page_view(page, locale=locale, above=[whose])
    await at.put_up(view, modal_id)


async def save_settings(at: SlackExchange) -> None:
    """Keep what an admin chose.

    Raises:
        NotAllowed: it was no admin.
        InvalidRequest: a value names what there is not.
    """
    desk, view, team = at.desk, at.event.body["view"], at.place.team
    if not (await at.asker()).moderates:
        raise NotAllowed("refused-slack-admins")
    values = values_of(view)
    for_channel, settings = read_settings_form(values)
    channel = json.loads(view.get("private_metadata") or "{}").get("channel", "")
    whole, here = place_key(team), place_key(team, channel if for_channel else "")
    await desk.service.places.change(here, lambda own: replace(settings, banned=own.banned))
    # Those who are taken off the list, not all who are not on it: somebody may be blocked while the form is open.
    for ban in set(offered_in(view, BANNED)) - set(values.get(BANNED, ())):
        for place in dict.fromkeys((whole, here)):
            await desk.service.moderators.unban(place, ban_of(ban).user)
    for user in values.get(BAN, ()):
        name = (await desk.members.look_up(team, user)).name
        await desk.service.moderators.ban(whole, at.place.key_of(user), name)
    saved = SlackExchange(desk, at.event, replace(at.place, channel=channel))
    await saved.tell("slack-saved", scope=CHANNEL if for_channel else WHOLE)


async def on_joined(at: SlackExchange) -> None:
    """Somebody invited us to a channel."""
    inviter = str(at.event.body["event"].get("inviter") or "")
    await greeted(at.desk, replace(at.place, user=inviter), at.event_id)


async def on_uninstalled(at: SlackExchange) -> None:
    """Cancel and forget the jobs of workspaces that no longer have the app, then its token if that has ended, too.

    An organisation removes it from some of its workspaces, or from all. Slack repeats for a day what it could not
    deliver: who has installed the app again by then keeps all.
    """
    desk, team = at.desk, at.place.team
    installation = await desk.api.workspaces.installed(team)
    if installation and not installation.team:  # a whole organisation has it, which this event need not say
        team = replace(team, org_wide=True)
    event = at.event.body["event"]
    if ended := event["type"] != "team_access_revoked" and not await _is_installed(desk, team):
        gone = await desk.workspaces(team)
    else:
        named = set(event.get("team_ids") or [team.id])
        gone = [replace(team, id=each) for each in named - {""} - await _granted(desk, team)]
    for each in gone:
        await desk.service.removal.forget_space(PLATFORM, each.space)
        await desk.service.places.forget(place_key(each))
        log.info("uninstalled", team=each.space)
    if ended:
        await desk.api.workspaces.forget(team)


async def _is_installed(desk: Desk, team: Team) -> bool:
    """Whether Slack takes our token there."""
    try:
        await desk.api.patient(team, "auth_test")
    except SlackFault:
        return False
    return True


async def _granted(desk: Desk, team: Team) -> set[str]:
    """The workspaces that an installation serves; none if Slack does not say."""
    if not team.org_wide:
        return {team.id}
    granted, cursor = set[str](), None
    try:
        while cursor != "":
            page = await desk.api.patient(team, "auth_teams_list", limit=1000, cursor=cursor)
            granted |= {each["id"] for each in page.get("teams") or ()}
            cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
    except SlackFault as fault:
        log.info("not told which workspaces have the app", code=fault.code)
    return granted
