from inference.worker.watchdog import StepBudget


def test_a_model_of_unknown_pace_gets_the_load_budget() -> None:
    assert StepBudget(step_seconds=30, load_seconds=600).budget("m", pixels=1000) == 600


def test_loading_gets_the_load_budget_whatever_the_pace() -> None:
    pace = StepBudget(load_seconds=600)
    pace.note("m", 1000, 0.1)
    assert pace.budget("m", pixels=0) == 600


def test_fast_steps_leave_the_least_budget() -> None:
    pace = StepBudget(step_seconds=30)
    pace.note("m", 1000, 0.1)
    assert pace.budget("m", pixels=1000) == 30


def test_slow_steps_get_ten_medians_scaled_to_the_picture() -> None:
    pace = StepBudget(step_seconds=30)
    for seconds in (5.0, 6.0, 500.0):
        pace.note("m", 1000, seconds)
    assert pace.budget("m", pixels=1000) == 60
    assert pace.budget("m", pixels=4000) == 240
    assert pace.budget("other", pixels=1000) == pace.load_seconds


def test_the_median_rolls() -> None:
    pace = StepBudget(step_seconds=1)
    for seconds in [100.0] * 40 + [1.0] * 40:
        pace.note("m", 1000, seconds)
    assert pace.budget("m", pixels=1000) == 10
