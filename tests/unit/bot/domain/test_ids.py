"""Ids from people and buttons are read or refused, never guessed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.ids import GenerationId, JobId, generation_id, job_of, parse_generation_id, parse_job_id

ID = "AZaz09_-AZaz09_-AZaz09"
JOB_IDS = st.from_regex(r"[A-Za-z0-9_-]{22}", fullmatch=True).map(JobId)


@given(JOB_IDS, st.integers(0, 999))
def test_a_generation_id_names_its_job(job: JobId, index: int) -> None:
    generation = generation_id(job, index)
    assert job_of(generation) == job
    assert parse_generation_id(generation) == generation
    assert parse_job_id(job) == job


def test_a_bare_job_id_means_its_first_picture() -> None:
    assert parse_generation_id(ID) == GenerationId(f"{ID}.0")


@pytest.mark.parametrize(
    "text", ["", ID[:-1], ID + "A", ID[:-1] + "!", f" {ID}", f"{ID}\n", "ä" + ID[1:], f"../{ID[3:]}", f"{ID}.0"]
)
def test_what_is_no_job_id_is_none(text: str) -> None:
    assert parse_job_id(text) is None


@pytest.mark.parametrize(
    "text", ["", f"{ID}.", f"{ID}.1000", f"{ID}.-1", f"{ID}.x", f"{ID}.0.0", f"{ID}.0\n", f"{ID}.٣"]
)
def test_what_is_no_generation_id_is_none(text: str) -> None:
    assert parse_generation_id(text) is None
