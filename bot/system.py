"""Time, chance and processors as the operating system has them, and what it keeps from others."""

import base64
import os
import secrets
import time

from bot.domain.ids import JobId
from bot.domain.request import MAX_SEED


class SystemClock:
    """The wall clock."""

    def now(self) -> float:
        return time.time()


class SystemIds:
    """Unguessable names and seeds."""

    def job_id(self) -> JobId:
        return JobId(base64.urlsafe_b64encode(secrets.token_bytes(16)).decode().rstrip("="))

    def seed(self) -> int:
        return secrets.randbelow(MAX_SEED + 1)


def processors() -> int:
    """How many this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
