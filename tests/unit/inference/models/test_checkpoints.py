"""What a file holds, told by its tensors; and one sentence for what is no checkpoint."""

import json
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from inference.api import ModelUnavailable
from inference.models import catalog, checkpoints
from inference.models.checkpoints import LAYOUTS, Checkpoint, Family, identify, scheduler_of
from inference.models.entry import ModelEntry
from inference.models.library import foreseen
from inference.models.safetensors_header import Header, read_header

CORE = "model.diffusion_model."
UNET = {f"{CORE}input_blocks.0.0.weight": (8, 4, 3, 3), "first_stage_model.encoder.conv_in.weight": (1,)}
WORDS = {
    Family.SD15: "cond_stage_model.transformer.text_model.embeddings.token_embedding.weight",
    Family.SD2: "cond_stage_model.model.token_embedding.weight",
    Family.SDXL: "conditioner.embedders.1.model.token_embedding.weight",
}


DENOISER = "scaling_config:\n    target: sgm.modules.diffusionmodules.denoiser_scaling"


def file(path: Path, *names: str, channels: int = 4, metadata: dict[str, str] | None = None) -> Path:
    shapes: dict[str, tuple[int, ...]] = dict.fromkeys(names, (1,))
    if any(name.startswith(f"{CORE}input_blocks") for name in names):
        shapes[f"{CORE}input_blocks.0.0.weight"] = (8, channels, 3, 3)
    save_file({name: torch.zeros(shape) for name, shape in shapes.items()}, path, metadata=metadata)
    return path


@pytest.mark.parametrize("family", WORDS)
def test_a_family_of_unets_is_told_by_its_text_encoder(tmp_path: Path, family: Family) -> None:
    found = identify(file(tmp_path / "a.safetensors", *UNET, WORDS[family]), "a")
    assert (found.family, found.has_vae) == (family, True)
    assert not identify(file(tmp_path / "b.safetensors", *list(UNET)[:1], WORDS[family]), "b").has_vae


def test_a_file_without_an_autoencoder_is_refused_before_it_is_loaded(tmp_path: Path) -> None:
    path = file(tmp_path / "b.safetensors", *list(UNET)[:1], WORDS[Family.SD15])
    _, refused = foreseen({"b": ModelEntry(id=str(path))})
    said = "The file b.safetensors of the model 'b' brings no autoencoder: name one as the `vae` of its entry."
    assert refused == {"b": said}
    assert not foreseen({"b": ModelEntry(id=str(path), vae="org/vae")})[1]


@pytest.mark.parametrize(
    ("family", "name", "mark", "said", "prediction"),
    [
        (Family.SD15, "model", "", "", "epsilon"),
        (Family.SD2, "v2-1_768-ema", "", "", "v_prediction"),
        (Family.SD2, "512-base-ema", "", "", "epsilon"),
        (Family.SD2, "sd_turbo", "", "", "epsilon"),
        (Family.SDXL, "anime", "v_pred", "", "v_prediction"),
        (Family.SDXL, "noob-vpred-1.0", "", "", "v_prediction"),
        (Family.SDXL, "NoobAI V-Prediction", "", "", "v_prediction"),
        (Family.SDXL, "alien v predator", "", "", "epsilon"),
        (Family.SDXL, "cosxl", "edm_vpred.sigma_max", "", "v_prediction"),
        (Family.SDXL, "model", "", "v", "v_prediction"),
        (Family.SD2, "mine_768_5000steps", "", "", "v_prediction"),
        (Family.SD2, "database", "", "", "v_prediction"),
        (Family.SD2, "model", "", "epsilon", "epsilon"),
    ],
)
def test_what_the_unet_tells_is_found_by_marks_metadata_and_names(
    tmp_path: Path, *, family: Family, name: str, mark: str, said: str, prediction: str
) -> None:
    names = [*UNET, WORDS[family], *([mark] if mark else [])]
    metadata = {"modelspec.prediction_type": said} if said else None
    path = file(tmp_path / f"{name}.safetensors", *names, metadata=metadata)
    assert identify(path, "m").prediction_type == prediction
    assert identify(path, "m", prediction="epsilon").prediction_type == "epsilon", "the owner's word counts"


