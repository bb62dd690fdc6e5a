"""The server itself: its state, its life and what tests ask of it."""

import re
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from typing import Any, Self

from aiohttp import web

from tests.servers.discord import payloads
from tests.servers.discord.checks import ApiError, need
from tests.servers.discord.gateway import Gateway
from tests.servers.discord.people import Person
from tests.servers.discord.rest import Rest
from tests.servers.discord.world import EPOCH_MS, Asked, Bell, Channel, Fault, Guild, Post, ServerClock
from tests.servers.serving import HOST, serving

WAIT_SECONDS = 60.0
"""Generous: a machine may be very busy. A failing wait is the only thing that takes this long."""

_MESSAGE_CONTENT = 1 << 15


KEEPERS = "Keepers"
"""The role of moderators."""


class DiscordServer:
    """See the package."""

    def __init__(self) -> None:
        self.token = "MTAwMDAwMDAwMDAwMDAwMDAw.Gtest0.loopback-loopback-loopback-loop"
        self.clock = ServerClock()
        self.bell = Bell()
        self._count = 0
        self.application_id = self.snowflake()
        self.me = payloads.user(self.application_id, "pentimento", bot=True)
        self.guilds: dict[str, Guild] = {}
        self.channels: dict[str, Channel] = {}
        self.people: dict[str, Person] = {}
        self.posts: dict[str, Post] = {}
        self.asked: dict[str, Asked] = {}
        self.attachments: dict[str, bytes] = {}
        self.fetched: set[str] = set()  # attachments that the bot has asked for, by path
        self.commands: list[dict[str, Any]] = []
        self.registered = 0
        self.problems: list[str] = []
        self.requests: list[tuple[str, str, int]] = []
        self.received: list[int] = []  # bytes of each request's body
        self.file_bytes = self.guild_file_bytes = 10 * 1024 * 1024
        self.granted = payloads.EVERYTHING
        self.flags = 0
        self.shards = 1
        self.starts_left = 999
        self.starts_anew_ms = 7_200_000
        self.endpoint: str | None = None
        self.filtered = ""
        self.hide_external = False
        self.terse = False
        self.shows_roles_mentions = False  # what its pages leave open: whether our role's mention is one of ours
        self._faults: list[Fault] = []
        self.gateway = Gateway(token=self.token, hello=self._hello)
        self.url = self.gateway_url = ""
        self._port = 0  # entered again, it is found where it was

    async def __aenter__(self) -> Self:
        rest = Rest(self)
        application = web.Application(middlewares=[rest.middleware], client_max_size=64 * 1024 * 1024)
        application.add_routes([*rest.routes(), web.get("/gateway/", self.gateway.serve)])
        self._life = AsyncExitStack()
        self._port = await self._life.enter_async_context(serving(application, self._port))
        self._life.push_async_callback(self.gateway.close)
        self.host = f"{HOST}:{self._port}"
        self.url = f"http://{self.host}/api/v10"
        self.gateway_url = f"ws://{self.host}/gateway/"
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await self._life.aclose()

    # What tests set up

    def guild(self, *, member: bool = True, locale: str = "en-US") -> Guild:
        identity = self.snowflake()
        everyone = payloads.role(identity, "@everyone", payloads.MEMBER)
        ours = payloads.role(self.snowflake(), "Pentimento", payloads.MEMBER)
        ours |= {"managed": True, "tags": {"bot_id": self.me["id"]}}
        others = payloads.role(self.snowflake(), "Pentimento", payloads.MEMBER)
        keepers = payloads.role(self.snowflake(), KEEPERS, payloads.EVERYTHING)
        me = payloads.member(self.me, roles=[ours["id"]])
        payload = payloads.guild(identity, "Painters", roles=[everyone, ours, others, keepers], me=me, owner="1")
        payload["preferred_locale"] = locale
        guild = Guild(id=identity, payload=payload, member=member, locale=locale)
        self.guilds[identity] = guild
        return guild

    def channel(self, guild: Guild | None = None, *, denied: int = 0, nsfw: bool = False, kind: int = 0) -> Channel:
        guild = guild or next(iter(self.guilds.values()), None) or self.guild()
        payload = payloads.channel(self.snowflake(), "pictures", kind, nsfw=nsfw, guild_id=guild.id)
        if denied:
            payload["permission_overwrites"] = [{"id": guild.id, "type": 0, "allow": "0", "deny": str(denied)}]
        guild.payload["channels"].append(payload)
        made = Channel(id=payload["id"], payload=payload, guild=guild, denied=denied, installed=guild.member)
        self.channels[made.id] = made
        return made

    def thread(self, channel: Channel, *, denied: int = 0, identity: str = "", name: str = "a thread") -> Channel:
        """A thread of a channel; one that stands on a message has the id of that."""
        assert channel.guild
        payload = payloads.thread(identity or self.snowflake(), name, channel.id, channel.guild.id, self.me["id"])
        channel.guild.payload["threads"].append(payload)
        made = Channel(id=payload["id"], payload=payload, guild=channel.guild, denied=denied)
        self.channels[made.id] = made
        return made

    async def join(self, guild: Guild, *, greets_in: Channel | None = None) -> None:
        """Somebody adds the bot; `greets_in` is where Discord itself greets members there."""
        if greets_in:
            guild.payload["system_channel_id"] = greets_in.id
        guild.member = True
        await self.gateway.send("GUILD_CREATE", guild.payload)

    async def leave(self, guild: Guild) -> None:
        """Somebody removes the bot."""
        guild.member = False
        await self.gateway.send("GUILD_DELETE", {"id": guild.id})

    def user(self, name: str, *, locale: str = "en-US") -> Person:
        person = Person(self, payloads.user(self.snowflake(), name), locale=locale)
        self.people[person.id] = person
        return person

    def moderator(self, name: str) -> Person:
        person = self.user(name)
        person.permissions = payloads.EVERYTHING
        return person

    def direct(self, user: str) -> Channel:
        for channel in self.channels.values():
            if channel.payload["type"] == 1 and channel.payload["recipients"][0]["id"] == user:
                return channel
        payload = payloads.direct_channel(self.snowflake(), self.people[user].payload)
        channel = Channel(id=payload["id"], payload=payload)
        self.channels[channel.id] = channel
        return channel

    def group(self, *people: Person) -> Channel:
        """Friends among themselves, whose own apps come along."""
        payload = payloads.group_channel(self.snowflake(), [person.payload for person in people])
        channel = Channel(id=payload["id"], payload=payload, installed=False)
        self.channels[channel.id] = channel
        return channel

    def fail(self, method: str, path: str, status: int = 500, **more: Any) -> Fault:
        """The next matching call goes wrong; `path` is a regular expression."""
        fault = Fault(method=method, path=path, status=status, **more)
        self._faults.append(fault)
        return fault

    # What tests look at

    async def until(self, fact: Callable[[], Any], *, what: str = "something", seconds: float = WAIT_SECONDS) -> Any:
        return await self.bell.until(fact, seconds=seconds, what=what)

    async def shown(
        self,
        asked: Asked,
        fact: Callable[[Post], Any] = lambda post: not post.loading,
        *,
        seconds: float = WAIT_SECONDS,
    ) -> Post:
        """The interaction's message once it is as `fact` says."""

        def found() -> Post | None:
            post = asked.original
            return post if post and not post.deleted and fact(post) else None

        post: Post = await self.until(found, what="the answer", seconds=seconds)
        return post

    async def followed_up(self, asked: Asked, fact: Callable[[Post], Any] = lambda _: True) -> Post:
        """A further message by the interaction's token."""

        def found() -> Post | None:
            return next((post for post in asked.follow_ups if not post.deleted and fact(post)), None)

        post: Post = await self.until(found, what="a follow-up")
        return post

    async def refused(self, asked: Asked) -> str:
        """What the member alone was told instead."""

        def found() -> Post | None:
            told = [*asked.follow_ups, *([asked.original] if asked.original and asked.original.hidden else [])]
            return next((post for post in told if post.content and not post.deleted), None)

        post: Post = await self.until(found, what=f"a refusal; it is {asked.original and asked.original.words!r}")
        assert post.hidden == asked.user, "a refusal is private"
        return post.content

    def in_channel(self, channel: Channel) -> list[Post]:
        return [post for post in self.posts.values() if post.channel is channel and not post.deleted]

    async def posted(self, channel: Channel, fact: Callable[[Post], Any] = lambda _: True) -> Post:
        """A message of the bot in a channel."""

        def found() -> Post | None:
            mine = [post for post in self.in_channel(channel) if post.payload["author"]["id"] == self.me["id"]]
            return next((post for post in mine if fact(post)), None)

        post: Post = await self.until(found, what="a message of the bot")
        return post

    # What the parts of the server use

    def snowflake(self) -> str:
        self._count += 1
        return str(((round(self.clock.now() * 1000) - EPOCH_MS) << 22) | self._count)

    def application(self) -> dict[str, Any]:
        return {
            "id": self.application_id,
            "name": "Pentimento",
            "icon": None,
            "description": "",
            "bot_public": True,
            "bot_require_code_grant": False,
            "owner": payloads.user("1", "owner"),
            "verify_key": "0" * 64,
            "team": None,
            "flags": self.flags,
            "interactions_endpoint_url": self.endpoint,
            "integration_types_config": {"0": {}, "1": {}},
        }

    def _hello(self) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        guilds = [guild for guild in self.guilds.values() if guild.member and guild.listed]
        ready = {
            "v": 10,
            "user": self.me,
            "guilds": [{"id": guild.id, "unavailable": True} for guild in guilds],
            "session_id": "session",
            "resume_gateway_url": self.gateway_url,
            "application": {"id": self.application_id, "flags": self.flags},
        }
        return ready, [guild.payload for guild in guilds if not guild.away]

    def next_fault(self, method: str, path: str, body: Any) -> Fault | None:
        for fault in self._faults:
            if fault.times and fault.method == method and re.search(fault.path, path) and fault.when(body):
                fault.times -= 1
                return fault
        return None

    def external_apps_hidden(self, asked: Asked) -> bool:
        return self.hide_external and not asked.channel.installed

    def check_filter(self, body: Mapping[str, Any]) -> None:
        """AutoMod."""
        if self.filtered and self.filtered in str(body):
            raise ApiError(400, 200000, "Message was blocked by automatic moderation")

    def check_registered(self, data: Mapping[str, Any]) -> None:
        """A client only offers commands that are registered, with the options they have."""
        if not self.commands:
            return
        command = next(each for each in self.commands if each["name"] == data["name"])
        options = command.get("options", [])
        given = data["options"]
        if given and given[0]["type"] == 1:
            options = next(each for each in options if each["name"] == given[0]["name"])["options"]
            given = given[0]["options"]
        known = {each["name"]: each for each in options}
        for option in given:
            kind = known[option["name"]]["type"]
            option["type"] = kind if kind in {6, 7, 8, 10} else option["type"]
            assert option["type"] == kind, option
        assert {each["name"] for each in options if each.get("required")} <= {option["name"] for option in given}

    def keepers_of(self, guild: Guild) -> list[str]:
        """The role of a server that may do everything there, as a moderator's list of roles has it."""
        return [role["id"] for role in guild.payload["roles"] if role["name"] == KEEPERS]

    def roles_of(self, person: Person) -> list[str]:
        return list(person.payload.get("roles", []))

    def keep(self, channel: Channel, filename: str, content: bytes) -> dict[str, Any]:
        """A file on the host of files."""
        identity = self.snowflake()
        path = f"/attachments/{channel.id}/{identity}/{filename}"
        self.attachments[path] = content
        return {
            "id": identity,
            "filename": filename,
            "size": len(content),
            "url": f"http://{self.host}{path}?ex=1&is=1&hm=1",
            "proxy_url": f"http://{self.host}{path}?ex=1&is=1&hm=1",
            "content_type": "image/png",
            "width": 64,
            "height": 64,
            "ephemeral": True,
        }

    def add_post(
        self,
        channel: Channel,
        author: dict[str, Any],
        *,
        hidden: str = "",
        token: str = "",
        flags: int = 0,
        nonce: str = "",
    ) -> Post:
        identity = self.snowflake()
        payload = payloads.message(identity, channel.id, author, flags=flags)
        post = Post(
            id=identity,
            channel=channel,
            payload=payload,
            hidden=hidden,
            tokens={token} if token else set(),
            nonce=nonce,
            made_at=self.clock.now(),
        )
        self.posts[identity] = post
        return post

    def write(
        self, post: Post, body: Mapping[str, Any], files: Mapping[str, bytes], names: Mapping[str, str]
    ) -> None:
        """Show `body` in a message; attachments that it does not list go."""
        payload = post.payload
        for field in ("content", "embeds", "components"):
            if field in body:
                payload[field] = body[field] or ("" if field == "content" else [])
        if "attachments" in body:
            kept = {entry["id"]: entry for entry in payload["attachments"]}
            listed = []
            post.files = {}
            for entry in body["attachments"]:
                key = str(entry["id"])
                if key in files:
                    filename = entry.get("filename") or names[key]
                    stored = self.keep(post.channel, filename, files[key])
                    post.files[filename] = files[key]
                    listed.append(stored | {"description": entry.get("description")})
                else:
                    need(key in kept, f"attachments[{key}] is none of this message")
                    listed.append(kept[key])
            payload["attachments"] = listed
            for embed in payload["embeds"]:
                self._resolve(embed, listed)
        payload["flags"] &= ~payloads.LOADING
        payload["edited_timestamp"] = "2026-01-01T00:00:01+00:00"
        post.versions.append({**payload})

    @staticmethod
    def _resolve(embed: dict[str, Any], attachments: list[dict[str, Any]]) -> None:
        for name in ("image", "thumbnail"):
            url = embed.get(name, {}).get("url", "")
            if url.startswith("attachment://"):
                filename = url.removeprefix("attachment://")
                embed[name] = {"url": next(a["url"] for a in attachments if a["filename"] == filename).split("?")[0]}

    def as_seen(self, post: Post) -> dict[str, Any]:
        """A message as an app without the message-content intent sees it."""
        if self.shows_roles_mentions and post.payload["mention_roles"]:
            return dict(post.payload)
        mine = post.payload["author"]["id"] == self.me["id"]
        named = any(person["id"] == self.me["id"] for person in post.payload["mentions"])
        if (self.gateway.intents or 0) & _MESSAGE_CONTENT or mine or named or post.channel.payload["type"] == 1:
            return dict(post.payload)
        return post.payload | {"content": "", "attachments": [], "embeds": [], "components": []}
