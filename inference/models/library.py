"""Which files requests need are on this machine, and how those that are not come here."""

import asyncio
import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import structlog

from inference.api import Arriving, ModelDefaults, ModelUnavailable, Needs
from inference.models import catalog, hub
from inference.models.downloads import DownloadProgress, fetched
from inference.models.entry import MapModels, ModelEntry

log = structlog.get_logger(__name__)

REPORT_SECONDS = 10.0
"""Between two lines in the log."""

HUB_SECONDS = 10.0
"""How long a start waits for the hub's word on the default model."""


def all_offered(model: str, entries: Mapping[str, ModelEntry], map_models: MapModels) -> dict[str, ModelEntry]:
    """`entries` with all that they lack for maps, and the default model, a hub id or folder if they have it not."""
    offered = {model: ModelEntry(id=model)} | dict(entries)
    return {name: catalog.with_controls(entry, map_models) for name, entry in offered.items()}


def refs_of_model(entry: ModelEntry) -> tuple[hub.HubRef, ...]:
    """What a model cannot be loaded without, as far as it is on the hub: itself, its base, its autoencoder.

    Raises:
        ModelUnavailable: if its id means nothing.
    """
    found = []
    if catalog.locate(entry.id) is None:
        found.append(hub.HubRef.of(entry.id, revision=entry.revision, variant=entry.variant))
    if entry.base and catalog.locate(entry.base) is None:
        found.append(catalog.base_ref(entry))
    if (vae := hub.HubRef.part(entry.vae, hub.RepositoryKind.NETWORK)) is not None:
        found.append(vae)
    return tuple(found)


def refs_of(entry: ModelEntry, *, controls: bool) -> tuple[hub.HubRef, ...]:
    """What an entry has on the hub: the model, its adapters and, if wanted, its ControlNets.

    Raises:
        ModelUnavailable: if its id means nothing.
    """
    parts = [(lora.place, hub.RepositoryKind.ADAPTER) for lora in entry.loras.values()]
    parts += [
        (network, hub.RepositoryKind.NETWORK)
        for network in (entry.preview_vae, *(entry.controls.values() if controls else ()))
    ]
    others = [there for id_, kind in parts if (there := hub.HubRef.part(id_, kind)) is not None]
    return tuple(dict.fromkeys((*refs_of_model(entry), *others)))


def known_folder(entry: ModelEntry) -> Path | None:
    """Where a model lies on this machine already; None if it would have to be fetched first.

    Raises:
        ModelUnavailable: if the id means nothing.
    """
    return catalog.locate(entry.id) or hub.cached(
        hub.HubRef.of(entry.id, revision=entry.revision, variant=entry.variant)
    )


def foreseen(entries: Mapping[str, ModelEntry]) -> tuple[dict[str, ModelDefaults], dict[str, str]]:
    """What is known of models before any is loaded, and why some cannot be, by name."""
    known, refused = {}, {}
    for name, entry in entries.items():
        try:
            known[name] = catalog.defaults(name, entry, known_folder(entry))
        except ModelUnavailable as error:
            refused[name] = str(error)
    return known, refused


@dataclass(slots=True)
class _Fetch:
    """A download.

    Attributes:
        begun: it is known that it can be had, or it is over.
        refusal: why it did not come.
    """

    arrival: DownloadProgress | None = None
    begun: asyncio.Event = field(default_factory=asyncio.Event)
    over: asyncio.Event = field(default_factory=asyncio.Event)
    refusal: str = ""


