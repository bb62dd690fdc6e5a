"""What the engine knows of a request that it was given."""

import asyncio
from dataclasses import dataclass, field

from inference.api import Event, Img2ImgRequest


@dataclass(slots=True, eq=False)
class InFlight:
    """A request between `run` and its end.

    Attributes:
        key: its name on the pipe; another one for each time that it is run.
        events: what `run` will yield; None where the engine stopped.
        unwanted: cancelled, or nobody iterates any more.
        silence: seconds the worker may say nothing while it has this one.
        pixels: what is worked on; 0 before and while a model loads.
        sign: when the worker last said something about it, in loop time.
        suspect: a worker died while it had this one and others; it flies alone now.
    """

    request: Img2ImgRequest
    key: str = ""
    events: asyncio.Queue[Event | None] = field(default_factory=asyncio.Queue)
    unwanted: bool = False
    silence: float = 0.0
    pixels: int = 0
    sign: float = 0.0
    suspect: bool = False
