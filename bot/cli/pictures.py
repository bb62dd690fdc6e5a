"""`img2img`, `sweep`, `chain`, `styles`, `map`: job after job on a core of its own, in a folder that goes."""

import argparse
import json
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from adapters.console.messenger import PLATFORM, ConsoleMessenger, display
from adapters.pictures.sheet import contact_sheet, strip
from bot.cli.arguments import EXIT_DONE
from bot.cli.files import (
    FORMATS,
    check_file,
    check_folder,
    default_name,
    free,
    make_room,
    placed,
    read_file,
    slug,
    write_file,
)
from bot.cli.owner import check_model_name, for_owner
from bot.compose import compose, engine_of, exporter_of, known_models
from bot.domain.access import Asker
from bot.domain.actions import Press, Verb
from bot.domain.control import Control
from bot.domain.errors import InvalidRequest, JobFailed
from bot.domain.flags import parse_flags, with_flags
from bot.domain.ids import JobId
from bot.domain.job import Generation, JobStatus, Recipe
from bot.domain.options import MAX_SEED, OPTIONS, Options, read_options
from bot.domain.picture import Tile
from bot.domain.request import Action, ReplyTarget, Request, Requester
from bot.domain.strength import SWEEP_STRENGTHS
from bot.domain.words import clean_text
from bot.in_thread import in_thread
from bot.lifecycle import Core, Running
from bot.ports import Exporter
from bot.recipes import recipes_of
from bot.texts import REFERENCE, text
from config.settings import Settings
from config.styles import load_styles

_NO_LIMIT = 1 << 40
_STYLE_BYTES = 16_000
_DISK_ATTEMPTS = 3
_ME = Requester(platform=PLATFORM, user="console")
_HERE = ReplyTarget(platform=PLATFORM)
_PRIVATE = True
"""Nobody but who sits at this terminal sees what is made."""


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
            generation.id, max_bytes=_NO_LIMIT, formats=(FORMATS[to.suffix.lower()],)
        )
        await in_thread(write_file, to, exported.content)


async def img2img(asked: argparse.Namespace, settings: Settings) -> int:
    """One picture from one picture."""
    asked = _with_flags(asked, settings)
    if len(getattr(asked, "strengths", None) or ()) > 1:
        raise InvalidRequest("This makes pictures at one strength: use `pentimento sweep` for several.")
    name = Path(default_name(asked.source, slug(asked.prompt)))
    names = _numbered(asked.out or name, asked)
    outs = names if asked.out else [free(each) for each in names]
    for out in outs:
        check_file(out, _inputs(asked))
    wish = _request(asked, Action.IMG2IMG, asked.prompt, max_bytes=settings.downloads.max_bytes)
    check_wish(wish, settings, asked.model)
    make_room(outs[0].parent, outs)
    results = []
    async with _bench(settings, asked) as bench:
        receipt = await bench.core.service.submit(wish)
        for generation, each in zip(await bench.made(receipt.job.id), names, strict=True):
            out = each if asked.out else free(each)  # another command may have taken the one that was free before
            await bench.write(generation, out)
            results.append((generation, out))
    _report(asked, results)
    return EXIT_DONE


def _numbered(name: Path, asked: argparse.Namespace) -> list[Path]:
    """A name for each picture of one wish: "painting.png", or "painting-1.png", "painting-2.png"."""
    count = getattr(asked, "count", None) or 1
    return [name] if count == 1 else [name.with_stem(f"{name.stem}-{number}") for number in range(1, count + 1)]


async def sweep(asked: argparse.Namespace, settings: Settings) -> int:
    """One picture per strength and a contact sheet."""
    asked = _with_flags(asked, settings)
    pictures = [
        placed(asked.out, str(name))
        for each in asked.strengths or SWEEP_STRENGTHS
        for name in _numbered(Path(f"strength-{_exactly(each)}.png"), asked)
    ]
    sheet = placed(asked.out, "sheet.png")
    check_folder([*pictures, sheet], _inputs(asked))
    wish = _request(asked, Action.SWEEP, asked.prompt, max_bytes=settings.downloads.max_bytes)
    check_wish(wish, settings, asked.model)
    make_room(asked.out or Path(), [*pictures, sheet])
    async with _bench(settings, asked) as bench:
        receipt = await bench.core.service.submit(wish)
        made = await bench.made(receipt.job.id)
        results = list(zip(made, pictures, strict=True))
        for generation, path in results:
            await bench.write(generation, path)
        tiles = [
            Tile(await bench.core.images.get(each.image), f"strength {_exactly(each.recipe.strength)}")
            for each in made
        ]
    await in_thread(write_file, sheet, contact_sheet(tiles))
    _report(asked, results, sheet=sheet)
    return EXIT_DONE


