"""A member's sign-in, and the page on their account."""

from aiohttp import web

from adapters.web.addresses import see
from adapters.web.authentication import Membership
from adapters.web.guard import asker_of
from adapters.web.incoming import read_form
from adapters.web.pages import page, sentence_page
from adapters.web.sign_in_attempts import SignInAttempts
from adapters.web.words import client_address, locale_of
from bot.service import Service
from bot.texts import text


class Account:
    """Answers requests; only `/signin` and what is under it may be asked for by anybody."""

    def __init__(self, *, service: Service, membership: Membership) -> None:
        self._service = service
        self._membership = membership
        self._attempts = SignInAttempts()

    def routes(self) -> list[web.RouteDef]:
        """Every address."""
        return [
            web.get("/signin", self.how),
            web.get("/signin/{token}", self.ask),
            web.post("/signin", self.sign_in),
            web.get("/me", self.me),
            web.post("/me/leave", self.leave),
            web.get("/me/archive.zip", self.archive, allow_head=False),
        ]

    async def how(self, request: web.Request) -> web.Response:
        """Where links come from."""
        return page(request, "signin.html", {"title": "Pentimento", "token": ""})

    async def ask(self, request: web.Request) -> web.Response:
        """A button. Looking at a link spends nothing: chats do, to show a preview of it."""
        token = request.match_info["token"]
        if not await self._membership.sign_in.is_open(token):
            return self._spent(request)
        return page(request, "signin.html", {"title": "Pentimento", "token": token})

    async def sign_in(self, request: web.Request) -> web.Response:
        """Spend the link."""
        address = client_address(request)
        self._attempts.check(address)
        sent = await read_form(request, max_bytes=0)
        session = await self._membership.sign_in.redeem(sent.fields.get("token", ""))
        if session is None:
            self._attempts.count(address)
            return self._spent(request)
        response = see("/")
        self._membership.begin(response, session)
        return response

    async def me(self, request: web.Request) -> web.Response:
        """What is used of what is allowed, and the way out. A look prolongs the session, here and in the browser."""
        by = asker_of(request)
        session = self._membership.session(request)
        await self._membership.sign_in.used(session)
        usage, limits = await self._service.quota(by.requester)
        values = {
            "title": f"Pentimento: {text(by.locale, 'web-account')}",
            "name": by.requester.name or by.requester.user,
            "pictures": usage.pictures,
            "most": limits.per_user_per_day,
        }
        response = page(request, "account.html", values)
        self._membership.begin(response, session)
        return response

    async def leave(self, request: web.Request) -> web.Response:
        """Sign out, here or everywhere."""
        by = asker_of(request)
        sent = await read_form(request, max_bytes=0)
        if sent.fields.get("everywhere"):
            await self._membership.sign_in.leave_everywhere(by.requester.key)
        else:
            await self._membership.sign_in.leave(self._membership.session(request))
        response = see("/signin")
        self._membership.end(response)
        return response

    async def archive(self, request: web.Request) -> web.StreamResponse:
        """Everything that is stored about them, as it is read from the disk."""
        headers = {"Content-Disposition": 'attachment; filename="pentimento.zip"', "Content-Type": "application/zip"}
        answer = web.StreamResponse(headers=headers)
        await answer.prepare(request)
        async for piece in self._service.exported(asker_of(request).requester):
            await answer.write(piece)
        await answer.write_eof()
        return answer

    def _spent(self, request: web.Request) -> web.Response:
        return sentence_page(request, text(locale_of(request), "web-refused-link"), status=403)
