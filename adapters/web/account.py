"""A member's sign-in, and the page on their account."""

import time
from collections import deque

from aiohttp import web

from adapters.web.doors import Membership
from adapters.web.guard import asker_of
from adapters.web.incoming import read_form
from adapters.web.pages import page
from adapters.web.words import locale_of
from bot.domain.errors import LimitReached
from bot.service import Service
from bot.texts import text

_TRIES = 5
_TRIES_SECONDS = 60.0
_ADDRESSES = 10_000
"""Of whom tries are remembered; those who tried longest ago go first."""

_ARCHIVE_BYTES = 200_000_000


class Account:
    """Answers requests; only `/signin` and what is under it may be asked for by anybody."""

    def __init__(self, *, service: Service, door: Membership) -> None:
        self._service = service
        self._door = door
        self._tries: dict[str, deque[float]] = {}

    def routes(self) -> list[web.RouteDef]:
        """Every address."""
        return [
            web.get("/signin", self.how),
            web.get("/signin/{token}", self.ask),
            web.post("/signin", self.sign_in),
            web.get("/me", self.me),
            web.post("/me/leave", self.leave),
            web.get("/me/archive.zip", self.archive),
        ]

    async def how(self, request: web.Request) -> web.Response:
        """Where links come from."""
        locale = locale_of(request)
        return page("sentence.html", locale, {"title": "Pentimento", "sentence": text(locale, "web-refused-signin")})

    async def ask(self, request: web.Request) -> web.Response:
        """A button. Looking at a link spends nothing: chats do, to show a preview of it."""
        token = request.match_info["token"]
        if not await self._door.sign_in.is_open(token):
            return self._spent(request)
        return page("signin.html", locale_of(request), {"title": "Pentimento", "token": token})

    async def sign_in(self, request: web.Request) -> web.Response:
        """Spend the link."""
        self._count(request.remote or "")
        sent = await read_form(request, max_bytes=0)
        session = await self._door.sign_in.redeem(sent.fields.get("token", ""))
        if session is None:
            return self._spent(request)
        response = web.Response(status=303, headers={"Location": "/"})
        self._door.begin(response, session)
        return response

    async def me(self, request: web.Request) -> web.Response:
        """What is used of what is allowed, and the way out."""
        by = asker_of(request)
        await self._door.sign_in.used(self._door.session(request))
        usage, limits = await self._service.quota(by.requester)
        values = {
            "title": f"Pentimento: {text(by.locale, 'web-account')}",
            "member": True,
            "name": by.requester.name or by.requester.user,
            "pictures": usage.pictures,
            "most": limits.per_user_per_day,
        }
        return page("account.html", by.locale, values)

    async def leave(self, request: web.Request) -> web.Response:
        """Sign out, here or everywhere."""
        by = asker_of(request)
        sent = await read_form(request, max_bytes=0)
        if sent.fields.get("everywhere"):
            await self._door.sign_in.leave_everywhere(by.requester.key)
        else:
            await self._door.sign_in.leave(self._door.session(request))
        response = web.Response(status=303, headers={"Location": "/signin"})
        self._door.end(response)
        return response

    async def archive(self, request: web.Request) -> web.Response:
        """Everything that is stored about them."""
        content = await self._service.export(asker_of(request).requester, max_bytes=_ARCHIVE_BYTES)
        headers = {"Content-Disposition": 'attachment; filename="pentimento.zip"'}
        return web.Response(body=content, content_type="application/zip", headers=headers)

    def _spent(self, request: web.Request) -> web.Response:
        locale = locale_of(request)
        sentence = text(locale, "web-refused-link")
        return page("sentence.html", locale, {"title": "Pentimento", "sentence": sentence}, status=403)

    def _count(self, address: str) -> None:
        """Bound the tries of one address.

        Raises:
            LimitReached: too many lately.
        """
        now = time.monotonic()
        tries = self._tries.pop(address, deque(maxlen=_TRIES))
        self._tries[address] = tries
        if len(self._tries) > _ADDRESSES:
            del self._tries[next(iter(self._tries))]
        if len(tries) == _TRIES and now - tries[0] < _TRIES_SECONDS:
            raise LimitReached("web-refused-tries")
        tries.append(now)
