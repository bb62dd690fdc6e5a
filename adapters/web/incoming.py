"""What a form sends, read with bounds, and what it asks for. A page holds no state: a form says all that it needs."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial
from tempfile import SpooledTemporaryFile
from typing import TypeVar
from urllib.parse import parse_qsl

from aiohttp import BodyPartReader, web

from adapters.listening import arriving, body_of
from bot.domain.errors import InvalidRequest, PictureRefused, StorageFailed, UserError
from bot.domain.options import OPTIONS, OptionKind, Options, read_options
from bot.domain.strength import SWEEP_STRENGTHS
from bot.in_thread import in_thread
from bot.texts import megabytes

FILES_SECONDS = 300.0
"""For a form with files: 25 MB over a mobile line of 0.7 Mbit/s."""

T = TypeVar("T")
_PARTS = 40
TYPED_BYTES = 640_000
"""What is typed into a form: it is held in memory whole, and strangers send forms too."""

_CHUNK = 1 << 16
_HELD = 1 << 20
"""Bytes of a file on its way in that are held in memory."""


class FormStart(StrEnum):
    """What a form goes on from."""

    UPLOAD = "upload"  # a picture that comes with it
    EDIT = "edit"  # what a result was made from
    CHAIN = "chain"  # a result
    AGAIN = "again"  # the source of a job that has no result


@dataclass(frozen=True, slots=True, kw_only=True)
class Submitted:
    """A form as it came in.

    Attributes:
        fields: what was typed or chosen, by the field's name, without blanks around it; empty ones too.
        files: pictures that were sent along, by the field's name; fields that were left empty are not there.
    """

    fields: Mapping[str, str]
    files: Mapping[str, bytes]

    @property
    def start(self) -> FormStart:
        """What to go on from; a picture that was sent along is always meant."""
        said = self.fields.get("start", "")
        return FormStart(said) if said in set(FormStart) and "picture" not in self.files else FormStart.UPLOAD

    @property
    def sweeps(self) -> bool:
        """Whether several strengths are wanted."""
        return self.fields.get("make") == "sweep"

    def event_id(self, member: str) -> str:
        """The same for a form that a member sends twice, as by a double click; another one if anything differs."""
        digest = hashlib.sha256(f"{member}\0".encode())
        for name, value in sorted(self.fields.items()):
            digest.update(f"{name}={value}\0".encode())
        for name, content in sorted(self.files.items()):
            digest.update(name.encode() + hashlib.sha256(content).digest())
        return f"web:{digest.hexdigest()}"

    def options(self) -> Options:
        """What was said of the picture. An empty field says nothing; an emptied one lets go of what the parent had.

        Raises:
            InvalidRequest: a value is none of its kind or out of range; with the sentence for the member.
        """
        emptied = {OptionKind.PROSE, OptionKind.NAME} if self.start in {FormStart.EDIT, FormStart.CHAIN} else set()
        fields = self.fields
        said = {row.name: value for row in OPTIONS if (value := fields.get(row.name)) or row.kind in emptied}
        options = read_options(said)
        return replace(options, strengths=SWEEP_STRENGTHS) if self.sweeps else options


async def read_form(request: web.Request, *, max_bytes: int) -> Submitted:
    """The form of a request, whose files have at most `max_bytes` each.

    Raises:
        InvalidRequest: it is no form of ours, has more than one picture in a field, or too much is typed.
        PictureRefused: a file is too long.
        web.HTTPException: it does not come in time, breaks off or is packed; without files, also if it is too long.
    """
    try:
        if request.content_type == "application/x-www-form-urlencoded":
            return _typed(await body_of(request))
        if request.content_type == "multipart/form-data":
            async with arriving(request, FILES_SECONDS if max_bytes else None):
                return await _parts(request, max_bytes)
    except (ValueError, LookupError, RuntimeError) as broken:  # as aiohttp has what is no multipart body
        raise InvalidRequest("web-refused-form") from broken
    raise InvalidRequest("web-refused-form")


def _typed(body: bytes) -> Submitted:
    """A form without files: in UTF-8, whatever its header says, as the URL standard has it.

    Raises:
        ValueError: it has too many fields.
    """
    fields = parse_qsl(body.decode(errors="replace"), keep_blank_values=True, max_num_fields=_PARTS)
    return Submitted(fields={name: _as_typed(value) for name, value in fields}, files={})


def _as_typed(value: str) -> str:
    """Browsers send each end of a line as two characters, and count it as one when they bound what is typed."""
    return value.replace("\r\n", "\n").strip()


async def _parts(request: web.Request, max_bytes: int) -> Submitted:
    fields: dict[str, str] = {}
    files: dict[str, bytes] = {}
    too_big = PictureRefused("web-refused-size", most=megabytes(max_bytes))
    room = TYPED_BYTES
    reader = await request.multipart()
    for _ in range(_PARTS):
        part = await reader.next()
        if part is None:
            return Submitted(fields=fields, files=files)
        if not isinstance(part, BodyPartReader) or not part.name or not part.name.isascii():
            raise InvalidRequest("web-refused-form")
        if part.filename is None:
            typed = await _read(part, room, InvalidRequest("web-refused-form"))
            room -= len(typed)
            fields[part.name] = _as_typed(typed.decode(errors="replace"))
        elif content := await _read(part, max_bytes, too_big):  # a field that was left empty is sent as an empty file
            if part.name in files:
                raise InvalidRequest("web-refused-two-pictures")
            files[part.name] = content
    raise InvalidRequest("web-refused-form")


async def _read(part: BodyPartReader, most: int, refused: UserError) -> bytes:
    """What is too long, or never comes to its end, costs a file that nobody else can open, and hardly any memory.

    Raises:
        UserError: the one that is given, if it is longer than `most` bytes.
        StorageFailed: the temporary folder takes nothing.
    """
    with SpooledTemporaryFile(_HELD) as held:
        size = 0
        while chunk := await part.read_chunk(_CHUNK):
            size += len(chunk)
            if size > most:
                raise refused
            await _on_disk(partial(held.write, chunk))
        held.seek(0)
        return await _on_disk(held.read)


async def _on_disk(act: Callable[[], T]) -> T:
    try:
        return await in_thread(act)
    except OSError as refused:
        raise StorageFailed from refused
