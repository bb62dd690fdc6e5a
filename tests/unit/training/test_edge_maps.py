import torch

from training.edge_maps import KINDS, agreement, choose_maps, draw_map
from training.photographs import child_drawing, to_tensor


def test_maps_are_the_products_own_and_blank_pictures_have_none() -> None:
    drawing = child_drawing(128)
    for kind in KINDS:
        lines = draw_map(kind, drawing)
        assert lines.shape == (128, 128)
        assert lines.dtype == torch.uint8
        assert 0.01 < (lines > 127).float().mean() < 0.4  # white lines on black
    blank = child_drawing(128)
    blank.paste("grey", (0, 0, 128, 128))
    assert not draw_map(KINDS[0], blank).any()


def test_each_example_gets_a_map_of_its_own_scene_and_some_get_none() -> None:
    maps = (torch.arange(3).view(3, 1, 1, 1) + 1).expand(3, 4, 8, 8).byte() * 50
    scenes = torch.arange(3).repeat(100)
    lines = choose_maps(torch.Generator().manual_seed(1), maps, scenes, blank=0.3)
    assert lines.shape == (300, 3, 8, 8)
    level = lines[:, 0, 0, 0]
    drawn = level > 0
    assert 0.2 < 1 - drawn.float().mean() < 0.4
    torch.testing.assert_close(level[drawn], (scenes[drawn] + 1) * 50 / 255)


def test_a_picture_agrees_with_its_own_lines_and_not_with_others() -> None:
    drawing = to_tensor([child_drawing(128)])[0]
    lines = draw_map(KINDS[0], child_drawing(128)).float() / 255
    assert agreement(drawing, lines) > 0.95
    assert agreement(drawing.flip(1), lines) < 0.5
    assert agreement(torch.full_like(drawing, 0.5), lines) == 0
