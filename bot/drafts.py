"""What was refused after it was sent, so that its member can mend it instead of typing all again."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from bot.forms import Values
from bot.latest import Latest

T = TypeVar("T")

MOST = 1000
"""What a member wrote in a form stands in its refusal as well, so none of it is lost with an older one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SentForm:
    """A form as it was sent.

    Attributes:
        about: by which its chat knows what it was opened for.
        values: what stood in its fields.
        hidden: only its member sees what it was opened on.
    """

    about: str
    values: Values
    hidden: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class WaysOn:
    """What stands under a refusal: how its member may go on.

    Attributes:
        takes: the label of a button that takes the same wish with a style that there is, by the style.
        again: the label of a button that opens the refused form again; empty if it was none.
        written: the prompt in that form.
    """

    takes: Mapping[str, str] = field(default_factory=dict)
    again: str = ""
    written: str = ""


class Drafts(Generic[T]):
    """The latest of them, by a name that a button can carry."""

    def __init__(self) -> None:
        self._kept: Latest[str, tuple[str, T]] = Latest(MOST)

    def keep(self, name: str, member: str, draft: T) -> None:
        """Remember what a member sent."""
        self._kept[name] = (member, draft)

    def find(self, name: str, member: str) -> T | None:
        """What they sent, if it is still here; nothing of another member's."""
        owner, draft = self._kept.get(name, ("", None))
        return draft if owner == member else None
