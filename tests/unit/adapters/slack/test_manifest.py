"""The app's manifest against Slack's published rules and against what the code handles.

The rules are those of https://github.com/slackapi/manifest-schema (major version 1) and of
https://docs.slack.dev/reference/app-manifest, written down here as far as the manifest uses them.
"""

from pathlib import Path
from typing import Any

import pytest
import yaml

from adapters.slack.commands import REMIX
from adapters.slack.scopes import SCOPES

MANIFEST = Path(__file__).parents[4] / "adapters" / "slack" / "manifest.yaml"
COMMANDS = {
    "/img2img",
    "/sweep",
    "/refine",
    "/map",
    "/queue",
    "/info",
    "/styles",
    "/settings",
    "/privacy",
    "/web",
    "/help",
    "/pentimento",
}

Rule = dict[str, tuple[int, int] | type | set[str]]

_KNOWN: dict[str, Rule] = {
    "": {
        "_metadata": dict,
        "display_information": dict,
        "features": dict,
        "oauth_config": dict,
        "settings": dict,
    },
    "display_information": {
        "name": (1, 35),
        "description": (1, 140),
        "long_description": (175, 4000),
        "background_color": (4, 7),
    },
    "features": {"app_home": dict, "bot_user": dict, "shortcuts": list, "slash_commands": list},
    "features.app_home": {
        "home_tab_enabled": bool,
        "messages_tab_enabled": bool,
        "messages_tab_read_only_enabled": bool,
    },
    "features.bot_user": {"display_name": (1, 80), "always_online": bool},
    "features.shortcuts[]": {
        "name": (1, 24),
        "type": {"message", "global"},
        "callback_id": (1, 255),
        "description": (1, 150),
    },
    "features.slash_commands[]": {
        "command": (2, 32),
        "url": (1, 3000),
        "description": (1, 2000),
        "usage_hint": (1, 1000),
        "should_escape": bool,
    },
    "oauth_config": {"scopes": dict, "redirect_urls": list},
    "oauth_config.scopes": {"bot": list, "user": list},
    "settings": {
        "event_subscriptions": dict,
        "interactivity": dict,
        "org_deploy_enabled": bool,
        "socket_mode_enabled": bool,
        "token_rotation_enabled": bool,
    },
    "settings.event_subscriptions": {"bot_events": list, "request_url": (1, 3500)},
    "settings.interactivity": {"is_enabled": bool, "request_url": (1, 3500)},
}


@pytest.fixture(scope="module")
def manifest() -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load(MANIFEST.read_text(encoding="utf-8"))
    return read


def problems(value: dict[str, Any], path: str = "") -> list[str]:
    """Unknown keys and values of the wrong kind or length."""
    rule = _KNOWN.get(path)
    if rule is None:
        return [] if path == "_metadata" else [f"{path}: unknown"]
    found = [f"{path}.{name}: unknown key" for name in value.keys() - rule.keys()]
    for name, entry in value.items():
        here = f"{path}.{name}".lstrip(".")
        match rule.get(name):
            case (least, most) if not isinstance(entry, str) or not least <= len(entry) <= most:
                found.append(f"{here}: a text of {least} to {most} characters")
            case set() as allowed if entry not in allowed:
                found.append(f"{here}: one of {allowed}")
            case type() as kind if not isinstance(entry, kind):
                found.append(f"{here}: {kind}")
        if isinstance(entry, dict):
            found += problems(entry, here)
        elif isinstance(entry, list) and entry and isinstance(entry[0], dict):
            found += [problem for each in entry for problem in problems(each, f"{here}[]")]
    return found


def test_it_keeps_slacks_schema(manifest: dict[str, Any]) -> None:
    assert problems(manifest) == []
    assert 1 <= len(manifest["features"]["shortcuts"]) <= 10
    assert len(manifest["features"]["slash_commands"]) <= 50
    assert len(manifest["settings"]["event_subscriptions"]["bot_events"]) <= 100


def test_the_check_sees_what_is_wrong(manifest: dict[str, Any]) -> None:
    wrong = {**manifest, "display_information": {"name": "x" * 36, "colour": "red"}}
    assert len(problems(wrong)) == 2


def test_it_asks_for_exactly_the_permissions_that_are_used(manifest: dict[str, Any]) -> None:
    assert manifest["oauth_config"]["scopes"]["bot"] == sorted(SCOPES)


def test_every_permission_has_its_reason_beside_it() -> None:
    lines = MANIFEST.read_text(encoding="utf-8").splitlines()
    for scope, reason in SCOPES.items():
        assert any(line.strip() == f"- {scope} # {reason}" for line in lines), scope


def test_commands_shortcuts_and_modes(manifest: dict[str, Any]) -> None:
    assert {each["command"] for each in manifest["features"]["slash_commands"]} == COMMANDS
    assert {each["callback_id"] for each in manifest["features"]["shortcuts"]} == {REMIX}
    assert manifest["features"]["shortcuts"][0]["name"] == "Remix image"
    settings = manifest["settings"]
    assert settings["socket_mode_enabled"]
    assert settings["org_deploy_enabled"]
    assert settings["token_rotation_enabled"] is False, "the guide's first way has two secrets"
    assert settings["interactivity"]["is_enabled"]


def test_every_event_that_is_handled_is_subscribed_to(manifest: dict[str, Any]) -> None:
    events = set(manifest["settings"]["event_subscriptions"]["bot_events"])
    assert {
        "app_mention",
        "message.im",
        "reaction_added",
        "app_home_opened",
        "app_uninstalled",
        "team_access_revoked",
        "tokens_revoked",
    } <= events
    # An event needs its scope: https://docs.slack.dev/reference/events
    needs = {
        "app_mention": "app_mentions:read",
        "message.channels": "channels:history",
        "message.groups": "groups:history",
        "message.im": "im:history",
        "message.mpim": "mpim:history",
        "reaction_added": "reactions:read",
    }
    assert {needs[event] for event in events & needs.keys()} <= SCOPES.keys()
