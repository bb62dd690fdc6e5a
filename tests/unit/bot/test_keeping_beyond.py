"""Keeping results beyond retention: who may, and how many."""

from pathlib import Path

import pytest

from bot.domain.actions import Verb
from bot.domain.errors import Gone, LimitReached, NotAllowed, StorageFailed
from bot.domain.ids import generation_id
from bot.domain.job import Job
from bot.domain.limits import Limits
from bot.domain.safety import Site
from bot.erasure import Retention
from tests.builders.requests import asker, press, request
from tests.harness.core import Bench, bench

LIMITS = Limits(pending_per_user=1000, per_user_per_day=0, kept_per_user=2)


async def made(at: Bench, user: str = "ann") -> Job:
    job = (await at.service.submit(request(user))).job
    await at.shown(job.id)
    return job


async def test_a_member_keeps_their_own_up_to_a_bound_and_lets_go_again(tmp_path: Path) -> None:
    async with bench(tmp_path, limits=LIMITS) as at:
        results = at.service.results
        first, second, third = [generation_id((await made(at)).id, 0) for _ in range(3)]
        for each in (first, second, second):
            await results.keep(each, on=True, by=asker())
        with pytest.raises(LimitReached, match="You keep 2 results"):
            await results.keep(third, on=True, by=asker())
        await results.keep(first, on=False, by=asker())
        await results.keep(third, on=True, by=asker())
        assert await at.store.keeps("fake:ann") == 2


async def test_nobody_keeps_what_is_anothers(tmp_path: Path) -> None:
    async with bench(tmp_path, limits=LIMITS) as at:
        job = await made(at)
        for nobody in (asker("bob"), asker("mo", moderates=True), asker("far", rooms=())):
            with pytest.raises((NotAllowed, Gone)):
                await at.service.results.keep(generation_id(job.id, 0), on=True, by=nobody)
            await at.service.results.star(job.id, by=nobody)
        assert await at.store.keeps("fake:ann") == 0
        with pytest.raises(Gone):
            await at.service.results.keep(generation_id(job.id, 7), on=True, by=asker())


async def test_a_star_on_ones_own_keeps_as_much_of_it_as_there_is_room_for(tmp_path: Path) -> None:
    async with bench(tmp_path, limits=LIMITS) as at:
        job = (await at.service.submit(request(strengths=(0.3, 0.5, 0.7)))).job
        await at.shown(job.id)
        await at.service.results.star(job.id, by=asker())
        assert await at.store.keeps("fake:ann") == 2


async def test_what_was_made_a_result_of_its_own_is_shown_though_the_disk_refuses_its_star(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuses(*_: object, **__: object) -> None:
        raise StorageFailed

    async with bench(tmp_path, limits=LIMITS) as at:
        job = (await at.service.submit(request(strengths=(0.3, 0.5)))).job
        await at.shown(job.id)
        monkeypatch.setattr(at.store, "keep", refuses)
        with pytest.raises(StorageFailed):
            await at.service.press(press(Verb.KEEP, generation_id(job.id, 1)))
        [own, _] = await at.store.jobs_of(job.requester.key, limit=9)
        await at.shown(own.id)


async def test_what_retention_has_taken_is_gone_for_whoever_would_keep_or_share_it(tmp_path: Path) -> None:
    async with bench(tmp_path, limits=LIMITS) as at:
        job = (await at.service.submit(request(strengths=(0.3, 0.7), private=True))).job
        await at.shown(job.id)
        at_hand, results, by = generation_id(job.id, 1), at.service.results, asker()
        await at.service.removal.sweep(Retention(pictures_before=1e12, jobs_before=-1e12, inbox_before=-1e12))
        with pytest.raises(Gone):
            await results.keep(at_hand, on=True, by=by)
        await results.star(job.id, by=by)
        with pytest.raises(Gone):
            await results.copy(job.id, by=by, site=Site())
        with pytest.raises(Gone):
            async with results.publishing(job.id, by=by, where="fake:hall", site=Site()):
                pass
        with pytest.raises(Gone):
            await at.service.press(press(Verb.KEEP, at_hand))
        assert await at.store.keeps("fake:ann") == 0
        assert [each.id for each in await at.store.jobs_of("fake:ann", limit=9)] == [job.id]