@pytest.mark.parametrize(
    ("architecture", "beside", "prediction"),
    [
        ("stable-diffusion-v2-768-v", "", "v_prediction"),
        ("stable-diffusion-v2-512", "", "epsilon"),
        ("", 'model:\n  params:\n    parameterization: "v"\n    unet_config: {}', "v_prediction"),
        ("", "model:\n  params:\n    unet_config: {}", "epsilon"),
        ("", f"model:\n  {DENOISER}.VScaling\n  network_config: {{}}", "v_prediction"),
        ("", f"model:\n  {DENOISER}.EpsScaling\n  network_config: {{}}", "epsilon"),
        ("", "of something else", "v_prediction"),
    ],
)
@pytest.mark.parametrize("family", [Family.SD2, Family.SD15, Family.SDXL])
def test_what_the_unet_tells_is_found_in_the_configuration_beside_the_file(
    tmp_path: Path, architecture: str, beside: str, prediction: str, family: Family
) -> None:
    """As A1111 has it, whose configurations are those of the first programs, SDXL's too."""
    path = file(tmp_path / "a.safetensors", *UNET, WORDS[family], metadata={"modelspec.architecture": architecture})
    (tmp_path / "a.yaml").write_text(beside)
    said = architecture or "_config" in beside
    assert identify(path, "m").prediction_type == (prediction if said or family is Family.SD2 else "epsilon")


