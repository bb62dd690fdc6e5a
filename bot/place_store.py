"""What the core asks of the database about places; as `stores`, of whose store this is a part."""

from collections.abc import Callable, Collection
from typing import Protocol

from bot.domain.place import PlaceSettings


class PlaceStore(Protocol):
    """What servers, workspaces and channels have set for themselves."""

    async def place(self, key: str) -> PlaceSettings:
        """What was set for a place, e.g. "discord:guild:123"; all defaults if nothing was."""
        ...

    async def change_place(self, key: str, change: Callable[[PlaceSettings], PlaceSettings]) -> None:
        """Set a place to what `change` makes of what is set; nothing comes between, so no other change is lost.

        `change` may be called in another thread. What it raises is raised here, and nothing is changed.
        """
        ...

    async def forget_places(self, prefix: str) -> None:
        """Remove what is set for every place whose key starts so, and that it was greeted: it has gone."""
        ...

    async def forget_place(self, key: str) -> None:
        """The same for one place."""
        ...

    async def set_parent(self, parent: str, places: Collection[str]) -> None:
        """Note that places belong to another, with which they are to be forgotten; each has one parent."""
        ...

    async def children(self, parent: str) -> frozenset[str]:
        """The places that belong to one and are not forgotten yet."""
        ...

    async def greet(self, key: str, event: str) -> bool:
        """Write down that a place is greeted because of an event; False if it was because of another one."""
        ...

    async def greeted(self, prefix: str) -> bool:
        """Whether a place was greeted whose key starts so."""
        ...

    async def forget_greeting(self, key: str) -> None:
        """The greeting came to nothing."""
        ...