async def chain(asked: argparse.Namespace, settings: Settings) -> int:
    """One picture per prompt, each made from the one before, and a strip that shows the way."""
    passes = [placed(asked.out, f"pass-{number}.png") for number, _ in enumerate(asked.prompt, start=1)]
    way = placed(asked.out, "strip.png")
    check_folder([*passes, way], _inputs(asked))
    first, *others = asked.prompt
    asked = _with_flags(argparse.Namespace(**vars(asked) | {"prompt": first}), settings)
    prompts = [clean_text(prompt) for prompt in (asked.prompt, *others)]
    if any(parse_flags(prompt).options != Options(prompt=prompt or None) for prompt in others):
        raise InvalidRequest("Options apply to every pass: give them once, in the first prompt or as arguments.")
    if (getattr(asked, "count", None) or 1) > 1:
        raise InvalidRequest("Each pass makes one picture from the one before: leave out --count.")
    wish = _request(asked, Action.IMG2IMG, prompts[0], max_bytes=settings.downloads.max_bytes)
    for prompt in prompts[1:]:  # one that is refused is refused before the first pass
        replace(wish, options=replace(wish.options, prompt=prompt))
    check_wish(wish, settings, asked.model)
    make_room(asked.out or Path(), [*passes, way])
    results: list[tuple[Generation, Path]] = []
    async with _bench(settings, asked) as bench:
        for prompt in prompts:
            await bench.core.gate.admit(prompt, blocked=())
        receipt = await bench.core.service.submit(wish)
        tiles = [Tile(await bench.core.images.get(receipt.job.source), "source")]
        for number, prompt in enumerate(prompts, start=1):
            if results:
                receipt = await bench.core.service.press(_next_pass(asked, results[-1][0], prompt, number))
            [generation] = await bench.made(receipt.job.id)
            results.append((generation, passes[number - 1]))
            await bench.write(*results[-1])
            tiles.append(Tile(await bench.core.images.get(generation.image), f"{number}. {prompt}"))
    await in_thread(write_file, way, strip(tiles))
    _report(asked, results, strip=way)
    return EXIT_DONE


async def paint_styles(asked: argparse.Namespace, settings: Settings) -> int:
    """A small picture of each preset, by its own strength and guidance."""
    files = [_style_file(asked.out, style) for style in load_styles(settings.styles.file)]
    check_folder(files, _inputs(asked))
    source = read_file(asked.source, max_bytes=settings.downloads.max_bytes)
    make_room(asked.out or Path(), files)
    async with _bench(settings, asked) as bench:
        for number, style in enumerate(bench.core.service.styles, start=1):
            wish = Request(
                action=Action.IMG2IMG,
                requester=_ME,
                reply_to=_HERE,
                event_id=f"console:{number}",
                source=source,
                options=Options(prompt=asked.prompt, seed=asked.seed, style=style),
                private=_PRIVATE,
            )
            receipt = await bench.core.service.submit(wish)
            [generation] = await bench.made(receipt.job.id)
            small = await bench.exporter.export(generation.id, max_bytes=_STYLE_BYTES, formats=("JPEG",))
            file = _style_file(asked.out, style)
            await in_thread(write_file, file, small.content)
            print(file)  # noqa: T201 -- the command line speaks
    return EXIT_DONE


def _style_file(folder: Path | None, style: str) -> Path:
    return placed(folder, f"{slug(style)}.jpg")


async def draw_map(asked: argparse.Namespace, settings: Settings) -> int:
    """The control map of a picture."""
    out = asked.out or free(Path(default_name(asked.source, asked.control)))
    check_file(out, _inputs(asked))
    wish = Request(
        action=Action.MAP,
        requester=_ME,
        reply_to=_HERE,
        event_id="console:1",
        source=read_file(asked.source, max_bytes=settings.downloads.max_bytes),
        options=Options(control=asked.control),
        private=_PRIVATE,
    )
    check_wish(wish, settings, asked.model)
    make_room(out.parent, [out])
    async with _bench(settings, asked) as bench:
        receipt = await bench.core.service.submit(wish)
        [generation] = await bench.made(receipt.job.id)
        await bench.write(generation, out)
    _report(asked, [(generation, out)])
    return EXIT_DONE


def _with_flags(asked: argparse.Namespace, settings: Settings) -> argparse.Namespace:
    """What was asked, flags in its prompt included.

    Raises:
        InvalidRequest: there is no such flag, or it says other than an argument.
    """
    written = with_flags(read_options(vars(asked)), styles=load_styles(settings.styles.file))
    if written.map_only:
        raise InvalidRequest("To draw only the control map, use `pentimento map`.")
    said = {row.name: value for row in OPTIONS if (value := getattr(written.options, row.name)) is not None}
    return argparse.Namespace(**vars(asked) | {"prompt": "", "unread": written.options.unread} | said)


def check_wish(wish: Request, settings: Settings, model: str | None) -> None:
    """Refuse what can be told before the model is loaded, or even fetched: its name, styles, control, adapters.

    Raises:
        InvalidRequest: with the sentence that says what there is.
    """
    if model:
        check_model_name(model, settings)
    settings = for_owner(settings, model)
    known = known_models(settings)
    if settings.model.id in known:  # of one that is not, loading says why
        styles = load_styles(settings.styles.file)
        recipes_of(wish, models=known, styles=styles, default_model=settings.model.id, seed=0)


