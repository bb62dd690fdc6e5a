"""The one discord.py connection: whatever its address, without privileged intents by itself, sharded by itself.

discord.py keeps its API address in a class attribute, `Route.BASE`; so one process speaks to one Discord. The
gateway's address comes from there, by `GET /gateway/bot`. discord.py takes that for the first connection only; after
a lost session it goes to `DiscordWebSocket.DEFAULT_GATEWAY`, a class attribute again, so the address is put there.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from itertools import chain, repeat
from typing import Any

import discord
import discord.shard
import structlog
import yarl
from discord.gateway import DiscordWebSocket, ReconnectWebSocket
from discord.http import Route
from discord.shard import EventItem, Shard

from adapters.discord.faults import ERRORS, judge
from adapters.discord.gateway import Socket, check_left, followed_by, sparing
from adapters.discord.incoming import PLATFORM, Incoming
from adapters.discord.reading import (
    calls_our_role,
    is_fresh,
    read_interaction,
    read_joined,
    read_left,
    read_listed,
    read_mention,
    read_reaction,
)
from adapters.proxies import EachByItsHost
from bot.domain.actions import reaction_of
from bot.domain.errors import FatalError
from bot.metrics import RECONNECTS
from bot.ports import Clock

BACKOFF = (1.0, 2.0, 5.0, 15.0, 60.0)
"""Seconds between attempts to log in or connect; the last one repeats."""

_AGAIN_SECONDS = 0.1

LONGEST_LIMIT = 5.0
"""Seconds of rate limit that discord.py may sit out inside a call; longer ones come back to delivery, which knows
what can be dropped."""

CONNECT_SECONDS = 60.0
"""Bound on connecting a shard, its wait behind the one before it included."""

SERVERS_SECONDS = 2.0
"""A connection is ready once it was told of no further server for so long."""

ANSWER_SECONDS = 10.0
"""A heartbeat that is not answered by then went nowhere. They are sent every 41 s, so this is known within 60 s."""

_SPOKEN = frozenset({discord.MessageType.default, discord.MessageType.reply})
"""What members write themselves; Discord's own lines name them, too: "Anna added Pentimento to the thread"."""

_DISALLOWED_INTENTS = 4014
_FATAL_CLOSES = frozenset({4004, 4010, 4011, 4012, 4013, _DISALLOWED_INTENTS})
"""Discord does not want this token, these shards, this version or these intents: trying again changes nothing."""


discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False  # we have no voice to be warned about

log = structlog.get_logger(__name__)

Take = Callable[[Incoming], Awaitable[None]]


def intents(*, message_content: bool = False) -> discord.Intents:
    """What we listen to; none of it is privileged but the content of messages that do not mention us, if asked for.

    guilds: channels and permissions. guild_messages and dm_messages: mentions, direct messages. The reactions: those
    on our results.
    """
    wanted = discord.Intents.none()
    wanted.guilds = True
    wanted.guild_messages = wanted.dm_messages = True
    wanted.guild_reactions = wanted.dm_reactions = True
    wanted.message_content = message_content
    return wanted


