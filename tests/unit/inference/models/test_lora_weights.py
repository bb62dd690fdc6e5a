"""What adapters of the usual programs add to each layer, against what their numbers say: up by down by strength."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import torch
from peft import LoraConfig, get_peft_model_state_dict
from peft.tuners.lora import LoraLayer
from safetensors.torch import load_file, save_file

from bot.texts import LANGUAGES, text
from inference.api import Lora
from inference.errors import Unsuited
from inference.models.entry import LoraEntry
from inference.models.loading import quiet, skip_layers
from inference.models.lora_weights import with_strengths
from inference.models.loras import LoraSet
from tests.tiny_models.flow import flow
from tests.tiny_models.loras import save_lora
from tests.tiny_models.pipelines import stable_diffusion, stable_diffusion_xl

quiet()

Tensors = dict[str, torch.Tensor]
PARTS = ("unet", "transformer", "text_encoder", "text_encoder_2")


def matrices(part: Any) -> dict[str, Any]:
    return {name: layer for name, layer in part.named_modules() if isinstance(layer, torch.nn.Linear)}


def written(
    layers: Mapping[str, Any], called: Callable[[str], str], alpha: Callable[[str], float | None], *, rank: int = 4
) -> tuple[Tensors, Tensors]:
    """A file in kohya's format for these layers, and what it is to add to each of them."""
    numbers = torch.Generator().manual_seed(3)
    tensors, added = Tensors(), Tensors()
    for name, layer in layers.items():
        down = torch.randn(rank, layer.in_features, generator=numbers)
        up = torch.randn(layer.out_features, rank, generator=numbers)
        strength = alpha(name)
        tensors |= {f"{called(name)}.lora_down.weight": down, f"{called(name)}.lora_up.weight": up}
        if strength is not None:
            tensors[f"{called(name)}.alpha"] = torch.tensor(strength)
        added[name] = up @ down * (1.0 if strength is None else strength / rank)
    return tensors, added


def put_on(pipeline: Any, tensors: Tensors, folder: Path, metadata: dict[str, str] | None = None) -> LoraSet:
    save_file({name: each.contiguous() for name, each in tensors.items()}, folder / "a.safetensors", metadata)
    loras = LoraSet("mine", pipeline, {"a": LoraEntry(place=str(folder / "a.safetensors"))})
    loras.apply((Lora("a"),))
    return loras


def added_by(loras: LoraSet) -> Tensors:
    """What is added to each layer, by the component's name and its own."""
    found = Tensors()
    for part in PARTS:
        module: Any = getattr(loras.adapted(), part, None)
        for name, layer in module.named_modules() if isinstance(module, torch.nn.Module) else ():
            if isinstance(layer, LoraLayer) and layer.active_adapters:
                adapted: Any = layer
                found[f"{part}.{name}"] = adapted.get_delta_weight(layer.active_adapters[0])
    return found


def agree(found: Tensors, wanted: Tensors) -> None:
    assert found.keys() == wanted.keys()
    for name, each in wanted.items():
        torch.testing.assert_close(found[name], each, rtol=1e-4, atol=1e-4, msg=name)


def kohya(name: str) -> str:
    return name.replace(".", "_")


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: stable_diffusion("ddim"), {"text_encoder": "lora_te"}),
        (lambda: stable_diffusion_xl("euler"), {"text_encoder": "lora_te1", "text_encoder_2": "lora_te2"}),
    ],
    ids=["sd", "sdxl"],
)
def test_strengths_that_differ_from_layer_to_layer_act_in_each(
    make: Callable[[], Any], words: dict[str, str], tmp_path: Path
) -> None:
    """As in files that kohya's `resize_lora` made smaller, or that were trained with block dims."""
    pipeline = make()
    tensors, wanted = Tensors(), Tensors()
    parts = {"unet": "lora_unet"} | words
    for part, prefix in parts.items():
        inside = "text_model_" if part == "text_encoder" else ""  # the second one names it itself
        layers = {
            name: each
            for name, each in matrices(getattr(pipeline, part)).items()
            if ".layers" in f".{name}" or "attentions" in name
        }
        called = {name: f"{prefix}_{inside}{kohya(name)}" for name in layers}
        for place, name in enumerate(layers):
            strengths = {name: (1.0, 3.0, 0.5)[place % 3]}
            several, added = written(
                {name: layers[name]}, called.__getitem__, strengths.get, rank=2 + 2 * (place % 2)
            )
            tensors |= several
            wanted |= {f"{part}.{name}": each for name, each in added.items()}
    agree(added_by(put_on(pipeline, tensors, tmp_path)), wanted)


