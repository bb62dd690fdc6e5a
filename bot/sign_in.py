"""Members of a chat on the web: a link that the bot gives them once, and the session that it opens.

Chats fetch links to show a preview of them, which must not spend one: looking at a link changes nothing, redeeming it
does. Only hashes of tokens are kept, so who reads the database cannot sign in.
"""

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from bot.domain.access import Asker
from bot.domain.errors import LimitReached
from bot.domain.limits import DAY
from bot.domain.request import Requester
from bot.domain.safety import STRICTEST
from bot.ports import Clock

LINK_SECONDS = 600.0
SESSION_SECONDS = 30 * DAY
"""From the last day on which it was used."""

OPERATOR_SECONDS = DAY / 2

_MOST_PLACES = 50

MOST_LINKS = 5
"""Links of a member that are open at the same time."""


class SessionStore(Protocol):
    """Who is signed in, by the hash of a token. Every method that returns has made its change durable.

    Every method raises `StorageFailed` if the disk refuses.
    """

    async def open(self, kind: str, token: str, asker: Asker, *, expires_at: float) -> None:
        """Keep one; it goes with a sweep after it has expired."""
        ...

    async def find(self, kind: str, token: str, *, now: float) -> Asker | None:
        """Whose it is; None if it is unknown or has expired."""
        ...

    async def spend(self, kind: str, token: str, *, now: float) -> Asker | None:
        """The same, and it is gone: of two who spend one at the same time, one gets it."""
        ...

    async def prolong(self, kind: str, token: str, *, expires_at: float) -> None:
        """It lasts until then."""
        ...

    async def close_all(self, requester_key: str) -> None:
        """Everything of a member's but of kind "place"."""
        ...

    async def places(self, requester_key: str, *, now: float, limit: int) -> Sequence[Asker]:
        """Those of kind "place" of a member, latest first."""
        ...

    async def links(self, requester_key: str, *, now: float) -> int:
        """How many links of a member are open."""
        ...


_LINK = "link"
_PLACE = "place"
_SESSION = "session"
_OPERATOR = "operator"


class SignIn:
    """Use cases of the web's sign-in."""

    def __init__(self, *, sessions: SessionStore, clock: Clock, address: str) -> None:
        """`address`: of the pages, as members reach them, without a slash at its end."""
        self._sessions = sessions
        self._clock = clock
        self._address = address

    async def link(self, by: Asker) -> str:
        """The address that signs a member in, good for `LINK_SECONDS` and once; to be shown to them alone.

        Raises:
            LimitReached: too many of theirs are open.
        """
        now = self._clock.now()
        if await self._sessions.links(by.requester.key, now=now) >= MOST_LINKS:
            raise LimitReached("refused-web-links", minutes=round(LINK_SECONDS / 60))
        token = secrets.token_urlsafe(32)
        await self._sessions.open(_LINK, hashed(token), by, expires_at=now + LINK_SECONDS)
        place = hashed(" ".join((by.requester.key, *by.keys)))
        await self._sessions.open(_PLACE, place, by, expires_at=now + SESSION_SECONDS)
        return f"{self._address}/signin/{token}"

    async def is_open(self, token: str) -> bool:
        """Whether a link still signs somebody in."""
        return await self._sessions.find(_LINK, hashed(token), now=self._clock.now()) is not None

    async def redeem(self, token: str) -> str | None:
        """The secret of a new session; None if the link is spent, expired or none."""
        now = self._clock.now()
        by = await self._sessions.spend(_LINK, hashed(token), now=now)
        if by is None:
            return None
        session = secrets.token_urlsafe(32)
        await self._sessions.open(_SESSION, hashed(session), by, expires_at=now + SESSION_SECONDS)
        return session

    async def who(self, session: str, *, asks: bool = False) -> Asker | None:
        """Who is signed in, with the rules of where they asked for the link; None if nobody is.

        With `asks` also those of the other places where they asked for one lately, so that a link from a lenient
        place is no way around the rules of a strict one.

        On the web they are alone: no conversation shows them others' results, and the strictest site's rules hold.
        """
        now = self._clock.now()
        found = await self._sessions.find(_SESSION, hashed(session), now=now)
        if found is None:
            return None
        places = await self._sessions.places(found.requester.key, now=now, limit=_MOST_PLACES) if asks else ()
        others = tuple(each for each in places if each.keys != found.keys)
        return replace(found, site=STRICTEST, moderates=False, shown=None, others=others)

    async def used(self, session: str) -> None:
        """A session that is used stays open."""
        await self._sessions.prolong(_SESSION, hashed(session), expires_at=self._clock.now() + SESSION_SECONDS)

    async def leave(self, session: str) -> None:
        """Sign out here."""
        await self._sessions.spend(_SESSION, hashed(session), now=self._clock.now())

    async def leave_everywhere(self, requester_key: str) -> None:
        """Sign out on every device, and close the links that are open."""
        await self._sessions.close_all(requester_key)


class OperatorSignIn:
    """Whoever has the operator's token is the operator.

    Attributes:
        operator: who that is to the core.
    """

    def __init__(self, *, sessions: SessionStore, clock: Clock, token: str) -> None:
        self._sessions = sessions
        self._clock = clock
        self._token = token
        self.operator = Asker(requester=Requester(platform="web", user="operator"), operates=True)

    def is_token(self, given: str) -> bool:
        """Whether it is the token; takes as long for a wrong one."""
        return is_same(given, self._token)

    async def begin(self) -> str:
        """The secret of a new session, good for `OPERATOR_SECONDS` and as long as the token stays the same."""
        session = secrets.token_urlsafe(32)
        until = self._clock.now() + OPERATOR_SECONDS
        await self._sessions.open(_OPERATOR, self._kept(session), self.operator, expires_at=until)
        return session

    async def who(self, session: str) -> Asker | None:
        """The operator; None if nobody is signed in."""
        found = await self._sessions.find(_OPERATOR, self._kept(session), now=self._clock.now())
        return self.operator if found else None

    async def leave(self, session: str) -> None:
        """Sign out."""
        await self._sessions.spend(_OPERATOR, self._kept(session), now=self._clock.now())

    def _kept(self, session: str) -> str:
        """Under what it is kept: a new token ends the sessions of the old one."""
        return hashed(f"{session} {self._token}")


def hashed(token: str) -> str:
    """What is kept of a token: it has 256 random bits, so a plain hash hides it."""
    return hashlib.sha256(_bytes_of(token)).hexdigest()


def is_same(given: str, secret: str) -> bool:
    """Whether it is the secret; takes as long for a wrong one."""
    return hmac.compare_digest(_bytes_of(given), _bytes_of(secret))


def _bytes_of(given: str) -> bytes:
    """Of any text: bytes of a header that are no UTF-8 come as halves of surrogate pairs."""
    return given.encode(errors="surrogatepass")
