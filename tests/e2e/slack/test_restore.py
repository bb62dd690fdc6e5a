"""Backup, a wiped disk, restore, and every button that stood in Slack before, with the commands as processes."""

import shutil
from functools import partial
from pathlib import Path

from tests.builders.pictures import drawing
from tests.e2e.discord.test_restore import MODULE, command
from tests.e2e.slack.test_whole_product import serving
from tests.servers.slack.member import Member, images, labels_of, words
from tests.servers.slack.server import SlackServer
from tests.servers.slack.state import Conversation, Json

FORMS = ("Chain", "Edit")
MAKING = ("Subtle 0.3", "Strong 0.7", "Reimagine 0.9", "Sweep", "Reroll")
OWN = "Balanced 0.5"
"""The result's own strength, which makes nothing new."""


async def press_all(ann: Member, general: Conversation, old: Json) -> None:
    """Every button of a result, the one that deletes last."""
    for name in (*MAKING, *FORMS):
        shown = len(ann.from_bot(general))
        if name in FORMS:
            form = await ann.opens(partial(ann.press, name, general, old))
            await ann.submit(form, prompt=f"a planet, by {name}")
        else:
            await ann.press(name, general, old)
        assert images(await ann.result(general, shown)), name
    page = await ann.opens(partial(ann.press, "Details", general, old))
    assert "11" in words(page)
    await ann.press("Delete", general, old)
    await ann.see(lambda: old["ts"] not in general.messages)


async def test_after_backup_wipe_and_restore_every_old_button_works(
    slack: SlackServer, ann: Member, general: Conversation, tmp_path: Path
) -> None:
    data_dir, archive = tmp_path / "kept", tmp_path / "everything.tar"
    photo = slack.state.add_file(ann.team, ann.user, drawing())
    async with serving(slack, tmp_path, "socket", module=MODULE):
        await ann.say(general, "a planet --strength 0.5 --seed 11 --steps 2", files=[photo])
        old = await ann.result(general)
        names = (*MAKING, *FORMS, OWN, "Details", "Delete")
        assert all(any(name in label for name in names) for label in labels_of(old)), "each of them is tried"
        command(data_dir, "backup", archive, "--pictures")  # while it runs
    shutil.rmtree(data_dir)
    command(data_dir, "restore", archive)

    async with serving(slack, tmp_path, "socket", module=MODULE):
        await press_all(ann, general, old)
