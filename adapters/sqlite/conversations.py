"""The part of the job store that knows what is said around a job's message."""

import json
import sqlite3
from collections.abc import Sequence

from adapters.sqlite.database import Database
from bot.domain.ids import JobId
from bot.domain.request import ReplyTarget
from bot.stores import MadeCall, MessageRef, Passes

_CALLED = """
INSERT OR REPLACE INTO calls (job, message, until) SELECT id, ?, ? FROM jobs WHERE id = ?
"""
_CALLS = "SELECT calls.*, reply_to FROM calls JOIN jobs ON jobs.id = calls.job ORDER BY until, job"
_HEARD = """
UPDATE calls SET until = :at
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


class Conversations:
    """Meets `bot.stores.CallStore` and `ThreadStore`.

    Attributes:
        database: of the job store.
    """

    database: Database

    async def called(self, job: JobId, message: MessageRef, *, until: float) -> None:
        await self.database.change(_CALLED, (message, until, job))

    async def calls(self) -> Sequence[MadeCall]:
        return [
            MadeCall(
                job=JobId(row["job"]),
                message=row["message"],
                reply_to=ReplyTarget(**json.loads(row["reply_to"])),
                until=row["until"],
            )
            for row in await self.database.read(_CALLS)
        ]

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

    async def uncalled(self, job: JobId) -> None:
        await self.database.change("DELETE FROM calls WHERE job = ?", (job,))
