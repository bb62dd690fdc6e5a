"""What the owners of a server or channel set, looked up for an event."""

from adapters.discord.incoming import PLATFORM, Incoming, Origin
from adapters.discord.permissions import MANAGE_MESSAGES, has
from bot.domain.access import Asker
from bot.domain.ids import JobId
from bot.domain.place import PlaceSettings, check_place
from bot.service import Service


def guild_key(guild: str) -> str:
    """A server's name among the places."""
    return f"{PLATFORM}:guild:{guild}"


def channel_key(channel: str) -> str:
    """A channel's name among the places."""
    return f"{PLATFORM}:channel:{channel}"


def asker(event: Incoming, *, shown: JobId | None = None) -> Asker:
    """Who did something and where, as the core decides by it.

    Args:
        event: what came in.
        shown: the job of the message of our own that it happened on; read off the event if it brought the message.
    """
    origin = event.origin
    return Asker(
        requester=origin.requester,
        server=guild_key(origin.guild) if origin.guild else "",
        rooms=tuple(channel_key(each) for each in (origin.parent, origin.channel) if each),
        channel=origin.parent or origin.channel,
        roles=frozenset(origin.roles),
        site=origin.site,
        moderates=bool(origin.guild) and has(origin.permissions, MANAGE_MESSAGES),
        shown=shown or (JobId(event.shown) if event.shown else None),
        locale=origin.locale,
    )


class Places:
    """Asks the core what holds where an event happened; a thread is under its channel."""

    def __init__(self, service: Service) -> None:
        self._service = service

    async def at(self, origin: Origin) -> PlaceSettings:
        """What holds there; nothing is set for direct messages."""
        if not origin.guild:
            return PlaceSettings()
        channels = [channel_key(each) for each in (origin.parent, origin.channel) if each]
        return await self._service.settings(guild_key(origin.guild), *channels)

    async def enter(self, event: Incoming) -> PlaceSettings:
        """What holds there, for a member who may use us there.

        Raises:
            NotAllowed: the member may not.
        """
        origin = event.origin
        settings = await self.at(origin)
        check_place(settings, channel=origin.parent or origin.channel, roles=frozenset(origin.roles))
        return settings

    async def private(self, event: Incoming) -> bool:
        """Whether answers are private there unless asked otherwise."""
        return bool((await self.at(event.origin)).private)
