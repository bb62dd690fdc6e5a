"""The REST calls we make, as plain payloads over discord.py's own HTTP client.

The client brings authorisation, rate limit buckets and its retries. Its models are not used for sending: they keep
every view they ever sent in memory, and cannot say `attachments` and buttons the way a stored job needs them.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2s
from http import HTTPStatus
from typing import Any, TypeVar

import discord
from discord.http import Route

from adapters.discord.connection import Connection
from adapters.discord.faults import ERRORS, Fault, Meaning, judge
from adapters.discord.incoming import PLATFORM
from bot.domain.picture import Attached
from bot.domain.words import clip
from bot.metrics import RATE_LIMITS

ORIGINAL = "@original"
"""Stands for the message that first answered an interaction, or that a button sits on."""

MAX_CONTENT = 2000
_MAX_ALT = 1024
_MAX_THREAD_NAME = 100
_CALL_SECONDS = 90.0
"""Bound on one call: an upload of 25 MB from a slow line, and discord.py's own retries."""

_SPOILER = "SPOILER_"
"""Discord blurs a file whose name begins so until the reader wants to see it."""

_json = discord.utils._to_json  # noqa: SLF001 -- the very encoder of the client, orjson if that is installed

Payload = Mapping[str, Any]
KeptAttachments = Mapping[str, str]
"""The ids of attachments that stand already, by the names of their files, which are then not sent again."""

NOTHING_KEPT: KeptAttachments = {}
NOBODY: Payload = {"parse": []}
"""`allowed_mentions` that pings nobody; leaving the field out would ping everybody named in the text."""


T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Response:
    """What an answer made.

    Attributes:
        message: its message; empty if it made none or Discord did not say.
        hidden: shown to the member only, which Discord may decide by itself if external apps are not allowed.
    """

    message: str
    hidden: bool


def filename(file: Attached) -> str:
    """A file's name on Discord."""
    return f"{_SPOILER if file.spoiler else ''}{file.name}"


def _fitting(body: Payload) -> Payload:
    """A message whose words are no longer than Discord takes: a sentence may name all models that there are."""
    return {**body, "content": clip(body["content"], MAX_CONTENT)} if "content" in body else dict(body)


def nonce_of(name: str) -> str:
    """A nonce for what has a longer name than Discord takes."""
    return blake2s(name.encode(), digest_size=12).hexdigest()