def test_what_is_for_a_layer_of_words_that_is_left_out_is_not_missed(tmp_path: Path) -> None:
    """Most anime models are used without the last one (`clip_skip = 2`): each picture said that some do not fit."""
    pipeline = stable_diffusion("ddim")
    tensors, wanted = Tensors(), Tensors()
    for part, prefix in (("unet", "lora_unet_"), ("text_encoder", "lora_te_text_model_")):
        there = matrices(getattr(pipeline, part))
        layers = {name: each for name, each in there.items() if ".layers" in f".{name}" or "attentions" in name}
        called = {name: f"{prefix}{kohya(name)}" for name in layers}
        several, added = written(layers, called.__getitem__, lambda _: 2.0)
        tensors |= several
        wanted |= {f"{part}.{name}": each for name, each in added.items() if ".layers.1." not in f".{name}"}
    skip_layers(pipeline, 2, "mine")
    loras = put_on(pipeline, tensors, tmp_path)
    assert loras.notes((Lora("a"),)) == []
    agree(added_by(loras), wanted)


@pytest.mark.parametrize("more", [{}, {"use_rslora": True}, {"alpha_pattern": {"attn2.to_k": 16}}], ids=str)
def test_the_strength_in_the_metadata_of_diffusers_own_files_counts(more: dict[str, Any], tmp_path: Path) -> None:
    pipeline = stable_diffusion("ddim")
    own = stable_diffusion("ddim").unet
    config: Any = LoraConfig(r=4, lora_alpha=1, init_lora_weights=False, target_modules=["to_q", "to_k"], **more)
    own.add_adapter(config)
    told = config.to_dict()
    pipeline.save_lora_weights(str(tmp_path), get_peft_model_state_dict(own), unet_lora_adapter_metadata=told)
    [file] = tmp_path.glob("*.safetensors")
    loras = LoraSet("mine", pipeline, {"a": LoraEntry(place=str(file))})
    loras.apply((Lora("a"),))
    adapted: list[tuple[str, Any]] = [
        (name, each) for name, each in own.named_modules() if isinstance(each, LoraLayer)
    ]
    wanted = {f"unet.{name}": layer.get_delta_weight("default") for name, layer in adapted}
    agree(added_by(loras), wanted)


@pytest.mark.parametrize("name", ["flux-dev", "flux2-klein", "z-image", "qwen-image", "sd3"])
def test_strengths_beside_diffusers_names_count_as_onetrainer_writes_them(name: str, tmp_path: Path) -> None:
    pipeline = flow(name)
    layers = {name: each for name, each in matrices(pipeline.transformer).items() if ".attn." in name}
    layers = layers or {name: each for name, each in matrices(pipeline.transformer).items() if "attention" in name}
    tensors, wanted = written(layers, lambda name: f"transformer.{name}", lambda _: 2.0)
    agree(
        added_by(put_on(pipeline, tensors, tmp_path)), {f"transformer.{name}": each for name, each in wanted.items()}
    )


@pytest.mark.parametrize(("down", "up"), [("lora_A", "lora_B"), ("lora_down", "lora_up")])
def test_z_images_own_names_are_those_of_its_attention(down: str, up: str, tmp_path: Path) -> None:
    """As ComfyUI's own trainer and converters write them."""
    pipeline = flow("z-image")
    layers = {name: each for name, each in matrices(pipeline.transformer).items() if ".attention." in name}
    tensors, wanted = Tensors(), Tensors()
    for block in sorted({name.partition(".attention.")[0] for name in layers}):
        first, last = torch.randn(4, 32), torch.randn(96, 4)
        out, into = torch.randn(32, 4), torch.randn(4, 32)
        called = f"diffusion_model.{block}.attention"
        tensors |= {f"{called}.qkv.{down}.weight": first, f"{called}.qkv.{up}.weight": last}
        tensors |= {f"{called}.out.{down}.weight": into, f"{called}.out.{up}.weight": out}
        whole = dict(zip("qkv", (last @ first).chunk(3), strict=True))
        wanted |= {f"transformer.{block}.attention.to_{each}": whole[each] for each in whole}
        wanted[f"transformer.{block}.attention.to_out.0"] = out @ into
    agree(added_by(put_on(pipeline, tensors, tmp_path)), wanted)


