"""The part of the job store that knows what is said around a job's message."""

import json
from collections.abc import Sequence

from adapters.sqlite.database import Database
from bot.domain.ids import JobId
from bot.domain.request import ReplyTarget
from bot.stores import MadeCall, MessageRef

_CALLED = """
INSERT OR REPLACE INTO calls (job, message, until) SELECT id, ?, ? FROM jobs WHERE id = ?
"""
_CALLS = "SELECT calls.*, reply_to FROM calls JOIN jobs ON jobs.id = calls.job ORDER BY until, job"


class Conversations:
    """Meets `bot.stores.CallStore`.

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

    async def uncalled(self, job: JobId) -> None:
        await self.database.change("DELETE FROM calls WHERE job = ?", (job,))
