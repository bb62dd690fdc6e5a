"""Whose token speaks: one workspace's from the settings, or each installation's own.

A rotated token lives twelve hours. It is renewed before it ends, by one caller at a time: a refresh token is good for
one use, so two renewals in a race would lose the installation.
"""

import asyncio
import hashlib
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Protocol

import structlog

from adapters.slack.errors import Meaning, SlackFault
from adapters.slack.identity import Caller, Identity, NotYet, started
from adapters.slack.members import Team
from bot.domain.errors import FatalError
from bot.ports import Clock

RENEW_BEFORE = 2 * 3600.0
"""Seconds before its end that a token is renewed; Bolt's own margin."""

_OWN = ("own", "own")
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """What a workspace or organisation gave us when it installed the app.

    Attributes:
        team: workspace id; empty for an organisation-wide installation.
        refresh_token, expires_at: set if tokens rotate; Unix seconds.
        seed: which refresh token of the settings it began with; empty for one that was installed by OAuth.
    """

    token: str
    installed_at: float
    enterprise: str = ""
    team: str = ""
    bot_user: str = ""
    bot: str = ""
    scopes: str = ""
    installed_by: str = ""
    refresh_token: str = ""
    expires_at: float | None = None
    seed: str = ""

    @property
    def key(self) -> tuple[str, str]:
        """What it is kept under: the settings' own workspace apart from those that installed the app."""
        return _OWN if self.seed else (self.enterprise, self.team)

    @property
    def identity(self) -> Identity:
        """Who the bot is there."""
        return Identity(
            token=self.token, bot_user=self.bot_user, bot=self.bot, team=self.team, enterprise=self.enterprise
        )


class InstallationStore(Protocol):
    """Installations by enterprise and team, and the one-time states of the install flow.

    Every change is durable when it returns.
    """

    async def save(self, *, enterprise: str, team: str, content: Mapping[str, Any]) -> None:
        """Keep an installation; one of the same enterprise and team gives way."""
        ...

    async def find(self, *, enterprise: str, team: str) -> Mapping[str, Any] | None: ...

    async def remove(self, *, enterprise: str, team: str) -> None: ...

    async def issue_state(self, state: str, *, expires_at: float) -> None: ...

    async def consume_state(self, state: str, *, now: float) -> bool:
        """True once for a state that was issued and has not expired."""
        ...


class OneWorkspace:
    """The token in the settings."""

    def __init__(self, token: str) -> None:
        self._token = token
        self._identity: Identity | None = None

    async def start(self, api: Caller) -> None:
        if self._token.startswith("xoxe."):
            raise FatalError(
                "SLACK_BOT_TOKEN ends after twelve hours, as the app rotates its tokens: set SLACK_REFRESH_TOKEN, "
                "SLACK_CLIENT_ID and SLACK_CLIENT_SECRET beside it."
            )
        answer = await started(api, "auth_test", self._token, variable="SLACK_BOT_TOKEN")
        self._identity = Identity(
            token=self._token,
            bot_user=answer.get("user_id", ""),
            bot=answer.get("bot_id", ""),
            team=answer.get("team_id", ""),
            enterprise=answer.get("enterprise_id") or "",
        )

    async def installed(self, team: Team) -> Identity | None:
        del team  # there is one
        return self._identity

    async def identity(self, team: Team) -> Identity | None:
        return await self.installed(team)  # it does not end

    async def renewed(self, team: Team, *, expired: str) -> Identity | None:
        del team, expired  # nothing here could renew it
        return None

    async def forget(self, team: Team) -> None:
        del team
        log.error("the app was uninstalled from its workspace: install it again and restart with the new token")


@dataclass(frozen=True, slots=True)
class Seed:
    """A rotating token from the settings: where its chain begins."""

    token: str = field(repr=False)
    refresh_token: str = field(repr=False)

    @property
    def mark(self) -> str:
        """Tells a new seed from the one whose chain is in the store already."""
        return hashlib.sha256(self.refresh_token.encode()).hexdigest()[:16]


