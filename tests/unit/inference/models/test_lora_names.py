"""Adapters whose layers are called as other programs call them, against what their numbers say."""

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from peft import LoraConfig, get_peft_model
from peft.tuners.lora import LoraLayer
from safetensors.torch import save_file

from inference.api import Lora
from inference.errors import Unsuited
from inference.models.entry import LoraEntry
from inference.models.loading import quiet
from inference.models.loras import LoraSet
from tests.tiny_models.flow import flow
from tests.tiny_models.pipelines import stable_diffusion

quiet()

Tensors = dict[str, torch.Tensor]


def put_on(pipeline: Any, place: Path) -> LoraSet:
    loras = LoraSet("mine", pipeline, {"a": LoraEntry(place=str(place))})
    loras.apply((Lora("a"),))
    return loras


def added_by(module: Any) -> Tensors:
    adapted: list[tuple[str, Any]] = [
        (name, each) for name, each in module.named_modules() if isinstance(each, LoraLayer)
    ]
    return {name: layer.get_delta_weight(layer.active_adapters[0]) for name, layer in adapted}


def agree(found: Tensors, wanted: Tensors) -> None:
    assert found.keys() == wanted.keys()
    for name, each in wanted.items():
        torch.testing.assert_close(found[name], each, rtol=1e-4, atol=1e-4, msg=name)


def matrices(called: str, outputs: int, inputs: int) -> tuple[Tensors, torch.Tensor]:
    down, up = torch.randn(4, inputs), torch.randn(outputs, 4)
    tensors = {
        f"{called}.lora_down.weight": down,
        f"{called}.lora_up.weight": up,
        f"{called}.alpha": torch.tensor(2.0),
    }
    return tensors, up @ down / 2


@pytest.mark.parametrize("prefix", ["diffusion_model.", "lora_unet_", "lora_transformer_", ""])
@pytest.mark.parametrize("family", ["flux-dev", "sd3"])
def test_diffusers_names_behind_another_programs_prefix_are_understood(
    family: str, prefix: str, tmp_path: Path
) -> None:
    pipeline = flow(family)
    tensors, wanted = Tensors(), Tensors()
    for name, layer in pipeline.transformer.named_modules():
        if isinstance(layer, torch.nn.Linear) and ".attn." in name:
            inside = name.replace(".", "_") if prefix.endswith("_") else name
            more, wanted[name] = matrices(prefix + inside, layer.out_features, layer.in_features)
            tensors |= more
    save_file(tensors, tmp_path / "a.safetensors")
    agree(added_by(put_on(pipeline, tmp_path / "a.safetensors").adapted().transformer), wanted)


@pytest.mark.parametrize("form", ["diffusion_model.joint_blocks.{}", "lora_unet_joint_blocks_{}"])
def test_stable_diffusion_3s_own_names_are_those_of_its_blocks(form: str, tmp_path: Path) -> None:
    """As kohya's trainer and ComfyUI's converters write them. The last block has nothing after its words."""
    pipeline = flow("sd3")
    tensors, wanted = Tensors(), Tensors()

    def layer(inside: str, outputs: int, inputs: int, *parts: str, swapped: bool = False) -> None:
        block = inside.partition(".")[0]
        called = form.format(inside.replace(".", "_") if "_joint" in form else inside)
        more, whole = matrices(called, outputs, inputs)
        tensors.update(more)
        whole = torch.cat(whole.chunk(2)[::-1]) if swapped else whole
        named = (f"transformer_blocks.{block}.{part}" for part in parts)
        wanted.update(zip(named, whole.chunk(len(parts)), strict=True))

    for block in "01":
        layer(f"{block}.x_block.attn.qkv", 96, 32, "attn.to_q", "attn.to_k", "attn.to_v")
        layer(f"{block}.x_block.attn.proj", 32, 32, "attn.to_out.0")
        layer(f"{block}.x_block.mlp.fc1", 128, 32, "ff.net.0.proj")
        layer(f"{block}.x_block.mlp.fc2", 32, 128, "ff.net.2")
        layer(f"{block}.context_block.attn.qkv", 96, 32, "attn.add_q_proj", "attn.add_k_proj", "attn.add_v_proj")
    layer("0.x_block.attn2.qkv", 96, 32, "attn2.to_q", "attn2.to_k", "attn2.to_v")
    layer("0.x_block.attn2.proj", 32, 32, "attn2.to_out.0")
    layer("0.x_block.adaLN_modulation.1", 288, 32, "norm1.linear")
    layer("0.context_block.attn.proj", 32, 32, "attn.to_add_out")
    layer("0.context_block.mlp.fc1", 128, 32, "ff_context.net.0.proj")
    layer("0.context_block.mlp.fc2", 32, 128, "ff_context.net.2")
    layer("0.context_block.adaLN_modulation.1", 192, 32, "norm1_context.linear")
    layer("1.context_block.adaLN_modulation.1", 64, 32, "norm1_context.linear", swapped=True)
    save_file(tensors, tmp_path / "a.safetensors")
    agree(added_by(put_on(pipeline, tmp_path / "a.safetensors").adapted().transformer), wanted)


@pytest.mark.parametrize("more", [{}, {"use_rslora": True}, {"alpha_pattern": {"attn2.to_k": 16}, "r": 2}], ids=str)
def test_a_folder_of_peft_acts_as_strong_as_its_configuration_says(more: dict[str, Any], tmp_path: Path) -> None:
    pipeline = stable_diffusion("ddim")
    config: Any = LoraConfig(
        **{"r": 4, "lora_alpha": 1, "init_lora_weights": False, "target_modules": ["to_q", "to_k"], **more}
    )
    own = get_peft_model(stable_diffusion("ddim").unet, config)
    own.save_pretrained(str(tmp_path))
    agree(added_by(put_on(pipeline, tmp_path).adapted().unet), added_by(own.base_model.model))


def test_a_configuration_that_cannot_be_read_changes_nothing(tmp_path: Path) -> None:
    tensors, _ = matrices("base_model.model.mid_block.attentions.0.proj_in", 8, 8)
    names = {name for name in tensors if not name.endswith(".alpha")}
    save_file({name: tensors[name] for name in names}, tmp_path / "adapter_model.safetensors")
    (tmp_path / "adapter_config.json").write_text(json.dumps(["lora_alpha"]), encoding="utf-8")
    with pytest.raises(Unsuited, match="made for another kind of model"):
        put_on(flow("sd3"), tmp_path)


def test_what_makes_one_layer_of_three_is_refused_whenever_it_comes(tmp_path: Path) -> None:
    """diffusers fuses q, k and v for such a LoKr, and a LoRA that came later was put on layers that nothing runs."""
    block = "diffusion_model.double_blocks.0.img_attn.qkv"
    save_file(
        {f"{block}.lokr_w1": torch.ones(8, 4), f"{block}.lokr_w2": torch.ones(12, 8)}, tmp_path / "a.safetensors"
    )
    pipeline = flow("flux2-klein")
    loras = LoraSet("mine", pipeline, {"a": LoraEntry(place=str(tmp_path / "a.safetensors"))})
    with pytest.raises(Unsuited, match="'a' is a LoKr, which"):
        loras.apply((Lora("a"),))
    assert not any(getattr(each, "fused_projections", False) for each in loras.adapted().transformer.modules())
