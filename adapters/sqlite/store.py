"""`JobStore` on SQLite. What each method promises is written down in `bot.stores`; here is only how."""

import asyncio
import json
import math
import sqlite3
from collections.abc import Callable, Collection, Sequence
from functools import partial
from pathlib import Path
from typing import Self
from uuid import uuid4

from adapters.sqlite import codec
from adapters.sqlite.conversations import Conversations
from adapters.sqlite.database import UNFINISHED, Database, publish
from adapters.sqlite.erasure import SLICE, Erasure
from adapters.sqlite.migrations import MIGRATIONS
from adapters.sqlite.overseeing import Overseen
from bot.domain.errors import StorageFailed
from bot.domain.ids import GenerationId, ImageId, JobId
from bot.domain.job import Generation, Job, JobStatus
from bot.domain.limits import Usage
from bot.domain.place import PlaceSettings
from bot.in_thread import in_thread
from bot.listing import Cursor, Kept, ResultsPage
from bot.stores import Due, Duty, InboxEvent, MessageRef

_REFUNDED = frozenset({JobStatus.CANCELLED, JobStatus.REFUSED, JobStatus.FAILED})

_SETTLE = "UPDATE inbox SET settled = 1, payload = '' WHERE id = ?"

_ADD_JOB = """
INSERT INTO jobs (
    id, event_id, requester_key, status, attempt, strikes, lease, error, created_at, started_at, ended_at, action,
    requester, reply_to, source, recipes, lineage, private, locale, pixels, notes, site,
    place, offers_thread
) VALUES (
    :id, :event_id, :requester_key, :status, :attempt, :strikes, :lease, :error, :created_at, :started_at, :ended_at,
    :action, :requester, :reply_to, :source, :recipes, :lineage, :private, :locale, :pixels, :notes, :site,
    :place, :offers_thread
)
"""

_MOVE_JOB = """
UPDATE jobs SET
    status = :status, attempt = :attempt, strikes = :strikes, lease = :lease, error = :error,
    started_at = :started_at, ended_at = :ended_at
WHERE id = :id AND status = :status_before AND attempt = :attempt_before
"""

_ADD_GENERATION = """
INSERT OR REPLACE INTO generations (
    id, job, number, requester, source, image, recipe, lineage, width, height, effective_steps, seconds, created_at,
    notes, safety, kept
) VALUES (
    :id, :job, :number, :requester, :source, :image, :recipe,
    coalesce((SELECT lineage FROM jobs WHERE id = :job), :lineage),  -- what is published meanwhile counts
    :width, :height, :effective_steps, :seconds, :created_at, :notes, :safety, :kept
)
"""

_USAGE = """
SELECT
    (SELECT count(*) FROM jobs WHERE requester_key = :key AND status IN ('queued', 'running')) AS pending,
    (SELECT coalesce(sum(pictures), 0) FROM usage WHERE requester_key = :key AND at BETWEEN :since AND :until)
        AS pictures,
    (SELECT min(at) FROM usage WHERE requester_key = :key AND at BETWEEN :since AND :until) AS oldest_at
"""

_REFERENCED = """
SELECT source AS image FROM jobs WHERE pictures_kept
UNION SELECT generations.image FROM generations JOIN jobs ON jobs.id = generations.job WHERE pictures_kept
UNION SELECT generations.source FROM generations JOIN jobs ON jobs.id = generations.job WHERE pictures_kept
UNION SELECT recipes ->> '$[0].control.map' AS map FROM jobs WHERE pictures_kept AND map IS NOT NULL
"""

_MADE = "SELECT * FROM generations WHERE job = ? ORDER BY number"

_DUE = """
SELECT outbox.job, outbox.message, outbox.attempts, outbox.due_at, outbox.undeliverable, jobs.*
FROM outbox JOIN jobs ON jobs.id = outbox.job WHERE outbox.job = ?
"""

_KEEP = """
UPDATE generations SET kept = ?1 WHERE id = ?2
    AND (NOT ?1 OR EXISTS (SELECT 1 FROM jobs WHERE jobs.id = generations.job AND pictures_kept))
"""
_KEEPS = """
SELECT count(*) AS kept FROM generations INDEXED BY generations_kept JOIN jobs ON jobs.id = generations.job
WHERE kept AND jobs.requester_key = ?
"""

