"""What came in from Discord, as frozen values that can be written down and read again after a crash.

Nothing here knows discord.py's objects; `reading` makes these from them. `to_json` and `from_json` are each other's
inverse, which is what lets the inbox replay an event that a crash interrupted.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from adapters.downloads import Downloader
from bot.domain.picture import Sent

PLATFORM = "discord"
TOKEN_SECONDS = 15 * 60.0
"""An interaction's token lives this long (Discord: receiving and responding)."""

EPHEMERAL = 1 << 6


class Kind(StrEnum):
    """What a member did; JOINED and LEFT are of a server that has us, or no more, LISTED of all that have us."""

    COMMAND = "command"
    AUTOCOMPLETE = "autocomplete"
    BUTTON = "button"
    MODAL = "modal"
    MENTION = "mention"
    REACTION = "reaction"
    JOINED = "joined"
    LEFT = "left"
    LISTED = "listed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A file that Discord keeps.

    Attributes:
        author: who posted it; empty if nobody is known, as in forwards.
        generation: which of our results it is, if it is one.
        doubtful: neither its type nor its name says that it is a picture.
        spoiler: whoever posted it wants it hidden until a reader asks.
        description: its alt text.
    """

    url: str
    filename: str
    size: int = 0
    author: str = ""
    generation: str = ""
    doubtful: bool = False
    spoiler: bool = False
    description: str = ""

    def sent(self, downloads: Downloader) -> Sent:
        """It, to be fetched when its turn has come.

        Raises:
            PictureRefused: it is too large.
        """
        return downloads.sent(self.url, size=self.size, spoiler=self.spoiler, description=self.description)


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Who did something, and where.

    Attributes:
        guild: empty in direct messages.
        parent: the channel a thread belongs to; empty elsewhere.
        permissions: what the member may do there, Discord's bits; 0 if that means nothing.
        app_permissions: the same for us.
        reachable: whether the bot itself may write there, not only by an interaction's token.
        file_bytes: the most one file may have in an answer to this event.
        guild_file_bytes: the most one file may have there in a message of the bot's own.
        place_locale: of the server; empty outside of any.
        threads: there can be threads on its messages, unlike those of a voice channel.
        age_restricted: a channel of a server we are in, or a thread of one, that Discord lets only adults into.
    """

    user: str
    name: str
    channel: str
    guild: str = ""
    parent: str = ""
    roles: tuple[str, ...] = ()
    permissions: int = 0
    app_permissions: int = 0
    locale: str = "en"
    place_locale: str = ""
    reachable: bool = True
    threads: bool = True
    file_bytes: int = 10 * 1024 * 1024
    guild_file_bytes: int = 10 * 1024 * 1024
    age_restricted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """One event.

    Attributes:
        id: Discord's id of the interaction or message; for reactions made of what identifies them.
        name: the command, the custom id, or the reaction's emoji; empty if the kind says all.
        body: an interaction's `data` object; the words and pictures of a mention.
        token, application: what an interaction is answered with; empty for messages and reactions.
        message: the message a button sits on, a mention is, or a reaction is on.
        hidden: that message is shown to its member only.
        shown: the job whose button was pressed, if the message is our own and has that button.
        received_at: Unix seconds by our own clock, from which the life of the token is counted.
    """

    id: str
    kind: Kind
    name: str = ""
    origin: Origin
    body: Mapping[str, Any] = field(default_factory=dict)
    token: str = ""
    application: str = ""
    message: str = ""
    hidden: bool = False
    shown: str = ""
    received_at: float = 0.0

    @property
    def event_id(self) -> str:
        """Its name in the inbox."""
        return f"{PLATFORM}:{self.id}"

    @property
    def token_until(self) -> float:
        """Unix seconds until which its token works."""
        return self.received_at + TOKEN_SECONDS

    def to_json(self) -> str:
        """Everything needed to handle it again."""
        return json.dumps(asdict(self), separators=(",", ":"))


def from_json(text: str) -> Incoming:
    """What `to_json` wrote."""
    fields = json.loads(text)
    origin = fields.pop("origin")
    origin["roles"] = tuple(origin["roles"])
    origin.pop("fresh", None)  # of versions before
    return Incoming(**{**fields, "kind": Kind(fields["kind"])}, origin=Origin(**origin))
