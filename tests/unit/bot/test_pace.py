import pytest

from bot.domain.ids import JobId
from bot.pace import Pace
from bot.queue import Standing, Unit


def unit(job: str, index: int = 0, cost: float = 2.0) -> Unit:
    return Unit(job=JobId(job), index=index, user=job, cost=cost)


def test_nothing_is_promised_before_anything_was_measured() -> None:
    waiting = Pace(slots=lambda: 1).waiting(Standing(position=1, work=2.0), now=100.0)

    assert waiting is not None
    assert (waiting.position, waiting.expected_at) == (1, None)
    assert Pace(slots=lambda: 1).drained_in(2.0) is None


def test_expectation_counts_what_runs_what_is_ahead_and_the_job_itself() -> None:
    pace = Pace(slots=lambda: 1)
    pace.observe(cost=1.0, seconds=3.0)
    pace.runs(unit("running", cost=4.0), 0.75)

    waiting = pace.waiting(Standing(position=2, work=7.0), now=100.0)

    assert waiting is not None
    assert waiting.position == 2
    assert waiting.expected_at == pytest.approx(100.0 + 3.0 * (1.0 + 7.0))
    pace.ended(unit("running"))
    assert pace.drained_in(107.0) == pytest.approx(3.0 * 107.0)


def test_several_slots_share_the_work() -> None:
    one, four = Pace(slots=lambda: 1), Pace(slots=lambda: 4)
    for pace in (one, four):
        pace.observe(cost=1.0, seconds=2.0)

    assert one.drained_in(8.0) == pytest.approx(4 * (four.drained_in(8.0) or 0.0))


def test_the_late_expectation_is_the_ninth_decile() -> None:
    pace = Pace(slots=lambda: 1)
    for seconds in range(1, 12):
        pace.observe(cost=1.0, seconds=float(seconds))

    assert pace.rates() == (6.0, 10.0)
    for _ in range(200):
        pace.observe(cost=1.0, seconds=2.0)
    assert pace.rates() == (2.0, 2.0)


def test_a_job_that_does_not_wait_has_no_place() -> None:
    assert Pace(slots=lambda: 1).waiting(None, now=0.0) is None
