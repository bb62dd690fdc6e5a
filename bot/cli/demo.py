"""`demo`: `img2img`, `sweep` and `chain` of two pictures, over one engine, so that the model is loaded once."""

import argparse
import shlex
from pathlib import Path

from bot.cli import pictures
from bot.cli.arguments import EXIT_DONE, parser
from bot.cli.files import make_room
from bot.compose import engine_of
from config.settings import Settings

_COMMANDS = {"img2img": pictures.img2img, "sweep": pictures.sweep, "chain": pictures.chain}


async def demo(asked: argparse.Namespace, settings: Settings) -> int:
    """Run each command as if it had been typed, and show it."""
    make_room(asked.out, [])
    async with engine_of(settings) as engine:
        for words in commands(asked.photo, asked.sketch, asked.out):
            print("$", "pentimento", shlex.join(words), flush=True)  # noqa: T201 -- the command line speaks
            typed = parser().parse_args(words, argparse.Namespace(engine=engine))
            await _COMMANDS[typed.command](typed, settings)
    return EXIT_DONE


def commands(photo: Path, sketch: Path, out: Path) -> list[list[str]]:
    """What is run, word by word."""
    scribble = ["--control", "scribble", "--strength", "1"]
    made = {
        ("img2img", photo, "oil painting", "--strength", "0.6"): "oil-painting.png",
        ("sweep", photo, "stained glass", "--strengths", "0.3,0.5,0.7,0.9"): "sweep",
        ("chain", photo, "ink drawing", "sunset"): "chain",
        ("img2img", sketch, "a landscape, watercolor", *scribble): "from-sketch.png",
    }
    return [[*map(str, words), "--seed", "5", "--out", str(out / name)] for words, name in made.items()]
