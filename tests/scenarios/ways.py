"""Every way in which a member addresses the bot on a chat, and what then stands before that member, and where."""

import asyncio
import re
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from fluent.syntax import FluentParser, ast

from bot import texts
from bot.domain.job import Job
from bot.erasure import Retention
from bot.lifecycle import Core
from tests.builders.requests import png
from tests.fakes.engine import FakeEngine

SECONDS = 120.0
"""How long a row waits for an answer; only one that stays silent takes as long."""

SIGN = "⚠️"
"""On the message of whoever was answered elsewhere."""

OWN_RESULT = "own result"
PICTURE = "picture"
WORDS = "words"


@dataclass(frozen=True, slots=True)
class Said:
    """What a member says, and with which file; None if with none."""

    words: str = "a boat"
    picture: bytes | None = png()


@dataclass(frozen=True, slots=True)
class Seen:
    """Something that stands before a member.

    Attributes:
        here: it stands where they spoke; else in the member's conversation with the bot.
        pictures: how many it shows, if it is a result that is finished.
        buttons: their labels.
    """

    text: str
    here: bool
    pictures: int = 0
    buttons: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Way:
    """One way of addressing the bot.

    Attributes:
        act: does it.
        has: what of it a row can vary: `WORDS`, `PICTURE`, or that it is about a result of the member's own.
        prepare: what happens before, while all is well; its result is given to `act`.
        lacks: it can be gone without a picture.
        within: in which conversation they speak; None is the room.
        direct: it may be answered in the member's conversation with the bot, as the chat has no other place.
    """

    act: Callable[[Any, Said], Awaitable[object]]
    has: frozenset[str]
    prepare: Callable[[], Awaitable[Any]] | None = None
    lacks: bool = False
    within: Any = None
    direct: bool = False


class Visit(ABC):
    """One new member in the room that all share, who has a result there already.

    Attributes:
        key: of the member.
        result: the message of their result, once it was made.
        speaks_in: the conversation; None is the room.
    """

    core: Core
    engine: FakeEngine
    key: str
    result: Any
    speaks_in: Any = None

    @property
    @abstractmethod
    def ways(self) -> Mapping[str, Way]: ...

    @abstractmethod
    def seen(self) -> Sequence[Seen]:
        """Everything that stands before them now."""

    @abstractmethod
    async def first(self) -> None:
        """Make the result."""

    async def job(self) -> Job:
        """Of that result."""
        return (await self.core.store.jobs_of(self.key, limit=1))[0]

    async def delete(self) -> None:
        """Have what is stored of the result gone by its age, so that its message stands."""
        while await self.core.store.deliveries():  # what is not shown yet is kept
            await asyncio.sleep(0.02)
        await self.core.service.removal.sweep(Retention(pictures_before=1e12, jobs_before=0.0, inbox_before=0.0))


@cache
def sentences() -> Mapping[str, re.Pattern[str]]:
    """Each message of the English catalogue, as what a chat shows of it."""
    source = Path(texts.__file__).with_name("en.ftl").read_text(encoding="utf-8")
    found = (each for each in FluentParser().parse(source).body if isinstance(each, ast.Message) and each.value)
    return {each.id.name: re.compile(_shown(each.value.elements), re.DOTALL) for each in found if each.value}


def _shown(elements: Sequence[ast.TextElement | ast.Placeable]) -> str:
    return "".join(re.escape(each.value) if isinstance(each, ast.TextElement) else ".+" for each in elements)


def says(shown: str, keys: Sequence[str]) -> bool:
    """Whether a line of what is shown is one of those sentences, whole."""
    lines = [re.sub(r"^<@\w+> ", "", re.sub(r"</([^:]+):\d+>", r"/\1", line)) for line in shown.splitlines()]
    wanted = [sentences().get(key) or re.compile(re.escape(key)) for key in keys]
    return any(each.fullmatch(line.removeprefix("⚠️ ")) for each in wanted for line in lines)


def lines(now: Sequence[Seen], before: Sequence[Seen]) -> Iterator[str]:
    """What is new, for a person who reads why a row failed."""
    for each in _new(now, before):
        yield f"{'here' if each.here else 'directly'}: {each.text!r} ({each.pictures} pictures)"


async def fresh(visit: Visit, before: Sequence[Seen], fact: Callable[[Seen], bool]) -> bool:
    """Whether something comes to stand before the member that was not there before, and is as `fact` says."""
    try:
        async with asyncio.timeout(SECONDS):
            while not any(fact(each) for each in _new(visit.seen(), before)):
                await asyncio.sleep(0.01)
    except TimeoutError:
        return False
    return True


def _new(now: Sequence[Seen], before: Sequence[Seen]) -> Sequence[Seen]:
    left = list(before)
    return [each for each in now if each not in left or left.remove(each)]  # type: ignore[func-returns-value]  # takes one of equal ones away
