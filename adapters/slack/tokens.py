"""Whose token speaks: one workspace's from the settings, or each installation's own.

A rotated token lives twelve hours. It is renewed before it ends, once at a time and by nobody who might go away: a
refresh token is good for one use, so two renewals in a race, or one that is broken off, would lose the installation.
"""

import asyncio
import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from functools import partial
from typing import Any, Protocol

import structlog
from slack_sdk.oauth.installation_store.async_installation_store import AsyncInstallationStore
from slack_sdk.oauth.installation_store.models.installation import Installation as SdkInstallation

from adapters.slack.client import NotYet, SlackClient
from adapters.slack.errors import Meaning, SlackFault
from adapters.slack.members import Team
from adapters.slack.options import SlackOptions
from bot.domain.errors import FatalError
from bot.durable import until_stored
from bot.ports import Clock

RENEW_BEFORE = 2 * 3600.0
"""Seconds before its end that a token is renewed; Bolt's own margin."""

_OWN = ("own", "own")
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """The bot in a workspace or organisation: what that gave us when it installed the app.

    Attributes:
        team: workspace id; empty for an organisation-wide installation.
        refresh_token, expires_at: set if tokens rotate; Unix seconds.
        seed: which refresh token of the settings it began with; empty for one that was installed by OAuth.
    """

    token: str
    enterprise: str = ""
    team: str = ""
    bot_user: str = ""
    bot: str = ""
    refresh_token: str = ""
    expires_at: float | None = None
    seed: str = ""

    @property
    def key(self) -> tuple[str, str]:
        """What it is kept under: the settings' own workspace apart from those that installed the app."""
        return _OWN if self.seed else (self.enterprise, self.team)


class InstallationStore(Protocol):
    """Installations by enterprise and team.

    Every change is durable when it returns.
    """

    async def save(self, *, enterprise: str, team: str, content: Mapping[str, Any]) -> None:
        """Keep an installation; one of the same enterprise and team gives way."""
        ...

    async def find(self, *, enterprise: str, team: str) -> Mapping[str, Any] | None: ...

    async def remove(self, *, enterprise: str, team: str) -> None: ...


