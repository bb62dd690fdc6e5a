"""What exists on the server: people, places, messages and interactions, and the time there."""

import asyncio
import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from tests.servers.discord import payloads

EPOCH_MS = 1_420_070_400_000
TOKEN_SECONDS = 15 * 60
LOOK_SECONDS = 0.05


class ServerClock:
    """The product's and the server's time; `skip` lets it pass at once."""

    def __init__(self) -> None:
        self._offset = 0.0

    def now(self) -> float:
        return time.time() + self._offset

    def skip(self, seconds: float) -> None:
        self._offset += seconds


@dataclass(slots=True)
class Channel:
    """A channel, thread or direct channel. `denied` are permissions the bot lacks there."""

    id: str
    payload: dict[str, Any]
    guild: "Guild | None" = None
    denied: int = 0
    archived: bool = False
    locked: bool = False
    installed: bool = True

    @property
    def permissions(self) -> int:
        return payloads.EVERYTHING & ~self.denied

    @property
    def is_thread(self) -> bool:
        return bool(self.payload["type"] == 11)


@dataclass(slots=True)
class Guild:
    """A server. `member` says whether the bot is one there.

    An outage hides it from the sessions that begin: while it is `away`; not even `listed`, if it is a bad one.
    """

    id: str
    payload: dict[str, Any]
    member: bool = True
    locale: str = "en-US"
    gone: bool = False
    away: bool = False
    listed: bool = True


@dataclass(slots=True)
class Post:
    """A message; `versions` are all it ever showed. `hidden` is whose it is where only that member sees it.

    `signs` are the bot's reactions.
    """

    id: str
    channel: Channel
    payload: dict[str, Any]
    files: dict[str, bytes] = field(default_factory=dict)
    hidden: str = ""
    deleted: bool = False
    tokens: set[str] = field(default_factory=set)
    nonce: str = ""
    made_at: float = 0.0
    versions: list[dict[str, Any]] = field(default_factory=list)
    signs: list[str] = field(default_factory=list)

    @property
    def content(self) -> str:
        return str(self.payload["content"])

    @property
    def words(self) -> str:
        """Everything to read in it."""
        embeds = self.payload["embeds"]
        parts = [self.content]
        for embed in embeds:
            parts += [embed.get("title", ""), embed.get("description", ""), embed.get("footer", {}).get("text", "")]
        return "\n".join(part for part in parts if part)

    @property
    def loading(self) -> bool:
        return bool(self.payload["flags"] & payloads.LOADING)

    @property
    def buttons(self) -> dict[str, str]:
        """Custom ids by label; of a menu, what its choices stand for, by its placeholder and their labels."""
        found: dict[str, str] = {}
        for row in self.payload["components"]:
            for part in row["components"]:
                if part["type"] == 3:
                    hint = part["placeholder"].rstrip("….")
                    found |= {f"{hint} {each['label']}": each["value"] for each in part["options"]}
                else:
                    found[part["label"]] = part["custom_id"]
        return found

    @property
    def chosen(self) -> list[str]:
        """The labels of the buttons that say what it is already, and cannot be pressed."""
        rows = self.payload["components"]
        return [each["label"] for row in rows for each in row["components"] if each.get("disabled")]

    def menu_of(self, value: str) -> str:
        """The custom id of the menu that offers a value; empty if none does."""
        menus = [part for row in self.payload["components"] for part in row["components"] if part["type"] == 3]
        return next((menu["custom_id"] for menu in menus if value in {each["value"] for each in menu["options"]}), "")

    @property
    def done(self) -> bool:
        """Whether it shows a finished result."""
        return bool(self.pictures) and "Delete" in self.buttons

    @property
    def pictures(self) -> list[dict[str, Any]]:
        """The attachments that show by themselves, not inside an embed: never a preview of what is still made."""
        return [entry for entry in self._alone if not _is_preview(entry)]

    @property
    def previews(self) -> list[dict[str, Any]]:
        """The attachments that show how pictures look on their way."""
        return [entry for entry in self._alone if _is_preview(entry)]

    @property
    def _alone(self) -> list[dict[str, Any]]:
        used = {embed.get("thumbnail", {}).get("url", "").rpartition("/")[2] for embed in self.payload["embeds"]}
        return [entry for entry in self.payload["attachments"] if entry["filename"] not in used]


def _is_preview(attachment: dict[str, Any]) -> bool:
    return bool(attachment["filename"].removeprefix("SPOILER_").startswith("preview"))


@dataclass(slots=True)
class Asked:
    """An interaction, from the member's side.

    Attributes:
        fetched_first: whether the bot fetched what came with the question before it answered.
    """

    id: str
    token: str
    payload: dict[str, Any]
    user: str
    channel: Channel
    made_at: float
    fetched_first: bool | None = None
    answer: dict[str, Any] | None = None
    original: Post | None = None
    follow_ups: list[Post] = field(default_factory=list)
    dead: bool = False

    @property
    def attachments(self) -> list[str]:
        """The paths of the files that came with it."""
        given = self.payload["data"].get("resolved", {}).get("attachments", {})
        return [urlsplit(each["url"]).path for each in given.values()]

    @property
    def kind(self) -> int | None:
        return None if self.answer is None else int(self.answer["type"])


@dataclass(slots=True)
class Fault:
    """A call that goes wrong: `times` times, before or after its effect.

    Attributes:
        everywhere: a 429 is the limit of the whole bot.
        bare: a 429 comes without its headers, as a proxy may pass it on; only its body says how long it holds.
        held: the call has its effect, and is answered only once this is set.
    """

    method: str
    path: str
    status: int = 500
    code: int = 0
    times: int = 1
    after: bool = False
    reset: bool = False
    retry_after: float = 1.0
    everywhere: bool = False
    bare: bool = False
    held: asyncio.Event | None = None
    when: Callable[[Any], bool] = lambda _body: True


class Bell:
    """Rings at every change, so that a test can wait for a fact instead of a time.

    Facts that it does not ring for, as those of a store, are looked at now and then.
    """

    def __init__(self) -> None:
        self._condition = asyncio.Condition()

    async def ring(self) -> None:
        async with self._condition:
            self._condition.notify_all()

    async def until(self, fact: Callable[[], Any], *, seconds: float, what: str) -> Any:
        try:
            async with asyncio.timeout(seconds), self._condition:
                while not (found := fact()):
                    with contextlib.suppress(TimeoutError):
                        async with asyncio.timeout(LOOK_SECONDS):
                            await self._condition.wait()
                return found
        except TimeoutError:
            raise AssertionError(f"waited {seconds:g} s in vain for {what}") from None
