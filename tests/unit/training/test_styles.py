import numpy as np
import pytest
import torch
from torch import Tensor

from training.judging import lattice, moved, texture
from training.scenes import render
from training.strength_report import TEXTURED
from training.styles import STYLES, Kind
from training.styles import filters as f
from training.styles.painting import OIL, VAN_GOGH
from training.styles.strokes import Brush, paint
from training.words import SYNONYMS

# Made of pieces that the noise places, and of nothing that knows where on the picture it is.
PLACED = (
    "oil", "van gogh", "watercolor", "pastel", "pixel art", "lego", "mosaic", "stained glass", "low poly", "pop art",
    "clay", "pencil", "charcoal", "ink", "blueprint", "neon lines", "halftone", "gold", "sepia", "noir", "snow",
    "autumn", "spring", "vaporwave", "fantasy", "horror",
)  # fmt: skip


def drawn(seed: int, count: int = 2, rows: int = 32, columns: int = 32) -> Tensor:
    return torch.randn(count, f.CHANCES, rows, columns, generator=torch.Generator().manual_seed(seed))


@pytest.fixture(scope="module")
def pictures() -> tuple[Tensor, Tensor]:
    scenes = [render([5, index])[0] for index in range(2)]
    return tuple(  # type: ignore[return-value]
        torch.from_numpy(np.stack([getattr(scene, part).transpose(2, 0, 1) for scene in scenes])).float()
        for part in ("picture", "masks")
    )


def test_there_are_at_least_thirty_each_with_its_own_words() -> None:
    assert len(STYLES) - 1 >= 30
    assert STYLES.keys() == SYNONYMS.keys()
    phrases = [phrase for words in SYNONYMS.values() for phrase in words]
    assert len(phrases) == len(set(phrases))


@pytest.mark.parametrize("name", STYLES)
def test_a_style_is_a_function_of_each_picture(name: str, pictures: tuple[Tensor, Tensor]) -> None:
    picture, masks = pictures
    noise = drawn(1)
    together = STYLES[name].apply(picture, masks, noise)
    each = (slice(0, 1), slice(1, 2))
    alone = torch.cat([STYLES[name].apply(picture[one], masks[one], noise[one]) for one in each])
    assert together.shape == picture.shape
    assert together.min() >= -0.02
    assert together.max() <= 1.02
    torch.testing.assert_close(together, alone, atol=2e-3, rtol=0)


@pytest.mark.parametrize("name", PLACED)
def test_a_style_moves_with_the_picture_and_the_noise(name: str, pictures: tuple[Tensor, Tensor]) -> None:
    picture, _ = pictures
    nothing, noise = torch.zeros_like(picture), drawn(2)
    cells = (4, 8)
    move = (f.CELL * cells[0], f.CELL * cells[1])
    moved_after = torch.roll(STYLES[name].apply(picture, nothing, noise), move, (2, 3))
    moved_before = STYLES[name].apply(torch.roll(picture, move, (2, 3)), nothing, torch.roll(noise, cells, (2, 3)))
    margin = 64  # filters see the border, and a rolled picture has it elsewhere
    inside = (..., slice(move[0] + margin, -margin), slice(move[1] + margin, -margin))
    difference = (moved_after[inside] - moved_before[inside]).abs()
    assert difference.mean() < 4e-3


def hills(count: int) -> Tensor:
    """Soft pictures without detail, no two alike: what is fine in their styled pictures, a style has put there."""
    row, column = torch.meshgrid(torch.linspace(-1, 1, 256), torch.linspace(-1, 1, 256), indexing="ij")
    shapes = torch.stack([row, column, row * column, row**2, column**2])
    mixed = torch.randn(count, 3, 5, generator=torch.Generator().manual_seed(9))
    return 0.5 + 0.2 * torch.tanh(torch.einsum("nck,khw->nchw", mixed, shapes))


