"""Something that there is so much of, handed out to whoever is due first."""

import asyncio

from hypothesis import given
from hypothesis import strategies as st

from bot.priority_semaphore import PrioritySemaphore


async def settled() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


async def test_whoever_is_due_first_is_next_and_a_small_wish_passes_nobody() -> None:
    semaphore, order = PrioritySemaphore(10), list[str]()

    async def wants(name: str, amount: int, due: float, until: asyncio.Event) -> None:
        async with semaphore.hold(amount, due=due):
            order.append(name)
            await until.wait()

    first, rest = asyncio.Event(), asyncio.Event()
    rest.set()
    tasks = [asyncio.create_task(wants("holds", 8, 0.0, first))]
    await settled()
    for name, amount, due in (("large", 9, 1.0), ("small", 1, 2.0), ("urgent", 50, 0.5)):
        tasks.append(asyncio.create_task(wants(name, amount, due, rest)))
    await settled()
    assert order == ["holds"]
    assert semaphore.waiting == 3
    first.set()
    await asyncio.gather(*tasks)
    assert order == ["holds", "urgent", "large", "small"]


async def test_a_wish_that_is_given_up_lets_others_in() -> None:
    semaphore = PrioritySemaphore(2)
    async with semaphore.hold(1, due=0.0):
        large = asyncio.create_task(semaphore.hold(2, due=1.0).__aenter__())
        await settled()
        small = asyncio.create_task(semaphore.hold(1, due=2.0).__aenter__())
        await settled()
        assert not small.done()
        large.cancel()
        await settled()
        assert small.done()


@given(
    st.lists(
        st.tuples(st.integers(1, 12), st.floats(0, 9), st.integers(0, 4), st.booleans()), min_size=1, max_size=12
    )
)
def test_never_more_is_held_than_there_is_and_all_comes_back(
    wishes: list[tuple[int, float, int, bool]],
) -> None:
    async def run() -> None:
        semaphore, held = PrioritySemaphore(10), 0

        async def hold(amount: int, due: float, turns: int) -> None:
            nonlocal held
            async with semaphore.hold(amount, due=due):
                held += min(amount, 10)
                assert held <= 10
                try:
                    for _ in range(turns):
                        await asyncio.sleep(0)
                finally:
                    held -= min(amount, 10)

        tasks = []
        for amount, due, turns, gives_up in wishes:
            tasks.append(asyncio.create_task(hold(amount, due, turns)))
            await asyncio.sleep(0)
            if gives_up:
                tasks[len(tasks) // 2].cancel()
        async with asyncio.timeout(60):
            await asyncio.gather(*tasks, return_exceptions=True)
        assert not [task for task in tasks if not task.cancelled() and task.exception()]
        async with asyncio.timeout(60), semaphore.hold(10, due=0.0):
            assert held == 0

    asyncio.run(run())
