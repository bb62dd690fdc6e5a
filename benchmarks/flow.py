"""`python -m benchmarks.flow`: quarter-size FLUX.1 and Z-Image with random weights, ours against stock diffusers.

Engines take turns within each round, and ratios are taken within it. Results go to `benchmarks/results/` as
`flow-NAME.json` and `.md`.
"""

import argparse
import json
import os
import platform
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

import diffusers
import torch
import transformers

from benchmarks.giants import _tokenizer
from benchmarks.measure import Engine
from benchmarks.workloads import Setting, saturated, single, sweep
from inference.batching.batch_size import RowCountFile
from inference.models import loading
from inference.models.devices import choose_device, choose_dtype, cores
from inference.models.entry import ModelEntry
from inference.processes.child import KEEPS_KERNELS
from tests.tiny_models.flow import qwen_tokenizer, vae

RESULTS = Path(__file__).with_name("results")
WORKLOADS = {"saturated": saturated, "sweep of 4": sweep, "single": single}


def _vae(**options: Any) -> Any:
    return vae(
        16,
        block_out_channels=(32, 64, 128, 128),
        down_block_types=("DownEncoderBlock2D",) * 4,
        up_block_types=("UpDecoderBlock2D",) * 4,
        layers_per_block=2,
        norm_num_groups=32,
        **options,
    )


def flux() -> Any:
    """FLUX.1 schnell at a quarter of its width and depth; its text is 512 tokens, as stock pads it."""
    clip = transformers.CLIPTextConfig(
        hidden_size=192,
        intermediate_size=768,
        num_hidden_layers=3,
        num_attention_heads=3,
        vocab_size=49408,
        bos_token_id=54,
        eos_token_id=55,
        pad_token_id=55,
    )
    t5 = transformers.T5Config(vocab_size=100, d_model=1024, d_kv=64, d_ff=2560, num_layers=6, num_heads=16)
    return diffusers.FluxImg2ImgPipeline(
        vae=_vae(scaling_factor=0.3611, shift_factor=0.1159),
        text_encoder=transformers.CLIPTextModel(clip),
        text_encoder_2=transformers.T5EncoderModel(t5),
        tokenizer=_tokenizer(),
        tokenizer_2=_tokenizer(),
        transformer=diffusers.FluxTransformer2DModel(
            num_layers=5,
            num_single_layers=9,
            num_attention_heads=6,
            joint_attention_dim=1024,
            pooled_projection_dim=192,
            guidance_embeds=False,
        ),
        scheduler=diffusers.FlowMatchEulerDiscreteScheduler(shift=1.0),
    )


def z_image() -> Any:
    """Z-Image-Turbo at about a quarter of its width and depth."""
    config = transformers.Qwen3Config(
        hidden_size=640,
        intermediate_size=2432,
        num_hidden_layers=9,
        num_attention_heads=8,
        num_key_value_heads=2,
        head_dim=128,
        vocab_size=400,
    )
    return diffusers.ZImageImg2ImgPipeline(
        scheduler=diffusers.FlowMatchEulerDiscreteScheduler(shift=3.0),
        vae=_vae(scaling_factor=0.3611, shift_factor=0.1159),
        text_encoder=transformers.Qwen3ForCausalLM(config),
        tokenizer=qwen_tokenizer(),
        transformer=diffusers.ZImageTransformer2DModel(
            dim=1024, n_layers=8, n_refiner_layers=1, n_heads=8, n_kv_heads=8, cap_feat_dim=640
        ),
    )


QUARTERS: dict[str, tuple[Callable[[], Any], str, float]] = {
    "quarter-flux": (flux, "FluxPipeline", 1.0),
    "quarter-z-image": (z_image, "ZImagePipeline", 0.0),
}
"""Name -> how it is made, what its folder says that it is, and the guidance that it is asked with."""


