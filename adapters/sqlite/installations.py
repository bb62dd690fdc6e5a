"""Slack's installations in our database.

Kept as JSON under enterprise and team: what an installation consists of is the Slack adapter's to know.
"""

import json
from collections.abc import Mapping
from typing import Any

from adapters.sqlite.database import Database


class SqliteInstallations:
    """Meets `adapters.slack.tokens.InstallationStore`; the database belongs to the job store."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def save(self, *, enterprise: str, team: str, content: Mapping[str, Any]) -> None:
        await self._database.change(
            "INSERT INTO installations (enterprise, team, content) VALUES (?, ?, ?)"
            " ON CONFLICT (enterprise, team) DO UPDATE SET content = excluded.content",
            (enterprise, team, json.dumps(content)),
        )

    async def find(self, *, enterprise: str, team: str) -> Mapping[str, Any] | None:
        rows = await self._database.read(
            "SELECT content FROM installations WHERE enterprise = ? AND team = ?", (enterprise, team)
        )
        return json.loads(rows[0]["content"]) if rows else None

    async def remove(self, *, enterprise: str, team: str) -> None:
        await self._database.change("DELETE FROM installations WHERE enterprise = ? AND team = ?", (enterprise, team))
        await self._database.purge()
