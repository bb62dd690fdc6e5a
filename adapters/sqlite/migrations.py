"""The database's schema as numbered steps. Only ever append: a database out there has run the earlier ones.

`PRAGMA user_version` says how many steps a database has seen.
"""

import re
import sqlite3

from bot.domain.errors import FatalError

_FIRST = """
CREATE TABLE inbox (
    id TEXT PRIMARY KEY,
    platform TEXT NOT NULL,
    payload TEXT NOT NULL,  -- emptied once settled: it quotes a member
    received_at REAL NOT NULL,
    settled INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX inbox_unsettled ON inbox (platform, received_at) WHERE settled = 0;

CREATE TABLE jobs (
    seq INTEGER PRIMARY KEY,  -- order of arrival where times are equal
    id TEXT NOT NULL UNIQUE,
    event_id TEXT NOT NULL UNIQUE,
    requester_key TEXT NOT NULL,
    status TEXT NOT NULL,
    attempt INTEGER NOT NULL,
    strikes INTEGER NOT NULL,
    lease TEXT NOT NULL,
    error TEXT NOT NULL,
    created_at REAL NOT NULL,
    started_at REAL,
    ended_at REAL,
    action TEXT NOT NULL,
    requester TEXT NOT NULL,  -- JSON, as are reply_to, recipes, lineage and notes
    reply_to TEXT NOT NULL,
    source TEXT NOT NULL,
    recipes TEXT NOT NULL,
    lineage TEXT NOT NULL,
    private INTEGER NOT NULL,
    locale TEXT NOT NULL,
    pixels INTEGER NOT NULL,
    notes TEXT NOT NULL,
    pictures_kept INTEGER NOT NULL DEFAULT 1  -- 0: retention took the source and all results
) STRICT;
CREATE INDEX jobs_open ON jobs (created_at) WHERE status IN ('queued', 'running');
CREATE INDEX jobs_of_requester ON jobs (requester_key, created_at);

CREATE TABLE generations (
    id TEXT PRIMARY KEY,
    job TEXT NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
    number INTEGER NOT NULL,  -- the index, which is a word of SQL
    requester TEXT NOT NULL,  -- JSON, as are recipe, lineage and notes
    source TEXT NOT NULL,
    image TEXT NOT NULL,
    recipe TEXT NOT NULL,
    lineage TEXT NOT NULL,  -- no reference: a child outlives its parent
    width INTEGER NOT NULL,
    height INTEGER NOT NULL,
    effective_steps INTEGER NOT NULL,
    seconds REAL NOT NULL,
    created_at REAL NOT NULL,
    notes TEXT NOT NULL,
    UNIQUE (job, number)
) STRICT;

CREATE TABLE outbox (
    job TEXT PRIMARY KEY REFERENCES jobs (id) ON DELETE CASCADE,
    message TEXT,
    attempts INTEGER NOT NULL DEFAULT 0,
    due_at REAL NOT NULL,
    done INTEGER NOT NULL DEFAULT 0,  -- shown, or never to be
    undeliverable TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX outbox_due ON outbox (due_at) WHERE done = 0;

CREATE TABLE usage (
    job TEXT PRIMARY KEY,  -- no reference: deleting a job gives no quota back
    requester_key TEXT NOT NULL,
    pictures INTEGER NOT NULL,
    at REAL NOT NULL
) STRICT;
CREATE INDEX usage_of_requester ON usage (requester_key, at);
"""

_SLACK = """
CREATE INDEX outbox_message ON outbox (message) WHERE message IS NOT NULL;

CREATE TABLE installations (
    enterprise TEXT NOT NULL,
    team TEXT NOT NULL,  -- empty: installed for the whole organisation
    content TEXT NOT NULL,  -- JSON
    PRIMARY KEY (enterprise, team)
) STRICT;

CREATE TABLE install_states (
    state TEXT PRIMARY KEY,
    expires_at REAL NOT NULL
) STRICT;
"""

