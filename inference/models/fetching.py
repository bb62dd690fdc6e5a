"""Files from the hub into its cache, going on where an earlier try was cut, in an earlier process too.

`huggingface_hub` gives each try a file of its own and begins anew by design, because a lock that a network disk does
not honour would let two writers share one (huggingface/huggingface_hub#4228). Here the unfinished blob has one name,
the same lock guards it, and what came of a large file is compared with the hub's SHA-256 before it gets its name; so
the worst that two writers could do is found out.
"""

import hashlib
import shutil
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from http import HTTPStatus
from pathlib import Path

import httpx2
from huggingface_hub import constants, get_session, hf_hub_download, hf_hub_url
from huggingface_hub.file_download import repo_folder_name
from huggingface_hub.utils._fixes import WeakFileLock
from huggingface_hub.utils._headers import build_hf_headers
from huggingface_hub.utils._http import hf_raise_for_status

from inference.api import ModelUnavailable
from inference.models.hub import HubRef, Listing, RemoteFile
from inference.models.leftovers import STALE_SECONDS

AT_A_TIME = 4
CHUNK = 1 << 20
SPARE_BYTES = 512 << 20
"""What a download leaves free on the disk: database and pictures lie there too."""


@dataclass(slots=True)
class ByteCount:
    """Bytes that are here, over all files; safe from several threads.

    Attributes:
        total: of all that is wanted.
        news: called with the file at work after each piece.
        moved: bytes that were received or checked: grows for as long as anything goes on.
    """

    total: int
    news: Callable[[str], None]
    done: int = 0
    moved: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, nbytes: int, file: str) -> None:
        """So many bytes more are here, or fewer if what was here turned out to be wrong."""
        with self._lock:
            self.done += nbytes
            self.moved += max(0, nbytes)
        self.news(file)

    def checked(self, nbytes: int, file: str) -> None:
        """So many bytes of what is here were read again."""
        with self._lock:
            self.moved += nbytes
        self.news(file)


@dataclass(frozen=True, slots=True)
class Cache:
    """A repository's folder in the hub's cache."""

    folder: Path
    locks: Path

    @classmethod
    def of(cls, repository: str) -> "Cache":
        root = Path(constants.HF_HUB_CACHE)
        name = repo_folder_name(repo_id=repository, repo_type="model")
        return cls(root / name, root / ".locks" / name)

    def blob(self, file: RemoteFile) -> Path:
        """Where the content of a file lies once it is whole."""
        return self.folder / "blobs" / file.etag

    def part(self, file: RemoteFile) -> Path:
        """Where it grows."""
        return self.folder / "blobs" / f"{file.etag}.incomplete"

    def lock(self, file: RemoteFile) -> Path:
        """The hub's client takes the same one."""
        return self.locks / f"{file.etag}.lock"

    def here(self, file: RemoteFile) -> int:
        """Bytes of a file that need not be fetched again."""
        for path in (self.blob(file), self.part(file)):
            if path.exists():
                return min(path.stat().st_size, file.size)
        return 0

    def clean(self) -> None:
        """Remove what tries of other programs left unfinished a day ago or longer, and so will not go on."""
        for left in (self.folder / "blobs").glob("*.*.incomplete"):
            if time.time() - left.stat().st_mtime > STALE_SECONDS:
                left.unlink(missing_ok=True)


def fetch(ref: HubRef, listing: Listing, count: ByteCount, *, silence: float) -> Path:
    """Bring all files of a listing into the cache.

    Args:
        ref: what is fetched.
        listing: its files.
        count: hears of every piece.
        silence: seconds without a byte after which a connection is given up and made anew. Trying never ends here:
            whoever watches the count knows when it has been too long.

    Returns:
        The folder that the model can be loaded from, or its file.

    Raises:
        ModelUnavailable: if the disk has no room for it.
        Exception: what the hub's client raises; `hub.sentence` says what it means.
    """
    cache = Cache.of(ref.repository)
    (cache.folder / "blobs").mkdir(parents=True, exist_ok=True)
    cache.clean()
    count.add(sum(cache.here(file) for file in listing.files), "")
    _check_room(cache, count, ref)
    small_first = sorted(listing.files, key=lambda file: file.size)  # configurations before weights
    pool = ThreadPoolExecutor(AT_A_TIME, thread_name_prefix="fetch")
    work = partial(_fetch_file, cache, ref, listing.commit, count=count, silence=silence)
    try:
        paths = list(pool.map(work, small_first))
    finally:
        pool.shutdown(wait=False, cancel_futures=True)  # after a fault nobody waits for the others
    if not ref.revision or ref.revision != listing.commit:  # the branch now means what was fetched
        reference = cache.folder / "refs" / (ref.revision or "main")
        reference.parent.mkdir(parents=True, exist_ok=True)
        reference.write_text(listing.commit, encoding="utf-8")
    return paths[0] if ref.file else cache.folder / "snapshots" / listing.commit


