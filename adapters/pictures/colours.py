"""Colours as a browser shows them: whatever a file says about its own is read, and the result is sRGB.

The order is that of the PNG specification (third edition, section 4.3): code points (cICP), an ICC profile, sRGB,
gamma and chromaticities; in HEIC and AVIF (`iso`) a profile comes first. The first that can be used counts. What a
profile is called does not: it is tried on some colours, and if none moves by more than one level the pixels stay as
they are. EXIF's colour space is left alone, as browsers leave it.
"""

import io
from collections.abc import Iterator
from dataclasses import dataclass

from PIL import Image, ImageCms

from adapters.pictures.profiles import D65, SRGB_PRIMARIES, coded_profile, matrix_profile

_PROFILE_MODES = {"RGB ": "RGB", "GRAY": "L", "CMYK": "CMYK"}
_SRGB = ImageCms.createProfile("sRGB")
_USUAL_GAMMA = (0.45, 0.46)
"""Encoding exponents that stand for sRGB's own curve; 1/2.2 is what encoders write for it."""
_GAMMAS = (0.1, 10.0)
_SAME_PRIMARIES = 0.005


@dataclass(frozen=True, slots=True, kw_only=True)
class Colours:
    """What a file says.

    Attributes:
        code_points: colour primaries and transfer function by ITU-T H.273, and whether values take the full range.
        profile: an ICC profile.
        srgb: it says that it is sRGB.
        gamma: stored value = light ** gamma.
        chromaticities: x and y of white, red, green and blue (CIE 1931).
    """

    code_points: tuple[int, int, bool] | None = None
    profile: bytes | None = None
    srgb: bool = False
    gamma: float | None = None
    chromaticities: tuple[float, ...] | None = None


def as_shown(picture: Image.Image, colours: Colours) -> Image.Image:
    """A picture of mode L, RGB or CMYK in sRGB. What cannot be used of `colours` is ignored."""
    for profile in _profiles(picture, colours):
        if profile is None:
            break
        try:
            converted = _converted(picture, profile)
        except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
            continue
        if converted is not None:
            return converted
    return picture.convert("RGB")


def _profiles(picture: Image.Image, colours: Colours) -> Iterator[bytes | None]:
    """Profiles to try in turn; None says that the pixels are sRGB already."""
    if colours.code_points is not None and picture.mode != "CMYK":
        yield coded_profile(*colours.code_points) or b""
    if colours.profile is not None:
        yield colours.profile
    if colours.srgb:
        yield None
    gamma = colours.gamma
    if gamma is None or not _GAMMAS[0] <= gamma <= _GAMMAS[1] or picture.mode == "CMYK":
        return  # without a gamma chromaticities say nothing, as in browsers
    given = colours.chromaticities or (*D65, *SRGB_PRIMARIES)
    same = all(abs(a - b) <= _SAME_PRIMARIES for a, b in zip(given, (*D65, *SRGB_PRIMARIES), strict=True))
    if same and _USUAL_GAMMA[0] <= gamma <= _USUAL_GAMMA[1]:
        yield None
    yield matrix_profile(given[:2], given[2:], lambda stored: stored ** (1 / gamma)) or b""


def _converted(picture: Image.Image, profile: bytes) -> Image.Image | None:
    """The picture in sRGB; None if the profile is for another kind of picture."""
    opened = ImageCms.ImageCmsProfile(io.BytesIO(profile))
    mode = _PROFILE_MODES.get(opened.profile.xcolor_space)
    if mode is None or (mode != picture.mode and (mode, picture.mode) != ("RGB", "L")):
        return None
    transform = ImageCms.buildTransform(opened, _SRGB, mode, "RGB")
    if mode != "CMYK":
        probe = _probe(mode)
        moved = ImageCms.applyTransform(probe, transform)
        assert moved is not None  # it is None only if done in place
        pairs = zip(moved.tobytes(), probe.convert("RGB").tobytes(), strict=True)
        if all(abs(after - before) <= 1 for after, before in pairs):
            return picture.convert("RGB")
    return ImageCms.applyTransform(picture.convert(mode), transform)


def _probe(mode: str) -> Image.Image:
    """Every grey, and for RGB a grid of colours."""
    if mode == "L":
        return Image.frombytes("L", (256, 1), bytes(range(256)))
    levels = range(0, 256, 51)
    greys = b"".join(bytes((level,) * 3) for level in range(256))
    grid = bytes(level for r in levels for g in levels for b in levels for level in (r, g, b))
    return Image.frombytes("RGB", (256 + len(levels) ** 3, 1), greys + grid)
