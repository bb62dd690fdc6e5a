"""Which of the offered models are on this machine, and how one that is not comes here."""

import asyncio
from collections.abc import Callable, Mapping

import structlog

from inference.api import ModelUnavailable
from inference.models import catalog, hub
from inference.models.downloads import Arrival, fetched
from inference.models.entry import ModelEntry

log = structlog.get_logger(__name__)

REPORT_SECONDS = 10.0
"""Between two lines in the log."""


def place_of(entry: ModelEntry) -> hub.Place | None:
    """Where on the hub a model is; None if it is a folder or file of this machine.

    Raises:
        ModelUnavailable: if its id means nothing.
    """
    if catalog.locate(entry.id) is not None:
        return None
    return hub.Place.of(entry.id, revision=entry.revision, variant=entry.variant)


class Library:
    """Models by name.

    Args:
        entries: what is offered.
        silence: seconds without a byte after which a download is given up.
    """

    def __init__(self, entries: Mapping[str, ModelEntry], *, silence: float) -> None:
        self._entries = entries
        self._silence = silence
        self._here: set[str] = set()
        self._fetching: dict[str, asyncio.Task[None]] = {}

    def has(self, model: str) -> bool:
        """Whether nothing has to be fetched; of what makes no sense loading says why."""
        if model not in self._here:
            try:
                place = place_of(self._entries[model])
            except ModelUnavailable:
                return True
            if place is not None and hub.here(place) is None:
                return False
            self._here.add(model)
        return True

    def fetch(self, model: str, group: asyncio.TaskGroup, then: Callable[[str, str], None]) -> None:
        """Fetch a model in a task of the group, if none does; `then` gets its name and why it did not come."""
        if model not in self._fetching:
            self._fetching[model] = group.create_task(self._fetch(model, then), name=f"fetch {model}")

    def stop(self) -> None:
        """End what is under way; what has come stays."""
        for task in self._fetching.values():
            task.cancel()

    async def _fetch(self, model: str, then: Callable[[str, str], None]) -> None:
        refusal = ""
        try:
            await self.bring(model)
        except ModelUnavailable as error:
            refusal = str(error)
        finally:
            del self._fetching[model]
        then(model, refusal)

    async def bring(self, model: str) -> None:
        """Fetch a model if it is not here; says in the log how far it is.

        Raises:
            ModelUnavailable: it cannot be had, with the mend.
        """
        if self.has(model):
            return
        place = place_of(self._entries[model])
        assert place is not None
        clock = asyncio.get_running_loop().time
        told = -REPORT_SECONDS
        async for news in fetched(place, name=model, silence=self._silence):
            if isinstance(news, Arrival) and clock() - told >= REPORT_SECONDS:
                told = clock()
                log.info("downloading", model=model, **news.in_words())
        self._here.add(model)
        log.info("downloaded", model=model)