class Rest:
    """One method for each call. Every one raises `Fault`."""

    def __init__(self, client: Connection) -> None:
        self._client = client
        self._http = client.http
        self._direct_channels: dict[str, str] = {}

    @property
    def logged_in(self) -> bool:
        """Whether calls can be made."""
        return self._client.logged_in

    async def respond(self, interaction: str, token: str, kind: int, body: Payload | None = None) -> Response:
        """Answer an interaction, once."""
        route = Route(
            "POST", "/interactions/{webhook_id}/{webhook_token}/callback", webhook_id=interaction, webhook_token=token
        )
        payload = {"type": kind} if body is None else {"type": kind, "data": _fitting(body)}
        answer = await self._request(route, json=payload, params={"with_response": "true"})
        made = answer.get("interaction", {}) if isinstance(answer, dict) else {}
        return Response(
            message=str(made.get("response_message_id") or ""),
            hidden=bool(made.get("response_message_ephemeral", False)),
        )

    async def edit_response(
        self,
        application: str,
        token: str,
        body: Payload,
        files: Sequence[Attached] = (),
        kept: KeptAttachments = NOTHING_KEPT,
    ) -> Payload:
        """Edit what first answered an interaction, by its token."""
        return await self._send_message(self._answer_route("PATCH", application, token), body, files, kept)

    async def delete_response(self, application: str, token: str, message: str = ORIGINAL) -> None:
        """Delete what first answered an interaction, or another message that was made by its token."""
        await self._request(self._answer_route("DELETE", application, token, message))

    async def follow_up(self, application: str, token: str, body: Payload, files: Sequence[Attached] = ()) -> Payload:
        """Another message by an interaction's token."""
        route = Route("POST", "/webhooks/{webhook_id}/{webhook_token}", webhook_id=application, webhook_token=token)
        return await self._send_message(route, body, files, params={"wait": "true"})

    async def create(
        self, channel: str, body: Payload, files: Sequence[Attached] = (), *, nonce: str = ""
    ) -> Payload:
        """A message of the bot's own; `nonce` finds one that was made a moment ago instead of making a second."""
        route = Route("POST", "/channels/{channel_id}/messages", channel_id=channel)
        identity = {"nonce": nonce, "enforce_nonce": True} if nonce else {}
        return await self._send_message(route, {**body, **identity}, files)

    async def edit(
        self,
        channel: str,
        message: str,
        body: Payload,
        files: Sequence[Attached] = (),
        kept: KeptAttachments = NOTHING_KEPT,
    ) -> Payload:
        """Edit a message of the bot's own."""
        path = "/channels/{channel_id}/messages/{message_id}"
        route = Route("PATCH", path, channel_id=channel, message_id=message)
        return await self._send_message(route, body, files, kept)

    async def delete(self, channel: str, message: str) -> None:
        """Delete a message."""
        await self._called(self._http.delete_message, channel, message)

    async def start_thread(self, channel: str, message: str, name: str) -> str:
        """Open a thread on a message; its id."""
        path = "/channels/{channel_id}/messages/{message_id}/threads"
        made = await self._request(
            Route("POST", path, channel_id=channel, message_id=message), json={"name": name[:_MAX_THREAD_NAME]}
        )
        return str(made["id"])

    async def message(self, channel: str, message: str) -> Payload:
        """A message as it stands, with fresh picture addresses."""
        return await self._called(self._http.get_message, channel, message)

    async def has_us(self, guild: str) -> bool:
        """Whether a server has us as a member."""
        try:
            await self._called(self._http.get_guild, guild, with_counts=False)
        except Fault as fault:
            if fault.meaning in {Meaning.PLACE_GONE, Meaning.FORBIDDEN}:
                return False
            raise
        return True

    async def direct_channel(self, user: str) -> str:
        """The channel of direct messages with a member, which stays the same; Discord minds opening many."""
        if user not in self._direct_channels:
            answer = await self._called(self._http.start_private_message, user)
            self._direct_channels[user] = str(answer["id"])
        return self._direct_channels[user]

    async def commands(self) -> Any:
        """The commands that Discord knows of us."""
        path = "/applications/{application_id}/commands"
        route = Route("GET", path, application_id=self._client.application_id)
        return await self._request(route, params={"with_localizations": "true"})

    async def set_commands(self, commands: Sequence[Payload]) -> Any:
        """Have exactly these commands; they come back with their ids."""
        return await self._called(self._http.bulk_upsert_global_commands, self._client.application_id, list(commands))

    async def react(self, channel: str, message: str, emoji: str) -> None:
        """Add our reaction to a message."""
        await self._called(self._http.add_reaction, channel, message, emoji)

    @staticmethod
    def _answer_route(method: str, application: str, token: str, message: str = ORIGINAL) -> Route:
        path = "/webhooks/{webhook_id}/{webhook_token}/messages/{message_id}"
        return Route(method, path, webhook_id=application, webhook_token=token, message_id=message)

    async def _request(self, route: Route, **more: Any) -> Any:
        return await self._called(self._http.request, route, **more)

    async def _called(self, call: Callable[..., Awaitable[T]], *arguments: Any, **more: Any) -> T:
        """Make a call of the client's."""
        if not self.logged_in:
            raise Fault(Meaning.BUSY, "not logged in to Discord")  # the client itself would fail without a session
        try:
            async with asyncio.timeout(_CALL_SECONDS):
                return await call(*arguments, **more)
        except ERRORS as error:
            limited = getattr(error, "status", None) == HTTPStatus.TOO_MANY_REQUESTS
            if limited or isinstance(error, discord.RateLimited):
                RATE_LIMITS.labels(PLATFORM).inc()
            raise judge(error) from error

    async def _send_message(
        self,
        route: Route,
        body: Payload,
        files: Sequence[Attached],
        kept: KeptAttachments = NOTHING_KEPT,
        params: Mapping[str, str] | None = None,
    ) -> Payload:
        """A message with its files, which pings nobody if it does not say whom.

        `attachments` lists exactly these files, so that an edit takes earlier ones away.
        """
        named = [(filename(file), file) for file in files]
        listed = [
            {
                "id": kept.get(name, str(index)),  # a snowflake to Discord's OpenAPI document, which is text
                "filename": name,
                **({"description": file.alt[:_MAX_ALT]} if file.alt else {}),
            }
            for index, (name, file) in enumerate(named)
        ]
        payload = {"allowed_mentions": NOBODY, **_fitting(body), "attachments": listed}
        form: list[dict[str, Any]] = [
            {
                "name": f"files[{index}]",
                "value": file.content,
                "filename": name,
                "content_type": "application/octet-stream",
            }
            for index, (name, file) in enumerate(named)
            if name not in kept
        ]
        how = {"form": [{"name": "payload_json", "value": _json(payload)}, *form]} if form else {"json": payload}
        sent: Payload = await self._request(route, params=params, **how)
        return sent
