"""`python -m benchmarks.flow`: flow matching models with random weights, ours against stock diffusers.

Quarter-size FLUX.1 and Z-Image on a processor; with `--scale real` the true configurations of Stable Diffusion 3.5
medium, FLUX.2 klein, Z-Image, FLUX.1 and Qwen-Image on a GPU, also against stock with its blocks compiled. Ratios are
taken within a round. Results go to `benchmarks/results/` as `flow.json` and `.md`, or `flow-NAME`.

Stock computes in the format that the models' pages load them in, bfloat16; ours by default in what is fast on the
machine. If that is another format, there are three comparisons: both as the pages say, both in ours, each by default.
"""

import argparse
import gc
import json
import os
import platform
import sys
import tempfile
import traceback
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

import diffusers
import torch
import transformers

from benchmarks.flow_giants import REAL, TINY, FlowGiant, build
from benchmarks.giants import _tokenizer
from benchmarks.measure import Engine
from benchmarks.workloads import Setting, saturated, single, sweep
from inference.batching.batch_size import RowCountFile
from inference.models import loading
from inference.models.devices import choose_device, choose_dtype, cores
from inference.models.entry import ModelEntry
from inference.processes.child import KEEPS_KERNELS, KEEPS_MEMORY
from tests.tiny_models.flow import qwen_tokenizer, vae

RESULTS = Path(__file__).with_name("results")
WORKLOADS = {"saturated": saturated, "sweep of 4": sweep, "single": single}
PAGES = "bfloat16"
"""`torch_dtype` in the examples on the pages of FLUX.1 and Z-Image, and of the other models here."""

Kind = tuple[str, str]
"""An engine of `benchmarks.measure.KINDS`, and its number format."""


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


GIANTS: dict[str, dict[str, FlowGiant]] = {
    "quarter": {
        name: FlowGiant(make=make, pipeline=kind, side=256, steps=4, guidance=guidance)
        for name, (make, kind, guidance) in QUARTERS.items()
    },
    "real": REAL,
    "tiny": TINY,
}


def main() -> None:
    """Measure what the arguments say, all engines with the memory settings of a worker."""
    if not KEEPS_MEMORY.items() <= os.environ.items():  # glibc reads them when a process starts
        again = [sys.executable, "-m", "benchmarks.flow", *sys.argv[1:]]
        os.execve(again[0], again, {**os.environ, **KEEPS_MEMORY})  # noqa: S606 -- itself
    wanted = argparse.ArgumentParser(description=__doc__)
    wanted.add_argument("--name", default="", help="of the results, behind `flow-`")
    wanted.add_argument("--out", default=str(RESULTS))
    wanted.add_argument("--scale", choices=tuple(GIANTS), default="quarter")
    wanted.add_argument("--device", default="auto")
    wanted.add_argument("--dtype", default="auto", help="of both; auto compares each one's default too")
    wanted.add_argument("--rounds", type=int, default=3)
    wanted.add_argument("--count", type=int, default=6)
    wanted.add_argument("--models", default="", help="all of the scale if nothing is said")
    measure(wanted.parse_args())


def measure(asked: argparse.Namespace) -> None:
    """Measure models of a scale; on a processor engines take turns within a round, on a GPU one follows the other."""
    os.environ.update(KEEPS_KERNELS)
    device = choose_device(asked.device)
    giants = GIANTS[asked.scale]
    cuda = device.type == "cuda"
    own = str(choose_dtype(asked.dtype, device)).removeprefix("torch.")
    alike = cuda or asked.dtype != "auto" or own == PAGES
    formats = [(own, own)] if alike else [(PAGES, PAGES), (own, own), (own, PAGES)]  # ours, stock's
    found: dict[str, Any] = {
        "when": datetime.now(UTC).isoformat(timespec="minutes"),
        "machine": torch.cuda.get_device_name() if cuda else f"{platform.machine()}, {cores()} cores",
        "formats": formats,
        "versions": {"torch": torch.__version__, "diffusers": diffusers.__version__},
        "setting": {"scale": asked.scale, "count": asked.count, "rounds": asked.rounds},
        "models": {},
    }

    def load(place: Path, entry: ModelEntry, model: str, device: torch.device, dtype: torch.dtype, **how: Any) -> Any:
        del entry, model, how
        return build(giants[place.name], device, dtype)

    loading.load = load
    path = Path(asked.out) / (f"flow-{asked.name}" if asked.name else "flow")
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as place:
        for name in asked.models.split(",") if asked.models else giants:
            try:
                found["models"][name] = _measure(name, giants[name], Path(place), asked, formats, cuda=cuda)
            except Exception as error:  # noqa: BLE001 -- one that fails must not cost the others
                traceback.print_exc()
                found["models"][name] = {"failed": f"{type(error).__name__}: {error}"[:300]}
            path.with_suffix(".json").write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
            path.with_suffix(".md").write_text(_table(found), encoding="utf-8")
    print(_table(found))


