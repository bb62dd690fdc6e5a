"""A picture of which a model makes no numbers: what is mended, and what is said of the rest, on tiny models."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from inference.api import ModelUnavailable
from inference.backends.base import WorkerSettings
from inference.backends.batched import LoopBackend
from inference.batching.task import Task
from inference.errors import Unsuited
from inference.models.entry import ModelEntry
from inference.models.loading import quiet
from tests.harness.step_loop import FixedRowCount, picture, request
from tests.tiny_models import folders

quiet()


def backend(make: Callable[[], Any], folder: Path, dtype: str) -> LoopBackend:
    entry = ModelEntry(id=str(folders.save_made(make, folder)))
    return LoopBackend(
        WorkerSettings(model="tiny", entries={"tiny": entry}, device="cpu", dtype=dtype), FixedRowCount(2)
    )


def painted(with_: LoopBackend, seed: int = 3, **asked: Any) -> np.ndarray[Any, Any]:
    with_.load("tiny")
    task = Task(
        request=request(steps=2, **asked),
        picture=picture(seed),
        low_memory=False,
        check=lambda: None,
        step=lambda _step, _of: None,
        preview=None,
    )
    return np.asarray(with_.generate(task), dtype=int)


@pytest.mark.filterwarnings("ignore:`FluxPosEmbed` is deprecated:FutureWarning")  # of Chroma's transformer, by itself
@pytest.mark.parametrize("family", ["sd", "lcm", "chroma"])
@pytest.mark.parametrize("side", ["encoder", "decoder"])
def test_an_autoencoder_that_overflows_in_float16_is_computed_in_float32_from_then_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], side: str, family: str
) -> None:
    """Its weights fit; what it adds up in the middle does not, as with SDXL's own and many of Stable Diffusion 1."""

    def loud() -> Any:
        pipeline = folders.FAMILIES[family]()
        with torch.no_grad():
            getattr(pipeline.vae, side).mid_block.resnets[0].conv2.weight.mul_(5e5)
        return pipeline

    half = backend(loud, tmp_path / "tiny", "float16")
    first = painted(half)
    assert "tiny: the autoencoder overflowed in float16" in capsys.readouterr().err
    others = painted(half, seed=4)
    assert "float16" not in capsys.readouterr().err
    exact = backend(loud, tmp_path / "tiny", "float32")
    for made, wanted in ((first, painted(exact)), (others, painted(exact, seed=4))):
        assert np.abs(made - wanted).max() <= 8


@pytest.mark.parametrize("family", ["sd", "sd3"])
@pytest.mark.parametrize(("part", "tensor"), [("vae", "vae.decoder.conv_in."), ("text_encoder", "text_encoder.")])
def test_a_model_whose_files_hold_nan_is_told_as_broken_whatever_is_asked_of_it(
    tmp_path: Path, family: str, part: str, tensor: str
) -> None:
    def broken() -> Any:
        pipeline = folders.FAMILIES[family]()
        module = getattr(pipeline, part)
        with torch.no_grad():
            next((module.decoder if part == "vae" else module).parameters()).fill_(float("nan"))
        return pipeline

    made = backend(broken, tmp_path / "tiny", "float32")
    said = rf"^The model 'tiny' is broken: {tensor}\S* holds NaN or infinity; fetch it again or choose another\.$"
    for words in ("a", "b"):
        with pytest.raises(ModelUnavailable, match=said):
            painted(made, prompt=words)


@pytest.mark.parametrize("family", ["sd", "lcm"])
@pytest.mark.parametrize("dtype", ["float16", "float32"])
def test_guidance_that_is_too_strong_is_the_member_s_to_mend(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], family: str, dtype: str
) -> None:
    made = backend(folders.FAMILIES[family], tmp_path / "tiny", dtype)
    with pytest.raises(Unsuited, match="Try a lower guidance or other words") as raised:
        painted(made, guidance_scale=1e38)
    assert raised.value.cause == "overflow"
    assert ('model.dtype = "bfloat16" or "float32" would' in capsys.readouterr().err) is (dtype == "float16")
    assert painted(made).any(), "it goes on"
