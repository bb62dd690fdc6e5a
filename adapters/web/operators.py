"""Who may see a service's operator page: a token of its own, traded for a session or sent with each request."""

import contextlib
from dataclasses import dataclass, field

from aiohttp import web

from adapters.web.guard import READING, is_operators
from adapters.web.pages import page
from adapters.web.sign_in_attempts import SignInAttempts
from adapters.web.words import client_address, locale_of
from bot.domain.access import Asker
from bot.domain.errors import LimitReached
from bot.sign_in import OPERATOR_SECONDS, OperatorSignIn
from bot.texts import text

_BEARER = "bearer "


@dataclass(frozen=True, slots=True, kw_only=True)
class Operators:
    """The `Authenticator` of `/operator` and what is under it.

    Attributes:
        sign_in: knows the token and the sessions.
        secure: the pages are reached by https, so cookies are sent by nothing else.
        attempts: with the form.
        others: with a header, which a proxy may send that has nothing to do with us; they do not close the form.
    """

    sign_in: OperatorSignIn
    secure: bool
    public: tuple[str, ...] = ("/operator/signin",)
    refusal: str = "web-refused-operator"
    attempts: SignInAttempts = field(default_factory=SignInAttempts)
    others: SignInAttempts = field(default_factory=SignInAttempts)

    @property
    def cookie(self) -> str:
        """Its name; see `adapters.web.authentication.Membership.cookie`."""
        return "__Host-pentimento-operator" if self.secure else "pentimento-operator"

    async def enter(self, request: web.Request) -> web.StreamResponse | None:
        """The form for the token, to whoever is not signed in."""
        if request.path.startswith(self.public) or request.method not in READING or await self.who(request):
            return None
        return signin_page(request, status=401)

    async def who(self, request: web.Request) -> Asker | None:
        """The operator, if a session or the token comes with the request."""
        session = request.cookies.get(self.cookie, "")
        if session and (found := await self.sign_in.who(session)):
            return found
        with contextlib.suppress(LimitReached):  # they are shown the form
            return self.sign_in.operator if self.bears(request) else None
        return None

    def bears(self, request: web.Request) -> bool:
        """Whether the token itself comes with the request, as no browser sends it for another site.

        It is looked for on the operator's own pages only: a proxy may send a token of its own with every request, and
        those would count as wrong ones.

        Raises:
            LimitReached: too many wrong ones came from there lately.
        """
        if not is_operators(request):
            return False
        given = request.headers.get("Authorization", "")
        if not given.lower().startswith(_BEARER):
            return False
        return self._is_token(request, given[len(_BEARER) :].strip(), self.others)

    async def begin(self, request: web.Request, token: str) -> str | None:
        """A new session for whoever has the token; None for anybody else.

        Raises:
            LimitReached: too many wrong ones came from there lately.
        """
        return await self.sign_in.begin() if self._is_token(request, token, self.attempts) else None

    def give(self, response: web.StreamResponse, session: str) -> None:
        """Give a browser its session."""
        age = round(OPERATOR_SECONDS)
        response.set_cookie(
            self.cookie, session, httponly=True, samesite="Strict", secure=self.secure, max_age=age, path="/"
        )

    async def end(self, request: web.Request, response: web.StreamResponse) -> None:
        """Take it away again."""
        await self.sign_in.leave(request.cookies.get(self.cookie, ""))
        response.del_cookie(self.cookie, secure=self.secure, httponly=True, samesite="Strict", path="/")

    def _is_token(self, request: web.Request, given: str, attempts: SignInAttempts) -> bool:
        address = client_address(request)
        attempts.check(address)
        if self.sign_in.is_token(given):
            return True
        attempts.count(address)
        return False


def signin_page(request: web.Request, *, status: int, error: str = "") -> web.Response:
    """The form for the token."""
    title = f"Pentimento: {text(locale_of(request), 'web-operator')}"
    return page(request, "operator_signin.html", {"title": title, "error": error}, status=status)
