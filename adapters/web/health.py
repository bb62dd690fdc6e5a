"""`/healthz`, `/readyz` and `/metrics`: one small server on the bot's own loop.

That it runs on the loop is the point: a loop that hangs answers nobody, and the container is found unhealthy.
"""

from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Literal

from aiohttp import web
from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector

from adapters.listening import listening
from bot.domain.errors import FatalError
from bot.metrics import REGISTRY


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One number as it stands now.

    Attributes:
        name: without prefix, e.g. "jobs_waiting"; a counter's without "_total".
        labels: what tells this reading from others of the same name, e.g. {"status": "failed"}.
    """

    name: str
    help: str
    value: float
    kind: Literal["gauge", "counter"] = "gauge"
    labels: Mapping[str, str] = field(default_factory=dict)


@asynccontextmanager
async def serve_health(
    *,
    host: str,
    port: int,
    readings: Callable[[], Iterable[Reading]],
    troubles: Callable[[], Mapping[str, str]],
) -> AsyncIterator[None]:
    """Answer on `host:port` while entered; port 0 serves nothing.

    `readings` and `troubles` are called on the loop for each request, so they must not block. `troubles` gives a
    sentence for each part that keeps the service from its work, which makes `/readyz` answer 503.

    Raises:
        FatalError: the address cannot be listened on.
    """
    if port == 0:
        yield
        return
    async with AsyncExitStack() as opened:
        try:
            await opened.enter_async_context(listening(_application(readings, troubles), host=host, port=port))
        except OSError as fault:
            raise FatalError(
                f"Cannot listen on {host}:{port} ({fault.strerror}): stop what uses it, perhaps another Pentimento, "
                "or set metrics.port and metrics.host to a free address, or metrics.port to 0 to go without."
            ) from fault
        yield


def _application(
    readings: Callable[[], Iterable[Reading]], troubles: Callable[[], Mapping[str, str]]
) -> web.Application:
    async def healthz(_request: web.Request) -> web.Response:
        return web.Response(text="ok\n")

    async def readyz(request: web.Request) -> web.Response:
        why_not = troubles()
        status = 503 if why_not else 200
        if "json" in request.headers.get("Accept", ""):
            return web.json_response({"ready": not why_not, "reasons": dict(why_not)}, status=status)
        lines = [f"{part}: {sentence}\n" for part, sentence in why_not.items()]
        return web.Response(text="".join(lines) or "ready\n", status=status)

    async def metrics(request: web.Request) -> web.Response:
        registry = CollectorRegistry()
        registry.register(_Readings(readings))
        registry.register(_Counted())
        encode, content_type = choose_encoder(request.headers.get("Accept", ""))
        return web.Response(body=encode(registry), headers={"Content-Type": content_type})

    application = web.Application()
    application.add_routes([web.get("/healthz", healthz), web.get("/readyz", readyz), web.get("/metrics", metrics)])
    return application


class _Counted(Collector):
    """What is counted where it happens."""

    def describe(self) -> Iterator[Metric]:
        """Nothing, so that registering does not collect."""
        return iter(())

    def collect(self) -> Iterator[Metric]:
        """Everything in the process's registry."""
        yield from REGISTRY.collect()


class _Readings(Collector):
    """Asks for the numbers at each scrape, so that nobody has to keep two counts in step."""

    def __init__(self, readings: Callable[[], Iterable[Reading]]) -> None:
        self._readings = readings

    def describe(self) -> Iterator[Metric]:
        """Nothing: the names are known at a scrape only, and registering must not call out yet."""
        return iter(())

    def collect(self) -> Iterator[Metric]:
        """One family for each name."""
        families: dict[str, CounterMetricFamily | GaugeMetricFamily] = {}
        for reading in self._readings():
            family = families.get(reading.name)
            if family is None:
                kind = CounterMetricFamily if reading.kind == "counter" else GaugeMetricFamily
                family = kind(f"pentimento_{reading.name}", reading.help, labels=tuple(reading.labels))
                families[reading.name] = family
            family.add_metric(tuple(reading.labels.values()), reading.value)
        yield from families.values()
