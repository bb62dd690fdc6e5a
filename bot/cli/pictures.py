"""`img2img`, `sweep` and `chain`: one job after another on a core of its own, in a folder that goes afterwards."""

import argparse
import asyncio
import json
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from adapters.console.messenger import PLATFORM, ConsoleMessenger, display
from adapters.pictures.sheet import Tile, contact_sheet, strip
from bot.cli.arguments import EXIT_DONE
from bot.compose import compose, engine_of, exporter_of
from bot.domain.actions import Press, Verb
from bot.domain.errors import InvalidRequest, JobFailed
from bot.domain.ids import JobId
from bot.domain.job import Generation, JobStatus
from bot.domain.request import Action, ReplyTarget, Request, Requester
from bot.lifecycle import Core, Running
from bot.ports import Exporter
from config.settings import Settings

_FORMATS = {".png": "PNG", ".webp": "WEBP", ".jpg": "JPEG", ".jpeg": "JPEG"}
_NO_LIMIT = 1 << 40
_ME = Requester(platform=PLATFORM, user="console")
_HERE = ReplyTarget(platform=PLATFORM)


@dataclass(frozen=True, slots=True)
class Bench:
    """What a command works with."""

    core: Core
    exporter: Exporter
    messenger: ConsoleMessenger

    async def made(self, job: JobId) -> list[Generation]:
        """A job's pictures, once they are there.

        Raises:
            JobFailed: with the sentence that its card shows.
        """
        card = await self.messenger.finished(job)
        if card.status is not JobStatus.SUCCEEDED:
            raise JobFailed(card.headline)
        for note in card.notes:
            print(note, file=sys.stderr)  # noqa: T201 -- the command line speaks
        return list(await self.core.store.generations(job))

    async def write(self, generation: Generation, to: Path) -> None:
        """Leave a result at `to`, in the format that its name asks for, whole or not at all."""
        exported = await self.exporter.export(
            generation.id, max_bytes=_NO_LIMIT, formats=(_FORMATS[to.suffix.lower()],)
        )
        await asyncio.to_thread(_write, to, exported.content)


async def img2img(asked: argparse.Namespace, settings: Settings) -> int:
    """One picture from one picture."""
    out = asked.out or Path(f"{asked.source.stem}-{_slug(asked.prompt)}.png")
    _check_target(out, asked.source)
    wish = _request(asked, Action.IMG2IMG, asked.prompt, None if asked.strength is None else (asked.strength,))
    async with _bench(settings, asked.model) as bench:
        receipt = await bench.core.service.submit(wish)
        [generation] = await bench.made(receipt.job.id)
        await bench.write(generation, out)
    _report(asked, [(generation, out)])
    return EXIT_DONE


async def sweep(asked: argparse.Namespace, settings: Settings) -> int:
    """One picture per strength and a contact sheet."""
    wish = _request(asked, Action.SWEEP, asked.prompt, asked.strengths)
    async with _bench(settings, asked.model) as bench:
        receipt = await bench.core.service.submit(wish)
        made = await bench.made(receipt.job.id)
        results = [(each, asked.out / f"strength-{each.recipe.strength:g}.png") for each in made]
        for generation, path in results:
            await bench.write(generation, path)
        tiles = [Tile(await bench.core.images.get(each.image), f"strength {each.recipe.strength:g}") for each in made]
    sheet = asked.out / "sheet.png"
    await asyncio.to_thread(_write, sheet, contact_sheet(tiles))
    _report(asked, results, sheet=sheet)
    return EXIT_DONE


async def chain(asked: argparse.Namespace, settings: Settings) -> int:
    """One picture per prompt, each made from the one before, and a strip that shows the way."""
    strengths = None if asked.strength is None else (asked.strength,)
    wish = _request(asked, Action.IMG2IMG, asked.prompt[0], strengths)
    results: list[tuple[Generation, Path]] = []
    async with _bench(settings, asked.model) as bench:
        receipt = await bench.core.service.submit(wish)
        tiles = [Tile(await bench.core.images.get(receipt.job.source), "source")]
        for number, prompt in enumerate(asked.prompt, start=1):
            if results:
                receipt = await bench.core.service.press(_next_pass(asked, results[-1][0], prompt, number))
            [generation] = await bench.made(receipt.job.id)
            results.append((generation, asked.out / f"pass-{number}.png"))
            await bench.write(*results[-1])
            tiles.append(Tile(await bench.core.images.get(generation.image), f"{number}. {prompt}"))
    way = asked.out / "strip.png"
    await asyncio.to_thread(_write, way, strip(tiles))
    _report(asked, results, strip=way)
    return EXIT_DONE


