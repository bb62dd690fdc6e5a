from dataclasses import replace

import pytest
import torch

from training.bridge import BridgeSettings, Examples, crop, draw_examples, draw_moments
from training.export import DEFAULTS, build_scheduler
from training.latents import PairLatents, quiet_directions
from training.pairs import NAMES, PHOTO
from training.phrases import CaptionBank
from training.schedule import STEPS, alphas_cumprod, style_share

COUNT = 16


def noise(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def sigmas() -> torch.Tensor:
    alpha_bar = alphas_cumprod()
    return ((1 - alpha_bar) / alpha_bar).sqrt()


def led(strength: float, *, guidance: float, steps: int) -> list[tuple[int, float]]:
    """The steps of a run with a perfect model, and how much of the source is left before each and at the end."""
    source, styled, drawn = torch.zeros(1, 16, 8, 8), torch.ones(1, 16, 8, 8), torch.randn(1, 16, 8, 8)
    scheduler = build_scheduler()
    scheduler.set_timesteps(steps)
    timesteps = scheduler.timesteps[steps - int(steps * strength) :]
    alpha_bar, share = alphas_cumprod(), style_share(sigmas())
    sample = scheduler.add_noise(source, drawn, timesteps[:1])
    left = []
    for t in map(int, timesteps):
        alpha, deviation = alpha_bar[t].sqrt(), (1 - alpha_bar[t]).sqrt()
        clean = (sample - deviation * drawn) / alpha
        left.append((t, 1 - clean.mean().item()))
        wanted = clean + guidance * share[t] * (styled - clean)
        sample = scheduler.step((alpha * sample - wanted) / deviation, t, sample).prev_sample
    return [*left, (0, 1 - sample.mean().item())]


@pytest.mark.parametrize(("strength", "styled"), [(0.3, 0.49), (0.5, 0.93), (0.7, 0.99), (0.9, 0.99)])
def test_strength_is_how_much_of_the_style_a_run_ends_with(strength: float, styled: float) -> None:
    run = led(strength, guidance=DEFAULTS["guidance_scale"], steps=int(DEFAULTS["steps"]))
    assert 1 - run[-1][1] == pytest.approx(styled, abs=0.03)


@pytest.mark.parametrize("guidance", [1.0, 1.5, 2.0])
@pytest.mark.parametrize("strength", [0.3, 0.6, 0.9])
def test_a_perfect_model_is_led_through_the_states_it_is_trained_on(strength: float, guidance: float) -> None:
    settings = BridgeSettings(
        least=strength, most=strength, guidance=(guidance, guidance), terminal=0.0, exact=1.0, finished=0.0
    )
    drawn = draw_moments(noise(0), 20_000, settings)
    for t, left in led(strength, guidance=guidance, steps=100)[1:-1]:
        near = (drawn.t - t).abs() <= 2
        assert drawn.weight[near].mean().item() == pytest.approx(left, abs=0.06)


def test_the_mixture_covers_every_state_a_sampler_visits() -> None:
    settings = BridgeSettings()
    moments = draw_moments(noise(0), 40_000, settings)
    assert (moments.t <= moments.start).all()
    assert moments.weight.min() >= 0
    assert moments.weight.max() <= 1
    scheduler = build_scheduler()
    scheduler.set_timesteps(DEFAULTS["steps"])
    lowest = int(scheduler.timesteps[-1])
    assert (moments.start <= lowest).float().mean() > 2e-3, "a run of a single one of the default steps"
    # First steps of runs of every strength, and the steps after them, each often enough to be learnt.
    first = moments.t[moments.t == moments.start].float()
    later = moments.t[moments.t < moments.start].float()
    for steps in (first[first < 0.95 * STEPS], later):
        counts = torch.histc(steps, bins=10, min=0.1 * STEPS, max=0.9 * STEPS)
        assert counts.min() > 0.02 * counts.sum()
    terminal = moments.start == STEPS - 1
    assert terminal.float().mean().item() == pytest.approx(settings.terminal, abs=0.02)
    assert (moments.weight[terminal & (moments.t < 0.9 * STEPS)] < 0.05).all()


def test_steps_in_which_a_composition_is_decided_are_trained_often() -> None:
    moments = draw_moments(noise(1), 40_000, BridgeSettings())
    from_noise = moments.t[moments.start == STEPS - 1]
    assert (from_noise >= 0.9 * STEPS).float().mean() > 0.5


def pairs(composed: int = 0) -> PairLatents:
    """Four scenes of two targets, drawn twice."""
    latents = torch.randn(4, 6, 16, 32, 32, generator=noise(1)).half()
    placing = torch.randn(4, 2, 3, 32, 32, generator=noise(2)).half()
    keys, kinds = torch.zeros(4, 6, dtype=torch.long), torch.arange(4) % 2
    return PairLatents(latents, keys=keys, kinds=kinds, noise=placing, composed=composed)


QUIET = torch.linalg.qr(torch.randn(16, 3, generator=torch.Generator().manual_seed(5)))[0].T
OWN = BridgeSettings(blended=0.0)  # sources as they were drawn
SAME = replace(OWN, kept=1.0, redrawn=2.0)  # no other drawing


def phrases() -> CaptionBank:
    """Two captions of each kind that name the scene, two that do not, and two for nothing."""
    tokens = torch.arange(2 * 2 * 2).view(1, 2, 2, 2, 1) + 10
    return CaptionBank({"styles": tokens, "negatives": torch.tensor([[1], [2]]), "nothing": torch.tensor([[0]])})


def predicted(examples: Examples) -> torch.Tensor:
    """v-prediction: x0 = alpha x - sigma v."""
    alpha_bar = alphas_cumprod()[examples.t].view(-1, 1, 1, 1)
    return alpha_bar.sqrt() * examples.noisy - (1 - alpha_bar).sqrt() * examples.velocity


def test_examples_are_ordinary_velocity_targets() -> None:
    settings = replace(SAME, dropped=0.0, unstyled=0.0, least=0.8, at_start=1.0)
    examples = draw_examples(noise(1), pairs(), QUIET, phrases(), settings, COUNT)
    targets = pairs().latents[examples.scenes, examples.places].float()
    torch.testing.assert_close(predicted(examples), targets, atol=0.05, rtol=0.05)
    assert (examples.places > 0).all()
    assert (examples.tokens >= 10).all()
    assert ((examples.scale > 0) & (examples.scale <= 1)).all()


@pytest.mark.parametrize("strength", [0.1, 0.2, 0.5, 0.9])
def test_a_step_asks_for_the_share_of_its_noise_of_the_way_from_what_is_left_to_the_style(strength: float) -> None:
    run = replace(SAME, least=strength, most=strength, terminal=0.0, at_start=0.2, unstyled=0.0)
    shown = draw_examples(noise(1), pairs(), QUIET, phrases(), replace(run, dropped=0.0), 64)
    left = draw_examples(noise(1), pairs(), QUIET, phrases(), replace(run, dropped=1.0), 64)
    assert (left.t == shown.t).all()
    assert len(set(shown.t.tolist())) > 10
    source, styled = (pairs().latents[shown.scenes, place].float() for place in (0, shown.places))
    weight = draw_moments(noise(1), 64, run).weight.view(-1, 1, 1, 1)
    clean = styled + weight * (source - styled)
    torch.testing.assert_close(predicted(left), clean, atol=0.05, rtol=0.05)
    share = style_share(sigmas()[shown.t]).view(-1, 1, 1, 1)
    torch.testing.assert_close(predicted(shown), clean + share * (styled - clean), atol=0.05, rtol=0.05)


def test_dropped_captions_ask_for_no_change() -> None:
    settings = replace(OWN, dropped=1.0, terminal=0.0, at_start=1.0)
    examples = draw_examples(noise(2), pairs(), QUIET, phrases(), settings, COUNT)
    sources = pairs().latents[examples.scenes, 0].float()
    torch.testing.assert_close(predicted(examples), sources, atol=0.05, rtol=0.05)
    assert set(examples.tokens.flatten().tolist()) <= {0, 1, 2}


def test_some_sources_are_partly_in_another_style_and_without_a_style_stay_as_they_are() -> None:
    settings = replace(SAME, blended=1.0, dropped=1.0, terminal=0.0, at_start=1.0)
    for unstyled in (0.0, 1.0):
        examples = draw_examples(noise(2), pairs(), QUIET, phrases(), replace(settings, unstyled=unstyled), 64)
        source = pairs().latents[examples.scenes, :1].float()
        others = pairs().latents[examples.scenes, 1 : pairs().half].float()
        way, moved = others - source, predicted(examples)[:, None] - source
        shares = (way * moved).sum((2, 3, 4)) / (way * way).sum((2, 3, 4))
        left = (moved - shares[..., None, None, None] * way).abs().mean((2, 3, 4))
        assert left.amin(1).max() < 0.05, "on the way to one of its targets"
        assert shares.gather(1, left.argmin(1, keepdim=True)).std() > 0.2

    # What a caption without a style asks for is the very source.
    run = replace(settings, dropped=0.0, unstyled=1.0, least=0.3, most=0.5)
    kept, told = (draw_examples(noise(2), pairs(), QUIET, phrases(), replace(run, dropped=d), 64) for d in (1.0, 0.0))
    torch.testing.assert_close(predicted(kept), predicted(told), atol=0.05, rtol=0.05)


def test_pure_noise_becomes_the_repertoire_and_sources_become_anything() -> None:
    from_noise = BridgeSettings(terminal=1.0, repertoire=1.0, described=1.0, dropped=0.0)
    examples = draw_examples(noise(3), pairs(composed=2), QUIET, phrases(), from_noise, 64)
    assert set(examples.scenes.tolist()) == {0, 1}
    # The caption names what is to be seen: the second half of each kind's captions.
    assert all(token in {12, 13, 16, 17} for token in examples.tokens.flatten().tolist())
    others = draw_examples(noise(3), pairs(composed=2), QUIET, phrases(), BridgeSettings(terminal=0.0), 64)
    assert set(others.scenes.tolist()) == {0, 1, 2, 3}


def test_styles_that_are_learnt_slowly_are_drawn_more_often() -> None:
    keys = torch.tensor([[PHOTO, NAMES.index("oil"), NAMES.index("noir")]]).repeat(4, 2)
    every = CaptionBank(
        {
            "styles": torch.zeros(len(NAMES), 2, 2, 1, 1, dtype=torch.int16),
            "negatives": torch.tensor([[1]]),
            "nothing": torch.tensor([[0]]),
        }
    )
    settings = BridgeSettings(unstyled=0.0, slow=("noir",), favour=3.0)
    small = replace(pairs(), keys=keys, latents=pairs().latents[..., :4, :4], noise=pairs().noise[..., :4, :4])
    examples = draw_examples(noise(4), small, QUIET, every, settings, 2000)
    assert (examples.places == 2).float().mean().item() == pytest.approx(0.75, abs=0.03)


def test_crops_lie_anywhere_and_so_at_every_place_of_the_network_s_grid_of_four_cells() -> None:
    cells = torch.arange(32 * 32).view(1, 1, 32, 32)
    corners = set()
    for place in torch.arange(0, 1, 1 / 17).tolist():
        part = crop((place, place), (16, 28), cells)
        assert part.shape == (1, 1, 16, 28)
        row, column = divmod(int(part[0, 0, 0, 0]), 32)
        assert part[0, 0, -1, -1] == cells[0, 0, row + 15, column + 27]
        corners.add((row, column))
    assert {row for row, _ in corners} == set(range(17))
    assert {column for _, column in corners} == set(range(5))


def added(examples: Examples, clean: torch.Tensor) -> torch.Tensor:
    """The noise in examples, given what it was added to."""
    alpha_bar = alphas_cumprod()[examples.t].view(-1, 1, 1, 1)
    return (examples.noisy - alpha_bar.sqrt() * clean) / (1 - alpha_bar).sqrt()


def test_strokes_are_placed_by_components_of_the_noise_and_the_rest_of_it_is_free() -> None:
    settings = replace(OWN, terminal=0.0, dropped=0.0, unstyled=0.0, at_start=1.0, least=0.3, loose=0.0)
    examples = draw_examples(noise(6), pairs(), QUIET, phrases(), settings, 256)
    drawn = added(examples, pairs().latents[examples.scenes, 0].float())
    placing = torch.einsum("kc,bchw->bkhw", QUIET, drawn)
    wanted = pairs().noise[examples.scenes, examples.places - 1].float()
    torch.testing.assert_close(placing, wanted, atol=0.02, rtol=0.02)
    assert drawn.mean().abs() < 0.02
    assert drawn.std().item() == pytest.approx(1.0, abs=0.02)
    torch.testing.assert_close(torch.cov(drawn.movedim(1, 0).flatten(1)), torch.eye(16), atol=0.03, rtol=0)

    free = draw_examples(noise(6), pairs(), QUIET, phrases(), replace(settings, loose=1.0), 256)
    placing = torch.einsum("kc,bchw->bkhw", QUIET, added(free, pairs().latents[free.scenes, 0].float()))
    wanted = pairs().noise[free.scenes, free.places - 1].float()
    assert torch.corrcoef(torch.stack([placing.flatten(), wanted.flatten()]))[0, 1].abs() < 0.02


@pytest.mark.parametrize(("strength", "redrawn"), [(0.5, 0.0), (0.79, 0.5), (0.9, 1.0)])
def test_strong_runs_are_taught_another_drawing_of_the_same_layout(strength: float, redrawn: float) -> None:
    run = BridgeSettings(least=strength, most=strength, terminal=0.0, dropped=0.0, unstyled=0.0, at_start=1.0)
    examples = draw_examples(noise(7), pairs(), QUIET, phrases(), run, 200)
    targets = predicted(examples)
    own, other = (pairs().latents[examples.scenes, examples.places + shift].float() for shift in (0, 3))
    nearer = ((targets - other) ** 2).mean((1, 2, 3)) < ((targets - own) ** 2).mean((1, 2, 3))
    assert nearer.float().mean().item() == pytest.approx(redrawn, abs=0.1)


def test_quiet_directions_are_those_in_which_pictures_vary_least() -> None:
    scales = torch.tensor([3.0, 0.01, 1.0, 0.1])
    latents = torch.randn(50, 4, 8, 8, generator=noise(8)) * scales.view(1, 4, 1, 1)
    found = quiet_directions(latents, 2)
    torch.testing.assert_close(found.abs(), torch.eye(4)[[1, 3]], atol=0.05, rtol=0)
