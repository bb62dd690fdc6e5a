"""Who and where, in Slack's ids and in ours; pure.

Slack's user ids are unique within one organisation only, so ours are `<organisation>/<user>`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from bot.domain.access import Asker
from bot.domain.ids import JobId
from bot.domain.request import ReplyTarget, Requester
from bot.texts import REFERENCE

PLATFORM = "slack"


@dataclass(frozen=True, slots=True)
class Team:
    """A workspace, and whose installation of the app serves it: its own, or its Enterprise organisation's.

    Attributes:
        id: workspace id; empty if Slack names none, which is so only of an organisation-wide installation.
        enterprise: organisation id; empty for a workspace of its own.
        org_wide: the app is installed for the whole organisation, so the token is the organisation's.
    """

    id: str
    enterprise: str = ""
    org_wide: bool = False

    @property
    def space(self) -> str:
        """What settings, rights and deletion go by: the workspace, also in an organisation-wide installation."""
        return self.id or self.enterprise

    @property
    def installed(self) -> str:
        """What has the app, so a token, and in which ids of conversations and files are unique."""
        return self.enterprise if self.org_wide or not self.id else self.id


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a member was when they asked.

    Attributes:
        channel: empty if it was no conversation (App Home, a global shortcut).
        thread: `ts` of the message to answer under; empty for the channel itself.
        in_thread: that thread was going on already; Slack shows ephemeral words in no other.
        response_url: answers there for 30 minutes, five times; never stored with a job.
    """

    team: Team
    user: str
    channel: str = ""
    thread: str = ""
    in_thread: bool = False
    name: str = ""
    response_url: str = ""

    @property
    def is_direct(self) -> bool:
        """True in a direct message: with the bot, or with somebody else, where the bot cannot write.

        Only Slack can tell the two apart; commands and shortcuts come from both.
        """
        return self.channel.startswith("D")

    @property
    def written(self) -> str:
        """The place as a page brings it back: its conversation, and the workspace if Slack will not tell it then."""
        return f"{self.team.id}/{self.channel}" if self.team.org_wide else self.channel

    @property
    def requester(self) -> Requester:
        """The member as the core knows them."""
        user = self.key_of(self.user)
        return Requester(platform=PLATFORM, user=user, space=self.team.space, name=self.name or self.user)

    def key_of(self, user: str) -> str:
        """A member's id among everybody's; their own if none is named."""
        return f"{self.team.enterprise or self.team.id}/{user or self.user}"

    def asker(self, *, moderates: bool = False, shown: JobId | None = None, locale: str = REFERENCE) -> Asker:
        """The member and the conversation, as the core decides by them.

        Args:
            moderates: they run the workspace.
            shown: the job of the message of our own that it happened on.
            locale: of the member.
        """
        return Asker(
            requester=self.requester,
            server=place_key(self.team),
            rooms=self._rooms,
            channel="" if self.is_direct else self.channel,
            moderates=moderates,
            shown=shown,
            locale=locale,
        )

    @property
    def _rooms(self) -> tuple[str, ...]:
        """A channel may be one of several workspaces: its settings are each one's own, what stands in it is not."""
        if not self.channel:
            return ()
        return tuple(dict.fromkeys((place_key(self.team, self.channel), room_key(self.team, self.channel))))

    def reply_to(self, *, asked_at: float, private: bool) -> ReplyTarget:
        """Where the job's message goes: the conversation, or the member alone.

        Args:
            asked_at: Unix seconds; a message for something asked before this process began is looked for first.
            private: to the member alone; `home_*` then say where Publish puts it.
        """
        alone = private or not self.channel
        address = {
            "team": self.team.id,
            "enterprise": self.team.enterprise,
            "org_wide": "1" if self.team.org_wide else "",
            "user": self.user,
            "channel": self.user if alone else self.channel,
            "thread": "" if alone else self.thread,
            "home_channel": self.channel,
            "home_thread": self.thread,
            "asked_at": repr(asked_at),
        }
        return ReplyTarget(platform=PLATFORM, address={name: value for name, value in address.items() if value})


def place_key(team: Team, channel: str = "") -> str:
    """What the settings of a workspace go by, or of a channel in it; the first begins the second."""
    return f"{PLATFORM}:{team.space}/{channel}"


def room_key(team: Team, channel: str) -> str:
    """What a conversation goes by, whichever of its workspaces it is seen from."""
    return f"{PLATFORM}:{team.installed}/{channel}"


def team_of(target: ReplyTarget) -> Team:
    """The installation a stored job belongs to."""
    address = target.address
    return Team(address.get("team", ""), address.get("enterprise", ""), bool(address.get("org_wide")))


def team_of_member(requester: Requester) -> Team:
    """The workspace that a member asked in. Whether its organisation has the app for all of them is not known."""
    organisation = requester.user.partition("/")[0]
    enterprise = organisation if organisation.startswith("E") else ""  # Slack's ids of workspaces begin with T
    return Team("" if requester.space == enterprise else requester.space, enterprise)


def slack_user(requester: Requester) -> str:
    """Slack's own id of a member."""
    return requester.user.rpartition("/")[2]


def moved_to(target: ReplyTarget, channel: str, thread: str) -> ReplyTarget:
    """The same answer in another conversation."""
    return replace(target, address={**target.address, "channel": channel, "thread": thread})


def thread_of(target: ReplyTarget, place: Mapping[str, str]) -> str:
    """The thread that a message of an answer stands in, or starts."""
    moved = place["channel"] != target.address["channel"]
    return place["ts"] if moved else target.address.get("thread") or place["ts"]
