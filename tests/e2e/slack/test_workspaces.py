"""Several workspaces: they install themselves, their tokens rotate, and they leave."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest
from yarl import URL

from adapters.slack import intake, platform
from adapters.sqlite.database import Database
from adapters.sqlite.installations import SqliteInstallations
from adapters.sqlite.store import SqliteJobStore
from bot.domain.errors import FatalError, StorageFailed
from tests.builders.requests import png
from tests.harness.slack import Bench, bench, http_options, options
from tests.harness.waiting import PATIENCE
from tests.servers.slack.member import Member
from tests.servers.slack.server import NotAcknowledged, SlackServer
from tests.servers.slack.state import Conversation, Json, Team

# The SDK asks `oauth.v2.access` with a class that aiohttp will drop in version 4.
pytestmark = pytest.mark.filterwarnings("ignore:BasicAuth is deprecated:DeprecationWarning")

OAUTH = {"bot_token": "", "client_id": "1.2", "client_secret": "client-secret"}


def grant(team: Team, *, token: str, refresh: str = "", expires_in: int = 0) -> Json:
    """What `oauth.v2.access` tells."""
    rotating = {"refresh_token": refresh, "expires_in": expires_in} if refresh else {}
    return {
        "access_token": token,
        "token_type": "bot",
        "scope": "chat:write,commands",
        "bot_user_id": team.bot_user,
        "app_id": "A00000001",
        "team": {"id": team.id, "name": "Example"},
        "enterprise": None,
        "authed_user": {"id": "U00000001"},
        "is_enterprise_install": False,
        **rotating,
    }


async def install(slack: SlackServer, team: Team, *, cookies: bool = True, **granted: object) -> str:
    """Go through the flow in a browser; returns the last page."""
    base = URL(slack.app_url).origin()
    slack.oauth_codes[f"code-{team.id}"] = grant(team, token=team.token, **granted)  # type: ignore[arg-type]
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as browser:
        async with browser.get(base / "slack/install") as page:
            html = await page.text()
            kept = {"Cookie": page.headers["Set-Cookie"].partition(";")[0]} if cookies else {}
        link = URL(re.findall(r'href="([^"]*state=[^"]*)"', html)[0].replace("&amp;", "&"))
        query = {"code": f"code-{team.id}", "state": link.query["state"]}
        async with browser.get(base / "slack/oauth_redirect", params=query, headers=kept) as done:
            return f"{done.status} {await done.text()}"


async def keep(running: Bench, team: Team, **other: object) -> None:
    """Let the database say something else of an installation."""
    assert isinstance(running.core.store, SqliteJobStore)
    installations = SqliteInstallations(running.core.store.database)
    kept = await installations.find(enterprise="", team=team.id)
    assert kept is not None
    await installations.save(enterprise="", team=team.id, content={**kept, **other})


def newcomer(slack: SlackServer, team: Team, name: str = "eve") -> Member:
    return Member(slack, team, slack.state.add_user(name))


async def test_two_workspaces_install_work_and_one_leaves(slack: SlackServer, tmp_path: Path) -> None:
    first, second = slack.state.teams["T00000001"], slack.state.add_team("T00000002", token="xoxb-two")
    ann, eve = newcomer(slack, first, "ann"), newcomer(slack, second)
    async with bench(slack, tmp_path, settings=http_options(slack, **OAUTH)) as running:
        assert (await install(slack, first)).startswith("200")
        assert (await install(slack, second)).startswith("200")
        for member in (ann, eve):
            channel = slack.state.add_channel(member.team, member.user)
            photo = slack.state.add_file(member.team, member.user, png())
            await member.say(channel, "a boat", files=[photo])
            await member.result(channel)
        assert {call.token for call in slack.state.calls_of("chat.postMessage")} == {"xoxb-one", "xoxb-two"}

        await eve.uninstall()
        key = f"slack:{second.id}/{eve.user.id}"
        async with asyncio.timeout(PATIENCE):
            while await running.core.store.jobs_of(key, limit=1):
                await asyncio.sleep(0.02)
        channel = slack.state.add_channel(first, ann.user)
        await ann.say(channel, "a ship", files=[slack.state.add_file(first, ann.user, png())])
        await ann.result(channel)


async def test_a_guest_by_slack_connect_fills_in_a_form_of_ours(slack: SlackServer, tmp_path: Path) -> None:
    team = slack.state.teams["T00000001"]
    eve = newcomer(slack, team)
    channel = slack.state.add_channel(team, eve.user)
    async with bench(slack, tmp_path, settings=http_options(slack, **OAUTH)):
        await install(slack, team)
        form = await eve.open("/img2img", channel, "a boat")
        eve.home = slack.state.add_team("T00000009", token="xoxb-nine", enterprise="E00000009")
        await eve.submit(form, file=slack.state.add_file(team, eve.user, png()))
        await eve.result(channel)
    assert {call.token for call in slack.state.calls_of("chat.postMessage")} == {"xoxb-one"}


async def test_an_installation_outlives_a_restart_and_an_upgrade(slack: SlackServer, tmp_path: Path) -> None:
    team = slack.state.teams["T00000001"]
    ann = newcomer(slack, team, "ann")
    async with bench(slack, tmp_path, settings=http_options(slack, **OAUTH)) as running:
        await install(slack, team)
        await keep(running, team, installed_by=ann.user.id)  # as earlier versions did
    async with bench(slack, tmp_path, settings=http_options(slack, **OAUTH)):
        await ann.open("/help", slack.state.add_channel(team, ann.user))


@pytest.mark.parametrize("event", ["app_uninstalled", "tokens_revoked"])
async def test_uninstalled_in_the_middle_of_a_job(slack: SlackServer, tmp_path: Path, event: str) -> None:
    team = slack.state.teams["T00000001"]
    ann = newcomer(slack, team, "ann")
    channel = slack.state.add_channel(team, ann.user)
    async with bench(slack, tmp_path, settings=http_options(slack, **OAUTH)) as running:
        await install(slack, team)
        running.engine.hold()
        await ann.say(channel, "a boat", files=[slack.state.add_file(team, ann.user, png())])
        await ann.see(lambda: ann.from_bot(channel))
        await ann.uninstall(event)
        async with asyncio.timeout(PATIENCE):
            while await running.core.store.jobs_of(f"slack:{team.id}/{ann.user.id}", limit=1):
                await asyncio.sleep(0.02)
        await running.engine.release()


@pytest.mark.parametrize("event", ["app_uninstalled", "tokens_revoked"])
async def test_an_organisation_has_the_app_in_a_workspace_of_it_and_removes_it(
    slack: SlackServer, tmp_path: Path, event: str
) -> None:
    team = slack.state.teams["T00000001"]
    team.enterprise, team.org_wide = "E00000001", True
    ann = newcomer(slack, team, "ann")
    channel = slack.state.add_channel(team, ann.user)
    async with bench(slack, tmp_path, settings=http_options(slack, **OAUTH)) as running:
        store = running.core.store
        assert isinstance(store, SqliteJobStore)
        given = {"token": team.token, "enterprise": team.enterprise, "bot_user": team.bot_user, "bot": team.bot_id}
        await SqliteInstallations(store.database).save(enterprise=team.enterprise, team="", content=given)
        photo = slack.state.add_file(team, ann.user, png())
        await ann.say(channel, "a boat", files=[photo])
        await ann.press("Subtle", channel, await ann.result(channel))
        await ann.submit(await ann.open("/img2img", channel, "a ship"), file=photo)
        await ann.result(channel, 2)
        await ann.uninstall(event)
        async with asyncio.timeout(PATIENCE):
            while await store.unsettled("slack"):
                await asyncio.sleep(0.02)
        assert await store.jobs_of(f"slack:{team.enterprise}/{ann.user.id}", limit=5) == []


async def test_word_of_an_uninstallation_that_comes_after_the_next_installation_costs_nothing(
    slack: SlackServer, tmp_path: Path
) -> None:
    team = slack.state.teams["T00000001"]
    ann = newcomer(slack, team, "ann")
    channel = slack.state.add_channel(team, ann.user)
    async with bench(slack, tmp_path, settings=http_options(slack, **OAUTH)) as running:
        await install(slack, team)
        await ann.say(channel, "a boat", files=[slack.state.add_file(team, ann.user, png())])
        await ann.result(channel)
        await slack.deliver("events_api", ann._event({"type": "app_uninstalled"}, user=False), retry=3)
        async with asyncio.timeout(PATIENCE):
            while await running.core.store.unsettled("slack"):
                await asyncio.sleep(0.02)
        assert len(await running.core.store.jobs_of(f"slack:{team.id}/{ann.user.id}", limit=5)) == 1
        await ann.open("/help", channel)


@pytest.mark.parametrize("method", ["oauth.v2.access", "auth.test"])
@pytest.mark.parametrize(
    "fault", [{"reset": True}, {"status": 503}, {"error": "ratelimited", "status": 429, "retry_after": 9}]
)
async def test_who_installs_while_slack_is_down_is_told_to_come_again(
    slack: SlackServer, tmp_path: Path, method: str, fault: Json
) -> None:
    async with bench(slack, tmp_path, settings=http_options(slack, **OAUTH)):
        team = slack.state.add_team("T00000009", token="xoxb-nine")
        slack.fail(method, times=1, **fault)
        page = await install(slack, team)
        assert page.startswith("503")
        assert "Slack does not answer just now: try again in a few minutes." in page
        assert 'href="/slack/install"' in page
        assert (await install(slack, team)).startswith("200")


async def test_who_installs_without_cookies_is_told_to_allow_them(slack: SlackServer, tmp_path: Path) -> None:
    async with bench(slack, tmp_path, settings=http_options(slack, **OAUTH)):
        page = await install(slack, slack.state.add_team("T00000009", token="xoxb-nine"), cookies=False)
        assert page.startswith("400")
        assert "allow cookies for this site" in page
        assert 'href="/slack/install"' in page


async def test_an_installation_that_cannot_be_kept_is_said_to_be_none(
    slack: SlackServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuses(*_: object, **__: object) -> None:
        raise StorageFailed

    async with bench(slack, tmp_path, settings=http_options(slack, **OAUTH)):
        monkeypatch.setattr(SqliteInstallations, "save", refuses)
        page = await install(slack, slack.state.add_team("T00000009", token="xoxb-nine"))
        assert page.startswith("500")
        assert "cannot be stored" in page


async def test_a_state_is_good_only_in_its_own_browser(slack: SlackServer, tmp_path: Path) -> None:
    async with bench(slack, tmp_path, settings=http_options(slack, **OAUTH)), aiohttp.ClientSession() as browser:
        base = URL(slack.app_url).origin()
        for query in ({"code": "x", "state": "made-up"}, {"code": "x"}, {"error": "access_denied"}):
            async with browser.get(base / "slack/oauth_redirect", params=query) as page:
                assert "installed" not in (await page.text()).lower()


async def rows(database: Database) -> int:
    """Of all tables."""
    tables = await database.read("SELECT name FROM sqlite_schema WHERE type = 'table'")
    counts = [await database.read(f"SELECT count(*) AS most FROM {table['name']}") for table in tables]
    return sum(row["most"] for (row,) in counts)


async def test_visits_of_the_install_page_leave_nothing_behind(slack: SlackServer, tmp_path: Path) -> None:
    async with bench(slack, tmp_path, settings=http_options(slack, **OAUTH)) as running:
        assert isinstance(running.core.store, SqliteJobStore)
        before, base = await rows(running.core.store.database), URL(slack.app_url).origin()
        async with aiohttp.ClientSession() as browser:
            for _ in range(5):
                async with browser.get(base / "slack/install") as page:
                    assert page.status == 200
        assert await rows(running.core.store.database) == before


async def test_a_rotating_token_is_renewed_once_by_ten_at_a_time(slack: SlackServer, tmp_path: Path) -> None:
    team = slack.state.teams["T00000001"]
    ann = newcomer(slack, team, "ann")
    channel = slack.state.add_channel(team, ann.user)
    async with bench(slack, tmp_path, settings=http_options(slack, **OAUTH)) as running:
        await install(slack, team, refresh="refresh-1", expires_in=60)
        await keep(running, team, expires_at=running.core.clock.now() - 1)
        slack.oauth_codes["refresh-1"] = grant(team, token="xoxb-new", refresh="refresh-2", expires_in=43_200)
        team.token = "xoxb-new"
        await asyncio.gather(*(ann.command("/help", channel) for _ in range(10)))
        await ann.see(lambda: len(slack.state.views) == 10)
    renewals = [each for each in slack.state.calls_of("oauth.v2.access") if each.arguments.get("grant_type")]
    assert len(renewals) == 1
    assert {call.token for call in slack.state.calls_of("views.open")} == {"xoxb-new"}


async def test_a_token_that_expired_early_is_renewed_and_the_call_repeated(
    slack: SlackServer, tmp_path: Path
) -> None:
    team = slack.state.teams["T00000001"]
    ann = newcomer(slack, team, "ann")
    async with bench(slack, tmp_path, settings=http_options(slack, **OAUTH)):
        await install(slack, team, refresh="refresh-1", expires_in=43_200)
        slack.oauth_codes["refresh-1"] = grant(team, token="xoxb-one", refresh="refresh-2", expires_in=43_200)
        slack.oauth_codes["refresh-2"] = grant(team, token="xoxb-new", refresh="refresh-3", expires_in=43_200)
        channel = slack.state.add_channel(team, ann.user)
        await ann.open("/help", channel)
        team.ended.add("xoxb-one")
        team.token = "xoxb-new"
        await ann.open("/help", channel)


async def test_a_result_waits_for_a_token_that_slack_does_not_renew_at_once(
    slack: SlackServer, tmp_path: Path
) -> None:
    team = slack.state.teams["T00000001"]
    ann = newcomer(slack, team, "ann")
    channel = slack.state.add_channel(team, ann.user)
    slack.oauth_codes["refresh-1"] = grant(team, token="xoxb-one", refresh="refresh-2", expires_in=43_200)
    slack.oauth_codes["refresh-2"] = grant(team, token="xoxb-new", refresh="refresh-3", expires_in=43_200)
    async with bench(slack, tmp_path, settings=http_options(slack, **OAUTH)) as running:
        await install(slack, team, refresh="refresh-1", expires_in=60)
        running.engine.hold()
        await ann.say(channel, "a boat", files=[slack.state.add_file(team, ann.user, png())])
        (message,) = await ann.see(lambda: ann.from_bot(channel))
        await ann.see(lambda: "edits" in message)
        before = len(slack.state.calls_of("oauth.v2.access"))
        outage = slack.fail("oauth.v2.access", status=503, times=1000)
        team.ended.add(team.token)
        await running.engine.release()
        await ann.see(lambda: len(slack.state.calls_of("oauth.v2.access")) >= before + 2)
        team.token = "xoxb-new"
        outage.times = 0
        await ann.result(channel)
    assert len(ann.from_bot(channel)) == 1


async def end_token(running: Bench, slack: SlackServer, team: Team) -> None:
    """The time of a rotating token is over; there is one more to be had."""
    await keep(running, team, refresh_token="refresh-2", expires_at=running.core.clock.now() - 1)
    slack.oauth_codes["refresh-2"] = grant(team, token="xoxb-new", refresh="refresh-3", expires_in=43_200)
    team.ended.add(team.token)
    team.token = "xoxb-new"


@asynccontextmanager
async def with_ended_token(slack: SlackServer, tmp_path: Path) -> AsyncIterator[tuple[Member, Conversation]]:
    """A member and a channel of a workspace that installed the app, whose token has ended."""
    team = slack.state.teams["T00000001"]
    ann = newcomer(slack, team, "ann")
    channel = slack.state.add_channel(team, ann.user)
    async with bench(slack, tmp_path, settings=http_options(slack, **OAUTH)) as running:
        await install(slack, team)
        await end_token(running, slack, team)
        yield ann, channel


async def test_what_comes_while_a_token_is_not_renewed_is_asked_for_again_or_refused(
    slack: SlackServer, tmp_path: Path
) -> None:
    async with with_ended_token(slack, tmp_path) as (ann, channel):
        outage = slack.fail("oauth.v2.access", status=503, times=1000)
        photo = slack.state.add_file(ann.team, ann.user, png())
        with slack.expects_no_answer(), pytest.raises(NotAcknowledged):
            await ann.say(channel, "a boat", files=[photo])
        (mention,) = channel.messages.values()
        await ann.command("/img2img", channel)
        outage.times = 0
        await ann.told("Slack is busy")
        await slack.deliver("events_api", ann._event({**mention, "type": "app_mention"}), retry=1)
        await ann.result(channel)


async def test_an_event_is_answered_before_a_slow_slack_has_renewed_the_token(
    slack: SlackServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with with_ended_token(slack, tmp_path) as (ann, channel):
        slow = slack.fail("oauth.v2.access", until=asyncio.Event())
        photo = slack.state.add_file(ann.team, ann.user, png())
        with monkeypatch.context() as impatient:
            impatient.setattr(intake, "_TOKEN_SECONDS", 0.001)
            with pytest.raises(NotAcknowledged, match="503"):
                await ann.say(channel, "a boat", files=[photo])
        assert slow.until
        slow.until.set()
        (mention,) = channel.messages.values()
        await slack.deliver("events_api", ann._event({**mention, "type": "app_mention"}), retry=1)
        await ann.result(channel)


async def test_a_start_without_a_renewed_token_tries_again(
    slack: SlackServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(platform, "BACKOFF", (0.01,))
    team = slack.state.teams["T00000001"]
    ann = newcomer(slack, team, "ann")
    channel = slack.state.add_channel(team, ann.user)
    rotating = {"client_id": "1.2", "client_secret": "s", "bot_token": "xoxe.xoxb-0", "refresh_token": "refresh-1"}
    outage = slack.fail("oauth.v2.access", status=503, times=10_000)
    async with bench(slack, tmp_path, settings=options(slack, **rotating)) as at:
        await ann.see(lambda: len(slack.state.calls_of("oauth.v2.access")) > 2)
        assert not at.slack.connected
        slack.oauth_codes["refresh-1"] = grant(team, token="xoxe.xoxb-1", refresh="refresh-2", expires_in=43_200)
        team.token, outage.times = "xoxe.xoxb-1", 0
        await slack.connected(2)
        await ann.open("/help", channel)


async def test_a_team_that_never_installed_is_answered_and_nothing_happens(
    slack: SlackServer, tmp_path: Path
) -> None:
    stranger = slack.state.add_team("T00000009", token="xoxb-nine")
    eve = newcomer(slack, stranger)
    async with bench(slack, tmp_path, settings=http_options(slack, **OAUTH)):
        assert (await eve.command("/help", slack.state.add_channel(stranger, eve.user))).status == 200
        assert slack.state.calls_of("views.open") == []


async def test_a_rotating_token_of_the_settings_is_renewed_across_restarts(
    slack: SlackServer, tmp_path: Path
) -> None:
    team = slack.state.teams["T00000001"]
    ann = newcomer(slack, team, "ann")
    channel = slack.state.add_channel(team, ann.user)
    rotating = {"client_id": "1.2", "client_secret": "s", "bot_token": "xoxe.xoxb-0", "refresh_token": "refresh-1"}
    slack.oauth_codes["refresh-1"] = grant(team, token="xoxe.xoxb-1", refresh="refresh-2", expires_in=43_200)
    team.token = "xoxe.xoxb-1"
    async with bench(slack, tmp_path, settings=options(slack, **rotating)):
        await ann.open("/help", channel)
    async with bench(slack, tmp_path, settings=options(slack, **rotating)):
        await ann.open("/help", channel)
    assert len(slack.state.calls_of("oauth.v2.access")) == 1
    with pytest.raises(FatalError, match="SLACK_REFRESH_TOKEN"):
        async with bench(slack, tmp_path, settings=options(slack, **(rotating | {"refresh_token": "wrong"}))):
            pass


@pytest.mark.parametrize("rotates", [False, True])
async def test_a_token_of_the_settings_may_be_a_whole_organisations(
    slack: SlackServer, tmp_path: Path, *, rotates: bool
) -> None:
    team = slack.state.teams["T00000001"]
    team.enterprise, team.org_wide = "E00000001", True
    ann = newcomer(slack, team, "ann")
    channel = slack.state.add_channel(team, ann.user)
    keys = {"client_id": "1.2", "client_secret": "client-secret", "refresh_token": "refresh-0"} if rotates else {}
    if rotates:
        slack.oauth_codes["refresh-0"] = grant(team, token="xoxb-one", refresh="refresh-1", expires_in=43_200)
    async with bench(slack, tmp_path, settings=options(slack, bot_token=team.token, **keys)) as running:
        await ann.say(channel, "a boat", files=[slack.state.add_file(team, ann.user, png())])
        await ann.result(channel)
        await ann.uninstall()
        async with asyncio.timeout(PATIENCE):
            while await running.core.store.unsettled("slack"):
                await asyncio.sleep(0.02)
        assert await running.core.store.jobs_of(f"slack:{team.enterprise}/{ann.user.id}", limit=5) == []


async def test_a_rotating_token_without_its_refresh_token_is_told_at_the_start(
    slack: SlackServer, tmp_path: Path
) -> None:
    with pytest.raises(FatalError, match="SLACK_REFRESH_TOKEN"):
        async with bench(slack, tmp_path, settings=options(slack, bot_token="xoxe.xoxb-0")):
            pass
