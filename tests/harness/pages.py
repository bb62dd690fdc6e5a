"""The pages of a service whose engine is a fake: members sign in by links, the operator by a token."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from adapters.pictures.outgoing import PictureExporter
from adapters.sqlite.sessions import SqliteSessions
from adapters.sqlite.store import SqliteJobStore
from adapters.web.authentication import Membership
from adapters.web.messenger import WebMessenger
from adapters.web.operators import Operators
from adapters.web.platform import WebPlatform
from bot.cli.process_info import process_info_of
from bot.domain.access import Asker
from bot.domain.card import Card
from bot.domain.ids import JobId
from bot.domain.request import ReplyTarget, Requester
from bot.ports import Clock
from bot.sign_in import OperatorSignIn, SignIn
from bot.stores import MessageRef
from config.reading import load_settings, origins
from tests.builders.requests import png
from tests.fakes.clock import LoopClock
from tests.fakes.engine import FakeEngine
from tests.fakes.messenger import FakeMessenger
from tests.harness.core import Bench, bench

OPERATOR_TOKEN = "a-long-operator-token"
ENVIRONMENT = {
    "WEB_OPERATOR_TOKEN": OPERATOR_TOKEN,
    "DISCORD_TOKEN": "discord.secret",
    "PENTIMENTO__QUEUE__MAX_JOBS": "77",
    "PENTIMENTO__TRACING__ENDPOINT": "http://name:password@collector.example/v1/traces",
}
MAX_BYTES = 1 << 20


class Remembering(FakeMessenger):
    """Shows its cards on pages, and remembers them."""

    pages: WebMessenger

    async def post(self, target: ReplyTarget, card: Card, *, nonce: str) -> MessageRef:
        await self.pages.post(target, card, nonce=nonce)
        return await super().post(target, card, nonce=nonce)

    async def edit(self, target: ReplyTarget, message: MessageRef, card: Card) -> MessageRef:
        await self.pages.edit(target, message, card)
        return await super().edit(target, message, card)


def member(name: str) -> Asker:
    """All were in the same channel of the same server when they asked for their links."""
    return Asker(
        requester=Requester(platform="discord", user=name, space="guild", name=name.title()),
        server="discord:guild:1",
        rooms=("discord:channel:2",),
        channel="2",
    )


@dataclass
class Pages:
    """The pages of a service.

    Attributes:
        origin: where they are.
    """

    bench: Bench
    sign_in: SignIn
    origin: str

    def stranger(self) -> aiohttp.ClientSession:
        """A browser in which nobody has signed in."""
        return aiohttp.ClientSession(self.origin, cookie_jar=aiohttp.CookieJar(unsafe=True))

    async def browser(self, by: str | Asker) -> aiohttp.ClientSession:
        """One in which a member has signed in."""
        session = self.stranger()
        link = await self.sign_in.link(by if isinstance(by, Asker) else member(by))
        assert (await post(session, "/signin", token=link.rpartition("/")[2]))[0] == 200
        return session


async def post(session: aiohttp.ClientSession, path: str, **fields: object) -> tuple[int, str, str]:
    """Status, address and text of where a form leads."""
    data = aiohttp.FormData()
    for name, value in fields.items():
        if isinstance(value, bytes):
            data.add_field(name, value, filename="picture.png", content_type="image/png")
        else:
            data.add_field(name, str(value))
    if not any(isinstance(value, bytes) for value in fields.values()):
        data = aiohttp.FormData({name: str(value) for name, value in fields.items()})
    async with session.post(path, data=data, headers={"Origin": str(session._base_url).rstrip("/")}) as answer:
        return answer.status, answer.url.path, await answer.text()


async def ask(session: aiohttp.ClientSession, prompt: str) -> JobId:
    """A job of who is signed in there."""
    status, path, text = await post(session, "/jobs", nonce=prompt, prompt=prompt, picture=png())
    assert status == 200, text
    return JobId(path.rpartition("/")[2])


async def read(session: aiohttp.ClientSession, path: str) -> str:
    """A page that there is."""
    async with session.get(path) as answer:
        assert answer.status == 200
        return await answer.text()


@asynccontextmanager
async def serving(
    folder: Path,
    *,
    operator_token: str = OPERATOR_TOKEN,
    clock: Clock | None = None,
    trusted: tuple[str, ...] = (),
    slots: int = 1,
    engine: FakeEngine | None = None,
) -> AsyncIterator[Pages]:
    """Pages as `serve` has them."""
    chat, clock = Remembering(platform="web", edit_interval=0.05), clock or LoopClock()
    settings = load_settings(None, ENVIRONMENT)
    async with (
        SqliteJobStore(folder / "pentimento.db") as store,
        bench(folder, store=store, chat=chat, slots=slots, engine=engine) as parts,
    ):
        sessions = SqliteSessions(store.database)
        operators = Operators(
            sign_in=OperatorSignIn(sessions=sessions, clock=clock, token=operator_token), secure=False
        )
        sign_in = SignIn(sessions=sessions, clock=clock, address="http://here")
        async with WebPlatform(
            service=parts.service,
            exporter=PictureExporter(store=store, images=parts.images, embed_recipe=False),
            authenticator=Membership(sign_in=sign_in, secure=False),
            host="127.0.0.1",
            port=0,
            max_bytes=MAX_BYTES,
            days=7.0,
            trusted_proxies=trusted,
            operations=parts.core.operations,
            process=process_info_of(settings, origins(None, ENVIRONMENT), data_dir=folder),
            operators=operators if operator_token else None,
        ) as platform:
            chat.pages = platform.messenger
            yield Pages(parts, sign_in, f"http://127.0.0.1:{platform.port}")
