"""A chat as a server of its own, so that the bot can be killed while the chat remembers.

Events are handed out until they are acknowledged, as Slack does; a message is found by its nonce instead of being
posted twice, as Discord does; now and then it answers 500 after it did what was asked, as both do.
"""

import random
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Self

from aiohttp import web

from bot.domain.job import JobStatus
from tests.servers.serving import HOST, serving


@dataclass(slots=True)
class Post:
    """One message: every state it ever showed, in order."""

    states: list[str] = field(default_factory=list)

    @property
    def ends(self) -> int:
        """How often the member saw it end anew; the same end shown twice is one end."""
        ended = [JobStatus(state).ended for state in self.states]
        return sum(now and not before for before, now in zip([False, *ended], ended, strict=False))


class ChatServer:
    """`async with ChatServer(faults=0.1) as chat:` listens on loopback at `chat.url`."""

    def __init__(self, *, faults: float, seed: int = 1) -> None:
        self.posts: dict[str, Post] = {}
        self.accepted: dict[str, str] = {}
        self.url = ""
        self._waiting: dict[str, str] = {}
        self._faults = faults
        self._chance = random.Random(seed)

    def send(self, event: str, prompt: str) -> None:
        """A member asks for something."""
        self._waiting[event] = prompt

    @property
    def unheard(self) -> int:
        """Events that the bot has not acknowledged."""
        return len(self._waiting)

    async def __aenter__(self) -> Self:
        application = web.Application()
        application.add_routes(
            [
                web.get("/events", self._events),
                web.post("/events/{event}/ack", self._ack),
                web.put("/messages/{nonce}", self._message),
            ]
        )
        self._life = AsyncExitStack()
        self.url = f"http://{HOST}:{await self._life.enter_async_context(serving(application))}"
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await self._life.aclose()

    async def _events(self, _request: web.Request) -> web.Response:
        events = list(self._waiting.items())
        self._chance.shuffle(events)
        return web.json_response(events[:5])

    async def _ack(self, request: web.Request) -> web.Response:
        event, job = request.match_info["event"], (await request.json())["job"]
        assert self.accepted.setdefault(event, job) == job, "one event became two jobs"
        self._waiting.pop(event, None)
        return web.json_response({})

    async def _message(self, request: web.Request) -> web.Response:
        state = (await request.json())["state"]
        self.posts.setdefault(request.match_info["nonce"], Post()).states.append(state)
        if self._chance.random() < self._faults:
            return web.json_response({}, status=500)
        return web.json_response({})
