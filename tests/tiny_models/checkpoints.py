"""Tiny models written as people exchange them: one file with the tensors' names of a family's first program.

The rules are those of diffusers' own scripts for the way back (scripts/convert_diffusers_to_original_*.py), for any
number of blocks and layers.
"""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file

Tensors = dict[str, torch.Tensor]

_RESNET = (
    ("norm1", "in_layers.0"),
    ("conv1", "in_layers.2"),
    ("time_emb_proj", "emb_layers.1"),
    ("norm2", "out_layers.0"),
    ("conv2", "out_layers.3"),
    ("conv_shortcut", "skip_connection"),
)

_OUTSIDE = (
    ("time_embedding.linear_1", "time_embed.0"),
    ("time_embedding.linear_2", "time_embed.2"),
    ("add_embedding.linear_1", "label_emb.0.0"),
    ("add_embedding.linear_2", "label_emb.0.2"),
    ("conv_in", "input_blocks.0.0"),
    ("conv_norm_out", "out.0"),
    ("conv_out", "out.2"),
)


def unet(module: Any) -> Tensors:
    config, tensors = module.config, module.state_dict()
    per_block = config.layers_per_block
    attending = ["CrossAttn" in kind for kind in config.up_block_types]

    def place(name: str) -> str:
        for ours, theirs in _OUTSIDE:
            if name.startswith(f"{ours}."):
                return theirs + name.removeprefix(ours)
        parts = name.split(".")
        if parts[0] == "mid_block":
            where = int(parts[2]) * 2 if parts[1] == "resnets" else 1
            return f"middle_block.{where}.{_inside(parts[1], '.'.join(parts[3:]))}"
        block, kind, layer, rest = int(parts[1]), parts[2], int(parts[3]), ".".join(parts[4:])
        if parts[0] == "down_blocks":
            at = 1 + block * (per_block + 1) + layer
            if kind == "downsamplers":
                return f"input_blocks.{at + per_block}.0.op.{rest.removeprefix('conv.')}"
            return f"input_blocks.{at}.{0 if kind == 'resnets' else 1}.{_inside(kind, rest)}"
        at = block * (per_block + 1) + layer
        if kind == "upsamplers":
            return f"output_blocks.{at + per_block}.{2 if attending[block] else 1}.{rest}"
        return f"output_blocks.{at}.{0 if kind == 'resnets' else 1}.{_inside(kind, rest)}"

    return {f"model.diffusion_model.{place(name)}": tensor for name, tensor in tensors.items()}


def _inside(kind: str, rest: str) -> str:
    if kind != "resnets":
        return rest
    for ours, theirs in _RESNET:
        if rest.startswith(f"{ours}."):
            return theirs + rest.removeprefix(ours)
    raise AssertionError(rest)


def vae(module: Any) -> Tensors:
    last = len(module.config.block_out_channels) - 1

    def place(name: str) -> str:
        name = name.replace("conv_norm_out", "norm_out").replace("conv_shortcut", "nin_shortcut")
        name = re.sub(r"mid_block\.resnets\.(\d)", lambda found: f"mid.block_{int(found[1]) + 1}", name)
        name = name.replace("mid_block.attentions.0", "mid.attn_1")
        for ours, theirs in (("group_norm", "norm"), ("to_q", "q"), ("to_k", "k"), ("to_v", "v")):
            name = name.replace(f"mid.attn_1.{ours}", f"mid.attn_1.{theirs}")
        name = name.replace("to_out.0", "proj_out")
        name = re.sub(r"down_blocks\.(\d)\.resnets\.", r"down.\1.block.", name)
        name = re.sub(r"down_blocks\.(\d)\.downsamplers\.0", r"down.\1.downsample", name)
        name = re.sub(r"up_blocks\.(\d)", lambda found: f"up.{last - int(found[1])}", name)
        return name.replace("resnets.", "block.").replace("upsamplers.0", "upsample")

    def value(name: str, tensor: torch.Tensor) -> torch.Tensor:
        linear = re.search(r"mid\.attn_1\.(q|k|v|proj_out)\.weight", name)
        return tensor[:, :, None, None] if linear else tensor

    placed = {place(name): tensor for name, tensor in module.state_dict().items()}
    return {f"first_stage_model.{name}": value(name, tensor).contiguous() for name, tensor in placed.items()}


