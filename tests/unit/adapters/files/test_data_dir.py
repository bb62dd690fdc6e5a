"""One service per data folder, on a disk that keeps its promises, or a sentence that helps."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from adapters.files.data_dir import filesystem_of, hold_data_dir
from bot.domain.errors import FatalError

HOLDER = """
import sys, time
from pathlib import Path
from adapters.files.data_dir import hold_data_dir
with hold_data_dir(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_folder_is_made_for_this_user_alone_and_can_be_held_again(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "pentimento-data"
    for _ in range(2):
        with hold_data_dir(folder):
            assert folder.stat().st_mode & 0o777 == 0o700


def test_files_of_ours_in_a_folder_that_was_open_are_closed_and_others_are_let_be(tmp_path: Path) -> None:
    """An older version, or a copy put back by hand, left them readable, with tokens of Slack in them."""
    names = ("pentimento.db", "pentimento.db-wal", "pentimento.db.version-3", "lock")
    for name in (*names, "notes.txt"):
        (tmp_path / name).write_text("tokens", encoding="ascii")
        (tmp_path / name).chmod(0o644)
    tmp_path.chmod(0o755)
    with hold_data_dir(tmp_path):
        assert {(tmp_path / name).stat().st_mode & 0o777 for name in names} == {0o600}
        assert (tmp_path / "notes.txt").stat().st_mode & 0o777 == 0o644


def test_a_second_service_is_refused_until_the_first_is_killed(tmp_path: Path) -> None:
    command = [sys.executable, "-c", HOLDER, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as first:
        assert first.stdout is not None
        assert first.stdout.readline() == "held\n"
        with pytest.raises(FatalError, match="stop it, or give this one its own data_dir"), hold_data_dir(tmp_path):
            pass
        first.send_signal(signal.SIGKILL)
    with hold_data_dir(tmp_path):
        pass


def test_a_fault_inside_is_not_taken_for_one_of_the_folder(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="mine"), hold_data_dir(tmp_path):
        raise OSError("mine")
    with hold_data_dir(tmp_path):
        pass


def test_a_folder_that_cannot_be_made_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with (
        pytest.raises(FatalError, match="set data_dir to a folder that this user may write to"),
        hold_data_dir(tmp_path / "file" / "inside"),
    ):
        pass


MOUNTS = r"""/dev/sda1 / ext4 rw 0 0
proc /proc proc rw 0 0
server:/export /srv/shared nfs4 rw,vers=4.2 0 0
/dev/sdb1 /srv/shared/local xfs rw 0 0
//server/share /mnt/my\040share cifs rw 0 0
sshfs /home/ada/there fuse.sshfs rw 0 0
overlay /over overlay rw 0 0
tmpfs /over tmpfs rw 0 0
"""


@pytest.mark.parametrize(
    ("folder", "filesystem"),
    [
        ("/var/lib/pentimento", "ext4"),
        ("/srv/shared/bot", "nfs4"),
        ("/srv/shared", "nfs4"),
        ("/srv/shared-not", "ext4"),
        ("/srv/shared/local/bot", "xfs"),
        ("/mnt/my share/bot", "cifs"),
        ("/home/ada/there/bot", "fuse.sshfs"),
        ("/over/bot", "tmpfs"),
    ],
)
def test_the_filesystem_is_that_of_the_nearest_mount(tmp_path: Path, folder: str, filesystem: str) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(MOUNTS)
    assert filesystem_of(Path(folder), mounts) == filesystem


def test_where_the_system_does_not_tell_nothing_is_assumed(tmp_path: Path) -> None:
    assert filesystem_of(tmp_path, tmp_path / "no-such-file") == ""


@pytest.mark.parametrize("filesystem", ["nfs4", "cifs", "fuse.sshfs"])
def test_a_network_disk_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, filesystem: str) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(f"there / {filesystem} rw 0 0\n")
    monkeypatch.setattr("adapters.files.data_dir._MOUNTS", mounts)
    with pytest.raises(FatalError, match=f"lies on {filesystem}, .*local disk"), hold_data_dir(tmp_path / "d"):
        pass
    mounts.write_text("there / ext4 rw 0 0\n")
    with hold_data_dir(tmp_path / "d"):
        pass
