"""That a place was greeted is asked of the store once, as every public picture asks."""

from bot.greeting import Greetings
from tests.fakes.store import MemoryJobStore


class CountedStore(MemoryJobStore):
    def __init__(self) -> None:
        super().__init__()
        self.asked = 0

    async def greeted(self, prefix: str) -> bool:
        self.asked += 1
        return await super().greeted(prefix)


async def test_a_workspace_that_was_greeted_is_known_from_then_on() -> None:
    store = CountedStore()
    await store.greet("slack:T1/C1", "a run before this one")
    greetings = Greetings(store=store, enabled=True)
    assert [await greetings.known("slack:T1/") for _ in range(3)] == [True] * 3
    assert store.asked == 1


async def test_one_that_was_not_is_asked_after_until_it_is_and_one_that_has_gone_again() -> None:
    store = CountedStore()
    greetings = Greetings(store=store, enabled=True)
    assert not await greetings.known("slack:T1/")
    assert await greetings.due("slack:T1/C1", "an invitation")
    assert await greetings.known("slack:T1/")
    await store.forget_places("slack:T1/")
    greetings.forgotten("slack:T1/")
    assert not await greetings.known("slack:T1/")
