"""A member of a workspace: types, clicks and reacts, as Slack's clients do, and sees what Slack would show."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from tests.servers.slack.server import Ack, SlackServer
from tests.servers.slack.state import Conversation, File, Json, Team, User
from tests.servers.slack.web_api import told

SEE_SECONDS = 120.0
"""How long a test waits to see something: two shared cores and a model may be slow, and none of it is measured."""


@dataclass(slots=True)
class Member:
    """One person in one team; `home` is their own if they are a guest by Slack Connect, which forms then name."""

    slack: SlackServer
    team: Team
    user: User
    home: Team | None = None

    # --- what they do

    async def command(self, command: str, channel: Conversation, text: str = "", *, trigger: str = "good") -> Ack:
        body = {
            "token": "legacy",
            "team_id": self.team.id,
            "team_domain": "example",
            "channel_id": channel.id,
            "channel_name": "general",
            "user_id": self.user.id,
            "user_name": self.user.name,
            "command": command,
            "text": text,
            "api_app_id": "A00000001",
            "is_enterprise_install": str(self.team.org_wide).lower(),
            **({"enterprise_id": self.team.enterprise} if self.team.enterprise else {}),
            "response_url": self._response_url(),
            "trigger_id": self._trigger(trigger),
        }
        return await self.slack.deliver("slash_commands", body)

    async def open(self, command: str, channel: Conversation, text: str = "") -> Json:
        """The modal that a command opens."""
        return await self.opens(lambda: self.command(command, channel, text))

    async def opens(self, act: Callable[[], Any]) -> Json:
        """The modal that something opens."""
        before = set(self.views())
        await act()
        found: Json = await self.see(
            lambda: next((view for key, view in self.views().items() if key not in before), None)
        )
        return found

    def views(self) -> dict[str, Json]:
        """The modals that were opened for them."""
        opened_by = self.slack.state.opened_by
        return {key: view for key, view in self.slack.state.views.items() if opened_by.get(key) == self.user.id}

    async def submit(
        self, view: Json, *, file: File | None = None, drawn: File | None = None, retry: int = 0, **values: str
    ) -> Ack:
        """Fill in a modal's fields by block id and submit it; `file` is the picture, `drawn` a control map."""
        current = self.slack.state.views[view["id"]]
        filled = self._filled(current, {"picture": file, "map": drawn}, values)
        home = self.home or self.team
        body = {
            "type": "view_submission",
            **self._installed(home),
            "user": self._person(),
            "api_app_id": "A00000001",
            "token": "legacy",
            "trigger_id": self._trigger("good"),
            "view": {
                **current,
                "type": "modal",
                "state": {"values": filled},
            },
            "response_urls": [],
        }
        return await self.slack.deliver("interactive", body, retry=retry)

    async def press(
        self, label: str, channel: Conversation | None, message: Json, *, action_ts: str = "", number: int = 0
    ) -> Ack:
        """Press a button, or choose from a menu ("Chain from 0.7"), on a message or, without a channel, in a view."""
        action = _choice(message, label) or _pressed(message, label, number)
        return await self._act(action, channel, message, action_ts=action_ts)

    async def press_id(
        self, action_id: str, channel: Conversation | None, message: Json, *, action_ts: str = ""
    ) -> Ack:
        """A button, by an id that a client may also make up."""
        words = {"type": "plain_text", "text": "a button"}
        action = {"action_id": action_id, "text": words, "value": action_id, "type": "button"}
        return await self._act(action, channel, message, action_ts=action_ts)

    async def _act(self, action: Json, channel: Conversation | None, message: Json, *, action_ts: str) -> Ack:
        body: Json = {
            "type": "block_actions",
            "user": self._person(),
            "api_app_id": "A00000001",
            "token": "legacy",
            **self._installed(self.team),
            "trigger_id": self._trigger("good"),
            "actions": [action | {"block_id": "b1", "action_ts": action_ts or self.slack.state.ts()}],
        }
        if channel is None:
            body["container"] = {"type": "view", "view_id": message["id"]}
            body["view"] = {**message, "state": {"values": {}}}
        else:
            alone = message in self.slack.state.ephemerals or message["ts"] not in channel.messages
            where = {"message_ts": message.get("ts", "1.1"), "channel_id": channel.id, "is_ephemeral": alone}
            body["container"] = {"type": "message", **where}
            body["channel"] = {"id": channel.id, "name": "general"}
            if not alone:  # Slack shows us nothing of what it does not keep, and need not bring metadata
                kept = message.keys() - {"edits", "metadata"}
                body["message"] = {name: message[name] for name in message if name in kept}
            body["response_url"] = self._response_url()
        return await self.slack.deliver("interactive", body)

    async def say(
        self,
        channel: Conversation,
        text: str,
        *,
        files: Sequence[File] = (),
        thread: str = "",
        mention: bool = True,
        also_as_message: bool = False,
        retries: int = 0,
        file_objects: Sequence[Json] | None = None,
        forwards: Json | None = None,
    ) -> Json:
        """Write a message; the app hears of it as `app_mention`, as `message`, or both."""
        ts = self.slack.state.ts()
        written = f"<@{self.team.bot_user}> {text}" if mention else text
        message: Json = {
            "type": "message",
            "user": self.user.id,
            "text": written,
            "ts": ts,
            "team": self.team.id,
            "channel": channel.id,
        }
        if thread:
            message["thread_ts"] = thread
        shown = list(file_objects) if file_objects is not None else [self._told(file) for file in files]
        if shown:
            message |= {"files": shown, "upload": False}
        if forwards:
            message["attachments"] = [_forwarded(forwards, channel)]
        channel.add(dict(message))
        direct = channel.id.startswith("D")
        events = [{**message, "type": "app_mention"}] if mention and not direct else []
        if direct or also_as_message or not mention:
            typed = {**message, "channel_type": "im" if direct else "channel", "event_ts": ts}
            events.append(typed | ({"subtype": "file_share"} if shown else {}))
        for event in events:
            body = self._event({**event, "event_ts": ts})
            for retry in range(retries + 1):
                await self.slack.deliver("events_api", body, retry=retry)
        return channel.messages[ts]

    async def invite_bot(self, channel: Conversation) -> Ack:
        """Bring the bot into a channel."""
        channel.members.add(self.team.bot_user)
        event = {
            "type": "member_joined_channel",
            "user": self.team.bot_user,
            "channel": channel.id,
            "channel_type": "C",
            "team": self.team.id,
            "inviter": self.user.id,
            "event_ts": self.slack.state.ts(),
        }
        return await self.slack.deliver("events_api", self._event(event))

    async def react(self, name: str, channel: Conversation, message: Json) -> Ack:
        item = {"type": "message", "channel": channel.id, "ts": message["ts"]}
        event = {
            "type": "reaction_added",
            "user": self.user.id,
            "reaction": name,
            "item": item,
            "item_user": message["user"],
            "event_ts": self.slack.state.ts(),
        }
        return await self.slack.deliver("events_api", self._event(event))

    async def remix(self, channel: Conversation, message: Json, *, trigger: str = "good") -> Ack:
        """The message shortcut *Remix image*."""
        body = {
            "type": "message_action",
            "callback_id": "remix_image",
            "token": "legacy",
            "trigger_id": self._trigger(trigger),
            **self._installed(self.team),
            "user": self._person(),
            "channel": {"id": channel.id, "name": "general"},
            "message": {name: value for name, value in message.items() if name != "edits"},
            "message_ts": message["ts"],
            "response_url": self._response_url(),
        }
        return await self.slack.deliver("interactive", body)

    async def global_shortcut(self) -> Ack:
        body = {
            "type": "shortcut",
            "callback_id": "remix_image",
            "token": "legacy",
            "trigger_id": self._trigger("good"),
            **self._installed(self.team),
            "user": self._person(),
        }
        return await self.slack.deliver("interactive", body)

    async def open_home(self) -> Json:
        event = {"type": "app_home_opened", "user": self.user.id, "tab": "home", "event_ts": self.slack.state.ts()}
        event["channel"] = self.slack.state.direct(self.team, self.user.id).id
        self.slack.state.homes.pop(self.user.id, None)
        await self.slack.deliver("events_api", self._event(event))
        found: Json = await self.see(lambda: self.slack.state.homes.get(self.user.id))
        return found

    async def uninstall(self, event: str = "app_uninstalled") -> Ack:
        """Remove the app from the team; Slack tells it by one event or the other."""
        self.team.installed = False
        told = {"type": event} | ({"tokens": {"bot": [self.team.bot_user]}} if event == "tokens_revoked" else {})
        return await self.slack.deliver("events_api", self._event(told, user=False))

    async def leave(self) -> Ack:
        """Their organisation takes the app away from their workspace and keeps it elsewhere."""
        self.team.granted = False
        return await self.slack.deliver("events_api", self.told_of_leaving())

    def told_of_leaving(self) -> Json:
        """What Slack tells of it, which names no installation."""
        event = {"type": "team_access_revoked", "team_ids": [self.team.id], "event_ts": self.slack.state.ts()}
        told = self._event(event, user=False)
        return {name: value for name, value in told.items() if name not in {"team_id", "authorizations"}}

    # --- what they see

    async def see(self, look: Callable[[], Any]) -> Any:
        """Wait until `look` finds something."""
        async with asyncio.timeout(SEE_SECONDS):
            while not (found := look()):
                await asyncio.sleep(0.02)
        return found

    def from_bot(self, channel: Conversation, *, thread: str | None = None) -> list[Json]:
        """The bot's messages in a conversation."""
        return [
            message
            for message in channel.messages.values()
            if message["user"] == self.team.bot_user
            and (thread is None or message.get("thread_ts") == thread != message["ts"])
        ]

    async def result(self, channel: Conversation, number: int = 0) -> Json:
        """The bot's message number `number` in a conversation, once it shows its pictures."""

        def finished() -> Json | None:
            messages = self.from_bot(channel)
            if len(messages) <= number or any("Cancel" in label for label in labels_of(messages[number])):
                return None  # a preview is no result yet
            return messages[number] if images(messages[number]) else None

        found: Json = await self.see(finished)
        return found

    async def told(self, words: str) -> str:
        """The private word to this member that contains `words`."""

        def notice() -> str | None:
            slack = self.slack
            texts = [each["text"] for each in slack.state.ephemerals if each["user"] == self.user.id]
            texts += [each["text"] for each in slack.responses]
            direct = slack.state.direct(self.team, self.user.id)
            texts += [message["text"] for message in self.from_bot(direct)]
            return next((text for text in texts if words in text), None)

        found: str = await self.see(notice)
        return found

    # --- payload parts

    def _installed(self, team: Team) -> Json:
        """The team as messages and forms name it; no workspace if the whole organisation has the app."""
        organisation = {"id": team.enterprise, "name": "Example"} if team.enterprise else None
        workspace = {"id": team.id, "domain": "example"}
        workspace |= {"enterprise_id": team.enterprise} if team.enterprise else {}
        return {
            "team": None if team.org_wide else workspace,
            "enterprise": organisation,
            "is_enterprise_install": team.org_wide,
        }

    def _person(self) -> Json:
        home = self.home or self.team
        return {"id": self.user.id, "username": self.user.name, "name": self.user.name, "team_id": home.id}

    def _trigger(self, state: str) -> str:
        trigger = f"{self.slack.state.number()}.{self.user.id}.trigger"
        self.slack.state.triggers[trigger] = state
        return trigger

    def _response_url(self) -> str:
        return f"http://{self.slack.host}/response/{self.user.id}/{self.slack.state.number()}"

    def _told(self, file: File) -> Json:
        return told(file, f"http://{self.slack.host}")

    def _event(self, event: Json, *, user: bool = True) -> Json:
        authorization = {
            "enterprise_id": self.team.enterprise or None,
            "team_id": None if self.team.org_wide else self.team.id,
            "user_id": self.team.bot_user,
            "is_bot": True,
            "is_enterprise_install": self.team.org_wide,
        }
        return {
            "token": "legacy",
            "team_id": self.team.id,
            "enterprise_id": self.team.enterprise or None,
            "api_app_id": "A00000001",
            "event": event,
            "type": "event_callback",
            "event_id": f"Ev{self.slack.state.number():08d}",
            "event_time": 1_800_000_000,
            "authorizations": [authorization] if user else [],
            "is_ext_shared_channel": False,
        }

    def _filled(self, view: Json, files: dict[str, File | None], values: dict[str, str]) -> Json:
        state: Json = {}
        for block in view["blocks"]:
            if block["type"] != "input":
                continue
            name, element = block["block_id"], block["element"]
            state[name] = {element["action_id"]: self._value(name, element, files.get(name), values)}
        assert set(values) <= set(state), f"no such field: {set(values) - set(state)}"
        return state

    def _value(  # noqa: PLR0911 -- one for each kind of field
        self, name: str, element: Json, file: File | None, values: dict[str, str]
    ) -> Json:
        kind = element["type"]
        match kind:
            case "file_input":
                return {"type": kind, "files": [self._told(file)] if file else []}
            case "static_select" | "radio_buttons":
                groups = element.get("option_groups", [{"options": element.get("options", [])}])
                options = [option for group in groups for option in group["options"]]
                assert name not in values or values[name] in {"", *(each["value"] for each in options)}, values[name]
                chosen = [each for each in options if each["value"] == values.get(name)]
                return {"type": kind, "selected_option": chosen[0] if chosen else element.get("initial_option")}
            case "multi_conversations_select":
                chosen = values.get(name, "").split() or element.get("initial_conversations", [])
                assert len(chosen) <= element.get("max_selected_items", len(chosen)), f"{name} takes no more"
                return {"type": kind, "selected_conversations": chosen}
            case "multi_users_select":
                return {"type": kind, "selected_users": values.get(name, "").split()}
            case "multi_static_select":
                wanted = values.get(name, "").split()
                chosen = [each for each in element["options"] if each["value"] in wanted]
                return {"type": kind, "selected_options": chosen or element.get("initial_options", [])}
            case "checkboxes":
                chosen = element.get("initial_options", [])
                if name in values:
                    chosen = element["options"] if values[name] else []
                return {"type": kind, "selected_options": chosen}
            case _:
                return {"type": kind, "value": values.get(name, element.get("initial_value"))}


