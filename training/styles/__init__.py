"""The styles pocket knows: each a function of a picture and its masks, told apart as a look or an art.

A *look* changes light, season or place; an *art* is a way of making the picture. One of each combines: the
art is made of the look. Arts that keep no colours of the picture (`Kind.SOLO`) would hide a look, so they
stay alone.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from torch import Tensor

from training.styles import drawing, light, material, painting

Filter = Callable[[Tensor, Tensor, Tensor], Tensor]


class Kind(Enum):
    LOOK = "look"
    ART = "art"
    SOLO = "solo"  # an art that replaces the picture's colours, so that no look shows through it


@dataclass(frozen=True)
class Style:
    """`apply` takes a picture and masks, (B, 3, H, W) in [0, 1], and `noise` (see `filters`); returns a picture."""

    kind: Kind
    apply: Filter


_FILTERS: dict[Kind, dict[str, Filter]] = {
    Kind.ART: {
        "oil": painting.oil,
        "van gogh": painting.van_gogh,
        "watercolor": painting.watercolor,
        "pastel": painting.pastel,
        "anime": painting.anime,
        "pixel art": material.pixel_art,
        "lego": material.lego,
        "mosaic": material.mosaic,
        "stained glass": material.stained_glass,
        "low poly": material.low_poly,
        "pop art": drawing.pop_art,
        "clay": material.clay,
    },
    Kind.SOLO: {
        "ukiyo-e": painting.ukiyo_e,
        "pencil": drawing.pencil,
        "charcoal": drawing.charcoal,
        "ink": drawing.ink,
        "blueprint": drawing.blueprint,
        "neon lines": drawing.neon_lines,
        "halftone": drawing.halftone,
        "gold": material.gold,
    },
    Kind.LOOK: {
        "sepia": light.sepia,
        "noir": light.noir,
        "night": light.night,
        "sunset": light.sunset,
        "snow": light.snow,
        "cyberpunk": light.cyberpunk,
        "vaporwave": light.vaporwave,
        "autumn": light.autumn,
        "spring": light.spring,
        "fantasy": light.fantasy,
        "underwater": light.underwater,
        "desert": light.desert,
        "horror": light.horror,
        "photo": light.photo,
    },
}

GREY = ("noir", "pencil")
"""They leave no colour."""

# Patterns that are a lattice in the world too.
REGULAR = ("pixel art", "lego", "pop art", "halftone", "blueprint", "vaporwave")

STYLES: dict[str, Style] = {
    name: Style(kind, apply) for kind, members in _FILTERS.items() for name, apply in members.items()
}
