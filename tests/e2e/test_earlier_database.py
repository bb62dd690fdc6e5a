"""Databases that versions left: they open, their open jobs are finished, their old buttons work on.

`tests/golden/database-7` was written by the version with seven migrations, `database-13` by that with thirteen, each
copied while a job ran. They are never made anew: another version adds another folder. The ids of the buttons are in
`tests/unit/bot/domain/test_verbs.py`.
"""

import shutil
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from adapters.sqlite.store import SqliteJobStore
from bot.domain.actions import DERIVING, OPENING, Verb
from bot.domain.ask import Ask, Wish
from bot.domain.errors import Gone, NotAllowed
from bot.domain.ids import GenerationId, JobId, generation_id
from bot.domain.job import JobStatus
from bot.domain.options import NOTHING_SAID, Options
from bot.domain.request import ReplyTarget
from inference.api import ControlKind
from tests.builders.requests import asker
from tests.fakes.images import FolderImageStore
from tests.fakes.messenger import FakeMessenger, Message
from tests.harness.core import Bench, bench

GOLDEN = Path(__file__).parents[1] / "golden"
LEFT = sorted(GOLDEN.glob("database-*"))
DONE, PRIVATE, SWEEP, CHAINED, MAPPED, BARE_MAP, RUNNING, WAITING, RERUN = (
    JobId(f"old{number:019d}") for number in range(3, 20, 2)
)
TARGET = ReplyTarget(platform="fake", address={"channel": "1"})


pytestmark = pytest.mark.parametrize("version", LEFT, ids=lambda version: version.name)


@asynccontextmanager
async def left(version: Path, folder: Path) -> AsyncIterator[Bench]:
    """The core on a copy of what a version left."""
    with sqlite3.connect(folder / "pentimento.db") as database:
        database.executescript((version / "pentimento.sql").read_text())
    database.close()
    images = FolderImageStore(folder)
    shutil.copytree(version / "images", folder / "kept", dirs_exist_ok=True)
    chat = FakeMessenger()
    for job in (RUNNING, WAITING, RERUN):  # their messages stand in the chat
        chat.messages[f"message-{job}"] = Message(TARGET, job)
    async with (
        SqliteJobStore(folder / "pentimento.db") as store,
        bench(folder, store=store, images=images, chat=chat) as at,
    ):
        yield at


async def press(
    at: Bench, verb: Verb, result: GenerationId, said: Options = NOTHING_SAID, *, user: str = "ann"
) -> JobId:
    async def answer(*, private: bool, above: ReplyTarget | None, thread: str) -> ReplyTarget:  # noqa: ARG001 -- one chat, one place
        return TARGET

    event = f"fake:{verb}-{result}-{user}"
    wish = Wish(options=said, verb=verb, generation=result)
    return (await at.service.ask(Ask(wish=wish, by=asker(user), event_id=event, answer=answer))).job.id


async def test_every_open_job_is_finished(version: Path, tmp_path: Path) -> None:
    async with left(version, tmp_path) as at:
        for job in (RUNNING, WAITING, RERUN):
            await at.shown(job)
        assert not await at.store.open_jobs()
        rerun = await at.store.generation(generation_id(RERUN, 0))
        assert rerun is not None
        assert (rerun.recipe.strength, rerun.recipe.seed, rerun.lineage.parent) == (0.9, 7, generation_id(DONE, 0))
        assert [row.id for row in await at.store.unsettled("fake")] == ["fake:unsettled"], "for its chat to do again"


@pytest.mark.parametrize("job", [DONE, PRIVATE, SWEEP, CHAINED, MAPPED, BARE_MAP])
async def test_every_button_of_every_result_makes_its_job(version: Path, tmp_path: Path, job: JobId) -> None:
    async with left(version, tmp_path) as at:
        for verb in DERIVING:
            said = Options(
                strengths=(0.7,) if verb is Verb.RERUN else None,
                prompt="at night" if verb in OPENING or job == BARE_MAP else None,  # from the form
                control=ControlKind.CANNY if verb is Verb.SHOW_MAP else None,
            )
            kept = await at.store.job(await press(at, verb, generation_id(job, 0), said))
            assert kept is not None
            assert kept.lineage.parent == generation_id(job, 0)
            assert kept.private is (job == PRIVATE or verb is Verb.SHOW_MAP), "a map is for whoever asked for it"


async def test_what_a_button_shows_or_takes_away_is_there(version: Path, tmp_path: Path) -> None:
    async with left(version, tmp_path) as at:
        by = asker("ann")
        described = await at.service.results.describe(CHAINED, by=by)
        assert [each.id for each in described.ancestors if each] == [generation_id(DONE, 0)]
        async with at.service.results.publishing(PRIVATE, by=by, where=by.place, site=by.site) as card:
            assert card.pictures
        assert await press(at, Verb.REROLL, generation_id(PRIVATE, 0), user="bob"), (
            "published, so it is everybody's there"
        )
        with pytest.raises(NotAllowed):
            await at.service.removal.delete(generation_id(DONE, 0), by=asker("bob"))
        await at.service.removal.delete(generation_id(DONE, 0), by=by)
        with pytest.raises(Gone):
            await press(at, Verb.REROLL, generation_id(DONE, 0))


async def test_a_waiting_job_can_be_cancelled(version: Path, tmp_path: Path) -> None:
    async with left(version, tmp_path) as at:
        at.engine.hold()
        await at.service.removal.cancel(WAITING, by=asker("bob"))
        await at.shown(WAITING, JobStatus.CANCELLED)
        await at.engine.release()  # or the others' grace would be waited for


async def test_what_was_kept_and_set_is_there(version: Path, tmp_path: Path) -> None:
    async with left(version, tmp_path) as at:
        if version.name == "database-7":  # which knew none of this
            assert not (await at.store.place("server")).banned
            return
        (made,) = await at.store.generations(CHAINED)
        assert made.kept
        assert "fake:elsewhere" in await at.store.copies(DONE)
        place = await at.store.place("server")
        assert (place.language, place.log, place.banned) == ("de", "7", ("eve 1900000000 Eve",))
        assert not await at.store.greet("server", "fake:again"), "greeted once"
