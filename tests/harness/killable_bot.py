"""The product's own core, stores, picture sandbox and worker process, on the chat of `tests.servers.chat`.

    python -m tests.harness.killable_bot CHAT_URL DATA_DIR [CLASSIFIER]

With DEVICES=2 in the environment it has a pool of so many devices, each of which takes three pictures at a time;
GRACE_SECONDS are what running pictures get when it stops.
Only the model is light (no torch), so that hundreds of jobs and dozens of kills fit into a test.
"""

import asyncio
import os
import random
import sys
from pathlib import Path
from typing import Self

import aiohttp

from bot.compose import compose
from bot.domain.card import Card
from bot.domain.errors import LimitReached, TryLater
from bot.domain.job import JobStatus
from bot.domain.options import Options
from bot.domain.request import Action, ReplyTarget, Request, Requester
from bot.lifecycle import Core, RetentionDays, serve
from bot.stores import MessageRef
from config.logging import setup_logging
from config.reading import load_settings
from inference.api import RestartableEngine
from inference.backends.base import WorkerSettings
from inference.cluster.engine import ClusterEngine
from inference.models.entry import ModelEntry
from inference.pool.pool import Pool
from inference.worker.engine import ProcessEngine
from tests.builders.requests import png

PLATFORM = "socketchat"


class SocketChat:
    """Both halves of a chat adapter."""

    name = PLATFORM
    platform = PLATFORM
    edit_interval = 0.02

    def __init__(self, url: str, session: aiohttp.ClientSession, core: Core) -> None:
        self.messenger = self
        self._url = url
        self._session = session
        self._core = core

    @property
    def connected(self) -> bool:
        return True

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        pass

    async def stop_intake(self) -> None:
        pass

    async def run(self) -> None:
        while True:
            async with self._session.get(f"{self._url}/events") as answer:
                events = await answer.json()
            for event, prompt in events:
                try:
                    receipt = await self._core.service.submit(wish(event, prompt))
                except LimitReached:
                    continue
                async with self._session.post(f"{self._url}/events/{event}/ack", json={"job": receipt.job.id}):
                    pass
            await asyncio.sleep(0.02)

    async def post(self, target: ReplyTarget, card: Card, *, nonce: str) -> MessageRef:
        return await self.edit(target, nonce, card)

    async def notify(self, target: ReplyTarget, message: MessageRef, card: Card, *, nonce: str) -> MessageRef | None:
        """Nobody is called here."""

    async def unsay(self, target: ReplyTarget, message: MessageRef) -> None:
        """Nobody was called."""

    async def erase(self, target: ReplyTarget, message: MessageRef) -> None:
        """Nothing is deleted here."""

    async def edit(self, target: ReplyTarget, message: MessageRef, card: Card) -> MessageRef:
        del target
        if card.status is JobStatus.SUCCEEDED:
            for picture in card.pictures:
                assert await self._core.images.has(picture.image), "a result was promised and is not there"
        async with self._session.put(f"{self._url}/messages/{message}", json={"state": card.status}) as answer:
            if answer.status != 200:
                raise TryLater("the chat answered 500", seconds=0.05)
        return message

    def same(self, message: MessageRef, other: MessageRef) -> bool:
        return message == other


def wish(event: str, prompt: str) -> Request:
    """What a member's event asks for: every fifth is a sweep."""
    number = int(event.rpartition("-")[2])
    return Request(
        action=Action.SWEEP if number % 5 == 0 else Action.IMG2IMG,
        requester=Requester(platform=PLATFORM, user=f"user{number % 7}"),
        reply_to=ReplyTarget(platform=PLATFORM),
        event_id=event,
        source=png(random.Random(event).choice(["red", "teal", "gold"])),
        options=Options(prompt=prompt),
    )


class WholeCluster(ClusterEngine):
    """It is entered when each machine can make pictures."""

    def __init__(self, machines: int, settings: WorkerSettings, address: str) -> None:
        super().__init__(settings, address=address, backend="tests.fakes.backend:many_slots")
        self._machines = machines

    async def __aenter__(self) -> Self:
        await super().__aenter__()
        while sum(device.slots > 0 for device in self.devices()) < self._machines:
            await asyncio.sleep(0.05)
        return self


def engine_of(devices: int) -> RestartableEngine:
    if address := os.environ.get("RAY_TEST_ADDRESS"):
        settings = WorkerSettings(model="sketch", entries={"sketch": ModelEntry(id="pocket")})
        return WholeCluster(devices, settings, address)
    backend = f"tests.fakes.backend:{'many_slots' if devices > 1 else 'Sketcher'}"
    return Pool(
        {
            f"device{number}": ProcessEngine(model="sketch", backend=backend, backoff=(0.05,))
            for number in range(devices)
        },
        whole=True,
    )


async def main(url: str, data_dir: Path, classifier: str = "") -> None:
    overrides = {"PENTIMENTO__LIMITS__PENDING_PER_USER": "1000", "PENTIMENTO__LIMITS__PER_USER_PER_DAY": "0"}
    overrides["PENTIMENTO__SAFETY__CLASSIFIER"] = classifier
    settings = load_settings(None, overrides)
    setup_logging(settings.log, settings.secrets)
    settings = settings.model_copy(update={"model": settings.model.model_copy(update={"id": "sketch"})})
    engine = engine_of(int(os.environ.get("DEVICES", "1")))
    messengers: dict[str, SocketChat] = {}
    async with (
        aiohttp.ClientSession() as session,
        compose(settings, data_dir=data_dir, engine=engine, messengers=messengers) as (core, _),  # type: ignore[arg-type]  # filled with messengers only
    ):
        chat = SocketChat(url, session, core)
        messengers[PLATFORM] = chat
        grace = float(os.environ.get("GRACE_SECONDS", "5"))
        print("up", flush=True)  # noqa: T201
        await serve(core, [chat], keep=RetentionDays(pictures_days=1, jobs_days=1, inbox_days=1), grace=grace)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2]), *sys.argv[3:]))
