import pytest

from bot.domain.ids import JobId
from bot.pace import Pace
from bot.queue import QueuePosition, Unit
from inference.api import Device


def unit(job: str, index: int = 0, cost: float = 2.0) -> Unit:
    return Unit(job=JobId(job), index=index, user=job, cost=cost)


def pace_of(slots: int) -> Pace:
    """Of one device."""
    return Pace(devices=lambda: [Device(name="", slots=slots)])


def test_nothing_is_promised_before_anything_was_measured() -> None:
    waiting = pace_of(1).waiting(QueuePosition(position=1, work=2.0), now=100.0)

    assert waiting is not None
    assert (waiting.position, waiting.expected_at) == (1, None)
    assert pace_of(1).drained_in(2.0) is None


def test_expectation_counts_what_runs_what_is_ahead_and_the_job_itself() -> None:
    pace = pace_of(1)
    pace.observe(cost=1.0, seconds=3.0)
    pace.runs(unit("running", cost=4.0), 0.75)

    waiting = pace.waiting(QueuePosition(position=2, work=7.0), now=100.0)

    assert waiting is not None
    assert waiting.position == 2
    assert waiting.expected_at == pytest.approx(100.0 + 3.0 * (1.0 + 7.0))
    pace.ended(unit("running"))
    assert pace.drained_in(107.0) == pytest.approx(3.0 * 107.0)


def test_several_slots_share_the_work() -> None:
    one, four = pace_of(1), pace_of(4)
    for pace in (one, four):
        pace.observe(cost=1.0, seconds=2.0)

    assert one.drained_in(8.0) == pytest.approx(4 * (four.drained_in(8.0) or 0.0))


def test_the_late_expectation_is_the_ninth_decile() -> None:
    pace = pace_of(1)
    for seconds in range(1, 12):
        pace.observe(cost=1.0, seconds=float(seconds))

    assert pace.rates() == (6.0, 10.0)
    for _ in range(200):
        pace.observe(cost=1.0, seconds=2.0)
    assert pace.rates() == (2.0, 2.0)


def test_a_job_that_does_not_wait_has_no_place() -> None:
    assert pace_of(1).waiting(None, now=0.0) is None


def test_what_unlike_devices_do_in_a_second_adds_up() -> None:
    devices = [Device(name="fast", slots=2), Device(name="slow", slots=1), Device(name="down", slots=0)]
    pace = Pace(devices=lambda: devices)
    for _ in range(300):
        pace.observe(cost=1.0, seconds=1.0, device="fast")
    pace.observe(cost=1.0, seconds=4.0, device="slow")

    assert pace.drained_in(9.0) == pytest.approx(9.0 / (2 / 1.0 + 1 / 4.0))
    devices[0] = Device(name="fast", slots=0)
    assert pace.drained_in(9.0) == pytest.approx(9.0 * 4.0), "a device that is lost does nothing any more"


def test_a_device_that_was_not_measured_counts_as_an_average_one() -> None:
    devices = [Device(name="old", slots=1), Device(name="new", slots=1)]
    pace = Pace(devices=lambda: devices)
    pace.observe(cost=1.0, seconds=2.0, device="old")

    assert pace.drained_in(8.0) == pytest.approx(8.0)


def test_while_all_devices_are_away_one_slot_is_promised() -> None:
    pace = Pace(devices=lambda: [Device(name="away", trouble="It is away.")])
    pace.observe(cost=1.0, seconds=2.0, device="away")

    assert pace.drained_in(3.0) == pytest.approx(6.0)


def test_a_running_job_is_done_with_its_slowest_picture() -> None:
    pace = pace_of(2)
    assert pace.left([unit("sweep")]) is None
    pace.observe(cost=1.0, seconds=3.0)
    first, second, third = (unit("sweep", index) for index in range(3))
    pace.runs(first, 0.5)
    assert pace.left([first]) == pytest.approx(3.0 * 1.0)
    assert pace.left([first, second]) == pytest.approx(3.0 * 2.0)
    assert pace.left([first, second, third]) == pytest.approx(3.0 * 5.0 / 2)
    assert pace.left([]) == 0.0


def test_a_job_starts_at_once_while_the_device_has_room() -> None:
    pace = pace_of(2)
    places = [QueuePosition(position=position, work=2.0) for position in (1, 2, 3)]
    assert [pace.waiting(place, now=0.0).at_once for place in places] == [True, True, False]  # type: ignore[union-attr]
    pace.runs(unit("other"), 0.5)
    assert [pace.waiting(place, now=0.0).at_once for place in places] == [True, False, False]  # type: ignore[union-attr]
