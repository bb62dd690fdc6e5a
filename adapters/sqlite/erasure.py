"""Letting go of jobs: in slices, between which other writers get in, and by indexes, never by a scan.

What goes is named with its pictures, so that whoever asked can take those off the disk that nothing else needs.
"""

import json
import sqlite3
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial

from adapters.sqlite import codec
from adapters.sqlite.database import Database
from bot.domain.errors import StorageFailed
from bot.domain.ids import GenerationId, ImageId, JobId, index_of, job_of
from bot.erasure import Removed, Retention

SLICE = 100
"""Rows that are read or looked up at a time."""

_AT_A_TIME = 25
"""Jobs that are let go of in one transaction: some milliseconds, for which others who write have to wait."""

_MOST_SLICES = 800
"""Slices of one sweep; what is due beyond them is for the next one."""

_DUE_PICTURES = """
SELECT seq, ended_at FROM jobs WHERE pictures_kept AND ended_at < :before AND (ended_at, seq) > (:ended, :seq)
    AND (EXISTS (SELECT 1 FROM outbox WHERE outbox.job = jobs.id AND done)
        OR :on IS NOT NULL AND reply_to ->> 'platform' NOT IN (SELECT value FROM json_each(:on)))
    AND NOT EXISTS (SELECT 1 FROM generations WHERE generations.job = jobs.id AND kept)
ORDER BY ended_at, seq LIMIT :most
"""
_DUE_JOBS = _DUE_PICTURES.replace("pictures_kept AND ", "")
_LET_GO = "UPDATE jobs SET pictures_kept = 0 WHERE seq IN (SELECT value FROM json_each(?))"
_DELETE = "DELETE FROM jobs WHERE seq IN (SELECT value FROM json_each(?))"
_OLD_USAGE = "DELETE FROM usage WHERE rowid IN (SELECT rowid FROM usage WHERE at < ? LIMIT ?)"
_OLD_INBOX = "DELETE FROM inbox WHERE rowid IN (SELECT rowid FROM inbox WHERE settled AND received_at < ? LIMIT ?)"
_OLD_WITHOUT_CHAT = """
DELETE FROM inbox WHERE rowid IN (SELECT rowid FROM inbox WHERE settled = 0 AND received_at < ?
    AND platform NOT IN (SELECT value FROM json_each(?)) LIMIT ?)
"""
"""Events that nobody will work off: their chat is off."""

_OLD_SESSIONS = "DELETE FROM sessions WHERE rowid IN (SELECT rowid FROM sessions WHERE expires_at <= ? LIMIT ?)"

_EMPTY = """
UPDATE jobs SET pictures_kept = 0, notes = '[]', lineage = json_set(lineage, '$.description', '') WHERE seq = ?
"""
"""The description is in its member's words, and notes quote what they sent."""

_TAKE_BACK = """
WITH some AS (SELECT id, reply_to FROM jobs WHERE seq IN (SELECT value FROM json_each(:jobs)))
INSERT OR REPLACE INTO notices (message, job, reply_to, until, pictures)
    SELECT outbox.message, NULL, some.reply_to, 0.0, 1 FROM some JOIN outbox ON outbox.job = some.id
        WHERE outbox.message IS NOT NULL
    UNION ALL SELECT message, NULL, copy_messages.reply_to, 0.0, 1 FROM some JOIN copy_messages ON job = some.id
"""
"""What shows some jobs in the chats is to be taken back."""

_NO_COPIES = "DELETE FROM copy_messages WHERE job = ?"

_IMAGES = """
WITH some AS (SELECT id, source, recipes ->> '$[0].control.map' AS map FROM jobs
    WHERE seq IN (SELECT value FROM json_each(:jobs)))
SELECT source AS image FROM some
UNION SELECT map FROM some WHERE map IS NOT NULL
UNION SELECT generations.image FROM some JOIN generations ON generations.job = some.id
"""
"""The pictures of some jobs."""

