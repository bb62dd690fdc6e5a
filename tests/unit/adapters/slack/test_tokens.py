"""Tokens that rotate: who waits for the next one, and that none is lost."""

import asyncio
from collections.abc import Mapping
from typing import Any, cast

import pytest

from adapters.slack.api import SlackApi
from adapters.slack.client import SlackClient
from adapters.slack.members import Team
from adapters.slack.options import SlackOptions
from adapters.slack.tokens import Installation, Workspaces
from bot.domain.errors import StorageFailed
from tests.fakes.clock import LoopClock

TEAM = Team("T1")


class Installations:
    """One, in memory."""

    def __init__(self) -> None:
        self.content: Mapping[str, Any] | None = None

    async def save(self, *, enterprise: str, team: str, content: Mapping[str, Any]) -> None:
        del enterprise, team
        self.content = content

    async def find(self, *, enterprise: str, team: str) -> Mapping[str, Any] | None:
        return self.content if (enterprise, team) == ("", TEAM.id) else None

    async def remove(self, *, enterprise: str, team: str) -> None:
        del enterprise, team
        self.content = None


class Refusing(Installations):
    """On a disk that refuses so many times."""

    refusals = 0

    async def save(self, *, enterprise: str, team: str, content: Mapping[str, Any]) -> None:
        if self.refusals:
            self.refusals -= 1
            raise StorageFailed
        await super().save(enterprise=enterprise, team=team, content=content)


class Oauth:
    """Renews a token when it is let."""

    def __init__(self) -> None:
        self.calls = 0
        self.lets = asyncio.Event()

    async def call_with(self, *_: object, **__: object) -> Mapping[str, Any]:
        self.calls += 1
        await self.lets.wait()
        return {"access_token": "next", "refresh_token": "after", "expires_in": 43_200}


async def renewing(*, ends_in: float, store: Installations | None = None) -> tuple[Workspaces, Oauth]:
    clock, store, oauth = LoopClock(), store or Installations(), Oauth()
    options = SlackOptions(mode="http", client_id="1.2", client_secret="secret")
    workspaces = Workspaces(options, clock=clock, store=store)
    await workspaces.start(cast(SlackClient, oauth))
    old = Installation(team=TEAM.id, token="old", refresh_token="once", expires_at=clock.now() + ends_in)
    await workspaces._save(old)
    return workspaces, oauth


async def token(workspaces: Workspaces) -> str:
    found = await workspaces.identity(TEAM)
    assert found
    return found.token


async def test_nobody_waits_for_the_next_token_while_the_old_one_is_good() -> None:
    workspaces, oauth = await renewing(ends_in=3600)
    assert [await token(workspaces) for _ in range(3)] == ["old"] * 3
    await asyncio.sleep(0)
    oauth.lets.set()
    await workspaces.close()
    assert await token(workspaces) == "next"
    assert oauth.calls == 1


async def test_who_gives_up_waiting_for_a_token_loses_none() -> None:
    workspaces, oauth = await renewing(ends_in=-1)
    waiting = asyncio.create_task(token(workspaces))
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await token(workspaces)
    oauth.lets.set()
    assert await waiting == await token(workspaces) == "next"
    assert oauth.calls == 1


async def test_a_stop_that_is_cut_short_loses_no_token_either() -> None:
    """A refresh token is good for one use: Slack has taken the old one when its answer comes."""
    workspaces, oauth = await renewing(ends_in=-1)
    waiting = asyncio.create_task(token(workspaces))
    while not oauth.calls:
        await asyncio.sleep(0)
    api = SlackApi(SlackOptions(), workspaces)
    await api.__aenter__()
    closing = asyncio.create_task(api.__aexit__())
    for _ in range(3):
        await asyncio.sleep(0)
        closing.cancel()
    await asyncio.sleep(0)
    assert not closing.done()
    oauth.lets.set()
    with pytest.raises(asyncio.CancelledError):
        await closing
    kept = await workspaces.installed(TEAM)
    assert kept
    assert (kept.token, kept.refresh_token) == ("next", "after")
    assert await waiting == "next"
    assert api.session.closed


@pytest.mark.looptime
async def test_the_next_token_is_kept_though_the_disk_refuses_it_at_first() -> None:
    store = Refusing()
    workspaces, oauth = await renewing(ends_in=-1, store=store)
    store.refusals = 2
    oauth.lets.set()
    assert await token(workspaces) == "next"
    assert store.refusals == 0
    assert oauth.calls == 1


async def test_an_installation_that_is_removed_while_its_token_is_renewed_stays_removed() -> None:
    workspaces, oauth = await renewing(ends_in=-1)
    waiting = asyncio.create_task(workspaces.identity(TEAM))
    while not oauth.calls:
        await asyncio.sleep(0)
    await workspaces.forget(TEAM)
    oauth.lets.set()
    assert await waiting is None
    assert await workspaces.installed(TEAM) is None