def clip(module: Any, prefix: str) -> Tensors:
    """As transformers names them, under `prefix`."""
    named = {f"text_model.{name.removeprefix('text_model.')}": each for name, each in module.state_dict().items()}
    return {f"{prefix}{name}": each for name, each in named.items()}


def open_clip(module: Any, prefix: str) -> Tensors:
    """As OpenCLIP names them: queries, keys and values in one."""
    tensors = {name.removeprefix("text_model."): each for name, each in module.state_dict().items()}
    made: Tensors = {}
    for name, tensor in tensors.items():
        if (attention := re.fullmatch(r"encoder\.layers\.(\d+)\.self_attn\.q_proj\.(weight|bias)", name)) is not None:
            parts = [tensors[name.replace("q_proj", part)] for part in ("q_proj", "k_proj", "v_proj")]
            made[f"transformer.resblocks.{attention[1]}.attn.in_proj_{attention[2]}"] = torch.cat(parts)
        elif not re.search(r"self_attn\.[kv]_proj", name):
            renamed = re.sub(r"encoder\.layers\.(\d+)", r"transformer.resblocks.\1", name)
            for ours, theirs in (
                ("layer_norm1", "ln_1"),
                ("layer_norm2", "ln_2"),
                ("mlp.fc1", "mlp.c_fc"),
                ("mlp.fc2", "mlp.c_proj"),
                ("self_attn.out_proj", "attn.out_proj"),
                ("final_layer_norm", "ln_final"),
                ("embeddings.token_embedding", "token_embedding"),
                ("embeddings.position_embedding.weight", "positional_embedding"),
            ):
                renamed = renamed.replace(ours, theirs)
            made[renamed] = tensor
    if "text_projection.weight" in made:
        made["text_projection"] = made.pop("text_projection.weight").T.contiguous()
    return {f"{prefix}{name}": each for name, each in made.items()}


def stable_diffusion_1(pipeline: Any) -> Tensors:
    words = clip(pipeline.text_encoder, "cond_stage_model.transformer.")
    return unet(pipeline.unet) | vae(pipeline.vae) | words


def stable_diffusion_2(pipeline: Any) -> Tensors:
    return unet(pipeline.unet) | vae(pipeline.vae) | open_clip(pipeline.text_encoder, "cond_stage_model.model.")


def stable_diffusion_xl(pipeline: Any) -> Tensors:
    return (
        unet(pipeline.unet)
        | vae(pipeline.vae)
        | clip(pipeline.text_encoder, "conditioner.embedders.0.transformer.")
        | open_clip(pipeline.text_encoder_2, "conditioner.embedders.1.model.")
    )


def qwen_image(pipeline: Any) -> Tensors:
    """The transformer alone, with diffusers' own names."""
    return {f"model.diffusion_model.{name}": tensor for name, tensor in pipeline.transformer.state_dict().items()}


def z_image(pipeline: Any) -> Tensors:
    """The transformer alone: queries, keys and values in one."""
    ours, made = pipeline.transformer.state_dict(), {}
    for name, tensor in ours.items():
        if name.endswith("attention.to_q.weight"):
            three = [ours[name.replace("to_q", part)] for part in ("to_q", "to_k", "to_v")]
            made[name.replace("to_q", "qkv")] = torch.cat(three)
        elif not re.search(r"attention\.to_[kv]\.", name):
            renamed = re.sub(r"attention\.to_out\.0", "attention.out", name)
            renamed = re.sub(r"attention\.norm_([qk])", r"attention.\1_norm", renamed)
            renamed = re.sub(r"^all_(x_embedder|final_layer)\.2-1", r"\1", renamed)
            made[renamed] = tensor
    return made


