"""Block Kit as strict as Slack reads it: which blocks, which fields, how long.

Written from https://docs.slack.dev/reference/block-kit, not from what our own builders happen to make. Each problem
is a line with a JSON pointer, as Slack's `response_metadata.messages` have it.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

Json = Mapping[str, Any]

FILE_ID = re.compile(r"F[A-Z0-9]{8,}")
_IN_MESSAGES = {"section", "context", "actions", "image", "divider", "header", "rich_text"}
_IN_VIEWS = _IN_MESSAGES | {"input"}
_INPUTS = {"plain_text_input", "static_select", "checkboxes", "radio_buttons", "file_input", "number_input"} | {
    "multi_conversations_select",
    "multi_static_select",
    "conversations_select",
    "multi_channels_select",
    "multi_users_select",
    "channels_select",
}
_CHOICES = ("static_select", "multi_static_select", "checkboxes", "radio_buttons")
_ACTIONS = {"button", "static_select", "checkboxes", "radio_buttons", "overflow", "conversations_select"}


def message_problems(blocks: Sequence[Json]) -> list[str]:
    """What is wrong with a message's blocks."""
    found = [] if len(blocks) <= 50 else ["no more than 50 items allowed [json-pointer:/blocks]"]
    return found + list(_blocks(blocks, _IN_MESSAGES, "/blocks"))


def view_problems(view: Json) -> list[str]:
    """What is wrong with a modal or a home tab."""
    return list(_view(view))


def _view(view: Json) -> Iterator[str]:
    kind = view.get("type")
    if kind not in {"modal", "home"}:
        yield "unsupported type [json-pointer:/view/type]"
        return
    known = {"type", "blocks", "private_metadata", "callback_id", "external_id"}
    if kind == "modal":
        known |= {"title", "submit", "close", "clear_on_close", "notify_on_close", "submit_disabled"}
    yield from _unknown(view, known, "/view")
    if kind == "modal":
        yield from _text(view.get("title"), "/view/title", 24, plain=True)
        for name in ("submit", "close"):
            if name in view:
                yield from _text(view[name], f"/view/{name}", 24, plain=True)
    blocks = view.get("blocks")
    if not isinstance(blocks, list) or not 1 <= len(blocks) <= 100:
        yield "between 1 and 100 blocks [json-pointer:/view/blocks]"
        return
    if len(view.get("private_metadata", "")) > 3000:
        yield "must be less than 3001 characters [json-pointer:/view/private_metadata]"
    if len(view.get("callback_id", "")) > 255:
        yield "must be less than 256 characters [json-pointer:/view/callback_id]"
    if kind == "modal" and any(block.get("type") == "input" for block in blocks) and "submit" not in view:
        yield "a view with inputs needs submit [json-pointer:/view/submit]"
    yield from _blocks(blocks, _IN_VIEWS, "/view/blocks")


def _blocks(blocks: Sequence[Json], allowed: set[str], at: str) -> Iterator[str]:
    ids = [block["block_id"] for block in blocks if "block_id" in block]
    if len(ids) != len(set(ids)):
        yield f"block_id not unique [json-pointer:{at}]"
    seen: list[str] = []
    for number, block in enumerate(blocks):
        here = f"{at}/{number}"
        kind = block.get("type")
        if kind not in allowed:
            yield f"unsupported type: {kind} [json-pointer:{here}/type]"
            continue
        if len(block.get("block_id", "")) > 255:
            yield f"must be less than 256 characters [json-pointer:{here}/block_id]"
        yield from _CHECKS[kind](block, here)
        if kind == "actions":
            seen += [element.get("action_id", "") for element in block.get("elements", [])]
    if len(seen) != len(set(seen)):
        yield f"action_id not unique among {seen} [json-pointer:{at}]"


def _section(block: Json, at: str) -> Iterator[str]:
    yield from _unknown(block, {"type", "block_id", "text", "fields", "accessory", "expand"}, at)
    if "text" not in block and "fields" not in block:
        yield f"missing required field: text [json-pointer:{at}]"
    if "text" in block:
        yield from _text(block["text"], f"{at}/text", 3000)
    if "accessory" in block:
        yield from _element(block["accessory"], f"{at}/accessory", _ACTIONS | {"image"})


