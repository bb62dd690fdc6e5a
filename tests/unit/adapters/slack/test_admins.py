"""Who runs a workspace, by what Slack tells of a member."""

from typing import Any, cast

import pytest

from adapters.slack.api import SlackApi
from adapters.slack.desk import Members
from adapters.slack.members import Team

OWN, GRID, WHOLE = Team("T1"), Team("T1", "E1"), Team("T1", "E1", org_wide=True)
ADMIN: dict[str, Any] = {"id": "U1", "is_admin": True}


class Api:
    """Answers every question with one user."""

    def __init__(self, user: dict[str, Any]) -> None:
        self._user = user

    async def call(self, *_: object, **__: object) -> dict[str, Any]:
        return {"user": self._user}


def of(*teams: str, **roles: bool) -> dict[str, Any]:
    return {"enterprise_user": {"enterprise_id": "E1", "teams": list(teams), **roles}}


@pytest.mark.parametrize(
    ("team", "user", "runs"),
    [
        (OWN, {**ADMIN, "team_id": "T1"}, True),
        (OWN, ADMIN, True),
        (OWN, {**ADMIN, "team_id": "T9"}, False),
        (OWN, {**ADMIN, "team_id": "T1", "is_stranger": True}, False),
        (GRID, {**ADMIN, **of("T1", "T2"), "team_id": "T1"}, True),
        (GRID, {**ADMIN, **of("T1", "T2")}, True),
        (GRID, {**ADMIN, **of("T2"), "team_id": "T2"}, False),
        (WHOLE, {**ADMIN, **of("T1", "T2"), "team_id": "T1"}, True),
        (WHOLE, {**ADMIN, **of("T1", "T2"), "team_id": "T2"}, False),
        (WHOLE, {**ADMIN, **of("T1"), "team_id": "E1"}, True),
        (WHOLE, {**ADMIN, **of("T1", "T2"), "team_id": "E1"}, False),
        (WHOLE, ADMIN, False),
        (WHOLE, {"id": "U1", "team_id": "T2", **of("T2", is_owner=True)}, True),
        (WHOLE, {"id": "U1", "enterprise_user": {"enterprise_id": "E9", "is_admin": True}}, False),
    ],
)
async def test_an_admin_runs_their_own_workspace_and_an_organisations_all_of_its(
    team: Team, user: dict[str, Any], *, runs: bool
) -> None:
    assert (await Members(cast(SlackApi, Api(user))).look_up(team, "U1")).admin is runs
