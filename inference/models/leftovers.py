"""What lies in the hub's cache: models that are used or not, and what downloads left that nobody will go on with."""

import time
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from inference.models.disk import age, nbytes
from inference.models.hub import cache_folder

STALE_SECONDS = 86_400.0


@dataclass(frozen=True, slots=True)
class CacheItem:
    """Something on a disk.

    Attributes:
        nbytes: with all that is in it.
        words: what it is.
        goes: nobody needs it.
    """

    path: Path
    nbytes: int
    words: str
    goes: bool


def cache_items(used: Collection[str]) -> Iterator[CacheItem]:
    """Every repository, and what was begun a day ago or longer and not finished.

    Args:
        used: repositories that some entry names; what came of one is kept, as its download goes on there.
    """
    from huggingface_hub.file_download import repo_folder_name

    names = {repo_folder_name(repo_id=repository, repo_type="model") for repository in used}
    for folder in sorted(cache_folder().glob("models--*")):
        is_used = folder.name in names
        files = [file for file in (folder / "blobs").glob("*") if file.is_file()]
        sizes = {file: nbytes(file) for file in files}
        left = {file for file in files if _is_left(file, is_used=is_used)}
        words = "a model that an entry names" if is_used else "a model that no entry names; other programs may use it"
        yield CacheItem(folder, sum(sizes[file] for file in files if file not in left), words, goes=False)
        for file in sorted(left):
            yield CacheItem(file, sizes[file], "a download that was cut, and that nothing goes on with", goes=True)


def _is_left(file: Path, *, is_used: bool) -> bool:
    if file.suffix != ".incomplete":
        return False
    seconds = age(file, now=time.time())
    if seconds is None or seconds < STALE_SECONDS:
        return False
    another_program = len(file.suffixes) > 1  # see `inference.models.fetching`
    return another_program or not is_used
