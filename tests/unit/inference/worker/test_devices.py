from collections.abc import Mapping, Sequence

import pytest

from inference.worker.devices import OwnDevice, memory_share, own_device, own_devices


def chosen(
    wanted: str | int | Sequence[str],
    *,
    device: str = "auto",
    cards: int = 0,
    cores: int = 9,
    environment: Mapping[str, str] | None = None,
) -> dict[str, tuple[str, Mapping[str, str]]]:
    found = own_devices(wanted, device=device, cards=cards, cores=cores, environment=environment or {})
    assert len({each.name for each in found}) == len(found)
    return {each.name: (each.device, each.environment) for each in found}


def test_a_worker_sees_its_card_only_and_calls_it_by_no_number() -> None:
    assert own_device("cuda:1", {}) == OwnDevice(
        name="cuda:1", device="cuda", environment={"CUDA_VISIBLE_DEVICES": "1"}
    )
    assert own_device("xpu:2", {}).environment == {"ZE_AFFINITY_MASK": "2"}


@pytest.mark.parametrize("name", ["auto", "cpu", "mps", "cuda", "xpu"])
def test_a_device_without_a_number_stays_what_it_is(name: str) -> None:
    assert own_device(name, {"CUDA_VISIBLE_DEVICES": "3"}) == OwnDevice(name=name, device=name)


def test_numbers_count_the_cards_that_we_may_see() -> None:
    seen = {"CUDA_VISIBLE_DEVICES": "2, GPU-8a1f,5"}
    assert own_device("cuda:1", seen).environment == {"CUDA_VISIBLE_DEVICES": "GPU-8a1f"}
    assert own_device("cuda:3", seen).environment == {"CUDA_VISIBLE_DEVICES": "-1"}, "never one that is not ours"
    assert list(chosen("auto", cards=8, environment=seen)) == ["cuda:0", "cuda:1", "cuda:2"]


def test_auto_is_every_card() -> None:
    assert chosen("auto", cards=1) == {"auto": ("auto", {})}
    assert chosen("auto", cards=0) == {"auto": ("auto", {})}
    assert chosen("auto", device="cuda", cards=2) == {
        "cuda:0": ("cuda", {"CUDA_VISIBLE_DEVICES": "0"}),
        "cuda:1": ("cuda", {"CUDA_VISIBLE_DEVICES": "1"}),
    }


def test_where_the_cards_cannot_be_used_one_worker_goes_on_on_the_processor() -> None:
    assert [device for device, _ in chosen("auto", cards=3).values()] == ["auto", "cuda", "cuda"]


@pytest.mark.parametrize("device", ["cpu", "cuda:1", "mps"])
def test_a_device_that_is_named_is_the_only_one(device: str) -> None:
    assert list(chosen("auto", device=device, cards=4)) == [device]


def test_a_number_is_so_many_cards_or_workers_that_share_the_processor() -> None:
    assert list(chosen(2, cards=4)) == ["cuda:0", "cuda:1"]
    assert chosen(2) == {name: ("cpu", {"OMP_NUM_THREADS": "4"}) for name in ("cpu-1", "cpu-2")}
    assert chosen(4, device="cpu", cards=4, cores=2)["cpu-4"] == ("cpu", {"OMP_NUM_THREADS": "1"})
    assert chosen(1, cards=4) == {"cuda:0": ("auto", {"CUDA_VISIBLE_DEVICES": "0"})}


def test_a_list_is_taken_by_its_word() -> None:
    assert chosen(["cuda:0", "cuda:2", "cpu"], cards=4) == {
        "cuda:0": ("cuda", {"CUDA_VISIBLE_DEVICES": "0"}),
        "cuda:2": ("cuda", {"CUDA_VISIBLE_DEVICES": "2"}),
        "cpu": ("cpu", {}),
    }
    assert list(chosen(["cuda:0", "cuda:0"])) == ["cuda:0", "cuda:0 (2)"], "two workers on one card"


def test_threads_that_the_owner_set_stay() -> None:
    assert chosen(2, environment={"OMP_NUM_THREADS": "3"})["cpu-1"][1] == {"OMP_NUM_THREADS": "3"}


def test_workers_on_the_processor_share_its_memory() -> None:
    cpu, card = OwnDevice(name="cpu-1", device="cpu"), OwnDevice(name="cuda:0", device="cuda")
    assert memory_share(8.0, cpu, 2) == 4.0
    assert memory_share(8.0, card, 2) == 8.0
    assert memory_share(0.0, cpu, 1) == 0.0
    assert 0 < memory_share(0.0, cpu, 2) * 2 == pytest.approx(memory_share(0.0, cpu, 4) * 4)
