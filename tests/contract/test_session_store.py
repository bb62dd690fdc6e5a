"""What `bot.sign_in.SessionStore` promises, and what a sign-in makes of it."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from adapters.sqlite.sessions import SqliteSessions
from adapters.sqlite.store import SqliteJobStore
from bot.domain.access import Asker
from bot.domain.errors import LimitReached
from bot.domain.request import Requester
from bot.domain.safety import STRICTEST
from bot.erasure import Retention
from bot.sign_in import LINK_SECONDS, MOST_LINKS, SESSION_SECONDS, SignIn

ANN = Asker(
    requester=Requester(platform="discord", user="ann", space="guild", name="Ann"),
    server="discord:guild:1",
    rooms=("discord:channel:2",),
    roles=frozenset({"painter"}),
    moderates=True,
    locale="de",
)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteJobStore]:
    async with SqliteJobStore(tmp_path / "pentimento.db") as store:
        yield store


@dataclass
class ManualClock:
    at: float = 1e9

    def now(self) -> float:
        return self.at

    def advance(self, seconds: float) -> None:
        self.at += seconds


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def sign_in(store: SqliteJobStore, clock: ManualClock) -> SignIn:
    return SignIn(sessions=SqliteSessions(store.database), clock=clock, address="https://bot.example")


def token(link: str) -> str:
    assert link.startswith("https://bot.example/signin/")
    return link.rpartition("/")[2]


async def test_a_link_can_be_looked_at_and_is_good_once(sign_in: SignIn) -> None:
    link = token(await sign_in.link(ANN))
    assert await sign_in.is_open(link)
    assert await sign_in.is_open(link)
    first, second = await asyncio.gather(sign_in.redeem(link), sign_in.redeem(link))
    assert (first is None) != (second is None)
    assert not await sign_in.is_open(link)
    who = await sign_in.who(first or second or "")
    assert who is not None
    assert (who.requester, who.server, who.rooms, who.roles) == (ANN.requester, ANN.server, ANN.rooms, ANN.roles)
    assert (who.moderates, who.site) == (False, STRICTEST)


async def test_a_link_ends_by_itself_and_a_session_that_is_used_does_not(sign_in: SignIn, clock: ManualClock) -> None:
    late = token(await sign_in.link(ANN))
    clock.advance(LINK_SECONDS)
    assert await sign_in.redeem(late) is None
    session = await sign_in.redeem(token(await sign_in.link(ANN)))
    assert session is not None
    clock.advance(SESSION_SECONDS - 1)
    await sign_in.used(session)
    clock.advance(SESSION_SECONDS - 1)
    assert await sign_in.who(session)
    clock.advance(1)
    assert await sign_in.who(session) is None


async def test_links_are_bounded_until_they_end(sign_in: SignIn, clock: ManualClock) -> None:
    for _ in range(MOST_LINKS):
        await sign_in.link(ANN)
    with pytest.raises(LimitReached):
        await sign_in.link(ANN)
    clock.advance(LINK_SECONDS)
    await sign_in.link(ANN)


async def test_signing_out_here_and_everywhere(sign_in: SignIn) -> None:
    sessions = [await sign_in.redeem(token(await sign_in.link(ANN))) or "" for _ in range(3)]
    await sign_in.leave(sessions[0])
    assert [await sign_in.who(each) is not None for each in sessions] == [False, True, True]
    await sign_in.leave_everywhere(ANN.requester.key)
    assert [await sign_in.who(each) for each in sessions] == [None] * 3


@pytest.mark.parametrize("goes", ["member", "server"])
async def test_sessions_end_with_their_member_or_server(sign_in: SignIn, store: SqliteJobStore, goes: str) -> None:
    session = await sign_in.redeem(token(await sign_in.link(ANN))) or ""
    open_link = token(await sign_in.link(ANN))
    await (store.forget(ANN.requester.key) if goes == "member" else store.forget_space("discord", "guild"))
    assert await sign_in.who(session) is None
    assert await sign_in.redeem(open_link) is None


async def test_what_has_ended_goes_with_the_next_sweep_though_nobody_signs_in(
    sign_in: SignIn, store: SqliteJobStore, clock: ManualClock
) -> None:
    await sign_in.redeem(token(await sign_in.link(ANN)))
    await sign_in.link(ANN)
    kinds = []
    for seconds in (0.0, LINK_SECONDS, SESSION_SECONDS - LINK_SECONDS - 1, 1.0):
        clock.advance(seconds)
        await store.sweep(Retention(pictures_before=0, jobs_before=0, inbox_before=0, sessions_before=clock.at))
        kinds.append({row["kind"] for row in await store.database.read("SELECT kind FROM sessions")})
    assert kinds == [{"link", "place", "session"}, {"place", "session"}, {"place", "session"}, set()]


async def test_no_token_stands_in_the_database(sign_in: SignIn, store: SqliteJobStore) -> None:
    link = token(await sign_in.link(ANN))
    rows = await store.database.read("SELECT * FROM sessions")
    assert all(link not in str(tuple(row)) for row in rows)


async def test_the_places_of_the_last_links_come_with_who_asks_for_something(
    sign_in: SignIn, clock: ManualClock
) -> None:
    alone = replace(ANN, server="", rooms=("discord:direct:9",))
    strict = replace(ANN, server="discord:guild:2", rooms=("discord:channel:3",))
    for place in (strict, strict, ANN):
        await sign_in.redeem(token(await sign_in.link(place)))
    session = await sign_in.redeem(token(await sign_in.link(alone))) or ""
    who, asks = await sign_in.who(session), await sign_in.who(session, asks=True)
    assert who is not None
    assert asks is not None
    assert who.others == ()
    assert {each.server for each in asks.others} == {ANN.server, strict.server}
    await sign_in.leave_everywhere(ANN.requester.key)  # is no way around them
    session = await sign_in.redeem(token(await sign_in.link(alone))) or ""
    asks = await sign_in.who(session, asks=True)
    assert asks is not None
    assert len(asks.others) == 2
    clock.advance(SESSION_SECONDS)
    session = await sign_in.redeem(token(await sign_in.link(alone))) or ""
    asks = await sign_in.who(session, asks=True)
    assert asks is not None
    assert asks.others == ()
