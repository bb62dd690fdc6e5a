"""Every family in every form in which people have models: loaded and painted with; the docs' table is made of this.

Checkpoints in one file and GGUF files are tested in `test_checkpoints.py`, through the worker, and those in float8 in
`unit/inference/models/test_file_tensors.py`.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from inference.models.entry import ModelEntry
from inference.models.loading import load, quiet
from inference.models.memory_plan import MemoryPlan, Offload, Quantize
from inference.models.placement import quantizers
from inference.models.quantized import is_quantized
from tests.e2e.test_checkpoints import FAMILIES as ONE_FILE
from tests.e2e.test_checkpoints import PACKED
from tests.harness.step_loop import Bench, Caller, picture, request
from tests.tiny_models import checkpoints, folders, gguf_files
from tests.tiny_models.flow import flow

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning", "ignore::UserWarning"),
]

quiet()

CPU = torch.device("cpu")

MAKERS: dict[str, Callable[[], Any]] = {
    "sd15": folders.stable_diffusion,
    "sdxl": folders.stable_diffusion_xl,
    "sd3": lambda: flow("sd3"),
    "flux-dev": lambda: flow("flux-dev"),
    "kontext": lambda: flow("kontext"),
    "flux2-klein": lambda: flow("flux2-klein"),
    "z-image": lambda: flow("z-image"),
    "qwen-image": lambda: flow("qwen-image"),
}
TITLES = {
    "sd15": "Stable Diffusion 1.5 and 2",
    "sdxl": "SDXL",
    "sd3": "Stable Diffusion 3",
    "flux-dev": "FLUX.1",
    "kontext": "FLUX.1 Kontext",
    "flux2-klein": "FLUX.2 klein",
    "z-image": "Z-Image",
    "qwen-image": "Qwen-Image",
}
SAVED: dict[str, dict[str, Any]] = {
    "plain": {},
    "fp16 only": {"variant": "fp16"},
    "in shards": {"max_shard_size": "20KB"},
}

UNETS = ("sd15", "sdxl")
FILES = {"flux2-klein": "flux2", "flux-dev": "flux", "kontext": "flux"}
"""Families whose files have another name in `test_checkpoints.py`."""


def table() -> str:
    """What the tests of this module and of `test_checkpoints.py` run, for the docs."""
    lines = [
        "| family | fp16 only | in shards | one file | in fp8 | GGUF | int8 while read | nf4 while read |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for name, title in TITLES.items():
        family = FILES.get(name, name)
        assert family in ONE_FILE
        packed = "yes" if family in PACKED else "refused"
        int8 = "yes, with torchao" if name not in UNETS else "not run"
        lines.append(f"| {title} | yes | yes | yes | yes, scaled too | {packed} | {int8} | needs a GPU, not run |")
    return "\n".join(lines)


def test_the_table_in_the_docs_is_what_is_tested() -> None:
    assert table() in Path("docs/models.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("forms")


def saved(root: Path, family: str, form: str) -> Path:
    folder = root / f"{family}-{form.replace(' ', '-')}"
    if not folder.exists():
        torch.manual_seed(0)
        pipeline = MAKERS[family]()
        if form == "fp16 only":
            pipeline = pipeline.to(dtype=torch.float16)
        pipeline.save_pretrained(str(folder), **SAVED[form])
        folders.edit_index(
            folder, **{name: [None, None] for name, part in pipeline.components.items() if part is None}
        )
    return folder


def painted(folder: Path, planned: MemoryPlan | None = None) -> tuple[np.ndarray, Any]:
    pipeline = load(folder, ModelEntry(id=str(folder)), folder.name, CPU, torch.float32, planned=planned)
    return painted_with(pipeline), pipeline


def painted_with(pipeline: Any) -> np.ndarray:
    with Bench(pipeline) as bench:
        [made] = bench.paint(Caller(request(steps=2, strength=0.5, guidance_scale=2.0), picture(1, (64, 64))))
    assert isinstance(made.end, Image.Image), made.end
    return np.asarray(made.end).astype(int)


@pytest.mark.parametrize("family", MAKERS)
def test_shards_and_halves_paint_what_the_plain_folder_paints(root: Path, family: str) -> None:
    whole, _ = painted(saved(root, family, "plain"))
    sharded = saved(root, family, "in shards")
    assert [*sharded.rglob("*-00002-of-*.safetensors")]
    # Where the same numbers lie in memory decides on some processors how products are summed: a level here and there.
    assert np.abs(painted(sharded)[0] - whole).max() <= 1
    halves = saved(root, family, "fp16 only")
    assert {file.name.split(".")[1][:4] for file in halves.rglob("*.safetensors")} == {"fp16"}
    assert np.abs(painted(halves)[0] - whole).mean() < 2


def test_kontext_in_one_file_and_as_gguf_paints_what_its_folder_paints(root: Path) -> None:
    folder = saved(root, "kontext", "plain")
    whole, pipeline = painted(folder)
    tensors = checkpoints.WRITERS["flux"](pipeline)
    for file, most in (
        (checkpoints.save(tensors, root / "kontext.safetensors"), 0.01),
        (gguf_files.save(tensors, root / "kontext.gguf"), 3.0),
    ):
        one = load(file, ModelEntry(id=str(file), base=str(folder)), file.name, CPU, torch.float32)
        assert np.abs(painted_with(one) - whole).mean() <= most


@pytest.mark.quantized
@pytest.mark.parametrize("family", [name for name in MAKERS if name not in UNETS])
@pytest.mark.parametrize("offload", [Offload.NONE, Offload.BLOCKS])
def test_a_transformer_is_made_smaller_while_it_is_read(root: Path, family: str, offload: Offload) -> None:
    pytest.importorskip("torchao", reason="`make test` runs it apart")
    planned = MemoryPlan(quantize=Quantize.INT8, offload=offload, pixels=64 * 64, resident=0, least=0, peak=0)
    assert Quantize.INT8 in quantizers("cuda")
    whole, _ = painted(saved(root, family, "plain"))
    small, pipeline = painted(saved(root, family, "plain"), planned)
    assert is_quantized(pipeline.transformer)
    assert 0 < np.abs(small - whole).mean() < 4


@pytest.mark.quantized
@pytest.mark.parametrize("family", ["sd15", "flux-dev"])
def test_a_file_in_float8_is_made_smaller_while_it_is_read(root: Path, family: str) -> None:
    pytest.importorskip("torchao", reason="`make test` runs it apart")
    folder = saved(root, family, "plain")
    _, pipeline = painted(folder)
    tensors = checkpoints.in_float8(checkpoints.WRITERS[FILES.get(family, family)](pipeline))
    file = checkpoints.save(tensors, root / f"{family}-float8.safetensors")
    entry = ModelEntry(id=str(file), base=str(folder))
    whole = painted_with(load(file, entry, family, CPU, torch.float32))
    planned = MemoryPlan(quantize=Quantize.INT8, pixels=64 * 64, resident=0, least=0, peak=0)
    one = load(file, entry, family, CPU, torch.float32, planned=planned)
    denoiser = getattr(one, "transformer", None) or one.unet
    assert is_quantized(denoiser)
    assert [each for each in denoiser.parameters() if type(each.data) is not torch.Tensor]
    assert np.abs(painted_with(one) - whole).mean() < 4