@pytest.mark.slow
@pytest.mark.parametrize("name", TEXTURED)
def test_strokes_lie_on_no_lattice_and_other_noise_moves_them(name: str) -> None:
    picture = hills(6)
    made = STYLES[name].apply(picture, torch.zeros_like(picture), drawn(3, 6)).clamp(0, 1)
    found = texture(made, picture)
    if found.std() < 0.004:  # nothing to see: what it adds, it adds to detail
        return
    peak, lag = lattice(found)
    assert peak < 0.15, lag
    assert moved(found[:3], found[3:]) > 0.5


@pytest.mark.parametrize("long", [0.0, 6.0])
@pytest.mark.parametrize("share", [0.05, 0.2])
def test_what_is_scattered_covers_its_share_of_the_picture(share: float, long: float) -> None:
    covered = f.scattered(drawn(7, 4), hills(4), 8.0, share, channel=2, long=long)
    assert covered.min() == 0
    assert covered.max() == 1
    assert (covered > 0.5).float().mean() == pytest.approx(share, rel=0.3)


@pytest.mark.parametrize("brush", [OIL, VAN_GOGH])
@pytest.mark.parametrize("degrees", [0, 45, 90, 135])
def test_strokes_run_in_the_direction_that_they_are_told(brush: Brush, degrees: int) -> None:
    grey = torch.full((1, 3, 256, 256), 0.5)
    painted = paint(grey, f.turned(grey, degrees), brush, drawn(8, 1))
    cosine, sine = f.flow(f.luma(painted), 40.0)
    found = torch.rad2deg(torch.atan2(sine, cosine) / 2)[..., 64:-64, 64:-64]
    apart = (found - degrees + 90) % 180 - 90
    assert apart.abs().max() < 10


@pytest.mark.parametrize("name", ["halftone", "lego"])
def test_a_lattice_is_found_where_there_is_one(name: str) -> None:
    picture = hills(4)
    made = STYLES[name].apply(picture, torch.zeros_like(picture), drawn(3, 4)).clamp(0, 1)
    assert lattice(texture(made, picture))[0] > 0.3


def test_looks_and_arts_combine_to_something_else_than_either(pictures: tuple[Tensor, Tensor]) -> None:
    picture, masks = pictures
    assert STYLES["night"].kind is Kind.LOOK
    assert STYLES["oil"].kind is Kind.ART
    noise = drawn(4)
    night = STYLES["night"].apply(picture, masks, noise)
    oil = STYLES["oil"].apply(picture, masks, noise)
    both = STYLES["oil"].apply(night, masks, noise)
    assert (both - night).abs().mean() > 0.02
    assert (both - oil).abs().mean() > 0.05


def test_looks_do_what_their_names_say(pictures: tuple[Tensor, Tensor]) -> None:
    picture, masks = pictures

    def styled(name: str) -> Tensor:
        return STYLES[name].apply(picture, masks, drawn(5))

    assert f.luma(styled("night")).mean() < 0.6 * f.luma(f.stretch(picture)).mean()
    assert (styled("noir").amax(1) - styled("noir").amin(1)).max() < 1e-4
    sepia = styled("sepia").mean((0, 2, 3))
    assert sepia[0] > sepia[1] > sepia[2]
    assert f.luma(styled("snow")).mean() > f.luma(picture).mean()
    blocks = styled("pixel art").unfold(2, 8, 8).unfold(3, 8, 8)  # to their very edges: no grid is drawn
    assert (blocks.amax((4, 5)) - blocks.amin((4, 5))).max() < 1e-5


@pytest.mark.parametrize("name", STYLES)
def test_sizes_off_the_lattice_are_styled_too(name: str) -> None:
    picture = torch.rand(1, 3, 136, 200, generator=torch.Generator().manual_seed(1))
    assert STYLES[name].apply(picture, torch.zeros_like(picture), drawn(6, 1, 17, 25)).shape == picture.shape
