"""What a migration does with what is there already."""

import sqlite3
from contextlib import closing

from adapters.sqlite.migrations import MIGRATIONS

_JOB = """
INSERT INTO jobs (id, event_id, requester_key, status, attempt, strikes, lease, error, created_at, action, requester,
    reply_to, source, recipes, lineage, private, locale, pixels, notes)
VALUES (?, ?, 'x', 'succeeded', 1, 0, '', '', 0.0, 'img2img', ?, '{}', '', '[]', '{}', 0, 'en', 1, '[]')
"""


def test_places_that_used_the_bot_before_there_were_greetings_count_as_greeted() -> None:
    with closing(sqlite3.connect(":memory:")) as database:
        before = next(place for place, step in enumerate(MIGRATIONS) if "CREATE TABLE greetings" in step)
        for step in MIGRATIONS[:before]:
            database.executescript(step)
        for number, who in enumerate(
            (
                '{"platform": "discord", "space": "7"}',
                '{"platform": "discord", "space": "7"}',
                '{"platform": "discord", "space": ""}',
                '{"platform": "slack", "space": "T1"}',
                '{"platform": "console", "space": "x"}',
            )
        ):
            database.execute(_JOB, (f"job{number}", f"event{number}", who))
        database.commit()
        for step in MIGRATIONS[before:]:
            database.executescript(step)
        greeted = database.execute("SELECT key FROM greetings ORDER BY key").fetchall()
    assert greeted == [("discord:guild:7",), ("slack:T1/",)]
