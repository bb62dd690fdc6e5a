"""The small decisions of the stock backend, on real torch and real schedulers."""

import copy
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

torch = pytest.importorskip("torch")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning"),
]


def test_why_a_model_cannot_be_used_is_logged_once_and_not_at_each_load(capsys: pytest.CaptureFixture[str]) -> None:
    from inference.backends.base import WorkerSettings
    from inference.backends.stock import StockBackend
    from inference.models.entry import ModelEntry

    entries = {"pocket": ModelEntry(id="pocket"), "old": ModelEntry(id="old.ckpt")}
    backend = StockBackend(WorkerSettings(model="pocket", entries=entries, device="cpu"))
    for _ in range(2):
        assert list(backend.defaults()) == ["pocket"]
    assert capsys.readouterr().err.count("is a pickle, which can run anything") == 1


@given(st.integers(1, 500), st.data())
def test_a_strength_of_whole_steps_makes_just_these(steps: int, data: st.DataObject) -> None:
    from inference.backends.stock_strength import whole

    wanted = data.draw(st.integers(1, steps))
    strengths = [whole(pipeline, steps, wanted) for pipeline in (SimpleNamespace(unet=None), SimpleNamespace())]
    assert all(0 < strength <= 1 for strength in strengths)
    assert min(int(steps * strengths[0]), steps) == wanted, "Stable Diffusion's way"
    assert steps - int(max(steps - min(steps * strengths[1], steps), 0)) == wanted, "FLUX's way"


def test_a_real_allocation_failure_is_out_of_memory() -> None:
    from inference.errors import OutOfMemory
    from inference.models.device_errors import translate

    with pytest.raises(RuntimeError) as failure:
        torch.empty(1 << 50)
    assert isinstance(translate(failure.value), OutOfMemory)
    assert isinstance(translate(torch.OutOfMemoryError("CUDA out of memory.")), OutOfMemory)
    assert isinstance(translate(MemoryError()), OutOfMemory)
    assert isinstance(translate(torch.AcceleratorError("CUDA error: out of memory")), OutOfMemory)


def test_a_device_error_is_poison_and_a_bug_stays_a_bug() -> None:
    from inference.errors import DevicePoisoned
    from inference.models.device_errors import translate

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


def test_whatever_of_a_lost_device_is_asked_it_is_known_as_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    from inference.backends import stock
    from inference.backends.base import WorkerSettings
    from inference.backends.batched import LoopBackend
    from inference.errors import DevicePoisoned
    from inference.models.entry import ModelEntry

    def lost(*_: object) -> None:
        raise torch.AcceleratorError("CUDA error: unspecified launch failure")

    settings = WorkerSettings(model="pocket", entries={"pocket": ModelEntry(id="pocket")}, device="cpu")
    backend = LoopBackend(settings)
    monkeypatch.setattr(stock, "device_bytes", lost)
    monkeypatch.setattr("gc.collect", lost)
    for ask in (backend.counters, backend.free):
        with pytest.raises(DevicePoisoned, match="unspecified launch failure"):
            ask()
    monkeypatch.setattr(stock, "card_of", lost)
    with pytest.raises(DevicePoisoned, match="unspecified launch failure"):
        LoopBackend(settings)


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("CUDA error: out of memory", "OutOfMemory"),
        ("CUDA error: CUDA-capable device(s) is/are busy or unavailable", "DevicePoisoned"),
        ("CUDA error: invalid device ordinal", "ModelUnavailable"),
    ],
)
def test_a_device_that_is_full_or_broken_is_not_said_to_be_absent(
    said: str, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from inference.models.devices import choose_device

    def refused(*_: object, **_named: object) -> None:
        raise torch.AcceleratorError(said)

    monkeypatch.setattr(torch, "empty", refused)
    with pytest.raises(Exception) as refusal:  # noqa: PT011 -- which one is the question
        choose_device("cuda")
    assert type(refusal.value).__name__ == kind
