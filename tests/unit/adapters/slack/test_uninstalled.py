"""What is forgotten when the app is taken away, and Slack does not say from where else."""

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any, cast

from adapters.slack.errors import Meaning, SlackFault
from adapters.slack.exchange import SlackExchange
from adapters.slack.members import Team
from adapters.slack.settings import on_uninstalled
from adapters.slack.tokens import Installation

WORKSPACES = [Team(each, "E1", org_wide=True) for each in ("T1", "T2")]


async def test_a_slack_that_is_down_costs_no_other_workspace_of_the_organisation_what_is_kept_of_it() -> None:
    forgotten: list[object] = []

    async def installed(_team: Team) -> Installation:
        return Installation(token="t", enterprise="E1")

    async def is_down(*_: object, **__: object) -> None:
        raise SlackFault(Meaning.LATER, "service_unavailable")

    async def workspaces(_team: Team) -> Sequence[Team]:
        return WORKSPACES

    async def forget(*what: Any) -> None:
        forgotten.append(what[-1])

    kept = SimpleNamespace(installed=installed, forget=forget)
    service = SimpleNamespace(removal=SimpleNamespace(forget_space=forget), places=SimpleNamespace(forget=forget))
    api = SimpleNamespace(workspaces=kept, patient=is_down)
    event = SimpleNamespace(body={"event": {"type": "team_access_revoked", "team_ids": ["T1"]}})
    desk = SimpleNamespace(api=api, service=service, workspaces=workspaces)
    at = SimpleNamespace(desk=desk, event=event, place=SimpleNamespace(team=Team("", "E1")))
    await on_uninstalled(cast(SlackExchange, at))
    assert forgotten == ["T1", "slack:T1/"]
