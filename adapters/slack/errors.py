"""What Slack's error codes mean to us; pure.

The codes are Slack's own (https://docs.slack.dev/reference/methods, the errors of each method used here). A code
that is in no table, as those by which Slack says that it is busy, is taken as a passing fault: it is tried again, and
the log names it.
"""

from collections.abc import Mapping
from enum import Enum, auto

from slack_sdk.errors import SlackApiError

from bot.domain.errors import UserError


class Meaning(Enum):
    """What to do about a failed call."""

    LATER = auto()  # Slack is busy or broken; the call may be repeated after a while
    UNKNOWN_END = auto()  # it may have been carried out: look before repeating
    ELSEWHERE = auto()  # this conversation does not take it; the member alone might
    MESSAGE_GONE = auto()  # the message cannot be changed any more
    CLOSED = auto()  # the modal is not open any more: its member looks elsewhere
    FILE_NOT_READY = auto()  # the uploaded file is not through Slack's own checks
    FILE_GONE = auto()  # somebody deleted the file: it has to be uploaded again
    NO_FILES = auto()  # files may not be shared there, by Slack Connect's or the owner's rules
    TEAM_GONE = auto()  # the token is dead: uninstalled, revoked, the account closed
    TOKEN_EXPIRED = auto()  # a rotated token; another one is to be had
    TOO_LATE = auto()  # the trigger of a modal is older than three seconds or used up
    NO_SCOPE = auto()  # the app was installed without a permission it needs
    NEVER = auto()  # refused for good


_BY_MEANING: Mapping[Meaning, str] = {
    # Slack of both: "It's possible some aspect of the operation succeeded before the error was raised."
    Meaning.UNKNOWN_END: "internal_error fatal_error",
    # `is_inactive` is what chat.update says of an archived channel
    Meaning.ELSEWHERE: """
        not_in_channel channel_not_found invalid_channel is_archived is_inactive posting_to_channel_denied
        access_denied thread_not_found cannot_reply_to_message messages_tab_disabled no_permission
        user_not_in_channel channel_is_limited_access restricted_action restricted_action_read_only_channel
        restricted_action_thread_only_channel restricted_action_non_threadable_channel restricted_action_thread_locked
    """,
    Meaning.MESSAGE_GONE: "message_not_found cant_update_message edit_window_closed",
    Meaning.CLOSED: "not_found",
    Meaning.FILE_NOT_READY: "file_not_found invalid_blocks slack_file_not_found",
    Meaning.FILE_GONE: "file_deleted file_is_deleted",
    Meaning.NO_FILES: """
        slack_connect_file_upload_sharing_blocked slack_connect_file_link_sharing_blocked blocked_file_type
        slack_connect_clip_sharing_blocked slack_connect_blocked_file_type slack_connect_canvas_sharing_blocked
        file_uploads_disabled file_upload_disabled file_uploads_except_images_disabled file_upload_size_restricted
        file_upload_size_exceeded malware_detected
        file_share_limit_reached max_file_sharing_exceeded unable_to_share_files storage_limit_reached
    """,
    Meaning.TEAM_GONE: """
        token_revoked account_inactive invalid_auth not_authed app_uninstalled team_access_not_granted team_not_found
        invalid_refresh_token
    """,
    Meaning.TOKEN_EXPIRED: "token_expired",
    Meaning.TOO_LATE: """
        expired_trigger_id trigger_expired trigger_exchanged exchanged_trigger_id invalid_trigger_id
    """,
    Meaning.NO_SCOPE: "missing_scope not_allowed_token_type no_scope",
    Meaning.NEVER: """
        cannot_dm_bot user_disabled user_not_found users_not_found user_not_visible ekm_access_denied
        method_not_supported_for_channel_type enterprise_is_restricted two_factor_setup_required msg_too_long
        invalid_arguments invalid_arg_name unknown_method invalid_client_id bad_client_secret invalid_grant_type
        cant_delete_message compliance_exports_prevent_deletion msg_blocks_too_long invalid_blocks_format no_text
        view_too_large cant_delete_file delete_not_allowed file_deleting_disabled method_deprecated
        deprecated_endpoint not_enabled
    """,
}
_CODES = {code: meaning for meaning, codes in _BY_MEANING.items() for code in codes.split()}


class SlackFault(Exception):
    """A call that failed, understood.

    Attributes:
        code: Slack's own word, or what stood in its place.
        seconds: how long Slack asked to wait.
        needed: the permission that is missing, if Slack said so.
    """

    def __init__(self, meaning: Meaning, code: str, *, seconds: float | None = None, needed: str = "") -> None:
        super().__init__(f"Slack answered {code}")
        self.meaning = meaning
        self.code = code
        self.seconds = seconds
        self.needed = needed

    @property
    def passes(self) -> bool:
        """Slack may take the call later; if it may have been carried out, look before repeating it."""
        return self.meaning in {Meaning.LATER, Meaning.UNKNOWN_END}


def understood(error: SlackApiError) -> SlackFault:
    """The fault behind an SDK error; its response is the SDK's own, or aiohttp's if no JSON came."""
    response = error.response
    status = int(getattr(response, "status_code", None) or getattr(response, "status", None) or 0)
    headers = {name.lower(): value for name, value in (getattr(response, "headers", None) or {}).items()}
    answer = getattr(response, "data", None)
    answer = answer if isinstance(answer, dict) else {}
    code = str(answer.get("error") or f"http_{status}")
    if status == 429:
        meaning = Meaning.LATER
    elif status >= 500 or not answer:
        meaning = Meaning.UNKNOWN_END  # whatever code it carries: the server broke while it was at it
    else:
        meaning = _CODES.get(code, Meaning.LATER)
    seconds = _seconds(headers.get("retry-after"))
    return SlackFault(meaning, code, seconds=seconds, needed=str(answer.get("needed", "")))


def _seconds(retry_after: str | None) -> float | None:
    """Retry-After as Slack writes it: whole seconds."""
    try:
        return None if retry_after is None else max(0.0, float(retry_after))
    except ValueError:
        return None


def refusal(fault: SlackFault) -> UserError:
    """What a member is told when a call for them failed: one sentence with the mend."""
    match fault.meaning:
        case Meaning.TOO_LATE:
            return UserError("refused-slack-too-late")
        case Meaning.LATER | Meaning.UNKNOWN_END:
            return UserError("refused-slack-busy")
        case Meaning.ELSEWHERE:
            return UserError("refused-slack-elsewhere")
        case Meaning.NO_SCOPE:
            return UserError("refused-slack-scope", scope=fault.needed or fault.code)
        case Meaning.NO_FILES:
            return UserError("refused-slack-files")
        case _:
            return UserError("refused-slack-refused", reason=fault.code)
