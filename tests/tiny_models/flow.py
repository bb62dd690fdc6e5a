"""Tiny models with random weights of the flow matching families, as stock pipelines.

Made as diffusers' own tests make them, with fewer numbers. Their autoencoders shrink by two, so 64 pixels are 32
latents and 256 tokens.
"""

from collections.abc import Callable
from typing import Any

import diffusers
import torch
import transformers
from transformers.models.qwen2.tokenization_qwen2 import pre_tokenizers
from transformers.models.qwen2_vl.image_processing_pil_qwen2_vl import Qwen2VLImageProcessorPil

from inference.models.processors import PictureProcessor
from tests.tiny_models import folders as tiny

QWEN_WORDS = ("<|im_start|>", "<|im_end|>", "<|vision_start|>", "<|vision_end|>", "<|image_pad|>", "<|video_pad|>")

CHAT = (
    "{% for message in messages %}<|im_start|>{{ message['role'] }}\n"
    "{% if message['content'] is string %}{{ message['content'] }}"
    "{% else %}{{ message['content'][0]['text'] }}{% endif %}<|im_end|>{% endfor %}"
)
"""A chat template like those that come with the text encoders of these families."""


def vae(latents: int = 4, kind: Any = diffusers.AutoencoderKL, **options: Any) -> Any:
    """An autoencoder with a shift and, as those of these families have it, no quantisation layers."""
    return kind(
        **{
            "block_out_channels": (8, 16),
            "down_block_types": ("DownEncoderBlock2D",) * 2,
            "up_block_types": ("UpDecoderBlock2D",) * 2,
            "layers_per_block": 1,
            "latent_channels": latents,
            "norm_num_groups": 4,
            "use_quant_conv": False,
            "use_post_quant_conv": False,
            **options,
        }
    ).eval()


def shifted_vae(latents: int = 4) -> Any:
    return vae(latents, shift_factor=0.06, scaling_factor=1.5)


def t5() -> Any:
    config = transformers.T5Config(vocab_size=100, d_model=32, d_kv=8, d_ff=37, num_layers=1, num_heads=4)
    return transformers.T5EncoderModel(config).eval()


def qwen_tokenizer() -> Any:
    """One token per byte, the words of Qwen's chats and its template."""
    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    tokenizer = transformers.Qwen2Tokenizer(vocab={letter: place for place, letter in enumerate(letters)}, merges=[])
    tokenizer.add_special_tokens({"additional_special_tokens": list(QWEN_WORDS)})
    tokenizer.chat_template = CHAT
    return tokenizer


def qwen3(layers: int = 2) -> Any:
    config = transformers.Qwen3Config(
        hidden_size=16,
        intermediate_size=16,
        num_hidden_layers=layers,
        num_attention_heads=2,
        num_key_value_heads=2,
        head_dim=8,
        vocab_size=400,
        max_position_embeddings=600,
    )
    return transformers.Qwen3ForCausalLM(config).eval()


def stable_diffusion_3(scheduler: Any = None, *, t5_too: bool = True) -> Any:
    return diffusers.StableDiffusion3Img2ImgPipeline(
        vae=shifted_vae(),
        text_encoder=tiny.text_encoder(projection=True),
        text_encoder_2=tiny.text_encoder(projection=True),
        text_encoder_3=t5() if t5_too else None,
        tokenizer=tiny.tokenizer(),
        tokenizer_2=tiny.tokenizer(),
        tokenizer_3=tiny.tokenizer() if t5_too else None,
        transformer=diffusers.SD3Transformer2DModel(
            sample_size=32,
            patch_size=2,
            in_channels=4,
            num_layers=2,
            attention_head_dim=8,
            num_attention_heads=4,
            caption_projection_dim=32,
            joint_attention_dim=32 if t5_too else 64,
            pooled_projection_dim=64,
            out_channels=4,
            pos_embed_max_size=64,
            qk_norm="rms_norm",
            dual_attention_layers=(0,),
        ).eval(),
        scheduler=scheduler or diffusers.FlowMatchEulerDiscreteScheduler(shift=3.0),
    )


def _flux_transformer(*, distilled: bool, **options: Any) -> Any:
    return diffusers.FluxTransformer2DModel(
        **{
            "patch_size": 1,
            "in_channels": 16,
            "num_layers": 1,
            "num_single_layers": 1,
            "attention_head_dim": 16,
            "num_attention_heads": 2,
            "joint_attention_dim": 32,
            "pooled_projection_dim": 32,
            "axes_dims_rope": (4, 4, 8),
            "guidance_embeds": distilled,
            **options,
        }
    ).eval()


