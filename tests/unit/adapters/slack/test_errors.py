"""Slack's answers, understood."""

from types import SimpleNamespace
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError

from adapters.slack.errors import Meaning, SlackFault, refusal, understood


def answer(error: str = "", status: int = 200, **headers: str) -> SlackApiError:
    body: dict[str, Any] = {"ok": False, "error": error} if error else {}
    response = SimpleNamespace(
        status_code=status, headers={name.replace("_", "-"): v for name, v in headers.items()}, data=body
    )
    return SlackApiError("failed", response)  # type: ignore[no-untyped-call]  # the SDK's


@pytest.mark.parametrize(
    ("error", "status", "meaning"),
    [
        ("ratelimited", 429, Meaning.LATER),
        ("ratelimited", 200, Meaning.LATER),
        ("not_in_channel", 200, Meaning.ELSEWHERE),
        ("channel_not_found", 200, Meaning.ELSEWHERE),
        ("is_archived", 200, Meaning.ELSEWHERE),
        ("is_inactive", 200, Meaning.ELSEWHERE),
        ("posting_to_channel_denied", 200, Meaning.ELSEWHERE),
        ("file_is_deleted", 200, Meaning.FILE_GONE),
        ("unable_to_share_files", 200, Meaning.NO_FILES),
        ("team_not_found", 200, Meaning.TEAM_GONE),
        ("enterprise_is_restricted", 200, Meaning.NEVER),
        ("message_not_found", 200, Meaning.MESSAGE_GONE),
        ("token_revoked", 200, Meaning.TEAM_GONE),
        ("account_inactive", 200, Meaning.TEAM_GONE),
        ("token_expired", 200, Meaning.TOKEN_EXPIRED),
        ("expired_trigger_id", 200, Meaning.TOO_LATE),
        ("missing_scope", 200, Meaning.NO_SCOPE),
        ("", 200, Meaning.UNKNOWN_END),
        ("", 502, Meaning.UNKNOWN_END),
        ("internal_error", 200, Meaning.UNKNOWN_END),
        ("fatal_error", 200, Meaning.UNKNOWN_END),
        ("service_unavailable", 503, Meaning.UNKNOWN_END),
        ("service_unavailable", 200, Meaning.LATER),
        ("something_new", 200, Meaning.LATER),
    ],
)
def test_codes(error: str, status: int, meaning: Meaning) -> None:
    assert understood(answer(error, status)).meaning is meaning


def test_how_long_to_wait_is_read_whatever_the_headers_case() -> None:
    assert understood(answer("ratelimited", 429, Retry_After="7")).seconds == 7
    assert understood(answer("ratelimited", 429, retry_after="soon")).seconds is None


@pytest.mark.parametrize("meaning", list(Meaning))
def test_every_meaning_has_a_word_for_the_member(meaning: Meaning) -> None:
    said = str(refusal(SlackFault(meaning, "some_code")))
    assert said.endswith(".")
    assert said.count(". ") <= 1
