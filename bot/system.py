"""Time and chance as the operating system has them."""

import base64
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
