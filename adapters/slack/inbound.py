"""Slack's payloads as what they ask of us; pure.

Every payload that matters becomes one `Inbound` with an id that stays the same however often and by whatever
transport Slack delivers it: by HTTP with `x-slack-retry-num`, on either socket, after a reconnect, as `message` and
as `app_mention`.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from slack_bolt.request.internals import (
    extract_channel_id,
    extract_enterprise_id,
    extract_is_enterprise_install,
    extract_team_id,
    extract_user_id,
)

from adapters.slack.forms import CALLBACK
from adapters.slack.members import PLATFORM, Place, Team
from adapters.slack.pages import PAGE
from bot.domain.button_id import ButtonId, parse_button_id
from bot.domain.ids import JobId, job_of

Payload = dict[str, Any]

_TYPED = frozenset({"", "file_share", "message_share", "thread_broadcast"})
"""Message subtypes that a member typed, sent or forwarded; the others are edits, joins and bots."""

_SLACKBOT = "USLACKBOT"
"""Slack's own program, which says members' reminders."""


class Kind(StrEnum):
    """Which handler takes it."""

    COMMAND = "command"
    SHORTCUT = "shortcut"
    SUBMISSION = "submission"
    PRESS = "press"
    MESSAGE = "message"
    REACTION = "reaction"
    HOME = "home"
    JOINED = "joined"
    UNINSTALLED = "uninstalled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Inbound:
    """Something a member or Slack wants of us.

    Attributes:
        id: see the module; prefixed with the platform.
        body: the payload as it came, without Slack's verification token.
        received_at: Unix seconds, if an earlier process took it and may have begun on it.
    """

    id: str
    kind: Kind
    body: Payload
    received_at: float | None = None


def inbound(body: Payload, *, bot_user: str) -> Inbound | None:
    """What a payload asks for, or None if it is nothing of ours.

    Args:
        body: the payload of an event, a command or an interaction.
        bot_user: our user id there; a channel message that does not name it is none of our business.
    """
    found = _event(body, bot_user) if "event" in body else _interaction(body)
    if found is None:
        return None
    kind, key = found
    kept = {name: value for name, value in body.items() if name != "token"}
    return Inbound(id=f"{PLATFORM}:{kind}:{_team_id(body)}:{key}", kind=kind, body=kept)


def _interaction(body: Payload) -> tuple[Kind, str] | None:
    match body.get("type"):
        case None if "command" in body:
            return Kind.COMMAND, body["trigger_id"]
        case "shortcut" | "message_action":
            return Kind.SHORTCUT, body["trigger_id"]
        case "view_submission" if body["view"].get("callback_id") == CALLBACK:
            return Kind.SUBMISSION, body["view"]["id"]
        case "view_submission":
            return Kind.SUBMISSION, f"{body['view']['id']}:{body['view'].get('hash', '')}"
        case "block_actions" if body.get("actions"):
            action = body["actions"][0]
            container = body.get("container") or {}
            where = container.get("message_ts") or container.get("view_id") or ""
            when = action.get("action_ts") or body.get("trigger_id", "")
            return Kind.PRESS, f"{where}:{body['user']['id']}:{action['action_id']}:{when}"
        case _:
            return None


def _event(body: Payload, bot_user: str) -> tuple[Kind, str] | None:
    event: Payload = body["event"]
    key = str(body.get("event_id") or event.get("event_ts", ""))
    match event.get("type"):
        case "app_mention" | "message" if _is_for_us(event, bot_user):
            return Kind.MESSAGE, f"{event['channel']}:{event['ts']}"
        case "member_joined_channel" if event.get("user") == bot_user:
            return Kind.JOINED, f"{event['channel']}:{event.get('event_ts') or key}"
        case "reaction_added" if event.get("item", {}).get("type") == "message":
            return Kind.REACTION, key
        case "app_home_opened" if event.get("tab", "home") == "home":
            return Kind.HOME, key
        case "app_uninstalled" | "team_access_revoked" | "tokens_revoked" if _ends_use(event):
            return Kind.UNINSTALLED, key
        case _:
            return None


def _ends_use(event: Payload) -> bool:
    """A token of a member's, which nothing here goes by, may be revoked as well."""
    return event["type"] != "tokens_revoked" or bool(event.get("tokens", {}).get("bot"))


def _is_for_us(event: Payload, bot_user: str) -> bool:
    if event.get("bot_id") or event.get("bot_profile") or event.get("user") == _SLACKBOT:
        return False
    if (event.get("subtype") or "") not in _TYPED or not event.get("user"):
        return False
    if event["type"] == "app_mention" or event.get("channel_type") == "im":
        return True
    return event["channel"].startswith("D") or _names(event.get("text") or "", bot_user)


