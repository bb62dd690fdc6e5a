"""A moderator for the core's tests: it blocks the words it was given and finds in pictures what it was told.

It passes the contract suite in `tests/contract/test_moderator.py`.

    moderator.verdicts[sha256 of a file] = Verdict.UNSAFE    # else `always` holds
    moderator.hold()                                         # looks wait until release()
"""

import asyncio
import hashlib
from collections.abc import Sequence
from pathlib import Path

from bot.domain.safety import Verdict


class FakeModerator:
    """See the module. `always` None: it does not classify."""

    def __init__(self, *, blocked: Sequence[str] = (), always: Verdict | None = None) -> None:
        self.looked: list[Path] = []
        self.verdicts: dict[str, Verdict] = {}
        self.always = always
        self._blocked = tuple(blocked)
        self._free = asyncio.Event()
        self._free.set()
        self.looking = asyncio.Event()

    @property
    def classifies(self) -> bool:
        return self.always is not None

    async def blocks(self, prompt: str, *, also: Sequence[str] = ()) -> bool:
        return any(word in prompt.split() for word in (*self._blocked, *also))

    async def look(self, picture: Path) -> Verdict:
        if self.always is None:
            return Verdict.UNCLASSIFIED
        self.looked.append(picture)
        self.looking.set()
        await self._free.wait()
        try:
            content = picture.read_bytes()
        except OSError:
            return Verdict.UNCHECKABLE
        return self.verdicts.get(hashlib.sha256(content).hexdigest(), self.always)

    def hold(self) -> None:
        """Let looks wait."""
        self._free.clear()

    def release(self) -> None:
        """Let them go on."""
        self._free.set()
