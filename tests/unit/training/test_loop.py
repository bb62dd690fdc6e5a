import json
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from training.loop import Loop, LoopSettings
from training.muon import Muon, orthogonalise


def settings(steps: int) -> LoopSettings:
    return LoopSettings(learning_rate=0.02, minutes=60, steps=steps, warmup=5, report_every=10, seed=3)


def network() -> nn.Module:
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(6, 16), nn.Tanh(), nn.Linear(16, 2))


def squared_error(model: nn.Module) -> object:
    def loss(_numbers: np.random.Generator, noise: torch.Generator) -> tuple[Tensor, dict[str, Tensor]]:
        x = torch.randn(32, 6, generator=noise)
        error = ((model(x) - x[:, :2] * 2) ** 2).mean()
        return error, {"error": error.detach()}

    return loss


def test_loss_falls_and_the_average_follows(tmp_path: Path) -> None:
    model = network()
    loop = Loop(model, settings(150), tmp_path / "net.ckpt")
    reports = loop.run(squared_error(model))  # type: ignore[arg-type]
    assert reports[-1].metrics["loss"] < 0.2 * reports[0].metrics["loss"]
    assert loop.share == 1
    log = json.loads((tmp_path / "net.json").read_text())
    assert [entry["step"] for entry in log] == list(range(10, 151, 10))
    x = torch.randn(64, 6, generator=torch.Generator().manual_seed(1))
    torch.testing.assert_close(loop.average(x), model(x), atol=0.2, rtol=0)


def test_a_resumed_run_goes_on_as_if_it_had_not_stopped(tmp_path: Path) -> None:
    """Only the learning rate knows of the budget: both runs get the same one, the first is cut short."""
    whole = network()
    Loop(whole, settings(40), tmp_path / "whole.ckpt").run(squared_error(whole))  # type: ignore[arg-type]

    broken = network()
    loop = Loop(broken, settings(40), tmp_path / "broken.ckpt")
    inner = squared_error(broken)

    def fails_at_20(numbers: np.random.Generator, noise: torch.Generator) -> tuple[Tensor, dict[str, Tensor]]:
        if loop.step == 20:
            loop.save()
            raise KeyboardInterrupt
        return inner(numbers, noise)  # type: ignore[operator,no-any-return]

    with pytest.raises(KeyboardInterrupt):
        loop.run(fails_at_20)
    resumed = network()
    in_two = Loop(resumed, settings(40), tmp_path / "broken.ckpt")
    # It forgets its beginning within a few steps, so the end would not tell.
    torch.testing.assert_close(in_two.average.state_dict(), loop.average.state_dict(), atol=0, rtol=0)
    in_two.run(squared_error(resumed))  # type: ignore[arg-type]
    for first, second in zip(whole.parameters(), resumed.parameters(), strict=True):
        # The rate follows the clock a little too: seconds count against the minutes.
        torch.testing.assert_close(first, second, atol=1e-3, rtol=1e-2)


def test_learning_rate_warms_up_holds_and_falls_to_the_floor() -> None:
    plan = LoopSettings(learning_rate=1.0, minutes=1, warmup=10, hold=0.3, floor=0.01)
    assert plan.rate(0, 0.0) == pytest.approx(0.11)
    assert plan.rate(50, 0.2) == plan.rate(50, 0.3) == pytest.approx(1.01)
    assert plan.rate(50, 0.65) == pytest.approx(0.51)
    assert plan.rate(50, 1.0) == pytest.approx(0.01)


def test_newton_schulz_makes_singular_values_about_one() -> None:
    matrices = torch.randn(3, 24, 40, generator=torch.Generator().manual_seed(0))
    values = torch.linalg.svdvals(orthogonalise(matrices))
    assert values.min() > 0.5
    assert values.max() < 1.4


def test_muon_leaves_ends_and_tables_to_adam() -> None:
    model = nn.ModuleDict({"conv_in": nn.Linear(4, 4), "middle": nn.Linear(4, 4)})
    momentum = Muon(model.named_parameters()).state_dict()["momentum"]
    assert sum(len(buffer) for buffer in momentum.values()) == 1
