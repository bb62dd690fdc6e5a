"""Discord's rules on shapes and lengths, from its OpenAPI document and its reference pages; each breach is a 400."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

MiB = 1024 * 1024
NAMED_FIELDS = {"name", "description", "name_localizations", "description_localizations"}
OPTION_FIELDS: dict[int, set[str]] = {
    1: {"options"},
    2: {"options"},
    3: {"choices", "autocomplete", "min_length", "max_length"},
    4: {"choices", "autocomplete", "min_value", "max_value"},
    5: set(),
    6: set(),
    7: {"channel_types"},
    8: set(),
    9: set(),
    10: {"choices", "autocomplete", "min_value", "max_value"},
    11: set(),
}
COMMAND_NAME = re.compile(r"^[-_'\w\u0900-\u097F\u0E00-\u0E7F]{1,32}$")


class ApiError(Exception):
    """An answer that is no success."""

    def __init__(
        self, status: int, code: int, message: str, *, headers: Mapping[str, str] | None = None, **more: Any
    ) -> None:
        super().__init__(message)
        self.status = status
        self.body = {"message": message, "code": code, **more}
        self.headers = dict(headers or {})


def invalid(what: str) -> ApiError:
    return ApiError(400, 50035, f"Invalid Form Body: {what}")


def need(fact: object, what: str) -> None:
    if not fact:
        raise invalid(what)


def only(fields: Mapping[str, Any], allowed: set[str], where: str) -> None:
    unknown = set(fields) - allowed
    need(not unknown, f"{where} has unknown fields {sorted(unknown)}")


def length(value: object, most: int, where: str, *, least: int = 0) -> None:
    need(isinstance(value, str) and least <= len(value) <= most, f"{where} must be text of {least} to {most}")


def check_message(body: Mapping[str, Any], files: Mapping[str, bytes], *, create: bool) -> None:
    fields = {"content", "embeds", "components", "attachments", "allowed_mentions", "flags", "tts"}
    if create:
        fields |= {"nonce", "enforce_nonce", "message_reference"}
    only(body, fields, "message")
    if body.get("content") is not None:
        length(body["content"], 2000, "content")
    check_mentions(body)
    check_attachments(body, files)
    embeds = body.get("embeds") or []
    need(len(embeds) <= 10, "embeds")
    total = sum(check_embed(embed, body) for embed in embeds)
    need(total <= 6000, "embeds hold more than 6000 characters in all")
    check_rows(body.get("components") or [])
    if create:
        if body.get("nonce") is not None:
            length(str(body["nonce"]), 25, "nonce")
        if not (body.get("content") or embeds or body.get("components") or files):
            raise ApiError(400, 50006, "Cannot send an empty message")


def check_mentions(body: Mapping[str, Any]) -> None:
    if "allowed_mentions" not in body:
        # Discord would ping whoever the text names; for this product that is always a mistake.
        need(not body.get("content"), "allowed_mentions is missing, the text would ping")
        return
    mentions = body["allowed_mentions"]
    only(mentions, {"parse", "users", "roles", "replied_user"}, "allowed_mentions")
    parse = set(mentions.get("parse", []))
    need(parse <= {"users", "roles", "everyone"}, "allowed_mentions.parse")
    need(not ("users" in parse and mentions.get("users")), "allowed_mentions.users is set twice")
    users = mentions.get("users", [])
    need(len(users) <= 100 and all(str(user).isdigit() for user in users), "allowed_mentions.users")


def check_attachments(body: Mapping[str, Any], files: Mapping[str, bytes]) -> None:
    listed = body.get("attachments")
    if listed is None:
        need(not files, "files without attachments")
        return
    need(len(listed) <= 10, "more than 10 attachments")
    for entry in listed:
        only(entry, {"id", "filename", "description", "is_spoiler", "title"}, "attachment")
        named = entry.get("id")
        need(isinstance(named, str) and re.fullmatch(r"0|[1-9]\d{0,19}", named), "attachment.id")
        if entry.get("description") is not None:
            length(entry["description"], 1024, "attachment.description")
        if entry.get("filename") is not None:
            length(entry["filename"], 1024, "attachment.filename", least=1)
    named = {str(entry["id"]) for entry in listed}
    need(set(files) <= named, f"files {sorted(files)} are not listed in attachments {sorted(named)}")


def check_embed(embed: Mapping[str, Any], body: Mapping[str, Any]) -> int:
    only(embed, {"title", "description", "url", "color", "image", "thumbnail", "footer", "fields", "author"}, "embed")
    length(embed.get("description", ""), 4096, "embed.description")
    length(embed.get("title", ""), 256, "embed.title")
    footer = embed.get("footer", {}).get("text", "")
    length(footer, 2048, "embed.footer")
    need(isinstance(embed.get("color", 0), int) and 0 <= embed.get("color", 0) <= 0xFFFFFF, "embed.color")
    names = {entry.get("filename") for entry in body.get("attachments") or ()}
    for media in ("image", "thumbnail"):
        url = embed.get(media, {}).get("url", "")
        if url.startswith("attachment://"):
            need(url.removeprefix("attachment://") in names, f"embed.{media} names a file that is not attached")
        else:
            need(not url or url.startswith("http"), f"embed.{media}.url")
    fields = embed.get("fields", [])
    need(len(fields) <= 25, "embed.fields")
    for field in fields:
        length(field["name"], 256, "embed.field.name", least=1)
        length(field["value"], 1024, "embed.field.value", least=1)
    return (
        len(embed.get("description", ""))
        + len(embed.get("title", ""))
        + len(footer)
        + sum(len(field["name"]) + len(field["value"]) for field in fields)
    )


def check_rows(rows: Sequence[Mapping[str, Any]]) -> None:
    need(len(rows) <= 5, "more than 5 rows")
    seen: set[str] = set()
    for row in rows:
        need(row.get("type") == 1, "a row must have type 1")
        only(row, {"type", "components", "id"}, "row")
        need(1 <= len(row["components"]) <= 5, "a row holds 1 to 5 buttons")
        if row["components"][0].get("type") == 3:
            need(len(row["components"]) == 1, "a menu takes a row of its own")
            check_menu(row["components"][0])
            continue
        for button in row["components"]:
            need(button.get("type") == 2, "only buttons are expected here")
            only(button, {"type", "style", "label", "custom_id", "emoji", "disabled", "url", "id"}, "button")
            need(button.get("style") in {1, 2, 3, 4, 5}, "button.style")
            if button["style"] == 5:  # a link: it opens its URL and tells nobody
                need("custom_id" not in button, "A custom id and url cannot both be specified")
                length(button.get("url"), 512, "button.url", least=1)
                need(button["url"].startswith(("http://", "https://", "discord://")), "button.url: Scheme")
            else:
                need("url" not in button, "button.url")
                length(button.get("custom_id"), 100, "button.custom_id", least=1)
                need(button["custom_id"] not in seen, "Component custom id cannot be duplicated")
                seen.add(button["custom_id"])
            need(button.get("label") or button.get("emoji"), "a button needs a label or emoji")
            length(button.get("label", ""), 80, "button.label")
            if "emoji" in button:
                only(button["emoji"], {"id", "name", "animated"}, "emoji")


def check_menu(menu: Mapping[str, Any]) -> None:
    only(menu, {"type", "custom_id", "placeholder", "options", "min_values", "max_values", "disabled", "id"}, "menu")
    length(menu.get("custom_id"), 100, "menu.custom_id", least=1)
    length(menu.get("placeholder", ""), 150, "menu.placeholder")
    need(1 <= len(menu["options"]) <= 25, "a menu has 1 to 25 options")
    for option in menu["options"]:
        only(option, {"label", "value", "description", "emoji", "default"}, "option")
        length(option.get("label"), 100, "option.label", least=1)
        length(option.get("value"), 100, "option.value", least=1)
    need(len({option["value"] for option in menu["options"]}) == len(menu["options"]), "option.value is duplicated")


def check_modal(modal: Mapping[str, Any]) -> None:
    only(modal, {"custom_id", "title", "components"}, "modal")
    length(modal.get("custom_id"), 100, "modal.custom_id", least=1)
    length(modal.get("title"), 45, "modal.title", least=1)
    need(1 <= len(modal["components"]) <= 5, "a modal holds 1 to 5 components")
    seen: set[str] = set()
    for label in modal["components"]:
        need(label.get("type") == 18, "labels only")
        only(label, {"type", "label", "description", "component", "id"}, "label")
        length(label.get("label"), 45, "label.label", least=1)
        if "description" in label:
            length(label["description"], 100, "label.description", least=1)
        field = label["component"]
        length(field.get("custom_id"), 100, "field.custom_id", least=1)
        need(field["custom_id"] not in seen, "field ids must differ")
        seen.add(field["custom_id"])
        check_field(field)


def check_field(field: Mapping[str, Any]) -> None:
    common = {"type", "custom_id", "required", "id"}
    match field.get("type"):
        case 4:
            only(field, common | {"style", "value", "placeholder", "min_length", "max_length"}, "text input")
            need(field.get("style") in {1, 2}, "text input.style")
            need(1 <= field.get("max_length", 4000) <= 4000, "text input.max_length")
            length(field.get("value", ""), min(4000, field.get("max_length", 4000)), "text input.value")
        case 3:
            only(field, common | {"options", "placeholder", "min_values", "max_values"}, "select")
            need(1 <= len(field["options"]) <= 25, "select.options")
            values = [option["value"] for option in field["options"]]
            need(len(values) == len(set(values)), "select values must differ")
            for option in field["options"]:
                length(option["label"], 100, "option.label", least=1)
                length(option["value"], 100, "option.value", least=1)
            chosen = sum(bool(option.get("default")) for option in field["options"])
            need(chosen <= field.get("max_values", 1), "select has too many defaults")
        case 21:
            only(field, common | {"options"}, "radio group")
            need(2 <= len(field["options"]) <= 10, "radio group.options")
            values = [option["value"] for option in field["options"]]
            need(len(values) == len(set(values)), "radio values must differ")
            for option in field["options"]:
                only(option, {"value", "label", "description", "default"}, "radio option")
                length(option["label"], 100, "option.label", least=1)
                length(option["value"], 100, "option.value", least=1)
                length(option.get("description", " "), 100, "option.description", least=1)
            need(sum(bool(option.get("default")) for option in field["options"]) <= 1, "one radio default at most")
        case 8:
            only(
                field,
                common | {"channel_types", "default_values", "placeholder", "min_values", "max_values"},
                "channels",
            )
            need(set(field.get("channel_types", [])) <= {0, 2, 4, 5, 10, 11, 12, 13, 15, 16}, "channel_types")
            need(0 <= field.get("min_values", 1) <= field.get("max_values", 1) <= 25, "channel select bounds")
            defaults = field.get("default_values", [])
            need(len(defaults) <= field.get("max_values", 1), "channel select has too many defaults")
            need(all(each["type"] == "channel" and each["id"].isdigit() for each in defaults), "default_values")
        case 19:
            only(field, common | {"min_values", "max_values"}, "file upload")
            need(0 <= field.get("min_values", 1) <= field.get("max_values", 1) <= 10, "file upload bounds")
        case other:
            raise invalid(f"component type {other} in a modal")


def check_commands(commands: Sequence[Mapping[str, Any]]) -> None:
    names = [(command.get("type", 1), command["name"]) for command in commands]
    need(len(names) == len(set(names)), "Application command names must be unique")
    for command in commands:
        fields = {"name", "type", "options", "contexts", "integration_types", "default_member_permissions", "nsfw"}
        only(command, fields | {"description", "name_localizations", "description_localizations"}, command["name"])
        if command.get("type", 1) == 1:
            check_named(command)
            check_options(command.get("options", []), command["name"])
        else:
            length(command["name"], 32, "menu name", least=1)
            need("description" not in command and not command.get("options"), "a menu entry has a name only")
            for words in command.get("name_localizations", {}).values():
                length(words, 32, "menu name", least=1)
        need(weight(command) <= 8000, f"{command['name']} is too large")
        need(set(command.get("contexts", [0])) <= {0, 1, 2}, "contexts")
        need(set(command.get("integration_types", [0])) <= {0, 1}, "integration_types")


def check_named(thing: Mapping[str, Any]) -> None:
    for name in [thing["name"], *thing.get("name_localizations", {}).values()]:
        need(COMMAND_NAME.match(name) and name == name.lower(), f"{name!r} is no command name")
    for words in [thing["description"], *thing.get("description_localizations", {}).values()]:
        length(words, 100, f"description of {thing['name']}", least=1)


def check_options(options: Sequence[Mapping[str, Any]], where: str) -> None:
    need(len(options) <= 25, f"{where} has more than 25 options")
    required = [bool(option.get("required")) for option in options]
    need(required == sorted(required, reverse=True), f"{where}: required options must come first")
    names = [option["name"] for option in options]
    need(len(names) == len(set(names)), f"{where}: option names must differ")
    for language in {tag for option in options for tag in option.get("name_localizations", {})}:
        shown = [option.get("name_localizations", {}).get(language, option["name"]) for option in options]
        need(len(shown) == len(set(shown)), f"{where}: option names must differ in {language} too")
    for option in options:
        check_named(option)
        check_option(option, f"{where} {option['name']}")


def check_option(option: Mapping[str, Any], where: str) -> None:
    kind = option["type"]
    need(kind in OPTION_FIELDS, f"{where}: option type {kind}")
    only(option, OPTION_FIELDS[kind] | NAMED_FIELDS | {"type"} | ({"required"} if kind > 2 else set()), where)
    check_options(option.get("options", []), where)
    need(not (option.get("choices") and option.get("autocomplete")), f"{where}: choices or suggestions, not both")
    need(len(option.get("choices", [])) <= 25, f"{where}: choices")
    for choice in option.get("choices", []):
        only(choice, {"name", "name_localizations", "value"}, f"{where}: choice")
        for words in [choice["name"], *choice.get("name_localizations", {}).values()]:
            length(words, 100, f"{where}: choice name", least=1)
        need(isinstance(choice["value"], {3: str, 4: int, 10: float}[kind]), f"{where}: choice value")
    need(0 <= option.get("min_length", 0) <= option.get("max_length", 6000) <= 6000, f"{where}: length")
    for bound in ("min_value", "max_value"):
        whole = isinstance(option.get(bound, 0), int)
        need(kind == 10 or whole, f"{where}: {bound} of a whole number")
        need(abs(option.get(bound, 0)) <= 2**53, f"{where}: {bound}")


def weight(thing: Mapping[str, Any]) -> int:
    """Characters that count towards a command's 8000: of each text its longest translation."""
    own = sum(
        max(len(words) for words in [thing[name], *thing.get(f"{name}_localizations", {}).values()])
        for name in ("name", "description")
        if name in thing
    )
    inner = sum(weight(each) for name in ("options", "choices") for each in thing.get(name, []))
    return own + inner + len(str(thing.get("value", "")))
