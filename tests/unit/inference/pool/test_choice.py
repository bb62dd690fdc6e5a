from inference.pool.choice import Batch, DeviceState, choose

A, B = Batch("a", (512, 512), ()), Batch("b", (512, 512), ())
A_WIDE = Batch("a", (768, 512), ())
NONE = Batch("", None, ())


def device(*at_work: Batch, slots: int = 2, models: str = "") -> DeviceState:
    """A device with its pictures; `models`: a letter for each one in its memory."""
    return DeviceState(slots=slots, models={*models, *(each.model for each in at_work)}, at_work=at_work)


def chosen(wanted: Batch, *devices: DeviceState, may_load: bool = False) -> int | None:
    return choose(wanted, devices, may_load=may_load)


def test_a_device_that_has_the_model_comes_before_an_idle_one() -> None:
    assert chosen(A, device(models="b"), device(A, models="a")) == 1


def test_of_those_that_have_it_an_idle_one_comes_first() -> None:
    assert chosen(A, device(A, models="a"), device(models="a")) == 1


def test_of_busy_ones_that_with_the_same_batch() -> None:
    assert chosen(A, device(A_WIDE, slots=4), device(A, A, slots=4)) == 1


def test_then_the_emptiest() -> None:
    assert chosen(A, device(A_WIDE, A_WIDE, slots=4), device(A_WIDE, slots=4)) == 1


def test_one_that_works_with_another_model_comes_last() -> None:
    assert chosen(A, device(B, models="ab"), device(A, A_WIDE, slots=3)) == 1


def test_full_ones_with_the_model_are_waited_for_until_it_may_be_loaded_again() -> None:
    full, idle = device(A, slots=1), device(models="b")
    assert chosen(A, full, idle) is None
    assert chosen(A, full, idle, may_load=True) == 1


def test_a_model_on_its_way_to_a_device_counts_as_loaded() -> None:
    assert chosen(B, device(models="a"), device(B, models="a")) == 1


def test_a_new_model_goes_where_no_only_copy_has_to_leave() -> None:
    assert chosen(B, device(models="a"), device(models="c"), device(A, models="a")) == 0
    assert chosen(B, device(models="a"), device(models="")) == 1


def test_what_needs_no_model_goes_to_the_emptiest() -> None:
    assert chosen(NONE, device(A, models="a"), device(models="b")) == 1


def test_nobody_goes_where_nothing_is_free() -> None:
    assert chosen(A, device(A, slots=1), device(slots=0, models="a"), may_load=True) is None
    assert chosen(NONE, device(A, slots=1)) is None


def test_a_device_that_is_away_keeps_no_model_for_itself() -> None:
    assert chosen(A, device(slots=0, models="a"), device(models="b")) == 1