@asynccontextmanager
async def _bench(settings: Settings, model: str | None) -> AsyncIterator[Bench]:
    """A core in a temporary folder: a running service's own folder stays its own."""
    if model:
        settings = settings.model_copy(update={"model": settings.model.model_copy(update={"id": model})})
    with tempfile.TemporaryDirectory(prefix="pentimento-") as folder, display() as lines:
        messenger = ConsoleMessenger(lines)
        engine = engine_of(settings)
        waiting = lines.add_task(f"Loading {settings.model.id}", total=None)
        async with compose(settings, data_dir=Path(folder), engine=engine, messengers={PLATFORM: messenger}) as core:
            lines.remove_task(waiting)
            async with Running(core, grace=0.0):
                yield Bench(core, exporter_of(settings, core), messenger)


def _request(asked: argparse.Namespace, action: Action, prompt: str, strengths: tuple[float, ...] | None) -> Request:
    try:
        source = asked.source.read_bytes()
    except OSError as fault:
        raise InvalidRequest(f"{asked.source} cannot be read ({fault.strerror}): name a picture file.") from None
    return Request(
        action=action,
        requester=_ME,
        reply_to=_HERE,
        event_id="console:1",
        source=source,
        prompt=prompt,
        negative_prompt=asked.negative,
        strengths=strengths,
        seed=asked.seed,
        steps=asked.steps,
        guidance_scale=asked.guidance,
        style=asked.style,
    )


def _next_pass(asked: argparse.Namespace, parent: Generation, prompt: str, number: int) -> Press:
    """The pass after `parent`: the same recipe with another prompt, its seed told by the first one's."""
    return Press(
        verb=Verb.CHAIN,
        generation=parent.id,
        requester=_ME,
        reply_to=_HERE,
        event_id=f"console:{number}",
        prompt=prompt,
        strength=parent.recipe.strength,
        seed=parent.recipe.seed if asked.seed is not None else None,
    )


def _check_target(out: Path, source: Path) -> None:
    if out.suffix.lower() not in _FORMATS:
        raise InvalidRequest(f"--out ends in {', '.join(sorted(_FORMATS))}; you gave {out.name}.")
    if out.exists() and source.exists() and out.samefile(source):
        raise InvalidRequest("--out is the source itself: give another name.")


def _write(path: Path, content: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_name(f".{path.name}.part")
        partial.write_bytes(content)
        partial.replace(path)
    except OSError as fault:
        raise InvalidRequest(f"{path} cannot be written ({fault.strerror}): give another --out.") from None


def _slug(prompt: str) -> str:
    """A prompt as part of a file name: letters and digits of any script, joined by dashes, 40 at most."""
    words = "".join(letter if letter.isalnum() else " " for letter in prompt.lower()).split()
    return "-".join(words)[:40].rstrip("-") or "remix"


def _report(asked: argparse.Namespace, results: list[tuple[Generation, Path]], **sheets: Path) -> None:
    if asked.json:
        pictures = [
            {
                "path": str(path),
                "strength": made.recipe.strength,
                "seed": made.recipe.seed,
                "steps": made.recipe.steps,
                "effective_steps": made.effective_steps,
                "guidance_scale": made.recipe.guidance_scale,
                "model": made.recipe.model,
                "prompt": made.recipe.prompt,
                "width": made.width,
                "height": made.height,
                "seconds": round(made.seconds, 3),
            }
            for made, path in results
        ]
        print(json.dumps({"pictures": pictures} | {name: str(path) for name, path in sheets.items()}))  # noqa: T201 -- for scripts
        return
    for made, path in results:
        recipe = made.recipe
        print(  # noqa: T201 -- the command line speaks
            f"{path}  {made.width}x{made.height}, strength {recipe.strength:g}, seed {recipe.seed}, "
            f"{made.effective_steps} of {recipe.steps} steps, {made.seconds:.1f} s"
        )
    for path in sheets.values():
        print(path)  # noqa: T201 -- the command line speaks
