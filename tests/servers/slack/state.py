"""What the tests' Slack knows: teams, people, conversations, messages, files, and the faults it is told to have."""

import asyncio
import itertools
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]


@dataclass(slots=True)
class Team:
    """A workspace; `ended` are the rotated tokens it had before, `org_wide`: its whole organisation has the app.

    The workspaces of such an organisation share token and bot; it took the app from those that are not `granted`.
    """

    id: str
    token: str
    bot_user: str
    bot_id: str
    enterprise: str = ""
    installed: bool = True
    org_wide: bool = False
    granted: bool = True
    ended: set[str] = field(default_factory=set)


@dataclass(slots=True)
class User:
    id: str
    name: str
    is_admin: bool = False
    is_bot: bool = False
    locale: str = "en-GB"
    shown: str = ""  # their display name, if it is not the other with capitals
    home: str = ""  # their own workspace, if a channel is shared with them


@dataclass(slots=True)
class Conversation:
    """A channel or direct message; `messages` by ts, in order."""

    id: str
    team: str
    members: set[str]
    is_private: bool = False
    is_archived: bool = False
    takes_files: bool = True
    user: str = ""
    messages: dict[str, Json] = field(default_factory=dict)

    def add(self, message: Json) -> None:
        """The first message of a thread names that too, from its first reply on."""
        self.messages[message["ts"]] = message
        if first := self.messages.get(message.get("thread_ts") or ""):
            first["thread_ts"] = first["ts"]


@dataclass(slots=True)
class File:
    """A file; `slow` more calls of `files.info` answer that Slack is not through with it."""

    id: str
    name: str
    team: str
    owner: str
    content: bytes = b""
    mimetype: str = "image/png"
    title: str = ""
    alt: str = ""
    length: int = 0
    uploaded: bool = False
    completed: bool = False
    slow: int = 0
    shared: set[str] = field(default_factory=set)
    hidden: bool = False
    deleted: bool = False
    more: Json = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call of the Web API, as it arrived."""

    method: str
    arguments: Json
    token: str
    at: float


@dataclass(slots=True, kw_only=True)
class Fault:
    """What to do wrong.

    Attributes:
        error: the code of a normal refusal.
        status: HTTP status, with `retry_after` seconds in its header.
        reset: break the connection instead of answering.
        after_effect: do what was asked first.
        until: answer as ever, but not before that.
        times: how often; `skip` calls go through before.
        where: arguments that a call must have.
    """

    method: str
    error: str = ""
    status: int = 200
    retry_after: int | None = None
    reset: bool = False
    after_effect: bool = False
    until: asyncio.Event | None = None
    times: int = 1
    skip: int = 0
    more: Json = field(default_factory=dict)
    where: Json = field(default_factory=dict)


class State:
    """Everything; plain attributes that tests read and change."""

    def __init__(self) -> None:
        self.teams: dict[str, Team] = {}
        self.users: dict[str, User] = {}
        self.conversations: dict[str, Conversation] = {}
        self.files: dict[str, File] = {}
        self.views: dict[str, Json] = {}
        self.homes: dict[str, Json] = {}
        self.triggers: dict[str, str] = {}
        self.opened_by: dict[str, str] = {}  # views, by the member for whom they were opened
        self.ephemerals: list[Json] = []
        self.calls: list[Call] = []
        self.faults: list[Fault] = []
        self.slow_files = 0
        self.refuse_images = False
        self._numbers = itertools.count(1)

    def number(self) -> int:
        return next(self._numbers)

    def ts(self) -> str:
        """A message's time: in order, and now as the tests' clock has it (`tests.fakes.clock.LoopClock`)."""
        now = 1_800_500_000 + asyncio.get_running_loop().time()
        return f"{int(now)}.{self.number():06d}"

    def team_of(self, token: str, channel: str = "") -> Team | None:
        """Whose token it is; of several in an organisation the one of the conversation."""
        there = self.conversations.get(channel)
        teams = [team for team in self.teams.values() if team.token == token]
        return next((team for team in teams if there and team.id == there.team), teams[0] if teams else None)

    def has_ended(self, token: str) -> bool:
        return any(token in team.ended for team in self.teams.values())

    def add_team(self, team: str = "T00000001", *, token: str = "xoxb-one", enterprise: str = "") -> Team:
        added = Team(team, token, f"UB{team[1:]}", f"B{team[1:]}", enterprise)
        self.teams[team] = added
        return added

    def add_user(self, name: str, *, is_admin: bool = False) -> User:
        user = User(f"U{self.number():08d}", name, is_admin=is_admin)
        self.users[user.id] = user
        return user

    def add_channel(self, team: Team, *members: User, bot_in: bool = True, is_private: bool = False) -> Conversation:
        people = {user.id for user in members} | ({team.bot_user} if bot_in else set())
        channel = Conversation(f"C{self.number():08d}", team.id, people, is_private=is_private)
        self.conversations[channel.id] = channel
        return channel

    def direct(self, team: Team, user: str) -> Conversation:
        """The conversation between a member and the bot."""
        for known in self.conversations.values():
            if known.user == user and known.team == team.id:
                return known
        opened = Conversation(f"D{self.number():08d}", team.id, {user, team.bot_user}, user=user)
        self.conversations[opened.id] = opened
        return opened

    def between(self, team: Team, *members: User) -> Conversation:
        """A direct message between members, in which the bot is not."""
        opened = Conversation(f"D{self.number():08d}", team.id, {user.id for user in members}, is_private=True)
        self.conversations[opened.id] = opened
        return opened

    def add_file(self, team: Team, owner: User, content: bytes, *, name: str = "photo.png", **more: Any) -> File:
        """A file that a member uploaded."""
        file = File(
            f"F{self.number():08d}",
            name,
            team.id,
            owner.id,
            content=content,
            uploaded=True,
            completed=True,
            more=more,
        )
        self.files[file.id] = file
        return file

    def calls_of(self, method: str) -> list[Call]:
        return [call for call in self.calls if call.method == method]

    def fault_for(self, method: str, arguments: Json) -> Fault | None:
        for fault in self.faults:
            if fault.method != method or any(arguments.get(name) != value for name, value in fault.where.items()):
                continue
            if fault.skip:
                fault.skip -= 1
                return None
            if fault.times:
                fault.times -= 1
                return fault
        return None