_RESULTS = """
SELECT * FROM jobs WHERE requester_key = :key AND (created_at, seq) < (:at, :seq) AND status = 'succeeded'
    AND (:words = '' OR instr(lower(recipes ->> '$[0].prompt'), lower(:words)))
    AND (:style = '' OR recipes ->> '$[0].style' = :style)
    AND EXISTS (SELECT 1 FROM generations WHERE generations.job = jobs.id)
ORDER BY created_at DESC, seq DESC LIMIT :limit
"""

_GENERATIONS_OF = """
SELECT * FROM generations WHERE job IN (SELECT value FROM json_each(?)) ORDER BY job, number
"""


class SqliteJobStore(Erasure, Overseen, Conversations):
    """An async context manager that owns the database file at `path`.

    Attributes:
        database: for what else is kept in the same file.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(Database(path))

    async def __aenter__(self) -> Self:
        """Open the database.

        Raises:
            FatalError: it is damaged, of a newer version, or cannot be opened.
        """
        await self.database.__aenter__()
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await self.database.__aexit__(*exc_info)

    async def receive(self, event: InboxEvent) -> bool:
        changed = await self.database.change(
            "INSERT INTO inbox (id, platform, payload, received_at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
            (event.id, event.platform, event.payload, event.received_at),
        )
        return changed == 1

    async def settle(self, event_id: str) -> None:
        await self.database.change(_SETTLE, (event_id,))

    async def unsettled(self, platform: str) -> Sequence[InboxEvent]:
        rows = await self.database.read(
            "SELECT * FROM inbox WHERE platform = ? AND settled = 0 ORDER BY received_at, rowid", (platform,)
        )
        return [codec.event_from(row) for row in rows]

    async def add(self, job: Job, *, generation: Generation | None = None) -> Job:
        return await self.database.transaction(partial(_add, job=job, generation=generation))

    async def replace(self, before: Job, after: Job, *, generation: Generation | None = None, begun: int = 0) -> bool:
        return await self.database.transaction(
            partial(_replace, before=before, after=after, generation=generation, begun=begun)
        )

    async def job(self, job: JobId) -> Job | None:
        rows = await self.database.read("SELECT * FROM jobs WHERE id = ?", (job,))
        return codec.job_from(rows[0]) if rows else None

    async def generation(self, generation: GenerationId) -> Generation | None:
        rows = await self.database.read("SELECT * FROM generations WHERE id = ?", (generation,))
        return codec.generation_from(rows[0]) if rows else None

    async def generations(self, job: JobId) -> Sequence[Generation]:
        rows = await self.database.read(_MADE, (job,))
        return [codec.generation_from(row) for row in rows]

    async def open_jobs(self) -> Sequence[Job]:
        return await self._jobs("SELECT * FROM jobs WHERE status IN ('queued', 'running') ORDER BY created_at, seq")

    async def open_jobs_of(self, requester_key: str) -> Sequence[Job]:
        return await self._jobs(
            "SELECT * FROM jobs INDEXED BY jobs_open_of WHERE requester_key = ? AND status IN ('queued', 'running')"
            " ORDER BY created_at, seq",
            requester_key,
        )

    async def open_jobs_in(self, platform: str, space: str) -> Sequence[Job]:
        return await self._jobs(
            "SELECT * FROM jobs WHERE requester ->> 'platform' = ? AND requester ->> 'space' = ?"
            " AND status IN ('queued', 'running') ORDER BY created_at, seq",
            platform,
            space,
        )

    async def _jobs(self, query: str, *parameters: str | float) -> Sequence[Job]:
        jobs = []
        for number, row in enumerate(await self.database.read(query, parameters)):
            if number % SLICE == SLICE - 1:
                await asyncio.sleep(0)  # thousands of them take seconds
            jobs.append(codec.job_from(row))
        return jobs

    async def jobs_of(self, requester_key: str, *, limit: int) -> Sequence[Job]:
        return await self._jobs(
            "SELECT * FROM jobs WHERE requester_key = ? ORDER BY created_at DESC, seq DESC LIMIT ?",
            requester_key,
            limit,
        )

    async def results_of(
        self, requester_key: str, *, before: Cursor | None = None, words: str = "", style: str = "", limit: int
    ) -> ResultsPage:
        rows = await self.database.read(
            _RESULTS,
            {
                "key": requester_key,
                "at": before[0] if before else math.inf,
                "seq": before[1] if before else 0,
                "words": words,
                "style": style,
                "limit": limit + 1,
            },
        )
        shown = rows[:limit]
        made = await self.database.read(_GENERATIONS_OF, (json.dumps([row["id"] for row in shown]),))
        generations: dict[str, list[Generation]] = {}
        for each in made:
            generations.setdefault(each["job"], []).append(codec.generation_from(each))
        return ResultsPage(
            kept=[Kept(job=codec.job_from(row), generations=generations.get(row["id"], [])) for row in shown],
            more=(shown[-1]["created_at"], shown[-1]["seq"]) if len(rows) > limit else None,
        )

    async def keep(self, generation: GenerationId, *, on: bool) -> bool:
        return bool(await self.change(_KEEP, on, generation))

    async def keeps(self, requester_key: str) -> int:
        (row,) = await self.database.read(_KEEPS, (requester_key,))
        return int(row["kept"])

    async def job_of_message(self, message: MessageRef) -> Job | None:
        rows = await self.database.read(
            "SELECT jobs.* FROM outbox JOIN jobs ON jobs.id = outbox.job WHERE outbox.message = ?", (message,)
        )
        return codec.job_from(rows[0]) if rows else None

    async def usage(self, requester_key: str, *, since: float, until: float = math.inf) -> Usage:
        (row,) = await self.database.read(_USAGE, {"key": requester_key, "since": since, "until": until})
        return Usage(pending=row["pending"], pictures=row["pictures"], oldest_at=row["oldest_at"])

    async def deliveries(self) -> Sequence[Duty]:
        rows = await self.database.read("SELECT * FROM outbox WHERE done = 0 ORDER BY due_at, rowid")
        return [codec.delivery_from(row) for row in rows]

    async def delivery(self, job: JobId) -> Duty | None:
        rows = await self.database.read("SELECT * FROM outbox WHERE job = ?", (job,))
        return codec.delivery_from(rows[0]) if rows else None

    async def due(self, job: JobId) -> Due | None:
        return await self.database.look(partial(_due, job=job))

    async def delivered(self, job: JobId) -> None:
        await self.change(
            "UPDATE outbox SET done = 1 WHERE job = ?"
            " AND EXISTS (SELECT 1 FROM jobs WHERE jobs.id = outbox.job AND ended_at IS NOT NULL)",
            job,
        )

    async def postpone(self, job: JobId, *, due_at: float) -> None:
        await self.change("UPDATE outbox SET attempts = attempts + 1, due_at = ? WHERE job = ?", due_at, job)

    async def undeliverable(self, job: JobId, reason: str) -> None:
        await self.change("UPDATE outbox SET done = 1, undeliverable = ? WHERE job = ?", reason, job)

    async def place(self, key: str) -> PlaceSettings:
        rows = await self.database.read("SELECT settings FROM places WHERE key = ?", (key,))
        return codec.place_from(rows[0]["settings"]) if rows else PlaceSettings()

    async def change_place(self, key: str, change: Callable[[PlaceSettings], PlaceSettings]) -> None:
        def set_to_changed(tx: sqlite3.Connection) -> None:
            row = tx.execute("SELECT settings FROM places WHERE key = ?", (key,)).fetchone()
            changed = change(codec.place_from(row["settings"]) if row else PlaceSettings())
            tx.execute(
                "INSERT OR REPLACE INTO places (key, settings) VALUES (?, ?)", (key, codec.place_column(changed))
            )

        await self.database.transaction(set_to_changed)

    async def forget_places(self, prefix: str) -> None:
        await self._forget_places("substr(key, 1, ?) = ?", len(prefix), prefix)

    async def forget_place(self, key: str) -> None:
        await self._forget_places("key = ?", key)

    async def _forget_places(self, which: str, *parameters: object) -> None:
        def forget(tx: sqlite3.Connection) -> None:
            for table in ("places", "greetings", "place_parents"):
                tx.execute(f"DELETE FROM {table} WHERE {which}", parameters)  # noqa: S608 -- words of our own

        await self.database.transaction(forget)

    async def set_parent(self, parent: str, places: Collection[str]) -> None:
        await self.change(
            "INSERT INTO place_parents (key, parent) SELECT value, ? FROM json_each(?) WHERE true"
            " ON CONFLICT (key) DO UPDATE SET parent = excluded.parent WHERE parent != excluded.parent",
            parent,
            json.dumps(list(places)),
        )

    async def children(self, parent: str) -> frozenset[str]:
        rows = await self.database.read("SELECT key FROM place_parents WHERE parent = ?", (parent,))
        return frozenset(row["key"] for row in rows)

    async def greet(self, key: str, event: str) -> bool:
        def note(tx: sqlite3.Connection) -> bool:
            tx.execute("INSERT INTO greetings (key, event) VALUES (?, ?) ON CONFLICT DO NOTHING", (key, event))
            found = tx.execute("SELECT 1 FROM greetings WHERE key = ? AND event = ?", (key, event))
            return found.fetchone() is not None

        return await self.database.transaction(note)

    async def greeted(self, prefix: str) -> bool:
        found = "SELECT 1 FROM greetings WHERE substr(key, 1, ?) = ? LIMIT 1"
        return bool(await self.database.read(found, (len(prefix), prefix)))

    async def forget_greeting(self, key: str) -> None:
        await self.change("DELETE FROM greetings WHERE key = ?", key)

    async def referenced_images(self) -> frozenset[ImageId]:
        return frozenset(ImageId(row["image"]) for row in await self.database.read(_REFERENCED))

    async def try_write(self) -> None:
        # A page of the log, as any change.
        await self.database.transaction(lambda tx: tx.execute(f"PRAGMA user_version = {len(MIGRATIONS)}"))

    async def backup(self, to: Path) -> None:
        await asyncio.to_thread(refuse_existing, to)
        # VACUUM INTO neither makes its file durable nor removes half a one: https://www.sqlite.org/lang_vacuum.html
        unfinished = to.with_name(f".{to.name}.{uuid4().hex}{UNFINISHED}")
        try:
            await self.database.copy_to(unfinished)
            await in_thread(_publish, unfinished, to)
        finally:
            await in_thread(partial(unfinished.unlink, missing_ok=True))


def _add(tx: sqlite3.Connection, *, job: Job, generation: Generation | None) -> Job:
    tx.execute(_SETTLE, (job.event_id,))
    known = tx.execute("SELECT * FROM jobs WHERE event_id = ?", (job.event_id,)).fetchone()
    if known is not None:
        return codec.job_from(known)
    tx.execute(_ADD_JOB, codec.job_columns(job))
    if generation is not None:
        tx.execute(_ADD_GENERATION, codec.generation_columns(generation))
    else:
        tx.execute(
            "INSERT INTO usage (job, requester_key, pictures, at) VALUES (?, ?, ?, ?)",
            (job.id, job.requester.key, len(job.recipes), job.created_at),
        )
    tx.execute("INSERT INTO outbox (job, due_at) VALUES (?, ?)", (job.id, job.created_at))
    return job


def _due(connection: sqlite3.Connection, *, job: JobId) -> Due | None:
    row = connection.execute(_DUE, (job,)).fetchone()
    if row is None:
        return None
    found = codec.job_from(row)
    made = connection.execute(_MADE, (job,)).fetchall() if found.status.ended else ()
    return Due(duty=codec.delivery_from(row), job=found, generations=[codec.generation_from(each) for each in made])


def _replace(tx: sqlite3.Connection, *, before: Job, after: Job, generation: Generation | None, begun: int) -> bool:
    fence = {"id": before.id, "status_before": before.status.value, "attempt_before": before.attempt}
    if tx.execute(_MOVE_JOB, codec.move_columns(after) | fence).rowcount == 0:
        return False
    if generation is not None:
        tx.execute(_ADD_GENERATION, codec.generation_columns(generation))
    if after.status.ended:
        tx.execute("UPDATE outbox SET due_at = ? WHERE job = ? AND done = 0", (after.ended_at or 0.0, before.id))
    if after.status in _REFUNDED:
        tx.execute(
            "UPDATE usage SET pictures = min(pictures, ? +"
            " (SELECT count(*) FROM generations WHERE job = usage.job)) WHERE job = ?",
            (begun, before.id),
        )
        tx.execute("DELETE FROM usage WHERE job = ? AND pictures = 0", (before.id,))
    return True


def refuse_existing(file: Path) -> None:
    if file.exists():
        raise FileExistsError(f"{file} is there already: give the backup another name.")


def _publish(unfinished: Path, target: Path) -> None:
    refuse_existing(target)
    try:
        publish(unfinished, target)
    except OSError as refused:
        raise StorageFailed from refused
