"""Who may ask: the checks that every request passes before its route, and the headers of every answer.

Everything is denied but to who is signed in; what is public is listed. A page of another site must not act
in the name of who looks at ours (Origin), nor reach us by a name of its own that leads here (Host, against DNS
rebinding). What these headers and checks are for is told in OWASP's cheat sheets on cross-site request forgery and on
content security policies.
"""

from dataclasses import dataclass, replace
from typing import Protocol

from aiohttp import web

from adapters.web.messenger import PLATFORM
from bot.domain.access import Asker
from bot.texts import text

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
READING = {"GET", "HEAD"}
OPERATOR = "/operator"
_USUAL_PORT = 80
"""Browsers do not say it."""


async def protect(_request: web.Request, response: web.StreamResponse) -> None:
    """Give an answer the headers that every one has; to be called before it is sent."""
    response.headers.update(_HEADERS)
    response.headers.setdefault("Cache-Control", "no-store")


def is_operators(request: web.Request) -> bool:
    """Whether it is for the operator's page or what is under it."""
    return request.path == OPERATOR or request.path.startswith(f"{OPERATOR}/")


_ASKER = web.RequestKey("asker", Asker)


@dataclass(frozen=True, slots=True)
class Visitor:
    """What pages offer to who looks on.

    Attributes:
        member: of a chat, so there is a page on their account.
        operates: there is the operator's page for them.
    """

    member: bool = False
    operates: bool = False


_VISITOR = web.RequestKey("visitor", Visitor)
_NOBODY = Visitor()


def visitor(request: web.Request) -> Visitor:
    """What is known of who looks on; nothing of who was not let in."""
    found: Visitor = request.get(_VISITOR, _NOBODY)
    return found


def asker_of(request: web.Request) -> Asker:
    """Who looks or asks, alone: they see and go on from what is theirs, and from nothing that others made.

    They were let in before any route is reached.
    """
    return replace(request[_ASKER], rooms=())


def asking(request: web.Request) -> Asker:
    """The same, where they asked for the link: the rules of that place hold for what they ask for here."""
    return request[_ASKER]


async def stays(request: web.Request) -> bool:
    """Whether who was let in would be now, too: streams last longer than a session may."""
    return await request[_AUTHENTICATOR].who(request) is not None


class Authenticator(Protocol):
    """Knows who asks.

    Attributes:
        public: beginnings of paths that anybody may ask for.
        refusal: the name of the sentence for who is not let in.
    """

    @property
    def public(self) -> tuple[str, ...]: ...

    @property
    def refusal(self) -> str: ...

    def bears(self, request: web.Request) -> bool:
        """Whether a secret comes with the request that no browser sends for another site.

        Raises:
            UserError: too many wrong ones came from there.
        """
        ...

    async def enter(self, request: web.Request) -> web.StreamResponse | None:
        """The answer to a request that only signs in; None to any other.

        Raises:
            web.HTTPException: it tries to, and may not.
        """
        ...

    async def who(self, request: web.Request) -> Asker | None:
        """Who asks; None if they are not let in."""
        ...


_AUTHENTICATOR = web.RequestKey("authenticator", Authenticator)


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard:
    """The checks of one server.

    Attributes:
        authenticator: who is let in.
        operators: who is let in to the operator's page; None if there is none.
        public_url: at which the pages are reached besides this machine's own names, without a slash at its end.
    """

    authenticator: Authenticator
    operators: Authenticator | None = None
    public_url: str = ""

    async def check(self, request: web.Request, locale: str) -> web.StreamResponse | None:
        """Let a request pass, or answer in its place if it only signs in.

        Raises:
            web.HTTPException: it may not; the text is the sentence.
        """
        port: int = request.get_extra_info("sockname")[1]
        end = "" if port == _USUAL_PORT else f":{port}"
        origins = {f"http://{name}{end}" for name in ("127.0.0.1", "localhost", "[::1]")}
        origins |= {self.public_url} - {""}
        if request.host not in {origin.partition("://")[2] for origin in origins}:
            raise web.HTTPMisdirectedRequest(text=text(locale, "web-refused-host"))
        operating = is_operators(request)
        authenticator = self.operators if operating else self.authenticator
        if authenticator is None:
            raise web.HTTPNotFound
        if request.method not in READING and not (_is_from(origins, request) or authenticator.bears(request)):
            raise web.HTTPForbidden(text=text(locale, "web-refused-origin"))
        if answer := await authenticator.enter(request):
            return answer
        if not request.path.startswith(authenticator.public):
            asker = await authenticator.who(request)
            if asker is None:
                raise web.HTTPForbidden(text=text(locale, authenticator.refusal))
            request[_AUTHENTICATOR] = authenticator
            request[_ASKER] = replace(asker, locale=locale, operates=operating)
            operates = operating or (self.operators is not None and await self.operators.who(request) is not None)
            request[_VISITOR] = Visitor(
                member=not operating and asker.requester.platform != PLATFORM, operates=operates
            )
        return None


def _is_from(origins: set[str], request: web.Request) -> bool:
    """Whether one of our own pages sent it, by what browsers say of that, which pages cannot forge."""
    origin = request.headers.get("Origin")
    if origin is None:
        return request.headers.get("Sec-Fetch-Site") == "same-origin"
    return origin in origins and origin.partition("://")[2] == request.host
