"""Denoisers from one file in the forms in which people pass them on: the weights that come out of it."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import torch

from inference.api import ModelUnavailable
from inference.models import single_file
from inference.models.checkpoints import Family, identify
from inference.models.entry import ModelEntry
from inference.models.loading import load
from inference.models.weights import parts_of_checkpoint, transformer_of
from tests.tiny_models import checkpoints, folders
from tests.tiny_models.flow import flow

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")

MAKERS: dict[str, Callable[[], Any]] = {
    "sd3": lambda: flow("sd3"),
    "flux": lambda: flow("flux-dev"),
    "flux2": lambda: flow("flux2-klein"),
    "chroma": folders.chroma,
    "qwen-image": lambda: flow("qwen-image"),
    "z-image": lambda: flow("z-image"),
}
CORE = "model.diffusion_model."
ENDINGS = dict(zip(MAKERS, (".scale_weight", ".weight_scale", ".weight_scale_inv") * 2, strict=True))
Tensors = Mapping[str, torch.Tensor]


class Tiny:
    """A model of a family: its folder, its transformer's weights, and those by its first program's names."""

    def __init__(self, family: str, root: Path) -> None:
        torch.manual_seed(0)
        pipeline = MAKERS[family]()
        self.family = family
        self.folder = root
        pipeline.save_pretrained(str(root))
        self.weights: Tensors = pipeline.transformer.state_dict()
        self.tensors: Tensors = checkpoints.WRITERS[family](pipeline)

    def read(self, tensors: Tensors) -> Tensors:
        """What comes out of a file with these."""
        file = checkpoints.save(tensors, self.folder / "made.safetensors")
        told = identify(file, "m")
        assert told.family is Family(self.family)
        read = single_file.transformer(file, told, self.folder, torch.float32)
        assert told.numbers >= sum(each.numel() for each in read.state_dict().values() if each.ndim > 1)
        single_file.refuse_missing({"transformer": read})
        found: Tensors = read.state_dict()
        return found


@pytest.fixture(params=MAKERS, scope="module")
def tiny(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Tiny:
    return Tiny(request.param, tmp_path_factory.mktemp(request.param))


def far(read: Tensors, weights: Tensors) -> float:
    """The largest difference of a weight, as a share of the largest number of its tensor."""
    assert read.keys() == weights.keys()
    return max(
        float((read[name] - each).abs().max() / each.abs().max().clamp(min=1e-6)) for name, each in weights.items()
    )


def test_a_file_with_other_components_and_one_with_diffusers_names_are_the_transformer(tiny: Tiny) -> None:
    assert far(tiny.read(checkpoints.beside_others(tiny.tensors)), tiny.weights) == 0
    assert far(tiny.read(tiny.weights), tiny.weights) == 0


def test_float8_as_it_is_cast_is_widened(tiny: Tiny) -> None:
    rounded = {name: each.to(torch.float8_e4m3fn).float() for name, each in tiny.weights.items()}
    cast = checkpoints.beside_others(checkpoints.in_float8(tiny.tensors))
    assert far(tiny.read(cast), rounded) == 0
    assert far(rounded, tiny.weights) > 0


@pytest.mark.parametrize("rows", [False, True])
def test_scaled_float8_is_multiplied_out(tiny: Tiny, *, rows: bool) -> None:
    scaled = checkpoints.in_scaled_float8(tiny.tensors, ENDINGS[tiny.family], rows=rows)
    read = tiny.read(checkpoints.beside_others(scaled))
    assert 0 < far(read, tiny.weights) < 1 / 16, "three bits behind the point"


UNETS: dict[str, Callable[[], Any]] = {
    "sd15": folders.stable_diffusion,
    "sd2": folders.stable_diffusion,
    "sdxl": lambda: folders.stable_diffusion_xl(second_width=48),
}
UNET_ENDINGS = dict(zip(UNETS, ENDINGS.values(), strict=False))


def scaled_beside(tensors: Tensors, begins: str, ending: str) -> Tensors:
    """The same, with those of one component in scaled float8."""
    scaled = checkpoints.in_scaled_float8(
        {name.removeprefix(begins): each for name, each in tensors.items() if name.startswith(begins)}, ending
    )
    others = {name: each for name, each in tensors.items() if not name.startswith(begins)}
    return others | {begins + name: each for name, each in scaled.items()}


@pytest.mark.parametrize("family", UNETS)
def test_a_unet_in_scaled_float8_in_the_file_of_a_whole_model_is_multiplied_out(family: str, tmp_path: Path) -> None:
    torch.manual_seed(0)
    pipeline = UNETS[family]()
    pipeline.save_pretrained(str(tmp_path / family))
    tensors = scaled_beside(checkpoints.WRITERS[family](pipeline), CORE, UNET_ENDINGS[family])
    file = checkpoints.save(tensors, tmp_path / "f.safetensors")
    entry = ModelEntry(id=str(file), base=str(tmp_path / family))
    read = load(file, entry, "m", torch.device("cpu"), torch.float32)
    assert 0 < far(read.unet.state_dict(), pipeline.unet.state_dict()) < 1 / 16, "three bits behind the point"
    assert far(read.vae.state_dict(), pipeline.vae.state_dict()) == 0
    [unet] = [part for part in parts_of_checkpoint(file) if part.role == "denoiser"]
    assert not unet.packed, "float8 is widened"


def test_stable_diffusion_2_in_the_names_of_the_program_for_xl_has_its_text_encoder(tmp_path: Path) -> None:
    """As sd_turbo.safetensors is published."""
    torch.manual_seed(0)
    pipeline = folders.stable_diffusion()
    pipeline.save_pretrained(str(tmp_path / "sd2"))
    tensors = {
        name.replace("cond_stage_model.", "conditioner.embedders.0."): each
        for name, each in checkpoints.WRITERS["sd2"](pipeline).items()
    } | {"conditioner.embedders.0.model.text_projection": torch.eye(32)}
    file = checkpoints.save(tensors, tmp_path / "sd_turbo.safetensors")
    entry = ModelEntry(id=str(file), base=str(tmp_path / "sd2"))
    read = load(file, entry, "m", torch.device("cpu"), torch.float32)
    assert far(read.text_encoder.state_dict(), pipeline.text_encoder.state_dict()) == 0
    assert {part.name for part in parts_of_checkpoint(file)} == {"unet", "vae", "text_encoder"}


@pytest.mark.parametrize(
    ("marks", "scheduler", "wanted"),
    [
        (["edm_vpred.sigma_max", "edm_vpred.sigma_min"], "EDMEulerScheduler", {"sigma_max": 120}),
        (["v_pred", "ztsnr"], "EulerDiscreteScheduler", {"rescale_betas_zero_snr": True}),
    ],
)
def test_a_file_of_xl_with_marks_has_the_scheduler_that_it_was_trained_with(
    tmp_path: Path, marks: list[str], scheduler: str, wanted: dict[str, object]
) -> None:
    pipeline = folders.stable_diffusion_xl(second_width=48)
    pipeline.save_pretrained(str(tmp_path / "sdxl"))
    tensors = checkpoints.WRITERS["sdxl"](pipeline) | {mark: torch.empty(0) for mark in marks}
    file = checkpoints.save(tensors, tmp_path / "f.safetensors")
    entry = ModelEntry(id=str(file), base=str(tmp_path / "sdxl"))
    read = load(file, entry, "m", torch.device("cpu"), torch.float32)
    assert type(read.scheduler).__name__ == scheduler
    assert (wanted | {"prediction_type": "v_prediction"}).items() <= read.scheduler.config.items()


def test_a_text_encoder_in_scaled_float8_is_refused(tmp_path: Path) -> None:
    tensors = checkpoints.stable_diffusion_1(folders.stable_diffusion())
    file = checkpoints.save(scaled_beside(tensors, "cond_stage_model.", ".weight_scale"), tmp_path / "f.safetensors")
    with pytest.raises(ModelUnavailable, match=r"keeps its text encoder or autoencoder in scaled fp8, .*: get it in"):
        identify(file, "m")


def test_the_plan_counts_what_is_taken_and_as_it_will_be(tiny: Tiny, tmp_path: Path) -> None:
    scaled = checkpoints.beside_others(checkpoints.in_scaled_float8(tiny.tensors, ENDINGS[tiny.family]))
    part = transformer_of(checkpoints.save(scaled, tmp_path / "f.safetensors"))
    numbers = sum(each.numel() for each in tiny.tensors.values())
    assert not part.packed, "float8 is widened"
    assert numbers <= part.numbers <= numbers + len(scaled)


def test_blocks_have_a_scale_each(tmp_path: Path) -> None:
    from inference.models.file_tensors import read_state_dict

    weight = torch.randn(5, 6).to(torch.float8_e4m3fn)
    scales = torch.tensor([[1.0, 2.0], [3.0, 4.0]])
    file = checkpoints.save({"a.weight": weight, "a.weight_scale_inv": scales}, tmp_path / "f.safetensors")
    whole = scales.repeat_interleave(3, 0)[:5].repeat_interleave(3, 1)
    assert torch.equal(read_state_dict(file, torch.float32)["a.weight"], weight.float() * whole)
    checkpoints.save({"a.weight": weight[:, 0], "a.weight_scale": scales}, file)
    with pytest.raises(ValueError, match=r"the scale of a\.weight does not fit it"):
        read_state_dict(file, torch.float32)


@pytest.mark.parametrize(
    ("beside", "how"),
    [
        ({"double_blocks.0.img_attn.qkv.weight.absmax": torch.zeros(2)}, "bitsandbytes"),
        ({"double_blocks.0.img_attn.qkv.wscales": torch.zeros(2)}, r"Nunchaku \(SVDQuant\)"),
        ({"double_blocks.0.img_attn.qkv.weight_scale_2": torch.zeros(2)}, "NVFP4"),
        ({"double_blocks.0.img_attn.qkv.weight": torch.zeros(2, 2, dtype=torch.int8)}, "numbers of the format I8"),
        ({"double_blocks.0.img_attn.qkv.weight_scale": torch.zeros(2, dtype=torch.uint8)}, "the format U8"),
    ],
)
def test_weights_that_are_packed_in_ways_nobody_reads_are_refused_by_how(
    tmp_path: Path, beside: Tensors, how: str
) -> None:
    tensors = {"double_blocks.0.img_attn.norm.query_norm.scale": torch.zeros(2), **beside}
    file = checkpoints.save(tensors, tmp_path / "f.safetensors")
    with pytest.raises(ModelUnavailable, match=rf"keeps its weights packed \(.*{how}\), .* get it in 16 bit"):
        identify(file, "m")


def test_a_file_of_another_kin_than_its_base_names_what_lacks(tmp_path: Path) -> None:
    tiny = Tiny("flux", tmp_path)
    without = {name: each for name, each in tiny.tensors.items() if not name.startswith("guidance_in")}
    with pytest.raises(ValueError, match=r"guidance_embedder\.linear_1\.weight is missing"):
        tiny.read(without)
