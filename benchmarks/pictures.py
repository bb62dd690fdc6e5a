"""`python -m benchmarks.pictures`: what members' pictures cost on their way in.

Photos are made here: smooth colours with the noise of a sensor. Processor time is that of the process that decodes,
its start included; beside it stands plain Pillow in one process that is running already, as most bots have it: open,
turn, convert, save as PNG. Sixty uploads come from a server on this machine; memory is the bot's own. Waits are of
members' photos behind the files that decode for longest.
"""

import argparse
import asyncio
import dataclasses
import io
import json
import os
import platform
import random
import resource
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from aiohttp import web
from PIL import Image, ImageOps

from adapters.downloads import downloader
from adapters.pictures.formats import PictureLimits
from adapters.pictures.reader import SandboxedPictureReader
from adapters.pictures.sandbox import Decoder, Sandbox, start
from benchmarks.goals import Goal, verdicts
from bot.domain.errors import PictureRefused, UserError
from bot.system import cores, settle_in
from bot.uploads import UploadLimiter

RESULTS = Path(__file__).with_name("results")
ENOUGH = 1024 * 1024
UPLOADS, UPLOAD_BYTES = 60, 24_000_000
ROUNDS = 3


def photo(width: int, height: int) -> Image.Image:
    """Something like a photo."""
    dice = random.Random(1)
    small = Image.frombytes("RGB", (width // 64, height // 64), dice.randbytes(width // 64 * (height // 64) * 3))
    smooth = small.resize((width, height), Image.Resampling.BICUBIC)
    return Image.blend(smooth, Image.effect_noise((width, height), 40).convert("RGB"), 0.1)


def saved(picture: Image.Image, kind: str, **options: Any) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


def scans_bomb() -> bytes:
    """A JPEG with 65,500 scans that change nothing."""
    plain = saved(Image.new("L", (6300, 6300), 128), "JPEG", quality=1, progressive=True)
    return plain[:-2] + b"\xff\xda\0\x08\1\1\0\1\x3f\0" * 65_500 + plain[-2:]


def children_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def with_pillow(content: bytes) -> float:
    """Processor seconds of the usual way."""
    started = time.process_time()
    with Image.open(io.BytesIO(content)) as opened:
        turned = ImageOps.exif_transpose(opened).convert("RGB")
    saved(turned, "PNG")
    return time.process_time() - started


GOALS: list[Goal] = []
"""As they are measured."""


async def costs() -> list[str]:
    """A table of kinds of pictures."""
    twelve, fifty = photo(4032, 3024), photo(8160, 6144)
    files = {
        "JPEG, 12 megapixels": saved(twelve, "JPEG", quality=90),
        "progressive JPEG, 12 megapixels": saved(twelve, "JPEG", quality=90, progressive=True),
        "PNG, 12 megapixels": saved(twelve, "PNG", compress_level=6),
        "WebP, 12 megapixels": saved(twelve, "WEBP", quality=85, method=2),
        "AVIF, 12 megapixels": saved(twelve, "AVIF", quality=75, speed=10),
        "JPEG, 50 megapixels": saved(fifty, "JPEG", quality=90),
    }
    lines = [
        "| picture | MB | here, s | kept, MB | whole (strength 0), s | plain Pillow, s | ratio |",
        "|" + "---|" * 7,
    ]
    for name, content in files.items():
        here, kept = await decoded(content, ENOUGH)
        whole, _ = await decoded(content, None)
        plain = min(with_pillow(content) for _ in range(ROUNDS))
        cells = [
            name,
            f"{len(content) / 1e6:.1f}",
            f"{here:.2f}",
            f"{kept / 1e6:.1f}",
            f"{whole:.2f}",
            f"{plain:.2f}",
        ]
        lines.append(f"| {' | '.join(cells)} | {plain / here:.1f} |")
        if name.endswith("JPEG, 12 megapixels"):
            GOALS.append(Goal(f"s of a processor, {name}", here, 0.4))
    return lines


async def decoded(content: bytes, enough: int | None) -> tuple[float, int]:
    """Processor seconds of one picture and of the process made for it, and bytes kept; the best of a few."""
    limits = PictureLimits(max_bytes=100_000_000)
    settings = json.dumps(dataclasses.asdict(Sandbox(cpu_seconds=60)) | {"limits": dataclasses.asdict(limits)})
    best, size = float("inf"), 0
    for _ in range(ROUNDS):
        before = children_seconds()
        child = Decoder(await start(settings))
        try:
            await child.warm()
            _, png = await child.decode(content, {"alpha": False, "enough": enough}, most=1 << 30)
        finally:
            await child.stop()
        best, size = min(best, children_seconds() - before), len(png)
    return best, size


def resident() -> int:
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")


async def uploads() -> list[str]:
    """Memory while many members send large files at once."""
    at_once = max(2, cores() - 1)
    peak = before = resident()
    ends: dict[str, int] = {}

    async def watch() -> None:
        nonlocal peak
        while True:
            peak = max(peak, resident())
            await asyncio.sleep(0.002)

    async with (
        served() as url,
        downloader(allowed_hosts=frozenset({"127.0.0.1"}), max_bytes=26_214_400) as downloads,
        SandboxedPictureReader() as reader,
    ):
        gate = UploadLimiter(reader=reader, decodes=at_once)
        sent = [downloads.sent(url, size=UPLOAD_BYTES) for _ in range(UPLOADS)]

        async def one(member: int) -> None:
            try:
                async with gate.place(f"member {member}", sent[member]):
                    picture = await gate.read(f"member {member}", sent[member], enough=ENOUGH)
                end = f"{picture.width} x {picture.height}"
            except UserError as refused:
                end = refused.message
            ends[end] = ends.get(end, 0) + 1

        watching = asyncio.create_task(watch())
        started = time.perf_counter()
        await asyncio.gather(*(one(member) for member in range(UPLOADS)))
        took = time.perf_counter() - started
        watching.cancel()
    after = resident()
    GOALS.append(Goal("MB more while sixty files of 24 MB come in", (peak - before) / 1e6, 200))
    GOALS.append(Goal("of them not taken", UPLOADS - sum(count for end, count in ends.items() if " x " in end), 0))
    said = ", ".join(f"{count} {end}" for end, count in ends.items())
    return [
        (
            f"{UPLOADS} uploads of {UPLOAD_BYTES / 1e6:.0f} MB at once by {UPLOADS} members, {at_once} decoded "
            f"at a time: memory {before / 1e6:.0f} MB, at most {peak / 1e6:.0f} MB, "
            f"{after / 1e6:.0f} MB afterwards, in {took:.0f} s ({said})."
        )
    ]


@asynccontextmanager
async def served() -> AsyncIterator[str]:
    """The address of a large file, served by a process of its own, whose memory is not the bot's."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "benchmarks.pictures", "--serve", stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    try:
        yield (await process.stdout.readline()).decode().strip()
    finally:
        process.kill()
        await process.communicate()


async def serve() -> None:
    """Serve a noisy PNG of that many bytes until killed."""
    content = saved(Image.effect_noise((3400, 2300), 90).convert("RGB"), "PNG", compress_level=0)[:-12]
    content += bytes(UPLOAD_BYTES - len(content))

    async def give(_request: web.Request) -> web.Response:
        return web.Response(body=content, content_type="image/png")

    application = web.Application()
    application.router.add_get("/a.png", give)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print(f"http://127.0.0.1:{runner.addresses[0][1]}/a.png", flush=True)
    await asyncio.Event().wait()


async def waits() -> list[str]:
    """How long a photo waits behind the worst files."""
    ordinary = saved(photo(4032, 3024), "JPEG", quality=90)
    heavy = saved(Image.effect_noise((8000, 8000), 60).convert("RGB"), "JPEG", quality=60, progressive=True)[
        :25_000_000
    ]
    lines = ["| six files of | by | alone, s | the next member's photo after, s |", "|" + "---|" * 4]
    for name, content in (("65,500 scans", scans_bomb()), ("64 megapixels of noise", heavy)):
        for by, members in (("one member", ["mallory"] * 6), ("six members", [f"mallory {n}" for n in range(6)])):
            alone, waited = await behind(content, members, ordinary)
            lines.append(f"| {name} | {by} | {alone:.2f} | {waited:.2f} |")
            decodes = (waited - await _alone(ordinary)) / max(alone, 0.5)
            GOALS.append(Goal(f"decodes that a photo waits for, {name} by {by}", decodes, 1.25))
    return lines


async def _alone(content: bytes) -> float:
    """Seconds by the clock that a photo takes if nobody else is there."""
    async with SandboxedPictureReader() as reader:
        started = time.perf_counter()
        await reader.read(content, enough=ENOUGH)
        return time.perf_counter() - started


async def behind(content: bytes, members: list[str], ordinary: bytes) -> tuple[float, float]:
    at_once = max(2, cores() - 1)
    turns = {member: asyncio.Lock() for member in members}  # as the service has them
    async with SandboxedPictureReader() as reader:
        gate = UploadLimiter(reader=reader, decodes=at_once)

        async def send(member: str) -> float:
            started = time.perf_counter()
            async with turns[member]:
                try:
                    async with gate.place(member, content):
                        await gate.read(member, content, enough=ENOUGH)
                except PictureRefused:
                    pass
            return time.perf_counter() - started

        alone = await send(members[0])
        sending = [asyncio.create_task(send(member)) for member in members]
        await asyncio.sleep(0.05)
        started = time.perf_counter()
        async with gate.place("anna", ordinary):
            await gate.read("anna", ordinary, enough=ENOUGH)
        waited = time.perf_counter() - started
        await asyncio.gather(*sending)
    return alone, waited


PARTS: dict[str, Callable[[], Awaitable[list[str]]]] = {"costs": costs, "uploads": uploads, "waits": waits}


def main() -> None:
    """Measure and write the figures."""
    wanted = argparse.ArgumentParser(description=__doc__)
    wanted.add_argument("--only", choices=PARTS)
    wanted.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    asked = wanted.parse_args()
    if asked.serve:
        asyncio.run(serve())
        return
    settle_in()
    lines = [f"# Pictures on their way in, {cores()} cores, {platform.machine()}"]
    for name, measure in PARTS.items():
        if asked.only in {None, name}:
            lines += ["", *asyncio.run(measured(measure))]
    lines += ["", *verdicts(GOALS)]
    print("\n".join(lines))
    if asked.only is None:
        (RESULTS / "pictures.md").write_text("\n".join(lines) + "\n", encoding="utf-8")
    raise SystemExit(not all(goal.met for goal in GOALS))


async def measured(measure: Callable[[], Awaitable[list[str]]]) -> list[str]:
    return await measure()


if __name__ == "__main__":
    main()
