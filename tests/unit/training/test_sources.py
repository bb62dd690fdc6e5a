from dataclasses import replace

import numpy as np
import numpy.typing as npt

from training.sources import AS_DRAWN, Pixels, dead_leaves, degrade, make_photographic, roughen, without_colour


def picture_of(*shape: int) -> Pixels:
    return np.random.default_rng(0).integers(0, 256, shape).astype(np.uint8)


def test_degrading_keeps_the_shape_and_changes_the_picture() -> None:
    picture = picture_of(3, 256, 256)
    worse = degrade(np.random.default_rng(1), picture)
    assert worse.shape == picture.shape
    assert np.abs(worse.astype(int) - picture).mean() > 1


def test_leaves_are_as_rough_at_half_the_size() -> None:
    """What sets photographs apart from noise and from drawn shapes: contrast that does not fall with scale."""

    def steps(field: npt.NDArray[np.floating]) -> float:
        return float(np.abs(np.diff(field, axis=1)).mean())

    for seed in range(4):
        leaves = dead_leaves(np.random.default_rng(seed), 256)
        assert leaves.shape == (256, 256)
        assert -1 <= leaves.min() < -0.8
        assert 0.8 < leaves.max() <= 1
        halved = leaves.reshape(128, 2, 128, 2).mean((1, 3))
        noise = np.random.default_rng(seed).uniform(-1, 1, (256, 256))
        assert steps(halved) > steps(leaves)
        assert steps(noise.reshape(128, 2, 128, 2).mean((1, 3))) < 0.6 * steps(noise)


def test_a_rough_picture_keeps_what_it_shows() -> None:
    drawn = np.full((3, 256, 256), 120, np.uint8)
    drawn[:, :, 128:] = 40
    rough = roughen(np.random.default_rng(2), drawn)
    assert rough.shape == drawn.shape
    assert rough[:, :, :128].mean() > 2 * rough[:, :, 128:].mean()
    assert rough[0, :, :128].std() > 3


def test_black_and_white_has_the_weights_of_bt_709() -> None:
    picture = np.zeros((2, 3, 4, 4), np.uint8)
    picture[0, 1] = picture[1, 2] = 100
    grey = without_colour(picture)
    assert grey.shape == picture.shape
    assert grey[:, :, 0, 0].tolist() == [[72] * 3, [7] * 3]


def test_shares_of_the_scenes_change_and_the_other_drawing_stays_smooth() -> None:
    drawings = picture_of(2, 200, 3, 16, 16) // 2 + 64
    assert (make_photographic(np.random.default_rng(0), drawings, AS_DRAWN) == drawings).all()
    rough = make_photographic(np.random.default_rng(0), drawings, replace(AS_DRAWN, rough=0.5))
    assert (rough[1] == drawings[1]).all()
    assert 70 < (rough[0] != drawings[0]).any((1, 2, 3)).sum() < 130
    grey = make_photographic(np.random.default_rng(0), drawings, replace(AS_DRAWN, grey=0.25))
    colourless = (grey == grey[:, :, :1]).all((2, 3, 4))
    assert (colourless[0] == colourless[1]).all()
    assert 30 < colourless[0].sum() < 70
