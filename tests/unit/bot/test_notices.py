"""Time is the event loop's and jumps ahead (`looptime`), so hours of trying take no time here."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import pytest

from bot.domain.errors import TryLater
from bot.domain.request import ReplyTarget
from bot.notices import Notices
from bot.ports import Messenger
from bot.stores import MessageRef, Notice
from tests.fakes.clock import LoopClock
from tests.fakes.messenger import FakeMessenger
from tests.fakes.store import MemoryJobStore

pytestmark = pytest.mark.looptime

MANY = 250
HOUR = 3600.0


class Down(FakeMessenger):
    """A chat that answers every try after so many seconds that it cannot now, and counts them."""

    def __init__(self, *, platform: str, seconds: float = 0.0) -> None:
        super().__init__(platform=platform)
        self.seconds = seconds
        self.tries = 0

    async def erase(self, target: ReplyTarget, message: MessageRef) -> None:
        await self.unsay(target, message)

    async def unsay(self, target: ReplyTarget, message: MessageRef) -> None:
        self.tries += 1
        await asyncio.sleep(self.seconds)
        if target.address.get("place") != "fine":
            raise TryLater("503")
        self.unsaid[message] = asyncio.get_running_loop().time()


@asynccontextmanager
async def at_work(store: MemoryJobStore, *chats: FakeMessenger) -> AsyncIterator[Notices]:
    messengers: Mapping[str, Messenger] = {chat.platform: chat for chat in chats}
    notices = Notices(store=store, messengers=messengers, clock=LoopClock())
    running = asyncio.create_task(notices.run())
    yield notices
    running.cancel()


async def put_up(notices: Notices, platform: str, count: int, *, place: str = "", seconds: float = 0.0) -> None:
    target = ReplyTarget(platform=platform, address={"place": place})
    for number in range(count):
        await notices.put_up(target, f"{platform}-{place}-{number}", seconds=seconds)


@pytest.mark.parametrize("seconds", [0.0, 60.0], ids=["refuses at once", "hangs first"])
async def test_a_chat_that_is_down_delays_no_other(seconds: float) -> None:
    store, down, fine = MemoryJobStore(), Down(platform="down", seconds=seconds), FakeMessenger(platform="fine")
    async with at_work(store, down, fine) as notices:
        await put_up(notices, "down", MANY)
        await asyncio.sleep(1)
        begun = asyncio.get_running_loop().time()
        await put_up(notices, "fine", 3, seconds=5.0)
        await asyncio.sleep(6)
        assert down.tries
        assert list(fine.unsaid.values()) == pytest.approx([begun + 5.0] * 3, abs=0.5)


async def test_notices_of_a_chat_that_is_off_delay_no_other_and_go_after_an_hour() -> None:
    store, fine = MemoryJobStore(), FakeMessenger(platform="fine")
    async with at_work(store, Down(platform="off")) as notices:
        await put_up(notices, "off", MANY, seconds=1.0)
    async with at_work(store, fine) as notices:
        await asyncio.sleep(2)
        await put_up(notices, "fine", 1)
        await asyncio.sleep(1)
        assert len(fine.unsaid) == 1
        assert len(await store.notices("off", most=MANY)) == MANY
        await asyncio.sleep(HOUR + 100)
        assert await store.notice_platforms() == []


async def test_a_place_that_refuses_delays_no_other_place_of_its_chat() -> None:
    store, chat = MemoryJobStore(), Down(platform="chat")
    async with at_work(store, chat) as notices:
        await put_up(notices, "chat", MANY, place="refuses")
        await asyncio.sleep(1)
        begun = asyncio.get_running_loop().time()
        await put_up(notices, "chat", 3, place="fine")
        await asyncio.sleep(2)
        assert list(chat.unsaid.values()) == pytest.approx([begun] * 3, abs=1.0)


async def test_what_is_never_let_go_is_tried_for_an_hour_and_no_longer() -> None:
    store, down = MemoryJobStore(), Down(platform="down")
    async with at_work(store, down) as notices:
        await put_up(notices, "down", 2)
        await asyncio.sleep(HOUR - 100)
        assert 2 * 100 < down.tries < 2 * 130
        assert len(await store.notices("down", most=9)) == 2
        await asyncio.sleep(200)
        tries = down.tries
        await asyncio.sleep(HOUR)
        assert (down.tries, await store.notices("down", most=9)) == (tries, [])


async def test_what_shows_deleted_pictures_is_tried_for_two_days_ever_more_seldom() -> None:
    store, down = MemoryJobStore(), Down(platform="down")
    target = ReplyTarget(platform="down", address={})
    async with at_work(store, down) as notices:
        await store.put_up(Notice(message="a copy", reply_to=target, until=0.0, pictures=True))
        notices.wake()
        await asyncio.sleep(HOUR)
        assert 10 < down.tries < 60
        tries = down.tries
        await asyncio.sleep(46 * HOUR)
        assert 4 * 45 < down.tries - tries < 4 * 48
        assert len(await store.notices("down", most=9)) == 1
        await asyncio.sleep(2 * HOUR)
        assert await store.notices("down", most=9) == []


async def test_it_goes_with_its_pictures_as_soon_as_the_chat_lets_us() -> None:
    store, chat = MemoryJobStore(), FakeMessenger(platform="chat")
    chat.refuse(TryLater("503"))
    async with at_work(store, chat) as notices:
        target = ReplyTarget(platform="chat", address={})
        await store.put_up(Notice(message="a copy", reply_to=target, until=0.0, pictures=True))
        notices.wake()
        await asyncio.sleep(1)
        assert chat.erased == []
        await asyncio.sleep(31)
        assert (chat.erased, chat.unsaid, await store.notices("chat", most=9)) == (["a copy"], {}, [])
