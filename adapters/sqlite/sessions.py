"""`SessionStore` in the job store's database; sessions end when their member is forgotten."""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import asdict

from adapters.sqlite.database import Database
from bot.domain.access import Asker
from bot.domain.request import Requester

_OPEN = """
INSERT OR REPLACE INTO sessions (token, kind, requester_key, asker, expires_at) VALUES (?, ?, ?, ?, ?)
"""
_FIND = "SELECT asker FROM sessions WHERE kind = ? AND token = ? AND expires_at > ?"
_SPEND = "DELETE FROM sessions WHERE kind = ? AND token = ? AND expires_at > ? RETURNING asker"
_PLACES = """
SELECT asker FROM sessions WHERE requester_key = ? AND kind = 'place' AND expires_at > ?
ORDER BY expires_at DESC LIMIT ?
"""
_LINKS = "SELECT count(*) AS open FROM sessions WHERE requester_key = ? AND kind = 'link' AND expires_at > ?"


class SqliteSessions:
    """Meets `bot.sign_in.SessionStore`; the database belongs to the job store."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def open(self, kind: str, token: str, asker: Asker, *, expires_at: float) -> None:
        await self._database.change(_OPEN, (token, kind, asker.requester.key, _column(asker), expires_at))

    async def find(self, kind: str, token: str, *, now: float) -> Asker | None:
        rows = await self._database.read(_FIND, (kind, token, now))
        return _asker(rows[0]["asker"]) if rows else None

    async def spend(self, kind: str, token: str, *, now: float) -> Asker | None:
        def spend(tx: sqlite3.Connection) -> Asker | None:
            rows = tx.execute(_SPEND, (kind, token, now)).fetchall()
            tx.execute("DELETE FROM sessions WHERE expires_at <= ?", (now,))
            return _asker(rows[0]["asker"]) if rows else None

        return await self._database.transaction(spend)

    async def prolong(self, kind: str, token: str, *, expires_at: float) -> None:
        await self._database.change(
            "UPDATE sessions SET expires_at = ? WHERE kind = ? AND token = ?", (expires_at, kind, token)
        )

    async def close_all(self, requester_key: str) -> None:
        await self._database.change(
            "DELETE FROM sessions WHERE requester_key = ? AND kind != 'place'", (requester_key,)
        )

    async def places(self, requester_key: str, *, now: float, limit: int) -> Sequence[Asker]:
        rows = await self._database.read(_PLACES, (requester_key, now, limit))
        return [_asker(row["asker"]) for row in rows]

    async def links(self, requester_key: str, *, now: float) -> int:
        (row,) = await self._database.read(_LINKS, (requester_key, now))
        return int(row["open"])


def _column(asker: Asker) -> str:
    values = asdict(asker) | {"roles": sorted(asker.roles)}
    return json.dumps(
        {
            name: value
            for name, value in values.items()
            if name not in {"site", "writes", "moderates", "operates", "shown", "others"}
        }
    )


def _asker(column: str) -> Asker:
    values = json.loads(column)
    return Asker(
        **values
        | {
            "requester": Requester(**values["requester"]),
            "rooms": tuple(values["rooms"]),
            "roles": frozenset(values["roles"]),
        }
    )
