"""A control map on its way from a member's file, or from a result, to the engine: by real reader and store."""

import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

from PIL import Image, ImageDraw

from adapters.files.image_store import FileImageStore
from adapters.pictures.reader import SandboxedPictureReader
from bot.domain.actions import Verb
from bot.domain.control import Control
from bot.domain.ids import generation_id
from bot.domain.request import Action
from inference.api import ControlKind
from inference.control_maps.maps import fit_map, read_map
from tests.builders.pictures import saved
from tests.builders.requests import press, request
from tests.fakes.engine import DEFAULTS
from tests.fakes.messenger import FakeMessenger
from tests.fakes.store import MemoryJobStore
from tests.harness.core import Bench, bench

SIZE = (64, 64)


@asynccontextmanager
async def bench_for_maps(folder: Path, store: MemoryJobStore, chat: FakeMessenger) -> AsyncIterator[Bench]:
    able = replace(DEFAULTS, controls=tuple(ControlKind))
    async with (
        SandboxedPictureReader() as reader,
        FileImageStore(folder) as images,
        bench(folder, images=images, reader=reader, store=store, chat=chat, defaults=able) as at,
    ):
        yield at


def given(at: Bench) -> Image.Image:
    """What the latest request's network gets."""
    control = at.engine.requests[-1].control
    assert control is not None
    assert control.map is not None
    return fit_map(control.kind, read_map(control.map, control.kind), SIZE)


async def test_what_is_transparent_in_a_members_pose_is_black_and_paper_in_a_sketch(tmp_path: Path) -> None:
    lines = Image.new("RGBA", SIZE)
    ImageDraw.Draw(lines).line((8, 8, 56, 56), fill=(255, 0, 0, 255), width=6)
    async with bench_for_maps(tmp_path, MemoryJobStore(), FakeMessenger()) as at:
        for kind, corner, middle in (
            (ControlKind.POSE, (0, 0, 0), (255, 0, 0)),
            (ControlKind.SCRIBBLE, (0, 0, 0), (255, 255, 255)),
        ):
            asked = request(control=Control(kind=kind), control_map=saved(lines, "PNG"))
            await at.shown((await at.service.submit(asked)).job.id)
            assert (given(at).getpixel((60, 4)), given(at).getpixel((32, 32))) == (corner, middle)


async def test_a_light_map_that_was_drawn_here_is_not_taken_for_paper_after_a_restart_either(tmp_path: Path) -> None:
    grain = Image.frombytes("RGB", SIZE, random.Random(1).randbytes(3 * SIZE[0] * SIZE[1]))
    softedge = Control(kind=ControlKind.SOFTEDGE)
    store, chat = MemoryJobStore(), FakeMessenger()
    async with bench_for_maps(tmp_path, store, chat) as at:
        wish = request(action=Action.MAP, prompt="", control=softedge, source=saved(grain, "PNG"))
        job = (await at.service.submit(wish)).job
        await at.shown(job.id)
        made = await store.generation(generation_id(job.id, 0))
        assert made is not None
    async with bench_for_maps(tmp_path, store, chat) as at:
        used = await at.service.press(press(Verb.USE_MAP, made.id, prompt="a boat"))
        await at.shown(used.job.id)
        with Image.open(at.images.path(made.image)) as drawn:
            assert given(at).tobytes() == drawn.tobytes()
