"""Slack as a server: Web API, file host, Socket Mode, and events posted to an app with signatures.

async with slack_server() as slack:
    team = slack.state.add_team()
    ... point the product at slack.api_url ...
    slack.fail("chat.update", error="ratelimited", status=429, retry_after=1)
"""

import asyncio
import hashlib
import hmac
import itertools
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from aiohttp import ClientSession, ClientTimeout, WSMsgType, web

from tests.harness.waiting import eventually
from tests.servers.serving import HOST, serving
from tests.servers.slack.state import Call, Fault, Json, State
from tests.servers.slack.web_api import Refused, WebApi

ACK_SECONDS = 60.0
"""Slack gives three; how long an answer takes on a busy machine is nothing that a test may depend on."""

APP_TOKEN = "xapp-one"
SIGNING_SECRET = "signing-secret"
_LOGIN_PAGE = b"<!DOCTYPE html><html><head><title>Sign in</title></head><body>Sign in to Slack</body></html>"


class NotAcknowledged(AssertionError):
    """The app let the time go by that it has."""


@dataclass(frozen=True, slots=True)
class Ack:
    """How the app acknowledged; `payload` is what it sent along."""

    payload: Json
    seconds: float
    status: int = 200


class SlackServer:
    """See the module."""

    def __init__(self) -> None:
        self.state = State()
        self.host = ""
        self.app_url = ""
        self.login_page = False
        self.broken_links = 0
        self.scopes = ""
        self.oauth_codes: dict[str, Json] = {}
        self._api = WebApi(self.state)
        self.sockets: list[web.WebSocketResponse] = []
        self._connected = asyncio.Condition()
        self._waiting: dict[str, asyncio.Future[Json]] = {}
        self._tickets = itertools.count(1)
        self._good_tickets: set[str] = set()
        self._turn = itertools.count()
        self.acked: list[str] = []
        self.responses: list[Json] = []
        self.received: list[int] = []  # bytes of each request's body
        self.patience = ACK_SECONDS  # less for what is never acknowledged

    @property
    def api_url(self) -> str:
        return f"http://{self.host}/api/"

    @property
    def hostname(self) -> str:
        return self.host.partition(":")[0]

    def app(self) -> web.Application:
        app = web.Application(client_max_size=64 * 1024 * 1024, middlewares=[self._counted])
        app.router.add_route("*", "/api/{method}", self._call)
        app.router.add_post("/upload/{file}", self._upload)
        app.router.add_get("/files-pri/{file}/{name}", self._download)
        app.router.add_get("/files-pri/{file}/download/{name}", self._download)
        app.router.add_get("/link/{ticket}", self._socket)
        app.router.add_post("/response/{user}/{number}", self._response)
        return app

    @web.middleware
    async def _counted(
        self, request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        self.received.append(request.content_length or 0)
        return await handler(request)

    def fail(self, method: str, **fault: Any) -> Fault:
        """Have a fault at the next call of a method."""
        made = Fault(method=method, **fault)
        self.state.faults.append(made)
        return made

    # --- Web API

    async def _call(self, request: web.Request) -> web.StreamResponse:
        method, token = request.match_info["method"], request.headers.get("Authorization", "").removeprefix("Bearer ")
        is_json = request.content_type == "application/json"
        arguments = await self._arguments(request, is_json=is_json)
        self.state.calls.append(Call(method=method, arguments=arguments, token=token, at=time.monotonic()))
        fault = self.state.fault_for(method, arguments)
        if fault and fault.until:
            await fault.until.wait()
            fault = None
        if fault and not fault.after_effect:
            return self._faulty(request, fault)
        try:
            answer = self._answer(method, arguments, token, is_json=is_json)
        except Refused as refused:
            answer = refused.answer
        if fault:
            return self._faulty(request, fault)
        return web.json_response(answer, headers={"X-OAuth-Scopes": self.scopes} if self.scopes else {})

    def _answer(self, method: str, arguments: Json, token: str, *, is_json: bool) -> Json:
        if method == "apps.connections.open":
            if token != APP_TOKEN:
                raise Refused("invalid_auth")
            ticket = str(next(self._tickets))
            self._good_tickets.add(ticket)
            return {"ok": True, "url": f"ws://{self.host}/link/{ticket}"}
        if method == "oauth.v2.access":
            return self._oauth(arguments)
        return self._api.answer(method, arguments, token=token, is_json=is_json, base_url=f"http://{self.host}")

    def _oauth(self, arguments: Json) -> Json:
        code = arguments.get("refresh_token") if arguments.get("grant_type") else arguments.get("code")
        grant = self.oauth_codes.pop(str(code), None)
        if grant is None:
            raise Refused("invalid_refresh_token" if arguments.get("grant_type") else "invalid_code")
        return {"ok": True, **grant}

    async def _arguments(self, request: web.Request, *, is_json: bool) -> Json:
        if is_json:
            return dict(await request.json())
        arguments: Json = dict(request.query)
        arguments.update({name: value for name, value in (await request.post()).items() if isinstance(value, str)})
        for name in ("blocks", "view", "metadata"):
            if name in arguments:
                arguments[name] = json.loads(arguments[name])
        return arguments

    def _faulty(self, request: web.Request, fault: Fault) -> web.StreamResponse:
        if fault.reset:
            assert request.transport is not None
            request.transport.abort()
            return web.Response()
        headers = {} if fault.retry_after is None else {"Retry-After": str(fault.retry_after)}
        if fault.status >= 500 and not fault.error:
            return web.Response(status=fault.status, text="<html>oops</html>", content_type="text/html")
        answer = {"ok": False, "error": fault.error, **fault.more}
        return web.json_response(answer, status=fault.status, headers=headers)

    # --- files

    async def _upload(self, request: web.Request) -> web.Response:
        assert "Authorization" not in request.headers, "the upload address takes no token"
        file = self.state.files[request.match_info["file"]]
        if fault := self.state.fault_for("upload", {}):
            return web.Response(status=fault.status)
        file.content = await request.read()
        if len(file.content) != file.length:
            return web.Response(status=400, text="length")
        file.mimetype = "image/png" if file.content.startswith(b"\x89PNG") else "image/jpeg"
        file.uploaded = True
        return web.Response(text=f"OK - {file.length}")

    async def _download(self, request: web.Request) -> web.Response:
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        file = self.state.files.get(request.match_info["file"])
        if self.login_page:
            return web.Response(body=_LOGIN_PAGE, content_type="text/html")
        if self.state.team_of(token) is None or file is None or file.hidden or file.deleted:
            raise web.HTTPFound(f"https://example.slack.com/?redir={quote(request.path, safe='')}")
        return web.Response(body=file.content, content_type=file.mimetype)

    async def _response(self, request: web.Request) -> web.Response:
        assert "Authorization" not in request.headers, "a response address takes no token"
        self.responses.append({"to": request.match_info["user"], **await request.json()})
        return web.Response(text="ok")

    # --- Socket Mode

    async def _socket(self, request: web.Request) -> web.StreamResponse:
        ticket = request.match_info["ticket"]
        if ticket not in self._good_tickets:
            return web.Response(status=404)
        self._good_tickets.discard(ticket)
        if self.broken_links:
            self.broken_links -= 1
            return web.Response(status=503)
        socket = web.WebSocketResponse(autoping=True)
        await socket.prepare(request)
        await socket.send_json({"type": "hello", "num_connections": len(self.sockets) + 1})
        self.sockets.append(socket)
        async with self._connected:
            self._connected.notify_all()
        try:
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    self._acknowledged(json.loads(message.data))
        finally:
            self.sockets.remove(socket)
        return socket

    def _acknowledged(self, answer: Json) -> None:
        self.acked.append(answer["envelope_id"])
        waiting = self._waiting.pop(answer["envelope_id"], None)
        if waiting and not waiting.done():
            waiting.set_result(answer.get("payload") or {})

    async def connected(self, count: int = 2) -> None:
        """Return when the app has that many sockets open."""
        async with self._connected, asyncio.timeout(60):
            await self._connected.wait_for(lambda: len(self.sockets) >= count)

    async def refresh(self) -> None:
        """Ask one connection to renew itself, as Slack does every few hours."""
        await self.sockets[0].send_json({"type": "disconnect", "reason": "refresh_requested"})

    async def drop_sockets(self) -> None:
        """Break every connection without a word; returns when none of those is left."""
        broken = list(self.sockets)
        for socket in broken:
            assert socket._req is not None
            assert socket._req.transport is not None
            socket._req.transport.abort()
        await eventually(lambda: not set(broken) & set(self.sockets))

    async def _by_socket(self, kind: str, payload: Json, retry: int) -> Ack:
        await self.connected(1)
        envelope = f"envelope-{self.state.number()}"
        body: Json = {
            "envelope_id": envelope,
            "type": kind,
            "payload": payload,
            "accepts_response_payload": kind != "events_api",
        }
        if retry:
            body |= {"retry_attempt": retry, "retry_reason": "timeout"}
        waiting: asyncio.Future[Json] = asyncio.get_running_loop().create_future()
        self._waiting[envelope] = waiting
        start = time.monotonic()
        await self.sockets[next(self._turn) % len(self.sockets)].send_json(body)
        try:
            async with asyncio.timeout(self.patience):
                return Ack(await waiting, time.monotonic() - start)
        except TimeoutError:
            raise NotAcknowledged(kind) from None

    # --- HTTP

    async def _by_http(self, kind: str, payload: Json, retry: int) -> Ack:
        fields = payload if kind == "slash_commands" else {"payload": json.dumps(payload)}
        body = (json.dumps(payload) if kind == "events_api" else urlencode(fields)).encode()
        media = "application/json" if kind == "events_api" else "application/x-www-form-urlencoded"
        headers = {"Content-Type": media, **signed(body)}
        if retry:
            headers |= {"X-Slack-Retry-Num": str(retry), "X-Slack-Retry-Reason": "http_timeout"}
        return await self.post(body, headers)

    async def post(self, body: bytes, headers: dict[str, str]) -> Ack:
        """Post to the app as it is."""
        start = time.monotonic()
        async with (
            ClientSession(timeout=ClientTimeout(total=self.patience)) as session,
            session.post(self.app_url, data=body, headers=headers) as response,
        ):
            text = await response.text()
            payload = json.loads(text) if text.startswith("{") else {}
            return Ack(payload, time.monotonic() - start, response.status)

    @contextmanager
    def expects_no_answer(self) -> Iterator[None]:
        """What is delivered here is not acknowledged, however long it is waited for."""
        self.patience = 1.0
        try:
            yield
        finally:
            self.patience = ACK_SECONDS

    async def deliver(self, kind: str, payload: Json, *, retry: int = 0) -> Ack:
        """Bring a payload to the app by the transport it is configured for, and wait for its acknowledgement."""
        ack = await (self._by_http if self.app_url else self._by_socket)(kind, payload, retry)
        if ack.status != 200:
            raise NotAcknowledged(f"{kind}: {ack.status}")
        return ack


def signed(body: bytes, *, secret: str = SIGNING_SECRET, at: float | None = None) -> dict[str, str]:
    """Slack's signature headers (https://docs.slack.dev/authentication/verifying-requests-from-slack)."""
    stamp = str(int(time.time() if at is None else at))
    digest = hmac.new(secret.encode(), b"v0:" + stamp.encode() + b":" + body, hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={digest}"}


@asynccontextmanager
async def slack_server(port: int = 0) -> AsyncIterator[SlackServer]:
    """A running server."""
    server = SlackServer()
    async with serving(server.app(), port, stop_seconds=0.1) as bound:
        server.host = f"{HOST}:{bound}"
        yield server
