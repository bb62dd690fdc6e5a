"""Writes `inference/models/sizes.toml`: what public models weigh, from their configurations, without any weights.

`python -m benchmarks.sizes`. Modules are built on torch's meta device, which keeps shapes and no numbers. Their
configurations are the defaults of diffusers' classes, which are those of the families' first models, and what differs
from them as the models' own config.json files say.
"""

from collections.abc import Mapping
from typing import Any

import diffusers
import torch
import transformers

from benchmarks.giants import GIANTS
from inference.models.sizes import KNOWN
from inference.models.weights import ModelPart

T5 = ("T5EncoderModel", {"d_model": 4096, "d_kv": 64, "d_ff": 10240, "num_layers": 24, "num_heads": 64,
                         "vocab_size": 32128, "feed_forward_proj": "gated-gelu"})  # fmt: skip
CLIP_L = ("CLIPTextModelWithProjection", GIANTS["sdxl"].texts[0])
CLIP_G = ("CLIPTextModelWithProjection", GIANTS["sdxl"].texts[1])
QWEN3_4B = ("Qwen3ForCausalLM", {"hidden_size": 2560, "num_hidden_layers": 36, "num_attention_heads": 32,
            "num_key_value_heads": 8, "head_dim": 128, "intermediate_size": 9728, "vocab_size": 151936,
            "tie_word_embeddings": True})  # fmt: skip
# Of Qwen2.5-VL 7B the language model; its vision tower is in `EYES`.
QWEN_VL_7B = ("Qwen2ForCausalLM", {"hidden_size": 3584, "num_hidden_layers": 28, "num_attention_heads": 28,
              "num_key_value_heads": 4, "intermediate_size": 18944, "vocab_size": 152064})  # fmt: skip
# Of Mistral Small 3.1 the language model.
MISTRAL_24B = ("MistralForCausalLM", {"hidden_size": 5120, "num_hidden_layers": 40, "num_attention_heads": 32,
               "num_key_value_heads": 8, "head_dim": 128, "intermediate_size": 32768,
               "vocab_size": 131072})  # fmt: skip
EYES = {"Qwen2ForCausalLM": 676_550_144, "MistralForCausalLM": 439_000_000}
"""Numbers in the vision towers that come with them. Of Qwen2.5-VL 7B: 32 layers of 1280, an MLP of 3420 and the
merger; of Mistral Small 3.1 about, from 24 layers of 1024, an MLP of 4096 and the projector."""

VAE_16 = {"block_out_channels": (128, 256, 512, 512), "down_block_types": ("DownEncoderBlock2D",) * 4,
          "up_block_types": ("UpDecoderBlock2D",) * 4, "layers_per_block": 2, "latent_channels": 16,
          "use_quant_conv": False, "use_post_quant_conv": False}  # fmt: skip
_SD35 = {"joint_attention_dim": 4096, "pooled_projection_dim": 2048, "caption_projection_dim": 1536,
         "qk_norm": "rms_norm"}  # fmt: skip
MEDIUM = _SD35 | {"num_layers": 24, "num_attention_heads": 24, "pos_embed_max_size": 384, "sample_size": 128,
                  "dual_attention_layers": tuple(range(13)), "attention_head_dim": 64}  # fmt: skip
LARGE = _SD35 | {"num_layers": 38, "num_attention_heads": 38, "pos_embed_max_size": 192, "sample_size": 128,
                 "attention_head_dim": 64, "caption_projection_dim": 2432}  # fmt: skip
KLEIN = {"num_layers": 5, "num_single_layers": 20, "num_attention_heads": 24, "joint_attention_dim": 7680}

Spec = Mapping[str, tuple[str, Mapping[str, Any]]]


def _giant(name: str) -> Spec:
    giant = GIANTS[name]
    texts = {f"text_encoder{'' if place == 0 else f'_{place + 1}'}": text for place, text in enumerate(giant.texts)}
    kinds = {
        part: ("CLIPTextModelWithProjection" if "2" in part else "CLIPTextModel", text)
        for part, text in texts.items()
    }
    return {**kinds, "unet": ("UNet2DConditionModel", giant.unet), "vae": ("AutoencoderKL", giant.vae)}


def _flux(*, guided: bool) -> Spec:
    transformer = ("FluxTransformer2DModel", {"guidance_embeds": guided})
    return {"text_encoder": ("CLIPTextModel", GIANTS["sd15"].texts[0]), "text_encoder_2": T5,
            "transformer": transformer, "vae": ("AutoencoderKL", VAE_16)}  # fmt: skip


def _sd3(transformer: Mapping[str, Any]) -> Spec:
    return {"text_encoder": CLIP_L, "text_encoder_2": CLIP_G, "text_encoder_3": T5,
            "transformer": ("SD3Transformer2DModel", transformer), "vae": ("AutoencoderKL", VAE_16)}  # fmt: skip


