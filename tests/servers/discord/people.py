"""A member at their client: what they can do, and what they see of it."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.servers.discord import payloads
from tests.servers.discord.world import Asked, Channel, Post

if TYPE_CHECKING:
    from tests.servers.discord.server import DiscordServer

_TYPES = {str: 3, bool: 5, int: 4, float: 10}


@dataclass
class Person:
    """A Discord user. `closed`: takes no direct messages."""

    server: "DiscordServer"
    payload: dict[str, Any]
    locale: str = "en-US"
    permissions: int = payloads.MEMBER
    closed: bool = False

    @property
    def id(self) -> str:
        return str(self.payload["id"])

    async def command(self, channel: Channel, name: str, /, *, sub: str = "", **given: Any) -> Asked:
        """A slash command. Bytes, or a name and bytes, are uploaded as attachments."""
        options: list[dict[str, Any]] = []
        resolved: dict[str, Any] = {}
        for option, value in given.items():
            if isinstance(value, bytes | tuple):
                name_of_file, content = value if isinstance(value, tuple) else (f"{option}.png", value)
                entry = self.server.keep(channel, name_of_file, content)
                resolved.setdefault("attachments", {})[entry["id"]] = entry
                options.append({"name": option, "type": 11, "value": entry["id"]})
            else:
                options.append({"name": option, "type": _TYPES[type(value)], "value": value})
        if sub:
            options = [{"name": sub, "type": 1, "options": options}]
        data = {"id": "900", "name": name, "type": 1, "options": options, "resolved": resolved}
        self.server.check_registered(data)
        return await self._ask(channel, 2, data)

    async def menu(self, post: Post, name: str) -> Asked:
        """An entry of a message's menu."""
        data = {
            "id": "901",
            "name": name,
            "type": 3,
            "target_id": post.id,
            "resolved": {"messages": {post.id: post.payload}},
        }
        return await self._ask(post.channel, 2, data)

    async def type(self, channel: Channel, command: str, option: str, so_far: str, *, sub: str = "") -> list[str]:
        """Typing into an option that suggests; returns the suggestions."""
        options = [{"name": option, "type": 3, "value": so_far, "focused": True}]
        if sub:
            options = [{"name": sub, "type": 1, "options": options}]
        data = {"id": "900", "name": command, "type": 1, "options": options}
        asked = await self._ask(channel, 4, data)
        await self.server.until(lambda: asked.answer, what="suggestions")
        assert asked.answer is not None
        return [choice["name"] for choice in asked.answer["data"]["choices"]]

    async def press(self, post: Post, label: str) -> Asked:
        """A button, by its label, or what a menu offers, by its placeholder and label."""
        value = post.buttons[label]
        if menu := post.menu_of(value):
            data = {"custom_id": menu, "component_type": 3, "values": [value]}
            return await self._ask(post.channel, 3, data, message=post)
        return await self.press_id(post, value)

    async def delete(self, post: Post) -> Asked:
        """Delete, and yes to the question whether they mean it."""
        asked = await self.press(post, "Delete")
        question = await self.server.followed_up(asked, lambda post: "Delete" in post.buttons)
        return await self.press(question, "Delete")

    async def press_id(self, post: Post, custom_id: str) -> Asked:
        """A button, by an id that a client may also make up."""
        data = {"custom_id": custom_id, "component_type": 2}
        return await self._ask(post.channel, 3, data, message=post)

    async def submit(self, opened: Asked, **fields: Any) -> Asked:
        """Fill in a form that was opened; what is not named keeps what stood there."""
        await self.server.until(lambda: opened.answer, what="a form")
        assert opened.answer is not None
        assert opened.answer["type"] == 9, opened.answer
        form = opened.answer["data"]
        resolved: dict[str, Any] = {}
        components: list[dict[str, Any]] = []
        for label in form["components"]:
            field = label["component"]
            name = field["custom_id"]
            value = fields.pop(name, None)
            inner: dict[str, Any] = {"type": field["type"], "custom_id": name, "id": len(components) + 1}
            if field["type"] == 4:
                inner["value"] = field.get("value", "") if value is None else value
                assert len(inner["value"]) <= field.get("max_length", 4000)
                assert inner["value"] or not field.get("required", True), f"{name} is required"
            elif field["type"] == 21:
                chosen = [option["value"] for option in field["options"] if option.get("default")]
                inner["value"] = (chosen[0] if chosen else None) if value is None else value or None
                assert inner["value"] or not field["required"], f"{name} is required"
                offered = {None, *(option["value"] for option in field["options"])}
                assert inner["value"] in offered, f"{name} offers {offered}"
            elif field["type"] == 8:
                inner["values"] = [each["id"] for each in field["default_values"]] if value is None else list(value)
                assert len(inner["values"]) <= field["max_values"]
            elif field["type"] == 3:
                chosen = [option["value"] for option in field["options"] if option.get("default")]
                inner["values"] = chosen if value is None else [value] if value else []
                assert inner["values"] or not field["required"], f"{name} is required"
                assert set(inner["values"]) <= {option["value"] for option in field["options"]}
            else:
                uploads = [] if value is None else [self.server.keep(opened.channel, "upload.png", value)]
                resolved |= {"attachments": {entry["id"]: entry for entry in uploads}} if uploads else {}
                inner["values"] = [entry["id"] for entry in uploads]
            components.append({"type": 18, "id": 100 + len(components), "component": inner})
        assert not fields, f"the form has no fields {sorted(fields)}"
        data = {"custom_id": form["custom_id"], "components": components, "resolved": resolved}
        message = opened.payload.get("message")
        return await self._ask(opened.channel, 5, data, message=self.server.posts[message["id"]] if message else None)

    async def say(
        self,
        channel: Channel,
        content: str,
        *,
        files: Mapping[str, bytes] | None = None,
        reply_to: Post | None = None,
        ping: bool = False,
        **more: Any,
    ) -> Post:
        """A message of their own; mentions in it count. `ping`: a reply pings whom it answers."""
        attachments = [self.server.keep(channel, name, content) for name, content in (files or {}).items()]
        post = self.server.add_post(channel, self.payload)
        mentions = [self.server.me] if f"<@{self.server.me['id']}>" in content else []
        if reply_to and ping and reply_to.payload["author"] not in mentions:
            mentions.append(reply_to.payload["author"])
        post.payload["mention_roles"] = re.findall(r"<@&(\d+)>", content)
        post.payload |= {"content": content, "attachments": attachments, "mentions": mentions, **more}
        if reply_to:
            post.payload["type"] = 19
            post.payload["message_reference"] = {
                "type": 0,
                "message_id": reply_to.id,
                "channel_id": reply_to.channel.id,
                **({"guild_id": channel.guild.id} if channel.guild else {}),
            }
        seen = self.server.as_seen(post)
        if reply_to:
            seen["referenced_message"] = self.server.as_seen(reply_to)
        if channel.guild:
            seen["guild_id"] = channel.guild.id
            seen["member"] = {
                key: value for key, value in payloads.member(self.payload, roles=[]).items() if key != "user"
            }
        await self.server.gateway.send("MESSAGE_CREATE", seen)
        return post

    async def react(self, post: Post, emoji: str, *, channel: Channel | None = None) -> None:
        """A reaction; with `channel` one that says the message stood there."""
        channel = channel or post.channel
        event: dict[str, Any] = {
            "user_id": self.id,
            "channel_id": channel.id,
            "message_id": post.id,
            "message_author_id": post.payload["author"]["id"],
            "emoji": {"id": None, "name": emoji},
            "burst": False,
            "type": 0,
        }
        if channel.guild:
            event["guild_id"] = channel.guild.id
            keeps = self.permissions == payloads.EVERYTHING
            roles = self.server.keepers_of(channel.guild) if keeps else self.server.roles_of(self)
            event["member"] = payloads.member(self.payload, roles=roles)
        await self.server.gateway.send("MESSAGE_REACTION_ADD", event)

    async def told(self, fact: Callable[[Post], Any] = lambda _: True) -> Post:
        """A direct message to them."""
        channel = self.server.direct(self.id)
        found: Post = await self.server.until(
            lambda: next(
                (p for p in self.server.in_channel(channel) if p.payload["author"]["bot"] and fact(p)), None
            ),
            what=f"a direct message to {self.payload['username']}",
        )
        return found

    async def _ask(self, channel: Channel, kind: int, data: dict[str, Any], *, message: Post | None = None) -> Asked:
        server = self.server
        guild = channel.guild
        context = 0 if guild else 1 if channel.payload["type"] == 1 else 2
        owners = {"0": guild.id if guild else "0"} if channel.installed else {"1": self.id}
        asked_id = server.snowflake()
        payload: dict[str, Any] = {
            "id": asked_id,
            "application_id": server.application_id,
            "type": kind,
            "token": f"token-{asked_id}",
            "version": 1,
            "data": data,
            "channel": channel.payload | {"permissions": str(self.permissions)},
            "channel_id": channel.id,
            "app_permissions": str(channel.permissions),
            "locale": self.locale,
            "entitlements": [],
            "authorizing_integration_owners": owners,
            "context": context,
            "attachment_size_limit": server.file_bytes,
        }
        if server.terse:
            del payload["channel"]
        if guild:
            payload["guild_id"] = guild.id
            payload["guild_locale"] = guild.locale
            payload["guild"] = {"id": guild.id, "locale": guild.locale, "features": []}
            payload["member"] = payloads.member(
                self.payload, roles=server.roles_of(self), permissions=self.permissions
            )
        else:
            payload["user"] = self.payload
        if message:
            payload["message"] = message.payload
        asked = Asked(
            id=asked_id,
            token=payload["token"],
            payload=payload,
            user=self.id,
            channel=channel,
            made_at=server.clock.now(),
        )
        server.asked[asked.token] = asked
        await server.gateway.send("INTERACTION_CREATE", payload)
        return asked
