"""What addresses name, and where an answer sends its reader."""

from aiohttp import web

from bot.domain.errors import Gone
from bot.domain.ids import GenerationId, JobId, parse_generation_id, parse_job_id

_MOST = (1 << 63) - 1
_TOO_LONG = 20
"""Digits; Python refuses to read some thousands of them."""


def job_in(given: str) -> JobId:
    job = parse_job_id(given)
    if job is None:
        raise Gone("refused-job-unknown")
    return job


def generation_in(given: str) -> GenerationId:
    generation = parse_generation_id(given)
    if generation is None:
        raise Gone("refused-gone")
    return generation


def number_in(given: str) -> int | None:
    """A whole number from 0 to what a database holds; None if it is none, whatever its length."""
    if given.isdecimal() and len(given) < _TOO_LONG and (number := int(given)) <= _MOST:
        return number
    return None


def see(address: str) -> web.Response:
    """Go there: what was posted is not posted again when that page is loaded anew."""
    return web.Response(status=303, headers={"Location": address})