QWEN: Spec = {"text_encoder": QWEN_VL_7B, "transformer": ("QwenImageTransformer2DModel", {}),
              "vae": ("AutoencoderKLQwenImage", {})}  # fmt: skip
Z_IMAGE: Spec = {"text_encoder": QWEN3_4B, "transformer": ("ZImageTransformer2DModel", {}),
                 "vae": ("AutoencoderKL", VAE_16)}  # fmt: skip

SDXL_TUNED = (
    "cagliostrolab/animagine-xl-4.0", "RunDiffusion/Juggernaut-XL-v9", "RunDiffusion/Juggernaut-XL-Lightning",
    "SG161222/RealVisXL_V5.0",
)  # fmt: skip

MODELS: dict[str, Spec] = {
    "stable-diffusion-v1-5/stable-diffusion-v1-5": _giant("sd15"),
    "stabilityai/sd-turbo": _giant("sd-turbo-kl"),
    "stabilityai/stable-diffusion-xl-base-1.0": _giant("sdxl"),
    "stabilityai/sdxl-turbo": _giant("sdxl"),
    **dict.fromkeys(SDXL_TUNED, _giant("sdxl")),
    "stabilityai/stable-diffusion-3.5-medium": _sd3(MEDIUM),
    "stabilityai/stable-diffusion-3.5-large": _sd3(LARGE),
    "stabilityai/stable-diffusion-3.5-large-turbo": _sd3(LARGE),
    "black-forest-labs/FLUX.1-schnell": _flux(guided=False),
    "black-forest-labs/FLUX.1-dev": _flux(guided=True),
    "black-forest-labs/FLUX.1-Kontext-dev": _flux(guided=True),
    "black-forest-labs/FLUX.2-klein-4B": {
        "text_encoder": QWEN3_4B,
        "transformer": ("Flux2Transformer2DModel", KLEIN),
        "vae": ("AutoencoderKLFlux2", {}),
    },
    "black-forest-labs/FLUX.2-dev": {
        "text_encoder": MISTRAL_24B,
        "transformer": ("Flux2Transformer2DModel", {}),
        "vae": ("AutoencoderKLFlux2", {}),
    },
    "Tongyi-MAI/Z-Image-Turbo": Z_IMAGE,
    "Qwen/Qwen-Image": QWEN,
    "Qwen/Qwen-Image-Edit": QWEN,
    "Qwen/Qwen-Image-Edit-2511": QWEN,
}


def weighed(name: str, kind: str, config: Mapping[str, Any]) -> ModelPart:
    """A component of that class and configuration."""
    with torch.device("meta"):
        if hasattr(diffusers, kind):
            module = getattr(diffusers, kind)(**config)
        else:
            maker = getattr(transformers, kind)
            module = maker(maker.config_class(**config))
    part = ModelPart.of(name, [(each, "BF16", tuple(tensor.shape)) for each, tensor in module.named_parameters()])
    eyes = EYES.get(kind, 0)
    return ModelPart(name, part.numbers + eyes, part.matrices + eyes, part.block, part.outside + eyes, part.leaf)


def shape(spec: Spec) -> dict[str, Any]:
    """What the plan wants to know of the configurations; see `inference.models.sizes.shape_of`."""
    vae = spec["vae"][1]
    told: dict[str, Any] = {"transformer": "transformer" in spec}
    if "transformer" in spec:
        kind, config = spec["transformer"]
        with torch.device("meta"):
            made = getattr(diffusers, kind)(**config).config
        told["width"] = made.get("dim") or made["num_attention_heads"] * made["attention_head_dim"]
        if made.get("guidance_embeds"):
            told["rows"] = 1
    else:
        told["width"] = 320
    told["vae_width"] = 96 if spec["vae"][0] == "AutoencoderKLQwenImage" else 128
    if vae.get("force_upcast"):
        told["vae_itemsize"] = 4
    return told


def main() -> None:
    """Write the table."""
    lines = [
        "# What public models weigh, made by `python -m benchmarks.sizes`; `weights.ModelPart` explains the numbers."
    ]
    for id_, spec in MODELS.items():
        inner = ", ".join(f"{key} = {str(value).lower()}" for key, value in shape(spec).items())
        lines += ["", f'["{id_}"]', f"shape = {{ {inner} }}"]
        for name, (kind, config) in spec.items():
            part = weighed(name, kind, config)
            numbers = {key: getattr(part, key) for key in ("numbers", "matrices", "block", "outside", "leaf")}
            written = ", ".join(f"{key} = {value:_}" for key, value in numbers.items())
            lines.append(f"parts.{name} = {{ {written} }}")
    KNOWN.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
