"""HEIC and AVIF, photos in the container of MP4 (ISO/IEC 14496-12, 23008-12): what their libraries do not tell."""

import re
import struct
from importlib.util import find_spec

from PIL import AvifImagePlugin

from adapters.pictures.colours import Colours
from adapters.pictures.essentials import Essentials
from adapters.pictures.items import colours_of
from bot.domain.errors import PictureRefused

_CODED = re.compile(rb"colr(nclx.{7})", re.DOTALL)
_PROFILES = (b"prof", b"rICC")
_missing: set[str] = set()
_SRGB_TRANSFER = 13
_OF_FILM = {1, 6, 14, 15}
"""Transfer functions of BT.709 and its kin, which browsers show like sRGB's in these formats, though not in PNG."""

_SEQUENCES = {b"msf1", b"hevc", b"hevx", b"avis"}


def set_up() -> None:
    """Make the formats known to Pillow, as far as they are installed, on no thread but this one."""
    AvifImagePlugin.DEFAULT_MAX_THREADS = 1
    if not AvifImagePlugin.SUPPORTED:
        _missing.add("AVIF")
    if not find_spec("pi_heif"):
        _missing.add("HEIF")
    else:
        import pi_heif

        pi_heif.register_heif_opener(decode_threads=0, thumbnails=False, depth_images=False, aux_images=False)


def without_threads() -> None:
    """HEIC's decoder needs one: here it is as if it were not installed."""
    _missing.add("HEIF")


def read_iso(content: bytes, kind: str) -> Essentials:
    """Look at one; its library takes it as a whole.

    Raises:
        PictureRefused: its library is not installed.
    """
    if kind in _missing:
        raise PictureRefused("refused-heic") if kind == "HEIF" else PictureRefused("refused-format", kind=kind)
    return Essentials(
        content=content,
        colours=Colours(code_points=_code_points(content)),
        moving=kind == "HEIF" and content[8:12] in _SEQUENCES,
        whole=_is_whole(content),
    )


def _code_points(content: bytes) -> tuple[int, int, bool] | None:
    """Those of the picture that is shown; None if a profile beside them says more, which its library hands on."""
    said = colours_of(content)
    if said is None:
        said = [found[1] for found in [_CODED.search(content)] if found]
    if any(each.startswith(_PROFILES) for each in said):
        return None
    coded = next((each for each in said if each.startswith(b"nclx") and len(each) >= 8), None)
    if coded is None:
        return None
    primaries, transfer = struct.unpack_from(">HH", coded, 4)
    return primaries, _SRGB_TRANSFER if transfer in _OF_FILM else transfer, True  # as RGB: always full range


def _is_whole(content: bytes) -> bool:
    at = 0
    while at + 8 <= len(content):
        size = int.from_bytes(content[at : at + 4])
        if size == 1 and at + 16 <= len(content):
            size = int.from_bytes(content[at + 8 : at + 16])
        if size == 0:  # to the end of the file
            return True
        if size < 8:
            return False
        at += size
    return at == len(content)
