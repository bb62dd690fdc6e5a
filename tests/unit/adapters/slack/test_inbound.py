"""Payloads become wishes with ids that stay the same."""

import contextlib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from slack_bolt.request.internals import (
    extract_enterprise_id,
    extract_is_enterprise_install,
    extract_team_id,
)

from adapters.slack.inbound import Kind, inbound, place_of, team_in
from adapters.slack.members import Team
from adapters.slack.pages import PAGE

BOT = "UBOT"


def event(kind: str, **fields: Any) -> dict[str, Any]:
    body = {"type": kind, "user": "U1", "channel": "C1", "ts": "1.2", "text": f"<@{BOT}> hi", **fields}
    return {"type": "event_callback", "team_id": "T1", "event_id": "Ev1", "event": body}


def test_a_mention_and_a_file_share_of_one_message_have_one_id() -> None:
    mention = inbound(event("app_mention"), bot_user=BOT)
    shared = inbound({**event("message", subtype="file_share"), "event_id": "Ev2"}, bot_user=BOT)
    assert mention is not None
    assert shared is not None
    assert mention.id == shared.id


@pytest.mark.parametrize(
    "fields",
    [
        {"text": "nothing about the bot"},
        {"text": f"<@{BOT}99> is somebody else"},
        {"text": None},
        {"bot_id": "B1"},
        {"subtype": "message_changed"},
        {"subtype": "channel_join"},
        {"user": ""},
    ],
)
def test_messages_of_others_and_of_machines_are_nothing_of_ours(fields: dict[str, Any]) -> None:
    assert inbound(event("message", **fields), bot_user=BOT) is None


@pytest.mark.parametrize("text", [f"<@{BOT}> hi", f"<@{BOT}|pentimento> hi"])
def test_a_message_that_names_the_bot_is_ours(text: str) -> None:
    assert inbound(event("message", text=text), bot_user=BOT)


def test_a_field_that_is_null_counts_as_none() -> None:
    body = event("app_mention", subtype=None, thread_ts=None, text=None, bot_id=None)
    found = inbound(body, bot_user=BOT)
    assert found is not None
    assert found.kind is Kind.MESSAGE
    place = place_of(body)
    assert place.thread == "1.2"
    assert not place.in_thread
    pressed = {"user": {"id": "U1"}, "message": {"ts": "1.2", "thread_ts": None}}
    assert not place_of(pressed).in_thread


def test_a_direct_message_needs_no_mention() -> None:
    found = inbound(event("message", text="hi", channel="D1", channel_type="im"), bot_user=BOT)
    assert found is not None
    assert found.kind is Kind.MESSAGE


def test_the_verification_token_is_not_kept() -> None:
    found = inbound({**event("app_mention"), "token": "secret"}, bot_user=BOT)
    assert found is not None
    assert "token" not in found.body


def test_two_presses_are_two_and_one_press_twice_is_one() -> None:
    def press(at: str) -> dict[str, Any]:
        return {
            "type": "block_actions",
            "team": {"id": "T1"},
            "user": {"id": "U1"},
            "container": {"message_ts": "1.2", "channel_id": "C1"},
            "actions": [{"action_id": "x", "action_ts": at}],
        }

    ids = [found.id for at in ("5.0", "5.0", "6.0") if (found := inbound(press(at), bot_user=BOT))]
    assert ids[0] == ids[1] != ids[2]


def test_in_a_shared_channel_the_installation_is_ours_not_the_other_organisations() -> None:
    body = {**event("app_mention"), "authorizations": [{"team_id": "T9", "enterprise_id": None}]}
    assert place_of(body).team.id == "T9"


_ORG_WIDE = {"team": None, "enterprise": {"id": "E1"}, "is_enterprise_install": True}
_FORM = {"type": "view_submission", "user": {"id": "U1", "team_id": "T1"}}
_OURS = {"team_id": "T9", "enterprise_id": "E9", "is_enterprise_install": False}
PAYLOADS: dict[str, dict[str, Any]] = {
    "command": {"team_id": "T1", "is_enterprise_install": "false"},
    "command in an organisation": {"team_id": "T1", "enterprise_id": "E1", "is_enterprise_install": "false"},
    "command, installed by the organisation": {
        "team_id": "T1",
        "enterprise_id": "E1",
        "is_enterprise_install": "true",
    },
    "event": {**event("app_mention"), "authorizations": [{"team_id": "T1", "enterprise_id": None}]},
    "event in a shared channel": {**event("app_mention"), "enterprise_id": "E1", "authorizations": [_OURS]},
    "event of nobody": {**event("app_uninstalled"), "authorizations": []},
    "press": {"team": {"id": "T1", "domain": "x"}, "enterprise": None, "user": {"id": "U1", "team_id": "T1"}},
    "press in an organisation": {"team": {"id": "T1", "enterprise_id": "E1"}, "enterprise": {"id": "E1"}},
    "press, installed by the organisation": {**_ORG_WIDE, "user": {"id": "U1", "team_id": "T1"}},
    "form": {**_FORM, "team": {"id": "T1"}, "view": {"team_id": "T1", "app_installed_team_id": "T1"}},
    "form in an organisation": {**_FORM, "team": {"id": "T1", "enterprise_id": "E1"}, "view": {"team_id": "T1"}},
    "form, installed by the organisation": {**_FORM, **_ORG_WIDE, "view": {"team_id": "T1"}},
}


