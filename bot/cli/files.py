"""Files that a picture command reads and leaves: what can be known of them is found out before the work.

Nothing that a command reads is replaced by what it makes.
"""

import os
from collections.abc import Iterable, Mapping
from itertools import chain, count
from pathlib import Path

from bot.domain.errors import InvalidRequest, JobFailed
from bot.texts import megabytes

FORMATS = {".png": "PNG", ".webp": "WEBP", ".jpg": "JPEG", ".jpeg": "JPEG"}
"""The formats that a result's name can ask for."""

_PART_BYTES = 120
"""Of each of the two parts of a default name: with what joins them and its end they stay within the usual 255."""


def read_file(file: Path, *, max_bytes: int) -> bytes:
    """A file of at most so many bytes.

    Raises:
        InvalidRequest: it is larger, or cannot be read.
    """
    try:
        with file.open("rb") as opened:
            content = opened.read(max_bytes + 1)  # a device would never end
    except OSError as fault:
        raise InvalidRequest(f"{file} cannot be read ({fault.strerror}): name a picture file.") from None
    if len(content) > max_bytes:
        raise InvalidRequest("refused-file-larger", most=megabytes(max_bytes))
    return content


def slug(prompt: str) -> str:
    """A prompt as part of a file name: letters and digits of any script, joined by dashes, 40 at most."""
    words = "".join(letter if letter.isalnum() else " " for letter in prompt.lower()).split()
    return "-".join(words)[:40].rstrip("-") or "remix"


def default_name(source: Path, made: str) -> str:
    """What a result is called if nobody says so."""
    return f"{_cut(source.stem)}-{_cut(made)}.png"


def free(name: Path) -> Path:
    """The name, or the next of its kind that nothing has: "photo-oil-2.png"."""
    names = chain([name], (name.with_stem(f"{name.stem}-{number}") for number in count(2)))
    return next(each for each in names if not os.path.lexists(each))


def placed(folder: Path | None, name: str) -> Path:
    """Where a result goes: into the folder that was given, as it is called; without one here, under a free name."""
    return folder / name if folder else free(Path(name))


def check_file(out: Path, inputs: Mapping[str, Path]) -> None:
    """Refuse a result of no known format, or one that would replace what it is made from.

    Args:
        out: where the result goes.
        inputs: what is read, by what it is.

    Raises:
        InvalidRequest: with the mend.
    """
    if out.suffix.lower() not in FORMATS:
        raise InvalidRequest(f"--out ends in {', '.join(sorted(FORMATS))}; you gave {out.name}.")
    for what, file in inputs.items():
        if _same(out, file):
            raise InvalidRequest(f"--out is the {what} itself: give another name.")


def check_folder(results: Iterable[Path], inputs: Mapping[str, Path]) -> None:
    """Refuse results of which one would replace what they are made from.

    Raises:
        InvalidRequest: with the mend.
    """
    for result in results:
        for file in inputs.values():
            if _same(result, file):
                raise InvalidRequest(f"{file} would be replaced by a result of its name: give another --out.")


def make_room(folder: Path, results: Iterable[Path]) -> None:
    """Make the folder of results, and find out before the work whether they can be written.

    Raises:
        InvalidRequest: they cannot.
    """
    try:
        folder.absolute().mkdir(parents=True, exist_ok=True)  # a folder that was deleted under us has no such name
    except OSError as fault:
        raise InvalidRequest(f"{folder} cannot be made ({fault.strerror}): give another --out.") from None
    if not os.access(folder, os.W_OK | os.X_OK):
        raise InvalidRequest(f"{folder} may not be written to: give another --out.")
    for result in results:
        try:
            taken = result.is_dir()
            result.lstat()
        except FileNotFoundError:
            continue
        except OSError as fault:
            raise InvalidRequest(f"{result} cannot be written ({fault.strerror}): give another --out.") from None
        if taken:
            raise InvalidRequest(f"{result} cannot be written (it is a folder): give another --out.")


def write_file(path: Path, content: bytes) -> None:
    """Leave a result, whole or not at all.

    Raises:
        JobFailed: the disk refuses.
    """
    partial = path.with_name(f".pentimento-{os.getpid()}.part")  # short: the result's name may be as long as can be
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            partial.write_bytes(content)
            partial.replace(path)
        finally:
            partial.unlink(missing_ok=True)
    except OSError as fault:
        raise JobFailed(f"{path} cannot be written ({fault.strerror}): give another --out.") from None


def _same(one: Path, other: Path) -> bool:
    """Whether two names mean one file, which need not be there."""
    try:
        return os.path.realpath(one) == os.path.realpath(other) or one.samefile(other)
    except OSError:
        return False


def _cut(name: str) -> str:
    while len(os.fsencode(name)) > _PART_BYTES:
        name = name[:-1]
    return name
