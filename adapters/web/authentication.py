"""The two ways to sign in: the playground's start token, and a member's session."""

import secrets
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web

from adapters.web.addresses import see
from adapters.web.guard import READING
from adapters.web.words import locale_of
from bot.domain.access import Asker
from bot.sign_in import SESSION_SECONDS, SignIn, is_same
from bot.texts import text

_STATIC = "/static/"


def start_token(file: Path) -> str:
    """The secret in the address that the playground prints, as other users of the machine share its loopback.

    It is kept in `file`, which only its owner can read, so that an open page goes on working after a restart.
    """
    if file.exists() and (kept := file.read_text(encoding="ascii").strip()):
        return kept
    token = secrets.token_urlsafe(32)
    file.touch(mode=0o600)
    file.write_text(token, encoding="ascii")
    return token


@dataclass(frozen=True, slots=True, kw_only=True)
class StartToken:
    """Whoever has the start token is the person at this machine; `?token=` on any page trades it for a cookie.

    Attributes:
        token: the start token.
        person: who that is.
    """

    token: str
    person: Asker
    public: tuple[str, ...] = (_STATIC,)
    refusal: str = "web-refused-token"

    def bears(self, request: web.Request) -> bool:
        """Cookies are all that there is."""
        del request
        return False

    async def enter(self, request: web.Request) -> web.StreamResponse | None:
        """The page that was asked for, its address without the token."""
        given = request.query.get("token")
        if not given:
            return None
        if not self._is_token(given):
            raise web.HTTPForbidden(text=text(locale_of(request), self.refusal))
        response = see(request.path)
        response.set_cookie(_by_port(request), self.token, httponly=True, samesite="Lax", max_age=_seconds())
        return response

    async def who(self, request: web.Request) -> Asker | None:
        """The person, if they have the cookie."""
        return self.person if self._is_token(request.cookies.get(_by_port(request), "")) else None

    def _is_token(self, given: str) -> bool:
        return is_same(given, self.token)


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership:
    """Members of the chats, by the session that a link from the bot opened.

    Attributes:
        sign_in: knows the sessions.
        secure: the pages are reached by https, so cookies are sent by nothing else.
    """

    sign_in: SignIn
    secure: bool
    public: tuple[str, ...] = (_STATIC, "/signin")
    refusal: str = "web-refused-signin"

    @property
    def cookie(self) -> str:
        """Its name; with "__Host-" browsers take it from this host over https alone (RFC 6265bis, 4.1.3.2)."""
        return "__Host-pentimento" if self.secure else "pentimento-member"

    def bears(self, request: web.Request) -> bool:
        """Cookies are all that there is."""
        del request
        return False

    async def enter(self, request: web.Request) -> web.StreamResponse | None:
        """Show a visitor without a session where links come from."""
        if request.path == "/" and request.method in READING and not await self.who(request):
            return see("/signin")
        return None

    async def who(self, request: web.Request) -> Asker | None:
        """Who is signed in."""
        session = self.session(request)
        asks = request.method == "POST"
        return await self.sign_in.who(session, asks=asks) if session else None

    def session(self, request: web.Request) -> str:
        """The secret of the session; empty if there is none."""
        return request.cookies.get(self.cookie, "")

    def begin(self, response: web.StreamResponse, session: str) -> None:
        """Give a browser its session."""
        response.set_cookie(
            self.cookie, session, httponly=True, samesite="Lax", secure=self.secure, max_age=_seconds(), path="/"
        )

    def end(self, response: web.StreamResponse) -> None:
        """Take it away again."""
        response.del_cookie(self.cookie, secure=self.secure, httponly=True, samesite="Lax", path="/")


def _by_port(request: web.Request) -> str:
    """The name of the playground's cookie; cookies are shared by all ports of a host."""
    return f"pentimento-{request.get_extra_info('sockname')[1]}"


def _seconds() -> int:
    return round(SESSION_SECONDS)