class Library:
    """What requests may need, by name; use as an async context manager. Leaving ends what is under way.

    Args:
        entries: models that are offered.
        map_models: what draws depth and poses.
        silence: seconds without a byte after which a download is given up.
    """

    def __init__(self, entries: Mapping[str, ModelEntry], map_models: MapModels, *, silence: float) -> None:
        self._entries = entries
        self._map_models = map_models
        self._silence = silence
        self._here: set[hub.HubRef] = set()
        self._fetching: dict[hub.HubRef, _Fetch] = {}
        self._running: set[asyncio.Task[None]] = set()
        self._bytes = self._came = self._failed = 0

    async def __aenter__(self) -> Self:
        self._tasks = await asyncio.TaskGroup().__aenter__()  # anew each time, as a restarted engine enters it again
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in tuple(self._running):
            task.cancel()
        await self._tasks.__aexit__(None, None, None)

    def counters(self) -> dict[str, int]:
        """What was fetched since the start, and what is on its way."""
        arrivals = [fetch.arrival for fetch in self._fetching.values() if fetch.arrival]
        return {
            "download_bytes": self._bytes,
            "download_bytes_left": sum(max(0, arrival.total - arrival.done) for arrival in arrivals),
            "downloads_running": len(self._fetching),
            "downloads_ended.done": self._came,
            "downloads_ended.failed": self._failed,
        }

    def lacks(self, needs: Needs) -> bool:
        """Whether something has to be fetched; of what makes no sense loading says why."""
        return bool(self._lacking(needs))

    def arriving(self, needs: Needs) -> Arriving | None:
        """How far what is lacking is, in bytes over all of it; None if nobody fetches it."""
        under_way = [fetch for ref in self._lacking(needs) if (fetch := self._fetching.get(ref))]
        if not under_way:
            return None
        arrivals = [fetch.arrival for fetch in under_way if fetch.arrival]
        left = [arrival.seconds_left for arrival in arrivals if arrival.seconds_left is not None]
        return Arriving(
            done=sum(arrival.done for arrival in arrivals),
            total=sum(arrival.total for arrival in arrivals),
            seconds_left=max(left, default=None),
        )

    async def bring(self, needs: Needs) -> None:
        """Fetch what is lacking, the parts at the same time; says in the log how far they are.

        Whoever is cancelled here leaves the download to go on.

        Raises:
            ModelUnavailable: it cannot be had, with the mend.
        """
        for fetch in self._begin(needs):
            await fetch.over.wait()
            if fetch.refusal:
                raise ModelUnavailable(fetch.refusal)

    async def outlook(self, model: str) -> Mapping[str, ModelDefaults]:
        """What is known of the models before any is loaded; begins to fetch that one, if it has to be.

        Raises:
            ModelUnavailable: it cannot be had, as far as that shows in `HUB_SECONDS`.
        """
        known, refused = await asyncio.to_thread(foreseen, self._entries)
        if model in refused:
            raise ModelUnavailable(refused[model])
        for name, sentence in refused.items():
            log.warning("model cannot be used", model=name, reason=sentence)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(HUB_SECONDS):
                for fetch in self._begin(Needs(model=model)):
                    await fetch.begun.wait()
                    if fetch.refusal:
                        raise ModelUnavailable(fetch.refusal)
        return known

    def _lacking(self, needs: Needs) -> dict[hub.HubRef, str]:
        """What is not here, with its name for people."""
        return {ref: name for name, ref in self._refs(needs) if not self._is_here(ref)}

    def _refs(self, needs: Needs) -> Iterator[tuple[str, hub.HubRef]]:
        """Where on the hub it lies, under names for people."""
        if entry := self._entries.get(needs.model):
            with contextlib.suppress(ModelUnavailable):  # loading will say so
                for ref in refs_of_model(entry):
                    yield needs.model if ref.id == hub.HubRef.of(entry.id).id else ref.id, ref
            parts = [
                (entry.loras[name].place, hub.RepositoryKind.ADAPTER) for name in needs.loras if name in entry.loras
            ]
            parts += [(entry.controls.get(needs.control, "") if needs.control else "", hub.RepositoryKind.NETWORK)]
            parts += [(entry.preview_vae, hub.RepositoryKind.NETWORK)]
        else:
            parts = []
        parts += [(id_, hub.RepositoryKind.NETWORK) for id_ in self._map_models.drawing(needs.draws)]
        for id_, kind in parts:
            if part := hub.HubRef.part(id_, kind):
                yield id_, part

    def _is_here(self, ref: hub.HubRef) -> bool:
        if ref not in self._here and hub.cached(ref) is not None:
            self._here.add(ref)
        return ref in self._here

    def _begin(self, needs: Needs) -> list[_Fetch]:
        fetches = []
        for ref, name in self._lacking(needs).items():
            if ref not in self._fetching:
                self._fetching[ref] = _Fetch()
                task = self._tasks.create_task(self._fetch(name, ref), name=f"fetch {name}")
                self._running.add(task)
                task.add_done_callback(self._running.discard)
            fetches.append(self._fetching[ref])
        return fetches

    async def _fetch(self, name: str, ref: hub.HubRef) -> None:
        fetch = self._fetching[ref]
        clock = asyncio.get_running_loop().time
        reported = -REPORT_SECONDS
        refusal = "The download was ended: try again; what has come is kept."
        try:
            async for news in fetched(ref, name=name, silence=self._silence):
                if not isinstance(news, DownloadProgress):
                    continue
                if fetch.arrival:  # the first says what an earlier try has left here
                    self._bytes += max(0, news.done - fetch.arrival.done)
                fetch.arrival = news
                fetch.begun.set()
                if clock() - reported >= REPORT_SECONDS:
                    reported = clock()
                    log.info("downloading", model=name, **news.in_words())
            self._here.add(ref)
            refusal = ""
            self._came += 1
            log.info("downloaded", model=name)
        except ModelUnavailable as error:
            refusal = str(error)
            self._failed += 1
            log.warning("not downloaded", model=name, reason=refusal)
        finally:
            fetch.refusal = refusal
            del self._fetching[ref]
            fetch.begun.set()
            fetch.over.set()
