import pytest
import torch

from training.autoencoder import LATENT_CHANNELS
from training.latents import PairLatents
from training.pairs import NAMES
from training.perceptual import StyleFeatures, frozen_features, train_features

SCENES, TARGETS, SIDE = 32, 2, 16


def striped_pairs() -> PairLatents:
    """Sources of noise; the first style adds vertical stripes to them, the second horizontal ones."""
    noise = torch.Generator().manual_seed(0)
    sources = torch.randn(SCENES, 1, LATENT_CHANNELS, SIDE, SIDE, generator=noise)
    stripes = torch.arange(SIDE).remainder(2).mul(4.0).sub(2.0)
    targets = [sources + stripes, sources + stripes[:, None]]
    every = torch.cat([sources, *targets] * 2, 1).half()
    keys = torch.tensor([NAMES.index("photo"), 0, 1]).repeat(2).expand(SCENES, -1)
    return PairLatents(
        every, keys, torch.zeros(SCENES, dtype=torch.long), torch.zeros(SCENES, TARGETS, 1, SIDE, SIDE)
    )


@pytest.fixture(scope="module")
def network() -> StyleFeatures:
    """Trained on them, kept and read again."""
    return frozen_features(train_features(striped_pairs(), steps=40).state_dict())


def test_the_network_learns_to_name_styles_and_what_it_learnt_can_be_kept(network: StyleFeatures) -> None:
    pairs = striped_pairs()
    assert not any(parameter.requires_grad for parameter in network.parameters())
    for place, style in ((1, 0), (2, 1)):
        named = network.name(network(pairs.latents[:, place].float())).argmax(1)
        assert (named == style).float().mean() > 0.9


def test_latents_without_strokes_differ_more_by_features_than_by_their_error(network: StyleFeatures) -> None:
    pairs = striped_pairs()
    smooth, striped, noise = (pairs.latents[:8, place].float() for place in (0, 1, 3))
    assert not any(term.abs().max() for term in network.difference(striped, striped))
    # As far from the wanted latents as the stripes are, but striped all over.
    shifted = striped + (smooth - striped).abs().mean() * torch.sign(noise)
    assert (network.difference(smooth, striped)[0] > network.difference(shifted, striped)[0]).all()


def test_another_style_differs_and_another_picture_in_the_same_does_not(network: StyleFeatures) -> None:
    pairs = striped_pairs()
    upright, others = pairs.latents[:8, 1].float(), pairs.latents[8:16, 1].float()
    level = pairs.latents[:8, 2].float()
    assert network.difference(level, upright)[1].min() > 1
    assert network.difference(others, upright)[1].max() < 0.1


def test_only_what_was_made_is_taught() -> None:
    network = frozen_features(train_features(striped_pairs(), steps=2).state_dict())
    made, wanted = (torch.randn(2, LATENT_CHANNELS, SIDE, SIDE).requires_grad_() for _ in range(2))
    for term in range(2):
        taught = torch.autograd.grad(network.difference(made, wanted)[term].sum(), (made, wanted), allow_unused=True)
        assert taught[0].abs().max() > 0
        assert taught[1] is None
