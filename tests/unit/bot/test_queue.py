import asyncio
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.ids import JobId
from bot.queue import PATIENCE, FairQueue, QueueClosed, QueueFull, Unit, units_of
from tests.builders.jobs import a_job


def units(user: str, job: str, count: int = 1, cost: float = 1.0) -> list[Unit]:
    return [Unit(job=JobId(job), index=index, user=user, cost=cost) for index in range(count)]


async def drain(queue: FairQueue) -> list[Unit]:
    return [await queue.take() for _ in queue.order()]


async def test_members_take_turns_however_much_one_of_them_asked_for() -> None:
    queue = FairQueue(max_jobs=100)
    for number in range(3):
        queue.put(units("ann", f"a{number}"))
    for user in ("bob", "cat"):
        queue.put(units(user, user[0]))

    order = [unit.job for unit in await drain(queue)]

    assert order == ["a0", "b", "c", "a1", "a2"]


async def test_a_single_picture_does_not_wait_behind_somebody_elses_sweep() -> None:
    queue = FairQueue(max_jobs=100)
    queue.put(units("ann", "sweep", count=8))
    assert (await queue.take()).index == 0
    queue.put(units("bob", "single"))

    assert (await queue.take()).job == "single"


async def test_expensive_pictures_count_for_more() -> None:
    queue = FairQueue(max_jobs=100)
    for number in range(3):
        queue.put(units("big", f"big{number}", cost=3.0))
    for number in range(6):
        queue.put(units("small", f"small{number}"))

    first = [unit.user for unit in (await drain(queue))[:8]]

    assert first.count("small") == 6


async def test_a_member_who_was_away_saved_up_nothing() -> None:
    queue = FairQueue(max_jobs=1000)
    queue.put(units("late", "l"))
    await queue.take()
    for number in range(50):
        queue.put(units("ann", f"a{number}"))
        await queue.take()
    for number in range(4):
        queue.put(units("ann", f"more{number}"))
        queue.put(units("late", f"late{number}"))

    users = [unit.user for unit in await drain(queue)]

    assert {users[0], users[1]} == {"ann", "late"}
    assert users.count("late") == 4
    assert abs(users[:4].count("late") - 2) <= 1


async def test_a_full_queue_says_so_and_counts_places_that_are_held() -> None:
    queue = FairQueue(max_jobs=2)
    with queue.reserve():
        with queue.reserve(), pytest.raises(QueueFull), queue.reserve():
            pass
        queue.put(units("ann", "a"))
        with pytest.raises(QueueFull), queue.reserve():
            pass
    with queue.reserve():
        pass


async def test_an_interrupted_job_comes_before_the_members_others() -> None:
    queue = FairQueue(max_jobs=10)
    queue.put(units("ann", "a1"))
    queue.put(units("ann", "a0", count=2), first=True)

    assert [(unit.job, unit.index) for unit in queue.order()] == [("a0", 0), ("a0", 1), ("a1", 0)]


async def test_a_removed_job_is_not_handed_out() -> None:
    queue = FairQueue(max_jobs=10)
    queue.put(units("ann", "a", count=3))
    queue.put(units("ann", "b"))

    assert queue.remove(JobId("a"))
    assert not queue.remove(JobId("a"))
    assert [unit.job for unit in await drain(queue)] == ["b"]


async def test_a_closed_queue_wakes_who_waits_and_hands_out_nothing() -> None:
    queue = FairQueue(max_jobs=10)
    waiting = asyncio.ensure_future(queue.take())
    await asyncio.sleep(0)
    queue.put(units("ann", "a"))
    queue.close()

    with pytest.raises(QueueClosed):
        await waiting


@given(st.lists(st.tuples(st.sampled_from("abcde"), st.integers(1, 4), st.floats(0.5, 4.0)), min_size=1, max_size=40))
async def test_every_member_gets_an_even_share_while_they_all_wait(
    jobs: list[tuple[str, int, float]],
) -> None:
    """Start-time fair queueing: two members who both wait never differ by more than one piece of each."""
    queue = FairQueue(max_jobs=1000)
    for number, (user, count, cost) in enumerate(jobs):
        queue.put(units(user, f"j{number}", count=count, cost=cost))
    expected = list(queue.order())
    remaining = {user: sum(unit.user == user for unit in expected) for user in "abcde"}
    served = dict.fromkeys("abcde", 0.0)
    largest = max(cost for _, _, cost in jobs)

    taken = []
    while any(remaining.values()):
        unit = await queue.take()
        taken.append(unit)
        remaining[unit.user] -= 1
        served[unit.user] += unit.cost
        both_wait = [served[user] for user in "abcde" if remaining[user]]
        if both_wait:
            assert max(both_wait) - min(both_wait) <= 2 * largest + 1e-9

    assert taken == expected
    assert len(queue) == 0
    assert len({(unit.job, unit.index) for unit in taken}) == len(expected)


