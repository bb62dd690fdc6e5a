"""Backup, a wiped disk, restore, and every button that stood in the chat before, with the commands as processes."""

import os
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from adapters.sqlite.migrations import MIGRATIONS
from tests.builders.pictures import drawing
from tests.e2e.discord.test_product import PICTURE_SECONDS, REPOSITORY, is_done, product
from tests.servers.discord import DiscordServer
from tests.servers.discord.people import Person
from tests.servers.discord.world import Channel, Post

MODULE = "tests.harness.product"


def command(data_dir: Path, *arguments: str | Path) -> str:
    """What `pentimento` says on standard output."""
    environ = os.environ | {"PENTIMENTO__DATA_DIR": str(data_dir)}
    ran = subprocess.run(
        [sys.executable, "-m", MODULE, *arguments],
        cwd=REPOSITORY,
        env=environ,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def downgraded(database: Path) -> None:
    """Take the last migration back, as its own statements read."""
    step = MIGRATIONS[-1]
    undo = [f"DROP INDEX {name}" for name in re.findall(r"CREATE INDEX (\w+)", step)]
    undo += [f"DROP TABLE {name}" for name in re.findall(r"CREATE TABLE (\w+)", step)]
    earlier = "".join(MIGRATIONS[:-1])
    for name in re.findall(r"DROP TABLE (\w+)", step):
        undo += re.findall(rf"CREATE (?:TABLE {name} |INDEX \w+ ON {name} )[^;]*", earlier)
    added = re.findall(r"ALTER TABLE (\w+) ADD COLUMN (\w+)", step)
    undo += [f"ALTER TABLE {table} DROP COLUMN {column}" for table, column in added]
    with closing(sqlite3.connect(database)) as connection:
        connection.executescript(f"{'; '.join(undo)}; PRAGMA user_version = {len(MIGRATIONS) - 1}")


def rows(database: Path) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(database)) as connection:
        version = connection.execute("PRAGMA user_version").fetchall()
        return [*version, *connection.execute("SELECT id, status, ended_at FROM jobs ORDER BY id")]


async def press_all(discord: DiscordServer, anna: Person, old: Post) -> Mapping[str, Post | None]:
    """Every button of a result, those that delete last; what came of each."""
    shown: dict[str, Post | None] = {}
    for label in sorted(old.buttons, key=lambda label: label == "Delete"):
        if label.endswith("Balanced 0.5"):  # the result's own strength, which makes nothing new
            continue
        asked = await (anna.delete(old) if label == "Delete" else anna.press(old, label))
        if label in {"Chain", "Edit"}:
            asked = await anna.submit(asked, prompt=f"a planet, by {label}")
        if label == "Delete":
            await discord.until(lambda: old.deleted, what="the deletion")
            shown[label] = None
        elif label == "Details":
            shown[label] = await discord.shown(asked, lambda post: "seed 11" in post.words, seconds=PICTURE_SECONDS)
        elif label == "Sweep":
            shown[label] = await discord.shown(
                asked, lambda post: post.done and len(post.pictures) == 4, seconds=PICTURE_SECONDS
            )
        else:
            shown[label] = await discord.shown(asked, is_done, seconds=PICTURE_SECONDS)
    return shown


async def test_after_backup_wipe_and_restore_every_old_button_works(
    discord: DiscordServer, channel: Channel, anna: Person, tmp_path: Path
) -> None:
    data_dir, archive = tmp_path / "data", tmp_path / "everything.tar"
    async with product(discord, data_dir, module=MODULE):
        asked = await anna.command(channel, "img2img", image=drawing(), prompt="a planet", strength=0.5, seed=11)
        old = await discord.shown(asked, is_done, seconds=PICTURE_SECONDS)
        command(data_dir, "backup", archive, "--pictures")  # while it runs
    shutil.rmtree(data_dir)
    assert "1 pictures" not in command(data_dir, "restore", archive), "the source and the result are two"

    async with product(discord, data_dir, module=MODULE):
        shown = await press_all(discord, anna, old)
    assert {"Subtle 0.3", "Strong 0.7", "Sweep", "Chain", "Reroll", "Edit", "Details", "Delete"} <= shown.keys()


async def test_going_back_one_version_is_restoring_the_copy_from_before_the_upgrade(
    discord: DiscordServer, channel: Channel, anna: Person, tmp_path: Path
) -> None:
    """As the version before left it, upgraded by this one's start, and put back."""
    data_dir = tmp_path / "data"
    async with product(discord, data_dir, module=MODULE):
        asked = await anna.command(channel, "img2img", image=drawing(), prompt="a planet", strength=0.5, seed=11)
        old = await discord.shown(asked, is_done, seconds=PICTURE_SECONDS)
    downgraded(data_dir / "pentimento.db")
    before = rows(data_dir / "pentimento.db")
    async with product(discord, data_dir, module=MODULE):  # the upgrade, and what happened since
        again = await discord.shown(await anna.press(old, "Reroll"), is_done, seconds=PICTURE_SECONDS)
    copy = data_dir / f"pentimento.db.version-{len(MIGRATIONS) - 1}"
    assert rows(data_dir / "pentimento.db") != before

    command(data_dir, "restore", copy)
    assert rows(data_dir / "pentimento.db") == before, "the version before finds what it left"

    async with product(discord, data_dir, module=MODULE):  # and this one can have it once more
        await discord.shown(await anna.press(old, "Strong 0.7"), is_done, seconds=PICTURE_SECONDS)
        assert await discord.refused(await anna.press(again, "Strong 0.7")), "what came after the copy is unknown"
