"""What only a GPU runs of quantised models: `python -m pytest -m gpu`, with the extra `quantized`; else skipped."""

import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from inference.models.entry import ModelEntry
from inference.models.loading import load
from inference.models.memory_plan import FLOAT8_CAPABILITY, MemoryPlan, Quantize
from inference.models.quantized import is_quantized
from tests.harness.step_loop import Bench, Caller, picture, request
from tests.tiny_models import checkpoints
from tests.tiny_models.flow import flow

pytestmark = [
    pytest.mark.gpu,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device"),
    pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::DeprecationWarning", "ignore::UserWarning"),
]

CUDA = torch.device("cuda")


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("plain")
    flow("flux-schnell").save_pretrained(str(folder))
    return folder


def painted(folder: Path, planned: MemoryPlan | None = None, *, base: str = "") -> np.ndarray:
    pipeline = load(folder, ModelEntry(id=str(folder), base=base), "tiny", CUDA, torch.bfloat16, planned=planned)
    assert (planned is None) or is_quantized(pipeline.transformer)
    with Bench(pipeline) as bench:
        [made] = bench.paint(Caller(request(steps=4, strength=0.5, guidance_scale=0.0), picture(1, (64, 64))))
    assert isinstance(made.end, Image.Image), made.end
    return np.asarray(made.end).astype(int)


@pytest.mark.parametrize(
    ("quantize", "package"),
    [(Quantize.INT8, "torchao"), (Quantize.NF4, "bitsandbytes"), (Quantize.FLOAT8, "torchao")],
    ids=["int8", "nf4", "float8"],
)
@pytest.mark.parametrize("form", ["folder", "file"])
def test_a_planned_quantisation_paints_nearly_the_same(
    plain: Path, tmp_path: Path, *, quantize: Quantize, package: str, form: str
) -> None:
    pytest.importorskip(package, reason="of the extra `quantized`")
    if quantize is Quantize.FLOAT8 and torch.cuda.get_device_capability() < FLOAT8_CAPABILITY:
        pytest.skip("needs a card that computes in float8")
    planned = MemoryPlan(quantize=quantize, pixels=64 * 64, resident=0, least=0, peak=0)
    place, base = plain, ""
    if form == "file":
        tensors = checkpoints.WRITERS["flux"](flow("flux-schnell"))
        place, base = checkpoints.save(tensors, tmp_path / "flux.safetensors"), str(plain)
    assert 0 < np.abs(painted(place, planned, base=base) - painted(plain)).mean() < 8


def test_a_folder_in_4_bit_is_read_as_it_is(plain: Path, tmp_path: Path) -> None:
    pytest.importorskip("bitsandbytes", reason="of the extra `quantized`")
    from diffusers import BitsAndBytesConfig, FluxTransformer2DModel

    how = BitsAndBytesConfig(load_in_4bit=True, bnb_4bit_quant_type="nf4", bnb_4bit_compute_dtype=torch.bfloat16)
    made = FluxTransformer2DModel.from_pretrained(
        str(plain / "transformer"), quantization_config=how, torch_dtype=torch.bfloat16
    )
    folder = tmp_path / "four"
    shutil.copytree(plain, folder, ignore=shutil.ignore_patterns("transformer"))
    made.save_pretrained(str(folder / "transformer"))
    assert np.abs(painted(folder) - painted(plain)).mean() < 8