def _measure(
    name: str,
    giant: FlowGiant,
    place: Path,
    asked: argparse.Namespace,
    formats: list[tuple[str, str]],
    *,
    cuda: bool,
) -> dict[str, Any]:
    folder = place / name
    for part, told in (
        ("", {"_class_name": giant.pipeline}),
        ("vae", {"block_out_channels": [32, 64, 128, 128]}),
        ("transformer", {}),
    ):
        (folder / part).mkdir(parents=True, exist_ok=True)
        (folder / part / ("config.json" if part else "model_index.json")).write_text(json.dumps(told))
    setting = Setting(
        folder=place,
        model=str(folder),
        side=giant.side,
        grid=(giant.steps,),
        guidance=(giant.guidance,),
        count=asked.count,
    )
    knees = RowCountFile(place / "rows.json")

    def opened(kind: Kind) -> Engine:
        engine = Engine.open(kind[0], str(folder), asked.device, kind[1], knees)
        engine.run(saturated(setting)[:2])
        return engine

    rounds: dict[str, list[dict[str, Any]]] = {each: [{} for _ in range(asked.rounds)] for each in WORKLOADS}

    def serve(engines: dict[Kind, Engine], number: int) -> None:
        for workload, kept in rounds.items():
            for kind, engine in engines.items():
                _forget(engine)
                kept[number][" ".join(kind)] = engine.run(WORKLOADS[workload](setting)).summary()

    if cuda:  # two of the large ones do not fit beside each other
        memory = {}
        [(dtype, _)] = formats
        for kind in ((name, dtype) for name in ("pentimento", "stock", "stock compiled")):
            torch.cuda.reset_peak_memory_stats()
            engines = {kind: opened(kind)}
            for number in range(asked.rounds):
                serve(engines, number)
            memory[" ".join(kind)] = torch.cuda.max_memory_allocated() / 1e9
            _end(engines)
        return {"rounds": rounds, "GB at most": memory}
    kinds = [(kind, each[place]) for place, kind in enumerate(("pentimento", "stock")) for each in formats]
    engines = {kind: opened(kind) for kind in dict.fromkeys(kinds)}
    for number in range(asked.rounds):
        serve(engines, number)
    _end(engines)
    return {"rounds": rounds}


def _end(engines: dict[Kind, Engine]) -> None:
    """Give back what they have taken."""
    for engine in engines.values():
        engine.close()
    engines.clear()
    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()


def _forget(engine: Engine) -> None:
    """Within a workload a picture or a prompt may come twice, from one to the next no."""
    loaded = getattr(engine.backend, "loaded", None)
    if loaded is not None:
        loaded.components.images.clear()
        loaded.components.prompts.clear()


def _table(found: dict[str, Any]) -> str:
    scale = {"quarter": "a quarter of their size", "real": "their true size", "tiny": "a rehearsal's size"}
    lines = [
        f"# Flow matching models at {scale[found['setting']['scale']]}, random weights",
        "",
        f"{found['machine']}; {found['when']}; rounds: {found['setting']['rounds']}.",
        "Medians of ratios within a round, ours to a peer's; stock diffusers makes one picture after the other.",
        "",
        "| model | workload | ours | peer | images/s, ours | images/s, ratio | until all are done | processor s |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for name, measured in found["models"].items():
        if "failed" in measured:
            lines.append(f"| {name} | not measured: {measured['failed']} | | | | | | |")
            continue
        for workload, rounds in measured["rounds"].items():
            for own, peers in found["formats"]:
                ours = f"pentimento {own}"
                for peer in [kind for kind in rounds[0] if kind.startswith("stock") and kind.endswith(peers)]:
                    numbers = [median(each[ours]["images_per_s"] for each in rounds)] + [
                        median(each[ours][what] / each[peer][what] for each in rounds)
                        for what in ("images_per_s", "last_s", "processor_s")
                    ]
                    figures = " | ".join(f"{number:.2f}" for number in numbers)
                    lines.append(f"| {name} | {workload} | {own} | {peer} | {figures} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
