"""Putting a copy of the database back, with nothing lost of the one that is there."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from adapters.sqlite.database import publish
from adapters.sqlite.migrations import MIGRATIONS, tables_made


def fault_of_backup(database: Path, *, name: Path) -> str | None:
    """What a start would refuse of this file, one sentence; None if nothing.

    Args:
        database: the file to look at.
        name: what the person calls the backup, for the sentence.
    """
    try:
        with closing(sqlite3.connect(f"{database.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            ((found,),) = connection.execute("PRAGMA quick_check(1)")
            ((version,),) = connection.execute("PRAGMA user_version")
            tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
    except sqlite3.DatabaseError:
        found, version, tables = "not a database", 0, set()
    if found != "ok" or version == 0 or not {"jobs", "inbox"} <= tables:
        return f"{name} is damaged or no backup of Pentimento's: name what `pentimento backup` made."
    if version > len(MIGRATIONS) or (version == len(MIGRATIONS) and not tables_made() <= tables):
        return (
            f"{name} is of version {version} and this program knows versions up to {len(MIGRATIONS)}: "
            "restore it with the newer Pentimento that wrote it."
        )
    return None


def put_in_place(restored: Path, database: Path) -> Path | None:
    """Keep the present database under a free name, its log included, and give the restored one its place.

    Nobody is signed in any more: who has signed out since, or was forgotten, must not be again.
    """
    with closing(sqlite3.connect(restored)) as connection, connection:
        if connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'sessions'").fetchone():
            connection.execute("DELETE FROM sessions")
    kept = _keep(database, restored.with_name("kept")) if database.exists() else None
    for log in ("-wal", "-shm"):
        database.with_name(database.name + log).unlink(missing_ok=True)
    publish(restored, database)
    return kept


def _keep(database: Path, unfinished: Path) -> Path:
    number = 1
    while (kept := database.with_name(f"{database.name}.before-restore-{number}")).exists():
        number += 1
    try:
        with closing(sqlite3.connect(database)) as present, closing(sqlite3.connect(unfinished)) as copy:
            present.backup(copy)  # with what only its log has, though another program may read it
    except sqlite3.DatabaseError:
        shutil.copyfile(database, unfinished)  # a damaged one is kept as it is
    publish(unfinished, kept)
    return kept
