"""The command `pentimento` with the tests' torch-free models; everything else in it is the product's own.

    python -m tests.harness.product serve

With DEVICES=2 in the environment it has so many workers, and with LOOK_SECONDS=1 it looks that often how it stands.
"""

import os
import sys
from pathlib import Path

from adapters.slack import web
from bot import health
from bot.__main__ import main
from bot.cli import check, pictures, playground, serve
from config.models import offered_models
from config.settings import Settings
from inference.api import Engine, RestartableEngine
from inference.pool.pool import Pool
from inference.worker.engine import ProcessEngine
from tests.fakes.maps import KINDS


def keeps_structure(folder: Path) -> dict[str, str]:
    """The settings, for the environment, with which the default model can be made to keep structure."""
    file = folder / "models.toml"
    kinds = "\n".join(f'{kind} = "anywhere"' for kind in KINDS)
    file.write_text(f'[pocket]\nid = "pocket"\n[pocket.controls]\n{kinds}\n')
    return {"PENTIMENTO__MODELS__FILE": str(file)}


def sketcher_of(settings: Settings, *, at_once: bool = False, every: bool = False) -> RestartableEngine:
    workers: dict[str, Engine] = {
        f"device{number}": ProcessEngine(
            at_once=at_once,
            load_seconds=float(os.environ.get("LOAD_SECONDS", "600")),
            model=settings.model.id,
            entries=offered_models(settings),
            backend="tests.fakes.backend:Sketcher",
        )
        for number in range(int(os.environ.get("DEVICES", "1")))
    }
    return Pool(workers, whole=every)


if __name__ == "__main__":
    for command in (check, pictures, playground, serve):
        command.engine_of = sketcher_of  # type: ignore[attr-defined]  # imported there, to be replaced here
    if looks := os.environ.get("LOOK_SECONDS"):
        health.LOOK_SECONDS = web.LOOK_SECONDS = float(looks)
    sys.exit(main())