def test_a_file_is_read_again_only_if_it_or_what_lies_beside_it_has_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each load of a model asks what all others are: of a hundred SDXL files that took two seconds."""
    path = file(tmp_path / "a.safetensors", *UNET, WORDS[Family.SDXL])
    reads: list[Path] = []

    def counted(read: Path, model: str) -> Header:
        reads.append(read)
        return read_header(read, model)

    monkeypatch.setattr(checkpoints, "read_header", counted)
    for _ in range(2):
        assert identify(path, "m").family is Family.SDXL
    assert len(reads) == 1
    (tmp_path / "a.yaml").write_text(f"model:\n  {DENOISER}.VScaling\n  network_config: {{}}")
    assert identify(path, "m").prediction == "v_prediction"
    file(tmp_path / "b.safetensors", *UNET, WORDS[Family.SD15]).replace(path)
    assert identify(path, "m").family is Family.SD15
    path.write_bytes(b"")
    for _ in range(2):
        with pytest.raises(ModelUnavailable, match="is empty"):
            identify(path, "m")


def test_a_second_text_encoder_of_its_own_program_is_that_of_stable_diffusion_2_turbo(tmp_path: Path) -> None:
    words = "conditioner.embedders.0.model.ln_final.weight"
    found = identify(file(tmp_path / "sd_turbo.safetensors", *UNET, words), "m")
    assert (found.family, found.prediction_type) == (Family.SD2, "epsilon")


def test_the_scheduler_is_that_of_the_levels_that_a_model_was_trained_on() -> None:
    kinds = {
        "v": Checkpoint(Family.SDXL, "v_prediction", zero_snr=True),
        "epsilon": Checkpoint(Family.SDXL, "epsilon", zero_snr=True),
        "continuous": Checkpoint(Family.SDXL, "v_prediction", continuous=True),
        "dmd": Checkpoint(Family.SDXL, title="realistic DMD2"),
    }
    found = {kind: scheduler_of(checkpoint, shipped=True) for kind, checkpoint in kinds.items()}
    assert found["v"][1]["rescale_betas_zero_snr"]
    assert found["epsilon"] == ("", {"prediction_type": "epsilon"}), "its last level has nothing to tell from"
    assert (found["continuous"][0], found["continuous"][1]["sigma_max"]) == ("EDMEulerScheduler", 120)
    assert found["dmd"][0] == "LCMScheduler"


@pytest.mark.parametrize(
    ("name", "family"),
    [
        ("joint_blocks.0.x_block.attn.qkv.weight", Family.SD3),
        ("double_blocks.0.img_attn.norm.key_norm.scale", Family.FLUX),
        ("single_stream_modulation.lin.weight", Family.FLUX2),
        ("layers.0.adaLN_modulation.0.weight", Family.Z_IMAGE),
        ("transformer_blocks.0.img_mod.1.weight", Family.QWEN_IMAGE),
        ("distilled_guidance_layer.in_proj.bias", Family.CHROMA),
    ],
)
def test_a_family_of_transformers_is_told_with_and_without_the_prefix_and_asks_for_its_base(
    tmp_path: Path, name: str, family: Family
) -> None:
    for prefix in ("", CORE):
        path = file(tmp_path / "t.safetensors", f"{prefix}{name}")
        assert identify(path, "t").family is family
        with pytest.raises(ModelUnavailable, match=r"alone: name where .* `base` of its entry, .* id such as '\w"):
            catalog.defaults("t", ModelEntry(id=str(path)), path)


@pytest.mark.parametrize(
    ("names", "what"),
    [
        (["lora_unet_mid_block.lora_down.weight"], r"a low-rank adapter \(LoRA\): name it under the `loras`"),
        (["unet.mid_block.to_q.lora_A.weight"], r"a low-rank adapter \(LoRA\)"),
        (["lora_unet_mid.hada_w1_a"], r"a low-rank adapter \(LoRA\)"),
        (["transformer_blocks.0.img_mod.1.lora_up.weight"], r"a low-rank adapter \(LoRA\)"),
        (["control_model.input_blocks.0.0.weight"], "a ControlNet: name its folder"),
        (["controlnet_blocks.0.weight", "single_transformer_blocks.0.proj_mlp.weight"], "a ControlNet"),
        (["controlnet_x_embedder.weight", "transformer_blocks.0.img_mod.1.weight"], "a ControlNet"),
        (["first_stage_model.encoder.conv_in.weight"], r"an autoencoder \(VAE\): name it as the `vae`"),
        (["encoder.conv_in.weight", "decoder.conv_in.weight"], r"an autoencoder \(VAE\)"),
        (["emb_params"], "a textual inversion embedding"),
        (["clip_l", "clip_g"], "a textual inversion embedding"),
        (["text_model.final_layer_norm.weight"], "a text encoder alone"),
        (["model.layers.0.self_attn.q_proj.weight"], "a text encoder alone"),
        (["down_blocks.0.resnets.0.conv1.weight"], "a UNet alone"),
        ([*UNET], "a UNet without its text encoder"),
        ([*UNET, "conditioner.embedders.0.model.ln_final.weight", f"{CORE}label_emb.0.0.weight"], "SDXL's refiner"),
        ([*UNET, WORDS[Family.SD2], "noise_augmentor.data_mean"], "Stable Diffusion unCLIP: choose another"),
        ([*UNET, WORDS[Family.SDXL], "edm_mean"], r"Playground 2\.5"),
    ],
)
def test_what_is_no_checkpoint_is_named_as_what_it_is(tmp_path: Path, names: list[str], what: str) -> None:
    path = file(tmp_path / "thing.safetensors", *names)
    with pytest.raises(ModelUnavailable, match=f"^The file thing.safetensors of the model 'm' is {what}"):
        catalog.defaults("m", ModelEntry(id=str(path)), path)


@pytest.mark.parametrize("name", ["img_in.weight", "x_embedder.weight", f"{CORE}img_in.weight"])
@pytest.mark.parametrize(("channels", "what"), [(384, "is for inpainting"), (128, "works from control images only")])
def test_flux_with_other_inputs_is_refused_by_what_it_is_for(
    tmp_path: Path, name: str, channels: int, what: str
) -> None:
    prefix = CORE if name.startswith(CORE) else ""
    tensors = {name: (8, channels), f"{prefix}double_blocks.0.img_attn.qkv.weight": (2, 2)}
    save_file({name: torch.zeros(shape) for name, shape in tensors.items()}, tmp_path / "fill.safetensors")
    with pytest.raises(ModelUnavailable, match=rf"'m' cannot be used, it {what}: its transformer takes {channels}"):
        identify(tmp_path / "fill.safetensors", "m")


def test_one_of_several_files_of_a_model_asks_for_their_folder(tmp_path: Path) -> None:
    path = file(tmp_path / "diffusion_pytorch_model-00002-of-00003.safetensors", "transformer_blocks.9.ff.weight")
    with pytest.raises(ModelUnavailable, match="is one of 3 files of a model: give the folder of all of it"):
        identify(path, "m")


def test_a_file_that_is_still_on_its_way_is_waited_for(tmp_path: Path) -> None:
    path = file(tmp_path / "a.safetensors", *UNET, WORDS[Family.SD15])
    (tmp_path / "a.safetensors.aria2").touch()
    with pytest.raises(ModelUnavailable, match=r"a\.safetensors is still being downloaded by aria2; wait until"):
        identify(path, "m")


def test_a_file_whose_name_has_no_room_for_a_download_beside_it_is_read(tmp_path: Path) -> None:
    path = file(tmp_path / f"{'я' * 121}.safetensors", *UNET, WORDS[Family.SD15])
    assert identify(path, "m").family is Family.SD15


def test_what_nobody_knows_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match=r"of no kind that is known here: choose a checkpoint of Stable"):
        identify(file(tmp_path / "odd.safetensors", "a.weight"), "m")


@pytest.mark.parametrize(
    ("channels", "what"), [(9, "is for inpainting"), (8, "edits by instruction as InstructPix2Pix"), (5, "depth")]
)
def test_a_unet_with_other_inputs_is_refused_by_what_it_is_for(tmp_path: Path, channels: int, what: str) -> None:
    path = file(tmp_path / "a.safetensors", *UNET, WORDS[Family.SD15], channels=channels)
    with pytest.raises(ModelUnavailable, match=rf"{what}.*takes {channels} channels, a picture has 4"):
        identify(path, "m")


def _announcing(end: int, **changes: object) -> bytes:
    head = json.dumps({"a": {"dtype": "F32", "shape": [2], "data_offsets": [0, end]} | changes}).encode()
    return len(head).to_bytes(8, "little") + head


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "is empty; fetch it again"),
        (b"abc", "is no safetensors file; fetch it again"),
        (b"\x00" * 64, "is no safetensors file"),
        (b"\xff" * 64, "is no safetensors file"),
        (_announcing(8) + b"\x00" * 7, r"cut short: .* has [0-9,]+ of [0-9,]+ bytes; fetch it again"),
        (_announcing(8)[:40], "cut short"),
        (_announcing(8) + b"\x00" * 9, r"is broken: a.safetensors has \d+ bytes and says \d+; fetch it again"),
        (_announcing(8, data_offsets=[]) + b"\x00" * 8, "is no safetensors file"),
        (_announcing(8, data_offsets=[8, 0]) + b"\x00" * 8, "is no safetensors file"),
        (_announcing(8, shape=[float("inf")]) + b"\x00" * 8, "is no safetensors file"),
        (_announcing(8, shape=[-1, -2]) + b"\x00" * 8, "is no safetensors file"),
        (_announcing(8, shape="2") + b"\x00" * 8, "is no safetensors file"),
        ((2).to_bytes(8, "little") + b"[]", "is no safetensors file"),
        ((22).to_bytes(8, "little") + b'{"a":{"shape":["x"]}} ', "is no safetensors file"),
        ((100_000).to_bytes(8, "little") + b"[" * 100_000, "is no safetensors file"),
        (b"PK\x03\x04" + b"\x00" * 40, "a pickle under another name"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:0", "a pointer of Git LFS"),
        (b"<!DOCTYPE html><html>", "a web page"),
    ],
)
def test_a_broken_file_is_one_sentence_with_what_helps(tmp_path: Path, content: bytes, sentence: str) -> None:
    path = tmp_path / "a.safetensors"
    path.write_bytes(content)
    with pytest.raises(ModelUnavailable, match=sentence) as refused:
        catalog.defaults("m", ModelEntry(id=str(path)), path)
    assert str(refused.value).endswith(".")
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("name", "family", "wanted"),
    [
        ("dreamshaper_8", Family.SD15, (30, 7.5, 512)),
        ("v2-1_768", Family.SD2, (30, 7.5, 768)),
        ("512-base", Family.SD2, (30, 7.5, 512)),
        ("juggernautXL", Family.SDXL, (30, 5.0, 1024)),
        ("dreamshaperXL_lightning", Family.SDXL, (4, 1.0, 1024)),
        ("hyperrealism_v3", Family.SD15, (30, 7.5, 512)),
        ("hyper-sdxl", Family.SDXL, (4, 1.0, 1024)),
    ],
)
def test_what_a_file_wants_follows_from_its_family_and_name(
    tmp_path: Path, name: str, family: Family, wanted: tuple[int, float, int]
) -> None:
    """The folder's name says nothing of the model."""
    (tmp_path / "turbo").mkdir()
    path = file(tmp_path / "turbo" / f"{name}.safetensors", *UNET, WORDS[family])
    found = catalog.defaults("m", ModelEntry(id=str(path)), path)
    assert (found.steps, found.guidance_scale, found.max_pixels) == (*wanted[:2], wanted[2] ** 2)
    assert found.here
    assert found.steerable
    assert found.multiple == 8


