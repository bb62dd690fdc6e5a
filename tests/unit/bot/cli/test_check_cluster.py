"""What `check` says of a Ray cluster before it joins it."""

import pytest

from bot.cli.check import _cluster
from bot.findings import State
from config.reading import load_settings

RAY = {"PENTIMENTO__ENGINE__KIND": "ray", "PENTIMENTO__RAY__ADDRESS": "10.0.0.5:6379"}


@pytest.mark.parametrize("mode", [None, "", "disabled", "k8s"])
def test_it_says_when_token_authentication_is_off(mode: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RAY_AUTH_MODE", raising=False)
    if mode is not None:
        monkeypatch.setenv("RAY_AUTH_MODE", mode)
    [finding] = _cluster(load_settings(None, RAY))
    assert (finding.what, finding.state) == ("ray", State.NOTE)
    assert finding.words.startswith("token authentication is off: whoever reaches its ports can run anything")
    assert "RAY_AUTH_MODE=token" in finding.words


def test_it_says_when_it_is_on_and_nothing_without_a_cluster(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAY_AUTH_MODE", "token")
    [finding] = _cluster(load_settings(None, RAY))
    assert (finding.state, finding.words) == (State.OK, "the cluster at 10.0.0.5:6379, with token authentication")
    assert not [*_cluster(load_settings(None, {}))]