@given(
    st.lists(
        st.tuples(st.sampled_from(["put", "first", "take", "remove"]), st.sampled_from("abcde"), st.integers(1, 4)),
        max_size=60,
    )
)
async def test_every_place_in_line_is_the_one_that_the_order_gives(steps: list[tuple[str, str, int]]) -> None:
    queue = FairQueue(max_jobs=1000)
    jobs: list[JobId] = []
    for number, (step, user, count) in enumerate(steps):
        match step:
            case "take" if queue.order():
                expected = queue.order()[0]
                assert await queue.take() == expected
            case "remove" if jobs:
                waits = any(unit.job == jobs[-1] for unit in queue.order())
                assert queue.remove(jobs.pop()) == waits
            case "put" | "first":
                jobs.append(JobId(f"j{number}"))
                queue.put(units(user, f"j{number}", count=count, cost=1.0 + number % 3), first=step == "first")
        order = list(queue.order())
        assert len(queue) == len({unit.job for unit in order})
        assert queue.work == pytest.approx(sum(unit.cost for unit in order))
        for job in jobs:
            mine = [place for place, unit in enumerate(order) if unit.job == job]
            queued = queue.position_of(job)
            if not mine:
                assert queued is None
                continue
            assert queued is not None
            assert queued.position == len({unit.job for unit in order[: mine[0]]}) + 1
            assert queued.work == pytest.approx(sum(unit.cost for unit in order[: mine[-1] + 1]))


@given(
    st.lists(
        st.tuples(st.sampled_from("abcde"), st.integers(0, 3), st.floats(0.5, 4.0), st.sampled_from(["", "x", "y"])),
        max_size=40,
    ),
    st.sets(st.sampled_from("xy")),
)
async def test_units_are_taken_as_the_rule_says(steps: list[tuple[str, int, float, str]], loaded: set[str]) -> None:
    """Against the rule written down plainly: the member with the smallest virtual time, or who may pass them."""
    queue = FairQueue(max_jobs=1000, ready=loaded.__contains__)
    lines: dict[str, list[Unit]] = {}
    times: dict[str, float] = {}
    now, passed = 0.0, 0
    for number, (user, count, cost, model) in enumerate(steps):
        new = [Unit(job=JobId(f"{number}"), index=i, user=user, cost=cost, model=model) for i in range(count)]
        queue.put(new)
        if new:
            if user not in lines:
                lines[user], times[user] = [], max(now, times.get(user, 0.0))
            lines[user] += new
            continue
        if not lines:
            continue
        now = min(times[each] for each in lines)
        chosen = min(lines, key=times.__getitem__)
        able = [each for each, line in lines.items() if line[0].model in {"", *loaded}]
        if passed < PATIENCE and chosen not in able and able:
            chosen, passed = min(able, key=times.__getitem__), passed + 1
        else:
            passed = 0
        unit = lines[chosen].pop(0)
        times[chosen] += unit.cost
        if not lines[chosen]:
            del lines[chosen]
        assert await queue.take() == unit


async def test_units_for_loaded_models_may_pass_one_that_has_to_be_loaded_but_not_for_ever() -> None:
    queue = FairQueue(max_jobs=100, ready=lambda model: model == "here")
    queue.put([Unit(job=JobId("b"), index=0, user="bob", cost=1.0, model="elsewhere")])
    for number in range(2 * PATIENCE):
        queue.put([Unit(job=JobId(f"a{number}"), index=0, user=f"user {number}", cost=1.0, model="here")])

    order = await drain(queue)

    assert [unit.job for unit in order].index(JobId("b")) == PATIENCE


async def test_a_map_needs_no_model_and_passes_a_picture_whose_model_has_to_be_loaded() -> None:
    queue = FairQueue(max_jobs=100, ready=lambda _model: False)
    drawn, painted = (a_job(user=user) for user in ("ann", "bob"))
    [recipe] = drawn.recipes
    queue.put(units_of(painted))
    queue.put(units_of(replace(drawn, recipes=(replace(recipe, map_only=True),))))

    assert [unit.job for unit in await drain(queue)] == [drawn.id, painted.id]


async def test_who_draws_maps_takes_maps_only_and_in_their_turn() -> None:
    queue = FairQueue(max_jobs=100)
    queue.put([Unit(job=JobId("picture"), index=0, user="ann", cost=1.0, model="m")])
    drawing = asyncio.ensure_future(queue.take(maps=True))
    await asyncio.sleep(0)
    assert not drawing.done()
    queue.put([Unit(job=JobId("map"), index=0, user="bob", cost=0.1)])
    assert (await drawing).job == "map"
    assert [unit.job for unit in queue.order()] == ["picture"]
    queue.close()
    with pytest.raises(QueueClosed):
        await queue.take(maps=True)


async def test_models_that_are_all_loaded_change_nothing_of_the_order() -> None:
    plain, grouped = FairQueue(max_jobs=100), FairQueue(max_jobs=100, ready=lambda _model: False)
    for queue in (plain, grouped):
        for number in range(6):
            queue.put([Unit(job=JobId(f"{number}"), index=0, user=f"u{number % 4}", cost=1.0, model=f"{number % 2}")])

    assert await drain(plain) == await drain(grouped)
