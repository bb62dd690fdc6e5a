"""The state that Slack brings back from its consent page."""

from dataclasses import dataclass

import pytest

from adapters.slack.oauth import STATE_SECONDS, _States


@dataclass
class SetClock:
    at: float = 1_800_000_000.0

    def now(self) -> float:
        return self.at


async def test_a_state_is_good_for_ten_minutes_across_restarts() -> None:
    clock = SetClock()
    state = await _States("secret", clock).async_issue()
    clock.at += STATE_SECONDS - 1
    assert await _States("secret", clock).async_consume(state)
    clock.at += 2
    assert not await _States("secret", clock).async_consume(state)


async def test_no_two_states_are_alike() -> None:
    states = _States("secret", SetClock())
    assert await states.async_issue() != await states.async_issue()


@pytest.mark.parametrize("made_up", ["", "x", "..", "x.9999999999.", "x.9999999999.0", "é.9999999999.é", "x.nan.y"])
async def test_a_made_up_state_is_none(made_up: str) -> None:
    assert not await _States("secret", SetClock()).async_consume(made_up)


async def test_a_state_that_was_prolonged_or_signed_with_another_secret_is_none() -> None:
    states = _States("secret", SetClock())
    nonce, until, signature = (await states.async_issue()).split(".")
    assert not await states.async_consume(f"{nonce}.{int(until) + 1}.{signature}")
    assert not await states.async_consume(await _States("other", SetClock()).async_issue())
