import json
from pathlib import Path

import numpy as np

from training.pairs import PairSettings, degrade, draw_styles, render_pairs
from training.scenes import render, render_shard
from training.shards import PictureShards, read_labels
from training.styles import STYLES, Kind
from training.words import NOUNS


def test_a_scene_depends_on_its_generator_alone() -> None:
    first, again, other = (render(np.random.default_rng([7, index])) for index in (1, 1, 2))
    np.testing.assert_array_equal(first.picture, again.picture)
    assert np.abs(first.picture - other.picture).mean() > 0.02


def test_scenes_are_pictures_of_known_kinds_with_masks() -> None:
    kinds = set()
    for index in range(40):
        scene = render(np.random.default_rng([8, index]))
        assert scene.picture.shape == scene.masks.shape == (256, 256, 3)
        assert 0 <= scene.picture.min() <= scene.picture.max() <= 1
        assert scene.picture.std() > 0.005
        assert 0 <= scene.masks.min() <= scene.masks.max() <= 1
        kinds.add(scene.kind)
    assert kinds <= NOUNS.keys()
    assert len(kinds) >= 5


def test_combined_targets_are_a_look_under_an_art() -> None:
    generator = np.random.default_rng(0)
    settings = PairSettings(targets=4, combined=0.5)
    combined = [names for _ in range(200) for names in draw_styles(generator, settings) if len(names) == 2]
    assert len(combined) > 300
    assert all(STYLES[look].kind is Kind.LOOK and STYLES[art].kind is Kind.ART for look, art in combined)


def test_degrading_keeps_the_shape_and_changes_the_picture() -> None:
    picture = np.random.default_rng(0).integers(0, 256, (3, 256, 256)).astype(np.uint8)
    worse = degrade(np.random.default_rng(1), picture)
    assert worse.shape == picture.shape
    assert np.abs(worse.astype(int) - picture).mean() > 1


def test_shards_are_written_and_read_back(tmp_path: Path) -> None:
    scenes, styled = tmp_path / "scenes", tmp_path / "styled"
    scenes.mkdir()
    styled.mkdir()
    render_shard(scenes, "0000", seed=1, count=4)
    render_pairs(scenes, styled, "0000", PairSettings(targets=2, degraded=0.0))
    stacks = np.load(styled / "0000.pictures.npy")
    assert stacks.shape == (4, 3, 3, 256, 256)
    np.testing.assert_array_equal(stacks[:, 0], np.load(scenes / "0000.pictures.npy"))
    assert len(json.loads((styled / "0000.json").read_text())) == 4
    assert len(read_labels(scenes)) == 4
    drawn = PictureShards(styled, skip_first=True).draw(np.random.default_rng(0))
    assert drawn.shape == (3, 256, 256)
    before = stacks.copy()
    render_pairs(scenes, styled, "0000", PairSettings(targets=2, degraded=0.0))
    np.testing.assert_array_equal(before, np.load(styled / "0000.pictures.npy"))
