"""The gateway: hello, identify or resume, heartbeats, and every event numbered so that a resume can repeat it."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

from aiohttp import WSMsgType, web

HEARTBEAT_MS = 40_000
_KNOWN_INTENTS = (1 << 0) | (1 << 9) | (1 << 10) | (1 << 12) | (1 << 13)
_PRIVILEGED = (1 << 1) | (1 << 8) | (1 << 15)


class Gateway:
    """One bot's sessions."""

    def __init__(self, *, token: str, hello: Callable[[], tuple[dict[str, Any], list[dict[str, Any]]]]) -> None:
        """`hello`: the READY payload and the GUILD_CREATE payloads."""
        self.token = token
        self._hello = hello
        self._sockets: list[web.WebSocketResponse] = []
        self._log: list[dict[str, Any]] = []
        self.intents: int | None = None
        self.allowed_intents = 0
        """Privileged ones that are switched on."""
        self.identified = 0
        self.resumed = 0
        self.troubles: list[str] = []
        """What befalls the next connections: "refused" before there is a socket, "silent" closes it before HELLO,
        "mute" leaves it open and says nothing."""
        self.mute = asyncio.Event()
        self.ready = asyncio.Event()
        self.heartbeat_ms = HEARTBEAT_MS
        self.deaf = False
        """It answers no heartbeat, as a connection that is there and carries nothing."""

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        trouble = self.troubles.pop(0) if self.troubles else ""
        if trouble == "refused":
            raise web.HTTPServiceUnavailable
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        if trouble == "mute":
            self.mute.set()
            await socket.receive()
            return socket
        if trouble == "silent":
            await socket.close(code=1001)
            return socket
        await socket.send_json({"op": 10, "d": {"heartbeat_interval": self.heartbeat_ms}, "s": None, "t": None})
        try:
            async for frame in socket:
                if frame.type is WSMsgType.TEXT:
                    await self._heard(socket, json.loads(frame.data))
        finally:
            if socket in self._sockets:
                self._sockets.remove(socket)
            if not self._sockets:
                self.ready.clear()
        return socket

    async def send(self, event: str, payload: dict[str, Any]) -> None:
        frame = {"op": 0, "t": event, "s": len(self._log) + 1, "d": payload}
        self._log.append(frame)
        for socket in list(self._sockets):
            await socket.send_json(frame)

    async def repeat(self) -> None:
        """Send the last event once more, as a resume that overlaps does."""
        for socket in list(self._sockets):
            await socket.send_json(self._log[-1])

    async def drop(self, code: int = 4000) -> None:
        """Lose the connection; the client resumes, if `code` does not forbid it."""
        self.ready.clear()
        for socket in list(self._sockets):
            await socket.close(code=code)

    async def invalidate(self) -> None:
        """End the session; the client begins a new one."""
        self.ready.clear()
        for socket in list(self._sockets):
            await socket.send_json({"op": 9, "d": False, "s": None, "t": None})

    async def close(self) -> None:
        for socket in list(self._sockets):
            await socket.close(code=1001)

    async def _heard(self, socket: web.WebSocketResponse, frame: dict[str, Any]) -> None:
        match frame["op"]:
            case 1 if self.deaf:
                pass
            case 1:
                await socket.send_json({"op": 11, "d": None, "s": None, "t": None})
            case 2:
                await self._identify(socket, frame["d"])
            case 6:
                self.resumed += 1
                self._sockets.append(socket)
                for missed in self._log[frame["d"]["seq"] :]:
                    await socket.send_json(missed)
                await socket.send_json({"op": 0, "t": "RESUMED", "s": len(self._log), "d": {}})
                self.ready.set()

    async def _identify(self, socket: web.WebSocketResponse, wish: dict[str, Any]) -> None:
        if wish["token"] != self.token:
            await socket.close(code=4004)
            return
        self.intents = wish["intents"]
        if wish["intents"] & _PRIVILEGED & ~self.allowed_intents:
            await socket.close(code=4014)
            return
        self.identified += 1
        ready, guilds = self._hello()
        self._log = [{"op": 0, "t": "READY", "s": 1, "d": ready | {"shard": wish.get("shard", [0, 1])}}]
        self._log += [
            {"op": 0, "t": "GUILD_CREATE", "s": place, "d": guild} for place, guild in enumerate(guilds, start=2)
        ]
        for frame in self._log:
            await socket.send_json(frame)
        self._sockets.append(socket)
        self.ready.set()
