"""What `check` finds; chats find some of it."""

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """How a finding is meant."""

    OK = "ok"
    NOTE = "note"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the table. Only `WRONG` keeps the service from starting."""

    what: str
    state: State
    words: str
