"""What a member takes along of what is stored about them."""

import io
import json
import zipfile
from pathlib import Path

from bot.domain.actions import Verb
from bot.domain.ids import GenerationId, generation_id
from bot.domain.safety import STRICTEST
from tests.builders.requests import ROOM, asker, press, request, requester
from tests.harness.core import Bench, bench


async def made(at: Bench, verb: Verb, of: GenerationId, user: str) -> GenerationId:
    job = (await at.service.press(press(verb, of, user))).job
    await at.shown(job.id)
    return generation_id(job.id, 0)


async def exports(at: Bench, user: str) -> list[zipfile.ZipFile]:
    whole = b"".join([piece async for piece in at.service.exported(requester(user))])
    bounded = await at.service.export(requester(user), max_bytes=10_000_000)
    return [zipfile.ZipFile(io.BytesIO(each)) for each in (whole, bounded)]


async def test_a_private_source_of_a_published_chain_is_in_nobody_elses_archive(tmp_path: Path) -> None:
    async with bench(tmp_path) as at:
        first = (await at.service.submit(request(private=True))).job
        await at.shown(first.id)
        chained = await made(at, Verb.CHAIN, generation_id(first.id, 0), "ann")
        [chain] = [job for job in await at.store.jobs_of("fake:ann", limit=1) if job.private]
        async with at.service.results.publishing(chain.id, by=asker(), where=ROOM, site=STRICTEST):
            pass
        again = await made(at, Verb.REROLL, await made(at, Verb.REROLL, chained, "bob"), "bob")
        private, his = [await at.store.generation(each) for each in (generation_id(first.id, 0), again)]
        assert private
        assert his
        assert his.source == private.image
        for archive in await exports(at, "bob"):
            assert f"pictures/{his.image}.png" in archive.namelist()
            assert f"pictures/{private.image}.png" not in archive.namelist()
            assert private.image not in archive.read("jobs.json").decode()
            assert [job["source"] for job in json.loads(archive.read("jobs.json"))["jobs"]] == [None, None]
        for archive in await exports(at, "ann"):
            assert f"pictures/{private.image}.png" in archive.namelist()

        async with at.service.results.publishing(first.id, by=asker(), where=ROOM, site=STRICTEST):
            pass
        for archive in await exports(at, "bob"):
            assert f"pictures/{private.image}.png" in archive.namelist(), "it hides no longer"