class Workspaces(AsyncInstallationStore):
    """The bot in each of them, by its own token, renewed in time.

    Beside those that installed the app stands the workspace of the settings, with a lasting token or a rotating one.
    """

    def __init__(self, options: SlackOptions, *, clock: Clock, store: InstallationStore | None = None) -> None:
        """`store`: where those are that install the app; without it there is the one of the settings."""
        self._options = options
        self._clock = clock
        self._store = store if options.oauth else None
        self._own: Installation | None = None
        self._started = False
        self._renewals: dict[tuple[str, str], asyncio.Task[Installation | None]] = {}

    async def start(self, api: SlackClient) -> None:
        """Called until it returns, before anything else: know who we are in the workspace of the settings.

        Raises:
            FatalError: Slack does not take the token.
            NotYet: it does not answer.
        """
        if self._started:
            return
        self._api = api
        if self._store and self._options.refresh_token:
            await self._plant()
        elif self._options.bot_token.startswith("xoxe."):
            raise FatalError(
                "SLACK_BOT_TOKEN ends after twelve hours, as the app rotates its tokens: set SLACK_REFRESH_TOKEN, "
                "SLACK_CLIENT_ID and SLACK_CLIENT_SECRET beside it."
            )
        elif not self._own and (self._options.bot_token or not self._store):
            self._own = await self._known(Installation(token=self._options.bot_token))
        self._started = True

    async def installed(self, team: Team) -> Installation | None:
        """The bot in a team, with a token that may have ended; None if it is not installed. Asks Slack nothing.

        It is the workspace's own, else the organisation's, else the one of the settings.
        """
        if self._store is None:
            return self._own
        if team.id and not team.org_wide:
            # In shared channels the organisation may be the member's own, which says nothing about the workspace.
            for enterprise in (team.enterprise, ""):
                if found := await self._find(enterprise, team.id):
                    return found
        if team.enterprise and (found := await self._find(team.enterprise, "")):
            return found
        own = await self._find(*_OWN) if self._options.refresh_token else self._own
        if own is None:
            return None
        here = own.team == team.id if own.team else own.enterprise == team.enterprise
        return own if here else None

    async def identity(self, team: Team) -> Installation | None:
        """The bot in a team, with a good token; None if it is not installed.

        Raises:
            SlackFault: the token has ended, and Slack gives no other just now.
        """
        if not self._started:  # not to be taken for a team that has not installed the app
            raise SlackFault(Meaning.LATER, "not_connected_yet")
        installation = await self.installed(team)
        return await self._good(installation) if installation else None

    async def renewed(self, team: Team, *, expired: str) -> Installation | None:
        """With another token than `expired`, or None if there is none to be had; raises as `identity`."""
        installation = await self.installed(team)
        if installation is None or installation.token != expired:
            return installation
        return await asyncio.shield(self._renewal(installation)) if installation.refresh_token else None

    async def close(self) -> None:
        """Wait for the tokens that are being renewed; whoever is cancelled meanwhile waits for them first."""
        while self._renewals:
            try:
                await asyncio.wait(self._renewals.values())
            except asyncio.CancelledError:
                await self.close()
                raise

    async def async_save(self, installation: SdkInstallation) -> None:
        """A workspace installed the app: what Bolt's flow found out, as our installation."""
        await self._save(
            Installation(
                enterprise=installation.enterprise_id or "",
                team="" if installation.is_enterprise_install else installation.team_id or "",
                token=installation.bot_token or "",
                bot_user=installation.bot_user_id or "",
                bot=installation.bot_id or "",
                refresh_token=installation.bot_refresh_token or "",
                expires_at=installation.bot_token_expires_at,
            )
        )

    async def _save(self, installation: Installation) -> None:
        assert self._store
        enterprise, team = installation.key
        await self._store.save(enterprise=enterprise, team=team, content=asdict(installation))

    async def forget(self, team: Team) -> None:
        """The app was uninstalled there."""
        installation = await self.installed(team)
        if installation and installation is self._own:
            log.error("the app was uninstalled from its workspace: install it again and restart with the new token")
        elif installation and self._store:
            enterprise, name = installation.key
            await self._store.remove(enterprise=enterprise, team=name)

    async def _find(self, enterprise: str, team: str) -> Installation | None:
        found = await self._store.find(enterprise=enterprise, team=team) if self._store else None
        if found is None:
            return None
        # Other versions keep more: earlier ones who it was that installed the app.
        return Installation(**{each.name: found[each.name] for each in fields(Installation) if each.name in found})

    async def _plant(self) -> None:
        """Begin the settings' chain of tokens, or go on with it; its newest is in the store.

        Raises:
            FatalError: Slack does not take the refresh token.
            NotYet: it does not answer.
        """
        kept, refresh_token = await self._find(*_OWN), self._options.refresh_token
        seed = hashlib.sha256(refresh_token.encode()).hexdigest()[:16]
        if kept is None or kept.seed != seed:
            # How old the token is cannot be told, so it counts as ended and is renewed before its first use.
            kept = Installation(
                token=self._options.bot_token,
                refresh_token=refresh_token,
                expires_at=self._clock.now(),
                seed=seed,
            )
            await self._save(kept)
        try:
            ended = kept.expires_at is not None and kept.expires_at <= self._clock.now()
            good = await asyncio.shield(self._renewal(kept)) if ended else kept
        except SlackFault as fault:
            raise NotYet(f"Slack did not renew SLACK_BOT_TOKEN just now ({fault.code}).") from fault
        if good is None:
            raise FatalError(
                "Slack does not renew SLACK_BOT_TOKEN: install the app again and copy the token and "
                "SLACK_REFRESH_TOKEN anew."
            )
        await self._save(await self._known(good))

    async def _known(self, installation: Installation) -> Installation:
        """The same, with who we are there as Slack says; raises as `start`."""
        who = await self._api.needed(installation.token, "auth_test", variable="SLACK_BOT_TOKEN")
        return replace(
            installation,
            team="" if who.get("is_enterprise_install") else who.get("team_id", ""),
            enterprise=who.get("enterprise_id") or "",
            bot_user=who.get("user_id", ""),
            bot=who.get("bot_id", ""),
        )

    async def _good(self, installation: Installation) -> Installation | None:
        """The installation's token, which is renewed beside if it is about to end; the next one if it has ended."""
        end = installation.expires_at
        if end is None or end - RENEW_BEFORE > self._clock.now():
            return installation
        renewal = self._renewal(installation)
        return installation if end > self._clock.now() else await asyncio.shield(renewal)

    def _renewal(self, old: Installation) -> "asyncio.Task[Installation | None]":
        """The one that is under way, or a new one; its result and faults are those of `_renew`."""
        if old.key not in self._renewals:
            self._renewals[old.key] = task = asyncio.create_task(self._renew(old), name=f"renew {old.team}")
            task.add_done_callback(lambda done: self._renewed(old, done))
        return self._renewals[old.key]

    def _renewed(self, old: Installation, renewal: "asyncio.Task[Installation | None]") -> None:
        del self._renewals[old.key]
        if not renewal.cancelled() and (fault := renewal.exception()):
            log.warning("token not renewed", team=old.team, reason=str(fault))

    async def _renew(self, old: Installation) -> Installation | None:
        """The next token; None if Slack will never give one.

        Raises:
            SlackFault: to be tried again; whatever the token was for has not been done.
        """
        newest = await self._find(*old.key)
        if newest is None or newest.token != old.token:
            return newest  # it was renewed just now
        try:
            answer = await self._api.call_with(
                None,
                "oauth_v2_access",
                client_id=self._options.client_id,
                client_secret=self._options.client_secret,
                grant_type="refresh_token",
                refresh_token=old.refresh_token,
            )
        except SlackFault as fault:
            if fault.passes:
                raise SlackFault(Meaning.LATER, fault.code, seconds=fault.seconds) from fault
            log.warning("token cannot be renewed", team=old.team, code=fault.code)
            return None
        fresh = replace(
            old,
            token=answer["access_token"],
            refresh_token=answer.get("refresh_token", old.refresh_token),
            expires_at=self._clock.now() + float(answer["expires_in"]),
        )
        # From here on the old one is worth nothing, so the new one is not let go because a disk is full.
        return await until_stored(partial(self._put, fresh, old))

    async def _put(self, fresh: Installation, old: Installation) -> Installation | None:
        """Keep an installation in the place of the one that it was renewed from; what is kept there then."""
        newest = await self._find(*old.key)
        if newest is None or newest.token != old.token:
            return newest  # the app was removed meanwhile, or installed again
        await self._save(fresh)
        log.info("token renewed", team=old.team)
        return fresh