def test_a_file_whose_base_is_not_here_is_not_here_yet(tmp_path: Path) -> None:
    path = file(tmp_path / "t.safetensors", "double_blocks.0.img_attn.norm.key_norm.scale")
    assert not catalog.defaults("t", ModelEntry(id=str(path), base="no-such/base"), path).here


@pytest.mark.parametrize("id_", ["owner/name/a.ckpt", "https://huggingface.co/owner/name/blob/main/a.pt"])
def test_a_pickle_that_is_not_here_is_called_one_too(id_: str) -> None:
    with pytest.raises(ModelUnavailable, match="is a pickle, which can run anything"):
        catalog.locate(id_)


@pytest.mark.parametrize(("name", "what"), [("a.ckpt", "is a pickle"), ("a.zip", "is a file of another kind")])
def test_other_files_are_refused(tmp_path: Path, name: str, what: str) -> None:
    (tmp_path / name).touch()
    with pytest.raises(ModelUnavailable, match=f"{what}.*safetensors"):
        catalog.locate(str(tmp_path / name))


COUNTS = {
    ("sd15", "unet"): 859_520_964,
    ("sd15", "text_encoder"): 123_060_480,
    ("sd15", "vae"): 83_653_863,
    ("sd2", "unet"): 865_910_724,
    ("sd2", "text_encoder"): 340_387_840,
    ("sdxl", "unet"): 2_567_463_684,
    ("sdxl", "text_encoder_2"): 694_659_840,
}
"""Numbers of the published models' components."""


