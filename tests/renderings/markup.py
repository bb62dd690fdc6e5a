"""Payloads as HTML that is shaped like the clients: what stands where and how large, not every shade.

Discord: a picture is 550 by 350 pixels at most, and 311 high on a phone, where somebody measured it; a thumbnail is
80 in an embed with 8, 16, 16 and 12 around it; buttons are 32 high with 16 at either side and 8 between their rows,
as in the client's style sheets (https://github.com/skyra-project/discord-components repeats those of embeds and
buttons). Slack: a picture is 500 by 500 at most, a thumbnail 72, a button 32 high; how wide a phone shows its
buttons is an estimate.
"""

import html
import re
from collections.abc import Mapping, Sequence
from typing import Any

from tests.renderings.pictures import address

Payload = Mapping[str, Any]

_MARKS: Sequence[tuple[str, str]] = (
    (r"\*\*(.+?)\*\*", r"<b>\1</b>"),
    (r"`(.+?)`", r"<code>\1</code>"),
    (r"&lt;@[\w/]+&gt;", "<span class=mention>@alice</span>"),
    (r"&lt;t:1799\d+:R&gt;", "<span class=stamp>43 seconds ago</span>"),
    (r"&lt;t:\d+:R&gt;", "<span class=stamp>in 12 seconds</span>"),
    (r"&lt;#\w+&gt;", "<span class=mention>#art</span>"),
    (r"&lt;t:\d+:T&gt;", "<span class=stamp>22:58:40</span>"),
    (r"&lt;/(\w+):\d+&gt;", r"<span class=mention>/\1</span>"),
    (r"\\([^\w\s])", r"\1"),
)
_SLACK_MARKS: Sequence[tuple[str, str]] = (
    (r"(?<!\w)\*(.+?)\*(?!\w)", r"<b>\1</b>"),
    (r"`(.+?)`", r"<code>\1</code>"),
    (r"<@\w+>", "<span class=mention>@alice</span>"),
    (r"<#\w+>", "<span class=mention>#art</span>"),
    (r"<!date\^[^|]*\|[\d:]*(:\d\d) UTC>", r"22:58\1"),  # as a client says it, by its own clock
)


def discord(payload: Payload) -> str:
    """A message or a modal of Discord."""
    if "title" in payload:
        return _modal(
            payload["title"], [_discord_field(each) for each in payload["components"]], ["Cancel", "Submit"]
        )
    pictures = _gallery(payload)
    parts = [_lines(payload["content"]), pictures, *(_embed(each) for each in payload["embeds"])]
    parts += [_row(each) for each in payload["components"]]
    return _message("Pentimento", "".join(part for part in parts if part))


def slack(payload: Payload) -> str:
    """A message, a modal or the home of Slack."""
    if payload.get("type") == "confirm":
        said, ends = f"<p>{_text(payload['text'])}</p>", [payload[name]["text"] for name in ("deny", "confirm")]
        return _modal(payload["title"]["text"], [said], ends, style=payload.get("style", "primary"))
    blocks = "".join(_block(each) for each in payload["blocks"]) or f"<p>{_slack_marked(payload.get('text', ''))}</p>"
    if payload.get("type") == "modal":
        ends = [payload[name]["text"] for name in ("close", "submit") if name in payload]
        return _modal(payload["title"]["text"], [blocks], ends)
    if payload.get("type") == "home":
        return f"<div class=home>{blocks}</div>"
    return _message("pentimento", blocks)


def _message(name: str, inner: str) -> str:
    return (
        f"<div class=message><div class=face>P</div><div class=body><div class=head><b>{name}</b> <i>APP</i> "
        f"<small>Today at 22:58</small></div><div class=card>{inner}</div></div></div>"
    )


def _modal(title: str, fields: Sequence[str], ends: Sequence[str], *, style: str = "primary") -> str:
    buttons = "".join(f"<span class='button {style if at == 1 else ''}'>{end}</span>" for at, end in enumerate(ends))
    return (
        f"<div class=modal><h3>{html.escape(title)}</h3>{''.join(fields)}<div class='row ends'>{buttons}</div></div>"
    )


def _lines(text: str) -> str:
    made = []
    for line in text.splitlines():
        quiet, quoted = line.startswith("-# "), line.startswith("> ")
        shown = _marked(line.removeprefix("-# ").removeprefix("> "))
        made.append(f"<p class='{'quiet' if quiet else 'quote' if quoted else ''}'>{shown}</p>")
    return "".join(made)


def _marked(text: str) -> str:
    shown = html.escape(text.replace("\u200b", ""), quote=False)
    for pattern, made in _MARKS:
        shown = re.sub(pattern, made, shown)
    return shown


def _slack_marked(text: str) -> str:
    shown = text.replace("\u200b", "")
    for pattern, made in _SLACK_MARKS:
        shown = re.sub(pattern, made, shown)
    return shown.replace("\n", "<br>")


def _gallery(payload: Payload) -> str:
    """The attachments that no embed holds: one large, several as a mosaic of two columns."""
    shown = ("thumbnail", "image")
    used = {embed.get(name, {}).get("url", "").rpartition("/")[2] for embed in payload["embeds"] for name in shown}
    files = [name for name in payload["attachments"] if name not in used]
    several = len(files) > 1
    names = [re.sub(r"^result", "rung", name) if several else name for name in files]
    images = "".join(_attachment(name) for name in names)
    return f"<div class='gallery {'mosaic' if several else ''}'>{images}</div>" if files else ""


