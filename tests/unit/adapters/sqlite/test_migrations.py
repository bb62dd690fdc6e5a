"""Databases of earlier versions open, and what they lack is found out."""

import json
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from adapters.sqlite import codec
from adapters.sqlite.migrations import MIGRATIONS
from adapters.sqlite.store import SqliteJobStore
from bot.domain.request import ReplyTarget, Requester
from tests.builders.jobs import a_job

BEFORE_PLACES = 5
"""Steps that a database had seen before jobs knew the conversation in which they were asked for."""

DISCORD = ReplyTarget(
    platform="discord", address={"discord": json.dumps({"user": "1", "channel": "42", "guild": "7"})}
)
SLACK = ReplyTarget(platform="slack", address={"team": "T1", "user": "U1", "channel": "C1", "home_channel": "C1"})
SLACK_PRIVATE = ReplyTarget(
    platform="slack", address={"team": "T1", "user": "U1", "channel": "U1", "home_channel": "C1"}
)


@pytest.mark.parametrize(
    ("target", "space", "place"),
    [
        (DISCORD, "7", "discord:channel:42"),
        (SLACK, "T1", "slack:T1/C1"),
        (SLACK_PRIVATE, "T1", "slack:T1/C1"),
        (ReplyTarget(platform="console"), "", ""),
    ],
)
async def test_a_job_of_an_earlier_version_stands_where_its_message_was_to_go(
    tmp_path: Path, target: ReplyTarget, space: str, place: str
) -> None:
    old = replace(a_job(), reply_to=target, requester=Requester(platform=target.platform, user="U1", space=space))
    row = {name: value for name, value in codec.job_columns(old).items() if name not in {"place", "offers_thread"}}
    file = tmp_path / "old.db"
    with sqlite3.connect(file) as database:
        database.executescript("".join(MIGRATIONS[:BEFORE_PLACES]))
        names = ", ".join(row)
        database.execute(f"INSERT INTO jobs ({names}) VALUES ({', '.join(f':{name}' for name in row)})", row)
        database.execute(f"PRAGMA user_version = {BEFORE_PLACES}")
    database.close()
    async with SqliteJobStore(file) as store:
        assert await store.open_jobs() == [replace(old, place=place)]