@pytest.mark.slow
@pytest.mark.parametrize(("family", "part"), COUNTS)
def test_the_shipped_configurations_make_models_of_the_published_sizes(family: str, part: str) -> None:
    import diffusers
    import transformers

    folder = LAYOUTS / family / part
    kind = json.loads((LAYOUTS / family / "model_index.json").read_text())[part][1]
    with torch.device("meta"):
        if hasattr(diffusers, kind):
            made = getattr(diffusers, kind).from_config(json.loads((folder / "config.json").read_text()))
        else:
            made = getattr(transformers, kind)(transformers.CLIPTextConfig.from_pretrained(str(folder)))
    assert sum(each.numel() for each in made.parameters()) == COUNTS[family, part]


def test_the_shipped_vocabulary_gives_the_words_the_numbers_that_clip_gave_them() -> None:
    """Of OpenAI's own example and one of the documentation of transformers."""
    from inference.models.single_file import clip_tokenizer

    tokenizer = clip_tokenizer("<|endoftext|>")
    assert len(tokenizer) == 49408
    assert tokenizer("Hello World!").input_ids == [49406, 3306, 1002, 256, 49407]
    assert tokenizer("a photo of a cat").input_ids == [49406, 320, 1125, 539, 320, 2368, 49407]
    assert tokenizer("").input_ids == [49406, 49407]
    filled = clip_tokenizer("!")("a cat", padding="max_length", truncation=True).input_ids
    assert (len(filled), filled[-1]) == (77, 0)
