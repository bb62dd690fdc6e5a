"""Payloads become wishes with ids that stay the same."""

import contextlib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.slack.inbound import Kind, inbound, place_of

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
        {"bot_id": "B1"},
        {"subtype": "message_changed"},
        {"subtype": "channel_join"},
        {"user": ""},
    ],
)
def test_messages_of_others_and_of_machines_are_nothing_of_ours(fields: dict[str, Any]) -> None:
    assert inbound(event("message", **fields), bot_user=BOT) is None


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
