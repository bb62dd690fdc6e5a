"""`python -m training`: draw the pictures, train, export, measure, show.

all        every stage up to the exported folder, within a time budget
render     scenes and styled pictures          autoencoder  train the autoencoder
encode     pictures to latents                 denoiser     train the denoiser
refine     train the decoder on                export       write the folder that ships
evaluate   styles recognised, reconstruction, speed
grids      contact sheets                      record       settings, loss curves, hashes
"""

import argparse
import json
from pathlib import Path

import torch

from training import stages
from training.evaluate import evaluate, print_report
from training.grids import write_grids
from training.record import write_record
from training.stages import Recipe, Workspace

STAGES = ("all", "render", "autoencoder", "encode", "denoiser", "refine", "export", "evaluate", "grids", "record")
MODEL = Path("inference/pocket")
DOCS = Path("docs/pocket")


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="training", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("stage", choices=STAGES)
    parser.add_argument("--work", type=Path, default=Path("training-work"), help="where stages leave what they make")
    parser.add_argument("--model", type=Path, default=MODEL, help="the exported folder")
    parser.add_argument("--docs", type=Path, default=DOCS, help="where reports and grids go")
    parser.add_argument("--minutes", type=float, help="budget of all training together (default: the recipe's)")
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    parser.add_argument("--threads", type=int, help="processor threads for torch")
    return parser.parse_args(arguments)


def recipe_of(options: argparse.Namespace) -> Recipe:
    recipe = Recipe().for_gpu() if options.device == "cuda" else Recipe()
    return recipe if options.minutes is None else recipe.with_minutes(options.minutes)


def run(stage: str, options: argparse.Namespace, recipe: Recipe, space: Workspace) -> None:
    match stage:
        case "render":
            stages.render(space, recipe)
        case "autoencoder":
            stages.autoencode(space, recipe)
        case "encode":
            stages.encode(space, recipe)
        case "denoiser":
            stages.denoise(space, recipe)
        case "refine":
            stages.refine(space, recipe)
        case "export":
            stages.ship(space, recipe, options.model)
        case "evaluate":
            options.docs.mkdir(parents=True, exist_ok=True)
            print_report(evaluate(options.model, space.pairs, options.docs / "evaluation.json"))
        case "grids":
            write_grids(options.model, options.docs)
        case "record":
            record = write_record(space, recipe, options.model, options.docs)
            print(json.dumps(record["files"], indent=1))


def main(arguments: list[str] | None = None) -> None:
    options = parse(arguments)
    if options.threads:
        torch.set_num_threads(options.threads)
    recipe, space = recipe_of(options), Workspace(options.work)
    everything = ("render", "autoencoder", "encode", "denoiser", "refine", "export")
    for stage in everything if options.stage == "all" else (options.stage,):
        print(f"== {stage}", flush=True)
        run(stage, options, recipe, space)


if __name__ == "__main__":
    main()
