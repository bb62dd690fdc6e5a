"""What every handler works with."""

from dataclasses import dataclass, field

from adapters.discord.incoming import Incoming, Upload
from adapters.discord.messenger import DiscordMessenger
from adapters.discord.named import CommandNames
from adapters.discord.rest import Rest
from adapters.downloads import Downloader
from bot.buckets import Buckets
from bot.card_files import CardFiles
from bot.conversation import Conversation
from bot.domain.ids import GenerationId
from bot.latest import Latest
from bot.ports import Clock, Exporter
from bot.service import Service

_REMEMBERED = 1000
"""Questions and open forms; after that, or a restart, the store or the message itself is looked at again."""

_BURST = 3
_INTERVAL = 20.0
"""One member gets so many answers at once in one channel and one each so many seconds; more get a reaction."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """The parts that handlers use.

    Attributes:
        me: our user id.
        in_place: answers that stand where something happened, by member and channel.
        asked: presses of Delete that were asked about, by member and result.
        seen: the pictures of messages that forms were opened on, by channel and message.
    """

    service: Service
    conversation: Conversation
    rest: Rest
    names: CommandNames
    messenger: DiscordMessenger
    exporter: Exporter
    files: CardFiles
    downloads: Downloader
    clock: Clock
    me: str
    in_place: Buckets = field(default_factory=lambda: Buckets(interval=_INTERVAL, burst=_BURST))
    asked: Latest[tuple[str, GenerationId], Incoming] = field(default_factory=lambda: Latest(_REMEMBERED))
    seen: Latest[tuple[str, str], list[Upload]] = field(default_factory=lambda: Latest(_REMEMBERED))
