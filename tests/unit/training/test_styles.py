import numpy as np
import pytest
import torch
from torch import Tensor

from training.scenes import render
from training.styles import STYLES, Kind
from training.styles import filters as f
from training.words import SYNONYMS

# Made of pieces that repeat with the lattice, and of nothing that knows where on the picture it is.
LOCKED = (
    "oil", "watercolor", "pastel", "pixel art", "lego", "mosaic", "stained glass", "low poly", "pop art", "clay",
    "pencil", "charcoal", "ink", "blueprint", "neon lines", "halftone", "gold", "sepia", "noir", "snow", "autumn",
    "spring", "vaporwave", "fantasy", "horror", "desert",
)  # fmt: skip


@pytest.fixture(scope="module")
def pictures() -> tuple[Tensor, Tensor]:
    scenes = [render(np.random.default_rng([5, index])) for index in range(2)]
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
    together = STYLES[name].apply(picture, masks)
    alone = torch.cat([STYLES[name].apply(picture[i : i + 1], masks[i : i + 1]) for i in range(2)])
    assert together.shape == picture.shape
    assert together.min() >= -0.02
    assert together.max() <= 1.02
    torch.testing.assert_close(together, alone, atol=2e-3, rtol=0)


@pytest.mark.parametrize("name", LOCKED)
def test_patterns_lie_on_the_grid_of_the_latents(name: str, pictures: tuple[Tensor, Tensor]) -> None:
    picture, _ = pictures
    nothing = torch.zeros_like(picture)
    move = (f.PERIOD, 2 * f.PERIOD)
    moved_after = torch.roll(STYLES[name].apply(picture, nothing), move, (2, 3))
    moved_before = STYLES[name].apply(torch.roll(picture, move, (2, 3)), nothing)
    margin = 40  # filters see the border, and a rolled picture has it elsewhere
    inside = (..., slice(f.PERIOD + margin, -margin), slice(2 * f.PERIOD + margin, -margin))
    difference = (moved_after[inside] - moved_before[inside]).abs()
    assert difference.mean() < 2e-3


def test_looks_and_arts_combine_to_something_else_than_either(pictures: tuple[Tensor, Tensor]) -> None:
    picture, masks = pictures
    assert STYLES["night"].kind is Kind.LOOK
    assert STYLES["oil"].kind is Kind.ART
    night = STYLES["night"].apply(picture, masks)
    oil = STYLES["oil"].apply(picture, masks)
    both = STYLES["oil"].apply(night, masks)
    assert (both - night).abs().mean() > 0.02
    assert (both - oil).abs().mean() > 0.05


def test_looks_do_what_their_names_say(pictures: tuple[Tensor, Tensor]) -> None:
    picture, masks = pictures

    def styled(name: str) -> Tensor:
        return STYLES[name].apply(picture, masks)

    assert f.luma(styled("night")).mean() < 0.6 * f.luma(f.stretch(picture)).mean()
    assert (styled("noir").amax(1) - styled("noir").amin(1)).max() < 1e-4
    sepia = styled("sepia").mean((0, 2, 3))
    assert sepia[0] > sepia[1] > sepia[2]
    assert f.luma(styled("snow")).mean() > f.luma(picture).mean()
    blocks = styled("pixel art").unfold(2, 8, 8).unfold(3, 8, 8)[..., :7, :7]  # without the gaps
    assert (blocks.amax((4, 5)) - blocks.amin((4, 5))).max() < 1e-5


@pytest.mark.parametrize("name", STYLES)
def test_sizes_off_the_lattice_are_styled_too(name: str) -> None:
    picture = torch.rand(1, 3, 136, 200, generator=torch.Generator().manual_seed(1))
    assert STYLES[name].apply(picture, torch.zeros_like(picture)).shape == picture.shape
