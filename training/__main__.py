"""`python -m training`: draw the pictures, train, export, measure, show.

all        every stage up to the exported folders, within a time; on a GPU measured and shown too
evaluate   styles recognised, reconstruction, speed, lines kept
grids      contact sheets
record     settings, loss curves, hashes
harvest    export and measure what there is so far, packed into files of 15 MiB
trial      try which networks are faster compiled; captions  make the captions (`all` starts both by itself)
"""

import argparse
import json
from dataclasses import replace
from pathlib import Path

import torch

from training import stages
from training.control_report import control_report
from training.evaluate import evaluate, print_report
from training.everything import harvest, make_all
from training.grids import write_grids
from training.recipe import Recipe
from training.record import write_record
from training.rendering import Renderer
from training.speed import prepare
from training.stages import Workspace
from training.trials import try_all

STAGES = ("all", "evaluate", "grids", "record", "harvest", "trial", "captions")
MODEL, EDGES = Path("inference/pocket"), Path("inference/pocket-edges")
DOCS = Path("docs/pocket")


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="training", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("stage", choices=STAGES)
    parser.add_argument("--work", type=Path, default=Path("training-work"), help="where stages leave what they make")
    parser.add_argument("--model", type=Path, default=MODEL, help="the exported folder")
    parser.add_argument("--edges", type=Path, default=EDGES, help="the exported folder of the edge ControlNet")
    parser.add_argument("--docs", type=Path, default=DOCS, help="where reports and grids go")
    parser.add_argument("--out", type=Path, default=Path("harvest"), help="where a harvest goes")
    parser.add_argument("--minutes", type=float, help="budget of all training together (default: the recipe's)")
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    parser.add_argument("--threads", type=int, help="processor threads for torch")
    parser.add_argument("--measured", action="store_true", help="measure a harvest too, which takes a minute or two")
    parser.add_argument("--tiny", action="store_true", help="small networks and few pictures: a rehearsal")
    return parser.parse_args(arguments)


def recipe_of(options: argparse.Namespace) -> Recipe:
    recipe = Recipe().for_gpu() if options.device == "cuda" else Recipe()
    if options.tiny:
        recipe = recipe.tiny()
    if options.minutes is None or options.device == "cuda":
        return recipe
    return recipe.with_minutes(options.minutes)


def run(options: argparse.Namespace, recipe: Recipe, space: Workspace) -> None:
    match options.stage:
        case "all":
            make_all(space, recipe, options.model, options.edges, options.minutes)
        case "evaluate":
            few = replace(recipe.drawing, shards=min(4, recipe.drawing.shards), seconds=None, large_every=0)
            renderer = Renderer(space.scenes, few)
            renderer.wait()
            print_report(evaluate(options.model, renderer.pool, options.docs / "evaluation.json", options.device))
            if options.edges.exists():
                print(control_report(options.model, options.edges, options.docs, options.device))
        case "grids":
            write_grids(options.model, options.docs, options.device)
        case "record":
            record = write_record(space, recipe, options.model, options.docs)
            print(json.dumps(record["files"], indent=1))
        case "harvest":
            harvest(space, recipe, options.out, measured=options.measured)
        case "captions":
            stages.load_captions(space, recipe)
        case "trial":
            try_all(recipe, stages.load_tokenizer(space), space.verdicts)


def main(arguments: list[str] | None = None) -> None:
    options = parse(arguments)
    if options.threads:
        torch.set_num_threads(options.threads)
    prepare(options.device, options.work)
    run(options, recipe_of(options), Workspace(options.work))


if __name__ == "__main__":
    main()
