"""OpenTelemetry traces, if the owner wants them: one for each job, from its command to its messages.

The trace's id is made of the job's, so that all spans of a job are found together, after a restart too. Spans carry
ids, models and times; no words and no pictures. The library comes with the extra `tracing`.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from hashlib import blake2s
from typing import TYPE_CHECKING

from bot.domain.errors import FatalError

if TYPE_CHECKING:
    from opentelemetry.context import Context
    from opentelemetry.trace import Tracer

EXPORT_SECONDS = 5.0
"""A collector that does not answer holds up neither jobs nor, for longer than this, the end of the process."""

_NANOSECONDS = 1_000_000_000
_tracers: list["Tracer"] = []
"""The one of this process while it exports; the list is empty if nobody wants traces."""


@asynccontextmanager
async def exporting(endpoint: str, *, version: str) -> AsyncIterator[None]:
    """Send spans to a collector by OTLP over HTTP while entered; nothing if `endpoint` is empty.

    Raises:
        FatalError: the library is not installed.
    """
    if not endpoint:
        yield
        return
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError:
        raise FatalError(
            "tracing.endpoint is set, but OpenTelemetry is not installed: install Pentimento with EXTRAS=tracing "
            "(README, Extras), or unset it."
        ) from None
    resource = Resource.create({"service.name": "pentimento", "service.version": version})
    provider = TracerProvider(resource=resource, shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=endpoint, timeout=EXPORT_SECONDS)))
    _tracers.append(provider.get_tracer("pentimento"))
    try:
        yield
    finally:
        _tracers.clear()
        await asyncio.to_thread(provider.shutdown)


@contextmanager
def span(name: str, job: str, **attributes: str | int) -> Iterator[None]:
    """Add a span to the job's trace for what happens inside the context."""
    if not _tracers:
        yield
        return
    parent = _trace_of(job)
    with _tracers[0].start_as_current_span(
        name, context=parent, attributes={"job": job, **attributes}, record_exception=False
    ):
        yield


def passed(name: str, job: str, *, begun: float, ended: float) -> None:
    """Add a span that has ended already, by Unix seconds: time in which nobody worked on the job, such as waiting."""
    if _tracers:
        parent = _trace_of(job)
        waited = _tracers[0].start_span(
            name, context=parent, attributes={"job": job}, start_time=int(begun * _NANOSECONDS)
        )
        waited.end(int(ended * _NANOSECONDS))


def _trace_of(job: str) -> "Context":
    from opentelemetry import trace

    told = blake2s(job.encode()).digest()
    parent = trace.SpanContext(
        trace_id=int.from_bytes(told[:16], "big"),
        span_id=int.from_bytes(told[16:24], "big"),
        is_remote=True,
        trace_flags=trace.TraceFlags(trace.TraceFlags.SAMPLED),
    )
    return trace.set_span_in_context(trace.NonRecordingSpan(parent))
