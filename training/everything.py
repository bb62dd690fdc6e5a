"""All stages in one go within a time, on a processor or a GPU; started again, it goes on where it stopped."""

import json
import os
import shutil
import subprocess
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import torch

from training import stages
from training.control_report import control_report
from training.evaluate import evaluate, print_report
from training.grids import write_grids
from training.harvest import pack
from training.loop import LoopSettings
from training.recipe import Recipe
from training.record import write_record
from training.rendering import Renderer
from training.stages import Workspace

# Of the whole time on a GPU; the denoiser gets what the others leave.
AUTOENCODER, REFINE, EDGES = 0.25, 0.035, 0.14
# Minutes for export, measuring and grids at the end.
TAIL = 1.6


def _say(words: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} == {words}", flush=True)


def _spent(checkpoint: Path) -> float:
    """Minutes that a loop had trained when it was last saved."""
    log = checkpoint.with_suffix(".json")
    return float(json.loads(log.read_text())[-1]["seconds"]) / 60 if checkpoint.exists() and log.exists() else 0.0


def _within(loop: LoopSettings, checkpoint: Path, minutes: float) -> LoopSettings:
    return replace(loop, minutes=_spent(checkpoint) + max(minutes, 0.05))


def _beside(stage: str, space: Workspace) -> "subprocess.Popen[bytes]":
    """Start a stage in a process of its own."""
    command = [sys.executable, "-m", "training", stage, "--device", "cuda", "--work", str(space.root)]
    log = (space.root / f"{stage}.log").open("wb")
    return subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)  # noqa: S603 - this very program


def make_all(space: Workspace, recipe: Recipe, out: Path, edges_out: Path, minutes: float | None) -> None:
    """With `minutes` on a GPU everything ends by then; on a processor they are shared by the trainings."""
    begun = time.monotonic()
    whole = minutes or 18.0
    gpu = recipe.device == "cuda"

    def left() -> float:
        return whole - (time.monotonic() - begun) / 60

    space.root.mkdir(parents=True, exist_ok=True)
    stages.load_tokenizer(space)
    _say("drawing")
    # Two processors are left to the training and to the compiler.
    workers = max(1, (os.cpu_count() or 1) - 2) if gpu else None
    renderer = Renderer(space.scenes, recipe.drawing, workers)
    helpers = [_beside(stage, space) for stage in ("captions", "trial")] if gpu else []
    try:
        renderer.wait(stages.FIRST_SCENES if gpu else None)
        if not space.normalised.exists():
            _say(f"autoencoder, {left():.1f} min left")
            if gpu:
                loop = _within(recipe.autoencoder_loop, space.autoencoder, AUTOENCODER * whole)
                recipe = replace(recipe, autoencoder_loop=loop)
            stages.autoencode(space, recipe, renderer.pool, None if renderer.done else renderer.feed)
        renderer.wait()
        _say(f"decoder, {left():.1f} min left")
        if gpu:
            recipe = replace(recipe, refine_loop=replace(recipe.refine_loop, minutes=REFINE * whole))
        stages.refine(space, recipe, renderer.pool)
        _say(f"encoding, {left():.1f} min left")
        encoded = stages.encode(space, recipe, renderer)
        _say(f"denoiser, {left():.1f} min left")
        if gpu:
            torch.cuda.empty_cache()
            loop = _within(recipe.denoiser_loop, space.denoiser, left() - EDGES * whole - TAIL)
            recipe = replace(recipe, denoiser_loop=loop)
        stages.denoise(space, recipe, encoded)
        stages.ship(space, recipe, out)
        _say(f"edges, {left():.1f} min left")
        if gpu:
            torch.cuda.empty_cache()
            recipe = replace(recipe, edge_loop=_within(recipe.edge_loop, space.edges, left() - TAIL))
        stages.control(space, recipe, encoded, renderer.pool)
        stages.ship(space, recipe, out, edges_out)
    finally:
        for helper in helpers:
            helper.terminate()
    _say(f"exported, {left():.1f} min left")
    if gpu:
        del encoded
        torch.cuda.empty_cache()
        report(space, recipe, out, edges_out, renderer)
    (space.root / "finished").touch()
    _say(f"finished, {left():.1f} min left")


def report(space: Workspace, recipe: Recipe, out: Path, edges_out: Path, renderer: Renderer) -> Path:
    """Measure, draw the sheets, write the record: each by itself, so that one failing loses no other."""
    docs = space.root / "docs"

    def attempt(what: str, work: Callable[[], object]) -> None:
        start = time.monotonic()
        try:
            work()
        except Exception:  # noqa: BLE001 - told in full; the weights matter more
            traceback.print_exc()
        _say(f"{what}: {time.monotonic() - start:.0f} s")

    device = recipe.device
    if edges_out.exists():
        attempt("control", lambda: print(control_report(out, edges_out, docs, device)))
    attempt("evaluation", lambda: print_report(evaluate(out, renderer.pool, docs / "evaluation.json", device)))
    attempt("grids", lambda: write_grids(out, docs, device))
    attempt("record", lambda: write_record(space, recipe, out, docs))
    return docs


def harvest(space: Workspace, recipe: Recipe, to: Path, *, measured: bool) -> None:
    """Export the last saved weights and pack all into `to`, also while training goes on; perhaps measured."""
    gathered = space.root / "harvest"
    out, edges_out = gathered / "pocket", gathered / "pocket-edges"
    shutil.rmtree(gathered, ignore_errors=True)
    gathered.mkdir(parents=True)
    if space.denoiser.exists():
        stages.ship(space, recipe, out, edges_out)
    elif space.normalised.exists():
        stages.load_autoencoder(space, recipe).half().save_pretrained(out / "vae")
    for log in (*space.root.glob("*.json"), *space.root.glob("*.log"), *space.verdicts.glob("*.json")):
        shutil.copy(log, gathered)
    to.mkdir(parents=True, exist_ok=True)
    docs = space.root / "docs"
    if measured and space.denoiser.exists():
        few = replace(recipe.drawing, shards=4, seconds=None, large_every=0)
        renderer = Renderer(space.scenes, few, workers=2)
        renderer.wait()
        docs = report(space, recipe, out, edges_out, renderer)
    pack([gathered, docs], to)
    for picture in ("styles.jpg", "from-noise.jpg", "edges.jpg"):
        if (docs / picture).exists():
            shutil.copy(docs / picture, to)
