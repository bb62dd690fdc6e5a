"""The process that talks to the Ray cluster: `python -m inference.cluster`, started by `inference.cluster.engine`.

Ray ends the process that uses it if the head is away for long, with no exception to catch. So that process is never
the bot. It says and hears frames over its standard input and output, as a worker does, and has the pool whose members
are the cluster's machines; they come and go while it runs.
"""

import asyncio
import logging
import os
import socket
import threading
from collections.abc import Iterator
from contextlib import aclosing
from dataclasses import asdict
from typing import Any, BinaryIO, NoReturn

import ray

from inference.api import EngineStopped, Img2ImgRequest
from inference.cluster.member import RayMember
from inference.pool.pool import Pool
from inference.processes import frames, protocol
from inference.processes.lifetime import EXIT_PARENT_GONE, begin

EXIT_UNAVAILABLE = 3

REACH_SECONDS = 5.0
"""How long the cluster's head may take to accept a connection."""

LOOK_SECONDS = 1.0
"""Between two looks at who is there."""

BACKOFF = (10.0, 10.0, 20.0, 30.0, 60.0)
"""Seconds for which a machine that was lost or could not be used is left alone before it is tried again."""


class ClusterPool:
    """A pool whose members are the cluster's machines, as they come and go."""

    def __init__(self, opening: frames.Frame, outbox: BinaryIO) -> None:
        self._opening = opening
        self._outbox = outbox
        self._pool = Pool({}, lasting=True, pauses=BACKOFF)
        self._members: dict[str, RayMember] = {}
        self._said: frames.Frame = {}

    async def serve(self, asked: "asyncio.Queue[frames.Frame]") -> None:
        """Run what is asked, for ever."""
        async with self._pool, asyncio.TaskGroup() as group:
            group.create_task(self._watch())
            while True:
                frame = await asked.get()
                match frame["frame"]:
                    case "cancel":
                        group.create_task(self._pool.cancel(frame["id"]))
                    case "restart":
                        group.create_task(self._restart(frame))
                    case _:
                        group.create_task(self._run(protocol.request_from_json(frame["request"])))

    def send(self, frame: frames.Frame) -> None:
        """Send a frame to the parent."""
        self._outbox.write(frames.pack(frame))

    async def _run(self, request: Img2ImgRequest) -> None:
        async with aclosing(self._pool.run(request)) as events:
            async for event in events:
                self.send({"frame": "event", "id": request.id, "event": protocol.event_to_json(event)})
                self._tell()

    async def _restart(self, frame: frames.Frame) -> None:
        works = await self._pool.restart(frame["name"], seconds=frame["seconds"])
        self._tell()
        self.send({"frame": "restarted", "id": frame["id"], "works": works})

    async def _watch(self) -> None:
        while True:
            # While the head is away nobody answers, and the machines may well be there. Each look more would take
            # one of the threads that bring their pictures.
            nodes = await asyncio.to_thread(ray.nodes)
            await self._keep_up({name: place for name, *place in _places(nodes)})
            self._tell()
            await asyncio.sleep(LOOK_SECONDS)

    async def _keep_up(self, places: dict[str, list[Any]]) -> None:
        """Have a member for each place, and none for those that are gone."""
        for name in [*self._members]:
            if name not in places or self._members[name].node != places[name][0]:  # gone, or another by that name
                await self._pool.remove(name)
                del self._members[name]
        for name, (node, host, gpu) in places.items():
            if name not in self._members:
                self._members[name] = RayMember(
                    name=name,
                    host=host,
                    node=node,
                    gpu=gpu,
                    settings=self._opening["settings"],
                    backend=self._opening["backend"],
                )
                self._pool.add(name, self._members[name])

    def _tell(self) -> None:
        """Say how the devices stand if that changed."""
        try:
            capacity = asdict(self._pool.capacity())
        except EngineStopped:
            return
        devices = [asdict(device) for device in self._pool.devices()]
        state = {"capacity": capacity, "devices": devices, "counters": dict(self._pool.counters())}
        if state != self._said:
            self._said = state
            self.send({"frame": "state", **state})


def _places(nodes: list[dict[str, Any]]) -> Iterator[tuple[str, str, str, bool]]:
    """A name, node, address and whether it is a GPU for each device: every GPU, or every machine if none has one."""
    alive = [node for node in nodes if node["Alive"]]
    with_gpus = [node for node in alive if node["Resources"].get("GPU")]
    names = [node.get("NodeName") or node["NodeManagerAddress"] for node in alive]
    for node in with_gpus or alive:
        resources = node["Resources"]
        if not with_gpus and not resources.get("CPU"):
            continue  # takes no work, as the head and the bot's own machine
        name = node.get("NodeName") or node["NodeManagerAddress"]
        if names.count(name) > 1:
            name = f"{name}-{node['NodeID'][:4]}"
        count = int(resources.get("GPU", 0)) or 1
        for number in range(count):
            of = f"/{number}" if count > 1 else ""
            yield f"{name}{of}", node["NodeID"], node["NodeManagerAddress"], bool(with_gpus)


def _connect(address: str) -> str:
    """Become a driver of the cluster; returns why that cannot be."""
    host, _, port = address.rpartition(":")
    try:  # Ray itself tries for minutes, and does not say so
        socket.create_connection((host, int(port)), timeout=REACH_SECONDS).close()
    except (OSError, ValueError, OverflowError) as error:
        return (
            f"Nobody answers at {address} ({error}): see that ray.address is where the head of the Ray cluster runs, "
            "and that this machine reaches its port."
        )
    os.chdir("/")  # Ray has the machines look for modules where we stand: only where nobody else may put any
    try:
        ray.init(address=address, log_to_driver=False, logging_level=logging.WARNING, configure_logging=False)
    except (ConnectionError, RuntimeError, ValueError) as error:
        lines = [line.strip() for line in str(error).splitlines() if line.strip()]
        reason = lines[0] if lines else type(error).__name__
        return (
            f"The Ray cluster at {address} cannot be joined ({reason}): this machine must be a node of it too, by "
            f"`ray start --address={address} --num-gpus=0 --num-cpus=0`, with the same token."
        )
    return ""


def _listen(inbox: BinaryIO, loop: asyncio.AbstractEventLoop, asked: "asyncio.Queue[frames.Frame]") -> NoReturn:
    for frame in frames.read_all(inbox):
        loop.call_soon_threadsafe(asked.put_nowait, frame)
    os._exit(EXIT_PARENT_GONE)


async def main() -> None:
    """Serve until the parent goes away."""
    _, inbox, outbox = begin()
    asked: asyncio.Queue[frames.Frame] = asyncio.Queue()
    threading.Thread(target=_listen, args=(inbox, asyncio.get_running_loop(), asked), daemon=True).start()
    opening = await asked.get()
    cluster = ClusterPool(opening, outbox)
    if refusal := await asyncio.to_thread(_connect, opening["address"]):
        cluster.send({"frame": "unavailable", "message": refusal})
        os._exit(EXIT_UNAVAILABLE)
    await cluster.serve(asked)


if __name__ == "__main__":
    asyncio.run(main())