def _context(block: Json, at: str) -> Iterator[str]:
    yield from _unknown(block, {"type", "block_id", "elements"}, at)
    elements = block.get("elements", [])
    if not 1 <= len(elements) <= 10:
        yield f"between 1 and 10 elements [json-pointer:{at}/elements]"
    for number, element in enumerate(elements):
        if element.get("type") == "image":
            yield from _image(element, f"{at}/elements/{number}")
        else:
            yield from _text(element, f"{at}/elements/{number}", 3000)


def _actions(block: Json, at: str) -> Iterator[str]:
    yield from _unknown(block, {"type", "block_id", "elements"}, at)
    elements = block.get("elements", [])
    if not 1 <= len(elements) <= 25:
        yield f"between 1 and 25 elements [json-pointer:{at}/elements]"
    for number, element in enumerate(elements):
        yield from _element(element, f"{at}/elements/{number}", _ACTIONS)


def _image(block: Json, at: str) -> Iterator[str]:
    yield from _unknown(block, {"type", "block_id", "alt_text", "image_url", "slack_file", "title"}, at)
    if not 1 <= len(block.get("alt_text", "")) <= 2000:
        yield f"alt_text: 1 to 2000 characters [json-pointer:{at}/alt_text]"
    if ("image_url" in block) == ("slack_file" in block):
        yield f"exactly one of image_url and slack_file [json-pointer:{at}]"
    if "title" in block:
        yield from _text(block["title"], f"{at}/title", 2000, plain=True)
    file = block.get("slack_file")
    if file is not None and (
        set(file) not in ({"id"}, {"url"}) or not FILE_ID.fullmatch(file.get("id", "FAAAAAAAA"))
    ):
        yield f"invalid slack file [json-pointer:{at}/slack_file]"


def _header(block: Json, at: str) -> Iterator[str]:
    yield from _unknown(block, {"type", "block_id", "text"}, at)
    yield from _text(block.get("text"), f"{at}/text", 150, plain=True)


def _divider(block: Json, at: str) -> Iterator[str]:
    yield from _unknown(block, {"type", "block_id"}, at)


def _rich_text(block: Json, at: str) -> Iterator[str]:
    yield from _unknown(block, {"type", "block_id", "elements"}, at)


def _input(block: Json, at: str) -> Iterator[str]:
    yield from _unknown(block, {"type", "block_id", "label", "element", "hint", "optional", "dispatch_action"}, at)
    yield from _text(block.get("label"), f"{at}/label", 2000, plain=True)
    if "hint" in block:
        yield from _text(block["hint"], f"{at}/hint", 2000, plain=True)
    yield from _element(block.get("element", {}), f"{at}/element", _INPUTS)


def _element(element: Json, at: str, allowed: set[str]) -> Iterator[str]:
    kind = element.get("type")
    if kind not in allowed:
        yield f"unsupported element: {kind} [json-pointer:{at}/type]"
        return
    if not 1 <= len(element.get("action_id", "x")) <= 255:
        yield f"must be 1 to 255 characters [json-pointer:{at}/action_id]"
    check = {
        "button": _button,
        "plain_text_input": _typed,
        "file_input": _file,
        "multi_conversations_select": _conversations,
        **dict.fromkeys(_CHOICES, _options),
    }
    if kind in check:
        yield from check[kind](element, at)


def _button(element: Json, at: str) -> Iterator[str]:
    known = {"type", "text", "action_id", "url", "value", "style", "confirm", "accessibility_label"}
    yield from _unknown(element, known, at)
    yield from _text(element.get("text"), f"{at}/text", 75, plain=True)
    if len(element.get("value", "")) > 2000:
        yield f"must be less than 2001 characters [json-pointer:{at}/value]"
    if element.get("style", "primary") not in {"primary", "danger"}:
        yield f"style [json-pointer:{at}/style]"
    if "confirm" in element:
        yield from _confirm(element["confirm"], f"{at}/confirm")


