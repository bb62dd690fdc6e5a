"""`python -m training`: draw the pictures, train, export, measure, show.

all          every stage up to the exported folders, in this order:
autoencoder  pictures to latents and back
refine       the autoencoder's decoder again
denoiser     latents, noise and words to latents
edges        the ControlNet for drawn lines
export       write the folders that ship

mean         of the denoiser's weights and other models', before the edges are trained
evaluate     what strength does in every style, reconstruction, speed, lines kept
grids        contact sheets
record       settings, loss curves, hashes

A stage goes on where it was stopped. Pictures are drawn when the first stage asks for them.
"""

import argparse
import json
import math
from dataclasses import replace
from pathlib import Path

import torch

from training.control_report import control_report
from training.evaluate import JUDGE_SCENES
from training.grids import write_grids
from training.pairs import NAMES
from training.recipe import Recipe
from training.record import write_record
from training.rendering import OtherDrawing, draw_pool
from training.report import evaluate, print_report
from training.speed import prepare
from training.stages import Stages, Workspace

MAKING = ("autoencoder", "refine", "denoiser", "edges", "export")
SHOWING = ("evaluate", "grids", "record")
MODEL, EDGES, DOCS = Path("inference/pocket"), Path("inference/pocket-edges"), Path("docs/pocket")


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="training", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("stage", choices=("all", *MAKING, "mean", *SHOWING))
    parser.add_argument("--work", type=Path, default=Path("training-work"), help="where stages leave what they make")
    parser.add_argument("--start", type=Path, help="an exported model whose training goes on (default: a new one)")
    parser.add_argument("--model", type=Path, default=MODEL, help="the exported folder")
    parser.add_argument("--edges", type=Path, default=EDGES, help="the exported folder of the edge ControlNet")
    parser.add_argument(
        "--other",
        type=_share,
        action="append",
        default=[],
        metavar="MODEL=SHARE",
        help="an exported folder and its share of the mean, above 0; given again for more, below 1 together",
    )
    parser.add_argument("--docs", type=Path, default=DOCS, help="where reports and grids go")
    parser.add_argument(
        "--minutes",
        type=float,
        help="budget of all training together, on top of drawing and encoding (default: the recipe's)",
    )
    parser.add_argument(
        "--styles", type=lambda names: tuple(names.split(",")), default=tuple(NAMES), help="of which evaluate reports"
    )
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    parser.add_argument(
        "--shards", type=int, help="how many times 128 scenes are drawn; a --work may be asked for more later"
    )
    parser.add_argument("--large-every", type=int, help="one of so many shards is drawn at 512x512 too; 0 for none")
    parser.add_argument(
        "--processes", type=int, help="of one thread each, that train together on a processor (default: the recipe's)"
    )
    parser.add_argument("--threads", type=int, help="processor threads for torch")
    parser.add_argument("--tiny", action="store_true", help="small networks and few pictures: a rehearsal")
    options = parser.parse_args(arguments)
    others = dict(options.other)
    if len(others) < len(options.other):
        parser.error("--other names a model twice")
    if options.stage == "mean" and not 0 < sum(others.values()) < 1:
        parser.error("mean needs --other MODEL=SHARE, and shares below 1 together")
    return options


def _share(text: str) -> tuple[Path, float]:
    folder, _, share = text.rpartition("=")
    if not 0 < float(share) < 1:
        raise ValueError(share)
    return Path(folder), float(share)


def recipe_of(options: argparse.Namespace) -> Recipe:
    recipe = Recipe().for_gpu() if options.device == "cuda" else Recipe()
    recipe = replace(recipe.tiny() if options.tiny else recipe, start=options.start)
    if options.shards is not None:
        recipe = replace(recipe, drawing=replace(recipe.drawing, shards=options.shards))
    if options.large_every is not None:
        recipe = replace(recipe, drawing=replace(recipe.drawing, large_every=options.large_every))
    if options.processes is not None:
        recipe = replace(recipe, replicas=options.processes)
    return recipe if options.minutes is None else recipe.with_minutes(options.minutes)


def run(stage: str, stages: Stages, options: argparse.Namespace) -> None:
    match stage:
        case "export":
            stages.export(options.model, options.edges)
        case "mean":
            stages.mean(dict(options.other))
        case "evaluate":
            drawing = stages.recipe.drawing
            judged = drawing.composed + math.ceil(JUDGE_SCENES / drawing.shard_size)
            few = replace(drawing, shards=min(drawing.shards, judged))
            pool = draw_pool(stages.space.scenes, few)
            print_report(
                evaluate(options.model, pool, options.docs / "evaluation.json", options.device, options.styles)
            )
            if options.edges.exists():
                print(control_report(options.model, options.edges, options.docs, options.device))
        case "grids":
            write_grids(options.model, options.docs, options.device)
        case "record":
            record = write_record(stages.space, stages.recipe, options.model, options.edges, options.docs)
            print(json.dumps(record["files"] | record["edges"]["files"], indent=1))
        case _:
            getattr(stages, stage)()


def main(arguments: list[str] | None = None) -> None:
    options = parse(arguments)
    if options.threads:
        torch.set_num_threads(options.threads)
    prepare(options.device)
    stages = Stages(Workspace(options.work), recipe_of(options))
    for stage in MAKING if options.stage == "all" else (options.stage,):
        print(f"== {stage}", flush=True)
        try:
            run(stage, stages, options)
        except OtherDrawing as mismatch:
            raise SystemExit(str(mismatch)) from mismatch


if __name__ == "__main__":
    main()