def _flux(kind: Any, scheduler: Any, *, distilled: bool, tiny_vae: bool = False, **options: Any) -> Any:
    taef1 = diffusers.AutoencoderTiny(
        latent_channels=4, encoder_block_out_channels=(8,) * 4, decoder_block_out_channels=(8,) * 4
    )
    return kind(
        vae=taef1.eval() if tiny_vae else shifted_vae(),
        text_encoder=tiny.text_encoder(),
        text_encoder_2=t5(),
        tokenizer=tiny.tokenizer(),
        tokenizer_2=tiny.tokenizer(),
        transformer=_flux_transformer(distilled=distilled, **options),
        scheduler=scheduler or diffusers.FlowMatchEulerDiscreteScheduler(shift=3.0, use_dynamic_shifting=True),
    )


def flux_dev(scheduler: Any = None, *, tiny_vae: bool = False, **options: Any) -> Any:
    """Guidance is an input of the model; the shift follows the size of the picture."""
    return _flux(diffusers.FluxImg2ImgPipeline, scheduler, distilled=True, tiny_vae=tiny_vae, **options)


def flux_schnell(scheduler: Any = None) -> Any:
    """No guidance, no shift."""
    scheduler = scheduler or diffusers.FlowMatchEulerDiscreteScheduler(shift=1.0)
    return _flux(diffusers.FluxImg2ImgPipeline, scheduler, distilled=False)


def kontext(scheduler: Any = None) -> Any:
    """Edits by instruction."""
    return _flux(diffusers.FluxKontextPipeline, scheduler, distilled=True)


def _flux2_transformer(*, distilled: bool, joint: int) -> Any:
    return diffusers.Flux2Transformer2DModel(
        patch_size=1,
        in_channels=16,
        num_layers=1,
        num_single_layers=1,
        attention_head_dim=16,
        num_attention_heads=2,
        joint_attention_dim=joint,
        timestep_guidance_channels=256,
        axes_dims_rope=(4, 4, 4, 4),
        guidance_embeds=distilled,
    ).eval()


def _flux2_vae() -> Any:
    made = vae(4, diffusers.AutoencoderKLFlux2, use_quant_conv=True, use_post_quant_conv=True)
    made.bn.running_mean.normal_(std=0.1)
    made.bn.running_var.uniform_(0.5, 1.5)
    return made


def flux2_klein(scheduler: Any = None, *, distilled: bool = False) -> Any:
    return diffusers.Flux2KleinPipeline(
        scheduler=scheduler or diffusers.FlowMatchEulerDiscreteScheduler(shift=3.0, use_dynamic_shifting=True),
        vae=_flux2_vae(),
        text_encoder=qwen3(layers=28),
        tokenizer=qwen_tokenizer(),
        transformer=_flux2_transformer(distilled=False, joint=48),
        is_distilled=distilled,
    )


def _mistral3() -> Any:
    """As deep as the layers that FLUX.2 takes its words from."""
    config = transformers.Mistral3Config(
        text_config={
            "model_type": "mistral",
            "hidden_size": 16,
            "intermediate_size": 16,
            "num_hidden_layers": 30,
            "num_attention_heads": 2,
            "num_key_value_heads": 2,
            "head_dim": 8,
            "vocab_size": 400,
        },
        vision_config={
            "model_type": "pixtral",
            "hidden_size": 16,
            "intermediate_size": 16,
            "num_hidden_layers": 1,
            "num_attention_heads": 2,
            "image_size": 28,
            "patch_size": 14,
        },
    )
    return transformers.Mistral3ForConditionalGeneration(config).eval()


def flux2_dev(scheduler: Any = None) -> Any:
    """Guidance is an input of the model."""
    return diffusers.Flux2Pipeline(
        scheduler=scheduler or diffusers.FlowMatchEulerDiscreteScheduler(shift=3.0, use_dynamic_shifting=True),
        vae=_flux2_vae(),
        text_encoder=_mistral3(),
        tokenizer=qwen_tokenizer(),
        transformer=_flux2_transformer(distilled=True, joint=48),
    )


def z_image(scheduler: Any = None) -> Any:
    pipeline = diffusers.ZImageImg2ImgPipeline(
        scheduler=scheduler or diffusers.FlowMatchEulerDiscreteScheduler(shift=3.0),
        vae=vae(4, shift_factor=0.1, scaling_factor=0.4),
        text_encoder=qwen3(),
        tokenizer=qwen_tokenizer(),
        transformer=diffusers.ZImageTransformer2DModel(
            in_channels=4,
            dim=32,
            n_layers=2,
            n_refiner_layers=1,
            n_heads=2,
            n_kv_heads=2,
            cap_feat_dim=16,
            axes_dims=[8, 4, 4],
            axes_lens=[700, 64, 64],
        ).eval(),
    )
    with torch.no_grad():  # fresh ones are zero, which would hide whether they are used
        pipeline.transformer.x_pad_token.normal_()
        pipeline.transformer.cap_pad_token.normal_()
    return pipeline


