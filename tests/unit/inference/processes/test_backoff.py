from inference.processes.backoff import Backoff


def test_pauses_grow_to_the_last_and_begin_anew_once_one_worked() -> None:
    backoff = Backoff((1.0, 2.0, 5.0))
    assert [backoff.lost() for _ in range(4)] == [1.0, 2.0, 5.0, 5.0]
    backoff.worked()
    assert backoff.lost() == 1.0
