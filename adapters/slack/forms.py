"""The form behind every way in: a picture, a prompt, a strength; pure.

`form` builds the modal, `read_form` takes a submitted one apart. What the member does not see (where to answer, what
the button stood on) travels in `private_metadata`, 3000 characters at most.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from adapters.slack.controls import ADVANCED
from adapters.slack.text import MAX_OPTION, MAX_TITLE, Block, actions, button, clip, context, plain
from bot.domain.errors import InvalidRequest
from bot.domain.flags import Flags, parse_strengths
from bot.domain.ids import GenerationId
from bot.domain.request import (
    DEFAULT_STRENGTH,
    MAX_GUIDANCE_SCALE,
    MAX_PROMPT,
    MAX_SEED,
    MAX_STEPS,
    MAX_SWEEP,
    REFINE_STRENGTH,
    SWEEP_STRENGTHS,
    Action,
    parse_strength,
    quoted,
)

Errors = dict[str, InvalidRequest]
"""What is wrong with each field of a form."""

CALLBACK = "ask"
FILE_TYPES = ("png", "jpg", "jpeg", "webp")
_NO_STYLE = "none"
_TITLES = {
    Action.SWEEP: "Sweep strengths",
    Action.REFINE: "Refine a picture",
    Action.EDIT: "Edit and run again",
    Action.CHAIN: "Chain this result",
}
_STRENGTH_HINT = (
    "0 keeps the picture as it is, 1 ignores it. "
    "Words do as well: subtle 0.3, balanced 0.5, strong 0.7, reimagine 0.9."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """What a form is for; all of it comes back with the submission.

    Attributes:
        file: Slack id of the picture, where the form was opened on one; the member uploads one otherwise.
        author: who posted that picture.
        generation: the result it was opened on.
    """

    action: Action
    channel: str = ""
    thread: str = ""
    file: str = ""
    author: str = ""
    generation: GenerationId | None = None

    @property
    def needs_file(self) -> bool:
        """Nothing to work on was there when the form opened."""
        return not self.file and self.generation is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """A submitted form.

    Attributes:
        file: Slack's object for what was uploaded in it.
        shown: the fields the member saw.
    """

    errand: Errand
    wishes: Flags
    file: Mapping[str, Any] | None
    shown: frozenset[str]


class FormErrors(Exception):
    """What is wrong with a form, by field; each one sentence."""

    def __init__(self, fields: Mapping[str, InvalidRequest]) -> None:
        super().__init__(", ".join(fields))
        self.fields = dict(fields)


def form(errand: Errand, wishes: Flags, *, styles: Sequence[str], models: Sequence[str], about: str = "") -> Block:
    """The modal, prefilled; the advanced part is open where it holds something already.

    Args:
        errand: what it is for.
        wishes: what is known already.
        styles: preset names to choose from.
        models: model ids to choose from.
        about: one line on what it works on.
    """
    blocks: list[Block] = [context(about)] if about else []
    if errand.needs_file or errand.generation:
        blocks.append(_file_field(required=errand.needs_file))
    blocks += [
        text_field("prompt", "Prompt", wishes.prompt, most=MAX_PROMPT, long=True, hint="What it should become."),
        _strength_field(errand.action, wishes.strengths),
    ]
    if styles:
        picked = (wishes.style or _NO_STYLE).strip().lower()
        offered = [(_NO_STYLE, "No style"), *((each, each) for each in styles)]
        blocks.append(choice_field("style", "Style", offered, picked))
    blocks.append(_private_field(chosen=wishes.private))
    advanced = _advanced(wishes, models)
    used = (wishes.negative_prompt, wishes.seed, wishes.steps, wishes.guidance_scale, wishes.model)
    folded = all(value in (None, "") for value in used)
    blocks += [actions(button("⚙️ Advanced", ADVANCED))] if folded else advanced
    return {
        "type": "modal",
        "callback_id": CALLBACK,
        "title": plain(_TITLES.get(errand.action, "Remix a picture"), MAX_TITLE),
        "submit": plain("Paint", MAX_TITLE),
        "close": plain("Cancel", MAX_TITLE),
        "private_metadata": _packed(errand),
        "blocks": blocks,
    }


def unfolded(view: Mapping[str, Any], *, models: Sequence[str]) -> Block:
    """The same form with its advanced part open; what was typed stays, as blocks keep their ids."""
    kept = [each for each in view["blocks"] if each["type"] != "actions"]
    known = {each.get("block_id") for each in kept}
    fresh = [each for each in _advanced(Flags(prompt=""), models) if each["block_id"] not in known]
    shown = ("type", "callback_id", "title", "submit", "close", "private_metadata")
    return {name: view[name] for name in shown if view.get(name)} | {"blocks": kept + fresh}


def errand_of(view: Mapping[str, Any]) -> Errand:
    """What a form of ours is for."""
    packed = json.loads(view.get("private_metadata") or "{}")
    generation = packed.pop("generation", None)
    return Errand(
        action=Action(packed.pop("action")),
        generation=GenerationId(generation) if generation else None,
        **packed,
    )


def read_form(view: Mapping[str, Any]) -> Filled:
    """Take a submitted form apart.

    Raises:
        FormErrors: with a sentence for each field that is wrong.
    """
    errand = errand_of(view)
    fields: dict[str, Mapping[str, Any]] = {
        block: next(iter(elements.values()), {})
        for block, elements in view.get("state", {}).get("values", {}).items()
    }
    errors: Errors = {}
    file = _file(fields, errors, required=errand.needs_file)
    prompt = typed_text(fields, "prompt")
    if not prompt:
        errors["prompt"] = InvalidRequest("refused-no-prompt")
    strengths = _strengths(fields, errors, several=errand.action is Action.SWEEP)
    wishes = Flags(
        prompt=prompt,
        negative_prompt=typed_text(fields, "negative_prompt"),
        strengths=strengths,
        seed=_whole(fields, errors, "seed", most=MAX_SEED),
        steps=_whole(fields, errors, "steps", least=1, most=MAX_STEPS),
        guidance_scale=_number(fields, errors, "guidance_scale", most=MAX_GUIDANCE_SCALE),
        style=_chosen(fields, "style"),
        model=_chosen(fields, "model"),
        private=bool(fields.get("private", {}).get("selected_options")),
    )
    if errors:
        raise FormErrors(errors)
    return Filled(errand=errand, wishes=wishes, file=file, shown=frozenset(fields))


def fields_of(view: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """What stands in each field of a submitted form, by block id."""
    values = (view.get("state") or {}).get("values") or {}
    return {block: next(iter(elements.values()), {}) for block, elements in values.items()}


def _packed(errand: Errand) -> str:
    values = {
        "action": errand.action.value,
        "channel": errand.channel,
        "thread": errand.thread,
        "file": errand.file,
        "author": errand.author,
        "generation": errand.generation,
    }
    return json.dumps({name: value for name, value in values.items() if value}, separators=(",", ":"))


def _input(name: str, label: str, element: Block, *, required: bool = False, hint: str = "") -> Block:
    made: Block = {
        "type": "input",
        "block_id": name,
        "label": plain(label),
        "optional": not required,
        "element": element | {"action_id": name},
    }
    return made | ({"hint": plain(hint)} if hint else {})


def _file_field(*, required: bool) -> Block:
    label = "Picture" if required else "Another picture instead (optional)"
    element: Block = {"type": "file_input", "filetypes": list(FILE_TYPES), "max_files": 1}
    return _input("picture", label, element, required=required, hint="PNG, JPEG or WebP, 10 MB at most.")


def text_field(name: str, label: str, value: str, *, most: int, long: bool = False, hint: str = "") -> Block:
    element: Block = {"type": "plain_text_input", "multiline": long, "max_length": most}
    if value:
        element["initial_value"] = value[:most]
    return _input(name, label, element, required=name in {"prompt", "strength"}, hint=hint)


def _strength_field(action: Action, strengths: tuple[float, ...] | None) -> Block:
    usual = {Action.SWEEP: SWEEP_STRENGTHS, Action.REFINE: (REFINE_STRENGTH,)}.get(action, (DEFAULT_STRENGTH,))
    value = " ".join(f"{strength:g}" for strength in strengths or usual)
    if action is Action.SWEEP:
        hint = f"Up to {MAX_SWEEP} strengths between 0 and 1, with spaces between them."
        return text_field("strength", "Strengths", value, most=100, hint=hint)
    return text_field("strength", "Strength", value, most=20, hint=_STRENGTH_HINT)


def choice_field(name: str, label: str, offered: Iterable[tuple[str, str]], chosen: str | None) -> Block:
    """A select of (value, label) pairs; a value that is not offered leaves it empty."""
    options = [option(text, value) for value, text in list(offered)[:100]]
    element: Block = {"type": "static_select", "options": options}
    if picked := [each for each in options if each["value"] == chosen]:
        element["initial_option"] = picked[0]
    return _input(name, label, element)


def option(label: str, value: str) -> Block:
    """One entry of a select or of checkboxes."""
    return {"text": plain(label, MAX_OPTION), "value": clip(value, 150)}


def _private_field(*, chosen: bool) -> Block:
    alone = option("Show it to me alone first", "private")
    element: Block = {"type": "checkboxes", "options": [alone]}
    if chosen:
        element["initial_options"] = [alone]
    return _input("private", "Private", element)


def _advanced(wishes: Flags, models: Sequence[str]) -> list[Block]:
    blocks = [
        text_field(
            "negative_prompt",
            "Keep away from",
            wishes.negative_prompt,
            most=MAX_PROMPT,
            hint="Words for what you do not want.",
        ),
        text_field(
            "seed", "Seed", _shown(wishes.seed), most=12, hint="A whole number; the same one repeats a picture."
        ),
        text_field(
            "steps", "Steps", _shown(wishes.steps), most=4, hint=f"1 to {MAX_STEPS}; empty takes the model's own."
        ),
        text_field(
            "guidance_scale",
            "Guidance",
            _shown(wishes.guidance_scale),
            most=6,
            hint="How literally to take the prompt.",
        ),
    ]
    if len(models) > 1:
        blocks.append(choice_field("model", "Model", ((each, each) for each in models), wishes.model))
    return blocks


def _shown(value: float | None) -> str:
    return "" if value is None else f"{value:.10g}"


def typed_text(fields: Mapping[str, Any], name: str) -> str:
    """What was typed into a field."""
    return (fields.get(name, {}).get("value") or "").strip()


def _chosen(fields: Mapping[str, Any], name: str) -> str | None:
    value = (fields.get(name, {}).get("selected_option") or {}).get("value")
    return value if value and value != _NO_STYLE else None


def _file(fields: Mapping[str, Any], errors: Errors, *, required: bool) -> Mapping[str, Any] | None:
    files = fields.get("picture", {}).get("files") or []
    if required and not files:
        errors["picture"] = InvalidRequest("refused-slack-add-picture")
    if not files:
        return None
    file: Mapping[str, Any] = files[0]
    kind = file.get("mimetype") or ""
    if kind and not kind.startswith("image/"):
        errors["picture"] = InvalidRequest("refused-slack-no-image")
    return file


def _strengths(fields: Mapping[str, Any], errors: Errors, *, several: bool) -> tuple[float, ...] | None:
    text = typed_text(fields, "strength")
    if not text:
        return None
    try:
        strengths = parse_strengths(text) if several else (parse_strength(text),)
    except InvalidRequest as error:
        errors["strength"] = error
        return None
    if len(strengths) > MAX_SWEEP:
        errors["strength"] = InvalidRequest("refused-sweep", most=MAX_SWEEP, given=len(strengths))
    return strengths


def _whole(fields: Mapping[str, Any], errors: Errors, name: str, *, least: int = 0, most: int) -> int | None:
    text = typed_text(fields, name)
    if not text:
        return None
    if not text.isascii() or not text.isdigit() or not least <= int(text) <= most:
        errors[name] = InvalidRequest("refused-slack-whole", least=least, most=str(most), given=quoted(text))
        return None
    return int(text)


def _number(fields: Mapping[str, Any], errors: Errors, name: str, *, most: float) -> float | None:
    text = typed_text(fields, name)
    if not text:
        return None
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        value = -1.0
    if not 0 <= value <= most:
        errors[name] = InvalidRequest("refused-slack-number", most=f"{most:g}", given=quoted(text))
        return None
    return value