def _qwen_vl(tokenizer: Any) -> Any:
    ids = dict(zip(QWEN_WORDS, tokenizer.convert_tokens_to_ids(list(QWEN_WORDS)), strict=True))
    return transformers.Qwen2_5_VLConfig(
        text_config={
            "hidden_size": 16,
            "intermediate_size": 16,
            "num_hidden_layers": 1,
            "num_attention_heads": 2,
            "num_key_value_heads": 2,
            "rope_scaling": {"mrope_section": [1, 1, 2], "rope_type": "default", "type": "default"},
            "vocab_size": 400,
        },
        vision_config={"depth": 1, "hidden_size": 16, "intermediate_size": 16, "num_heads": 2, "out_hidden_size": 16},
        image_token_id=ids["<|image_pad|>"],
        video_token_id=ids["<|video_pad|>"],
        vision_start_token_id=ids["<|vision_start|>"],
        vision_end_token_id=ids["<|vision_end|>"],
    )


def _qwen(kind: Any, scheduler: Any, *, zero_cond_t: bool = False, halvings: int = 2, **more: Any) -> Any:
    tokenizer = qwen_tokenizer()
    return kind(
        scheduler=scheduler
        or diffusers.FlowMatchEulerDiscreteScheduler(
            use_dynamic_shifting=True,
            base_shift=0.5,
            max_shift=0.9,
            max_image_seq_len=8192,
            shift_terminal=0.02,
            time_shift_type="exponential",
        ),
        vae=diffusers.AutoencoderKLQwenImage(
            base_dim=8,
            z_dim=4,
            dim_mult=[1, *[2] * halvings],
            num_res_blocks=1,
            temperal_downsample=[False, *[True] * (halvings - 1)],
            latents_mean=[0.1, -0.1, 0.2, 0.0],
            latents_std=[1.5, 0.8, 1.0, 1.2],
        ).eval(),
        text_encoder=transformers.Qwen2_5_VLForConditionalGeneration(_qwen_vl(tokenizer)).eval(),
        tokenizer=tokenizer,
        transformer=diffusers.QwenImageTransformer2DModel(
            patch_size=2,
            in_channels=16,
            out_channels=4,
            num_layers=2,
            attention_head_dim=16,
            num_attention_heads=2,
            joint_attention_dim=16,
            axes_dims_rope=(8, 4, 4),
            zero_cond_t=zero_cond_t,
        ).eval(),
        **{name: make(tokenizer) for name, make in more.items()},
    )


def _processor(tokenizer: Any) -> Any:
    pictures = Qwen2VLImageProcessorPil(min_pixels=56 * 56, max_pixels=56 * 56)
    return PictureProcessor(pictures, tokenizer, chat_template=CHAT)


def qwen_image(scheduler: Any = None) -> Any:
    return _qwen(diffusers.QwenImageImg2ImgPipeline, scheduler)


def qwen_edit(scheduler: Any = None, *, halvings: int = 2) -> Any:
    """It makes a megapixel of every source, which more `halvings` of the autoencoder make bearable."""
    return _qwen(diffusers.QwenImageEditPipeline, scheduler, halvings=halvings, processor=_processor)


def qwen_edit_plus(scheduler: Any = None) -> Any:
    """Like Qwen-Image-Edit-2511, which tells tokens of the source that they have no noise."""
    return _qwen(diffusers.QwenImageEditPlusPipeline, scheduler, zero_cond_t=True, processor=_processor)


def tame(pipeline: Any) -> Any:
    """Quiet, and with layers that are not as weak as fresh ones, whose outputs hardly depend on their inputs."""
    pipeline.set_progress_bar_config(disable=True)
    return pipeline


FAMILIES: dict[str, Callable[..., Any]] = {
    "sd3": stable_diffusion_3,
    "flux-dev": flux_dev,
    "flux-schnell": flux_schnell,
    "z-image": z_image,
    "qwen-image": qwen_image,
}
"""Those that take a strength."""

EDITORS: dict[str, Callable[..., Any]] = {
    "kontext": kontext,
    "flux2-dev": flux2_dev,
    "flux2-klein": flux2_klein,
    "qwen-edit": qwen_edit,
    "qwen-edit-plus": qwen_edit_plus,
}
"""Those that edit by instruction."""


def flow(name: str, seed: int = 7, **options: Any) -> Any:
    """The pipeline of that name."""
    torch.manual_seed(seed)
    return tame({**FAMILIES, **EDITORS}[name](**options))
