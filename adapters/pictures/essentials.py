"""What a file's pixels need of it, apart from everything else that it carries.

Only what the pixels need may fail a picture. So each format's reader hands the decoder a file that has nothing else
in it; what the rest says about how the pixels look is read by ourselves, and a part that is wrong, unknown or
oversized says nothing.
"""

from dataclasses import dataclass, field

from adapters.pictures.colours import Colours

MOST_PARTS = 100_000
"""Chunks or segments of one file. Cameras and programs write some thousands at most; each costs time to step over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Essentials:
    """One file, taken apart.

    Attributes:
        content: the file for the decoder.
        kind: the decoder's format, if it is another than the file's.
        size: width and height in pixels as the file claims them; None if only the decoder can tell.
        at: left and upper edge of what is decoded, in a picture of `size` that is transparent elsewhere; None if
            it is all of it.
        colours: what the file says of its colours.
        exif: a TIFF structure, with or without the "Exif" in front; only its orientation is of interest.
        moving: there is more than one frame; `content` has the first.
        sixteen_bit: samples have 16 bits.
        whole: the end of the pixels is there, as far as the file's structure tells.
    """

    content: bytes
    kind: str = ""
    size: tuple[int, int] | None = None
    at: tuple[int, int] | None = None
    colours: Colours = field(default_factory=Colours)
    exif: bytes = b""
    moving: bool = False
    sixteen_bit: bool = False
    whole: bool = True
