"""What `bot.stores.Store` promises, shown on SQLite and on the tests' fake alike."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from adapters.sqlite.store import SqliteJobStore
from bot.domain.control import Control
from bot.domain.errors import InvalidRequest
from bot.domain.ids import GenerationId, ImageId, JobId, generation_id
from bot.domain.job import Job, JobStatus, Lineage
from bot.domain.limits import Usage
from bot.domain.place import PlaceSettings, RemixPolicy
from bot.domain.request import ReplyTarget, Requester
from bot.erasure import Retention
from bot.overseeing import MemberUsage, Mode, Restart, RestartStage, Unshown
from bot.stores import Copy, Notice, Passes, Store
from inference.api import ControlKind
from tests.builders.jobs import SOURCE, a_generation, a_job, an_event
from tests.builders.places import set_to
from tests.fakes.store import MemoryJobStore

NEVER = 0.0
EVERYTHING = Retention(pictures_before=1e12, jobs_before=1e12, inbox_before=1e12)


@pytest.fixture(params=["memory", "sqlite"])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Store]:
    if request.param == "memory":
        yield MemoryJobStore()
        return
    async with AsyncExitStack() as stack:
        yield await stack.enter_async_context(SqliteJobStore(tmp_path / "pentimento.db"))


async def run(store: Store, job: Job, *, lease: str = "run 1") -> Job:
    running = job.started(lease=lease, at=job.created_at + 1)
    assert await store.replace(job, running)
    return running


async def finish(store: Store, job: Job, *, shown: bool = True) -> Job:
    """Run an added job to success with all its pictures, 100 seconds after it was asked for."""
    running = await run(store, job)
    for index in range(len(job.recipes) - 1):
        assert await store.replace(running, running, generation=a_generation(job, index))
    done = running.succeeded(at=job.created_at + 100)
    assert await store.replace(running, done, generation=a_generation(job, len(job.recipes) - 1))
    if shown:
        await store.delivered(job.id)
    return done


async def test_an_event_is_received_once(store: Store) -> None:
    assert await store.receive(an_event(1))
    assert not await store.receive(an_event(1, payload="another"))
    assert await store.unsettled("console") == [an_event(1)]


async def test_unsettled_events_come_oldest_first_and_by_platform(store: Store) -> None:
    events = [an_event(1, at=30), an_event(2, at=10), an_event(3, at=20), an_event(4, at=10)]
    for event in [*events, an_event(5, platform="slack", at=5)]:
        await store.receive(event)
    assert await store.unsettled("console") == [events[1], events[3], events[2], events[0]]


async def test_a_settled_event_stays_known(store: Store) -> None:
    await store.receive(an_event(1))
    await store.settle("console:1")
    await store.settle("console:1")
    await store.settle("console:unknown")
    assert await store.unsettled("console") == []
    assert not await store.receive(an_event(1))
    assert await store.receive(an_event(2))


async def test_adding_a_job_settles_its_event(store: Store) -> None:
    await store.receive(an_event(1))
    await store.receive(an_event(2))
    await store.add(a_job(number=1))
    assert await store.unsettled("console") == [an_event(2)]


async def test_a_job_comes_back_as_it_was_added(store: Store) -> None:
    job = a_job(strengths=(0.3, 0.5), lineage=Lineage(parent=generation_id(JobId("x" * 22), 0), depth=2))
    assert await store.add(job) == job
    assert await store.job(job.id) == job
    assert await store.job(JobId("unknown")) is None


async def test_the_same_event_makes_one_job(store: Store) -> None:
    first = a_job()
    await store.add(first)
    twin = replace(a_job(strengths=(0.1, 0.2)), event_id=first.event_id)
    assert await store.add(twin) == first
    assert await store.job(twin.id) is None
    assert await store.usage("console:ada", since=NEVER) == Usage(pending=1, pictures=1, oldest_at=1000.0)
    assert len(await store.deliveries()) == 1


async def test_the_same_event_finds_its_job_in_whatever_state_it_is(store: Store) -> None:
    job = a_job()
    await store.add(job)
    done = await finish(store, job)
    assert await store.add(job) == done


async def test_a_move_is_stored(store: Store) -> None:
    job = a_job()
    await store.add(job)
    running = await run(store, job)
    assert await store.job(job.id) == running
    back = running.struck()
    assert await store.replace(running, back)
    assert await store.job(job.id) == back
    again = await run(store, back, lease="run 2")
    failed = again.failed("The model cannot do that.", at=2000)
    assert await store.replace(again, failed)
    assert await store.job(job.id) == failed


async def test_a_move_from_another_status_is_refused(store: Store) -> None:
    job = a_job()
    await store.add(job)
    cancelled = job.cancelled(at=1001)
    assert await store.replace(job, cancelled)
    assert not await store.replace(job, job.started(lease="run 1", at=1002))
    assert await store.job(job.id) == cancelled


async def test_a_late_result_of_an_older_attempt_is_fenced_off(store: Store) -> None:
    job = a_job()
    await store.add(job)
    zombie = await run(store, job)
    back = zombie.queued()
    assert await store.replace(zombie, back)
    running = await run(store, back, lease="run 2")
    late = zombie.succeeded(at=1100)
    assert not await store.replace(zombie, late, generation=a_generation(job))
    assert await store.job(job.id) == running
    assert await store.generations(job.id) == []


async def test_an_unknown_job_cannot_be_replaced(store: Store) -> None:
    job = a_job()
    assert not await store.replace(job, job.cancelled(at=1), generation=a_generation(job))
    assert await store.job(job.id) is None


async def test_a_result_is_stored_with_its_job_and_the_duty_to_show_it(store: Store) -> None:
    job = a_job()
    await store.add(job)
    done = await finish(store, job, shown=False)
    generation = a_generation(job)
    assert await store.job(job.id) == done
    assert await store.generation(generation.id) == generation
    assert await store.generation(generation_id(job.id, 1)) is None
    (duty,) = await store.deliveries()
    assert (duty.job, duty.due_at) == (job.id, done.ended_at)


async def test_generations_come_by_index_and_a_repeated_one_gives_way(store: Store) -> None:
    job = a_job(strengths=(0.3, 0.5, 0.7))
    await store.add(job)
    running = await run(store, job)
    for index in (2, 0, 1):
        assert await store.replace(running, running, generation=a_generation(job, index))
    again = a_generation(job, 0, image=ImageId("a" * 64))
    assert await store.replace(running, running, generation=again)
    assert await store.generations(job.id) == [again, a_generation(job, 1), a_generation(job, 2)]
    assert await store.generations(JobId("unknown")) == []


async def test_open_jobs_come_oldest_first(store: Store) -> None:
    late, early, running, ended = a_job(at=30), a_job(at=10), a_job(at=20), a_job(at=5)
    twin = a_job(at=10)
    for job in (late, early, running, ended, twin):
        await store.add(job)
    started = await run(store, running)
    await store.replace(ended, ended.cancelled(at=40))
    assert await store.open_jobs() == [early, twin, started, late]


async def test_a_members_jobs_come_newest_first(store: Store) -> None:
    jobs = [a_job(at=at) for at in (10, 30, 20, 30)]
    for job in [*jobs, a_job(user="bob")]:
        await store.add(job)
    assert await store.jobs_of("console:ada", limit=3) == [jobs[3], jobs[1], jobs[2]]
    assert await store.jobs_of("console:eve", limit=3) == []


async def test_usage_counts_open_jobs_and_recent_pictures(store: Store) -> None:
    old, sweep, single = a_job(at=10), a_job(at=20, strengths=(0.3, 0.5, 0.7, 0.9)), a_job(at=30)
    for job in (old, sweep, single, a_job(user="bob", at=15)):
        await store.add(job)
    await finish(store, single)
    assert await store.usage("console:ada", since=20) == Usage(pending=2, pictures=5, oldest_at=20)
    assert await store.usage("console:ada", since=10, until=20) == Usage(pending=2, pictures=5, oldest_at=10)
    assert await store.usage("console:ada", since=31) == Usage(pending=2, pictures=0, oldest_at=None)
    assert await store.usage("console:eve", since=0) == Usage(pending=0, pictures=0, oldest_at=None)


@pytest.mark.parametrize("end", [JobStatus.CANCELLED, JobStatus.REFUSED, JobStatus.FAILED])
async def test_usage_is_given_back_where_there_is_no_picture(store: Store, end: JobStatus) -> None:
    job = a_job()
    await store.add(job)
    ended = {
        JobStatus.CANCELLED: job.cancelled(at=1001),
        JobStatus.REFUSED: job.refused("Not here.", at=1001),
        JobStatus.FAILED: job.failed("It broke.", at=1001),
    }[end]
    assert await store.replace(job, ended)
    assert await store.usage("console:ada", since=NEVER) == Usage(pending=0, pictures=0, oldest_at=None)


async def test_pictures_that_were_begun_in_vain_are_not_given_back(store: Store) -> None:
    """Else stopping each picture just before its end would be a way around the quota."""
    job = replace(a_job(), recipes=a_job().recipes * 4)
    await store.add(job)
    running = await run(store, job)
    assert await store.replace(running, running, generation=a_generation(job, 0))
    assert await store.replace(running, running.cancelled(at=1001), begun=2)
    assert (await store.usage("console:ada", since=NEVER)).pictures == 3


async def test_a_deleted_job_without_a_result_leaves_neither_words_nor_pictures(store: Store) -> None:
    job = a_job(strengths=(0.3, 0.5), source=ImageId("5" * 64))
    await store.add(job)
    running = await run(store, job)
    await store.replace(running, running.cancelled(at=1001))
    let_go = [await store.remove_generation(each) for each in job.generation_ids()]
    assert frozenset().union(*let_go) == {job.source}
    assert await store.needed([job.source]) == frozenset()
    stored = await store.job(job.id)
    assert stored is not None
    assert {recipe.prompt for recipe in stored.recipes} == {""}


async def test_with_the_last_result_go_the_words_about_the_source(store: Store) -> None:
    described = Lineage(depth=3, spoiler=True, description="my garden")
    job = replace(a_job(strengths=(0.3, 0.5), lineage=described), notes=("Not read: garden.",))
    await store.add(job)
    done = await finish(store, job)
    first, last = job.generation_ids()
    await store.remove_generation(first)
    assert ((await store.job(job.id)) or job).notes == done.notes, "they are said of the other one too"
    await store.remove_generation(last)
    stored = await store.job(job.id)
    assert stored
    assert (stored.lineage, stored.notes) == (replace(described, description=""), ())


async def test_open_jobs_are_found_by_member_and_by_place(store: Store) -> None:
    mine, ended, other = a_job(at=20), a_job(at=10), a_job(user="bob", at=5)
    elsewhere = replace(a_job(at=1), requester=replace(a_job().requester, space="elsewhere"))
    for job in (mine, ended, other, elsewhere):
        await store.add(job)
    await store.replace(ended, ended.cancelled(at=30))
    assert await store.open_jobs_of("console:ada") == [elsewhere, mine]
    assert await store.open_jobs_in("console", mine.requester.space) == [other, mine]
    assert await store.open_jobs_in("console", "nowhere") == []


async def test_pictures_of_a_cancelled_sweep_that_were_made_are_not_given_back(store: Store) -> None:
    """Else stopping each sweep at its last picture would be a way around the quota."""
    job = replace(a_job(), recipes=a_job().recipes * 4)
    await store.add(job)
    running = await run(store, job)
    for index in range(3):
        assert await store.replace(running, running, generation=a_generation(job, index))
    assert await store.replace(running, running.cancelled(at=1001))
    assert (await store.usage("console:ada", since=NEVER)).pictures == 3


async def test_deleting_jobs_gives_no_usage_back(store: Store) -> None:
    job = a_job(at=1000)
    await store.add(job)
    await finish(store, job)
    await store.sweep(Retention(pictures_before=5000, jobs_before=5000, inbox_before=5000))
    assert await store.job(job.id) is None
    assert (await store.usage("console:ada", since=NEVER)).pictures == 1
    await store.sweep(Retention(pictures_before=5000, jobs_before=5000, inbox_before=5000, usage_before=1001))
    assert (await store.usage("console:ada", since=NEVER)).pictures == 0


async def test_a_duty_lasts_from_adding_until_the_end_is_shown(store: Store) -> None:
    job = a_job()
    await store.add(job)
    (duty,) = await store.deliveries()
    assert (duty.job, duty.message, duty.attempts, duty.due_at) == (job.id, None, 0, job.created_at)
    await store.posted(job.id, '{"message": 1}')
    await store.delivered(job.id)  # too early: ignored
    (duty,) = await store.deliveries()
    assert duty.message == '{"message": 1}'
    await finish(store, job, shown=False)
    await store.posted(job.id, '{"message": 2}')
    assert [duty.message for duty in await store.deliveries()] == ['{"message": 2}']
    await store.delivered(job.id)
    assert await store.deliveries() == []
    kept = await store.delivery(job.id)
    assert kept is not None
    assert (kept.message, kept.undeliverable) == ('{"message": 2}', "")


async def test_a_message_in_whose_place_another_one_stands_is_a_notice_from_then_on(store: Store) -> None:
    job, gone = a_job(), a_job(number=2)
    for each in (job, gone):
        await store.add(each)
        await store.posted(each.id, f"first of {each.id}")
    await store.posted(job.id, "second", instead_of=f"first of {job.id}")
    kept = await store.delivery(job.id)
    assert kept is not None
    assert kept.message == "second"
    [notice] = await store.notices(job.reply_to.platform, most=9)
    assert notice == Notice(message=f"first of {job.id}", reply_to=job.reply_to, until=0.0)
    await finish(store, gone)
    await store.remove_generation(a_generation(gone).id)
    await store.posted(gone.id, "second", instead_of=f"first of {gone.id}")
    notices = {each.message: each.pictures for each in await store.notices(job.reply_to.platform, most=9)}
    assert notices == {f"first of {job.id}": False, f"first of {gone.id}": True}, (
        "what is deleted goes with its pictures"
    )


async def test_duties_come_most_urgent_first(store: Store) -> None:
    jobs = [a_job(at=at) for at in (30, 10, 20, 10)]
    for job in jobs:
        await store.add(job)
    await store.postpone(jobs[1].id, due_at=25)
    assert [duty.job for duty in await store.deliveries()] == [jobs[i].id for i in (3, 2, 1, 0)]


async def test_attempts_count_failures_in_a_row(store: Store) -> None:
    job = a_job()
    await store.add(job)
    await store.postpone(job.id, due_at=1010)
    await store.postpone(job.id, due_at=1030)
    duty = await store.delivery(job.id)
    assert duty is not None
    assert (duty.attempts, duty.due_at) == (2, 1030)
    await store.posted(job.id, "there")
    duty = await store.delivery(job.id)
    assert duty is not None
    assert duty.attempts == 0


async def test_the_end_is_due_at_once_whatever_was_postponed(store: Store) -> None:
    job = a_job()
    await store.add(job)
    await store.postpone(job.id, due_at=9000)
    await store.replace(job, job.cancelled(at=1005))
    duty = await store.delivery(job.id)
    assert duty is not None
    assert duty.due_at == 1005


async def test_what_cannot_be_delivered_is_no_duty_any_more(store: Store) -> None:
    job = a_job()
    await store.add(job)
    await store.undeliverable(job.id, "The channel is gone.")
    await finish(store, job, shown=False)
    assert await store.deliveries() == []
    duty = await store.delivery(job.id)
    assert duty is not None
    assert duty.undeliverable == "The channel is gone."


async def test_duties_of_unknown_jobs_are_ignored(store: Store) -> None:
    unknown = JobId("unknown")
    await store.posted(unknown, "there")
    await store.delivered(unknown)
    await store.postpone(unknown, due_at=1)
    await store.undeliverable(unknown, "gone")
    assert await store.delivery(unknown) is None


async def test_a_sweep_takes_old_pictures_and_leaves_recipes(store: Store) -> None:
    old, young = a_job(at=1000, source=ImageId("1" * 64)), a_job(at=2000)
    for job in (old, young):
        await store.add(job)
        await finish(store, job)
    assert await store.referenced_images() == {old.source, SOURCE, a_generation(old).image, a_generation(young).image}
    await store.sweep(Retention(pictures_before=1500, jobs_before=NEVER, inbox_before=NEVER))
    assert await store.referenced_images() == {SOURCE, a_generation(young).image}
    assert await store.generation(a_generation(old).id) == a_generation(old)
    kept = [found.pictures_kept for job in (old, young) if (found := await store.job(job.id))]
    assert kept == [False, True]


async def test_a_sweep_takes_old_jobs_entirely(store: Store) -> None:
    old, young = a_job(at=1000), a_job(at=2000)
    for job in (old, young):
        await store.add(job)
    await finish(store, old)
    done = await finish(store, young)
    await store.sweep(Retention(pictures_before=1500, jobs_before=1500, inbox_before=NEVER))
    assert await store.job(old.id) is None
    assert await store.generation(a_generation(old).id) is None
    assert await store.delivery(old.id) is None
    assert await store.jobs_of("console:ada", limit=9) == [done]


async def test_a_sweep_leaves_open_and_undelivered_jobs(store: Store) -> None:
    queued, running, unseen = a_job(), a_job(), a_job()
    for job in (queued, running, unseen):
        await store.add(job)
    started = await run(store, running)
    await store.undeliverable(running.id, "The channel is gone.")
    done = await finish(store, unseen, shown=False)
    await store.sweep(EVERYTHING)
    assert [await store.job(job.id) for job in (queued, running, unseen)] == [queued, started, done]
    assert await store.referenced_images() == {SOURCE, a_generation(unseen).image}
    assert {duty.job for duty in await store.deliveries()} == {queued.id, unseen.id}


async def test_a_sweep_takes_what_a_chat_that_is_off_was_never_shown(store: Store) -> None:
    queued, unseen, young = a_job(), a_job(), a_job(at=5000)
    for job in (queued, unseen, young):
        await store.receive(an_event(int(job.id)))
        await store.add(job)
    done = await finish(store, young, shown=False)
    await finish(store, unseen, shown=False)
    for number, at in ((1, 10), (2, 3000)):
        await store.receive(an_event(number, at=at))
    before = Retention(pictures_before=2000, jobs_before=2000, inbox_before=2000)
    await store.sweep(replace(before, on=frozenset({"console", "other"})))
    assert {duty.job for duty in await store.deliveries()} == {queued.id, unseen.id, young.id}
    let_go = await store.sweep(replace(before, on=frozenset({"other"})))
    assert a_generation(unseen).image in let_go
    assert [await store.job(job.id) for job in (queued, unseen, young)] == [queued, None, done]
    assert await store.unsettled("console") == [an_event(2, at=3000)]


async def test_a_control_map_stays_as_long_as_a_recipe_needs_it(store: Store) -> None:
    drawn = ImageId("d" * 64)
    plain = a_job(strengths=(0.3, 0.5))
    control = Control(kind=ControlKind.CANNY, map=drawn)
    job = replace(plain, recipes=tuple(replace(recipe, control=control) for recipe in plain.recipes))
    await store.add(job)
    assert await store.job(job.id) == job
    await finish(store, job)
    pictures = {SOURCE, a_generation(job, 0).image, a_generation(job, 1).image}
    assert await store.referenced_images() == {*pictures, drawn}
    await store.remove_generation(generation_id(job.id, 0))
    assert drawn in await store.referenced_images()
    await store.remove_generation(generation_id(job.id, 1))
    assert await store.referenced_images() == frozenset()


async def test_a_picture_stays_while_a_child_works_on_it(store: Store) -> None:
    parent = a_job()
    await store.add(parent)
    await finish(store, parent)
    result = a_generation(parent)
    child = a_job(source=result.image, lineage=Lineage(parent=result.id, root=result.id, depth=2))
    await store.add(child)
    await store.sweep(EVERYTHING)
    assert await store.referenced_images() == {result.image}
    assert await store.job(child.id) == child


async def test_a_sweep_takes_settled_events_only(store: Store) -> None:
    for number, at in ((1, 10), (2, 10), (3, 30)):
        await store.receive(an_event(number, at=at))
    for number in (1, 3):
        await store.settle(f"console:{number}")
    await store.sweep(Retention(pictures_before=NEVER, jobs_before=NEVER, inbox_before=20))
    assert await store.unsettled("console") == [an_event(2, at=10)]
    assert await store.receive(an_event(1))
    assert not await store.receive(an_event(3))


async def test_forgetting_a_member_leaves_the_others(store: Store) -> None:
    mine, unseen, open_one, theirs = a_job(), a_job(), a_job(), a_job(user="bob")
    for job in (mine, unseen, open_one, theirs):
        await store.receive(an_event(int(job.id)))
        await store.add(job)
    await finish(store, mine)
    await finish(store, unseen, shown=False)
    await finish(store, theirs)
    gone = await store.forget("console:ada")
    assert gone.jobs == [mine.id, unseen.id]
    assert gone.images == {SOURCE, a_generation(mine).image, a_generation(unseen).image}
    assert await store.needed(gone.images) == {SOURCE}
    assert await store.holders(gone.images) == 2
    assert await store.jobs_of("console:ada", limit=9) == [open_one]
    assert await store.generations(mine.id) == []
    assert await store.delivery(unseen.id) is None
    assert await store.usage("console:ada", since=NEVER) == Usage(pending=1, pictures=3, oldest_at=1000)
    assert (await store.usage("console:bob", since=NEVER)).pictures == 1
    assert await store.generations(theirs.id) == [a_generation(theirs)]
    assert await store.receive(an_event(int(mine.id)))
    assert not await store.receive(an_event(int(theirs.id)))
    assert (await store.forget("console:eve")).jobs == []


async def test_a_removed_result_takes_picture_and_prompt_along(store: Store) -> None:
    job = a_job(strengths=(0.3, 0.5))
    await store.add(job)
    done = await finish(store, job)
    await store.remove_generation(generation_id(job.id, 0))
    assert await store.generations(job.id) == [a_generation(job, 1)]
    assert await store.referenced_images() == {SOURCE, a_generation(job, 1).image}
    scrubbed = replace(done.recipes[0], prompt="", negative_prompt="")
    assert await store.job(job.id) == replace(done, recipes=(scrubbed, done.recipes[1]))
    await store.remove_generation(generation_id(job.id, 1))
    await store.remove_generation(generation_id(job.id, 1))
    assert await store.referenced_images() == frozenset()
    assert (await store.usage("console:ada", since=NEVER)).pictures == 2


async def test_children_keep_their_lineage_when_a_parent_goes(store: Store) -> None:
    parent = a_job()
    await store.add(parent)
    await finish(store, parent)
    result = a_generation(parent)
    child = a_job(source=result.image, lineage=Lineage(parent=result.id, root=result.id, depth=2))
    await store.add(child)
    await finish(store, child)
    await store.remove_generation(result.id)
    assert await store.generation(result.id) is None
    assert await store.generations(child.id) == [a_generation(child)]
    assert a_generation(child).lineage.parent == result.id
    assert await store.referenced_images() == {result.image, a_generation(child).image}


async def test_an_open_job_keeps_the_prompt_it_still_needs(store: Store) -> None:
    job = a_job(strengths=(0.3, 0.5))
    await store.add(job)
    running = await run(store, job)
    await store.replace(running, running, generation=a_generation(job, 0))
    await store.remove_generation(generation_id(job.id, 0))
    assert await store.job(job.id) == running
    assert await store.generations(job.id) == []
    assert await store.referenced_images() == {SOURCE}


async def test_a_backup_never_overwrites(store: Store, tmp_path: Path) -> None:
    await store.add(a_job())
    copy = tmp_path / "copy.db"
    await store.backup(copy)
    first = copy.read_bytes()
    assert first
    with pytest.raises(FileExistsError):
        await store.backup(copy)
    assert copy.read_bytes() == first
    assert not list(tmp_path.glob(".copy*"))


async def test_a_message_leads_back_to_its_job(store: Store) -> None:
    job, other = a_job(), a_job()
    for each in (job, other):
        await store.add(each)
        await store.posted(each.id, f"message {each.id}")
    assert await store.job_of_message(f"message {other.id}") == other
    await store.posted(other.id, "moved")
    assert await store.job_of_message(f"message {other.id}") is None
    assert await store.job_of_message("unknown") is None


async def test_a_space_is_forgotten_with_everybody_in_it_and_nobody_else(store: Store) -> None:
    theirs = [replace(a_job(), requester=replace(a_job().requester, user=f"u{n}", space="left")) for n in (1, 2)]
    elsewhere = replace(a_job(), requester=replace(a_job().requester, space="stays"))
    for job in [*theirs, elsewhere]:
        await store.add(job)
        await finish(store, job)
    gone = await store.forget_space(elsewhere.requester.platform, "left")
    assert set(gone.jobs) == {job.id for job in theirs}
    assert await store.job(theirs[0].id) is None
    assert await store.job(elsewhere.id) is not None
    assert (await store.usage(theirs[0].requester.key, since=NEVER)).pictures == 1  # who comes back has used them


async def test_no_change_of_a_place_is_lost_to_another_at_the_same_time(store: Store) -> None:
    def block(word: str) -> Callable[[PlaceSettings], PlaceSettings]:
        return lambda own: replace(own, blocked=(*(own.blocked or ()), word))

    words = [f"word{number}" for number in range(8)]
    await asyncio.gather(*(store.change_place("discord:guild:1", block(word)) for word in words))
    assert sorted((await store.place("discord:guild:1")).blocked or ()) == words


async def test_a_change_of_a_place_that_is_refused_changes_nothing(store: Store) -> None:
    def refuse(_: PlaceSettings) -> PlaceSettings:
        raise InvalidRequest("refused-days")

    await store.change_place("discord:guild:1", set_to(PlaceSettings(style="oil")))
    with pytest.raises(InvalidRequest):
        await store.change_place("discord:guild:1", refuse)
    assert await store.place("discord:guild:1") == PlaceSettings(style="oil")


async def test_settings_of_a_place_are_kept_until_it_is_forgotten(store: Store) -> None:
    settings = PlaceSettings(strength=0.4, roles=("1", "2"), private=True, remix=RemixPolicy.OWN)
    assert await store.place("discord:guild:1") == PlaceSettings()
    await store.change_place("discord:guild:1", set_to(PlaceSettings(style="oil")))
    await store.change_place("discord:guild:1", set_to(settings))
    await store.change_place("discord:guild:2", set_to(settings))

    assert await store.place("discord:guild:1") == settings
    await store.forget_places("discord:guild:1")
    assert await store.place("discord:guild:1") == PlaceSettings()
    assert await store.place("discord:guild:2") == settings


async def test_which_places_belong_to_another_is_known_until_they_are_forgotten(store: Store) -> None:
    assert await store.children("discord:bot:1") == frozenset()
    await store.set_parent("discord:bot:1", [])
    await store.set_parent("discord:bot:1", ["discord:guild:1", "discord:guild:2"])
    await store.set_parent("discord:bot:1", ["discord:guild:2", "discord:guild:3"])
    await store.set_parent("discord:guild:1", ["discord:channel:5"])
    await store.set_parent("discord:bot:2", ["discord:guild:3"])
    assert await store.children("discord:bot:1") == {"discord:guild:1", "discord:guild:2"}
    assert await store.children("discord:bot:2") == {"discord:guild:3"}, "each has one parent"
    await store.forget_place("discord:guild:1")
    assert await store.children("discord:bot:1") == {"discord:guild:2"}
    assert await store.children("discord:guild:1") == {"discord:channel:5"}, "it is for the caller to forget these"
    await store.forget_places("discord:channel:")
    assert await store.children("discord:guild:1") == frozenset()


async def test_a_place_is_greeted_for_one_event_until_it_is_forgotten(store: Store) -> None:
    assert await store.greet("discord:guild:1", "joined")
    assert await store.greet("discord:guild:1", "joined"), "done again after a crash"
    assert not await store.greet("discord:guild:1", "used")
    assert await store.greet("discord:guild:12", "used")
    await store.forget_place("discord:guild:1")
    assert not await store.greet("discord:guild:12", "joined"), "another one, whose key begins alike"
    assert await store.greet("discord:guild:1", "used")
    await store.forget_greeting("discord:guild:1")
    assert await store.greet("discord:guild:1", "again")
    assert not await store.greeted("slack:T1/")
    await store.greet("slack:T1/C1", "joined")
    assert [await store.greeted(each) for each in ("slack:T1/", "slack:T1/C", "slack:T2/")] == [True, True, False]
    await store.greet("slack:T1/", "used")
    await store.forget_places("slack:T1/")
    assert await store.greet("slack:T1/", "joined")


async def test_copies_are_known_until_their_job_goes(store: Store) -> None:
    job = await store.add(replace(a_job(), place="discord:channel:1", private=True))
    stored = await store.job(job.id)
    assert stored is not None
    assert stored.place == "discord:channel:1"
    assert await store.copies(job.id) == frozenset()
    for place in ("discord:channel:1", "discord:channel:2", "discord:channel:1"):
        await store.copied(job.id, place)
    assert await store.copies(job.id) == {"discord:channel:1", "discord:channel:2"}
    assert await store.replace(job, job.cancelled(at=1002))
    await store.forget(job.requester.key)
    assert await store.copies(job.id) == frozenset()
    await store.copied(job.id, "discord:channel:1")  # it went in the meantime
    assert await store.copies(job.id) == frozenset()


ELSEWHERE = ReplyTarget(platform="console", address={"channel": "elsewhere"})


async def copied(store: Store, job: Job, *messages: str) -> list[bool]:
    return [await store.copy_stands(Copy(job=job.id, message=each, reply_to=ELSEWHERE)) for each in messages]


async def going(store: Store) -> dict[str, ReplyTarget]:
    """What is to be taken back from the chat, with its pictures, at once."""
    due = [each for each in await store.notices("console", most=99) if each.pictures]
    assert {(each.until, each.job) for each in due} <= {(0.0, None)}
    return {each.message: each.reply_to for each in due}


async def test_what_shows_a_result_is_taken_back_once_the_last_picture_is_deleted(store: Store) -> None:
    job = await finish(store, await store.add(a_job(strengths=(0.3, 0.7))))
    other = await finish(store, await store.add(a_job()))
    await store.posted(job.id, "own")
    await store.posted(other.id, "another's own")
    assert await copied(store, job, "first", "second", "first") == [True, True, True]
    assert await copied(store, other, "another's") == [True]
    await store.remove_generation(generation_id(job.id, 0))
    assert await going(store) == {}, "one picture is left, and they show it"
    await store.remove_generation(generation_id(job.id, 1))
    assert await going(store) == {"own": job.reply_to, "first": ELSEWHERE, "second": ELSEWHERE}
    for message in ("own", "first", "second"):
        await store.taken_down(message)
    assert await copied(store, job, "third") == [False], "what is deleted is shown nowhere any more"
    await store.forget(job.requester.key)
    assert await going(store) == {"another's own": other.reply_to, "another's": ELSEWHERE, "own": job.reply_to}


async def test_what_shows_what_was_made_goes_with_its_member(store: Store) -> None:
    job = await finish(store, await store.add(a_job()))
    stays = await finish(store, await store.add(a_job(user="bob")))
    open_, failed = await run(store, await store.add(a_job())), await run(store, await store.add(a_job()))
    assert await store.replace(failed, failed.cancelled(at=1002))
    for each in (job, stays, open_, failed):
        await store.posted(each.id, f"own of {each.id}")
    assert await copied(store, job, "copy") == [True]
    assert await copied(store, stays, "copy of another's") == [True]
    await store.forget(job.requester.key)
    assert set(await going(store)) == {f"own of {job.id}", f"own of {failed.id}", "copy"}
    assert await copied(store, job, "late") == [False]


@pytest.mark.parametrize("way", ["space", "age"])
async def test_what_goes_by_age_or_with_its_space_is_forgotten_where_it_stands(store: Store, way: str) -> None:
    job = await finish(store, await store.add(a_job()))
    await store.posted(job.id, "own")
    assert await copied(store, job, "copy") == [True]
    if way == "space":
        await store.forget_space(job.requester.platform, job.requester.space)
    else:
        await store.sweep(EVERYTHING)
    assert await store.job(job.id) is None
    await store.forget(job.requester.key)
    assert await going(store) == {}


async def test_what_is_published_openly_is_no_spoiler_any_more_and_its_neighbours_stay_one(store: Store) -> None:
    hidden = Lineage(spoiler=True, description="a ghost", scaled=True)
    jobs = [await finish(store, await store.add(replace(a_job(), lineage=hidden))) for _ in range(2)]
    for number, job in enumerate(jobs):
        await store.copied(job.id, "discord:channel:1", openly=number == 0)
    for number, job in enumerate(jobs):
        stored, made = await store.job(job.id), await store.generations(job.id)
        assert stored is not None
        assert stored.lineage == replace(hidden, spoiler=number == 1)
        assert [each.lineage for each in made] == [replace(hidden, spoiler=number == 1)]


async def test_a_result_that_is_published_is_the_hidden_source_of_nothing_any_more(store: Store) -> None:
    private = await finish(store, await store.add(replace(a_job(), private=True)))
    (shown,) = await store.generations(private.id)
    hidden = Lineage(parent=shown.id, root=shown.id, depth=2, source_hidden=True, source_withheld=True)
    ended = await finish(store, await store.add(a_job(source=shown.image, lineage=hidden)))
    running = await run(store, await store.add(a_job(source=shown.image, lineage=replace(hidden, scaled=True))))
    (above,) = await store.generations(ended.id)
    of_another = Lineage(parent=above.id, root=shown.id, depth=3, source_hidden=True)
    other = await finish(store, await store.add(a_job(source=above.image, lineage=of_another)))
    await store.copied(private.id, "discord:channel:1")
    done = running.succeeded(at=running.created_at + 100)
    assert await store.replace(running, done, generation=a_generation(running))
    open_ = Lineage(parent=shown.id, root=shown.id, depth=2)
    for job, lineage in ((ended, open_), (running, replace(open_, scaled=True)), (other, of_another)):
        stored = await store.job(job.id)
        assert stored is not None
        assert stored.lineage == lineage
        assert [each.lineage for each in await store.generations(job.id)] == [lineage]


async def test_a_members_results_come_in_pages_newest_first(store: Store) -> None:
    jobs = [await finish(store, await store.add(a_job(at=float(number // 2)))) for number in range(5)]
    await finish(store, await store.add(a_job(user="bob")))
    pages, cursor = [], None
    while True:
        page = await store.results_of(jobs[0].requester.key, before=cursor, limit=2)
        pages.append([kept.job.id for kept in page.kept])
        if (cursor := page.more) is None:
            break
    assert pages == [[jobs[4].id, jobs[3].id], [jobs[2].id, jobs[1].id], [jobs[0].id]]
    assert (await store.results_of("console:nobody", limit=2)).kept == []


async def test_results_are_found_by_words_and_style_and_tell_whether_their_pictures_are_kept(store: Store) -> None:
    sweep = await finish(
        store, await store.add(a_job(prompt="100% Oil_paint, an old 'master'", strengths=(0.3, 0.7)))
    )
    key = sweep.requester.key
    await finish(store, await store.add(a_job(prompt="ink")))
    failed = await store.add(a_job(prompt="oil that never was"))
    assert await store.replace(failed, failed.cancelled(at=2000.0))
    for words in ("oil", "100%", "_paint", "'master'", ""):
        found = (await store.results_of(key, words=words, limit=9)).kept
        assert sweep in [kept.job for kept in found]
        assert len(found) == (1 if words else 2)
    [kept] = (await store.results_of(key, words="oil", limit=9)).kept
    assert ([made.index for made in kept.generations], kept.job.pictures_kept) == ([0, 1], True)
    assert (await store.results_of(key, style="anime", limit=9)).kept == []
    await store.remove_generation(kept.generations[0].id)
    await store.sweep(Retention(pictures_before=1e12, jobs_before=NEVER, inbox_before=NEVER))
    [kept] = (await store.results_of(key, limit=9, words="ink")).kept
    assert not kept.job.pictures_kept


async def test_the_mode_of_operation_is_kept(store: Store) -> None:
    assert await store.mode() is Mode.RUNNING
    for mode in (Mode.PAUSED, Mode.DRAINING, Mode.DRAINING, Mode.RUNNING):
        await store.set_mode(mode)
        assert await store.mode() is mode


async def test_a_restart_of_the_devices_is_kept_and_there_is_one_at_a_time(store: Store) -> None:
    assert await store.restart() is None
    for device in ("cuda:1", ""):
        assert await store.ask_restart(device)
        assert await store.restart() == Restart(device=device)
    under_way = Restart(stage=RestartStage.RUNNING, outcome={"cuda:0": "", "cuda:1": "It fell off the bus."})
    await store.note_restart(under_way)
    assert not await store.ask_restart("cuda:1")
    assert await store.restart() == under_way
    await store.note_restart(replace(under_way, stage=RestartStage.DONE))
    assert await store.ask_restart("")
    assert await store.restart() == Restart()


async def test_the_latest_failures_and_what_could_not_be_shown(store: Store) -> None:
    jobs = [await store.add(a_job()) for _ in range(4)]
    ended = []
    for number, job in enumerate(jobs[:3]):
        running = await run(store, job)
        end = running.refused if number == 1 else running.failed
        ended.append(end(f"reason {number}", at=2000.0 + number))
        assert await store.replace(running, ended[-1])
    await finish(store, jobs[3])
    assert await store.failures(limit=9) == ended[::-1]
    assert await store.failures(limit=1) == ended[2:]
    assert await store.unshown(limit=9) == []
    await store.undeliverable(jobs[0].id, "the channel has gone")
    assert await store.unshown(limit=9) == [Unshown(job=jobs[0].id, reason="the channel has gone")]


async def test_jobs_are_found_by_their_ids_in_the_order_in_which_they_are_asked_for(store: Store) -> None:
    jobs = [await store.add(replace(a_job(), created_at=1000.0 + number)) for number in range(3)]
    assert await store.jobs_by_id([jobs[2].id, JobId("A" * 22), jobs[0].id]) == [jobs[2], jobs[0]]
    await finish(store, jobs[1])
    assert await store.queued_ids() == [jobs[0].id, jobs[2].id]


async def test_usage_by_member_begins_with_who_used_most(store: Store) -> None:
    few = Requester(platform="console", user="few", name="Few")
    many = Requester(platform="console", user="many", name="Many")
    await store.add(replace(a_job(), requester=few, created_at=1000.0))
    await store.add(replace(a_job(strengths=(0.3, 0.7)), requester=replace(many, name="Before"), created_at=1001.0))
    await store.add(replace(a_job(), requester=many, created_at=1002.0))
    await store.add(replace(a_job(), requester=few, created_at=10.0))
    assert await store.usage_by_member(since=1000.0, limit=9) == [
        MemberUsage(key="console:many", name="Many", jobs=2, pictures=3),
        MemberUsage(key="console:few", name="Few", jobs=1, pictures=1),
    ]
    assert [each.name for each in await store.usage_by_member(since=1000.0, limit=1)] == ["Many"]


async def test_what_is_kept_stays_beyond_retention_with_its_whole_job(store: Store) -> None:
    kept, other = [await finish(store, await store.add(a_job(strengths=(0.3, 0.7)))) for _ in range(2)]
    chosen = generation_id(kept.id, 1)
    await store.keep(chosen, on=True)
    assert [made.kept for made in await store.generations(kept.id)] == [False, True]
    assert (await store.keeps(kept.requester.key), await store.keeps("console:nobody")) == (1, 0)
    await store.sweep(EVERYTHING)
    assert (await store.job(kept.id), await store.job(other.id)) == (kept, None)
    assert await store.needed([kept.source])
    [found] = (await store.results_of(kept.requester.key, limit=9)).kept
    assert found.job.pictures_kept
    await store.keep(chosen, on=False)
    assert await store.keeps(kept.requester.key) == 0
    await store.sweep(EVERYTHING)
    assert await store.job(kept.id) is None


async def test_what_lost_its_pictures_is_not_kept(store: Store) -> None:
    job = await finish(store, await store.add(a_job()))
    await store.sweep(Retention(pictures_before=1e12, jobs_before=NEVER, inbox_before=NEVER))
    assert not await store.keep(generation_id(job.id, 0), on=True)
    assert await store.keeps(job.requester.key) == 0
    await store.sweep(EVERYTHING)
    assert await store.job(job.id) is None


async def test_who_is_forgotten_keeps_nothing(store: Store) -> None:
    job = await finish(store, await store.add(a_job()))
    await store.keep(generation_id(job.id, 0), on=True)
    await store.forget(job.requester.key)
    assert (await store.job(job.id), await store.keeps(job.requester.key)) == (None, 0)


async def test_notices_stand_by_their_time_and_outlive_the_job_that_they_call_to(store: Store) -> None:
    late, soon = [await finish(store, await store.add(a_job())) for _ in range(2)]

    async def put_up(message: str, until: float, job: JobId | None = None) -> None:
        await store.put_up(Notice(message=message, reply_to=late.reply_to, until=until, job=job))

    await put_up("call", 80.0, late.id)
    await put_up("soon", 70.0, soon.id)
    await put_up("refusal", 60.0)
    await put_up("of nothing that is kept", 90.0, JobId("unknown"))
    standing = await store.notices("console", most=9)
    assert [(each.message, each.job, each.until) for each in standing] == [
        ("refusal", None, 60.0),
        ("soon", soon.id, 70.0),
        ("call", late.id, 80.0),
        ("of nothing that is kept", None, 90.0),
    ]
    assert all(each.reply_to == late.reply_to for each in standing)
    assert [each.message for each in await store.notices("console", most=2)] == ["refusal", "soon"]
    assert not await store.heard(late.id, "fake:somebody-else", at=75.0)
    assert await store.heard(late.id, late.requester.key, at=75.0)
    assert not await store.heard(late.id, late.requester.key, at=76.0), "it is due already"
    await store.taken_down("soon")
    await store.forget(late.requester.key)
    assert [(each.message, each.job, each.until) for each in await store.notices("console", most=9)] == [
        ("refusal", None, 60.0),
        ("call", None, 75.0),
        ("of nothing that is kept", None, 90.0),
    ]


async def test_passes_of_a_picture_are_counted_by_place_while_somebody_sees_them(store: Store) -> None:
    root = await finish(store, await store.add(replace(a_job(strengths=(0.3, 0.7)), place="here")))
    of_root = Lineage(parent=generation_id(root.id, 1), root=generation_id(root.id, 1))
    assert await store.passes(root.id, "here") == Passes(count=0, offered=False)
    other = Lineage(parent=GenerationId(f"{root.id[:-1]}x.0"), root=GenerationId(f"{root.id[:-1]}x.0"))
    await store.add(replace(a_job(lineage=other), place="here"))
    await store.add(replace(a_job(lineage=of_root), place="there"))
    await store.add(replace(a_job(lineage=of_root), place="here", private=True))
    cancelled = await store.add(replace(a_job(lineage=of_root), place="here", offers_thread=True))
    await store.replace(cancelled, cancelled.cancelled(at=1001.0))
    await store.add(replace(a_job(lineage=of_root), place="here"))
    assert await store.passes(root.id, "here") == Passes(count=1, offered=False)
    offering = await finish(store, await store.add(replace(a_job(lineage=of_root), place="here", offers_thread=True)))
    assert offering.offers_thread
    assert await store.passes(root.id, "here") == Passes(count=2, offered=True)
    await store.opened(root.id, "there", "elsewhere")
    assert await store.passes(root.id, "here") == Passes(count=2, offered=True)
    await store.opened(root.id, "here", "thread")
    assert await store.passes(root.id, "here") == Passes(count=2, offered=False)
    taken = await store.job(offering.id)
    assert taken
    assert not taken.offers_thread


async def test_a_family_has_one_thread_in_a_place_until_it_or_its_first_job_goes(store: Store) -> None:
    root = await finish(store, await store.add(a_job()))
    await store.opened(root.id, "here", "thread")
    await store.opened(root.id, "here", "late")
    await store.opened(root.id, "there", "other")
    await store.opened(JobId("unknown"), "here", "nobody's")
    assert [await store.thread(root.id, each) for each in ("here", "there", "nowhere")] == ["thread", "other", ""]
    await store.closed("thread")
    assert [await store.thread(root.id, each) for each in ("here", "there")] == ["", "other"]
    await store.forget(root.requester.key)
    assert await store.thread(root.id, "there") == ""