@pytest.mark.parametrize("body", PAYLOADS.values(), ids=PAYLOADS)
def test_the_installation_is_the_one_that_bolt_authorizes(body: dict[str, Any]) -> None:
    team = team_in(body)
    assert team.id == (extract_team_id(body) or "")
    assert team.enterprise == (extract_enterprise_id(body) or "")
    assert team.org_wide == bool(extract_is_enterprise_install(body))


def test_a_form_of_ours_that_a_guest_fills_in_is_of_our_installation_and_not_of_their_organisation() -> None:
    view = {"team_id": "T2", "app_installed_team_id": "T1"}
    body = {**_FORM, "team": {"id": "T2", "enterprise_id": "E2"}, "enterprise": None, "view": view}
    assert team_in(body) == Team("T1")
    assert extract_team_id(body) == "T1"


_GRID = {"team": None, "enterprise": {"id": "E1"}, "is_enterprise_install": True}
_WRITTEN = {"team_id": "T2", "app_installed_team_id": "E1", "private_metadata": '{"purpose":"remix","team":"T1"}'}
_WHOLE = [{"enterprise_id": "E1", "team_id": None, "is_enterprise_install": True}]
_HEARD = {**event("app_mention"), "enterprise_id": "E1", "authorizations": _WHOLE}
_ABROAD = {**_HEARD, "team_id": "T9", "enterprise_id": "E9", "is_ext_shared_channel": True}
OF_AN_ORGANISATION: dict[str, tuple[dict[str, Any], str]] = {
    "command": ({"team_id": "T1", "enterprise_id": "E1", "is_enterprise_install": "true"}, "T1"),
    "event": (_HEARD, "T1"),
    "event of another organisation's member": ({**_ABROAD, "context_team_id": "T1"}, "T1"),
    "event that names the others alone": ({**_ABROAD, "context_team_id": "E1"}, ""),
    "form, as it was opened": ({**_FORM, **_GRID, "view": _WRITTEN}, "T1"),
    "form of an earlier version": ({**_FORM, **_GRID, "view": {**_WRITTEN, "private_metadata": "{}"}}, "T2"),
    "page, as it was opened": ({**_GRID, "user": {"id": "U1"}, "view": {"private_metadata": "T1/C1"}}, "T1"),
    "press, by the member's own workspace": ({**_GRID, "user": {"id": "U1", "team_id": "T2"}}, "T2"),
    "press that names the organisation": ({**_GRID, "user": {"id": "U1", "team_id": "E1"}}, ""),
}


@pytest.mark.parametrize(("body", "workspace"), OF_AN_ORGANISATION.values(), ids=OF_AN_ORGANISATION)
def test_the_workspace_if_a_whole_organisation_has_the_app(body: dict[str, Any], workspace: str) -> None:
    assert team_in(body) == Team(workspace, "E1", org_wide=True)


def test_a_page_of_an_organisations_workspace_brings_its_channel_back() -> None:
    view = {"callback_id": PAGE, "private_metadata": "T1/C1"}
    assert place_of({**_GRID, "user": {"id": "U1"}, "view": view}).channel == "C1"
    assert place_of({"user": {"id": "U1"}, "view": {**view, "private_metadata": "C1"}}).channel == "C1"


def test_a_channel_of_two_workspaces_is_one_with_settings_of_each() -> None:
    one, other = (place_of({**_HEARD, "team_id": team}).asker() for team in ("T1", "T2"))
    assert one.place == other.place
    assert one.keys == ("slack:T1/", "slack:T1/C1", "slack:E1/C1")
    assert other.keys == ("slack:T2/", "slack:T2/C1", "slack:E1/C1")
    assert one.requester.space == "T1"


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["type", "id", "ts", "user"]), inner),
    max_leaves=8,
)


@settings(max_examples=200, deadline=None)
@given(
    st.fixed_dictionaries({"type": st.sampled_from(["block_actions", "view_submission", "x"])}), anything, anything
)
def test_a_payload_that_makes_no_sense_raises_only_what_the_intake_expects(
    body: dict[str, Any], view: Any, actions: Any
) -> None:
    with contextlib.suppress(LookupError, TypeError, AttributeError, ValueError):
        inbound({**body, "view": view, "actions": actions, "user": view}, bot_user=BOT)
