"""What each refusal of Discord means, in one table; `messenger` and `answers` decide by the meaning alone.

Codes: Discord's "Opcodes and Status Codes". What the table does not know is judged by its HTTP status.
"""

import json
from collections.abc import Mapping
from enum import Enum, auto
from typing import Any

import aiohttp
import discord

ERRORS = (discord.DiscordException, aiohttp.ClientError, OSError, TimeoutError)
"""Everything that discord.py raises on the way to Discord or back."""


class Meaning(Enum):
    """What can be done about it."""

    BUSY = auto()  # wait, then the same again
    TOKEN_DEAD = auto()  # the interaction's token is spent: take the bot's own route
    ANSWERED = auto()  # the interaction has its answer already
    MESSAGE_GONE = auto()  # somebody deleted the message
    PLACE_GONE = auto()  # the channel or server is gone
    FORBIDDEN = auto()  # a permission is missing there
    UNEDITABLE = auto()  # too many edits of an old message, or its thread sleeps: write a new one
    LOCKED = auto()  # a moderator locked the thread
    BLOCKED = auto()  # AutoMod or the link filter withheld it
    TOO_LARGE = auto()  # a file is over the limit
    INVALID = auto()  # Discord does not take its shape: our mistake


_CODES = {
    10003: Meaning.PLACE_GONE,  # unknown channel
    10004: Meaning.PLACE_GONE,  # unknown guild
    10008: Meaning.MESSAGE_GONE,  # unknown message
    10015: Meaning.TOKEN_DEAD,  # unknown webhook
    10062: Meaning.TOKEN_DEAD,  # unknown interaction: answered too late
    20016: Meaning.BUSY,  # slow mode
    20028: Meaning.BUSY,  # write rate of the channel
    20029: Meaning.BUSY,  # write rate of the server
    30046: Meaning.UNEDITABLE,  # most edits of a message older than an hour
    40003: Meaning.BUSY,  # direct messages are opened too fast
    40005: Meaning.TOO_LARGE,
    40060: Meaning.ANSWERED,
    50001: Meaning.FORBIDDEN,  # missing access
    50005: Meaning.MESSAGE_GONE,  # written by another user: ours is not there any more
    50006: Meaning.INVALID,  # empty message
    50007: Meaning.FORBIDDEN,  # this member takes no direct messages
    50013: Meaning.FORBIDDEN,  # missing permissions
    50027: Meaning.TOKEN_DEAD,
    50035: Meaning.INVALID,
    50045: Meaning.TOO_LARGE,
    50083: Meaning.UNEDITABLE,  # the thread is archived; a new message wakes it
    50278: Meaning.FORBIDDEN,  # no server in common
    160002: Meaning.FORBIDDEN,  # answering a message takes Read Message History
    160004: Meaning.ANSWERED,  # the message has its thread already
    160005: Meaning.LOCKED,
    200000: Meaning.BLOCKED,
    200001: Meaning.BLOCKED,
    240000: Meaning.BLOCKED,
}
_UNSAID_SECONDS = 60.0
"""A wait for refusals that do not name one, as those of the gate before Discord (no code, no JSON)."""


class Fault(Exception):
    """A call that failed, judged.

    Attributes:
        seconds: how long Discord asked to wait; None if it did not say.
        reason: for logs and `/info`; holds no token.
    """

    def __init__(self, meaning: Meaning, reason: str, seconds: float | None = None) -> None:
        super().__init__(reason)
        self.meaning = meaning
        self.reason = reason
        self.seconds = seconds


def judge(error: BaseException) -> Fault:
    """The meaning of one of `ERRORS`."""
    if isinstance(error, discord.RateLimited):
        return Fault(Meaning.BUSY, f"rate limit, {error.retry_after:.0f} s", error.retry_after)
    if not isinstance(error, discord.HTTPException):
        return Fault(Meaning.BUSY, f"no answer: {type(error).__name__}")
    reason = f"HTTP {error.status}, code {error.code}"
    meaning = _CODES.get(error.code) or _by_status(error)
    if meaning is Meaning.INVALID:
        reason = f"{reason}: {error.text[:300]}"
    return Fault(meaning, reason, _wait(error) if meaning is Meaning.BUSY else None)


def _by_status(error: discord.HTTPException) -> Meaning:
    match error.status:
        case 401 | 404:
            return Meaning.TOKEN_DEAD
        case 403:
            return Meaning.FORBIDDEN if error.code else Meaning.BUSY
        case 413:
            return Meaning.TOO_LARGE
        case status if status == 429 or status >= 500:
            return Meaning.BUSY
        case _:
            return Meaning.INVALID


def _wait(error: discord.HTTPException) -> float | None:
    """How long to wait; None if nobody said and the usual back-off will do."""
    if error.status >= 500:
        return None
    headers = error.response.headers
    for said in (headers.get("Retry-After"), headers.get("X-RateLimit-Reset-After"), _body(error).get("retry_after")):
        try:
            return float(str(said))
        except ValueError:
            continue
    return _UNSAID_SECONDS


def _body(error: discord.HTTPException) -> Mapping[str, Any]:
    """What Discord said, of which discord.py keeps the code and the words only."""
    try:
        body = json.loads(getattr(error.response, "_body", None) or b"")  # read already; `json()` would be awaited
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}
