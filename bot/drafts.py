"""Forms that were refused after they were sent, so that their members can mend them instead of typing all again."""

from typing import Generic, TypeVar

from bot.latest import Latest

T = TypeVar("T")

MOST = 1000
"""Of them the latest; what a member wrote stands in the refusal as well, so none of it is lost with an older one."""


class Drafts(Generic[T]):
    """Sent forms as their chat has them, by a name that a button can carry."""

    def __init__(self) -> None:
        self._kept: Latest[str, tuple[str, T]] = Latest(MOST)

    def keep(self, name: str, member: str, draft: T) -> None:
        """Remember a form of a member."""
        self._kept[name] = (member, draft)

    def find(self, name: str, member: str) -> T | None:
        """The form, if it is theirs and still here."""
        owner, draft = self._kept.get(name, ("", None))
        return draft if owner == member else None