def _names(text: str, user: str) -> bool:
    """Slack writes a mention as the id alone, or with the name it shows: `<@U1>`, `<@U1|ann>`."""
    return f"<@{user}>" in text or f"<@{user}|" in text


def buttons_in(message: Mapping[str, Any]) -> Iterator[ButtonId]:
    """Those of ours on a message, by their looks: any app can write them."""
    for block in message.get("blocks") or ():
        for each in block.get("elements") or ():
            if button := parse_button_id(str(each.get("action_id", ""))):
                yield button


def pressed_in(body: Payload) -> ButtonId | None:
    """The button of ours that was pressed, by its looks."""
    actions: Sequence[Payload] = body.get("actions") or ({},)
    return parse_button_id(str(actions[0].get("action_id", "")))


def shown_in(event: Inbound) -> JobId | None:
    """The job of a pressed button, if Slack's own copy of the message says that we put it there."""
    if event.kind is not Kind.PRESS:
        return None
    pressed = pressed_in(event.body)
    there = buttons_in(event.body.get("message") or {})
    return job_of(pressed.target) if pressed and pressed in there else None


def team_in(body: Payload) -> Team:
    """The workspace that a payload is about, and which installation it came through, as Bolt reads that."""
    enterprise = extract_enterprise_id(body) or ""
    if extract_is_enterprise_install(body):
        return Team(_workspace(body, enterprise), enterprise, org_wide=True)
    team = extract_team_id(body) or ""
    if "view" in body and team != _team_id(body):
        enterprise = ""  # a member of another organisation, in a form that was opened in ours: theirs is not ours
    return Team(team, enterprise)


def _workspace(body: Payload, enterprise: str) -> str:
    """A workspace of an organisation that has the app as a whole; empty if nothing names one.

    Commands and events do, forms and pages as we wrote it into them. Of what else is pressed Slack tells the member's
    own workspace at best, and the organisation in places where a workspace is named otherwise.
    """
    view: Payload = body.get("view") or {}
    authorizations: Sequence[Payload] = body.get("authorizations") or ({},)
    abroad = body.get("is_ext_shared_channel") and body.get("enterprise_id") != enterprise
    named = (
        _written_team(view),
        extract_team_id({"team": body.get("team")}),
        authorizations[0].get("team_id"),
        body.get("context_team_id"),
        None if abroad else body.get("team_id"),
        view.get("team_id"),
        (body.get("user") or {}).get("team_id"),
    )
    return next((team for team in map(str, named) if team.startswith("T")), "")


def _written_team(view: Payload) -> str:
    """The workspace that a form or page of ours was opened in, if we wrote it there."""
    written = str(view.get("private_metadata") or "")
    return str(json.loads(written).get("team", "")) if written.startswith("{") else written.rpartition("/")[0]


def place_of(body: Payload) -> Place:
    """Where a member was, from a command, an interaction or an event."""
    event, user, container = (body.get(part) or {} for part in ("event", "user", "container"))
    message = event or body.get("message") or {}
    if container.get("is_ephemeral"):  # nothing can be answered under what only one member sees
        message, container = {}, {**container, "message_ts": container.get("thread_ts") or ""}
    channel = extract_channel_id(body) or container.get("channel_id", "") or _page_channel(body)
    ts = message.get("ts") or (event.get("item") or {}).get("ts") or container.get("message_ts", "")
    inside = thread_around({"ts": ts, **message})
    return Place(
        team=team_in(body),
        user=extract_user_id(body) or "",
        channel=channel,
        # Under a message of a channel; a conversation with us is answered in itself.
        thread=str(inside or ("" if channel.startswith("D") else ts)),
        in_thread=bool(inside),
        name=user.get("name") or user.get("username") or body.get("user_name", ""),
        response_url=body.get("response_url", ""),
    )


def thread_around(message: Mapping[str, Any]) -> str:
    """The thread that a message is a reply in; one that only has replies itself names itself as theirs."""
    thread = str(message.get("thread_ts") or "")
    return "" if thread == message.get("ts") else thread


def _page_channel(body: Payload) -> str:
    """Where a page was opened on which something was pressed: we wrote it there, and Slack brings it back."""
    view = body.get("view") or {}
    written = str(view.get("private_metadata") or "") if view.get("callback_id") == PAGE else ""
    return written.rpartition("/")[2]


def _team_id(body: Payload) -> str:
    """The workspace that a payload names itself; if a whole organisation has the app, only the member may name it."""
    return extract_team_id({**body, "view": None, "authorizations": None}) or ""
