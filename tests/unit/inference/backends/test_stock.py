"""The small decisions of the stock backend, on real torch and real schedulers."""

import copy

import pytest
from hypothesis import given
from hypothesis import strategies as st

torch = pytest.importorskip("torch")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning"),
]


@given(st.integers(1, 150), st.floats(0, 1, exclude_min=True))
def test_at_least_one_step_is_left_and_nothing_more_than_needed(steps: int, strength: float) -> None:
    from inference.backends.stock import at_least_one_step

    raised = at_least_one_step(steps, strength)
    assert 1 <= int(steps * raised) <= steps
    assert raised >= strength
    if int(steps * strength) >= 1:
        assert raised == strength
    else:
        assert int(steps * raised) == 1


def test_a_real_allocation_failure_is_out_of_memory() -> None:
    from inference.backends.stock import translate
    from inference.errors import OutOfMemory

    with pytest.raises(RuntimeError) as failure:
        torch.empty(1 << 50)
    assert isinstance(translate(failure.value), OutOfMemory)
    assert isinstance(translate(torch.OutOfMemoryError("CUDA out of memory.")), OutOfMemory)
    assert isinstance(translate(MemoryError()), OutOfMemory)
    assert isinstance(translate(torch.AcceleratorError("CUDA error: out of memory")), OutOfMemory)


def test_a_device_error_is_poison_and_a_bug_stays_a_bug() -> None:
    from inference.backends.stock import translate
    from inference.errors import DevicePoisoned

    poison = translate(torch.AcceleratorError("CUDA error: an illegal memory access was encountered\nmore"))
    assert isinstance(poison, DevicePoisoned)
    assert str(poison) == "CUDA error: an illegal memory access was encountered"
    bug = RuntimeError("shapes do not match")
    assert translate(bug) is bug


@pytest.mark.parametrize("name", ["DDIM", "EulerDiscrete", "HeunDiscrete", "UniPCMultistep", "LCM", "PNDM"])
def test_a_start_from_noise_knows_nothing_of_the_source_and_spares_the_original(name: str) -> None:
    import diffusers

    from inference.backends.stock import start_from_noise

    original = getattr(diffusers, f"{name}Scheduler")()
    scheduler = copy.deepcopy(original)
    scheduler.set_timesteps(8)
    noise, source = torch.randn(1, 4, 8, 8), torch.randn(1, 4, 8, 8)
    first = scheduler.timesteps[:1]
    mixed = scheduler.add_noise(source, noise, first)
    start_from_noise(scheduler)
    alone = scheduler.add_noise(source, noise, first)
    assert torch.equal(alone, noise * scheduler.init_noise_sigma)
    assert not torch.equal(alone, mixed)
    assert torch.equal(alone, scheduler.add_noise(source * 0, noise, first))
    original.set_timesteps(8)
    assert torch.equal(original.add_noise(source, noise, first), mixed)