def _attachment(name: str) -> str:
    shown = name.removeprefix("SPOILER_")
    return f"<img class='{'spoiler' if shown != name else ''}' src='{address(shown)}' alt=''>"


def _embed(embed: Payload) -> str:
    colour = f"#{embed['color']:06x}" if "color" in embed else "transparent"
    file = embed.get("thumbnail", {}).get("url", "").rpartition("/")[2]
    thumbnail = f"<img class=source src='{address(file)}' alt=''>" if file else ""
    image = embed.get("image", {}).get("url", "").rpartition("/")[2]
    below = f"<img class=wide src='{address(image)}' alt=''>" if image else ""
    words = f"<div>{_lines(embed['description'])}{below}</div>"
    return f"<div class=embed style='border-color:{colour}'>{words}{thumbnail}</div>"


def _row(row: Payload) -> str:
    made = []
    for part in row["components"]:
        if part["type"] == 3:
            made.append(f"<span class=select>{html.escape(part['placeholder'])}<span>▾</span></span>")
        else:
            kind = {1: "primary", 3: "success", 4: "danger"}.get(part["style"], "")
            emoji = part.get("emoji", {}).get("name", "")
            off = "off" if part.get("disabled") else ""
            made.append(f"<span class='button {kind} {off}'>{emoji} {html.escape(part['label'])}</span>")
    return f"<div class=row>{''.join(made)}</div>"


def _discord_field(label: Payload) -> str:
    field = label["component"]
    hint = f"<small>{html.escape(label['description'])}</small>" if "description" in label else ""
    match field["type"]:
        case 3:
            chosen = next((each["label"] for each in field["options"] if each.get("default")), "Make a selection")
            shown = f"<span class=select>{html.escape(chosen)}<span>▾</span></span>"
        case 8:
            chosen = ", ".join(f"#{each['id']}" for each in field["default_values"]) or "Select channels"
            shown = f"<span class=select>{chosen}<span>▾</span></span>"
        case 21:
            shown = "".join(
                _radio(each["label"], each.get("description", ""), each.get("default")) for each in field["options"]
            )
        case 19:
            shown = "<span class='input file'>⬆ Drop a file here, or browse</span>"
        case _:
            words = field.get("value") or f"<i>{html.escape(field.get('placeholder', ''))}</i>"
            shown = f"<span class=input>{words}</span>"
    need = " <em>*</em>" if field.get("required") else ""
    return f"<div class=field><label>{html.escape(label['label'])}{need}</label>{hint}{shown}</div>"


def _radio(label: str, about: str, chosen: object, *, square: bool = False) -> str:
    """One of the choices that stand below each other."""
    mark = f"<span class='mark {'square' if square else ''} {'chosen' if chosen else ''}'></span>"
    hint = f"<small>{html.escape(about)}</small>" if about else ""
    return f"<div class=radio>{mark}<span>{html.escape(label)}{hint}</span></div>"


def _block(block: Payload) -> str:  # noqa: PLR0911 -- one for each kind of block
    match block["type"]:
        case "section":
            accessory = block.get("accessory")
            aside = _element(accessory) if accessory else ""
            return f"<div class=section><p>{_text(block['text'])}</p>{aside}</div>"
        case "context":
            return "".join(f"<p class=quiet>{_text(each)}</p>" for each in block["elements"])
        case "header":
            return f"<h4>{_text(block['text'])}</h4>"
        case "image":
            return f"<div class=gallery><img src='{address(block['slack_file']['id'])}' alt=''></div>"
        case "actions":
            return f"<div class=row>{''.join(_element(each) for each in block['elements'])}</div>"
        case "input":
            hint = f"<small>{_text(block['hint'])}</small>" if "hint" in block else ""
            need = "" if block.get("optional") else " <em>*</em>"
            label = f"<label>{_text(block['label'])}{need}</label>"
            return f"<div class=field>{label}{_element(block['element'])}{hint}</div>"
        case _:
            return "<hr>"


def _element(element: Payload) -> str:
    match element["type"]:
        case "button":
            return f"<span class='button {element.get('style', '')}'>{_text(element['text'])}</span>"
        case "image":
            return f"<img class=source src='{address(element['slack_file']['id'])}' alt=''>"
        case "radio_buttons" | "checkboxes" as kind:
            chosen = element.get("initial_options") or [element.get("initial_option")]
            options = element["options"]
            return "".join(
                _radio(
                    each["text"]["text"],
                    (each.get("description") or {}).get("text", ""),
                    each in chosen,
                    square=kind == "checkboxes",
                )
                for each in options
            )
        case "static_select":
            chosen = element.get("initial_option") or {}
            words = _text(chosen["text"]) if chosen else _text(element.get("placeholder") or {"text": "Choose"})
            return f"<span class=select>{words}<span>▾</span></span>"
        case "file_input":
            return "<span class='input file'>📎 Add a file</span>"
        case _:
            placeholder = f"<i>{_text(element.get('placeholder') or {'text': ''})}</i>"
            return f"<span class=input>{html.escape(element.get('initial_value', '')) or placeholder}</span>"


def _text(text: Payload) -> str:
    return _slack_marked(text["text"]) if text.get("type") == "mrkdwn" else html.escape(text["text"], quote=False)