_STREAMS = (
    (r"^transformer_blocks\.", "double_blocks."),
    (r"^single_transformer_blocks\.", "single_blocks."),
    (r"^context_embedder", "txt_in"),
    (r"^x_embedder", "img_in"),
    (r"^(time_text_embed|time_guidance_embed)\.timestep_embedder", "time_in"),
    (r"^(time_text_embed|time_guidance_embed)\.guidance_embedder", "guidance_in"),
    (r"^time_text_embed\.text_embedder", "vector_in"),
    (r"(_in)\.linear_1", r"\1.in_layer"),
    (r"(_in)\.linear_2", r"\1.out_layer"),
    (r"^proj_out", "final_layer.linear"),
    (r"^norm_out\.linear", "final_layer.adaLN_modulation.1"),
    (r"^(double\S+?)attn\.to_([qkv])\.(\w+)$", r"\1img_attn.qkv.\3#\2"),
    (r"^(double\S+?)attn\.add_([qkv])_proj\.(\w+)$", r"\1txt_attn.qkv.\3#\2"),
    (r"^(double\S+?)attn\.to_out\.0", r"\1img_attn.proj"),
    (r"^(double\S+?)attn\.to_add_out", r"\1txt_attn.proj"),
    (r"^(double\S+?)attn\.norm_added_([qk])\.weight", r"\1txt_attn.norm.\2_norm.scale"),
    (r"^(double\S+?)attn\.norm_([qk])\.weight", r"\1img_attn.norm.\2_norm.scale"),
    (r"^(single\S+?)attn\.norm_([qk])\.weight", r"\1norm.\2_norm.scale"),
    (r"norm\.q_norm", "norm.query_norm"),
    (r"norm\.k_norm", "norm.key_norm"),
)
"""Of FLUX.1 and FLUX.2: what diffusers calls a tensor, and what Black Forest Labs do; #q, #k, #v are parts of one."""

FLUX = (
    *_STREAMS,
    (r"norm1\.linear", "img_mod.lin"),
    (r"norm1_context\.linear", "txt_mod.lin"),
    (r"ff\.net\.(0\.proj|2)", r"img_mlp.\1"),
    (r"ff_context\.net\.(0\.proj|2)", r"txt_mlp.\1"),
    (r"_mlp\.0\.proj", "_mlp.0"),
    (r"^(single\S+?)norm\.linear", r"\1modulation.lin"),
    (r"^(single\S+?)attn\.to_([qkv])\.(\w+)$", r"\1linear1.\3#\2"),
    (r"^(single\S+?)proj_mlp\.(\w+)$", r"\1linear1.\2#w"),
    (r"^(single\S+?)proj_out", r"\1linear2"),
)

FLUX2 = (
    *_STREAMS,
    (r"(stream_modulation\w*)\.linear", r"\1.lin"),
    (r"ff\.linear_in", "img_mlp.0"),
    (r"ff\.linear_out", "img_mlp.2"),
    (r"ff_context\.linear_in", "txt_mlp.0"),
    (r"ff_context\.linear_out", "txt_mlp.2"),
    (r"attn\.to_qkv_mlp_proj", "linear1"),
    (r"^(single\S+?)attn\.to_out", r"\1linear2"),
)

CHROMA = (
    *FLUX,
    (r"^(distilled\S+?)linear_1", r"\1in_layer"),
    (r"^(distilled\S+?)linear_2", r"\1out_layer"),
    (r"^(distilled\S+?norms\.\d+)\.weight", r"\1.scale"),
)

SD3 = (
    (r"^pos_embed\.pos_embed", "pos_embed"),
    (r"^pos_embed\.proj", "x_embedder.proj"),
    (r"^time_text_embed\.timestep_embedder", "t_embedder.mlp"),
    (r"^time_text_embed\.text_embedder", "y_embedder.mlp"),
    (r"mlp\.linear_1", "mlp.0"),
    (r"mlp\.linear_2", "mlp.2"),
    (r"^proj_out", "final_layer.linear"),
    (r"^norm_out\.linear", "final_layer.adaLN_modulation.1"),
    (r"^transformer_blocks\.(\d+)\.", r"joint_blocks.\1.x_block."),
    (r"x_block\.attn\.(add_[qkv]_proj|to_add_out|norm_added_[qk])", r"context_block.attn.\1"),
    (r"x_block\.(norm1|ff)_context", r"context_block.\1"),
    (r"norm1\.linear", "adaLN_modulation.1"),
    (r"ff\.net\.0\.proj", "mlp.fc1"),
    (r"ff\.net\.2", "mlp.fc2"),
    (r"(attn2?)\.(?:to_([qkv])|add_([qkv])_proj)\.(\w+)$", r"\1.qkv.\4#\2\3"),
    (r"(attn2?)\.(to_out\.0|to_add_out)", r"\1.proj"),
    (r"(attn2?)\.norm_(added_)?([qk])\.weight", r"\1.ln_\3.weight"),
)
"""Of Stable Diffusion 3, as Stability AI calls its tensors."""


