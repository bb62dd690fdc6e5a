"""Who may ask: the checks that every request passes before its route, and the headers of every answer.

Everything is denied but to who has the cookie of a session; what is public is listed. A page of another site must not
act in the name of who looks at ours (Origin), nor reach us by a name of its own that leads here (Host, against DNS
rebinding). What these headers and checks are for is told in OWASP's cheat sheets on cross-site request forgery and on
content security policies.
"""

import hmac
import secrets
from dataclasses import dataclass, replace
from pathlib import Path

from aiohttp import web

from bot.domain.access import Asker
from bot.texts import text

_COOKIE_SECONDS = 30 * 86400
_POLICY = (
    "default-src 'none'; img-src 'self' blob:; style-src 'self'; script-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    # With "no-referrer" browsers send `Origin: null` with the forms of our own pages, which is refused.
    "Referrer-Policy": "same-origin",
}
_READING = {"GET", "HEAD"}


async def protect(_request: web.Request, response: web.StreamResponse) -> None:
    """Give an answer the headers that every one has; to be called before it is sent."""
    response.headers.update(_HEADERS)
    response.headers.setdefault("Cache-Control", "no-store")


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


_ASKER = web.RequestKey("asker", Asker)


def asker_of(request: web.Request) -> Asker:
    """Who asks; they were let in before any route is reached."""
    return request[_ASKER]


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard:
    """The checks of one server.

    Attributes:
        asker: who it is that has the token.
        token: the start token; `?token=` on any page trades it for the cookie.
        public: beginnings of paths that need no session.
    """

    asker: Asker
    token: str
    public: tuple[str, ...]

    def check(self, request: web.Request, locale: str) -> web.Response | None:
        """Let a request pass, or answer in its place: with the page that it asked for, without the token.

        Raises:
            web.HTTPException: it may not; the text is the sentence.
        """
        port: int = request.get_extra_info("sockname")[1]
        if request.host not in {f"{name}:{port}" for name in ("127.0.0.1", "localhost", "[::1]")}:
            raise web.HTTPMisdirectedRequest(text=text(locale, "web-refused-host"))
        if request.method not in _READING and not _is_from_our_page(request):
            raise web.HTTPForbidden(text=text(locale, "web-refused-origin"))
        if given := request.query.get("token"):
            if not self._is_token(given):
                raise web.HTTPForbidden(text=text(locale, "web-refused-token"))
            return self._signed_in(request, _cookie(port))
        if not request.path.startswith(self.public) and not self._is_token(request.cookies.get(_cookie(port), "")):
            raise web.HTTPForbidden(text=text(locale, "web-refused-token"))
        request[_ASKER] = replace(self.asker, locale=locale)
        return None

    def _is_token(self, given: str) -> bool:
        return hmac.compare_digest(given.encode(), self.token.encode())

    def _signed_in(self, request: web.Request, cookie: str) -> web.Response:
        response = web.Response(status=303, headers={"Location": request.path})
        response.set_cookie(cookie, self.token, httponly=True, samesite="Lax", max_age=_COOKIE_SECONDS)
        return response


def _cookie(port: int) -> str:
    """Its name; cookies are shared by all ports of a host."""
    return f"pentimento-{port}"


def _is_from_our_page(request: web.Request) -> bool:
    """By what browsers say of the page that sent it, which pages cannot forge."""
    origin = request.headers.get("Origin")
    if origin is None:
        return request.headers.get("Sec-Fetch-Site") == "same-origin"
    return origin == f"{request.scheme}://{request.host}"
