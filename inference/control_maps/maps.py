"""Control maps: what a picture's structure looks like to a control network, and a member's own map made ready for it.

A map is an RGB picture of the size of what it steers. Of canny, lineart, scribble and softedge, black is nothing and
lines are white; of depth, near is bright; of pose, joints are coloured on black. Lines are found without a model.
"""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import skimage
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from inference.api import ControlKind
from inference.errors import Unsuited
from inference.geometry import Size
from inference.models.entry import LINES

LEAST_CONTRAST = 24
"""A map whose brightest and darkest pixel are nearer to each other shows nothing, in levels of 255."""

_READY = "pentimento-map"
"""Names the text in a map's file which says that networks can take it as it is: its lines are light on black."""

SIDE = 512
"""Longer side that lines are measured for: in a larger picture they are as much thicker."""

Levels = npt.NDArray[np.float64]
"""[height, width], in [0, 1]."""


def draw_lines(kind: ControlKind, picture: Image.Image) -> Image.Image:
    """The map of a kind of `LINES`, drawn from an RGB picture; of its size.

    Raises:
        Unsuited: if the picture shows no lines.
    """
    scale = max(1.0, max(picture.size) / SIDE)
    levels = np.asarray(picture.convert("RGB"), dtype=np.float64) / 255
    drawn = Image.fromarray((_DRAW[kind](levels, scale) * 255).round().astype(np.uint8)).convert("RGB")
    if is_blank(drawn):
        raise Unsuited(
            f"The picture shows no lines for {kind.value}: send one with clear edges, or a map of your own.",
            cause="no-lines",
            values={"kind": kind.value},
        )
    drawn.info[_READY] = kind.value
    return drawn


def label(picture: Image.Image) -> PngInfo:
    """What is to stand in a picture's file, so that a map of ours is known again when it is given."""
    texts = PngInfo()
    if kind := picture.info.get(_READY):
        texts.add_text(_READY, kind)
    return texts


def _canny(levels: Levels, scale: float) -> Levels:
    """Canny 1986. Thresholds are shares of the steepest gradient there can be, a quarter of black beside white."""
    grey = skimage.color.rgb2gray(levels)
    edges: Levels = skimage.feature.canny(grey, sigma=1.2 * scale**0.5, low_threshold=0.1, high_threshold=0.25)
    return edges.astype(np.float64)


def _softedge(levels: Levels, scale: float) -> Levels:
    """Steepness in the colour channel where it is greatest, at two widths."""
    widths = (1.0 * scale, 2.0 * scale)
    found = [_steepness(skimage.filters.gaussian(levels, width, channel_axis=-1)) * width for width in widths]
    return _stretched(np.max(found, axis=0), quantile=0.995, floor=0.05) ** 0.8


def _lineart(levels: Levels, scale: float) -> Levels:
    """Where it is darker than around, by the difference of two Gaussians (Winnemöller 2011, "XDoG")."""
    grey = skimage.color.rgb2gray(levels)
    near, around = (skimage.filters.gaussian(grey, width * scale) for width in (0.8, 2.4))
    line = _stretched(np.clip(around - near, 0, None), quantile=0.99, floor=0.03)
    return np.clip((line - 0.15) / 0.5, 0, 1)


def _scribble(levels: Levels, scale: float) -> Levels:
    """The ridges of the long, strong edges, as thick as a pen."""
    steep = _stretched(
        _steepness(skimage.filters.gaussian(levels, 3 * scale, channel_axis=-1)), quantile=0.995, floor=0.01
    )
    strong = skimage.filters.apply_hysteresis_threshold(steep, 0.2, 0.45)
    ridges = skimage.morphology.skeletonize(strong)
    ridges = skimage.morphology.remove_small_objects(ridges, max_size=int(20 * scale), connectivity=2)
    thick = skimage.morphology.dilation(ridges, skimage.morphology.disk(max(1, round(1.5 * scale))))
    soft: Levels = skimage.filters.gaussian(thick.astype(np.float64), 0.5)
    return soft


_DRAW = {
    ControlKind.CANNY: _canny,
    ControlKind.LINEART: _lineart,
    ControlKind.SCRIBBLE: _scribble,
    ControlKind.SOFTEDGE: _softedge,
}


def _steepness(levels: Levels) -> Levels:
    """Length of the gradient, of the steepest channel."""
    down, right = np.gradient(levels, axis=(0, 1))
    steep: Levels = np.hypot(down, right).max(axis=-1)
    return steep


def _stretched(levels: Levels, *, quantile: float, floor: float) -> Levels:
    """Divided by what `quantile` of the pixels are below, but by no less than `floor`: noise stays small."""
    return np.clip(levels / max(float(np.quantile(levels, quantile)), floor), 0, 1)


def read_map(path: Path, kind: ControlKind) -> Image.Image:
    """A member's map as RGB; what is transparent in it is paper, or nothing if lines are not what it shows.

    Raises:
        Unsuited: if it cannot be read.
    """
    try:
        with Image.open(path, formats=("PNG",)) as opened:
            drawn = opened.convert("RGBA")
    except (OSError, SyntaxError, ValueError):  # Pillow's PNG reader raises all three for broken files
        raise Unsuited("The control map could not be read: send it again.", cause="map-unreadable") from None
    paper = Image.new("RGBA", drawn.size, "white" if kind in LINES else "black")
    flat = Image.alpha_composite(paper, drawn).convert("RGB")
    flat.info = drawn.info
    return flat


def fit_map(kind: ControlKind, drawn: Image.Image, size: Size) -> Image.Image:
    """A member's map as a control network takes it.

    It is scaled to lie inside `size` with its aspect ratio kept, in the middle, with nothing around it. People draw
    with dark lines on light paper and networks want light lines on black: if most of a line map is light, it is
    inverted, and the paper's own tone becomes black. A map that this module has made, and that was kept with its
    `label`, comes back as it is.

    Raises:
        Unsuited: if it shows nothing.
    """
    if kind is not ControlKind.POSE:
        drawn = drawn.convert("L")
    if is_blank(drawn):
        raise Unsuited(
            f"The {kind.value} map is blank: send one that shows what to keep.",
            cause="map-blank",
            values={"kind": kind.value},
        )
    if kind in LINES and _READY not in drawn.info:
        drawn = _light_on_dark(drawn)
    share = min(size[0] / drawn.width, size[1] / drawn.height)
    inside = max(1, round(drawn.width * share)), max(1, round(drawn.height * share))
    if inside != drawn.size:
        drawn = drawn.resize(inside, Image.Resampling.LANCZOS)
    fitted = Image.new("RGB", size)
    fitted.paste(drawn.convert("RGB"), ((size[0] - inside[0]) // 2, (size[1] - inside[1]) // 2))
    fitted.info[_READY] = kind.value
    return fitted


def is_blank(drawn: Image.Image) -> bool:
    """Whether a map shows nothing."""
    darkest, brightest = drawn.convert("L").getextrema()
    assert isinstance(darkest, int | float)
    assert isinstance(brightest, int | float)
    return brightest - darkest < LEAST_CONTRAST


def _light_on_dark(drawn: Image.Image) -> Image.Image:
    levels = np.asarray(drawn, dtype=np.float64)
    paper = float(np.median(levels))
    if paper < 128:
        return drawn
    ink = np.clip(paper - levels, 0, None)
    return Image.fromarray((ink * 255 / max(1.0, float(ink.max()))).round().astype(np.uint8))
