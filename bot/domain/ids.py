"""Names of things. All are plain strings at run time; the types keep them apart."""

import re
from typing import NewType

JobId = NewType("JobId", str)
"""128 random bits, base64url without padding: 22 characters. Fits Discord's 25-character nonce."""

GenerationId = NewType("GenerationId", str)
"""`<job id>.<index>`: derived, so running a job again names its results alike."""

ImageId = NewType("ImageId", str)
"""SHA-256 of the picture file, 64 hex digits."""

_JOB = re.compile(r"[A-Za-z0-9_-]{22}")
_GENERATION = re.compile(r"([A-Za-z0-9_-]{22})\.([0-9]{1,3})")


def generation_id(job: JobId, index: int) -> GenerationId:
    """The id of a job's picture number `index` (0-based)."""
    return GenerationId(f"{job}.{index}")


def job_of(generation: GenerationId) -> JobId:
    """The job that made a generation."""
    return JobId(generation.partition(".")[0])


def index_of(generation: GenerationId) -> int:
    """Which of its job's pictures a generation is."""
    return int(generation.partition(".")[2])


def parse_job_id(text: str) -> JobId | None:
    """A job id from text that a person or a button gave, or None."""
    return JobId(text) if _JOB.fullmatch(text) else None


def parse_generation_id(text: str) -> GenerationId | None:
    """A generation id from text that a person or a button gave, or None. A bare job id means its first picture."""
    if _GENERATION.fullmatch(text):
        return GenerationId(text)
    job = parse_job_id(text)
    return generation_id(job, 0) if job else None
