"""What a report measures, on pictures whose answer is known."""

import numpy as np
import pytest
import torch
from torch import Tensor

from training.evaluate import train_classifier
from training.judging import lab_distance, lattice, moved, saturation, structure
from training.pairs import NAMES
from training.photographs import photographs, to_tensor
from training.pool import PicturePool, PoolSize
from training.recognition import features, versus
from training.strength_report import NAMED_AT, STRENGTHS, TEXTURED, summary
from training.styles import REGULAR, STYLES


def noise(count: int, seed: int) -> Tensor:
    return torch.randn(count, 256, 256, generator=torch.Generator().manual_seed(seed))


def test_the_distance_is_that_of_lab() -> None:
    black, white = torch.zeros(2, 3, 8, 8), torch.ones(2, 3, 8, 8)
    assert lab_distance(black, white) == pytest.approx(100, abs=0.1)
    assert lab_distance(white, white) == 0


def test_structure_is_whole_for_the_same_edges_and_falls_when_they_move() -> None:
    source = to_tensor([photographs()["rocket"]])[0]
    assert structure(source, source) == pytest.approx(1)
    assert structure((source * 0.7 + 0.1), source) > 0.8
    assert structure(torch.roll(source, (12, 12), (1, 2)), source) < 0.8


def test_saturation_is_none_in_grey_and_all_in_a_pure_colour() -> None:
    assert saturation(torch.full((1, 3, 4, 4), 0.5)) == 0
    assert saturation(torch.tensor([1.0, 0.0, 0.0]).view(1, 3, 1, 1).expand(1, 3, 4, 4)) == 1


@pytest.mark.parametrize("period", [(0, 32), (20, 0), (24, 40)])
def test_a_lattice_shared_by_pictures_is_found_at_its_lag(period: tuple[int, int]) -> None:
    tile = noise(1, 1)[0, : period[0] or 256, : period[1] or 256]
    repeats = (-(-256 // tile.shape[0]), -(-256 // tile.shape[1]))
    shared = tile.repeat(*repeats)[:256, :256] + 1.0 * noise(8, 2)
    peak, lag = lattice(shared)
    assert peak > 0.3
    lags = [abs(each) for each in lag]
    assert all(each % (step or 256) == 0 for each, step in zip(lags, period, strict=True)), lag


def test_no_lattice_is_found_in_noise_nor_where_every_picture_has_another() -> None:
    assert lattice(noise(8, 3))[0] < 0.05
    places = torch.arange(256.0) * 2 * torch.pi
    waves = [torch.sin(places / period) for period in np.linspace(17, 60, 12)]
    grids = torch.stack([wave[:, None] * wave[None] for wave in waves])
    assert lattice(grids[:1])[0] > 0.9
    assert lattice(grids)[0] < 0.75


def test_strokes_that_moved_have_nothing_in_common() -> None:
    first, second = noise(2, 4), noise(2, 5)
    assert moved(first, first) == pytest.approx(0, abs=1e-5)
    assert moved(first, second) == pytest.approx(1, abs=0.02)


def test_a_picture_of_one_colour_has_numbers_as_features() -> None:
    """One infinity among what a judge learns from, and it names every picture the same."""
    assert features(torch.full((1, 3, 64, 64), 0.03)).isfinite().all()


def test_textured_styles_are_none_that_repeat_by_nature() -> None:
    assert set(TEXTURED) < set(STYLES)
    assert not set(TEXTURED) & set(REGULAR)


def row(**changes: float) -> dict[str, object]:
    """Of a style that keeps every limit, but for what is changed: `d03` and so on."""
    distance = {str(strength): 10 * strength for strength in STRENGTHS} | {"0.3": changes.get("d03", 3.0)}
    structures = dict.fromkeys(map(str, STRENGTHS), 0.9) | {"0.9": changes.get("edges", 0.5)}
    shares = dict.fromkeys(map(str, NAMED_AT), changes.get("named", 1.0))
    return {
        "distance": distance,
        "structure": structures,
        "right": shares,
        "among three": shares,
        "lattice": changes.get("lattice", 0.0),
        "moved": 1.0,
        "saturation": changes.get("saturation", 0.0),
    }


@pytest.mark.parametrize(
    ("changes", "missed"),
    [
        ({}, set()),
        ({"d03": 8.0}, {"d(0.3) / d(0.9), mean", "d(0.3) / d(0.9), of any style", "distance grows with strength"}),
        ({"edges": 0.7}, {"structure at 0.9"}),
        ({"named": 0.5}, {f"named right at {s}" for s in (0.5, 0.7, 0.9)} | {"among three at 0.3"}),
        ({"lattice": 0.2}, {"no lattice"}),
        ({"saturation": 0.2}, {"no colour left"}),
    ],
)
def test_a_limit_that_is_missed_is_said_to_be(changes: dict[str, float], missed: set[str]) -> None:
    kept = summary({"noir": row(**changes)})["kept"]
    assert {limit for limit, holds in kept.items() if not holds} == missed


def test_a_judge_learns_from_both_drawings_in_one_style_each_as_they_are_and_through_the_autoencoder() -> None:
    """A scene whose targets all combine two styles teaches nothing of either, and stops nothing."""
    pool = PicturePool(PoolSize(scenes=6, targets=2, side=64))
    pool.pictures[:] = torch.randint(60, 120, pool.pictures.shape, generator=torch.Generator().manual_seed(7)).byte()
    # The first style is red, but green in the other drawing; the second is blue.
    for place, colour in ((1, 0), (4, 1), (2, 2), (5, 2)):
        pool.pictures[:, place, colour] += 100
    red, blue = NAMES.index("oil"), NAMES.index("night")
    keys = torch.tensor([[red, blue]] * 5 + [[len(NAMES), len(NAMES) + 1]])
    pool.label(keys, torch.zeros(6, dtype=torch.long))
    classifier = train_classifier(pool, torch.neg)  # an autoencoder that gives the negative back
    pictures = pool.pictures[:3].float() / 255
    for place, style in ((1, red), (4, red), (2, blue), (5, blue)):
        for seen in (pictures[:, place], 1 - pictures[:, place]):
            likeliest = classifier.likeliest(versus(features(seen), features(pictures[:, 0])), 3)
            assert (likeliest[:, 0] == style).all()
            assert likeliest.shape == (3, 3)
