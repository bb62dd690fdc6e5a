"""The app was removed from a workspace: everything about it goes."""

import structlog

from adapters.slack.desk import Desk
from adapters.slack.inbound import Inbound, team_in
from adapters.slack.members import PLATFORM, place_key

log = structlog.get_logger(__name__)


async def on_uninstalled(desk: Desk, event: Inbound) -> None:
    """Cancel and forget what the team asked for, then its token. Other teams notice nothing."""
    team = team_in(event.body)
    await desk.service.removal.forget_space(PLATFORM, team.space)
    await desk.service.places.forget(place_key(team))
    await desk.api.forget(team)
    log.info("uninstalled", team=team.space)