def test_layers_that_a_model_has_not_are_told(tmp_path: Path) -> None:
    pipeline = stable_diffusion("ddim")
    tensors = load_file(save_lora(pipeline, tmp_path / "whole.safetensors", seed=1))
    count = len(tensors) // 2
    lost = next(name for name in tensors if "attn2.to_k.lora_A" in name).removesuffix(".lora_A.weight")
    for end in ("lora_A.weight", "lora_B.weight"):
        tensors[f"{lost}_of_another.{end}"] = tensors.pop(f"{lost}.{end}")
    nothing = {f"unet.text_projection.{end}.weight": torch.zeros(2, 2) for end in ("lora_A", "lora_B")}
    loras = put_on(pipeline, tensors | nothing, tmp_path)
    [note] = loras.notes((Lora("a"),))
    assert (note.cause, note.values) == ("lora-in-part", {"name": "a", "missed": "1", "all": str(count)})
    assert text("en", f"note-{note.cause}", **note.values) == note.message
    assert all(f"{count}" in text(each, f"note-{note.cause}", **note.values) for each in LANGUAGES)
    whole = LoraSet("mine", pipeline, {"a": LoraEntry(place=str(tmp_path / "whole.safetensors"))})
    whole.apply((Lora("a"),))
    assert whole.notes((Lora("a"),)) == []


def refused(pipeline: Any, tensors: Tensors, folder: Path) -> str:
    with pytest.raises(Unsuited) as raised:
        put_on(pipeline, tensors, folder)
    assert raised.value.cause == "lora-kind"
    return str(raised.value)


def test_a_dora_is_not_put_on_as_if_it_had_no_sizes(tmp_path: Path) -> None:
    pipeline = stable_diffusion("ddim")
    layers = {name: each for name, each in matrices(pipeline.unet).items() if "attn1" in name}
    tensors, _ = written(layers, lambda name: f"lora_unet_{kohya(name)}", lambda _: 2.0)
    sizes = {f"lora_unet_{kohya(name)}.dora_scale": torch.ones(each.out_features, 1) for name, each in layers.items()}
    assert "'a' is a DoRA, which" in refused(pipeline, tensors | sizes, tmp_path)


def test_what_is_made_for_control_images_changes_no_weight_of_the_model(tmp_path: Path) -> None:
    """As FLUX.1-Canny-dev-lora, whose norms diffusers puts in the place of the model's."""
    pipeline = flow("flux-dev")
    before = {name: each.clone() for name, each in pipeline.transformer.state_dict().items()}
    layers = {name: each for name, each in matrices(pipeline.transformer).items() if ".attn." in name}
    tensors, _ = written(layers, lambda name: f"transformer.{name}", lambda _: None)
    norms = {f"transformer.{name}": 7 * each for name, each in before.items() if "norm_q" in name}
    assert norms
    assert "'a' is a control LoRA, which" in refused(pipeline, tensors | norms, tmp_path)
    wide = {"transformer.x_embedder.lora_down.weight": torch.ones(4, 32),
            "transformer.x_embedder.lora_up.weight": torch.ones(32, 4)}  # fmt: skip
    assert "'a' is a control LoRA, which" in refused(pipeline, tensors | wide, tmp_path)
    assert all(torch.equal(each, before[name]) for name, each in pipeline.transformer.state_dict().items())


def test_a_lora_that_brings_words_of_its_own_is_told_as_that(tmp_path: Path) -> None:
    pipeline = stable_diffusion("ddim")
    layers = {name: each for name, each in matrices(pipeline.unet).items() if "attn1" in name}
    tensors, _ = written(layers, lambda name: f"lora_unet_{kohya(name)}", lambda _: 2.0)
    words = {"bundle_emb.mine.string_to_param.*": torch.ones(2, 16)}
    assert "'a' is a LoRA + embedding, which" in refused(pipeline, tensors | words, tmp_path)


def test_float8_is_widened_and_small_numbers_of_float16_stay() -> None:
    small = torch.full((4, 4), 2.0**-12)
    tensors = {
        "a.lora_down.weight": small.half(),
        "a.lora_up.weight": small.half(),
        "a.alpha": torch.tensor(2.0**-12),
    }
    made = with_strengths(tensors | {"b.lora_up.weight": small.to(torch.float8_e4m3fn)}, {})
    product = made["a.lora_up.weight"].double() @ made["a.lora_down.weight"].double()
    torch.testing.assert_close(product, (small.double() @ small.double()) * 2.0**-14, rtol=1e-2, atol=0)
    assert made["b.lora_up.weight"].dtype == torch.bfloat16