_PLACES = """
CREATE TABLE places (
    key TEXT PRIMARY KEY,
    settings TEXT NOT NULL  -- JSON
) STRICT;
"""

_SAFETY = """
ALTER TABLE jobs ADD COLUMN site TEXT NOT NULL DEFAULT '{}';  -- JSON, as is safety
ALTER TABLE generations ADD COLUMN safety TEXT NOT NULL DEFAULT '{}';
"""

_WITHOUT_SCANS = """
CREATE INDEX jobs_open_of ON jobs (requester_key) WHERE status IN ('queued', 'running');
CREATE INDEX jobs_in_space ON jobs (requester ->> 'platform', requester ->> 'space');
CREATE INDEX jobs_ended ON jobs (ended_at, seq);
CREATE INDEX jobs_with_pictures ON jobs (ended_at, seq) WHERE pictures_kept;
CREATE INDEX jobs_source ON jobs (source) WHERE pictures_kept;
CREATE INDEX jobs_map ON jobs (recipes ->> '$[0].control.map') WHERE pictures_kept;
CREATE INDEX generations_image ON generations (image);
CREATE INDEX usage_at ON usage (at);
CREATE INDEX inbox_settled ON inbox (received_at) WHERE settled;
"""

_ACCESS = """
ALTER TABLE jobs ADD COLUMN place TEXT NOT NULL DEFAULT '';
UPDATE jobs SET place = CASE reply_to ->> 'platform'
    WHEN 'discord' THEN 'discord:channel:' || ((reply_to ->> '$.address.discord') ->> 'channel')
    WHEN 'slack' THEN 'slack:' || (requester ->> 'space') || '/'
        || coalesce(reply_to ->> '$.address.home_channel', reply_to ->> '$.address.channel', '')
    ELSE '' END;

CREATE TABLE copies (
    job TEXT NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
    place TEXT NOT NULL,  -- a conversation that the bot sent a copy to
    PRIMARY KEY (job, place)
) STRICT;
"""

_SESSIONS = """
CREATE TABLE sessions (
    token TEXT PRIMARY KEY,  -- its hash
    kind TEXT NOT NULL,
    requester_key TEXT NOT NULL,
    asker TEXT NOT NULL,  -- JSON
    expires_at REAL NOT NULL
) STRICT;
CREATE INDEX sessions_of_requester ON sessions (requester_key);
CREATE INDEX sessions_in_space ON sessions (asker ->> '$.requester.platform', asker ->> '$.requester.space');
CREATE INDEX sessions_expired ON sessions (expires_at);
"""

_OPERATION = """
CREATE TABLE operation (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    mode TEXT NOT NULL
) STRICT;
CREATE INDEX jobs_failed ON jobs (ended_at, seq) WHERE status IN ('failed', 'refused');
CREATE INDEX outbox_undeliverable ON outbox (due_at) WHERE undeliverable != '';
"""

_KEPT = """
ALTER TABLE generations ADD COLUMN kept INTEGER NOT NULL DEFAULT 0;  -- its member wants it beyond retention
CREATE INDEX generations_kept ON generations (job) WHERE kept;
"""

_CALLS = """
CREATE TABLE calls (
    job TEXT PRIMARY KEY REFERENCES jobs (id) ON DELETE CASCADE,
    message TEXT NOT NULL,  -- that called its owner, and is taken back
    until REAL NOT NULL
) STRICT;
"""
_GREETINGS = """
CREATE TABLE greetings (
    key TEXT PRIMARY KEY,  -- as in places
    event TEXT NOT NULL  -- what the place was greeted for; empty: it knew the bot before there were greetings
) STRICT;
INSERT OR IGNORE INTO greetings (key, event)
    SELECT CASE requester ->> 'platform' WHEN 'discord' THEN 'discord:guild:' || (requester ->> 'space')
        ELSE 'slack:' || (requester ->> 'space') || '/' END, ''
    FROM jobs WHERE requester ->> 'platform' IN ('discord', 'slack') AND requester ->> 'space' != '';
"""

