"""The REST calls we make, as plain payloads over discord.py's own HTTP client.

The client brings authorisation, rate limit buckets and its retries. Its models are not used for sending: they keep
every view they ever sent in memory, and cannot say `attachments` and buttons the way a stored job needs them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import discord
from discord.http import Route

from adapters.discord.connection import Connection
from adapters.discord.incoming import PLATFORM
from bot.metrics import RATE_LIMITS

ORIGINAL = "@original"
"""Stands for the message that first answered an interaction, or that a button sits on."""

_MAX_THREAD_NAME = 100

_json = discord.utils._to_json  # noqa: SLF001 -- the very encoder of the client, orjson if that is installed


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A file to send, or to keep.

    Attributes:
        description: the alt text.
        kept: the id of the attachment that it is already; it then stays and is not sent again.
    """

    filename: str
    content: bytes
    description: str = ""
    kept: str = ""


@dataclass(frozen=True, slots=True)
class Response:
    """What an answer made.

    Attributes:
        message: its message; empty if it made none or Discord did not say.
        hidden: shown to the member only, which Discord may decide by itself if external apps are not allowed.
    """

    message: str
    hidden: bool


Payload = Mapping[str, Any]


class Rest:
    """One method for each call. Every one raises what discord.py raises; `faults` knows what each of them means."""

    def __init__(self, client: Connection) -> None:
        self._client = client
        self._direct_channels: dict[str, str] = {}

    async def respond(self, interaction: str, token: str, kind: int, body: Payload | None = None) -> "Response":
        """Answer an interaction, once."""
        route = Route(
            "POST", "/interactions/{webhook_id}/{webhook_token}/callback", webhook_id=interaction, webhook_token=token
        )
        payload = {"type": kind} if body is None else {"type": kind, "data": dict(body)}
        answer = await self._send(route, payload, params={"with_response": "true"})
        made = answer.get("interaction", {}) if isinstance(answer, dict) else {}
        return Response(
            message=str(made.get("response_message_id") or ""),
            hidden=bool(made.get("response_message_ephemeral", False)),
        )

    async def edit_response(
        self, application: str, token: str, body: Payload, files: Sequence[Outgoing] = ()
    ) -> Payload:
        """Edit what first answered an interaction, by its token."""
        return await self._send_message(self._answer_route("PATCH", application, token), body, files)

    async def delete_response(self, application: str, token: str) -> None:
        """Delete what first answered an interaction, by its token."""
        await self._request(self._answer_route("DELETE", application, token))

    async def follow_up(self, application: str, token: str, body: Payload, files: Sequence[Outgoing] = ()) -> Payload:
        """Another message by an interaction's token."""
        route = Route("POST", "/webhooks/{webhook_id}/{webhook_token}", webhook_id=application, webhook_token=token)
        return await self._send_message(route, body, files, params={"wait": "true"})

    async def delete_follow_up(self, application: str, token: str, message: str) -> None:
        """Delete another message that was made by an interaction's token."""
        path = "/webhooks/{webhook_id}/{webhook_token}/messages/{message_id}"
        await self._request(Route("DELETE", path, webhook_id=application, webhook_token=token, message_id=message))

    async def create(self, channel: str, body: Payload, files: Sequence[Outgoing] = ()) -> Payload:
        """A message of the bot's own."""
        route = Route("POST", "/channels/{channel_id}/messages", channel_id=channel)
        return await self._send_message(route, body, files)

    async def edit(self, channel: str, message: str, body: Payload, files: Sequence[Outgoing] = ()) -> Payload:
        """Edit a message of the bot's own."""
        return await self._send_message(self._message_route("PATCH", channel, message), body, files)

    async def delete(self, channel: str, message: str) -> None:
        """Delete a message."""
        await self._request(self._message_route("DELETE", channel, message))

    async def start_thread(self, channel: str, message: str, name: str) -> str:
        """Open a thread on a message; its id."""
        path = "/channels/{channel_id}/messages/{message_id}/threads"
        made = await self._request(
            Route("POST", path, channel_id=channel, message_id=message), json={"name": name[:_MAX_THREAD_NAME]}
        )
        return str(made["id"])

    async def message(self, channel: str, message: str) -> Payload:
        """A message as it stands, with fresh picture addresses."""
        answer: Payload = await self._request(self._message_route("GET", channel, message))
        return answer

    async def direct_channel(self, user: str) -> str:
        """The channel of direct messages with a member, which stays the same; Discord minds opening many."""
        if user not in self._direct_channels:
            answer = await self._request(Route("POST", "/users/@me/channels"), json={"recipient_id": user})
            self._direct_channels[user] = str(answer["id"])
        return self._direct_channels[user]

    async def commands(self, application: str) -> Any:
        """The commands that Discord knows of us."""
        route = Route("GET", "/applications/{application_id}/commands", application_id=application)
        return await self._request(route, params={"with_localizations": "true"})

    async def set_commands(self, application: str, commands: Sequence[Payload]) -> Any:
        """Have exactly these commands; they come back with their ids."""
        route = Route("PUT", "/applications/{application_id}/commands", application_id=application)
        return await self._request(route, json=list(commands))

    async def react(self, channel: str, message: str, emoji: str) -> None:
        """Add our reaction to a message."""
        path = "/channels/{channel_id}/messages/{message_id}/reactions/{emoji}/@me"
        await self._request(Route("PUT", path, channel_id=channel, message_id=message, emoji=emoji))

    @staticmethod
    def _answer_route(method: str, application: str, token: str) -> Route:
        path = "/webhooks/{webhook_id}/{webhook_token}/messages/@original"
        return Route(method, path, webhook_id=application, webhook_token=token)

    @staticmethod
    def _message_route(method: str, channel: str, message: str) -> Route:
        path = "/channels/{channel_id}/messages/{message_id}"
        return Route(method, path, channel_id=channel, message_id=message)

    async def _request(self, route: Route, **more: Any) -> Any:
        if not self._client.logged_in:
            raise ConnectionError("not logged in to Discord")  # the client itself would fail without a session
        try:
            return await self._client.http.request(route, **more)
        except (discord.RateLimited, discord.HTTPException) as error:
            if isinstance(error, discord.RateLimited) or error.status == HTTPStatus.TOO_MANY_REQUESTS:
                RATE_LIMITS.labels(PLATFORM).inc()
            raise

    async def _send(self, route: Route, body: Payload, params: Mapping[str, str] | None = None) -> Any:
        return await self._request(route, json=dict(body), params=params)

    async def _send_message(
        self, route: Route, body: Payload, files: Sequence[Outgoing], params: Mapping[str, str] | None = None
    ) -> Payload:
        """A message with its files; `attachments` lists exactly these, so that an edit takes earlier ones away."""
        listed = [
            {
                "id": file.kept or str(index),  # a snowflake to Discord's OpenAPI document, which is text
                "filename": file.filename,
                **({"description": file.description} if file.description else {}),
            }
            for index, file in enumerate(files)
        ]
        payload = {**body, "attachments": listed}
        if all(file.kept for file in files):
            sent: Payload = await self._send(route, payload, params)
            return sent
        form: list[dict[str, Any]] = [{"name": "payload_json", "value": _json(payload)}]
        form += [
            {
                "name": f"files[{index}]",
                "value": file.content,
                "filename": file.filename,
                "content_type": "application/octet-stream",
            }
            for index, file in enumerate(files)
            if not file.kept
        ]
        answer: Payload = await self._request(route, form=form, params=params)
        return answer
