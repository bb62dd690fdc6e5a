"""Who did something and where, in the core's words."""

from adapters.discord.incoming import PLATFORM, Incoming
from adapters.discord.permissions import MANAGE_MESSAGES, has, may_write
from bot.domain.access import Asker
from bot.domain.ids import JobId
from bot.domain.request import Requester
from bot.domain.safety import Site

_TEXT, _VOICE, _ANNOUNCEMENTS, _STAGE, _FORUM, _MEDIA = 0, 2, 5, 13, 15, 16
_THREADS = (10, 11, 12)

CHANNELS = (_TEXT, _VOICE, _ANNOUNCEMENTS, _STAGE, _FORUM, _MEDIA)
"""The types of what members use us in; a category is none, and what is set for one would hold nowhere."""

PLACES = tuple(sorted((*CHANNELS, *_THREADS)))
"""The same with threads, which may have settings of their own."""

WRITTEN_IN = tuple(sorted({*PLACES} - {_FORUM, _MEDIA}))
"""Where a message can be written; forums and media channels hold posts alone."""


def guild_key(guild: str) -> str:
    """A server's name among the places."""
    return f"{PLATFORM}:guild:{guild}"


def bot_key(user: str) -> str:
    """The parent of all servers that have a bot as a member: another bot on the same data has others."""
    return f"{PLATFORM}:bot:{user}"


def channel_key(channel: str) -> str:
    """A channel's name among the places."""
    return f"{PLATFORM}:channel:{channel}"


def asker(event: Incoming) -> Asker:
    """Who did something and where, as the core decides by it."""
    origin = event.origin
    return Asker(
        requester=Requester(platform=PLATFORM, user=origin.user, space=origin.guild, name=origin.name),
        server=guild_key(origin.guild) if origin.guild else "",
        rooms=tuple(channel_key(each) for each in (origin.parent, origin.channel) if each),
        channel=origin.parent or origin.channel,
        roles=frozenset((*origin.roles, origin.guild)),  # @everyone has the id of its server
        site=Site(age_restricted=origin.age_restricted, spoilers=True),
        writes=may_write(origin),
        moderates=bool(origin.guild) and has(origin.permissions, MANAGE_MESSAGES),
        shown=JobId(event.shown) if event.shown else None,
        locale=origin.locale,
        place_locale=origin.place_locale,
    )