def _check_room(cache: Cache, count: ByteCount, ref: HubRef) -> None:
    needed, free = count.total - count.done, shutil.disk_usage(cache.folder).free
    if needed and needed + SPARE_BYTES > free:
        raise ModelUnavailable(
            f"The {ref.kind} {ref.repository!r} needs {needed / 1e9:.1f} GB more on the disk of "
            f"{constants.HF_HOME}, where {free / 1e9:.1f} GB are free: make room or give HF_HOME a folder on "
            "another disk."
        )


def _fetch_file(
    cache: Cache, ref: HubRef, commit: str, file: RemoteFile, *, count: ByteCount, silence: float
) -> Path:
    blob, part = cache.blob(file), cache.part(file)
    lock = cache.lock(file)
    lock.parent.mkdir(parents=True, exist_ok=True)
    if not blob.exists():
        with WeakFileLock(lock):
            for left in blob.parent.glob(f"{file.etag}.*.incomplete"):
                left.unlink(missing_ok=True)  # its writer would hold this lock
            seen = ""
            while not blob.exists():
                _grow(part, ref, commit, file, count, silence=silence)
                digest = _digest(part, file, count)
                if digest in {file.etag, seen}:  # the same twice: it is the hub's etag that is no digest
                    part.replace(blob)
                else:
                    seen = digest
                    count.add(-part.stat().st_size, file.path)
                    part.unlink()
    # The hub's client finds the blob and makes the file of it in the snapshot, in its own layout.
    return Path(hf_hub_download(ref.repository, file.path, revision=commit))


def _grow(part: Path, ref: HubRef, commit: str, file: RemoteFile, count: ByteCount, *, silence: float) -> None:
    """Append to what is there until it has its size."""
    url = hf_hub_url(ref.repository, file.path, revision=commit)
    pauses = iter(_pauses())
    with part.open("ab") as out:
        while out.tell() < file.size:
            before = out.tell()
            try:
                for piece in _pieces(url, before, file.size, silence):
                    if piece is None:  # the hub begins at the beginning
                        count.add(-before, file.path)
                        out.truncate(0)
                        out.seek(0)
                        continue
                    out.write(piece)
                    count.add(len(piece), file.path)
            except httpx2.TransportError as error:
                words = f"{file.path}: {str(error) or type(error).__name__}, going on at byte {out.tell()}"
                print(words, file=sys.stderr)  # noqa: T201 -- the parent logs it
            finally:
                out.flush()
            if out.tell() == before:
                time.sleep(next(pauses))
            else:
                pauses = iter(_pauses())
        if out.tell() > file.size:
            out.truncate(file.size)


def _pieces(url: str, start: int, size: int, silence: float) -> Iterator[bytes | None]:
    """What comes from `start` on; None first if it comes from the beginning instead."""
    headers = build_hf_headers() | {"Accept-Encoding": "identity"}
    if start:
        headers["Range"] = f"bytes={start}-{size - 1}"
    timeout = httpx2.Timeout(silence, connect=min(30.0, silence))
    with get_session().stream("GET", url, headers=headers, timeout=timeout, follow_redirects=True) as answer:
        if answer.status_code in {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.REQUEST_TIMEOUT} or answer.is_server_error:
            return  # it may be better in a moment
        hf_raise_for_status(answer)
        if start and answer.status_code == HTTPStatus.OK:
            yield None
        yield from answer.iter_raw()  # as it comes: what a buffer held would be lost with the line


def _pauses() -> Iterator[float]:
    pause = 0.5
    while True:
        yield pause
        pause = min(2 * pause, 30.0)


def _digest(part: Path, file: RemoteFile, count: ByteCount) -> str:
    """What the etag must be: a large file's SHA-256, a small one's SHA-1 as git counts it; else the etag itself."""
    match len(file.etag):
        case 64:
            digest = hashlib.sha256()
        case 40:
            digest = hashlib.sha1(b"blob %d\0" % part.stat().st_size, usedforsecurity=False)
        case _:
            return file.etag
    with part.open("rb") as content:
        while piece := content.read(64 * CHUNK):
            digest.update(piece)
            count.checked(len(piece), file.path)
    return digest.hexdigest()
