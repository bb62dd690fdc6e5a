"""Numbers that are counted where things happen; `/metrics` shows them beside what is read off the core at a scrape.

They belong to the process, as is usual with Prometheus, and live as long as it does.
"""

from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector

REGISTRY = CollectorRegistry()

ACKNOWLEDGEMENT = Histogram(
    "pentimento_acknowledgement_seconds",
    "From an event's arrival to our acknowledgement of it; the chats give 3 seconds.",
    ["platform"],
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 3.0),
    registry=REGISTRY,
)
RECONNECTS = Counter(
    "pentimento_platform_reconnects",
    "Connections to a chat that were made anew after one was lost.",
    ["platform"],
    registry=REGISTRY,
)
MESSAGES = Counter(
    "pentimento_messages",
    "Messages of jobs that a chat took, by what was done: post or edit.",
    ["platform", "act"],
    registry=REGISTRY,
)
MESSAGES_PUT_OFF = Counter(
    "pentimento_messages_put_off",
    "Posts and edits that a chat did not take then, and that were tried again later.",
    ["platform"],
    registry=REGISTRY,
)
RATE_LIMITS = Counter(
    "pentimento_rate_limits",
    "Calls that a chat refused because of its rate limits.",
    ["platform"],
    registry=REGISTRY,
)
WAIT = Histogram(
    "pentimento_wait_seconds",
    "From the acceptance of a job to the start of its first picture.",
    buckets=(1.0, 5.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1800.0, 3600.0),
    registry=REGISTRY,
)
PICTURE = Histogram(
    "pentimento_picture_seconds",
    "Time of the device for one picture, by model; loading the model is not counted.",
    ["model"],
    buckets=(0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 30.0, 60.0, 120.0, 300.0),
    registry=REGISTRY,
)
JOB = Histogram(
    "pentimento_job_seconds",
    "From the start of a job's first picture to the end of its last one, by model.",
    ["model"],
    buckets=(0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1800.0),
    registry=REGISTRY,
)
ProcessCollector(registry=REGISTRY)


def expect(platform: str) -> None:
    """Show a platform's numbers from the start, so that the first event is seen as a rise from 0."""
    ACKNOWLEDGEMENT.labels(platform)
    RECONNECTS.labels(platform)
    MESSAGES_PUT_OFF.labels(platform)
    RATE_LIMITS.labels(platform)
    for act in ("post", "edit"):
        MESSAGES.labels(platform, act)
