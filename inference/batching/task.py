"""One picture to denoise, as the worker hands it to a backend."""

from collections.abc import Callable
from dataclasses import dataclass

from PIL import Image

from inference.api import Img2ImgRequest, Note


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One picture to denoise.

    Attributes:
        picture: RGB, both sides multiples of what the model takes. Grey at strength 1, which ignores the source.
        low_memory: save memory at the cost of time: it did not fit before.
        check: raises `Stopped` if the request was cancelled; may be called at any time, from any thread.
        step: to be called after each denoising step with its number (1-based) and how many there are.
            Raises `Stopped` if the request was cancelled; let it pass.
        preview: to be called with small pictures on the way; None if the request wants none.
        tell: to be called with notes for the member.
        map: the control map, of the size of `picture`; None if the request has no control.
    """

    request: Img2ImgRequest
    picture: Image.Image
    low_memory: bool
    check: Callable[[], None]
    step: Callable[[int, int], None]
    preview: Callable[[Image.Image], None] | None
    map: Image.Image | None = None
    tell: Callable[[Note], None] = lambda _note: None
