"""Every error the core raises on purpose, in three trunks.

    PentimentoError
    ├── UserError            tell the user: one sentence, what is wrong and how to mend it
    │   ├── InvalidRequest       a value is out of its range, a name is unknown
    │   │   └── UnknownStyle         that of a style; says which are near
    │   ├── PictureRefused       the picture cannot be used
    │   ├── LimitReached         quota, pending jobs or the queue; says when to come back
    │   ├── NotAllowed           somebody else's job, a role or channel that may not
    │   ├── PromptBlocked        the prompt has a word that is not allowed there
    │   ├── Gone                 the job or picture is not kept any more
    │   ├── Repeated             just that is being made for them already
    │   └── StorageFailed        the disk refuses, for now; what was asked is not kept
    ├── JobFailed            this job failed, the others go on
    ├── DeliveryError        a chat did not take a message
    │   ├── TryLater             rate limit, outage, reset
    │   └── Undeliverable        the place is gone or forbids it; retrying cannot help
    └── FatalError           the process must stop

Adapters map foreign errors into this tree at their edge and map `UserError` to a private reply.
"""

import re
from collections.abc import Callable

from bot.texts import REFERENCE, Argument, text

_KEY = re.compile(r"[a-z0-9]+(-[a-z0-9]+)+")


class PentimentoError(Exception):
    """Root of the tree."""


class UserError(PentimentoError):
    """One sentence for the member: what is wrong and how to mend it.

    Raised with a message of the catalogue and its arguments, `InvalidRequest("refused-steps", most=150, given="0")`;
    who answers the member says `sentence(locale)`. `str(error)` is the English of it, for the terminal and logs. A
    sentence in place of the message's name is said as it stands: the command line speaks English only.

    Attributes:
        message: the message's name, or the sentence.
        arguments: what the message takes.
    """

    def __init__(self, message: str, /, **arguments: Argument) -> None:
        super().__init__(message)
        self.message = message
        self.arguments = arguments

    def sentence(self, locale: str, *, literal: Callable[[str], str] = str) -> str:
        """In the language of a BCP 47 tag.

        Args:
            locale: the tag.
            literal: makes words that people wrote harmless if markup would be read.

        Raises:
            KeyError: the catalogue lacks the message or the error an argument of it: a slip of ours.
        """
        if not _KEY.fullmatch(self.message):
            return self.message
        arguments = {name: _harmless(said, literal) for name, said in self.arguments.items()}
        return text(locale, self.message, **arguments)

    def __str__(self) -> str:
        return self.sentence(REFERENCE)


def _harmless(said: Argument, literal: Callable[[str], str]) -> Argument:
    if isinstance(said, tuple):
        return tuple(literal(each) for each in said)
    return literal(said) if isinstance(said, str) else said


class InvalidRequest(UserError):
    """A value is out of its range or a name is unknown."""


class UnknownStyle(InvalidRequest):
    """There is no style of that name.

    Attributes:
        near: the names that are nearest to it, the nearest first.
    """

    def __init__(self, message: str, /, *, near: tuple[str, ...], **arguments: Argument) -> None:
        super().__init__(message, near=near, **arguments)
        self.near = near


class PictureRefused(UserError):
    """The picture cannot be used."""


class LimitReached(UserError):
    """A quota, the member's pending jobs or the queue is full."""


class NotAllowed(UserError):
    """The member may not do this to this job, or here."""


class PromptBlocked(UserError):
    """The prompt has a word that the owner, or who runs the place, does not allow; the sentence never repeats it."""


class Gone(UserError):
    """The job or picture is not kept any more."""


class Repeated(UserError):
    """Just that is being made for the member already; there is nothing to mend."""

    def __init__(self) -> None:
        super().__init__("refused-double")


class StorageFailed(UserError):
    """The disk refuses to write or read; nothing of the change is kept.

    It passes when the disk has room again, so the process lives on: a member is told to come back, inner parts try
    again later. The cause, for the owner's log, is chained to it.
    """

    def __init__(self) -> None:
        super().__init__("refused-storage")


class JobFailed(PentimentoError):
    """One job failed; `str(error)` is one sentence for its owner."""


class DeliveryError(PentimentoError):
    """A chat did not take a message."""


class TryLater(DeliveryError):
    """The chat may take it later.

    Attributes:
        seconds: how long the chat asked to wait; None leaves the back-off to delivery.
    """

    def __init__(self, reason: str, *, seconds: float | None = None) -> None:
        super().__init__(reason)
        self.seconds = seconds


class Undeliverable(DeliveryError):
    """The place is gone or forbids the message; retrying cannot help."""


class FatalError(PentimentoError):
    """The process must stop; `str(error)` says why and what would help."""
