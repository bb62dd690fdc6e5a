"""What the operator's page shows of the process: version, settings in force and how full the disk is."""

import asyncio
import re
import shutil
import time
from collections.abc import Mapping
from pathlib import Path

from adapters.files.data_dir import DATABASE, IMAGES
from bot import __version__
from bot.operations import Disk, ProcessInfo, SettingInForce
from config.settings import Settings
from inference.models.disk import nbytes

_LOOK_SECONDS = 60.0
"""How long the size of the pictures is taken as known: there may be a hundred thousand files."""

_IN_ADDRESS = re.compile(r"(?<=://)[^/@\s]+@")
"""Name and password in an address."""


def process_info_of(settings: Settings, origins: Mapping[str, str], *, data_dir: Path) -> ProcessInfo:
    """Of a service that begins now; `origins` says which settings come from where, see `config.reading.origins`."""
    return ProcessInfo(
        version=__version__,
        started_at=time.time(),
        settings=[
            SettingInForce(name=name, value=_IN_ADDRESS.sub("", written(value)), origin=origins.get(name, ""))
            for name, value in _flat(settings).items()
        ],
        disk=_Meter(data_dir).look,
    )


def written(value: object) -> str:
    """A setting's value as an owner would write it."""
    match value:
        case bool():
            return str(value).lower()
        case list() | tuple():
            return ", ".join(map(str, value))
        case _:
            return str(value)


def _flat(settings: Settings) -> dict[str, object]:
    """Every key with its value, without those that are secret."""
    flat: dict[str, object] = {}
    for name, value in settings.model_dump(mode="json", exclude={"secrets"}).items():
        flat |= {f"{name}.{key}": each for key, each in value.items()} if isinstance(value, dict) else {name: value}
    return flat


class _Meter:
    """Measures the data folder, but not at each look."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._pictures = 0
        self._measured_at: float | None = None
        self._measuring = asyncio.Lock()

    async def look(self) -> Disk:
        async with self._measuring:
            now = time.monotonic()
            if self._measured_at is None or now - self._measured_at > _LOOK_SECONDS:
                self._pictures = await asyncio.to_thread(nbytes, self._folder / IMAGES)
                self._measured_at = time.monotonic()
        return await asyncio.to_thread(self._disk)

    def _disk(self) -> Disk:
        return Disk(
            pictures=self._pictures,
            database=sum(nbytes(file) for file in self._folder.glob(f"{DATABASE}*")),
            free=shutil.disk_usage(self._folder).free,
        )
