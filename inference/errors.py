"""What can end a request inside the worker, by what has to happen then."""

from collections.abc import Mapping


class Stopped(Exception):
    """The request was cancelled."""


class OutOfMemory(Exception):
    """It did not fit; with less it may."""


class DevicePoisoned(Exception):
    """The device answers every call with an error from now on; only a new process mends that."""


class NotFinite(Exception):
    """What a model made of a request holds NaN or infinities, of which there is no picture."""


class Unsuited(Exception):
    """The model cannot do what is asked; the message is one English sentence that says what it can.

    Attributes:
        cause: a name for that sentence, so that it can be said in other languages.
        values: what stands in the sentence.
    """

    def __init__(self, message: str, *, cause: str, values: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.cause = cause
        self.values = values or {}