def transformer(module: Any, rules: tuple[tuple[str, str], ...]) -> Tensors:
    """A transformer's tensors by its first program's names, which has shift before scale where diffusers has not."""
    parts: dict[str, Tensors] = {}
    last = len(module.transformer_blocks) - 1
    for name, tensor in module.state_dict().items():
        named = name
        for pattern, written in rules:
            named = re.sub(pattern, written, named)
        named, _, which = named.partition("#")
        swapped = "final_layer.adaLN" in named or f"joint_blocks.{last}.context_block.adaLN" in named
        parts.setdefault(named, {})[which] = torch.cat(tensor.chunk(2)[::-1]) if swapped else tensor
    return {name: torch.cat([each[which] for which in sorted(each, key="qkvw".find)]) for name, each in parts.items()}


WRITERS: dict[str, Callable[[Any], Tensors]] = {
    "sd15": stable_diffusion_1,
    "sd2": stable_diffusion_2,
    "sdxl": stable_diffusion_xl,
    "sd3": lambda pipeline: transformer(pipeline.transformer, SD3),
    "flux": lambda pipeline: transformer(pipeline.transformer, FLUX),
    "flux2": lambda pipeline: transformer(pipeline.transformer, FLUX2),
    "chroma": lambda pipeline: transformer(pipeline.transformer, CHROMA),
    "qwen-image": qwen_image,
    "z-image": z_image,
}


def in_float8(tensors: Mapping[str, torch.Tensor]) -> Tensors:
    """Every number rounded, as most files in float8 have it."""
    return {name: tensor.to(torch.float8_e4m3fn) for name, tensor in tensors.items()}


def in_scaled_float8(tensors: Mapping[str, torch.Tensor], ending: str, *, rows: bool = False) -> Tensors:
    """Matrices whose largest number is float8's, what they are to be multiplied by, and marks beside them."""
    made: Tensors = {"scaled_fp8": torch.empty(2, dtype=torch.float8_e4m3fn)}
    for name, tensor in tensors.items():
        if tensor.ndim != 2 or not name.endswith(".weight"):
            made[name] = tensor.bfloat16()
            continue
        largest = tensor.abs().amax(1, keepdim=True) if rows else tensor.abs().max()
        scale = largest.clamp(min=1e-8) / 448
        layer = name.removesuffix(".weight")
        made[name] = (tensor / scale).to(torch.float8_e4m3fn)
        made[layer + ending] = scale.float()
        made[f"{layer}.input_scale"] = torch.ones(())
        made[f"{layer}.comfy_quant"] = torch.tensor([*b'{"format": "float8_e4m3fn"}'], dtype=torch.uint8)
    return made


def beside_others(tensors: Mapping[str, torch.Tensor]) -> Tensors:
    """As files with all of a model have a transformer's tensors; those of the other components are nothing."""
    others = ("text_encoders.clip_l.transformer.text_model.final_layer_norm.weight", "vae.decoder.conv_in.weight",
              "text_encoders.t5xxl.transformer.encoder.block.0.layer.0.SelfAttention.k.weight")  # fmt: skip
    return {f"model.diffusion_model.{name.removeprefix('model.diffusion_model.')}": each
            for name, each in tensors.items()} | {name: torch.zeros(3, 2) for name in others}  # fmt: skip


def save(tensors: Mapping[str, torch.Tensor], file: Path, **metadata: str) -> Path:
    save_file({name: tensor.contiguous() for name, tensor in tensors.items()}, file, metadata=metadata or None)
    return file