class InstalledWorkspaces:
    """Every installation's own token, renewed in time.

    Beside those that installed the app stands the workspace of the settings: with a lasting token (`own`) or a
    rotating one (`seed`).
    """

    def __init__(
        self,
        store: InstallationStore,
        *,
        client_id: str,
        client_secret: str,
        clock: Clock,
        own: OneWorkspace | None = None,
        seed: Seed | None = None,
    ) -> None:
        self._own = own
        self._seed = seed
        self._store = store
        self._client_id = client_id
        self._client_secret = client_secret
        self._clock = clock
        self._renewing: defaultdict[tuple[str, str], asyncio.Lock] = defaultdict(asyncio.Lock)

    async def start(self, api: Caller) -> None:
        self._api = api
        if self._seed:
            await self._plant(self._seed)
        elif self._own:
            await self._own.start(api)

    async def installed(self, team: Team) -> Identity | None:
        installation = await self._installation(team)
        return installation.identity if installation else await self._of_the_settings(team)

    async def identity(self, team: Team) -> Identity | None:
        installation = await self._installation(team)
        return await self._good(installation) if installation else await self._of_the_settings(team)

    async def renewed(self, team: Team, *, expired: str) -> Identity | None:
        installation = await self._installation(team)
        if installation is None:
            return None
        if installation.token != expired:
            return installation.identity
        return await self._renew(installation, still_good=False)

    async def save(self, installation: Installation) -> None:
        """A workspace installed the app, or its token was renewed."""
        enterprise, team = installation.key
        await self._store.save(enterprise=enterprise, team=team, content=asdict(installation))

    async def forget(self, team: Team) -> None:
        installation = await self._installation(team)
        if installation is not None:
            enterprise, name = installation.key
            await self._store.remove(enterprise=enterprise, team=name)

    async def _installation(self, team: Team) -> Installation | None:
        """The workspace's own, else the organisation's, else the one of the settings."""
        if team.id and not team.org_wide:
            # In shared channels the organisation may be the member's own, which says nothing about the workspace.
            for enterprise in (team.enterprise, ""):
                if found := await self._find(enterprise, team.id):
                    return found
        if team.enterprise and (found := await self._find(team.enterprise, "")):
            return found
        seeded = await self._find(*_OWN) if self._seed else None
        return seeded if seeded and seeded.team == team.id else None

    async def _of_the_settings(self, team: Team) -> Identity | None:
        """The settings' lasting token, for its own workspace."""
        own = await self._own.installed(team) if self._own else None
        return own if own and own.team == team.id else None

    async def _find(self, enterprise: str, team: str) -> Installation | None:
        found = await self._store.find(enterprise=enterprise, team=team)
        return None if found is None else Installation(**found)

    async def _plant(self, seed: Seed) -> None:
        """Begin the settings' chain of tokens, or go on with it; its newest is in the store.

        Raises:
            FatalError: Slack does not take the refresh token.
            NotYet: it does not answer.
        """
        kept = await self._find(*_OWN)
        if kept is None or kept.seed != seed.mark:
            now = self._clock.now()
            # How old the token is cannot be told, so it counts as ended and is renewed before its first use.
            kept = Installation(
                token=seed.token, refresh_token=seed.refresh_token, expires_at=now, installed_at=now, seed=seed.mark
            )
            await self.save(kept)
        try:
            identity = await self._good(kept)
        except SlackFault as fault:
            raise NotYet(f"Slack did not renew SLACK_BOT_TOKEN just now ({fault.code}).") from fault
        if identity is None:
            raise FatalError(
                "Slack does not renew SLACK_BOT_TOKEN: install the app again and copy the token and "
                "SLACK_REFRESH_TOKEN anew."
            )
        who = await started(self._api, "auth_test", identity.token, variable="SLACK_BOT_TOKEN")
        newest = await self._find(*_OWN) or kept
        await self.save(
            replace(
                newest,
                team=who.get("team_id", ""),
                enterprise=who.get("enterprise_id") or "",
                bot_user=who.get("user_id", ""),
                bot=who.get("bot_id", ""),
            )
        )

    async def _good(self, installation: Installation) -> Identity | None:
        """The installation's token, or the next one if it is about to end."""
        if installation.expires_at is None or installation.expires_at - RENEW_BEFORE > self._clock.now():
            return installation.identity
        return await self._renew(installation, still_good=installation.expires_at > self._clock.now())

    async def _renew(self, old: Installation, *, still_good: bool) -> Identity | None:
        """The next token, or the old one if Slack gives none and it is good yet; None if it never will.

        Args:
            old: what is renewed.
            still_good: the old token may be used for a while.

        Raises:
            SlackFault: to be tried again; whatever the token was for has not been done.
        """
        async with self._renewing[old.key]:
            newest = await self._find(*old.key)
            if newest is None or newest.token != old.token:
                return newest.identity if newest else None  # somebody else renewed it while we waited
            try:
                answer = await self._api.call_with(
                    None,
                    "oauth_v2_access",
                    client_id=self._client_id,
                    client_secret=self._client_secret,
                    grant_type="refresh_token",
                    refresh_token=old.refresh_token,
                )
            except SlackFault as fault:
                log.warning("token not renewed", team=old.team, code=fault.code)
                if still_good:
                    return old.identity
                if fault.meaning not in {Meaning.LATER, Meaning.UNKNOWN_END}:
                    return None
                raise SlackFault(Meaning.LATER, fault.code, seconds=fault.seconds) from fault
            fresh = replace(
                old,
                token=answer["access_token"],
                scopes=answer.get("scope", old.scopes),
                refresh_token=answer.get("refresh_token", old.refresh_token),
                expires_at=self._clock.now() + float(answer["expires_in"]),
            )
            await self.save(fresh)
            log.info("token renewed", team=old.team)
            return fresh.identity
