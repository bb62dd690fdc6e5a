"""`/healthz` for Docker and load balancers, `/metrics` for Prometheus: one small server on the bot's own loop.

That it runs on the loop is the point: a loop that hangs answers nobody, and the container is found unhealthy.
"""

from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Literal

from aiohttp import web
from prometheus_client import CollectorRegistry, ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector

from adapters.listening import listening
from bot.domain.errors import FatalError


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
    *, host: str, port: int, readings: Callable[[], Iterable[Reading]], trouble: Callable[[], str | None]
) -> AsyncIterator[None]:
    """Answer on `host:port` while entered; port 0 serves nothing.

    `readings` and `trouble` are called on the loop for each request, so they must not block. `trouble` gives one
    sentence where the service cannot do its work, which makes `/healthz` answer 503.

    Raises:
        FatalError: the address cannot be listened on.
    """
    if port == 0:
        yield
        return
    async with AsyncExitStack() as opened:
        try:
            await opened.enter_async_context(listening(_application(readings, trouble), host=host, port=port))
        except OSError as fault:
            raise FatalError(
                f"Cannot listen on {host}:{port} ({fault.strerror}): set metrics.port and metrics.host to a free "
                "address, or metrics.port to 0 to go without."
            ) from fault
        yield


def _application(readings: Callable[[], Iterable[Reading]], trouble: Callable[[], str | None]) -> web.Application:
    registry = CollectorRegistry()
    registry.register(_Readings(readings))
    ProcessCollector(registry=registry)

    async def healthz(_request: web.Request) -> web.Response:
        sentence = trouble()
        return web.Response(text=f"{sentence or 'ok'}\n", status=503 if sentence else 200)

    async def metrics(request: web.Request) -> web.Response:
        encode, content_type = choose_encoder(request.headers.get("Accept", ""))
        return web.Response(body=encode(registry), headers={"Content-Type": content_type})

    application = web.Application()
    application.add_routes([web.get("/healthz", healthz), web.get("/metrics", metrics)])
    return application


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