def _inputs(asked: argparse.Namespace) -> dict[str, Path]:
    """The files that a command reads, by what they are."""
    control_map = getattr(asked, "control_map", None)  # `styles` and `map` take none
    return {"source": asked.source} | ({"control map": control_map} if control_map else {})


@asynccontextmanager
async def _bench(settings: Settings, asked: argparse.Namespace) -> AsyncIterator[Bench]:
    """A core in a temporary folder, as a running service's is its own; over `asked.engine` if that is open."""
    settings = for_owner(settings, asked.model)
    with tempfile.TemporaryDirectory(prefix="pentimento-") as folder, display() as lines:
        messenger = ConsoleMessenger(lines)
        engine = nullcontext(asked.engine) if "engine" in asked else engine_of(settings)
        known = known_models(settings).get(settings.model.id)
        doing = "Downloading and loading" if known and not known.here else "Loading"
        waiting = lines.add_task(f"{doing} {settings.model.id}", total=None)
        async with compose(
            settings,
            data_dir=Path(folder),
            engine=engine,
            messengers={PLATFORM: messenger},
            disk_attempts=_DISK_ATTEMPTS,
        ) as (core, _):
            lines.remove_task(waiting)
            async with Running(core, grace=0.0):
                yield Bench(core, exporter_of(settings, core), messenger)


def _request(asked: argparse.Namespace, action: Action, prompt: str, *, max_bytes: int) -> Request:
    return Request(
        action=action,
        requester=_ME,
        reply_to=_HERE,
        event_id="console:1",
        source=read_file(asked.source, max_bytes=max_bytes),
        # The model is the one that this process has loaded, see `for_owner`.
        options=replace(read_options({**vars(asked), "prompt": prompt, "model": None}), unread=asked.unread),
        control_map=None if asked.control_map is None else read_file(asked.control_map, max_bytes=max_bytes),
        private=_PRIVATE,
    )


def _next_pass(asked: argparse.Namespace, parent: Generation, prompt: str, number: int) -> Press:
    """The pass after `parent`: the same recipe with another prompt, its seed told by the first one's.

    Seeds count on: the same noise in every pass would add up to a pattern of its own.
    """
    return Press(
        verb=Verb.CHAIN,
        generation=parent.id,
        by=Asker(requester=_ME),
        reply_to=_HERE,
        event_id=f"console:{number}",
        options=Options(
            prompt=prompt,
            strengths=(parent.recipe.strength,),
            seed=(parent.recipe.seed + 1) % (MAX_SEED + 1) if asked.seed is not None else None,
        ),
        private=_PRIVATE,
    )


def _told(control: Control | None) -> dict[str, object] | None:
    return None if control is None else asdict(control) | {"map": "given" if control.map else "drawn"}


def _report(asked: argparse.Namespace, results: list[tuple[Generation, Path]], **sheets: Path) -> None:
    if asked.json:
        pictures = [
            {
                "path": str(path),
                "strength": made.recipe.strength if _has_strength(made.recipe) else None,
                "seed": made.recipe.seed,
                "steps": made.recipe.steps,
                "effective_steps": made.effective_steps,
                "guidance_scale": made.recipe.guidance_scale,
                "model": made.recipe.model,
                "loras": {each.name: each.weight for each in made.recipe.loras},
                "prompt": made.recipe.prompt,
                "width": made.width,
                "height": made.height,
                "seconds": round(made.seconds, 3),
                "control": _told(made.recipe.control),
                "notes": list(made.notes),
            }
            for made, path in results
        ]
        print(json.dumps({"pictures": pictures} | {name: str(path) for name, path in sheets.items()}))  # noqa: T201 -- for scripts
        return
    for made, path in results:
        recipe = made.recipe
        if recipe.map_only:
            print(f"{path}  {made.width}x{made.height}, {asked.control} map")  # noqa: T201 -- the command line speaks
            continue
        strength = f"strength {recipe.strength:g}" if _has_strength(recipe) else text(REFERENCE, "fact-edits")
        print(  # noqa: T201 -- the command line speaks
            f"{path}  {made.width}x{made.height}, {strength}, seed {recipe.seed}, "
            f"{made.effective_steps} of {recipe.steps} steps, {made.seconds:.1f} s"
        )
    for path in sheets.values():
        print(path)  # noqa: T201 -- the command line speaks


def _exactly(strength: float) -> str:
    """A strength with all its digits, so that two that differ have names that do."""
    return str(strength).removesuffix(".0")


def _has_strength(recipe: Recipe) -> bool:
    """Whether strength meant something: to a model that edits by instruction only 0 does, which leaves the source."""
    return recipe.uses_strength or not recipe.strength