def _typed(element: Json, at: str) -> Iterator[str]:
    known = {"type", "action_id", "initial_value", "multiline", "min_length", "max_length", "placeholder"}
    yield from _unknown(element, known | {"dispatch_action_config", "focus_on_load"}, at)
    most = element.get("max_length", 3000)
    if not 1 <= most <= 3000 or len(element.get("initial_value", "")) > most:
        yield f"max_length [json-pointer:{at}]"


def _file(element: Json, at: str) -> Iterator[str]:
    yield from _unknown(element, {"type", "action_id", "filetypes", "max_files"}, at)
    if not 1 <= element.get("max_files", 10) <= 10:
        yield f"max_files [json-pointer:{at}/max_files]"


def _conversations(element: Json, at: str) -> Iterator[str]:
    known = {"type", "action_id", "filter", "initial_conversations", "max_selected_items", "placeholder"}
    yield from _unknown(element, known | {"default_to_current_conversation", "confirm", "focus_on_load"}, at)
    chosen = element.get("initial_conversations", [])
    if not max(1, len(chosen)) <= element.get("max_selected_items", max(1, len(chosen))):
        yield f"max_selected_items [json-pointer:{at}/max_selected_items]"


def _options(element: Json, at: str) -> Iterator[str]:
    groups = element.get("option_groups", [])
    for number, group in enumerate(groups):
        yield from _unknown(group, {"label", "options"}, f"{at}/option_groups/{number}")
        yield from _text(group.get("label"), f"{at}/option_groups/{number}/label", 75)
        if not group.get("options"):
            yield f"an empty group [json-pointer:{at}/option_groups/{number}]"
    if groups and ("options" in element or not element["type"].endswith("static_select")):
        yield f"groups stand in the place of options, of a select alone [json-pointer:{at}/option_groups]"
    options = [each for group in groups for each in group["options"]] or element.get("options", [])
    most = 100 if element["type"].endswith("static_select") else 10
    if not 1 <= len(options) <= most:
        yield f"between 1 and {most} options [json-pointer:{at}/options]"
    for number, option in enumerate(options):
        yield from _unknown(option, {"text", "value", "description", "url"}, f"{at}/options/{number}")
        yield from _text(option.get("text"), f"{at}/options/{number}/text", 75)
        if not 1 <= len(option.get("value", "")) <= 150:
            yield f"value: 1 to 150 characters [json-pointer:{at}/options/{number}/value]"
    chosen = [element["initial_option"]] if "initial_option" in element else element.get("initial_options", [])
    if any(each not in options for each in chosen):
        yield f"initial option is none of the options [json-pointer:{at}]"


def _confirm(confirm: Json, at: str) -> Iterator[str]:
    yield from _unknown(confirm, {"title", "text", "confirm", "deny", "style"}, at)
    for name, most in (("title", 100), ("text", 300), ("confirm", 30), ("deny", 30)):
        yield from _text(confirm.get(name), f"{at}/{name}", most)


def _text(text: Any, at: str, most: int, *, plain: bool = False) -> Iterator[str]:
    if not isinstance(text, Mapping) or text.get("type") not in {"plain_text", "mrkdwn"}:
        yield f"no text object [json-pointer:{at}]"
        return
    is_plain = text["type"] == "plain_text"
    if plain and not is_plain:
        yield f"must be plain_text [json-pointer:{at}/type]"
    yield from _unknown(text, {"type", "text", "emoji"} if is_plain else {"type", "text", "verbatim"}, at)
    if not 1 <= len(text.get("text", "")) <= most:
        yield f"must be 1 to {most} characters [json-pointer:{at}/text]"


def _unknown(value: Json, known: set[str], at: str) -> Iterator[str]:
    for name in value.keys() - known:
        yield f"no such field: {name} [json-pointer:{at}/{name}]"


_CHECKS = {
    "section": _section,
    "context": _context,
    "actions": _actions,
    "image": _image,
    "header": _header,
    "divider": _divider,
    "rich_text": _rich_text,
    "input": _input,
}