_NEEDED = """
SELECT value AS image FROM json_each(?) WHERE
    EXISTS (SELECT 1 FROM jobs WHERE source = value AND pictures_kept)
    OR EXISTS (SELECT 1 FROM jobs WHERE recipes ->> '$[0].control.map' = value AND pictures_kept)
    OR EXISTS (
        SELECT 1 FROM generations JOIN jobs ON jobs.id = generations.job WHERE generations.image = value
        AND pictures_kept
    )
"""

_HOLDERS = """
SELECT seq, requester_key FROM json_each(?1) JOIN jobs ON source = value WHERE pictures_kept
UNION SELECT seq, requester_key FROM json_each(?1)
    JOIN jobs ON recipes ->> '$[0].control.map' = value WHERE pictures_kept
UNION SELECT seq, jobs.requester_key FROM json_each(?1) JOIN generations ON generations.image = value
    JOIN jobs ON jobs.id = generations.job WHERE pictures_kept
"""


class Erasure:
    """The part of the job store that removes.

    Attributes:
        database: for what else is kept in the same file.
    """

    def __init__(self, database: Database) -> None:
        self.database = database

    async def sweep(self, retention: Retention) -> frozenset[ImageId]:
        on = None if retention.on is None else json.dumps(sorted(retention.on))
        old: list[tuple[str, tuple[str | float, ...]]] = [
            (_OLD_USAGE, (retention.usage_before,)),
            (_OLD_INBOX, (retention.inbox_before,)),
            (_OLD_SESSIONS, (retention.sessions_before,)),
        ]
        if on is not None:
            old.append((_OLD_WITHOUT_CHAT, (retention.inbox_before, on)))
        for statement, values in old:
            for _ in range(_MOST_SLICES):
                if await self.change(statement, *values, SLICE) < SLICE:
                    break
        let_go = set[ImageId]()
        with _as_far_as_the_disk_takes_it(let_go):
            await self._sweep_jobs(_DUE_PICTURES, retention.pictures_before, on, _LET_GO, let_go)
            await self._sweep_jobs(_DUE_JOBS, retention.jobs_before, on, _DELETE, let_go)
            await self.database.purge()
        await self.database.forget_old_copies()
        return frozenset(let_go)

    async def _sweep_jobs(self, due: str, before: float, on: str | None, change: str, let_go: set[ImageId]) -> None:
        """Let go of jobs in slices, between which other writers get in."""
        looked = {"before": before, "on": on, "most": _AT_A_TIME, "ended": -1e300, "seq": 0}
        for _ in range(_MOST_SLICES):
            rows = await self.database.read(due, looked)
            if not rows:
                break
            looked |= {"ended": rows[-1]["ended_at"], "seq": rows[-1]["seq"]}
            found = json.dumps([row["seq"] for row in rows])
            images = {ImageId(row["image"]) for row in await self.database.read(_IMAGES, {"jobs": found})}
            await self.change(change, found)
            let_go |= images

    async def forget(self, requester_key: str) -> Removed:
        await self.change("DELETE FROM sessions WHERE requester_key = ?", requester_key)
        return await self._forget("requester_key = ?", requester_key, take_back=True)

    async def forget_space(self, platform: str, space: str) -> Removed:
        await self.change(
            "DELETE FROM sessions WHERE asker ->> '$.requester.platform' = ? AND asker ->> '$.requester.space' = ?",
            platform,
            space,
        )
        return await self._forget("requester ->> 'platform' = ? AND requester ->> 'space' = ?", platform, space)

    async def _forget(self, whose: str, *values: str, take_back: bool = False) -> Removed:
        """Remove ended jobs in slices, their events with them."""
        query = f"SELECT seq, id, event_id FROM jobs WHERE {whose} AND ended_at IS NOT NULL LIMIT {_AT_A_TIME}"  # noqa: S608 -- the words above
        gone: dict[int, JobId] = {}
        let_go = set[ImageId]()
        with _as_far_as_the_disk_takes_it(let_go):
            while rows := await self.database.read(query, values):
                found = json.dumps([row["seq"] for row in rows])
                let_go |= await self.database.transaction(
                    partial(_delete, found=found, events=[row["event_id"] for row in rows], take_back=take_back)
                )
                gone |= {row["seq"]: JobId(row["id"]) for row in rows}
            await self.database.purge()
        return Removed(jobs=[gone[seq] for seq in sorted(gone)], images=frozenset(let_go))

    async def remove_generation(self, generation: GenerationId) -> frozenset[ImageId]:
        return await self.database.transaction(partial(_remove_generation, generation=generation))

    async def purge(self) -> None:
        await self.database.purge()

    async def needed(self, images: Collection[ImageId]) -> frozenset[ImageId]:
        found = set[ImageId]()
        for some in _batched(images, SLICE):
            rows = await self.database.read(_NEEDED, (json.dumps(some),))
            found |= {ImageId(row["image"]) for row in rows}
        return frozenset(found)

    async def holders(self, images: Collection[ImageId], *, besides: str = "") -> int:
        jobs = set[int]()
        for some in _batched(images, SLICE):
            rows = await self.database.read(_HOLDERS, (json.dumps(some),))
            jobs |= {row["seq"] for row in rows if row["requester_key"] != besides}
        return len(jobs)

    async def change(self, statement: str, *parameters: str | float) -> int:
        """One statement in a transaction of its own; how many rows it changed."""
        return await self.database.change(statement, parameters)


