"""The gallery's pages: days, tiles, and where the next page begins."""

from dataclasses import replace

import pytest

from adapters.web.gallery import cursor, days
from bot.domain.job import Job, Lineage
from bot.listing import Kept
from tests.builders.jobs import a_generation, a_job


def done(job: Job) -> Job:
    return job.started(lease="run", at=job.created_at).succeeded(at=job.created_at)


def test_results_stand_by_day_in_the_readers_language() -> None:
    late, early = a_job(at=86400 * 3 + 5.0, strengths=(0.3, 0.7)), a_job(at=86400.0, prompt="ink")
    kept = [
        Kept(job=late, generations=[a_generation(late, 0), a_generation(late, 1)]),
        Kept(job=replace(early, pictures_kept=False), generations=[a_generation(early)]),
    ]
    first, second = days([replace(each, job=done(each.job)) for each in kept], "de")
    assert (first.name, second.name) == ("Sonntag, 4. Januar 1970", "Freitag, 2. Januar 1970")
    assert [tile.address for tile in first.tiles] == [f"/jobs/{late.id}?picture=0", f"/jobs/{late.id}?picture=1"]
    assert [tile.picture for tile in second.tiles] == [None]
    assert second.tiles[0].words == "ink"
    assert [tile.recipe for tile in first.tiles] == ["Stärke 0,3", "Stärke 0,7"]


def test_a_spoiler_is_one_in_the_gallery() -> None:
    jobs = [a_job(), replace(a_job(), lineage=Lineage(spoiler=True))]
    kept = [Kept(job=job, generations=[replace(a_generation(job), lineage=job.lineage)]) for job in jobs]
    assert [tile.spoiler for day in days(kept, "en") for tile in day.tiles] == [False, True]


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ("1700000000.25.7", (1700000000.25, 7)),
        ("5.0.1", (5.0, 1)),
        ("", None),
        ("soon", None),
        ("1e9.x", None),
        (f"5.0.{1 << 63}", None),
        ("5.0." + "9" * 5000, None),
        ("nan.1", None),
        ("1e999.1", None),
    ],
)
def test_where_a_page_begins_is_read_from_its_address(given: str, found: tuple[float, int] | None) -> None:
    assert cursor(given) == found