_RESTART = """
CREATE TABLE restart (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    device TEXT NOT NULL,
    stage TEXT NOT NULL,
    outcome TEXT NOT NULL  -- JSON
) STRICT;
"""

_THREADS = """
ALTER TABLE jobs ADD COLUMN offers_thread INTEGER NOT NULL DEFAULT 0;
CREATE INDEX jobs_of_family ON jobs (lineage ->> '$.root') WHERE lineage ->> '$.root' IS NOT NULL;

CREATE TABLE threads (
    family TEXT NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,  -- the job of the first result
    place TEXT NOT NULL,
    thread TEXT NOT NULL,  -- the chat's own id
    PRIMARY KEY (family, place)
) STRICT;
CREATE INDEX threads_by_id ON threads (thread);
CREATE INDEX calls_until ON calls (until, job);
"""

_NOTICES = """
CREATE TABLE notices (
    message TEXT PRIMARY KEY,  -- that stands for a while and is taken back
    job TEXT REFERENCES jobs (id) ON DELETE SET NULL,  -- to whose result it calls its member
    reply_to TEXT NOT NULL,  -- JSON
    until REAL NOT NULL
) STRICT;
INSERT OR REPLACE INTO notices (message, job, reply_to, until)
    SELECT message, job, reply_to, until FROM calls JOIN jobs ON jobs.id = calls.job;
DROP TABLE calls;
CREATE INDEX notices_until ON notices (until, message);
CREATE INDEX notices_of_job ON notices (job) WHERE job IS NOT NULL;
"""

_SIGNED_STATES = """
DROP TABLE install_states;  -- they prove themselves by a signature now
"""

_PARENTS = """
CREATE TABLE place_parents (
    key TEXT PRIMARY KEY,  -- as in places
    parent TEXT NOT NULL  -- the place with which it is forgotten
) STRICT;
CREATE INDEX place_parents_parent ON place_parents (parent);
"""

_COPIES = """
CREATE TABLE copy_messages (
    message TEXT PRIMARY KEY,  -- that shows a job's results besides the job's own
    job TEXT NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
    reply_to TEXT NOT NULL  -- JSON
) STRICT;
CREATE INDEX copy_messages_of_job ON copy_messages (job);
ALTER TABLE notices ADD COLUMN pictures INTEGER NOT NULL DEFAULT 0;  -- it shows what was deleted
"""

MIGRATIONS = (
    _FIRST,
    _PLACES,
    _SLACK,
    _SAFETY,
    _WITHOUT_SCANS,
    _ACCESS,
    _SESSIONS,
    _OPERATION,
    _KEPT,
    _CALLS,
    _RESTART,
    _GREETINGS,
    _THREADS,
    _NOTICES,
    _SIGNED_STATES,
    _PARENTS,
    _COPIES,
)


def tables_made() -> frozenset[str]:
    """What a database has that has seen all steps."""
    steps = "".join(MIGRATIONS)
    return frozenset(re.findall(r"CREATE TABLE (\w+)", steps)) - frozenset(re.findall(r"DROP TABLE (\w+)", steps))


def migrate(connection: sqlite3.Connection) -> None:
    """Bring the database to this program's schema; each step is applied whole or not at all.

    Raises:
        FatalError: a newer program wrote the database.
    """
    ((version,),) = connection.execute("PRAGMA user_version").fetchall()
    if version > len(MIGRATIONS):
        raise FatalError(
            f"The database is of version {version} and this program knows versions up to {len(MIGRATIONS)}: "
            "start the newer Pentimento that wrote it, or go back with `pentimento restore` and a backup, such as "
            f"the copy that it made before: pentimento.db.version-{len(MIGRATIONS)} in the data folder."
        )
    for number, step in enumerate(MIGRATIONS[version:], start=version + 1):
        try:
            connection.executescript(f"BEGIN IMMEDIATE; {step} PRAGMA user_version = {number}; COMMIT;")
        except BaseException:
            connection.rollback()
            raise
