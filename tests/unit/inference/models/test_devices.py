"""No card is passed over in silence."""

from pathlib import Path

import pytest
import torch

from inference.backends.base import WorkerSettings
from inference.backends.stock import StockBackend
from inference.models import devices, nvidia
from inference.models.entry import ModelEntry
from inference.models.nvidia import NvidiaCard
from inference.processes.child import worker_environment

CARD = NvidiaCard(0, "NVIDIA GeForce GTX 1080", driver="535.54", capability=(6, 1))
HOPPER = ["sm_75", "sm_80", "sm_86", "sm_90", "compute_90"]


@pytest.mark.parametrize(
    ("cuda", "words"),
    [(None, "has no CUDA"), ("13.0", "cannot use it with the driver 535.54: bring the driver up to date")],
)
def test_a_card_that_torch_cannot_use_is_said_and_not_passed_over(
    cuda: str | None, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nvidia, "cards", lambda: [CARD])
    monkeypatch.setattr(torch.version, "cuda", cuda)
    said = devices.unused_card(torch.device("cpu"))
    assert "GeForce GTX 1080" in said
    assert words in said
    assert 'model.device = "cpu"' in said
    entries = {"pocket": ModelEntry(id="pocket")}
    assert "GTX 1080" in StockBackend(WorkerSettings(model="pocket", entries=entries)).device
    assert "GTX 1080" not in StockBackend(WorkerSettings(model="pocket", entries=entries, device="cpu")).device


def test_without_a_card_the_processor_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nvidia, "cards", list)
    del tmp_path
    assert devices.unused_card(torch.device("cpu")) == ""


@pytest.mark.parametrize(
    ("capability", "fits"), [((8, 6), True), ((8, 9), True), ((7, 5), True), ((6, 1), False), ((12, 0), True)]
)
def test_a_compute_capability_that_the_build_lacks_is_said(capability: tuple[int, int], fits: bool) -> None:
    said = devices.lacking_capability(capability, HOPPER, "a card")
    assert (said == "") is fits
    if not fits:
        assert "compute capability 6.1" in said


def test_the_variables_of_every_make_of_card_reach_the_worker() -> None:
    given = dict.fromkeys(
        (
            "HSA_OVERRIDE_GFX_VERSION",
            "MIOPEN_FIND_MODE",
            "TRITON_CACHE_DIR",
            "CUDA_VISIBLE_DEVICES",
            "ZE_AFFINITY_MASK",
        ),
        "1",
    )
    kept = worker_environment(given | {"DISCORD_TOKEN": "secret"})
    assert given.items() <= kept.items()
    assert "DISCORD_TOKEN" not in kept