def _forwarded(message: Json, channel: Conversation) -> Json:
    """What a message shows of another one that a member shares in it (*Forward message…*)."""
    return {
        "id": 1,
        "ts": message["ts"],
        "channel_id": channel.id,
        "author_id": message["user"],
        "is_msg_unfurl": True,
        "is_share": True,
        "text": message["text"],
        "message_blocks": [{"message": {"blocks": message.get("blocks", [])}}],
        "files": message.get("files", []),
    }


def _pressed(message: Json, label: str, number: int) -> Json:
    button = [each for each in buttons(message) if label in each["text"]["text"]][number]
    return {name: button[name] for name in ("action_id", "text", "value", "type")}


def _choice(message: Json, label: str) -> Json | None:
    """What a menu of a message offers by its placeholder and a label."""
    elements = [each for block in message.get("blocks", []) for each in block.get("elements", [])]
    for menu in (each for each in elements if each.get("type") == "static_select"):
        hint = menu["placeholder"]["text"].rstrip("….")
        groups = menu.get("option_groups") or [{"options": menu["options"]}]
        for option in (each for group in groups for each in group["options"]):
            if label == f"{hint} {option['text']['text'].rpartition(' ')[2]}":
                return {"action_id": menu["action_id"], "type": "static_select", "selected_option": option}
    return None


def labels_of(message: Json) -> list[str]:
    """What the buttons of a message or view say."""
    return [each["text"]["text"] for each in buttons(message)]


def buttons(message: Json) -> list[Json]:
    """The buttons of a message or view, top to bottom."""
    found = []
    for block in message.get("blocks", []):
        elements = block.get("elements", []) if block["type"] == "actions" else [block.get("accessory") or {}]
        found += [element for element in elements if element.get("type") == "button"]
    return found


def images(message: Json) -> list[Json]:
    """The image blocks of a message."""
    return [block for block in message.get("blocks", []) if block["type"] == "image"]


def words(message: Json) -> str:
    """Everything a message says."""
    found = [message.get("text", "")]
    for block in message.get("blocks", []):
        if "text" in block:
            found.append(block["text"]["text"])
        found += [element["text"] for element in block.get("elements", []) if isinstance(element.get("text"), str)]
    return "\n".join(found)
