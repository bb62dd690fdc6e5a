"""The REST side: each route checks what it is sent, does it, and answers as Discord does."""

import json
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aiohttp import BodyPartReader, web

from tests.servers.discord import payloads
from tests.servers.discord.checks import (
    ApiError,
    MiB,
    check_commands,
    check_message,
    check_modal,
    need,
    only,
)
from tests.servers.discord.world import TOKEN_SECONDS, Asked, Channel, Fault, Post

if TYPE_CHECKING:
    from tests.servers.discord.server import DiscordServer

ADD_REACTIONS, VIEW, SEND, ATTACH, HISTORY, SEND_IN_THREADS = 1 << 6, 1 << 10, 1 << 11, 1 << 15, 1 << 16, 1 << 38
ENTRY_POINT = 4
CREATE_THREADS = 1 << 35
NONCE_SECONDS = 180.0
_NOTHING_TO_REPLY_TO = "Invalid Form Body: message_reference: Unknown message"
_MALFORMED = {50006, 50035}


@dataclass(frozen=True)
class Sent:
    """What a request carries: its JSON, its files by number, their names."""

    body: Any
    files: dict[str, bytes]
    names: dict[str, str]


SENT = web.RequestKey("sent", Sent)
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Rest:
    """Handlers over the state of one `DiscordServer`."""

    def __init__(self, server: "DiscordServer") -> None:
        self._server = server

    def routes(self) -> list[web.RouteDef]:
        api = "/api/v10"
        token = f"{api}/webhooks/{{application}}/{{token}}"
        return [
            web.get(f"{api}/users/@me", self._me),
            web.get(f"{api}/oauth2/applications/@me", self._application),
            web.get(f"{api}/applications/@me", self._application),
            web.get(f"{api}/gateway/bot", self._gateway),
            web.get(f"{api}/users/@me/guilds", self._guilds),
            web.get(f"{api}/guilds/{{guild}}", self._guild),
            web.get(f"{api}/applications/{{application}}/commands", self._commands),
            web.put(f"{api}/applications/{{application}}/commands", self._register),
            web.post(f"{api}/interactions/{{interaction}}/{{token}}/callback", self._callback),
            web.post(token, self._follow_up),
            web.route("*", f"{token}/messages/{{message}}", self._by_token),
            web.post(f"{api}/users/@me/channels", self._direct),
            web.post(f"{api}/channels/{{channel}}/messages", self._create),
            web.route("*", f"{api}/channels/{{channel}}/messages/{{message}}", self._by_bot),
            web.post(f"{api}/channels/{{channel}}/messages/{{message}}/threads", self._start_thread),
            web.put(f"{api}/channels/{{channel}}/messages/{{message}}/reactions/{{emoji}}/@me", self._react),
            web.get("/attachments/{channel}/{message}/{name}", self._attachment),
        ]

    @web.middleware
    async def middleware(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Faults, authorisation, rate limit headers, and Discord's shape of an error."""
        server = self._server
        if request.path.startswith(("/gateway", "/attachments/")):
            return await handler(request)
        body = await self._body(request)
        fault = server.next_fault(request.method, request.path, body)
        try:
            if fault and not fault.after and not fault.held:
                raise self._broken(fault, request)
            self._authorise(request)
            response: web.StreamResponse = await handler(request)
            if fault and fault.held:
                await server.bell.ring()
                await fault.held.wait()
            elif fault:
                raise self._broken(fault, request)
        except ApiError as error:
            if error.body["code"] in _MALFORMED and not fault and error.body["message"] != _NOTHING_TO_REPLY_TO:
                server.problems.append(f"{request.method} {request.path}: {error.body}")
            response = web.json_response(error.body, status=error.status, headers=error.headers)
        if response.content_type == "application/json":
            response.headers["Content-Type"] = "application/json"  # the client compares it whole
        server.requests.append((request.method, request.path, response.status))
        server.received.append(request.content_length or 0)
        if fault and fault.bare:
            return response
        response.headers["X-RateLimit-Limit"] = "50"
        response.headers["X-RateLimit-Remaining"] = "49"
        response.headers["X-RateLimit-Reset-After"] = "1.0"
        response.headers["X-RateLimit-Bucket"] = re.sub(r"\W|\d", "", f"{request.method}{request.path}")[:30]
        response.headers["Via"] = "1.1 loopback"
        await server.bell.ring()
        return response

    @staticmethod
    def _broken(fault: Fault, request: web.Request) -> ApiError:
        if fault.reset and request.transport:
            request.transport.abort()
        if fault.status == 429:
            wait = fault.retry_after
            scope = {"X-RateLimit-Global": "true"} if fault.everywhere else {"X-RateLimit-Scope": "user"}
            return ApiError(
                429,
                0,
                "You are being rate limited.",
                headers={} if fault.bare else {"Retry-After": str(wait)} | scope,
                retry_after=wait,
                **{"global": fault.everywhere},
            )
        return ApiError(fault.status, fault.code, "as the test asked")

    def _authorise(self, request: web.Request) -> None:
        if "/webhooks/" in request.path or "/interactions/" in request.path:
            return
        if request.headers.get("Authorization") != f"Bot {self._server.token}":
            raise ApiError(401, 0, "401: Unauthorized")

    async def _body(self, request: web.Request) -> Any:
        """JSON, or the form's JSON with its files; read once per request."""
        if SENT in request:
            return request[SENT].body
        files: dict[str, bytes] = {}
        names: dict[str, str] = {}
        body: Any = {}
        if request.content_type == "multipart/form-data":
            async for part in await request.multipart():
                assert isinstance(part, BodyPartReader)
                if part.name == "payload_json":
                    body = json.loads(await part.text())
                else:
                    found = re.fullmatch(r"files\[(\d+)\]", part.name or "")
                    assert found, part.name
                    files[found[1]] = bytes(await part.read())
                    names[found[1]] = part.filename or ""
        elif request.can_read_body:
            text = await request.text()
            body = json.loads(text) if text else {}
        request[SENT] = Sent(body, files, names)
        return body

    async def _me(self, _request: web.Request) -> web.Response:
        return web.json_response(self._server.me)

    async def _application(self, _request: web.Request) -> web.Response:
        return web.json_response(self._server.application())

    async def _gateway(self, _request: web.Request) -> web.Response:
        server = self._server
        start = {"total": 1000, "remaining": server.starts_left, "reset_after": server.starts_anew_ms}
        start["max_concurrency"] = 1
        return web.json_response({"url": server.gateway_url, "shards": server.shards, "session_start_limit": start})

    async def _guilds(self, _request: web.Request) -> web.Response:
        mine = [
            {"id": guild.id, "name": guild.payload["name"], "owner": False, "permissions": str(self._server.granted)}
            for guild in self._server.guilds.values()
            if guild.member
        ]
        return web.json_response(mine)

    async def _guild(self, request: web.Request) -> web.Response:
        guild = self._server.guilds.get(request.match_info["guild"])
        if guild is None or not guild.member:
            raise ApiError(404, 10004, "Unknown Guild")
        return web.json_response(guild.payload)

    async def _commands(self, request: web.Request) -> web.Response:
        need(request.query.get("with_localizations") == "true", "ask with localizations to compare them")
        return web.json_response(self._server.commands)

    async def _register(self, request: web.Request) -> web.Response:
        commands = request[SENT].body
        opening = {each["id"] for each in self._server.commands if each.get("type") == ENTRY_POINT}
        if not opening <= {each.get("id") for each in commands}:
            raise ApiError(400, 50240, "You cannot remove this app's Entry Point command in a bulk update operation")
        check_commands([each for each in commands if each.get("type") != ENTRY_POINT])
        self._server.registered += 1
        self._server.commands = [
            {
                "id": self._server.snowflake(),
                "application_id": self._server.application_id,
                "version": self._server.snowflake(),
                "nsfw": False,
                "dm_permission": True,
                **command,
            }
            for command in commands
        ]
        return web.json_response(self._server.commands)

    async def _callback(self, request: web.Request) -> web.Response:
        server, body = self._server, request[SENT].body
        asked = server.asked.get(request.match_info["token"])
        if asked is None or asked.id != request.match_info["interaction"] or asked.dead:
            raise ApiError(404, 10062, "Unknown interaction")
        if asked.answer is not None:
            raise ApiError(400, 40060, "Interaction has already been acknowledged.")
        only(body, {"type", "data"}, "callback")
        self._check_callback(asked, body, request[SENT].files)
        asked.answer, asked.fetched_first = body, not server.fetched.isdisjoint(asked.attachments)
        message = self._first_message(asked, body)
        shown = {
            "interaction": {
                "id": asked.id,
                "type": asked.payload["type"],
                "response_message_id": message.id if message else None,
                "response_message_loading": bool(message and message.loading),
                "response_message_ephemeral": bool(message and message.hidden),
            }
        }
        if message:
            shown["resource"] = {"type": body["type"], "message": message.payload}
        if request.query.get("with_response") != "true":
            return web.Response(status=204)
        return web.json_response(shown)

    @staticmethod
    def _check_callback(asked: Asked, body: dict[str, Any], files: dict[str, bytes]) -> None:
        kind, content = body["type"], body.get("data") or {}
        allowed = {2: {4, 5, 9}, 3: {4, 5, 6, 7, 9}, 4: {8}, 5: {4, 5, 6, 7}}[asked.payload["type"]]
        need(kind in allowed, f"answer type {kind} to interaction type {asked.payload['type']}")
        match kind:
            case 4 | 7:
                message = {name: value for name, value in content.items() if name != "flags"}
                need(content.get("flags", 0) in {0, payloads.EPHEMERAL}, "flags")
                check_message(message, files, create=kind == 4)
            case 5:
                only(content, {"flags"}, "deferral")
                need(content.get("flags", 0) in {0, payloads.EPHEMERAL}, "a deferral takes the ephemeral flag only")
            case 6:
                need(not content, "a deferred update takes nothing")
            case 8:
                need(len(content["choices"]) <= 25, "choices")
                for choice in content["choices"]:
                    need(1 <= len(choice["name"]) <= 100 and len(str(choice["value"])) <= 100, "choice")
            case 9:
                check_modal(content)

    def _first_message(self, asked: Asked, body: dict[str, Any]) -> Post | None:
        server, content = self._server, body.get("data") or {}
        if body["type"] in {4, 5}:
            hidden = bool(content.get("flags", 0) & payloads.EPHEMERAL) or server.external_apps_hidden(asked)
            flags = (payloads.EPHEMERAL if hidden else 0) | (payloads.LOADING if body["type"] == 5 else 0)
            asked.original = server.add_post(
                asked.channel, server.me, hidden=asked.user if hidden else "", token=asked.token, flags=flags
            )
            if body["type"] == 4:
                server.write(asked.original, {key: value for key, value in content.items() if key != "flags"}, {}, {})
            return asked.original
        if body["type"] in {6, 7}:
            message = asked.payload.get("message")
            asked.original = server.posts[message["id"]] if message else None
            if asked.original:
                asked.original.tokens.add(asked.token)
        return None

    def _asked(self, request: web.Request) -> Asked:
        server = self._server
        if request.match_info["application"] != server.application_id:
            raise ApiError(404, 10015, "Unknown Webhook")
        asked = server.asked.get(request.match_info["token"])
        if asked is None:
            raise ApiError(404, 10015, "Unknown Webhook")
        if asked.dead or server.clock.now() - asked.made_at > TOKEN_SECONDS:
            raise ApiError(401, 50027, "Invalid Webhook Token")
        if asked.answer is None:
            raise ApiError(404, 10015, "Unknown Webhook")
        return asked

    async def _follow_up(self, request: web.Request) -> web.Response:
        server, asked = self._server, self._asked(request)
        body = dict(request[SENT].body)
        flags = body.pop("flags", 0)
        need(flags in {0, payloads.EPHEMERAL}, "flags")
        check_message(body, request[SENT].files, create=True)
        if asked.original and asked.original.loading and not asked.original.deleted:
            # Directly after a deferral a follow-up is the deferred message; its ephemeral flag stays as it was.
            post = asked.original
        else:
            hidden = asked.user if flags & payloads.EPHEMERAL else ""
            post = server.add_post(asked.channel, server.me, hidden=hidden, token=asked.token, flags=flags)
            asked.follow_ups.append(post)
        self._write(post, request, body, limit=server.file_bytes)
        return web.json_response(post.payload)

    async def _by_token(self, request: web.Request) -> web.Response:
        server, asked = self._server, self._asked(request)
        name = request.match_info["message"]
        post = asked.original if name == "@original" else server.posts.get(name)
        if post is None or post.deleted or asked.token not in post.tokens:
            raise ApiError(404, 10008, "Unknown Message")
        if request.method == "DELETE":
            post.deleted = True
            return web.Response(status=204)
        if request.method == "PATCH":
            check_message(request[SENT].body, request[SENT].files, create=False)
            self._write(post, request, request[SENT].body, limit=server.file_bytes)
        return web.json_response(post.payload)

    def _channel(self, request: web.Request, needed: int) -> Channel:
        channel = self._server.channels.get(request.match_info["channel"])
        if channel is None or (channel.guild and channel.guild.gone):
            raise ApiError(404, 10003, "Unknown Channel")
        if channel.guild and not channel.guild.member:
            raise ApiError(403, 50001, "Missing Access")
        if not channel.permissions & VIEW:
            raise ApiError(403, 50001, "Missing Access")
        if needed and not channel.permissions & needed:
            raise ApiError(403, 50013, "Missing Permissions")
        return channel

    async def _direct(self, request: web.Request) -> web.Response:
        person = self._server.people.get(str(request[SENT].body["recipient_id"]))
        if person is None:
            raise ApiError(400, 50033, "Invalid Recipient(s)")
        return web.json_response(self._server.direct(person.id).payload)

    async def _create(self, request: web.Request) -> web.Response:
        server = self._server
        channel = self._channel(request, 0)
        body = dict(request[SENT].body)
        if channel.payload["type"] == 1 and server.people[channel.payload["recipients"][0]["id"]].closed:
            raise ApiError(403, 50007, "Cannot send messages to this user")
        if channel.guild and not channel.permissions & (SEND_IN_THREADS if channel.is_thread else SEND):
            raise ApiError(403, 50013, "Missing Permissions")
        if channel.locked:
            raise ApiError(403, 160005, "Thread is locked")
        check_message(body, request[SENT].files, create=True)
        if request[SENT].files and channel.guild and not channel.permissions & ATTACH:
            raise ApiError(403, 50013, "Missing Permissions")
        server.check_filter(body)
        nonce = str(body.pop("nonce", "") or "")
        enforced = body.pop("enforce_nonce", False)
        reference = body.pop("message_reference", None)
        if nonce and enforced:
            for post in server.posts.values():
                fresh = server.clock.now() - post.made_at < NONCE_SECONDS
                if post.nonce == nonce and post.channel is channel and fresh:
                    return web.json_response(post.payload)
        if reference:
            self._check_reply(channel, reference)
        channel.archived = False
        post = server.add_post(channel, server.me, nonce=nonce)
        if reference:
            post.payload["message_reference"] = {"message_id": reference["message_id"], "channel_id": channel.id}
        self._write(post, request, body, limit=server.guild_file_bytes)
        return web.json_response(post.payload)

    def _check_reply(self, channel: Channel, reference: Mapping[str, Any]) -> None:
        only(reference, {"message_id", "channel_id", "guild_id", "fail_if_not_exists", "type"}, "message_reference")
        if channel.guild and not channel.permissions & HISTORY:
            raise ApiError(403, 160002, "Cannot reply without permission to read message history")
        above = self._server.posts.get(reference["message_id"])
        if (above is None or above.deleted) and reference.get("fail_if_not_exists", True):
            raise ApiError(400, 50035, _NOTHING_TO_REPLY_TO)
        need(above is None or above.payload["type"] in {0, 19, 20, 23}, "Cannot reply to a system message")

    async def _by_bot(self, request: web.Request) -> web.Response:
        server = self._server
        channel = self._channel(request, HISTORY if request.method == "GET" else 0)
        post = server.posts.get(request.match_info["message"])
        if post is None or post.deleted or post.hidden or post.channel is not channel:
            raise ApiError(404, 10008, "Unknown Message")
        if request.method == "GET":
            return web.json_response(server.as_seen(post))
        if post.payload["author"]["id"] != server.me["id"]:
            raise ApiError(403, 50005, "Cannot edit a message authored by another user")
        if request.method == "DELETE":
            post.deleted = True
            return web.Response(status=204)
        if channel.archived:
            raise ApiError(400, 50083, "Thread is archived")
        check_message(request[SENT].body, request[SENT].files, create=False)
        server.check_filter(request[SENT].body)
        self._write(post, request, request[SENT].body, limit=server.guild_file_bytes)
        return web.json_response(post.payload)

    def _write(self, post: Post, request: web.Request, body: dict[str, Any], *, limit: int) -> None:
        files: dict[str, bytes] = request[SENT].files
        if any(len(content) > limit for content in files.values()) or sum(map(len, files.values())) > 25 * MiB:
            raise ApiError(413, 40005, "Request entity too large")
        self._server.write(post, body, files, request[SENT].names)

    async def _start_thread(self, request: web.Request) -> web.Response:
        server, body = self._server, request[SENT].body
        channel = self._channel(request, CREATE_THREADS)
        post = server.posts.get(request.match_info["message"])
        if post is None or post.deleted or post.hidden or post.channel is not channel:
            raise ApiError(404, 10008, "Unknown Message")
        if channel.payload["type"] not in {0, 5}:
            raise ApiError(400, 50024, "Cannot execute action on this channel type")
        only(body, {"name", "auto_archive_duration", "rate_limit_per_user"}, "a thread")
        need(1 <= len(body["name"]) <= 100, "a thread's name")
        if post.id in server.channels:
            raise ApiError(400, 160004, "A thread has already been created for this message")
        made = server.thread(channel, identity=post.id, name=body["name"])
        await server.gateway.send("THREAD_CREATE", made.payload)
        return web.json_response(made.payload, status=201)

    async def _react(self, request: web.Request) -> web.Response:
        channel = self._channel(request, HISTORY)
        post = self._server.posts.get(request.match_info["message"])
        if post is None or post.deleted or post.hidden or post.channel is not channel:
            raise ApiError(404, 10008, "Unknown Message")
        if channel.guild and not channel.permissions & ADD_REACTIONS:
            raise ApiError(403, 50013, "Missing Permissions")
        post.signs.append(request.match_info["emoji"])
        return web.Response(status=204)

    async def _attachment(self, request: web.Request) -> web.Response:
        self._server.fetched.add(request.path)
        content = self._server.attachments.get(request.path)
        if content is None:
            return web.Response(status=404)
        return web.Response(body=content, content_type="image/png")
