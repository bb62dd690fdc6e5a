"""The part of the job store that knows what is said around a job's message, and where copies of it stand."""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import asdict

from adapters.sqlite.database import Database
from bot.domain.ids import JobId
from bot.domain.request import ReplyTarget
from bot.stores import Copy, MessageRef, Notice, Passes

_PUT_UP = """
INSERT OR REPLACE INTO notices (message, job, reply_to, until, pictures)
    VALUES (?, (SELECT id FROM jobs WHERE id = ?), ?, ?, ?)
"""
_NOTICES = "SELECT * FROM notices WHERE reply_to ->> '$.platform' = ? ORDER BY until, message LIMIT ?"
_NOTICE_PLATFORMS = "SELECT DISTINCT reply_to ->> '$.platform' AS platform FROM notices INDEXED BY notices_until"
_HEARD = """
UPDATE notices SET until = :at
WHERE job = :job AND until > :at AND EXISTS (SELECT 1 FROM jobs WHERE id = :job AND requester_key = :requester)
"""
_PASSES = """
SELECT count(*) AS passes, coalesce(max(offers_thread), 0) AS offered FROM jobs INDEXED BY jobs_of_family
WHERE lineage ->> '$.root' BETWEEN :family || '.' AND :family || '.:' AND place = :place AND NOT private
    AND status IN ('queued', 'running', 'succeeded')
"""
_OPENED = """
INSERT INTO threads (family, place, thread) SELECT id, ?, ? FROM jobs WHERE id = ? ON CONFLICT DO NOTHING
"""
_TAKEN = """
UPDATE jobs SET offers_thread = 0
WHERE lineage ->> '$.root' BETWEEN :family || '.' AND :family || '.:' AND place = :place AND offers_thread
"""
_COPIED = "INSERT INTO copies (job, place) SELECT id, :place FROM jobs WHERE id = :job ON CONFLICT DO NOTHING"
_STANDS = """
INSERT OR REPLACE INTO copy_messages (message, job, reply_to)
    SELECT :message, :job, :reply_to WHERE EXISTS (SELECT 1 FROM generations WHERE job = :job)
"""
_UNVEIL = "UPDATE jobs SET lineage = json_set(lineage, '$.spoiler', json('false')) WHERE id = :job"
_UNHIDE = """
UPDATE jobs INDEXED BY jobs_of_family
SET lineage = json_set(lineage, '$.source_hidden', json('false'), '$.source_withheld', json('false'))
WHERE lineage ->> '$.root' IN (SELECT coalesce(lineage ->> '$.root', id) FROM generations WHERE job = :job)
    AND source IN (SELECT image FROM generations WHERE job = :job)
"""
_RESULTS_AS_THEIR_JOBS = """
UPDATE generations SET lineage = (SELECT lineage FROM jobs WHERE id = generations.job)
WHERE job = :job OR job IN (
    SELECT id FROM jobs
    WHERE lineage ->> '$.root' IN (SELECT coalesce(lineage ->> '$.root', id) FROM generations WHERE job = :job)
)
"""

_REPLACED = """
INSERT INTO notices (message, job, reply_to, until, pictures)
    SELECT :message, NULL, reply_to, 0.0, 0 FROM jobs WHERE id = :job AND :message IS NOT NULL ON CONFLICT DO NOTHING
"""
"""A conflict: its job is deleted meanwhile, and it goes with its pictures."""


class Conversations:
    """Meets `bot.stores.NoticeStore`, `ThreadStore` and a part of `ResultStore` and of `DutyStore`.

    Attributes:
        database: of the job store.
    """

    database: Database

    async def posted(self, job: JobId, message: MessageRef, *, instead_of: MessageRef | None = None) -> None:
        def note(tx: sqlite3.Connection) -> None:
            tx.execute("UPDATE outbox SET message = ?, attempts = 0 WHERE job = ?", (message, job))
            tx.execute(_REPLACED, {"job": job, "message": instead_of})

        await self.database.transaction(note)

    async def copied(self, job: JobId, place: str, *, openly: bool = False) -> None:
        def note(tx: sqlite3.Connection) -> None:
            tx.execute(_COPIED, {"job": job, "place": place})
            for update in (_UNHIDE, *([_UNVEIL] if openly else []), _RESULTS_AS_THEIR_JOBS):
                tx.execute(update, {"job": job})

        await self.database.transaction(note)

    async def copies(self, job: JobId) -> frozenset[str]:
        rows = await self.database.read("SELECT place FROM copies WHERE job = ?", (job,))
        return frozenset(row["place"] for row in rows)

    async def copy_stands(self, copy: Copy) -> bool:
        reply_to = json.dumps(asdict(copy.reply_to))
        values = {"message": copy.message, "job": copy.job, "reply_to": reply_to}
        return bool(await self.database.change(_STANDS, values))

    async def put_up(self, notice: Notice) -> None:
        reply_to = json.dumps(asdict(notice.reply_to))
        await self.database.change(_PUT_UP, (notice.message, notice.job, reply_to, notice.until, notice.pictures))

    async def notices(self, platform: str, *, most: int) -> Sequence[Notice]:
        return [
            Notice(
                message=row["message"],
                reply_to=ReplyTarget(**json.loads(row["reply_to"])),
                until=row["until"],
                job=JobId(row["job"]) if row["job"] else None,
                pictures=bool(row["pictures"]),
            )
            for row in await self.database.read(_NOTICES, (platform, most))
        ]

    async def notice_platforms(self) -> Sequence[str]:
        return [str(row["platform"]) for row in await self.database.read(_NOTICE_PLATFORMS)]

    async def heard(self, job: JobId, requester_key: str, *, at: float) -> bool:
        return bool(await self.database.change(_HEARD, {"job": job, "requester": requester_key, "at": at}))

    async def passes(self, family: JobId, place: str) -> Passes:
        (row,) = await self.database.read(_PASSES, {"family": family, "place": place})
        return Passes(count=row["passes"], offered=bool(row["offered"]))

    async def thread(self, family: JobId, place: str) -> str:
        rows = await self.database.read("SELECT thread FROM threads WHERE family = ? AND place = ?", (family, place))
        return str(rows[0]["thread"]) if rows else ""

    async def opened(self, family: JobId, place: str, thread: str) -> None:
        def note(tx: sqlite3.Connection) -> None:
            tx.execute(_OPENED, (place, thread, family))
            tx.execute(_TAKEN, {"family": family, "place": place})

        await self.database.transaction(note)

    async def closed(self, thread: str) -> None:
        await self.database.change("DELETE FROM threads WHERE thread = ?", (thread,))

    async def taken_down(self, message: MessageRef) -> None:
        await self.database.change("DELETE FROM notices WHERE message = ?", (message,))