def main() -> None:
    """Measure what the arguments say."""
    wanted = argparse.ArgumentParser(description=__doc__)
    wanted.add_argument("--name", default="cpu")
    wanted.add_argument("--rounds", type=int, default=3)
    wanted.add_argument("--count", type=int, default=6)
    wanted.add_argument("--side", type=int, default=256)
    wanted.add_argument("--models", default=",".join(QUARTERS))
    asked = wanted.parse_args()
    os.environ.update(KEEPS_KERNELS)
    device = choose_device("auto")
    dtype = choose_dtype("auto", device)
    found: dict[str, Any] = {
        "when": datetime.now(UTC).isoformat(timespec="minutes"),
        "machine": f"{torch.cpu.get_capabilities().get('cpu_name', '')} {platform.machine()}, {cores()} cores",
        "dtype": str(dtype).removeprefix("torch."),
        "versions": {"torch": torch.__version__, "diffusers": diffusers.__version__},
        "setting": {"side": asked.side, "count": asked.count, "grid": [4], "rounds": asked.rounds},
        "models": {},
    }

    def load(place: Path, entry: ModelEntry, model: str, device: torch.device, dtype: torch.dtype, **how: Any) -> Any:
        del entry, model, how
        return _built(place.name, device, dtype)

    loading.load = load
    with tempfile.TemporaryDirectory() as place:
        for name in asked.models.split(","):
            found["models"][name] = _measure(name, Path(place), asked, found["dtype"])
            path = RESULTS / f"flow-{asked.name}"
            path.with_suffix(".json").write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
            path.with_suffix(".md").write_text(_table(found), encoding="utf-8")
    print(_table(found))


def _built(name: str, device: torch.device, dtype: torch.dtype) -> Any:
    torch.manual_seed(0)
    pipeline = QUARTERS[name][0]()
    for part in pipeline.components.values():
        if isinstance(part, torch.nn.Module):
            part.eval().requires_grad_(requires_grad=False).to(device, dtype)
    pipeline.set_progress_bar_config(disable=True)
    return pipeline


def _measure(name: str, place: Path, asked: argparse.Namespace, dtype: str) -> dict[str, Any]:
    folder = place / name
    for part, told in (
        ("", {"_class_name": QUARTERS[name][1]}),
        ("vae", {"block_out_channels": [32, 64, 128, 128]}),
        ("transformer", {}),
    ):
        (folder / part).mkdir(parents=True, exist_ok=True)
        (folder / part / ("config.json" if part else "model_index.json")).write_text(json.dumps(told))
    setting = Setting(
        folder=place,
        model=str(folder),
        side=asked.side,
        grid=(4,),
        guidance=(QUARTERS[name][2],),
        count=asked.count,
    )
    knees = RowCountFile(place / "rows.json")
    engines = {kind: Engine.open(kind, str(folder), "auto", dtype, knees) for kind in ("pentimento", "stock")}
    for engine in engines.values():
        engine.run(saturated(setting)[:2])
    loaded = engines["pentimento"].backend.loaded  # type: ignore[attr-defined]  # ours has it
    rounds: dict[str, list[dict[str, Any]]] = {each: [] for each in WORKLOADS}
    for _ in range(asked.rounds):
        for workload, kept in rounds.items():
            loaded.components.images.clear()
            loaded.components.prompts.clear()
            kept.append(
                {kind: engine.run(WORKLOADS[workload](setting)).summary() for kind, engine in engines.items()}
            )
    return {"rows": loaded.caps.knee, "rounds": rounds}


def _table(found: dict[str, Any]) -> str:
    lines = [
        "# Flow matching models at a quarter of their size, random weights",
        "",
        f"{found['machine']}, {found['dtype']}, {found['setting']['side']} pixels, 4 steps; {found['when']}.",
        "Medians of ratios within a round, ours to stock diffusers one after the other.",
        "",
        "| model | workload | images/s, ours / stock | time until all are done, ours / stock | processor time |",
        "|---|---|---|---|---|",
    ]
    for name, measured in found["models"].items():
        for workload, rounds in measured["rounds"].items():

            def ratio(what: str, rounds: list[dict[str, Any]] = rounds) -> float:
                return float(median(each["pentimento"][what] / each["stock"][what] for each in rounds))

            numbers = (ratio("images_per_s"), ratio("last_s"), ratio("processor_s"))
            lines.append(f"| {name} | {workload} | " + " | ".join(f"{number:.2f}" for number in numbers) + " |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
