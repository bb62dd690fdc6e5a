"""What the decoder is refined with."""

import pytest
import torch

from training.autoencoder import AutoencoderSettings, colour_cast, cut, refining_examples
from training.pairs import KEYS
from training.pool import PicturePool, PoolSize
from training.styles import GREY


def pool() -> PicturePool:
    """Three scenes of two targets each; a picture's bytes say which it is."""
    made = PicturePool(PoolSize(scenes=3, targets=2, side=32))
    oil, noir, pencil = (KEYS.index((name,)) for name in ("oil", "noir", "pencil"))
    noir_in_oil = KEYS.index(("noir", "oil"))
    made.label(torch.tensor([[oil, noir], [pencil, oil], [noir_in_oil, oil]]), torch.zeros(3, dtype=torch.long))
    made.pictures[:] = torch.arange(18).view(3, 6, 1, 1, 1)
    return made


def test_styles_without_colour_are_found_with_what_they_were_made_from() -> None:
    some = pool()
    grey = some.with_styles(GREY)
    assert grey.tolist() == [[0, 2], [0, 5], [1, 1], [1, 4]]
    styled, sources = some.draw_with_source(torch.Generator().manual_seed(0), grey, 200)
    pairs = set(zip(styled[:, 0, 0, 0].tolist(), sources[:, 0, 0, 0].tolist(), strict=True))
    assert pairs == {(2, 0), (5, 3), (7, 6), (10, 9)}
    assert not len(some.with_styles(("mosaic",)))


def test_a_picture_and_its_source_are_cut_at_the_same_place() -> None:
    picture = torch.arange(64 * 64).view(1, 1, 64, 64).remainder(251).byte().repeat(8, 6, 1, 1)
    parts = cut(torch.Generator().manual_seed(0), picture, 32)
    assert parts.shape == (8, 6, 32, 32)
    assert (parts[:, :3] == parts[:, 3:]).all()
    assert len(set(parts[:, 0, 0, 0].tolist())) > 1


def test_the_decoder_sees_a_trace_of_the_source_in_pictures_that_are_to_be_without_colour() -> None:
    some = pool()
    settings = AutoencoderSettings(crop=16, batch=20, grey_share=0.4, trace=0.1)
    wanted, latents = refining_examples(torch.Generator().manual_seed(0), some, settings, lambda pictures: pictures)
    bytes_of = ((each + 1) * 127.5 for each in (wanted[-8:, 0, 0, 0], (wanted - latents)[-8:, 0, 0, 0] - 1))
    styled, traces = (each.tolist() for each in bytes_of)
    assert (wanted[:12] == latents[:12]).all()
    for grey, trace in zip(styled, traces, strict=True):
        apart = {2: 2, 5: 2, 7: 1, 10: 1}[round(grey)]  # from the source's byte
        assert 0 < trace <= 0.1 * apart + 1e-4
    assert len({round(trace, 4) for trace in traces}) > 4
    some.keys[:] = KEYS.index(("oil",))
    wanted, latents = refining_examples(torch.Generator().manual_seed(0), some, settings, lambda pictures: pictures)
    assert len(wanted) == 20, "without such styles the batch is as large"
    assert (wanted == latents).all()


def test_a_cast_of_colour_counts_for_more_in_the_dark_and_brightness_alone_for_nothing() -> None:
    def grey(value: float) -> torch.Tensor:
        return torch.full((1, 3, 8, 8), value * 2 - 1)

    reddish = torch.tensor([0.02, 0.0, 0.0]).view(1, 3, 1, 1)
    assert colour_cast(grey(0.3), grey(0.6)).item() == pytest.approx(0, abs=1e-6)
    dark, bright = (colour_cast(grey(value) + reddish, grey(value)).item() for value in (0.05, 0.8))
    assert dark > 4 * bright > 0