@contextmanager
def _as_far_as_the_disk_takes_it(let_go: Collection[ImageId]) -> Iterator[None]:
    """Stop at a disk that refuses once something went: its pictures have to go too, which may be what makes room."""
    try:
        yield
    except StorageFailed:
        if not let_go:
            raise


def _delete(tx: sqlite3.Connection, *, found: str, events: Sequence[str], take_back: bool) -> frozenset[ImageId]:
    images = _images(tx, found)
    if take_back:
        tx.execute(_TAKE_BACK, {"jobs": found})
    tx.execute(_DELETE, (found,))
    tx.executemany("DELETE FROM inbox WHERE id = ?", [(event,) for event in events])
    return images


def _images(tx: sqlite3.Connection, found: str) -> frozenset[ImageId]:
    """The pictures of some jobs; `found` names them as a JSON list."""
    return frozenset(ImageId(row["image"]) for row in tx.execute(_IMAGES, {"jobs": found}).fetchall())


def _remove_generation(tx: sqlite3.Connection, *, generation: GenerationId) -> frozenset[ImageId]:
    rows = tx.execute("DELETE FROM generations WHERE id = ? RETURNING image", (generation,)).fetchall()
    return frozenset(ImageId(row["image"]) for row in rows) | _forget_prompt(tx, generation)


def _forget_prompt(tx: sqlite3.Connection, generation: GenerationId) -> frozenset[ImageId]:
    """Empty the prompt of one picture in its ended job; without any result left, let go of all words and pictures."""
    job, number = job_of(generation), index_of(generation)
    row = tx.execute("SELECT seq, recipes FROM jobs WHERE id = ? AND ended_at IS NOT NULL", (job,)).fetchone()
    if row is None:
        return frozenset()
    recipes = list(codec.recipes_from(row["recipes"]))
    recipes[number] = replace(recipes[number], prompt="", negative_prompt="")
    left = tx.execute("SELECT 1 FROM generations WHERE job = ? LIMIT 1", (job,)).fetchone() is not None
    found = json.dumps([row["seq"]])
    images = frozenset[ImageId]() if left else _images(tx, found)
    tx.execute("UPDATE jobs SET recipes = ? WHERE seq = ?", (codec.recipes_column(recipes), row["seq"]))
    if not left:
        tx.execute(_EMPTY, (row["seq"],))
        tx.execute(_TAKE_BACK, {"jobs": found})
        tx.execute(_NO_COPIES, (job,))
    return images


def _batched(images: Collection[ImageId], size: int) -> Iterator[list[ImageId]]:
    """Slices of at most `size`."""
    each = list(images)
    for start in range(0, len(each), size):
        yield each[start : start + size]
