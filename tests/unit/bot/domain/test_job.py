"""The job machine: every legal move works, every other one is refused, nothing follows an end."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.ids import JobId, generation_id
from bot.domain.job import MAX_ATTEMPTS, MAX_STRIKES, TRANSITIONS, IllegalTransition, Job, JobStatus
from tests.builders.jobs import a_job

S = JobStatus
LEGAL = {
    (S.RECEIVED, S.QUEUED),
    (S.RECEIVED, S.REFUSED),
    (S.QUEUED, S.RUNNING),
    (S.QUEUED, S.FAILED),
    (S.QUEUED, S.CANCELLED),
    (S.QUEUED, S.REFUSED),
    (S.RUNNING, S.QUEUED),
    (S.RUNNING, S.SUCCEEDED),
    (S.RUNNING, S.FAILED),
    (S.RUNNING, S.CANCELLED),
    (S.RUNNING, S.REFUSED),
}
"""Written out a second time, so that a slip in the table is seen."""

MOVES = ("queued", "started", "struck", "succeeded", "failed", "refused", "cancelled")
LEADS_TO = dict(
    zip(MOVES, (S.QUEUED, S.RUNNING, S.QUEUED, S.SUCCEEDED, S.FAILED, S.REFUSED, S.CANCELLED), strict=True)
)


def move(job: Job, name: str, at: float) -> Job:
    match name:
        case "queued" | "struck":
            moved: Job = getattr(job, name)()
        case "started":
            moved = job.started(lease="run 1", at=at)
        case "failed" | "refused":
            moved = getattr(job, name)("Because.", at=at)
        case _:
            moved = getattr(job, name)(at=at)
    return moved


def a_job_in(status: JobStatus) -> Job:
    job = a_job()
    return {
        S.RECEIVED: lambda: replace(job, status=S.RECEIVED),
        S.QUEUED: lambda: job,
        S.RUNNING: lambda: job.started(lease="run 1", at=1),
        S.SUCCEEDED: lambda: job.started(lease="run 1", at=1).succeeded(at=2),
        S.FAILED: lambda: job.failed("Because.", at=2),
        S.CANCELLED: lambda: job.cancelled(at=2),
        S.REFUSED: lambda: job.refused("Because.", at=2),
    }[status]()


def test_the_table_is_the_one_agreed_on() -> None:
    assert {(before, after) for before, afters in TRANSITIONS.items() for after in afters} == LEGAL
    assert set(TRANSITIONS) == set(JobStatus)


@pytest.mark.parametrize("name", MOVES)
@pytest.mark.parametrize("status", JobStatus)
def test_a_move_happens_where_the_table_has_it_and_nowhere_else(status: JobStatus, name: str) -> None:
    job = a_job_in(status)
    assert job.status is status
    if (status, LEADS_TO[name]) in LEGAL:
        assert move(job, name, 3).status is LEADS_TO[name]
    else:
        with pytest.raises(IllegalTransition, match=job.id):
            move(job, name, 3)


def test_only_ends_have_ended() -> None:
    assert {status for status in JobStatus if status.ended} == {S.SUCCEEDED, S.FAILED, S.CANCELLED, S.REFUSED}


@given(st.lists(st.sampled_from(MOVES), max_size=40))
def test_a_random_life_keeps_its_accounts(names: list[str]) -> None:
    job = a_job()
    starts = strikes = 0
    for at, name in enumerate(names):
        before = job
        try:
            job = move(job, name, at)
        except IllegalTransition:
            assert job == before
            continue
        assert not before.status.ended
        starts += name == "started"
        strikes += name == "struck"
        assert (job.attempt, job.strikes) == (starts, strikes)
        assert job.hopeless == (strikes >= MAX_STRIKES or starts >= MAX_ATTEMPTS)
        assert bool(job.lease) == (job.status is S.RUNNING)
        assert (job.ended_at is not None) == job.status.ended
        assert bool(job.error) == (job.status in {S.FAILED, S.REFUSED})
        assert (job.id, job.event_id, job.recipes) == (before.id, before.event_id, before.recipes)


def test_a_cost_counts_steps_really_run_and_megapixels() -> None:
    job = a_job(strengths=(0.0, 0.5, 1.0))
    megapixels = 512 * 512 / 1e6
    costs = [job.unit_cost(index) / megapixels for index in range(3)]
    assert costs == pytest.approx([1, 10, 20])


def test_results_are_named_after_their_job() -> None:
    job = a_job(number=7, strengths=(0.3, 0.5))
    assert job.generation_ids() == (generation_id(JobId(f"{7:022d}"), 0), generation_id(JobId(f"{7:022d}"), 1))
