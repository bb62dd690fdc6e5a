"""The Web API methods the bot may call, with their arguments checked and their effects on the state."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.servers.slack.blocks import message_problems, view_problems
from tests.servers.slack.state import Conversation, File, Json, State, Team

JSON_ONLY = frozenset({"chat.postMessage", "chat.update", "chat.postEphemeral", "views.open", "views.update"})
FORM_ONLY = frozenset(
    {"files.getUploadURLExternal", "files.completeUploadExternal", "files.info", "files.list", "users.info"}
)

_ARGUMENTS: dict[str, tuple[set[str], set[str]]] = {
    "auth.test": (set(), set()),
    "auth.teams.list": (set(), {"cursor", "limit", "include_icon"}),
    "apps.connections.open": (set(), set()),
    "chat.postMessage": (
        {"channel", "text"},
        {"blocks", "thread_ts", "metadata", "unfurl_links", "unfurl_media", "mrkdwn", "link_names", "parse"},
    ),
    "chat.update": ({"channel", "ts"}, {"text", "blocks", "file_ids", "metadata", "link_names", "parse"}),
    "chat.postEphemeral": ({"channel", "user", "text"}, {"blocks", "thread_ts", "link_names", "parse"}),
    "chat.delete": ({"channel", "ts"}, set()),
    "conversations.history": (
        {"channel"},
        {"oldest", "latest", "inclusive", "limit", "cursor", "include_all_metadata"},
    ),
    "conversations.replies": (
        {"channel", "ts"},
        {"oldest", "latest", "inclusive", "limit", "cursor", "include_all_metadata"},
    ),
    "conversations.open": ({"users"}, {"return_im"}),
    "files.getUploadURLExternal": ({"filename", "length"}, {"alt_txt", "snippet_type"}),
    "files.completeUploadExternal": ({"files"}, {"channel_id", "channels", "initial_comment", "thread_ts", "blocks"}),
    "files.info": ({"file"}, {"cursor", "limit"}),
    "files.list": (set(), {"user", "channel", "ts_from", "ts_to", "types", "count", "page"}),
    "files.delete": ({"file"}, set()),
    "users.info": ({"user"}, {"include_locale"}),
    "views.open": ({"trigger_id", "view"}, set()),
    "views.update": ({"view"}, {"view_id", "external_id", "hash"}),
    "views.publish": ({"user_id", "view"}, {"hash"}),
}


class Refused(Exception):
    """Answered with `ok: false`."""

    def __init__(self, error: str, **more: Any) -> None:
        super().__init__(error)
        self.answer = {"ok": False, "error": error, **more}


@dataclass(slots=True)
class Request:
    team: Team
    arguments: Json
    base_url: str


class WebApi:
    """`answer` one call."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._methods: dict[str, Callable[[Request], Json]] = {
            "auth.test": self._auth_test,
            "auth.teams.list": self._auth_teams,
            "chat.postMessage": self._post,
            "chat.update": self._update,
            "chat.postEphemeral": self._ephemeral,
            "chat.delete": self._delete,
            "conversations.history": self._history,
            "conversations.replies": self._replies,
            "conversations.open": self._open,
            "files.getUploadURLExternal": self._upload_url,
            "files.completeUploadExternal": self._complete,
            "files.info": self._file_info,
            "files.list": self._file_list,
            "files.delete": self._file_delete,
            "users.info": self._user_info,
            "views.open": self._view_open,
            "views.update": self._view_update,
            "views.publish": self._view_publish,
        }

    def answer(self, method: str, arguments: Json, *, token: str, is_json: bool, base_url: str) -> Json:
        """The answer; raises `Refused`."""
        if method not in _ARGUMENTS:
            raise Refused("unknown_method", req_method=method)
        team = self._state.team_of(token, str(arguments.get("channel", "")))
        if self._state.has_ended(token):
            raise Refused("token_expired")
        if team is None:
            raise Refused("invalid_auth" if token else "not_authed")
        if not team.installed:
            raise Refused("account_inactive")
        if is_json and method in FORM_ONLY:
            raise Refused("invalid_arguments", response_metadata={"messages": ["[ERROR] takes no JSON"]})
        required, optional = _ARGUMENTS[method]
        missing = required - arguments.keys()
        unknown = arguments.keys() - required - optional - {"team_id"}
        if missing or unknown:
            messages = [f"[ERROR] missing: {sorted(missing)}, unknown: {sorted(unknown)}"]
            raise Refused("invalid_arguments", response_metadata={"messages": messages})
        return {"ok": True, **self._methods[method](Request(team, arguments, base_url))}

    def _auth_test(self, request: Request) -> Json:
        team = request.team
        return {
            "url": "https://example.slack.com/",
            "team": "Example",
            "user": "pentimento",
            "team_id": team.enterprise if team.org_wide else team.id,
            "user_id": team.bot_user,
            "bot_id": team.bot_id,
            "enterprise_id": team.enterprise or None,
            "is_enterprise_install": team.org_wide,
        }

    def _auth_teams(self, request: Request) -> Json:
        """One to a page, so that whoever asks has to turn it."""
        known = self._state.teams.values()
        ids = [team.id for team in known if team.token == request.team.token and team.granted]
        start = int(request.arguments.get("cursor") or 0)
        following = str(start + 1) if start + 1 < len(ids) else ""
        return {
            "teams": [{"id": each, "name": each} for each in ids[start : start + 1]],
            "response_metadata": {"next_cursor": following},
        }

    def _conversation(self, request: Request, name: str = "channel") -> Conversation:
        wanted = request.arguments[name]
        if wanted in self._state.users:
            return self._state.direct(request.team, wanted)
        found = self._state.conversations.get(wanted)
        if found is None or found.team != request.team.id:
            raise Refused("channel_not_found")
        if request.team.bot_user not in found.members:
            raise Refused("channel_not_found" if found.is_private else "not_in_channel")
        return found

    def _blocks(self, request: Request) -> list[Json]:
        blocks: list[Json] = request.arguments.get("blocks", [])
        problems = message_problems(blocks)
        for block in blocks:
            file = self._state.files.get((block.get("slack_file") or {}).get("id", ""))
            refused = file is None or not file.completed or file.slow or self._state.refuse_images
            if "slack_file" in block and refused:
                problems.append("invalid slack file [json-pointer:/blocks/0/slack_file]")
        if problems:
            raise Refused(
                "invalid_blocks",
                errors=problems,
                response_metadata={"messages": [f"[ERROR] {problem}" for problem in problems]},
            )
        return blocks

    def _post(self, request: Request) -> Json:
        conversation = self._conversation(request)
        if conversation.is_archived:
            raise Refused("is_archived")
        arguments = request.arguments
        blocks = self._blocks(request)
        if len(arguments["text"]) > 40_000:
            raise Refused("msg_too_long")
        thread = arguments.get("thread_ts")
        if thread is not None and thread not in conversation.messages:
            raise Refused("thread_not_found")
        ts = self._state.ts()
        message = {
            "type": "message",
            "user": request.team.bot_user,
            "bot_id": request.team.bot_id,
            "text": arguments["text"],
            "blocks": blocks,
            "ts": ts,
            "team": request.team.id,
        }
        if thread:
            message["thread_ts"] = thread
        if "metadata" in arguments:
            if set(arguments["metadata"]) != {"event_type", "event_payload"}:
                raise Refused("invalid_metadata_format")
            message["metadata"] = arguments["metadata"]
        conversation.add(message)
        return {"channel": conversation.id, "ts": ts, "message": message}

    def _update(self, request: Request) -> Json:
        arguments = request.arguments
        conversation = self._conversation(request)
        message = conversation.messages.get(arguments["ts"])
        if message is None:
            raise Refused("message_not_found")
        if message["user"] != request.team.bot_user:
            raise Refused("cant_update_message")
        if conversation.is_archived:
            raise Refused("is_inactive")
        blocks = self._blocks(request)
        if "file_ids" in arguments:
            if not conversation.takes_files:
                raise Refused("slack_connect_file_upload_sharing_blocked")
            given = arguments["file_ids"]
            message["files"] = []
            for file_id in given.split(",") if isinstance(given, str) else given:
                file = self._state.files.get(file_id)
                if file is None or not file.completed or file.slow:
                    raise Refused("file_not_found")
                if file.deleted:
                    raise Refused("file_is_deleted")
                file.shared.add(conversation.id)
                message["files"].append(self._told(file, request))
        if "metadata" in arguments:
            message["metadata"] = arguments["metadata"]
        message.update(text=arguments.get("text", message["text"]), blocks=blocks)
        message.setdefault("edits", []).append({"text": message["text"], "blocks": blocks})
        return {"channel": conversation.id, "ts": message["ts"], "text": message["text"], "message": message}

    def _ephemeral(self, request: Request) -> Json:
        conversation = self._conversation(request)
        if request.arguments["user"] not in conversation.members:
            raise Refused("user_not_in_channel")
        self._blocks(request)
        thread = request.arguments.get("thread_ts")
        if thread and not any(message.get("thread_ts") == thread for message in conversation.messages.values()):
            return {"message_ts": self._state.ts()}  # Slack shows it only in a thread that is going on
        self._state.ephemerals.append(dict(request.arguments))
        return {"message_ts": self._state.ts()}

    def _delete(self, request: Request) -> Json:
        conversation = self._conversation(request)
        if request.arguments["ts"] not in conversation.messages:
            raise Refused("message_not_found")
        del conversation.messages[request.arguments["ts"]]
        return {"channel": conversation.id, "ts": request.arguments["ts"]}

    def _history(self, request: Request) -> Json:
        messages = self._conversation(request).messages.values()
        top = [message for message in messages if message.get("thread_ts") in {None, message["ts"]}]
        return self._listed(top[::-1], request)

    def _replies(self, request: Request) -> Json:
        conversation, thread = self._conversation(request), request.arguments["ts"]
        if thread not in conversation.messages:
            raise Refused("thread_not_found")
        messages = conversation.messages.values()
        return self._listed([each for each in messages if thread in {each["ts"], each.get("thread_ts")}], request)

    def _listed(self, messages: list[Json], request: Request) -> Json:
        arguments = request.arguments
        oldest = float(arguments.get("oldest", 0))
        wanted = [message for message in messages if float(message["ts"]) >= oldest]
        if arguments.get("include_all_metadata") not in {"1", "true", True}:
            wanted = [{name: value for name, value in each.items() if name != "metadata"} for each in wanted]
        start, limit = int(arguments.get("cursor") or 0), int(arguments.get("limit", 100))
        more = start + limit < len(wanted)
        return {
            "messages": wanted[start : start + limit],
            "has_more": more,
            "response_metadata": {"next_cursor": str(start + limit) if more else ""},
        }

    def _open(self, request: Request) -> Json:
        if request.arguments["users"] not in self._state.users:
            raise Refused("user_not_found")
        return {"channel": {"id": self._state.direct(request.team, request.arguments["users"]).id}}

    def _upload_url(self, request: Request) -> Json:
        state, arguments = self._state, request.arguments
        if int(arguments["length"]) <= 0:
            raise Refused("invalid_arguments")
        file = File(
            f"F{state.number():08d}",
            arguments["filename"],
            request.team.id,
            request.team.bot_user,
            alt=arguments.get("alt_txt", ""),
            length=int(arguments["length"]),
            slow=state.slow_files,
        )
        state.files[file.id] = file
        return {"upload_url": f"{request.base_url}/upload/{file.id}", "file_id": file.id}

    def _complete(self, request: Request) -> Json:
        arguments = request.arguments
        given = arguments["files"]
        completed = []
        for entry in json.loads(given) if isinstance(given, str) else given:
            file = self._state.files.get(entry["id"])
            if file is None or not file.uploaded or file.completed:
                raise Refused("file_not_found")
            file.completed, file.title = True, entry.get("title", "")
            completed.append({"id": file.id, "title": file.title})
            if arguments.get("channel_id"):
                self._share(file, request)
        return {"files": completed}

    def _share(self, file: File, request: Request) -> None:
        conversation = self._state.conversations[request.arguments["channel_id"]]
        ts = self._state.ts()
        file.shared.add(conversation.id)
        message = {
            "type": "message",
            "user": request.team.bot_user,
            "text": "",
            "ts": ts,
            "thread_ts": request.arguments.get("thread_ts"),
            "files": [self._told(file, request)],
        }
        conversation.add(message)

    def _file_info(self, request: Request) -> Json:
        file = self._state.files.get(request.arguments["file"])
        if file is None or file.hidden or not file.completed:
            raise Refused("file_not_found")
        if file.deleted:
            raise Refused("file_deleted")
        if file.slow:
            file.slow -= 1
            return {"file": {"id": file.id, "name": file.name, "mimetype": "", "shares": {}}}
        return {"file": self._told(file, request) | {"file_access": "visible"}}

    def _file_list(self, request: Request) -> Json:
        """The newest first."""
        files = [file for file in self._state.files.values() if file.completed and not file.deleted]
        here = [each for each in files if request.arguments.get("user") in {None, each.owner}]
        told = [self._told(each, request) for each in here if each.team == request.team.id]
        return {"files": told[::-1][: int(request.arguments.get("count", 100))]}

    def _told(self, file: File, request: Request) -> Json:
        return told(file, request.base_url)

    def _file_delete(self, request: Request) -> Json:
        file = self._state.files.get(request.arguments["file"])
        if file is None or file.deleted:
            raise Refused("file_deleted" if file else "file_not_found")
        file.deleted = True
        return {}

    def _user_info(self, request: Request) -> Json:
        user = self._state.users.get(request.arguments["user"])
        if user is None:
            raise Refused("user_not_found")
        return {
            "user": {
                "id": user.id,
                "team_id": user.home or request.team.id,
                "name": user.name,
                "is_admin": user.is_admin,
                "is_owner": False,
                "is_bot": user.is_bot,
                "profile": {"display_name": user.shown or user.name.title()},
                "locale": user.locale,
            }
        }

    def _view_open(self, request: Request) -> Json:
        trigger = self._state.triggers.pop(request.arguments["trigger_id"], None)
        if trigger != "good":
            raise Refused("expired_trigger_id" if trigger else "exchanged_trigger_id")
        view_id = f"V{self._state.number():08d}"
        self._state.opened_by[view_id] = request.arguments["trigger_id"].split(".")[1]
        return {"view": self._checked_view(request, view_id)}

    def _view_update(self, request: Request) -> Json:
        view_id = request.arguments.get("view_id", "")
        if view_id not in self._state.views:
            raise Refused("not_found")
        return {"view": self._checked_view(request, view_id)}

    def _checked_view(self, request: Request, view_id: str) -> Json:
        view = request.arguments["view"]
        if problems := view_problems(view):
            raise Refused("invalid_arguments", response_metadata={"messages": problems})
        kept = {
            **view,
            "id": view_id,
            "hash": f"{self._state.number()}.h",
            "team_id": request.team.id,
            "app_installed_team_id": request.team.enterprise if request.team.org_wide else request.team.id,
        }
        self._state.views[view_id] = kept
        return kept

    def _view_publish(self, request: Request) -> Json:
        view = request.arguments["view"]
        if problems := view_problems(view):
            raise Refused("invalid_arguments", response_metadata={"messages": problems})
        kept = {**view, "id": f"V{self._state.number():08d}", "hash": "h"}
        self._state.homes[request.arguments["user_id"]] = kept
        return {"view": kept}


def told(file: File, base_url: str) -> Json:
    """A file object as Slack shows it."""
    return {
        "id": file.id,
        "name": file.name,
        "title": file.title,
        "mimetype": file.mimetype,
        "size": len(file.content),
        "mode": "hosted",
        "is_external": False,
        "user": file.owner,
        "alt_txt": file.alt,
        "url_private": f"{base_url}/files-pri/{file.id}/{file.name}",
        "url_private_download": f"{base_url}/files-pri/{file.id}/download/{file.name}",
        **file.more,
    }