class Connection(discord.AutoShardedClient):
    """Hands every event that concerns us to `take`."""

    _AutoShardedClient__shards: dict[int, Shard]  # `shards` gives copies
    _AutoShardedClient__queue: asyncio.PriorityQueue[EventItem]

    def __init__(self, *, api_url: str, clock: Clock, message_content: bool = False) -> None:
        Route.BASE = api_url.rstrip("/")
        discord.shard.DiscordWebSocket = Socket  # type: ignore[misc]  # its shards connect again with this name
        super().__init__(
            intents=intents(message_content=message_content),
            allowed_mentions=discord.AllowedMentions.none(),
            max_messages=None,
            chunk_guilds_at_startup=False,
            guild_ready_timeout=SERVERS_SECONDS,
            member_cache_flags=discord.MemberCacheFlags.none(),
            connector=EachByItsHost(limit=0),
        )
        self.http.max_ratelimit_timeout = LONGEST_LIMIT
        parsers = self._connection.parsers
        parsers["READY"] = followed_by(parsers["READY"], self._list_servers)
        self._connection.parsers = {event: sparing(event, parse) for event, parse in parsers.items()}
        self.take: Take = _nothing
        self.logged_in = False
        self._clock = clock
        self._attempts = 0
        self._up: set[int] = set()  # shards whose session stands
        self._known: set[int] = set()  # shards that had one before
        self._seen: set[int] = set()  # servers that have us, as far as we were told

    async def log_in(self, token: str, *, waits: Sequence[float]) -> None:
        """Log in, trying again after each of `waits`, the last one for ever; nothing if that is done already.

        Raises:
            FatalError: the token is none.
        """
        for wait in chain(waits, repeat(waits[-1] if waits else None)):
            if self.logged_in:
                return
            try:
                await self.login(token)
                self.http._global_over = GlobalLimit()  # noqa: SLF001 -- the only way to have it end
                self.logged_in = True
            except discord.LoginFailure:
                await self.close()
                raise FatalError(
                    "Discord does not know DISCORD_TOKEN: copy the token again from the Bot page of your application "
                    "(discord.com/developers)."
                ) from None
            except ERRORS as error:
                log.warning("cannot log in to Discord yet", reason=judge(error).reason)
                await self.http.close()
                self.http.connector = EachByItsHost(limit=0)  # the other one is closed with its session
                if wait is None:
                    return
                await asyncio.sleep(wait)

    async def listen(self, token: str) -> None:
        """Take events, once logged in, until closed; a connection that ends is made anew unless Discord forbids it.

        Raises:
            FatalError: Discord closed the connection for good.
        """
        while True:
            try:
                return await self._until_cancelled()
            except Exception as error:
                refused = isinstance(error, discord.PrivilegedIntentsRequired)  # which stands for its code alone
                code = _DISALLOWED_INTENTS if refused else getattr(error, "code", None)
                if refused and self.intents.message_content:
                    raise FatalError(
                        "Discord does not show this application the content of messages (code 4014): switch on "
                        "Message Content Intent under Bot in the developer portal, or set "
                        "discord.message_content = false."
                    ) from error
                if code in _FATAL_CLOSES:
                    raise FatalError(
                        f"Discord closed the connection (code {code}): check the token and the application."
                    ) from error
                wait = self._put_off(error)
            if self.is_closed():
                await self._reopen()
                await self.log_in(token, waits=BACKOFF)
            await asyncio.sleep(wait)

    def _put_off(self, error: Exception) -> float:
        """Seconds to wait before the next try to connect, longer each time until there is a connection."""
        fault = judge(error)
        wait = max(BACKOFF[min(self._attempts, len(BACKOFF) - 1)], fault.seconds or 0.0)
        self._attempts += 1
        known = isinstance(error, (*ERRORS, ReconnectWebSocket))
        log.warning("not connected to Discord", reason=fault.reason, seconds=wait, exc_info=None if known else error)
        return wait

    async def _until_cancelled(self) -> None:
        """`connect`, which swallows a cancellation that meets a shard while it connects again, and would go on."""
        work = asyncio.create_task(self.connect(), name="discord connection")
        try:
            await asyncio.shield(work)
        except asyncio.CancelledError:
            while not work.done():
                work.cancel()
                await asyncio.wait([work], timeout=_AGAIN_SECONDS)
            if not work.cancelled():
                work.exception()  # heard of; the stop goes before it
            raise

    async def launch_shards(self) -> None:
        """Connect to the gateway that Discord names now, and come back to that one.

        Raises:
            Exception: one of `ERRORS`.
        """
        self.shard_count, url, starts = await self.http.get_bot_gateway()
        check_left(discord.SessionStartLimits(**starts), wanted=self.shard_count)
        DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(url)
        await super().launch_shards()

    async def launch_shard(self, gateway: yarl.URL, shard_id: int, *, initial: bool = False) -> None:
        """Connect a shard, however often it takes.

        discord.py's own tries again in the handler of its error, so that each try logs the errors of all before it.

        Raises:
            ConnectionClosed: Discord does not want this connection.
        """
        shards, queue = self._AutoShardedClient__shards, self._AutoShardedClient__queue
        connect = partial(Socket.from_client, self, gateway=gateway, shard_id=shard_id)
        while True:
            try:
                async with asyncio.timeout(CONNECT_SECONDS):
                    shards[shard_id] = Shard(await connect(initial=initial), self, queue.put_nowait)
            except Exception as error:
                if getattr(error, "code", None) in _FATAL_CLOSES:
                    raise
                initial = False
                await asyncio.sleep(self._put_off(error))
            else:
                shards[shard_id].launch()
                return

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Wait before a session is begun, of which a day has 1000: Discord resets the token of who begins more.

        Raises:
            Exception: one of `ERRORS`.
        """
        await super().before_identify_hook(shard_id, initial=initial)
        if not initial:
            check_left(await self.fetch_session_start_limits())

    async def close(self) -> None:
        """Leave the gateway and send nothing more, until the next `log_in`."""
        self.logged_in = False
        await super().close()

    async def _reopen(self) -> None:
        """What discord.py closed, because a connection failed, is made ready for `log_in`."""
        self.clear()
        self.http.connector = discord.utils.MISSING  # closed with its session; the next login makes another
        await self._async_setup_hook()  # which `login` leaves out the second time: the queue still says to close

    @property
    def connected(self) -> bool:
        """Whether events can arrive: every shard's session stands and answers."""
        shards = self.shards
        return bool(shards) and all(shard in self._up and _answers(info) for shard, info in shards.items())

    async def on_ready(self) -> None:
        """A connection stands: the next one that breaks off is tried again soon."""
        self._attempts = 0

    async def on_shard_ready(self, shard: int) -> None:
        """A session was begun, or goes on."""
        if shard in self._known:
            RECONNECTS.labels(PLATFORM).inc()
        self._known.add(shard)
        self._up.add(shard)

    on_shard_resumed = on_shard_ready

    async def on_shard_disconnect(self, shard: int) -> None:
        """A session's connection broke off."""
        self._up.discard(shard)

    async def hang_up(self) -> None:
        """Leave the gateway; messages can still be sent."""
        for shard in self.shards.values():
            await shard.disconnect()

    def _list_servers(self, session: Mapping[str, Any]) -> None:
        """A session begins: these are all servers that have us, those that Discord cannot reach for now too."""
        shard, shards = session["shard"]
        guilds = {int(guild["id"]) for guild in session["guilds"]}
        for guild in self.guilds:
            if guild.shard_id == shard and guild.id not in guilds:
                self._connection._remove_guild(guild)  # noqa: SLF001 -- discord.py keeps those of the session before
                self._seen.discard(guild.id)
        self._seen |= guilds
        self.dispatch("listed", guilds, (shard, shards))

    async def on_listed(self, guilds: set[int], shard: tuple[int, int]) -> None:
        """As `_list_servers`."""
        await self.take(read_listed(guilds, shard=shard, received_at=self._clock.now()))

    async def on_guild_join(self, guild: discord.Guild) -> None:
        """A server has us now."""
        self._seen.add(guild.id)
        await self.take(read_joined(guild, received_at=self._clock.now()))

    async def on_guild_available(self, guild: discord.Guild) -> None:
        """A server can be reached: it was named at the start of the session, was away, or is a new one after all.

        One that has had us for a short time only may have joined while we were away.
        """
        if guild.id not in self._seen or is_fresh(guild, now=self._clock.now()):
            await self.on_guild_join(guild)

    async def on_guild_remove(self, guild: discord.Guild) -> None:
        """A server has us no more; one that Discord cannot reach for now is not gone."""
        self._seen.discard(guild.id)
        await self.take(read_left(guild, received_at=self._clock.now()))

    async def on_interaction(self, interaction: discord.Interaction[Any]) -> None:
        """A command, button or form."""
        event = read_interaction(interaction, received_at=self._clock.now())
        if event is not None:
            await self.take(event)

    async def on_message(self, message: discord.Message) -> None:
        """A mention of us or our role, a reply with its ping on, or a direct message."""
        me = self.user
        if me is None or message.author.bot or message.webhook_id is not None or message.type not in _SPOKEN:
            return
        named = me.id in message.raw_mentions or any(user.id == me.id for user in message.mentions)
        said = message.content or message.attachments or message.stickers or message.message_snapshots
        if named or calls_our_role(message) or (message.guild is None and said):
            await self.take(read_mention(message, received_at=self._clock.now()))

    async def on_raw_reaction_add(self, reaction: discord.RawReactionActionEvent) -> None:
        """A member's reaction on one of our messages; among direct ones there is no other bot."""
        me = self.user
        emoji = str(reaction.emoji.name)
        if me is None or reaction.user_id == me.id or reaction.message_author_id not in {me.id, None}:
            return
        if reaction.member and reaction.member.bot:
            return
        if reaction_of(emoji):
            guild = self.get_guild(reaction.guild_id) if reaction.guild_id else None
            await self.take(read_reaction(reaction, guild=guild, received_at=self._clock.now()))


class GlobalLimit(asyncio.Event):
    """Set while the bot as a whole may send.

    discord.py clears it, sleeps for as long as Discord said and sets it. A call that is cancelled in that sleep, as
    ours are when they take too long, would leave it cleared for ever; so it sets itself after `LONGEST_LIMIT`, than
    which no such sleep is longer.
    """

    def __init__(self) -> None:
        super().__init__()
        self._end: asyncio.TimerHandle | None = None
        self.set()

    def clear(self) -> None:
        """Hold up every call."""
        super().clear()
        if self._end:
            self._end.cancel()
        self._end = asyncio.get_running_loop().call_later(LONGEST_LIMIT, self.set)


def _answers(shard: discord.ShardInfo) -> bool:
    """Whether the gateway answers heartbeats, as far as it had time to; discord.py itself gives up much later."""
    if shard.is_closed():
        return False
    beats = shard._parent.ws._keep_alive  # noqa: SLF001 -- when it heard something is told nowhere else
    if beats is None or beats.interval is None:
        return True
    silence = time.perf_counter() - beats._last_recv  # noqa: SLF001
    return silence < beats.interval + ANSWER_SECONDS


async def _nothing(_event: Incoming) -> None:
    """Before the intake is there nothing is taken."""
